"""Where Numba is missing, everything works all the same, with the readable engine.

Everything here runs in a process in which `import numba` fails. What only measures the kernels,
or would take minutes with the readable engine, is left out: the tests of `kernels/`, those of the
tasks, and those that compare the engines. `test_missing_numba_in_notebooks.py` has the notebooks.
"""

import pytest
from missing_numba import run, run_pytest


def test_it_is_really_blocked(tmp_path):
    code = (
        "from lessons.compiler import has_numba\n"
        "from lessons.trouble import trouble\n"
        "print(has_numba(), trouble())"
    )
    assert run(tmp_path, "-c", code).stdout == "False None\n"


def test_the_fast_engine_is_refused_in_words(tmp_path):
    code = (
        "from lessons import TrainConfig, data, train\n"
        "train(TrainConfig(epochs=1), data.moons(n=10), engine='numba')"
    )
    result = run(tmp_path, "-c", code)
    assert result.returncode == 1
    assert "Numba is not installed" in result.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "what",
    [
        ["lessons", "widgets", "README.md", "--ignore=lessons/kernels", "--ignore=lessons/fast.py"],
        [
            "tests/lessons/test_run.py",
            "tests/lessons/test_network.py",
            "tests/widgets/test_knobs.py",
            "tests/lessons/test_trainer_knobs.py",
        ],
    ],
    ids=["doctests", "tests"],
)
def test_passes(tmp_path, what):
    run_pytest(tmp_path, *what)
