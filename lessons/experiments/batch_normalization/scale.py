"""Scale invariance: of the weights before batch norm only the direction counts.

k times larger weights give the same outputs and a gradient k times smaller; so a step turns them
k² times less, and the rate that counts is `η/‖w‖²` (van Laarhoven, "L2 regularization versus batch
and weight normalization", 2017).
"""

import numpy as np

from lessons.evaluation import gradient_at
from lessons.parameters import Params, flatten


def scaled(params, k):
    """Return the same network with weights and biases of its hidden layers k times as large.

    Parameters: params, of a run with hidden layers; k > 0. Returns: Params.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(batch_norm=True, epochs=1)
    >>> params = train(config, split).params
    >>> weight_length(scaled(params, 2)) == 2 * weight_length(params)
    True
    """
    hidden = [layer._replace(W=k * layer.W, b=k * layer.b) for layer in params[:-1]]
    return Params([*hidden, params[-1]], params.loss)


def hidden_weights(params):
    """Mark the weights and biases of the hidden layers among all parameters, in flat order.

    Returns: shape (P,), 1 where they stand, 0 for the output layer and what batch norm learns.

    >>> from lessons.parameters import unflatten
    >>> hidden_weights(unflatten(np.zeros(7), (1, 2, 1))).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    """
    marks = [layer._make(p if p is None else 0.0 * p for p in layer) for layer in params]
    for layer in marks[:-1]:
        layer.W[...], layer.b[...] = 1, 1
    return flatten(marks)


def weight_length(params):
    """Compute the length ‖w‖ of the hidden layers' weights, all together as one vector.

    >>> from lessons.parameters import Layer
    >>> one = np.ones(1)
    >>> weight_length([Layer(np.array([[3.0, 4.0]]), None), Layer(one, None)])
    5.0
    """
    return float(np.sqrt(sum(np.sum(layer.W.astype(float) ** 2) for layer in params[:-1])))


def weight_gradient(params, config, X, y):
    """Compute the gradient for weights and biases of the hidden layers, shape (P,), else 0.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets.
    """
    return hidden_weights(params) * gradient_at(params, config, X, y)
