"""One update of a run, computed again: its gradient, layer by layer, and what clipping makes of it.

A run writes down norms only. But it can be repeated: the parameters before an update are a
snapshot, and the order of the samples follows from the seed.
"""

from dataclasses import dataclass, replace

import numpy as np

from lessons.clipping import clip_by_norm, clip_by_value
from lessons.evaluation import gradient_at
from lessons.parameters import flatten, unflatten
from lessons.plan import make_plan
from lessons.randomness import draw_orders


@dataclass(frozen=True, eq=False)
class Update:
    """What one update was to do.

    Attributes: norms, of each layer's gradient, biases included, (layers,); weight_norms, of its
    weights alone, (layers,); norm, of the whole gradient; clipped, of what clipping leaves of it;
    angle, in degrees, between the two.
    """

    norms: np.ndarray
    weight_norms: np.ndarray
    norm: float
    clipped: float
    angle: float


def orders_of(run, split):
    """Return the order in which a run took the samples in every epoch, (epochs, N).

    Parameters: run, a Run; split, the data that it was trained on.
    """
    return np.concatenate(list(draw_orders(make_plan(run.config, split, "fit"))))


def batch_of(run, orders, update):
    """Return the numbers of the samples of an update, counted from 0, in their order.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=2, batch_size=40), split)
    >>> orders = orders_of(run, split)
    >>> len(batch_of(run, orders, 0)), len(batch_of(run, orders, 3))
    (40, 10)
    """
    epoch = int(np.searchsorted(run.epoch_starts, update, side="right")) - 1
    size = min(run.config.batch_size, orders.shape[1])
    first = (update - run.epoch_starts[epoch]) * size
    return orders[epoch, first : first + size]


def look_at(run, split, orders, update):
    """Compute the gradient of an update again, before and after clipping.

    Parameters: run, trained with `snapshots="update"` and without dropout and penalties; split;
    orders, as from `orders_of`; update, counted from 0, at most the one that could not be made.
    Returns: Update.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=1, clip_value=0.01), split, snapshots="update")
    >>> made = look_at(run, split, orders_of(run, split), 0)
    >>> bool(np.allclose(made.norms, run.grad_norm[0], rtol=1e-4)), made.angle > 10
    (True, True)
    """
    rows, config = batch_of(run, orders, update), run.config
    params = run.snapshots[update]
    X = np.asarray(split.X_train[rows], config.dtype)
    with np.errstate(all="ignore"):
        alone = len(rows) == 1 < config.batch_size
        g = gradient_at(params, config, X, split.y_train[rows], alone).astype(float)
        clipped = clip_by_norm(clip_by_value(g, config.clip_value), config.clip_norm)
        layers = unflatten(g, run.snapshots.sizes, params.loss, run.snapshots.batch_norm)
        return Update(
            np.array([np.linalg.norm(flatten([layer])) for layer in layers]),
            np.array([np.linalg.norm(layer.W) for layer in layers]),
            float(np.linalg.norm(g)),
            float(np.linalg.norm(clipped)),
            angle_between(g, clipped),
        )


def weight_gradients(config, split):
    """Return the gradient of each layer's weights before the first update, over all samples.

    Parameters: config, a TrainConfig; split. Returns: a list of arrays, in float64.

    >>> from lessons import TrainConfig, data
    >>> [g.shape for g in weight_gradients(TrainConfig(), data.moons(n=50))]
    [(2, 16), (16, 16), (16, 2)]
    """
    plan = make_plan(replace(config, dtype="float64"), split, "fit")
    g = gradient_at(plan.unflatten(plan.w), plan.config, *plan.train)
    return [layer.W for layer in plan.unflatten(g)]


def angle_between(g, other):
    """Return the angle between two vectors in degrees; NaN where one has no direction.

    >>> angle_between(np.array([1.0, 0.0]), np.array([1.0, 1.0]))
    45.0
    """
    lengths = np.linalg.norm(g) * np.linalg.norm(other)
    if not 0 < lengths < np.inf:
        return float("nan")
    # The half-angle formula keeps the digits of small angles, which a cosine loses.
    a, b = g / np.linalg.norm(g), other / np.linalg.norm(other)
    turn = 2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))
    return float(np.round(np.degrees(turn), 9))
