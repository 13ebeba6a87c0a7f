"""Is it the vanishing that stops a deep network? All layers' gradients are brought to one length.

If sigmoid networks do not learn because the gradient of their first layers is so much smaller than
that of the last, they must learn once that difference is taken away and nothing else is changed.
"""

import numpy as np

from lessons.evaluation import evaluate, gradient_at
from lessons.parameters import Layer, flatten
from lessons.plan import make_plan
from lessons.randomness import draw_orders
from lessons.verdict import guessing_loss


def equalized(layers):
    """Give the gradient of every layer the length 1, its direction as it is.

    >>> one = equalized([Layer(np.array([[3e-9]]), np.array([4e-9]))])
    >>> one[0].W.round(6).tolist(), one[0].b.round(6).tolist()
    ([[0.6]], [0.8])
    """
    found = []
    for layer in layers:
        length = np.linalg.norm(flatten([layer]))
        found.append(Layer(layer.W / length, layer.b / length) if length else layer)
    return found


def of_one_length(layers):
    """Give the whole gradient a length, and leave the layers' shares in it as they are.

    Its square is the number of layers, as it is where the gradient of each has the length 1.

    >>> one = of_one_length([Layer(np.array([[3e-9]]), np.array([4e-9]))])
    >>> one[0].W.round(6).tolist(), one[0].b.round(6).tolist()
    ([[0.6]], [0.8])
    """
    length = np.linalg.norm(flatten(layers)) / np.sqrt(len(layers))
    return [Layer(layer.W / length, layer.b / length) for layer in layers] if length else layers


def learns(config, split, rate, change=None):
    """Train by plain gradient descent, with gradients that are changed or as they are.

    Parameters: config, without batch norm; split; rate, which falls to 0 in a straight line, since
    steps of one length never come to rest; change, `equalized`, `of_one_length`, or None.
    Returns: whether the loss ends below half of guessing.

    >>> from lessons import TrainConfig, data
    >>> learns(TrainConfig(epochs=20, dtype="float64"), data.moons(n=100), 0.03, equalized)
    True
    """
    plan = make_plan(config, split, "fit")
    params, (X, y) = plan.unflatten(plan.w.copy()), plan.train
    updates = int(plan.starts[-1])
    u = 0
    for order in (order for chunk in draw_orders(plan) for order in chunk):
        for start in range(0, len(X), config.batch_size):
            rows = order[start : start + config.batch_size]
            g = plan.unflatten(gradient_at(params, plan.config, X[rows], y[rows]))
            for layer, step in zip(params, change(g) if change else g, strict=True):
                layer.W[...] -= rate * (1 - u / updates) * step.W
                layer.b[...] -= rate * (1 - u / updates) * step.b
            u += 1
    return evaluate(params, plan.config, X, y)[0] < guessing_loss(split) / 2
