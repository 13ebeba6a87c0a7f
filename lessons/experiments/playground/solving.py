"""How well networks of the playground do: over seeds, with any inputs."""

from lessons.config import TrainConfig
from lessons.experiments.playground.samples import draw_features
from lessons.trainer import train

PLAIN = ("x1", "x2")
EVEN = ("x1²", "x2²", "x1·x2")
SINES = ("x1", "x2", "sin x1", "sin x2")
# From this share of right answers on unseen samples, a set counts as solved.
SOLVED = 0.9


def trained(seed, inputs=PLAIN, name="spiral", **settings):
    """Train with the first settings of the panel, but for these.

    Parameters: seed, of data, first weights and batches; inputs, names of features; name, of the
    set; settings, fields of TrainConfig.
    Returns: a Run.

    >>> trained(0, hidden=(), epochs=1).config.batch_size
    16
    """
    config = TrainConfig(**{"hidden": (8, 8), "batch_size": 16, "seed": seed} | settings)
    return train(config, draw_features(inputs, name, seed=seed), snapshots="ends")


def accuracies(seeds, inputs=PLAIN, name="spiral", **settings):
    """Return the share of unseen samples that are right at the end, for each seed: a list."""
    runs = [trained(seed, inputs, name, **settings) for seed in seeds]
    return [float(run.val_accuracy[-1]) for run in runs]


def count_solved(seeds, inputs=PLAIN, name="spiral", **settings):
    """Count the seeds with which the set is solved.

    >>> count_solved(range(3), ("x1²", "x2²"), "circle", hidden=())
    3
    """
    return sum(share >= SOLVED for share in accuracies(seeds, inputs, name, **settings))


def stays_solved(run):
    """Return whether the unseen samples were solved after every epoch of the second half."""
    return bool((run.val_accuracy[len(run.val_accuracy) // 2 :] >= SOLVED).all())
