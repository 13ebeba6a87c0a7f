"""Every schedule of the lesson with all its knobs, a broken line of one's own among them."""

import math
from dataclasses import dataclass

from lessons.schedules import (
    Constant,
    Cosine,
    Cyclical,
    Exponential,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Step,
    Warmup,
)


@dataclass(frozen=True)
class BrokenLine:
    """Straight lines between points: `η(u) = η·share`, the share interpolated between two points.

    Parameters: rate η ≥ 0; updates of the run; shares, of η, one for each point. The points are
    equally far apart, the first at u = 0 and the last at u = updates, where the line stays.
    There are two at least.

    >>> line = BrokenLine(0.1, updates=100, shares=(0.0, 1.0, 0.5))
    >>> [round(line(u), 3) for u in (0, 25, 50, 100, 200)]
    [0.0, 0.05, 0.1, 0.05, 0.05]
    """

    rate: float
    updates: int
    shares: tuple

    def __call__(self, u):
        pieces = len(self.shares) - 1
        at = min(u / self.updates, 1) * pieces
        k = min(int(at), pieces - 1)
        left, right = self.shares[k], self.shares[k + 1]
        return self.rate * (left + (right - left) * (at - k))

    @property
    def places(self):
        """The updates of the points."""
        pieces = len(self.shares) - 1
        return [k * self.updates / pieces for k in range(pieces + 1)]

    def code(self):
        """Return a line of Python for PyTorch's `LambdaLR`, which multiplies the rate by it.

        >>> BrokenLine(0.1, updates=100, shares=(1.0, 0.5)).code()
        'lambda u: float(numpy.interp(u, [0.0, 100.0], [1.0, 0.5]))'
        """
        return f"lambda u: float(numpy.interp(u, {self.places}, {list(self.shares)}))"


# Of each, how it is made for so many updates, from a rate and a dict of its knobs.
SHAPES = {
    "constant": lambda rate, n, knobs: Constant(rate),
    "step": lambda rate, n, knobs: Step(rate, math.ceil(n / knobs["periods"]), knobs["factor"]),
    "exponential": lambda rate, n, knobs: Exponential(rate, knobs["low"] ** (1 / n)),
    "cosine": lambda rate, n, knobs: Cosine(rate, n, knobs["low"] * rate),
    "polynomial": lambda rate, n, knobs: Polynomial(rate, n, knobs["power"]),
    "one_cycle": lambda rate, n, knobs: OneCycle(rate, n),
    "cyclical": lambda rate, n, knobs: Cyclical(
        knobs["low"] * rate, rate, max(1, round(n / (2 * knobs["periods"])))
    ),
    "reduce_on_plateau": lambda rate, n, knobs: ReduceOnPlateau(
        rate, knobs["factor"], knobs["patience"]
    ),
    "yours": lambda rate, n, knobs: BrokenLine(rate, n, tuple(knobs["shares"])),
}
# The knobs that each has beside its rate.
KNOBS = {
    "constant": ("warmup",),
    "step": ("periods", "factor", "warmup"),
    "exponential": ("low", "warmup"),
    "cosine": ("low", "warmup"),
    "polynomial": ("power", "warmup"),
    "one_cycle": (),
    "cyclical": ("periods", "low", "warmup"),
    "reduce_on_plateau": ("factor", "patience"),
    "yours": ("shares",),
}


def make(name, rate, updates, knobs):
    """Make a schedule for a run; where it has a warm-up, the rest of it has the updates left.

    Parameters: name, in SHAPES; rate η, the peak; updates of the run; knobs, a dict: warmup, in
    updates; low, the share of η that is left at the end, or in the valleys of `cyclical`; periods,
    how many stairs or cycles; factor; power; patience, in epochs; shares, of `BrokenLine`.
    Returns: a schedule `update -> rate`, or a ReduceOnPlateau.

    >>> schedule = make("cosine", 0.1, 1000, {"warmup": 100, "low": 0.01})
    >>> [round(schedule(u), 4) for u in (0, 100, 550, 1000)]
    [0.001, 0.1, 0.0505, 0.001]
    """
    if "warmup" not in KNOBS[name]:
        return SHAPES[name](rate, updates, knobs)
    rise = min(knobs["warmup"], updates - 1)
    after = SHAPES[name](rate, updates - rise, knobs)
    return Warmup(rise, after) if rise else after
