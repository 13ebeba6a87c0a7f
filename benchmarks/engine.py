"""What does the fast engine cost besides time per training?

    python benchmarks/engine.py [--check]

Prints how the time grows with the work, two trainings at once against one, the memory that a set
as large as MNIST takes, and how long the kernels take to compile and to load.  Times are the
fastest of some rounds: whatever else the machine does only adds to them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from lessons import TrainConfig, data, train
from lessons.parameters import count_parameters
from lessons.plan import layer_sizes

ROUNDS = 5
# Samples and epochs, each over three decades.
WORK = [(n, 50) for n in (100, 1_000, 10_000, 100_000)]
WORK += [(500, epochs) for epochs in (10, 100, 1_000, 10_000)]
# The most that is allowed.
TWICE, MEMORY, COMPILE, LOAD = 1.2, 700, 30, 0.5

MEMORY_SCRIPT = """
import resource, sys
from lessons import TrainConfig, train
from train import CASES

make, settings, _ = CASES["as large as MNIST"]
train(TrainConfig(**settings), make())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (2**20 if sys.platform == "darwin" else 2**10))
"""
LOAD_SCRIPT = """
import time
import numba
from lessons.engines import warm_up

start = time.perf_counter()
warm_up()
print(time.perf_counter() - start)
"""


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def answer(script, **environment):
    """Run a script in a process of its own and return the number it prints."""
    here = Path(__file__).resolve().parent
    paths = [str(here.parent), str(here), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment}
    return float(subprocess.check_output([sys.executable, "-c", script], env=environment))


def verdict(text, value, most, unit=""):
    """Print a value and whether it is small enough; returns that."""
    met = value <= most
    print(f"{text}: {value:.2f}{unit}  (at most {most}{unit})  {'met' if met else 'not met'}")
    return met


def growth():
    """Time per unit of work, over three decades of samples and of epochs."""
    print(f"{'samples':>8}{'epochs':>8}{'ms':>10}{'ps per sample, epoch and parameter':>38}")
    for n, epochs in WORK:
        config, split = TrainConfig(epochs=epochs), data.spiral(n=n, val=0, test=0)
        train(config, split)
        fastest = min(seconds(train, config, split) for _ in range(ROUNDS))
        work = n * epochs * count_parameters(layer_sizes(config, split))
        print(f"{n:8}{epochs:8}{1e3 * fastest:10.1f}{1e12 * fastest / work:38.0f}", flush=True)


def two_at_once():
    """How many times as long two trainings in two threads take as one."""
    config, split = TrainConfig(epochs=2_000), data.spiral(n=500, val=0)

    def at_once(number):
        threads = [threading.Thread(target=train, args=(config, split)) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    at_once(1)
    times = [(seconds(at_once, 1), seconds(at_once, 2)) for _ in range(ROUNDS)]
    one, two = map(min, zip(*times, strict=True))
    return two / one


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when a target is not met")
    options = parser.parse_args()
    growth()
    good = verdict("two trainings at once, against one", two_at_once(), TWICE)
    good &= verdict("memory, as large as MNIST", answer(MEMORY_SCRIPT), MEMORY, " MB")
    with tempfile.TemporaryDirectory() as cache:
        compiling = answer(LOAD_SCRIPT, NUMBA_CACHE_DIR=cache)
        loading = min(answer(LOAD_SCRIPT, NUMBA_CACHE_DIR=cache) for _ in range(3))
    good &= verdict("compiling all kernels", compiling, COMPILE, " s")
    good &= verdict("loading them from the cache", loading, LOAD, " s")
    sys.exit(1 if options.check and not good else 0)


if __name__ == "__main__":
    main()
