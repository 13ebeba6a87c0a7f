"""How long does one whole training take, here and elsewhere?

    python benchmarks/train.py [--rounds 7] [--cases relu tanh] [--check]

Trains the same networks on the same samples with the same settings in the ways of `peers.py`: the
fast engine, C (with plain loops, and blocked for registers by hand), JAX, PyTorch, scikit-learn,
and the readable engine, as far as they are installed.  They take turns, all on the same one core
and in single precision.  Prints the median in milliseconds, how many times as long as the fast
engine that is, what it should be, and the last loss, which shows that all have done the same work.
"""

import argparse
import os
import sys

import numpy as np
from peers import PEERS, SAME, CannotError
from threadpoolctl import threadpool_limits

from lessons import TrainConfig, data

SLOW = 3000  # milliseconds: what takes longer is measured only twice


def spiral():
    return data.spiral(n=500, val=0)


def digits():
    return data.digits(val=0)


def mnist():
    """As large as MNIST, but random: the arithmetic is the same."""
    rng = np.random.default_rng(0)
    X = rng.random((60_000, 784), np.float32)
    return data.from_arrays(X, rng.integers(10, size=len(X)), val=0, test=0)


# Of each case the data, what is not the default, and how many times as long the others take at
# least, if the fast engine is as fast as it should be. C blocked by hand, which writes down only
# losses, shows how far it might still go.
CASES = {
    "relu": (spiral, {}, {"C": 0.9, "JAX": 2.4, "PyTorch": 50}),
    "tanh": (spiral, {"activation": "tanh"}, {"C": 0.9, "JAX": 2.2, "PyTorch": 45}),
    "gelu": (spiral, {"activation": "gelu"}, {"JAX": 2.2, "PyTorch": 45}),
    "batches of 1": (
        spiral,
        {"batch_size": 1, "epochs": 20, "learning_rate": 0.01},
        {"JAX": 1.0, "PyTorch": 150},
    ),
    "batch norm and Adam": (
        spiral,
        {"batch_norm": True, "optimizer": "adam", "learning_rate": 0.01},
        {"PyTorch": 50},
    ),
    "digits": (digits, {"hidden": (64, 32), "epochs": 30}, {"JAX": 1.0, "PyTorch": 9}),
    "as large as MNIST": (
        mnist,
        {"hidden": (128, 64), "batch_size": 100, "epochs": 1},
        {"JAX": 0.85, "PyTorch": 1.3},
    ),
}


def stay_on_one_core():
    """Give everything that follows, threads and processes too, one core and one thread."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    # JAX reads this when it is imported.
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def measure(config, split, rounds):
    """Milliseconds of every round and the last loss of each peer, and why others cannot."""
    runs, losses, excuses = {}, {}, {}
    for name, peer in PEERS.items():
        try:
            runs[name] = peer(config, split)
            runs[name]()  # warms up
        except (CannotError, NotImplementedError) as reason:
            runs.pop(name, None)
            excuses[name] = str(reason)
    times = {name: [] for name in runs}
    for round_ in range(rounds):
        for name, run in runs.items():
            if round_ < 2 or times[name][0] < SLOW:
                milliseconds, losses[name] = run()
                times[name].append(milliseconds)
    return times, losses, excuses


def describe(name, config, split):
    sizes = "-".join(map(str, (split.X_train.shape[1], *config.hidden, len(split.classes))))
    batch = f"batch {config.batch_size}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
    return f"{name}: {len(split.X_train)} samples, {sizes} {config.activation}, {batch}"


def report(times, losses, excuses, targets):
    """Print the table of one case; whether all targets are met and all losses agree."""
    print(f"    {'':16}{'ms':>9}{'ratio':>8}{'target':>9}  {'':9}{'loss':>8}")
    base, good = np.median(times.get("fast engine", np.nan)), True
    reference = losses.get("fast engine", losses["readable engine"])
    for name in PEERS:
        if name in excuses:
            print(f"    {name:16}  {excuses[name]}")
            continue
        ms, target, verdict = np.median(times[name]), "", ""
        if name in targets and np.isfinite(base):
            met = ms / base >= targets[name]
            good &= bool(met)
            target, verdict = f"≥ {targets[name]}", "met" if met else "not met"
        line = f"    {name:16}{ms:9.1f}{ms / base:8.2f}{target:>9}  {verdict:9}{losses[name]:8.4f}"
        if name in SAME and not np.isclose(losses[name], reference, rtol=5e-3):
            line, good = line + "  differs", False
        print(line, flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="measured trainings of each kind")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, help="all, if not told")
    parser.add_argument("--check", action="store_true", help="fail when a target is not met")
    options = parser.parse_args()
    stay_on_one_core()
    good = True
    with threadpool_limits(1):
        for name in options.cases:
            make, settings, targets = CASES[name]
            try:
                config = TrainConfig(**settings)
            except NotImplementedError as reason:
                print(f"{name}: {reason}")
                continue
            split = make()
            print(describe(name, config, split), flush=True)
            good &= report(*measure(config, split, options.rounds), targets)
    sys.exit(1 if options.check and not good else 0)


if __name__ == "__main__":
    main()
