"""The readable network: forward, loss, backward, in the order of the equations.

Layer l computes `z_l = h_(l-1) W_l + b_l` and `h_l = f(z_l)`, from the inputs `h_0 = X`.
The last layer has no activation: its z are the outputs, which the loss knows how to read.
"""

import math
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.batch_norm import (
    Normalized,
    normalize,
    normalize_backward,
    normalize_for_evaluation,
)
from lessons.compiler import has_numba
from lessons.losses import LOSSES, answers
from lessons.regularization import dropout_mask


class Layer(NamedTuple):
    """The parameters of one layer: weights W (in, out), biases b (out,), and batch norm's own."""

    W: np.ndarray
    b: np.ndarray
    gamma: np.ndarray | None = None
    beta: np.ndarray | None = None
    running_mean: np.ndarray | None = None
    running_var: np.ndarray | None = None


def batch_norm_place(batch_norm):
    """Return where batch norm sits: "before" or "after" the activation, or None.

    >>> batch_norm_place(True), batch_norm_place("after"), batch_norm_place(False)
    ('before', 'after', None)
    """
    return {True: "before", False: None}.get(batch_norm, batch_norm)


class Params(list):
    """The layers of a network, in order, and the name of the loss they were trained for."""

    def __init__(self, layers, loss="auto"):
        super().__init__(layers)
        self.loss = loss


class Step(NamedTuple):
    """What a layer was given and made in `forward`; `backward` goes back over it.

    h: the layer's inputs (N, in); z: what its activation was given, (N, out); normalized: by batch
    norm, a Normalized or None; mask: of dropout, (N, out) or None.
    """

    h: np.ndarray
    z: np.ndarray
    normalized: Normalized | None = None
    mask: np.ndarray | None = None


def forward(params, config, X, training=False, rng=None):
    """Compute the outputs of the network, layer after layer.

    `z = h W + b`, batch norm where it is on, `h = f(z)`, and in training dropout.

    Parameters: params, a list of Layer; config, with the activation and the settings of batch norm
    and dropout; X, inputs (N, d); training, whether batch norm and dropout do as in training;
    rng, a numpy Generator for dropout.
    Returns: the outputs, shape (N, K), and a list with the Step of every layer.
    """
    f = ACTIVATIONS[config.activation].function
    place = batch_norm_place(config.batch_norm)
    h, steps = X, []
    for layer in params[:-1]:
        inputs, normalized, mask = h, None, None
        z = h @ layer.W + layer.b
        if place == "before":
            z, normalized = batch_norm(z, layer, config.bn_eps, training)
        h = f(z)
        if place == "after":
            h, normalized = batch_norm(h, layer, config.bn_eps, training)
        if training and config.dropout > 0:
            mask = dropout_mask(rng, h.shape, config.dropout).astype(h.dtype)
            h = h * mask
        steps.append(Step(inputs, z, normalized, mask))
    z = h @ params[-1].W + params[-1].b
    return z, [*steps, Step(h, z)]


def batch_norm(z, layer, eps, training):
    """Normalize with the batch's own mean and variance, or with the running averages."""
    if training:
        return normalize(z, layer.gamma, layer.beta, eps)
    return normalize_for_evaluation(z, layer, eps), None


def backward(params, config, steps, output_gradient):
    """Compute the gradient of the loss for every parameter, from the last layer to the first.

    The chain rule, with `g_l = ∂L/∂z_l`:
    `∂L/∂W_l = h_(l-1)ᵀ g_l`, `∂L/∂b_l = Σ_n g_l`, `g_(l-1) = (g_l W_lᵀ) · f'(z_(l-1))`,
    and back through dropout and batch norm on the way. A bias before batch norm changes nothing:
    its gradient is 0.

    Parameters: params and config; steps, as `forward` returned them in training;
    output_gradient, ∂L/∂z of the last layer, (N, K).
    Returns: a list of Layer that holds gradients in the place of parameters; those of the running
    averages, which are not trained, are 0.
    """
    derivative = ACTIVATIONS[config.activation].derivative
    place = batch_norm_place(config.batch_norm)
    g = output_gradient
    gradients = [Layer(steps[-1].h.T @ g, g.sum(axis=0))]
    for depth in reversed(range(len(params) - 1)):
        layer, step, d_norm = params[depth], steps[depth], ()
        g = g @ params[depth + 1].W.T
        if step.mask is not None:
            g = g * step.mask
        if place == "after":
            g, *d_norm = normalize_backward(g, layer.gamma, step.normalized, config.bn_eps)
        g = g * derivative(step.z)
        if place == "before":
            g, *d_norm = normalize_backward(g, layer.gamma, step.normalized, config.bn_eps)
        b = np.zeros_like(layer.b) if place == "before" else g.sum(axis=0)
        running = (np.zeros_like(layer.b),) * 2 if d_norm else ()
        gradients.append(Layer(step.h.T @ g, b, *d_norm, *running))
    return gradients[::-1]


