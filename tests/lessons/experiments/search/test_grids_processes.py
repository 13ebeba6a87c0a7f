"""The search in several processes finds the scores of one."""

import joblib
import numpy as np

from lessons.experiments.search import processes


def test_two_processes_find_the_same_scores():
    seconds, alone = processes.timed(1)
    assert seconds > 0
    assert alone.max() > 0.7
    processes.end_processes()
    assert np.array_equal(processes.timed(2)[1], alone)


def test_two_workers_find_the_same_scores(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with processes.two_workers() as name:
        assert name == "joblib"
        assert joblib.effective_n_jobs(None) in (1, 2)
        assert np.array_equal(processes.short_search(), processes.short_search(1))
