"""How long from a knob to the encoded picture, in the kernel alone, for every live panel?

    python benchmarks/live_path.py [--check] [--ticks 200] [panel ...]

Moves one knob of a panel, at its first settings otherwise, one synchronous call after another,
without a browser, and prints the whole and the parts. Those that train dozens of networks,
`learning_rate.sweep`, `optimizers.rates`, `schedules.compare`, `overfitting.variance` and
`batch_normalization.rates`, show their progress instead.
"""

import argparse
import sys
import time
from itertools import cycle

import numpy as np

from lessons import engines
from widgets import (
    activations,
    batch_normalization,
    batch_size,
    digits,
    epoch_batch_iteration,
    gradients,
    learning_rate,
    loss_functions,
    nine_steps,
    optimizers,
    overfitting,
    playground,
    regularization,
    schedules,
    search,
)


def network_fits():
    """Return the panel of capacity with four networks instead of four polynomials."""
    return overfitting.panel(model="network")


WARM_UP = 20
TARGET = 33.0  # milliseconds at the 95th percentile: thirty pictures a second
PARTS = "train", "map", "draw", "encode and send"

# Between these a slider goes to and fro. At larger rates runs diverge, which flatters the numbers.
RATES, SIZES, SEEDS, NUMBERS = (0.02, 0.3), (16, 128), (0, 20), (0.0, 3.0)
PANELS = {
    "nine_steps": (nine_steps.panel, "learning_rate", RATES),
    "epoch_batch_iteration": (epoch_batch_iteration.panel, "batch_size", SIZES),
    "epoch_batch_iteration.gradients": (epoch_batch_iteration.gradients, "batch_size", SIZES),
    "epoch_batch_iteration.fits": (epoch_batch_iteration.fits, "seed", SEEDS),
    "learning_rate": (learning_rate.panel, "learning_rate", RATES),
    "learning_rate.valley": (learning_rate.valley, "learning_rate", RATES),
    "batch_size": (batch_size.panel, "learning_rate", RATES),
    "batch_size.noise": (batch_size.noise, "batch_size", SIZES),
    "batch_size.paths": (batch_size.paths, "learning_rate", RATES),
    "batch_size.cost": (batch_size.cost, "batch_size", SIZES),
    "loss_functions": (loss_functions.panel, "seed", SEEDS),
    "loss_functions.lines": (loss_functions.lines, "out", NUMBERS),
    "loss_functions.margin": (loss_functions.margin, "z", NUMBERS),
    "activations": (activations.panel, "learning_rate", RATES),
    "activations.functions": (activations.functions, "z", NUMBERS),
    "activations.softmax": (activations.softmax, "z1", NUMBERS),
    "optimizers": (optimizers.panel, "learning_rate", RATES),
    "optimizers (start)": (optimizers.panel, "start_w1", (-1.5, 1.5)),
    "optimizers.momentum": (optimizers.momentum, "momentum", (0.0, 0.9)),
    "optimizers.memory": (optimizers.memory, "forget", RATES),
    "schedules": (schedules.panel, "learning_rate", RATES),
    "schedules (points)": (schedules.panel, "point2", (0.0, 1.0)),
    "schedules.floor": (schedules.floor, "learning_rate", RATES),
    "search.grids": (search.grids, "low", (1e-4, 0.01)),
    "search.grids (valley)": (
        lambda: search.grids(response="an idealized valley"),
        "weight",
        (0.0, 1.0),
    ),
    "search.curse": (search.curse, "n", (1, 100)),
    "gradients": (gradients.panel, "learning_rate", RATES),
    "gradients (32 layers)": (
        lambda: gradients.panel(depth=32),
        "learning_rate",
        RATES,
    ),
    "gradients.chain": (gradients.chain, "scale", RATES),
    "gradients.symmetry": (gradients.symmetry, "learning_rate", RATES),
    "overfitting": (overfitting.panel, "capacity", (1, 128)),
    "overfitting (network)": (network_fits, "capacity", (1, 128)),
    "overfitting.learning": (overfitting.learning, "n", (10, 320)),
    "overfitting.stopping": (overfitting.stopping, "patience", (1, 100)),
    "regularization": (regularization.panel, "l2", (0.0, 0.1)),
    "regularization (noise)": (regularization.panel, "input_noise", (0.0, 0.7)),
    "regularization.minimum": (regularization.minimum, "strength", RATES),
    "regularization.zeros": (regularization.zeros, "l1", RATES),
    "regularization.decay": (regularization.decay, "l2", (0.0, 0.2)),
    "regularization.dropout": (regularization.dropout, "dropout", (0.0, 0.9)),
    "batch_normalization": (batch_normalization.panel, "learning_rate", RATES),
    "batch_normalization.steps": (batch_normalization.steps, "gamma", NUMBERS),
    "batch_normalization.modes": (batch_normalization.modes, "batch_size", SIZES),
    "playground": (playground.panel, "learning_rate", RATES),
    "playground (6 layers)": (
        lambda: playground.panel(layers=6, share=0.9),
        "learning_rate",
        RATES,
    ),
    "digits": (digits.panel, "learning_rate", RATES),
    "digits.pad": (digits.pad, "pen", (1.0, 10.0)),
    "search (a touched cell)": (search.panel, "learning_rate", RATES),
}


def measure(make, field, ends, ticks):
    """Milliseconds of every tick and of its parts, shape (ticks, 1 + parts)."""
    panel, rows = make(), []
    low, high = ends
    steps = [step for step in panel.knobs[field].steps or range(high) if low <= step <= high]
    for _, step in zip(range(WARM_UP + ticks), cycle(steps + steps[::-1]), strict=False):
        start = time.perf_counter()
        panel.set(**{field: step})
        total = time.perf_counter() - start
        rows.append([total, *(panel.timings[part] for part in PARTS)])
    panel.close()
    return 1e3 * np.array(rows[WARM_UP:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("panels", nargs="*", metavar="panel", help="all, if not told")
    parser.add_argument("--ticks", type=int, default=200)
    parser.add_argument("--check", action="store_true", help="fail when the target is not met")
    options = parser.parse_args()
    engines.engine_at_hand()
    engines.warming.join()
    print(f"{'ms, knob to encoded picture':33}{'median':>7}{'p95':>6}   ", *PARTS, sep="  ")
    late = []
    for name in options.panels or PANELS:
        times = measure(*PANELS[name], options.ticks)
        median, p95 = np.percentile(times[:, 0], [50, 95])
        parts = "".join(
            f"{part:{len(label) + 2}.1f}"
            for part, label in zip(np.median(times[:, 1:], axis=0), PARTS, strict=True)
        )
        print(f"{name:33}{median:7.1f}{p95:6.1f}   {parts}", flush=True)
        if p95 > TARGET:
            late.append(name)
    print(
        f"at most {TARGET:.0f} ms at the 95th percentile:", "not met by" if late else "met", *late
    )
    sys.exit(1 if options.check and late else 0)


if __name__ == "__main__":
    main()
