"""Where Numba is missing, everything works all the same, with the readable engine.

Everything here runs in a process in which `import numba` fails. What only measures the kernels,
or would take minutes with the readable engine, is left out: the tests of `kernels/`, and those
that compare the engines.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "numba.py").write_text("raise ImportError('blocked')\n")
    return os.environ | {"PYTHONPATH": str(tmp_path)}


def run(environment, *arguments):
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def test_it_is_really_blocked(environment):
    code = "from lessons.trainer import has_numba; print(has_numba())"
    assert run(environment, "-c", code).stdout == "False\n"


def test_the_fast_engine_is_refused_in_words(environment):
    code = (
        "from lessons import TrainConfig, data, train\n"
        "train(TrainConfig(epochs=1), data.moons(n=10), engine='numba')"
    )
    result = run(environment, "-c", code)
    assert result.returncode == 1
    assert "Numba, which is not installed" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "what",
    [
        ["--nbval", "notebooks"],
        ["lessons", "widgets", "README.md", "--ignore=lessons/kernels"],
        [
            "tests/test_tasks.py",
            "tests/test_run.py",
            "tests/test_network.py",
            "tests/test_knobs.py",
            "tests/test_trainer_knobs.py",
        ],
    ],
    ids=["notebooks", "doctests", "tests"],
)
def test_passes(environment, what):
    result = run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", *what)
    assert result.returncode == 0, result.stdout[-3000:]
