"""How long from a knob to the encoded picture, in the kernel alone?

    python benchmarks/live_path.py [--check]

Sets the learning rate of the default panel over a sweep, one synchronous call after another,
without a browser, and prints the whole and the parts.
"""

import argparse
import sys
import time

import numpy as np

from widgets import learning_rate

WARM_UP = 20
TICKS = 300
TARGET = 33.0  # milliseconds at the 95th percentile: thirty pictures a second


def measure():
    """Milliseconds of every tick, and of its parts where the panel tells them."""
    panel = learning_rate.panel()
    # The rates that train: a run that diverges ends early and would flatter the numbers.
    rates = np.geomspace(1e-3, 0.3, WARM_UP + TICKS)
    total, parts = [], []
    for rate in rates:
        start = time.perf_counter()
        panel.set(learning_rate=float(rate))
        total.append(time.perf_counter() - start)
        parts.append(dict(getattr(panel, "timings", {})))
    panel.close()
    parts = parts[WARM_UP:]
    by_part = {name: 1e3 * np.array([row[name] for row in parts]) for name in parts[0]}
    return 1e3 * np.array(total[WARM_UP:]), by_part


def report(total, parts):
    """Print the table; whether the target is met."""
    print(f"{'ms':12}{'median':>8}{'p95':>8}{'max':>8}")
    for name, times in {**parts, "total": total}.items():
        p95 = np.percentile(times, 95)
        print(f"{name:12}{np.median(times):8.1f}{p95:8.1f}{times.max():8.1f}")
    p95 = np.percentile(total, 95)
    met = bool(p95 <= TARGET)
    verdict = "met" if met else "not met"
    print(f"knob to encoded picture, p95: {p95:.1f} ms  (at most {TARGET:.0f})  {verdict}")
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when the target is not met")
    options = parser.parse_args()
    met = report(*measure())
    sys.exit(1 if options.check and not met else 0)


if __name__ == "__main__":
    main()
