"""Is it the noise? One training, ended in four ways, of which two leave the rate as it is."""

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.side_by_side import measure_side_by_side

BEFORE, AFTER, SMALL = 60, 20, 10
# What is done in the last epochs: the rate is divided by, and the batch size is.
ENDINGS = {
    "on as before": (1, SMALL),
    "a tenth of the rate": (10, SMALL),
    "same rate, batches of 100": (1, 100),
    "same rate, full batches": (1, 500),
}
TASKS = {
    "wave": (lambda seed: data.wave(noise=0.3, seed=seed), 0.056),
    "bumps": (lambda seed: data.bumps(noise=0.3, seed=seed), 0.1),
    "moons": (lambda seed: data.moons(noise=0.3, seed=seed), 0.56),
    "moons that can be fitted": (lambda seed: data.moons(noise=0.1, seed=seed), 1.0),
}


def config_of(task, ending, seed=0):
    """Return the settings of a run of 60 epochs with batches of 10, and its ending of 20 more.

    >>> config = config_of("wave", "a tenth of the rate")
    >>> config.batch_size(59), config.schedule(2999), round(config.schedule(3000), 6)
    (10, 0.056, 0.0056)
    """
    divided, size = ENDINGS[ending]
    rate = TASKS[task][1]
    start = BEFORE * 500 // SMALL
    return TrainConfig(
        batch_size=lambda epoch: SMALL if epoch < BEFORE else size,
        schedule=lambda u: rate if u < start else rate / divided,
        epochs=BEFORE + AFTER,
        seed=seed,
    )


def endings(task, seed):
    """Return the training loss at the end over that before the ending, one for each ending.

    >>> endings("wave", 0).shape
    (4,)
    """
    split = TASKS[task][0](seed)
    configs = [config_of(task, ending, seed) for ending in ENDINGS]
    return np.array(measure_side_by_side(ratio, configs, split))


def ratio(run):
    return float(run.train_loss[-1] / run.train_loss[BEFORE])
