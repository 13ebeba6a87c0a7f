"""The readable network: forward and backward, in the order of the equations.

Layer l computes `z_l = h_(l-1) W_l + b_l` and `h_l = f(z_l)`, from the inputs `h_0 = X`.
The last layer has no activation: its z are the outputs, which the loss knows how to read.
"""

from typing import NamedTuple

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.batch_norm import (
    Normalized,
    batch_norm_place,
    normalize,
    normalize_backward,
    normalize_for_evaluation,
)
from lessons.parameters import Layer
from lessons.regularization import dropout_mask


class Step(NamedTuple):
    """What a layer was given and made in `forward`; `backward` goes back over it.

    h: the layer's inputs (N, in); z: what its activation was given, (N, out); normalized: by batch
    norm, a Normalized or None; mask: of dropout, (N, out) or None.
    """

    h: np.ndarray
    z: np.ndarray
    normalized: Normalized | None = None
    mask: np.ndarray | None = None


def forward(params, config, X, training=False, rng=None, alone=False):
    """Compute the outputs of the network, layer after layer.

    `z = h W + b`, batch norm where it is on, `h = f(z)`, and in training dropout.

    Parameters: params, a list of Layer; config, with the activation and the settings of batch norm
    and dropout; X, inputs (N, d); training, whether batch norm and dropout do as in training;
    rng, a numpy Generator for dropout; alone, whether X is a single sample that was left over for
    the last batch: it has no variance, and so batch norm takes its running averages.
    Returns: the outputs, shape (N, K), and a list with the Step of every layer.
    """
    f = ACTIVATIONS[config.activation].function
    place = batch_norm_place(config.batch_norm)
    own = training and not alone
    h, steps = X, []
    for layer in params[:-1]:
        inputs, normalized, mask = h, None, None
        z = h @ layer.W + layer.b
        if place == "before":
            z, normalized = batch_norm(z, layer, config.bn_eps, own)
        h = f(z)
        if place == "after":
            h, normalized = batch_norm(h, layer, config.bn_eps, own)
        if training and config.dropout > 0:
            mask = dropout_mask(rng, h.shape, config.dropout).astype(h.dtype)
            h = h * mask
        steps.append(Step(inputs, z, normalized, mask))
    z = h @ params[-1].W + params[-1].b
    return z, [*steps, Step(h, z)]


def batch_norm(z, layer, eps, own):
    """Normalize with the batch's own mean and variance, or with the running averages."""
    if own:
        return normalize(z, layer.gamma, layer.beta, eps)
    return normalize_for_evaluation(z, layer, eps)


def backward(params, config, steps, output_gradient):
    """Compute the gradient of the loss for every parameter, from the last layer to the first.

    The chain rule, with `g_l = ∂L/∂z_l`:
    `∂L/∂W_l = h_(l-1)ᵀ g_l`, `∂L/∂b_l = Σ_n g_l`, `g_(l-1) = (g_l W_lᵀ) · f'(z_(l-1))`,
    and back through dropout and batch norm on the way. A bias before batch norm, which takes away
    the batch's own mean, changes nothing: its gradient is 0.

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
        no_effect = place == "before" and step.normalized.own
        b = np.zeros_like(layer.b) if no_effect else g.sum(axis=0)
        running = (np.zeros_like(layer.b),) * 2 if d_norm else ()
        gradients.append(Layer(step.h.T @ g, b, *d_norm, *running))
    return gradients[::-1]
