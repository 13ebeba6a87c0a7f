"""Where Numba is missing, every lesson runs all the same, and prints the same."""

import pytest
from missing_numba import run_pytest
from stored import LESSONS


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_notebook_passes(tmp_path, lesson):
    run_pytest(tmp_path, "--nbval", f"notebooks/{lesson.name}")
