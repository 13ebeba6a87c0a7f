"""The floor: where the noise of the gradient stops the loss at a constant rate, and how deep.

In a direction of curvature λ, with loss `½λw²` and a gradient of `λw + ξ`, where the noise ξ has
mean 0 and variance σ²/B, an update is `w ← (1 - ηλ)w - ηξ`. Hence

    E[w²] ← (1 - ηλ)²·E[w²] + η²σ²/B

which stays where both sides are equal, at `E[w²] = ησ²/(B·λ·(2 - ηλ))`: a loss of
`ησ²/(2B·(2 - ηλ))`, the floor.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.side_by_side import measure_side_by_side, train_side_by_side

# They divide 500: losses are read at the end of an epoch, right after its last batch.
SIZES = 4, 10, 50, 100
RATES = tuple(float(f"{10**k:.2g}") for k in np.arange(-2, 0.01, 0.25))


def floor(rate, curvature, sigma, batch_size):
    """Return the loss at which a constant rate stops: `ησ²/(2B·(2 - ηλ))`; infinity if ηλ ≥ 2.

    >>> floor(1.0, 1.0, 2.0, 4)
    0.5
    >>> floor(2.0, 1.0, 2.0, 4)
    inf
    """
    if rate * curvature >= 2:
        return np.inf
    return rate * sigma**2 / (2 * batch_size * (2 - rate * curvature))


def expected_losses(rates, curvature, sigma, batch_size, start):
    """Return the expected loss before the first update and after each one, for any schedule.

    Parameters: rates, of the updates, (T,); start, the first w. Returns: shape (T + 1,).

    >>> expected_losses([1.0, 1.0], 1.0, 1.0, 1, 2.0).tolist()
    [2.0, 0.5, 0.5]
    """
    square, found = float(start) ** 2, [float(start) ** 2]
    with np.errstate(over="ignore"):
        for rate in rates:
            square = (1 - rate * curvature) ** 2 * square + rate**2 * sigma**2 / batch_size
            found.append(square)
        return curvature / 2 * np.array(found)


def descend(rates, curvature, sigma, batch_size, start, seeds):
    """Descend with noise, once per seed, all at once.

    Parameters: as in `expected_losses`; rates may have a second axis, then each column is a run of
    its own with the same noise. Returns: losses, (T + 1, seeds), or (T + 1, columns, seeds).

    >>> descend([1.0], 1.0, 0.0, 1, 2.0, seeds=range(3)).tolist()
    [[2.0, 2.0, 2.0], [0.0, 0.0, 0.0]]
    """
    rates = np.asarray(rates, float)
    noise = [np.random.default_rng(seed).standard_normal(len(rates)) for seed in seeds]
    noise = np.array(noise).T * sigma / np.sqrt(batch_size)
    w = np.full((len(rates) + 1, *rates.shape[1:], len(seeds)), float(start))
    with np.errstate(over="ignore", invalid="ignore"):
        for t, rate in enumerate(rates):
            w[t + 1] = w[t] - rate[..., None] * (curvature * w[t] + noise[t])
        return curvature / 2 * w**2


def measured_floors(rates, curvature, sigma, sizes, start, updates, seeds):
    """Descend at constant rates, all at once, each size with noise of its own.

    Returns: mean loss of the last quarter of the updates, over all seeds, (sizes, rates).

    >>> measured = measured_floors([0.5], 1.0, 1.0, [1, 100], 0.0, 1000, seeds=20)
    >>> (measured / [[floor(0.5, 1.0, 1.0, 1)], [floor(0.5, 1.0, 1.0, 100)]]).round(1).tolist()
    [[1.0], [1.0]]
    """
    rates = np.asarray(rates, float)[:, None]
    spread = sigma / np.sqrt(np.asarray(sizes, float))[:, None]
    w = np.full((len(sizes), len(rates), seeds), float(start))
    total, last = np.zeros_like(w), max(1, updates // 4)
    keep = 1 - rates * curvature
    with np.errstate(over="ignore", invalid="ignore"):
        for t, noise in enumerate(standard_noise(len(sizes), updates, seeds)):
            w = keep * w - rates * (spread * noise)[:, None, :]
            if t >= updates - last:
                total += w**2
        losses = curvature / 2 * total.mean(axis=2) / last
    return np.where(np.isnan(losses), np.inf, losses)


@lru_cache(maxsize=4)  # most knobs leave it as it is
def standard_noise(sizes, updates, seeds):
    return np.random.default_rng(0).standard_normal((updates, sizes, seeds))


# --- networks -----------------------------------------------------------------------------------

TASKS = {
    "a straight line": (lambda seed: data.wave(noise=0.3, seed=seed), TrainConfig(hidden=())),
    "network, noise stays": (lambda seed: data.wave(noise=0.3, seed=seed), TrainConfig()),
    "network that can fit all": (lambda seed: data.moons(noise=0.1, seed=seed), TrainConfig()),
}


def with_updates(config, batch_size, updates, n):
    """Return the settings of a run with so many updates, as whole epochs.

    >>> with_updates(TrainConfig(), 50, 1000, 500).epochs
    100
    """
    return replace(config, batch_size=batch_size, epochs=max(1, round(updates * batch_size / n)))


def settled_losses(task, seed, sizes, rates, updates, schedule="constant", engine="auto",
                   progress=None):  # fmt: skip
    """Train a task with every batch size at every rate, with equal updates.

    Returns: mean training loss of the last quarter of the epochs, (sizes, rates), of the straight
    line what is above its lowest possible loss; with any schedule but a constant rate, the loss at
    the end. Infinity after a divergence, NaN where it was stopped.
    """
    load, config = TASKS[task]
    split = load(seed)
    configs = [
        replace(with_updates(config, size, updates, len(split.X_train)), learning_rate=float(rate),
                schedule=schedule, seed=seed)
        for size in sizes for rate in rates
    ]  # fmt: skip
    measure = settled if schedule == "constant" else last
    found = measure_side_by_side(measure, configs, split, engine, progress)
    found = np.array(found, float).reshape(len(sizes), len(rates))
    return found - lowest_possible(task, split)


def histories(task, seed, batch_size, rate, updates, schedules, engine="auto", progress=None):
    """Train once per schedule; return training losses after each epoch, (schedules, epochs + 1).

    Of the straight line what is above its lowest possible loss; infinity after a divergence.

    >>> histories("network, noise stays", 0, 50, 0.01, 100, ["constant", "cosine"]).shape
    (2, 11)
    """
    load, config = TASKS[task]
    split = load(seed)
    base = with_updates(config, batch_size, updates, len(split.X_train))
    configs = [replace(base, learning_rate=rate, schedule=s, seed=seed) for s in schedules]
    runs = train_side_by_side(configs, split, engine, progress)
    losses = np.array([run.train_loss for run in runs], float) - lowest_possible(task, split)
    return np.where(np.isnan(losses), np.inf, losses)


def lowest_possible(task, split):
    """Return the lowest loss on the training set where it is known, else 0."""
    return least_squares(split) if task == "a straight line" else 0.0


def last(run):
    """Return the training loss at the end; infinity if it diverged."""
    return np.inf if run.status == "diverged" else float(run.train_loss[-1])


def settled(run):
    """Return the mean training loss of the last quarter of the epochs; infinity if it diverged."""
    if run.status == "diverged":
        return np.inf
    return float(np.mean(run.train_loss[-max(1, len(run.train_loss) // 4) :]))


def least_squares(split):
    """Return the lowest mean squared error that a straight line can have on the training set.

    >>> round(least_squares(data.wave(noise=0.3)), 2)
    0.44
    """
    X = np.column_stack([split.X_train, np.ones(len(split.X_train))]).astype(float)
    _, rest, *_ = np.linalg.lstsq(X, split.y_train.astype(float), rcond=None)
    return float(rest[0] / len(X))
