"""A process in which `import numba` fails."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(folder, *arguments):
    """Run Python with a Numba in front of the real one that cannot be imported."""
    (folder / "numba.py").write_text("raise ModuleNotFoundError('blocked', name='numba')\n")
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def run_pytest(folder, *what):
    """Run tests there; they must pass."""
    result = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", *what)
    assert result.returncode == 0, result.stdout[-3000:]