def gradient_at(params, config, X, y):
    """Compute the gradient of the mean loss over all samples, `∂L/∂w` for every parameter.

    In training mode, as in an update on this batch, but without dropout and penalties.

    Parameters: params and config, of a run; X, inputs (N, d), for example one batch; y, their
    targets. Returns: the gradient as one vector, shape (P,), in the order of `flatten`.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1)
    >>> gradient_at(train(config, split).params, config, split.X_train, split.y_train).shape
    (354,)
    """
    config = replace(config, dropout=0.0)
    outputs, steps = forward(params, config, X, training=True)
    loss, y = LOSSES[params.loss], like(outputs, y, params.loss)
    return flatten(backward(params, config, steps, loss.gradient(outputs, y)))


def like(outputs, y, loss):
    """Give values one column per output: (N,) and (N, 1) would be compared all with all."""
    return np.asarray(y).reshape(outputs.shape) if LOSSES[loss].task == "regression" else y


def evaluate(params, config, X, y):
    """Compute the mean loss and the accuracy of a trained network, in evaluation mode.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets.
    Returns: the loss, and the share of right answers (NaN for regression).

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> run = train(config, split)
    >>> loss, accuracy = evaluate(run.params, config, split.X_train, split.y_train)
    >>> bool(abs(loss - run.train_loss[-1]) < 1e-5), bool(accuracy == run.train_accuracy[-1])
    (True, True)
    """
    X = np.asarray(X, dtype=params[0].W.dtype)
    outputs, _ = forward(params, config, X)
    return score(outputs, y, params.loss)


def score(outputs, y, loss):
    """Compare outputs with targets: the mean loss, and the share of right answers, or NaN.

    >>> score(np.array([[0.0, 0.0]]), np.array([0]), "cross_entropy")
    (0.6931471805599453, 1.0)
    """
    if len(outputs) == 0:
        return np.nan, np.nan
    y, task = like(outputs, y, loss), LOSSES[loss].task
    right = np.nan if task == "regression" else np.mean(answers(outputs, task) == y)
    return float(LOSSES[loss].function(outputs, y)), float(right)


def loss_surface(params, config, X, y, directions, a, b):
    """Compute the loss in a plane through the parameters: at `w + a·d₁ + b·d₂`.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets; directions d₁ and
    d₂, two vectors of shape (P,) in the order of `flatten`; a and b, how far to go along each,
    shapes (A,) and (B,). The running averages of batch norm stay what they are.
    Returns: losses, shape (B, A).

    Source: Li et al., "Visualizing the loss landscape of neural nets" (2018).

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> params = train(config, split).params
    >>> ones = np.ones(354, np.float32)
    >>> loss_surface(params, config, split.X_train, split.y_train, (ones, ones), [0, 1], [0]).shape
    (1, 2)
    """
    w, sizes = flatten(params), sizes_of(params)
    batch_norm = params[0].gamma is not None
    losses = np.empty((len(b), len(a)))
    with np.errstate(over="ignore", invalid="ignore"):
        for row, column in np.ndindex(losses.shape):
            moved = w + a[column] * directions[0] + b[row] * directions[1]
            layers = unflatten(moved.astype(w.dtype), sizes, params.loss, batch_norm)
            for depth, layer in enumerate(params):
                layers[depth] = layers[depth]._replace(
                    running_mean=layer.running_mean, running_var=layer.running_var
                )
            losses[row, column] = evaluate(layers, config, X, y)[0]
    return losses


