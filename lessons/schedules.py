"""Learning-rate schedules: how long the steps are, early and late in a run.

A schedule is `update -> rate`: a small frozen dataclass without hidden state, called with the
update number u = 0, 1, 2 …, which returns a float. Only `ReduceOnPlateau` needs more than that.
The end of a run is u = updates, one past its last, so a schedule that falls to 0 wastes none.

Parameters are checked when a schedule is made: the ValueError names the field, what is allowed,
and what came.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from numbers import Integral, Real

# PyTorch's `eps`: a rate that would fall by no more than this stays as it is.
SMALLEST_CUT = 1e-8


class Checked:
    """What schedules share: every field is checked by its entry in `RANGES`."""

    def __post_init__(self):
        for name in self.__dataclass_fields__:
            check(self, name, *RANGES[name])


@dataclass(frozen=True)
class Constant(Checked):
    """The same rate at every update: `η(u) = η`.

    Parameters: rate η ≥ 0.

    >>> Constant(0.1)(7)
    0.1
    >>> Constant(-1)
    Traceback (most recent call last):
    ValueError: rate must be a number ≥ 0, got -1
    """

    rate: float

    def __call__(self, u):
        return self.rate


@dataclass(frozen=True)
class Step(Checked):
    """A staircase: `η(u) = η·factor^⌊u / every⌋`.

    Parameters: rate η ≥ 0; every, updates per stair, an integer ≥ 1; factor, 0 < factor ≤ 1.

    Source: PyTorch's `StepLR`.

    >>> [round(Step(1.0, every=2, factor=0.1)(u), 6) for u in range(5)]
    [1.0, 1.0, 0.1, 0.1, 0.01]
    """

    rate: float
    every: int
    factor: float

    def __call__(self, u):
        return self.rate * self.factor ** (u // self.every)


@dataclass(frozen=True)
class Exponential(Checked):
    """The same share less at every update: `η(u) = η·factor^u`.

    Parameters: rate η ≥ 0; factor, 0 < factor ≤ 1.

    Source: PyTorch's `ExponentialLR`.

    >>> [Exponential(1.0, factor=0.5)(u) for u in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    rate: float
    factor: float

    def __call__(self, u):
        return self.rate * self.factor**u


@dataclass(frozen=True)
class Cosine(Checked):
    """Down along half a cosine: `η(u) = final + (η - final)·(1 + cos(π·u / updates)) / 2`.

    From u = updates on it stays at final.

    Parameters: rate η ≥ 0; updates, an integer ≥ 1; final, 0 ≤ final ≤ η.

    Source: Loshchilov & Hutter, "SGDR: Stochastic gradient descent with warm restarts" (2017),
    equation 5, without restarts; PyTorch's `CosineAnnealingLR` with `T_max=updates`.

    >>> [round(Cosine(1.0, updates=4)(u), 3) for u in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    rate: float
    updates: int
    final: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        at_most(self, "final", "rate")

    def __call__(self, u):
        return half_cosine(self.rate, self.final, min(u / self.updates, 1))


@dataclass(frozen=True)
class Polynomial(Checked):
    """A power of the time that is left: `η(u) = η·(1 - u / updates)^power`, 0 from u = updates on.

    Parameters: rate η ≥ 0; updates, an integer ≥ 1; power > 0; 1 is a straight line.

    Source: the "poly" policy of Caffe; PyTorch's `PolynomialLR`.

    >>> [Polynomial(1.0, updates=4)(u) for u in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """

    rate: float
    updates: int
    power: float = 1.0

    def __call__(self, u):
        return self.rate * (1 - min(u / self.updates, 1)) ** self.power


@dataclass(frozen=True)
class Warmup:
    """A straight rise to the start of another schedule, which then follows.

    `η(u) = after(0)·(u + 1) / (updates + 1)` for u < updates, then `after(u - updates)`: equal
    steps that begin above 0, so that the first update is not lost, and end exactly at after(0).

    Parameters: updates of the rise, an integer ≥ 0; after, a schedule `update -> rate`.

    Source: Goyal et al., "Accurate, large minibatch SGD" (2017), section 2.2; PyTorch's `LinearLR`
    with `start_factor=1/(updates + 1)`.

    >>> [Warmup(3, Constant(1.0))(u) for u in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    updates: int
    after: Callable

    def __post_init__(self):
        # Not by `RANGES`: there, updates is the length of a run, which cannot be 0.
        check(self, "updates", Integral, "an integer ≥ 0", lambda x: x >= 0)
        if not callable(self.after):
            raise ValueError(f"after must be a schedule update -> rate, got {self.after!r}")

    def __call__(self, u):
        if u < self.updates:
            return self.after(0) * ((u + 1) / (self.updates + 1))
        return self.after(u - self.updates)


@dataclass(frozen=True)
class OneCycle(Checked):
    """Up from η/25 to η in the first 30% of the run, then down to η/250,000, both half cosines.

    The peak is at u = 0.3·updates - 1, mostly between two updates. With three updates or fewer it
    is before the first: they see the fall only, and a single update nothing but its end. After
    the run the rate stays at its last value. The momentum is left alone.

    Parameters: rate η ≥ 0, the peak; updates of the run, an integer ≥ 1.

    Source: Smith & Topin, "Super-convergence" (2019); form and numbers from PyTorch's
    `OneCycleLR` with `cycle_momentum=False`.

    >>> [round(OneCycle(1.0, updates=10)(u), 3) for u in range(10)]
    [0.04, 0.52, 1.0, 0.95, 0.812, 0.611, 0.389, 0.188, 0.05, 0.0]
    """

    rate: float
    updates: int

    def __call__(self, u):
        first = self.rate / 25
        top, last = 0.3 * self.updates - 1, self.updates - 1
        if u <= top:
            return half_cosine(first, self.rate, u / top)
        return half_cosine(self.rate, first / 1e4, min((u - top) / (last - top), 1))


@dataclass(frozen=True)
class Cyclical(Checked):
    """Up and down in straight lines: low at u = 0, high half a period later, low again, and so on.

    `η(u) = low + (high - low)·(1 - |p - 1|)`, where p = (u mod 2·half_period) / half_period.

    Parameters: low and high, 0 ≤ low ≤ high; half_period, in updates, an integer ≥ 1.

    Source: Smith, "Cyclical learning rates for training neural networks" (2017), section 3;
    PyTorch's `CyclicLR`.

    >>> [Cyclical(0.0, 1.0, half_period=2)(u) for u in range(6)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.5]
    """

    low: float
    high: float
    half_period: int

    def __post_init__(self):
        super().__post_init__()
        at_most(self, "low", "high")

    def __call__(self, u):
        p = u % (2 * self.half_period) / self.half_period
        share = 1 - abs(p - 1)
        return self.low * (1 - share) + self.high * share


@dataclass(frozen=True)
class ReduceOnPlateau(Checked):
    """Multiply the rate by factor whenever the validation loss has stopped falling.

    A loss counts as better if it is `< best·(1 - threshold)`; NaN never is. After more than
    `patience` epochs in a row that are not, the rate is multiplied, and the counting begins anew;
    the best loss stays. A fall of the rate by 1e-8 or less is not made.

    Parameters: rate ≥ 0; factor, 0 < factor ≤ 1; patience, in epochs, an integer ≥ 0; threshold,
    0 ≤ threshold < 1.

    Source: PyTorch's `ReduceLROnPlateau`, with its defaults.

    >>> schedule = ReduceOnPlateau(1.0, factor=0.5, patience=1)
    >>> schedule.after([]), schedule.after([0.9, 0.8, 0.8]), schedule.after([0.9, 0.8, 0.8, 0.8])
    (1.0, 1.0, 0.5)
    """

    rate: float
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4

    def after(self, losses):
        """Return the rate of the next epoch, given the validation loss after each one so far."""
        state = self.init()
        for loss in losses:
            state = self.update(state, loss)
        return state[0]

    def init(self):
        """Return the state before the first epoch: (rate, best loss, epochs since)."""
        return self.rate, math.inf, 0

    def update(self, state, loss):
        """Return the state after one more epoch: the same as `after`, without reading all again."""
        rate, best, waited = state
        loss = float(loss)
        if loss < best * (1 - self.threshold):
            return rate, loss, 0
        if waited < self.patience:
            return rate, best, waited + 1
        lower = rate * self.factor
        return (lower if rate - lower > SMALLEST_CUT else rate), best, 0


def half_cosine(start, end, t):
    """Return what lies at t between start (t = 0) and end (t = 1) along half a cosine."""
    share = (1 + math.cos(math.pi * t)) / 2
    return start * share + end * (1 - share)  # exact at both ends


def check(schedule, name, kind, allowed, inside):
    """Check one field, and store it as a plain int or float."""
    value = getattr(schedule, name)
    if isinstance(value, kind) and not isinstance(value, bool) and inside(value):
        with suppress(OverflowError):  # an integer of more than 308 digits
            plain = int(value) if kind is Integral else float(value)
            return object.__setattr__(schedule, name, plain)
    raise ValueError(f"{name} must be {allowed}, got {value!r}")


def at_most(schedule, name, limit):
    """Check that one field is at most another."""
    value, most = getattr(schedule, name), getattr(schedule, limit)
    if value > most:
        raise ValueError(f"{name} must be at most {limit} ({most}), got {value}")


NOT_NEGATIVE = (Real, "a number ≥ 0", lambda x: 0 <= x < math.inf)
COUNT = (Integral, "an integer ≥ 1", lambda x: x >= 1)
RANGES = {
    "rate": NOT_NEGATIVE,
    "every": COUNT,
    "factor": (Real, "a number > 0 and ≤ 1", lambda x: 0 < x <= 1),
    "updates": COUNT,
    "final": NOT_NEGATIVE,
    "power": (Real, "a number > 0", lambda x: 0 < x < math.inf),
    "low": NOT_NEGATIVE,
    "high": NOT_NEGATIVE,
    "half_period": COUNT,
    "patience": (Integral, "an integer ≥ 0", lambda x: x >= 0),
    "threshold": (Real, "a number ≥ 0 and < 1", lambda x: 0 <= x < 1),
}

# What a name alone means, for a run of so many updates with so many of them per epoch. Lengths are
# whole updates, so in very short runs there are fewer steps and cycles, and no warm-up below ten.
SCHEDULES = {
    "constant": lambda rate, updates, per_epoch: Constant(rate),
    # Ten times less after one third and again after two.
    "step": lambda rate, updates, per_epoch: Step(rate, every=math.ceil(updates / 3), factor=0.1),
    # 1% is left at the end.
    "exponential": lambda rate, updates, per_epoch: Exponential(rate, 0.01 ** (1 / updates)),
    "cosine": lambda rate, updates, per_epoch: Cosine(rate, updates),
    "polynomial": lambda rate, updates, per_epoch: Polynomial(rate, updates),
    # The first tenth.
    "warmup": lambda rate, updates, per_epoch: Warmup(updates // 10, Constant(rate)),
    "warmup_cosine": lambda rate, updates, per_epoch: Warmup(
        updates // 10, Cosine(rate, updates - updates // 10)
    ),
    "one_cycle": lambda rate, updates, per_epoch: OneCycle(rate, updates),
    # Five times up and down.
    "cyclical": lambda rate, updates, per_epoch: Cyclical(
        rate / 10, rate, half_period=max(1, round(updates / 10))
    ),
    # It counts epochs, whatever their length: nothing happens in a run of twelve or fewer.
    "reduce_on_plateau": lambda rate, updates, per_epoch: ReduceOnPlateau(rate),
}
