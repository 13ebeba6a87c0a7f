"""Where Numba is missing, every lesson runs all the same, and prints the same."""

import pytest
from missing_numba import ROOT, run_pytest

LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize(
    "lesson",
    [
        pytest.param(lesson, marks=pytest.mark.xdist_group(f"without Numba {lesson}"))
        for lesson in LESSONS
    ],
)
def test_a_notebook_passes(tmp_path, lesson):
    run_pytest(tmp_path, "--nbval", f"notebooks/{lesson}")
