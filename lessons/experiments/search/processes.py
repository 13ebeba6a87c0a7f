"""The same search in one process, in two, and on a cluster of two workers on this machine."""

import logging
import time
from contextlib import contextmanager

import joblib
from joblib.externals.loky import get_reusable_executor
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from lessons import data
from lessons.estimators import Classifier

GRID = {"learning_rate": [0.003, 0.03, 0.3], "batch_size": [8, 32]}


def short_search(processes=None):
    """Search six settings in two folds, twelve short trainings; return their scores, (6,).

    Parameters: processes, as `n_jobs` of scikit-learn; None: as `joblib.parallel_config` says.

    >>> short_search(1).shape
    (6,)
    """
    split = data.moons(n=100)
    folds = list(StratifiedKFold(2).split(split.X_train, split.y_train))
    search = GridSearchCV(
        Classifier(epochs=10, random_state=0), GRID, cv=folds, n_jobs=processes, refit=False
    )
    return search.fit(split.X_train, split.y_train).cv_results_["mean_test_score"]


def timed(processes):
    """Search with so many processes; return seconds and scores."""
    begin = time.perf_counter()
    scores = short_search(processes)
    return time.perf_counter() - begin, scores


def end_processes():
    """End the processes that joblib keeps, so that the next search has to start its own."""
    get_reusable_executor().shutdown(wait=True)


@contextmanager
def two_workers():
    """Hand the searches of a `with` to two workers of Dask, or of joblib where there is no Dask."""
    try:
        import distributed
    except ImportError:
        with joblib.parallel_config("loky", n_jobs=2):
            yield "joblib"
        return
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config("dask"),
    ):  # fmt: skip
        yield "dask"