def predict(params, config, X, engine="numpy"):
    """Use a trained network: class probabilities, or values.

    Parameters: params, as in `Run.params`; config, the TrainConfig of that run; X, inputs,
    shape (N, d); engine, "numpy" (readable) or "auto", which is faster where Numba is installed.
    Returns: probabilities, shape (N, classes), whose rows sum to 1; for regression
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
        prediction = LOSSES[loss].prediction(run_through(params, config, X, engine))
    single_value = LOSSES[loss].task == "regression" and prediction.shape[1] == 1
    return prediction[:, 0] if single_value else prediction


def run_through(params, config, X, engine):
    """Compute the outputs for X, (N, K); the fast engine does it for single precision."""
    if engine == "numpy" or not has_numba() or X.dtype != np.float32:
        # In pieces so small that NumPy computes them on one core: sharing them out takes longer,
        # most of all while a browser draws on the other core.
        pieces = np.array_split(X, -(-len(X) // 500) or 1)
        return np.concatenate([forward(params, config, piece)[0] for piece in pieces])
    from lessons.kernels.glue import outputs

    return outputs(params, config, X)


def decision_map(params, config, x_range, y_range, size=60, engine="numpy"):
    """Predict on a grid of points, to draw what a network with two inputs believes.

    Parameters: params, config and engine, as for `predict`; x_range and y_range, pairs (low, high)
    of the two features; size, points along each side.
    Returns: the predictions, shape (size, size) or (size, size, classes); the first index is y.

    >>> from lessons import TrainConfig, data, train
    >>> config = TrainConfig(epochs=1)
    >>> params = train(config, data.moons(n=50)).params
    >>> decision_map(params, config, (-2, 2), (-1, 1), size=3).shape
    (3, 3, 2)
    """
    x, y = np.meshgrid(np.linspace(*x_range, size), np.linspace(*y_range, size))
    points = np.column_stack([x.ravel(), y.ravel()])
    prediction = predict(params, config, points, engine)
    return prediction.reshape(size, size, *prediction.shape[1:])


def layer_sizes(config, split):
    """Return the units that every layer will have, from the inputs to the outputs, as a tuple."""
    if split.task == "classification":
        two_classes = config.loss != "auto" and LOSSES[config.loss].task == "two classes"
        outputs = 1 if two_classes else len(split.classes)
    else:
        outputs = 1 if split.y_train.ndim == 1 else split.y_train.shape[1]
    return (split.X_train.shape[1], *config.hidden, outputs)


def sizes_of(params):
    """Return the units of every layer of a network, from the inputs to the outputs, as a tuple.

    >>> sizes_of(unflatten(np.zeros(354), (2, 16, 16, 2)))
    (2, 16, 16, 2)
    """
    return (len(params[0].W), *(len(layer.b) for layer in params))


def count_parameters(sizes, batch_norm=False):
    """Count what is trained: `Σ_l (in_l + 1)·out_l`, and γ and β of every normalized unit.

    >>> count_parameters((2, 16, 16, 2)), count_parameters((2, 16, 16, 2), batch_norm=True)
    (354, 418)
    """
    linear = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    return linear + (2 * sum(sizes[1:-1]) if batch_norm else 0)


def parts(sizes, batch_norm=False):
    """List the shapes of all arrays of all layers, in the order of `flatten`.

    >>> parts((2, 3, 1))
    [[(2, 3), (3,)], [(3, 1), (1,)]]
    """
    layers = [[(n_in, n_out), (n_out,)] for n_in, n_out in pairwise(sizes)]
    for shapes in layers[:-1] if batch_norm else []:
        shapes += [shapes[1]] * 4  # γ, β, running mean, running variance
    return layers


def unflatten(vector, sizes, loss="auto", batch_norm=False):
    """View one long parameter vector as layers; the arrays share the vector's memory.

    Parameters: vector, shape (P,); sizes, units of every layer; loss, kept in the result;
    batch_norm, whether hidden layers have it.
    Returns: Params.

    >>> [layer.W.shape for layer in unflatten(np.zeros(354), (2, 16, 16, 2))]
    [(2, 16), (16, 16), (16, 2)]
    """
    layers, start = [], 0
    for shapes in parts(sizes, batch_norm):
        arrays = []
        for shape in shapes:
            stop = start + math.prod(shape)
            arrays.append(vector[start:stop].reshape(shape))
            start = stop
        layers.append(Layer(*arrays))
    return Params(layers, loss)


def flatten(layers):
    """Join all arrays of all layers into one vector, shape (P,); undone by `unflatten`."""
    arrays = [part.ravel() for layer in layers for part in layer if part is not None]
    return np.concatenate(arrays)
