"""The readable network: forward, loss, backward, in the order of the equations.

Layer l computes `z_l = h_(l-1) W_l + b_l` and `h_l = f(z_l)`, from the inputs `h_0 = X`.
The last layer has no activation: its z are the outputs, which the loss knows how to read.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.losses import LOSSES


class Layer(NamedTuple):
    """The parameters of one layer: weights W (in, out), biases b (out,), and batch norm's own."""

    W: np.ndarray
    b: np.ndarray
    gamma: np.ndarray | None = None
    beta: np.ndarray | None = None
    running_mean: np.ndarray | None = None
    running_var: np.ndarray | None = None


class Params(list):
    """The layers of a network, in order, and the name of the loss they were trained for."""

    def __init__(self, layers, loss="auto"):
        super().__init__(layers)
        self.loss = loss


def forward(params, activation, X):
    """Compute `z_l` and `h_l` for every layer.

    Parameters: params, a list of Layer; activation, an Activation; X, inputs (N, d).
    Returns: zs, the pre-activations of every layer, and hs, the inputs of every layer; the last
    of zs holds the outputs, shape (N, K).
    """
    zs, hs = [], [X]
    for layer in params:
        zs.append(hs[-1] @ layer.W + layer.b)
        hs.append(activation.function(zs[-1]))
    return zs, hs[:-1]


def backward(params, activation, zs, hs, output_gradient):
    """Compute the gradient of the loss for every W and b, from the last layer to the first.

    The chain rule, with `g_l = ∂L/∂z_l`:
    `∂L/∂W_l = h_(l-1)ᵀ g_l`, `∂L/∂b_l = Σ_n g_l`, `g_(l-1) = (g_l W_lᵀ) · f'(z_(l-1))`.

    Parameters: as returned by `forward`; output_gradient, ∂L/∂z of the last layer, (N, K).
    Returns: a list of Layer that holds gradients in the place of parameters.
    """
    g = output_gradient
    gradients = []
    for depth in reversed(range(len(params))):
        gradients.append(Layer(hs[depth].T @ g, g.sum(axis=0)))
        if depth > 0:
            g = (g @ params[depth].W.T) * activation.derivative(zs[depth - 1])
    return gradients[::-1]


def gradient(params, config, X, y):
    """Compute the gradient of the mean loss over all samples, `∂L/∂w` for every weight and bias.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets.
    Returns: the gradient as one vector, shape (P,), in the order of `flatten`.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1)
    >>> gradient(train(config, split).params, config, split.X_train, split.y_train).shape
    (354,)
    """
    activation, loss = ACTIVATIONS[config.activation], LOSSES[params.loss]
    zs, hs = forward(params, activation, X)
    if loss.task == "regression":
        y = y.reshape(zs[-1].shape)  # (N,) and (N, 1) would be compared all with all
    return flatten(backward(params, activation, zs, hs, loss.gradient(zs[-1], y)))


def predict(params, config, X):
    """Use a trained network: class probabilities, or values.

    Parameters: params, as in `Run.params`; config, the TrainConfig of that run; X, inputs,
    shape (N, d). Returns: probabilities, shape (N, classes), whose rows sum to 1; for regression
    values, shape (N,), or (N, k) for several outputs.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> predict(train(config, split).params, config, split.X_test).shape
    (17, 2)
    """
    X = np.asarray(X, dtype=params[0].W.dtype)
    d = len(params[0].W)
    if X.ndim != 2 or X.shape[1] != d:
        raise ValueError(f"X must have shape (N, {d}), as in training, got shape {X.shape}")
    loss = params.loss if config.loss == "auto" else config.loss
    with np.errstate(over="ignore", invalid="ignore"):
        zs, _ = forward(params, ACTIVATIONS[config.activation], X)
        prediction = LOSSES[loss].prediction(zs[-1])
    return prediction[:, 0] if prediction.shape[1] == 1 else prediction


def decision_map(params, config, x_range, y_range, size=60):
    """Predict on a grid of points, to draw what a network with two inputs believes.

    Parameters: params and config, as for `predict`; x_range and y_range, pairs (low, high) of the
    two features; size, points along each side.
    Returns: the predictions, shape (size, size) or (size, size, classes); the first index is y.

    >>> from lessons import TrainConfig, data, train
    >>> config = TrainConfig(epochs=1)
    >>> params = train(config, data.moons(n=50)).params
    >>> decision_map(params, config, (-2, 2), (-1, 1), size=3).shape
    (3, 3, 2)
    """
    x, y = np.meshgrid(np.linspace(*x_range, size), np.linspace(*y_range, size))
    points = np.column_stack([x.ravel(), y.ravel()])
    # In pieces so small that NumPy computes them on one core: sharing them out takes longer, most
    # of all while a browser draws on the other core.
    pieces = np.array_split(points, -(-len(points) // 500))
    prediction = np.concatenate([predict(params, config, piece) for piece in pieces])
    return prediction.reshape(size, size, *prediction.shape[1:])


def layer_sizes(config, split):
    """Return the units of every layer, from the inputs to the outputs, as a tuple."""
    if split.task == "classification":
        outputs = len(split.classes)
    else:
        outputs = 1 if split.y_train.ndim == 1 else split.y_train.shape[1]
    return (split.X_train.shape[1], *config.hidden, outputs)


def count_parameters(sizes):
    """Count weights and biases: `Σ_l (in_l + 1)·out_l`.

    >>> count_parameters((2, 16, 16, 2))
    354
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def unflatten(vector, sizes, loss="auto"):
    """View one long parameter vector as layers; the arrays share the vector's memory.

    Parameters: vector, shape (P,); sizes, units of every layer; loss, kept in the result.
    Returns: Params.

    >>> [layer.W.shape for layer in unflatten(np.zeros(354), (2, 16, 16, 2))]
    [(2, 16), (16, 16), (16, 2)]
    """
    layers, start = [], 0
    for n_in, n_out in pairwise(sizes):
        stop = start + n_in * n_out
        W = vector[start:stop].reshape(n_in, n_out)
        layers.append(Layer(W, vector[stop : stop + n_out]))
        start = stop + n_out
    return Params(layers, loss)


def flatten(layers):
    """Join the W and b of all layers into one vector, shape (P,); undone by `unflatten`."""
    return np.concatenate([part.ravel() for layer in layers for part in (layer.W, layer.b)])
