"""Which engine is at hand: the fast one may still be compiling.

Numba compiles the kernels once per machine and keeps them on disk. A script can wait for that; a
panel cannot, so it starts with the readable engine. While Numba compiles it holds up all threads of
its process: so another process does it, which leaves the processor to whoever else wants it.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from lessons.compiler import has_numba
from lessons.config import TrainConfig
from lessons.data import Split
from lessons.prediction import predict
from lessons.trainer import train

warming = None
starting = threading.Lock()
# Set when the compiled code was not found on the disk, so that it takes longer.
missing = threading.Event()
ROOT = Path(__file__).resolve().parents[1]


def engine_at_hand(patience=1.0):
    """Return "auto" if the fast engine is ready, else "numpy".

    The first call starts to load or to compile it, in a thread that goes on. If it only has to be
    loaded, this waits for it, at most `patience` seconds.

    >>> engine_at_hand() in ("auto", "numpy")
    True
    """
    global warming
    with starting:
        if warming is None:
            missing.clear()
            warming = threading.Thread(target=load_or_compile, name="knobs-compile", daemon=True)
            warming.start()
            deadline = time.monotonic() + patience
            while compiling() and not missing.is_set() and time.monotonic() < deadline:
                warming.join(0.01)
    return "numpy" if compiling() else "auto"


def engine_for_long_work(progress):
    """Wait until the fast engine is ready, or the work is cancelled; return what is at hand then.

    For what nobody waits for, and what would keep the readable engine, and Python's lock, busy.
    """
    while (thread := compiling()) and not progress.cancelled:
        thread.join(0.05)
    return engine_at_hand()


def compiling():
    """Return the thread that makes the fast engine ready, while it does."""
    return warming if warming is not None and warming.is_alive() else None


def compiling_for_long():
    """Return whether the fast engine was not found on the disk, and is not ready yet."""
    return missing.is_set() and compiling() is not None


def warm_up():
    """Train and use the smallest network there is, which loads or compiles the fast engine."""
    if has_numba():
        config, split = smallest_run()
        predict(train(config, split).params, config, split.X_train, "auto")


def smallest_run():
    """Return a TrainConfig and a Split, such that training takes no time."""
    X, y = np.zeros((2, 1), np.float32), np.zeros(2, np.float32)
    return TrainConfig(hidden=(1,), epochs=1), Split(X, y, X, y, X, y, task="regression")


def load_or_compile():
    """As `warm_up`, but let another process compile what is not on the disk."""
    if not has_numba():
        return
    from lessons.kernels.compiling import Kept

    Kept.supply = compile_elsewhere
    try:
        warm_up()
    finally:
        Kept.supply = None


def compile_elsewhere():
    """Compile in another process, which keeps the result on the disk.

    If it fails, what was to be supplied is still missing; then it is compiled here.
    """
    missing.set()
    with contextlib.suppress(OSError):
        subprocess.run(
            [sys.executable, "-c", "from lessons.engines import give_way; give_way()"],
            cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            # "Interrupt the kernel" is for cells, not for the compiler.
            process_group=0,
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        )  # fmt: skip


def give_way():
    """Warm up, behind every other process: compiled code is not needed for a first picture."""
    if hasattr(os, "nice"):
        os.nice(10)
    warm_up()
