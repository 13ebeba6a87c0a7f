"""Successive halving: many short trainings, of which the best are made longer, again and again.

54 settings train for 4 epochs, the best 13 go on to 15, the best 4 to 60: 539 epochs, as many as
9 trainings of 60. Source: Jamieson & Talwalkar, "Non-stochastic best arm identification and
hyperparameter optimization" (2016).
"""

from dataclasses import replace

import numpy as np

from lessons.config import TrainConfig
from lessons.evaluation import evaluate
from lessons.experiments.counted import draw
from lessons.side_by_side import measure_side_by_side

RUNGS = (4, 54), (15, 13), (60, 4)
EPOCHS, DRAWS = 60, 54
AS_MANY = 9
TWO, SEVEN = "two knobs", "seven knobs"
WAYS = "halving", "nine in full", "grid", "all 54 in full"


def epochs_spent():
    """Count the epochs of all: who goes on does not begin again.

    >>> epochs_spent(), AS_MANY * EPOCHS
    (539, 540)
    """
    before, spent = 0, 0
    for epochs, many in RUNGS:
        spent += many * (epochs - before)
        before = epochs
    return spent


def halve(losses):
    """Return who is left in the end, and who came that far at each rung.

    Parameters: losses, after each epoch, (settings, epochs + 1).
    Returns: the index of the best, and for each rung the indices that train to it.

    >>> losses = np.linspace(1, 0, 61) * np.arange(1, 55)[:, None]
    >>> best, rungs = halve(losses)
    >>> int(best), [len(rung) for rung in rungs]
    (0, [54, 13, 4])
    """
    left, rungs = np.arange(len(losses)), []
    for epochs, many in RUNGS:
        left = left[:many]
        rungs.append(left)
        left = left[np.argsort(losses[left, epochs], kind="stable")]
    return left[0], rungs


def settings(case, seed):
    """Draw 54 settings at random.

    >>> len({config.learning_rate for config in settings(SEVEN, 0)})
    54
    """
    rng, found = np.random.default_rng([seed, 54]), []
    for _ in range(DRAWS):
        base = TrainConfig(optimizer="adam", epochs=EPOCHS, seed=seed)
        rate, units = 10 ** rng.uniform(-4, 0), int(2 ** rng.uniform(1, 6))
        others = {}
        if case == SEVEN:
            rate = 10 ** rng.uniform(-5, 0.5)
            others = {
                "l2": float(10 ** rng.uniform(-6, -1)), "dropout": float(rng.uniform(0, 0.5)),
                "activation": str(rng.choice(["relu", "tanh", "sigmoid"])),
                "optimizer": str(rng.choice(["sgd", "momentum", "adam"])),
            }  # fmt: skip
        depth = int(rng.integers(1, 4)) if case == SEVEN else 2
        found.append(replace(base, learning_rate=float(rate), hidden=(units,) * depth, **others))
    return found


def grid_of(seed):
    """Return the 3 × 3 grid of the two knobs, in the middles of thirds.

    >>> [round(config.learning_rate, 4) for config in grid_of(0)][:3]
    [0.0005, 0.01, 0.2154]
    """
    base = TrainConfig(optimizer="adam", epochs=EPOCHS, seed=seed)
    thirds = np.array([1, 3, 5]) / 6
    return [
        replace(base, learning_rate=float(10 ** (4 * x - 4)),
                hidden=(round(2 ** (1 + 5 * y)),) * 2)
        for y in thirds for x in thirds
    ]  # fmt: skip


def one_repetition(case, seed, engine="auto"):
    """Search once in every way; return test losses in the order of WAYS, and what was dropped.

    Returns: losses, without a grid NaN in its place; at which rung the best of all 54 was dropped
    (0: after 4 epochs, 1: after 15, 2: not at all).
    """
    split = draw("spiral", 300, 0.1, seed, val=500, test=2000)

    def measure(run):
        """Validation losses after each epoch, as far as it came, and the loss on the test."""
        validation = np.full(EPOCHS + 1, np.inf)
        validation[: len(run.val_loss)] = np.nan_to_num(run.val_loss, nan=np.inf)
        with np.errstate(over="ignore", invalid="ignore"):
            return validation, evaluate(run.params, run.config, split.X_test, split.y_test)[0]

    def searched(configs):
        made = measure_side_by_side(measure, configs, split, engine)
        return np.array([losses for losses, _ in made]), np.array([loss for _, loss in made])

    validation, test = searched(settings(case, seed))
    best, rungs = halve(validation)
    by_full = validation[:, -1]
    first = int(np.argmin(by_full))
    nine = int(np.argmin(by_full[:AS_MANY]))
    grid = np.nan
    if case == TWO:
        of_grid, at_grid = searched(grid_of(seed))
        grid = at_grid[np.argmin(of_grid[:, -1])]
    dropped = sum(first in rung for rung in rungs) - 1
    return [test[best], test[nine], grid, test[first]], dropped
