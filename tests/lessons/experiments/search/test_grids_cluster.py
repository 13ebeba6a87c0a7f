"""The search on a local cluster of Dask finds the scores of one process."""

import numpy as np
import pytest

from lessons.experiments.search import processes

pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("compiled"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_two_workers_of_dask_find_the_same_scores():
    with processes.two_workers() as name:
        assert name == "dask"
        assert np.array_equal(processes.short_search(), processes.short_search(1))
