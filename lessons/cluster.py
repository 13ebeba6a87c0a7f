"""On a cluster: compile once on each machine, before a search is sent to all of its workers.

The search itself is scikit-learn's and joblib's: docs/cluster.md says how.
"""

import numpy as np


def warm_up(client):
    """Have the fast engine ready in every worker: compiled by one on each machine, loaded by all.

    Without it all workers of a machine would compile at the same time, 20 s each. The compiled code
    is kept where Numba keeps it, in NUMBA_CACHE_DIR or beside the package.

    Parameters: client, a `distributed.Client`. Returns: how many machines there are, and workers.
    """
    hosts = {}
    for address, worker in client.scheduler_info(n_workers=-1)["workers"].items():
        hosts.setdefault(worker["host"], address)
    client.run(fit_once, workers=list(hosts.values()))
    ready = client.run(fit_once)
    return len(hosts), len(ready)


def fit_once():
    """Train for an epoch: that loads the compiled code, and compiles it where there is none.

    >>> fit_once()
    """
    from lessons.estimators import Classifier, Regressor

    X = np.arange(8.0).reshape(4, 2)
    Classifier(epochs=1, random_state=0).fit(X, [0, 1, 0, 1])
    Regressor(epochs=1, random_state=0).fit(X, X[:, 0])
