"""A process in which `import numba` fails."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(folder, *arguments):
    """Run Python with a Numba in front of the real one that cannot be imported."""
    (folder / "numba.py").write_text("raise ModuleNotFoundError('blocked', name='numba')\n")
    # Plug-ins that play no part here take time to load.
    environment = os.environ | {
        "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def run_pytest(folder, *what):
    """Run tests there; they must pass."""
    options = ["-q", "-x", "-p", "nbval", "-p", "no:cacheprovider"]
    result = run(folder, "-m", "pytest", *options, *what)
    assert result.returncode == 0, result.stdout[-3000:]
