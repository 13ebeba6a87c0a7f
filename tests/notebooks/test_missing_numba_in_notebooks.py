"""Where Numba is missing, every lesson runs all the same, and prints the same."""

from missing_numba import run_pytest


def test_every_notebook_passes(tmp_path):
    run_pytest(tmp_path, "--nbval", "notebooks")
