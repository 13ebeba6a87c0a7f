"""Names of the schedules, and the data that they are tried on."""

from functools import lru_cache

from lessons import data

NAMES = {
    "constant": "constant", "step": "step", "exponential": "exponential", "cosine": "cosine",
    "polynomial": "polynomial", "one_cycle": "one-cycle", "cyclical": "cyclical",
    "reduce_on_plateau": "on plateau", "yours": "your own line",
    "warmup_cosine": "warm-up, cosine",
}  # fmt: skip

# By name in the menu: how it is drawn, the limits of a picture of its losses, and the loss that
# nobody can get below on new samples, where that is known.
SETS = {
    "wave, noise 0.3": (data.wave, 0.3, (0.07, 0.3), 0.09),
    "bumps, noise 0.3": (data.bumps, 0.3, (0.07, 0.4), 0.09),
    "moons, noise 0.3": (data.moons, 0.3, (0.02, 1.0), None),
    "moons, noise 0.1": (data.moons, 0.1, (1e-5, 1.0), None),
    "spiral, noise 0.1": (data.spiral, 0.1, (0.01, 1.0), None),
}


@lru_cache(maxsize=16)
def load(name, seed):
    """Draw one of the sets, and keep it: most knobs leave it as it is.

    >>> load("wave, noise 0.3", 0).task
    'regression'
    """
    make, noise, *_ = SETS[name]
    return make(noise=noise, seed=seed)


def limits(name):
    """Return the limits of the losses of a set."""
    return SETS[name][2]


def ticks(name):
    """Return what is written on the axis of the losses of a set.

    >>> ticks("wave, noise 0.3")
    [0.1, 0.15, 0.2, 0.3]
    >>> ticks("moons, noise 0.3")
    [0.03, 0.1, 0.3, 1]
    """
    low, high = limits(name)
    if high / low > 1000:
        return [1e-3, 0.01, 0.1, 1]
    if high / low > 10:
        return [tick for tick in (0.01, 0.03, 0.1, 0.3, 1) if low <= tick <= high]
    return [tick for tick in (0.1, 0.15, 0.2, 0.3) if low <= tick <= high]


def best_possible(name):
    """Return the loss that nobody can get below on new samples, or None."""
    return SETS[name][3]
