"""A search on a cluster: the scores are those of one machine, also where a worker dies."""

import os
import signal
import threading
import time

import joblib
import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from lessons import Classifier
from lessons.cluster import warm_up

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("compiled"),
    # Sockets of a worker that was killed are closed by nobody.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

X, Y = make_moons(300, noise=0.2, random_state=0)
SPLITS = list(StratifiedKFold(4).split(X, Y))
# What is sent to every worker once, and is there when one of them dies.
DATA = [X, Y, *(rows for split in SPLITS for rows in split)]
GRID = {"learning_rate": [0.003, 0.01, 0.03, 0.1, 0.3], "hidden": [(8,), (16, 16)]}


def scores(epochs=30):
    """Search without a cluster, or with that of the context."""
    model = Classifier(epochs=epochs, random_state=0)
    search = GridSearchCV(model, GRID, cv=SPLITS, refit=False).fit(X, Y)
    return search.cv_results_["mean_test_score"]


@pytest.fixture
def client():
    """Two workers, each a process of its own with one thread."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(2)
        yield client


def test_a_cluster_finds_the_scores_of_one_machine(client):
    assert warm_up(client) == (1, 2)
    alone = scores()
    with joblib.parallel_config("dask", scatter=DATA):
        there = scores()
    assert np.array_equal(there, alone)
    assert len(set(alone.tolist())) > 3


def test_a_worker_that_is_killed_in_the_middle_changes_no_score(client):
    alone = scores(epochs=300)
    pids = client.run(os.getpid)
    killed = []

    def kill_one():
        while not any(client.processing().values()):
            time.sleep(0.01)
        address, pid = next(iter(pids.items()))
        os.kill(pid, signal.SIGKILL)
        killed.append(address)

    killer = threading.Thread(target=kill_one, daemon=True)
    with joblib.parallel_config("dask", scatter=DATA):
        killer.start()
        there = scores(epochs=300)
    killer.join(10)
    assert len(killed) == 1
    assert np.array_equal(there, alone)
