"""The paths of the weights: how long they are, and how to look at them in a plane."""

from dataclasses import replace

import numpy as np

from lessons.experiments.batch_size.noise import main_direction, unit
from lessons.plan import batches_per_epoch
from lessons.trainer import train


def walk(config, split, updates, engine="auto", progress=None):
    """Train for so many updates; return the weights before the first and after each of them.

    Returns: shape (updates + 1, P), less if the run diverged; config.epochs is ignored.

    >>> from lessons import TrainConfig, data
    >>> walk(TrainConfig(batch_size=20), data.moons(n=50), updates=7).shape
    (8, 354)
    """
    epochs = int(np.ceil(updates / batches_per_epoch(config, len(split.X_train))))
    run = train(replace(config, epochs=epochs), split, engine, progress, snapshots="update")
    return run.snapshots.vectors[: updates + 1]


def detours(path):
    """Compare the length of a path with the straight line: `Σ_s ‖w_s - w_(s-1)‖ / ‖w_t - w_0‖`.

    Parameters: path, shape (T + 1, P). Returns: shape (T + 1,), at least 1; 1 is straight.

    >>> detours(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])).tolist()
    [1.0, 1.0, 1.4]
    """
    path = path.astype(np.float64)
    walked = np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))
    distance = np.linalg.norm(path[1:] - path[0], axis=1)
    ratio = np.divide(walked, distance, out=np.ones_like(walked), where=distance > 0)
    return np.append(1.0, ratio)


def flatten_paths(paths):
    """Look at paths with the same start in a plane: along the last one, and across it.

    Along is the straight line from the start to the end of the last path; across is the direction
    at a right angle to it in which the paths go furthest, on the side where the first one ends.

    Parameters: paths, a list of arrays (T + 1, P). Returns: a list of arrays (T + 1, 2).

    >>> ways = [np.array([[0.0, 0, 0], [1, 2, 0]]), np.array([[0.0, 0, 0], [0, 0, 3]])]
    >>> [way[-1].round(3).tolist() for way in flatten_paths(ways)]
    [[0.0, 2.236], [3.0, 0.0]]
    """
    moved = [path.astype(np.float64) - path[0] for path in paths]
    along = unit(moved[-1][-1])
    rest = [path - np.outer(path @ along, along) for path in moved]
    across = main_direction(np.concatenate(rest))
    if moved[0][-1] @ across < 0:
        across = -across
    return [path @ np.column_stack([along, across]) for path in moved]
