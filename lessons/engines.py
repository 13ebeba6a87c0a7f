"""Which engine is at hand: the fast one may still be compiling.

Numba compiles the kernels once per machine and keeps them on disk. A script can wait for that; a
panel cannot, so it starts with the readable engine.
"""

import threading

import numpy as np

from lessons.compiler import has_numba
from lessons.config import TrainConfig
from lessons.data import Split
from lessons.prediction import predict
from lessons.trainer import train

warming = None
starting = threading.Lock()


def engine_at_hand(patience=1.0):
    """Return "auto" if the fast engine is ready, else "numpy".

    The first call starts to load or to compile it, in a thread that goes on, and waits for it
    `patience` seconds.

    >>> engine_at_hand() in ("auto", "numpy")
    True
    """
    global warming
    with starting:
        if warming is None:
            warming = threading.Thread(target=warm_up, name="knobs-compile", daemon=True)
            warming.start()
            warming.join(patience)
    return "numpy" if warming.is_alive() else "auto"


def compiling():
    """Return the thread that compiles the fast engine, while it does."""
    return warming if warming is not None and warming.is_alive() else None


def warm_up():
    """Train and use the smallest network there is, which loads or compiles the fast engine."""
    if has_numba():
        X, y = np.zeros((2, 1), np.float32), np.zeros(2, np.float32)
        split = Split(X, y, X, y, X, y, task="regression")
        config = TrainConfig(hidden=(1,), epochs=1)
        predict(train(config, split).params, config, X, "auto")
