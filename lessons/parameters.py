"""The parameters of a network: layer by layer, or as one long vector."""

import math
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np


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
    layers = [
        Layer(*[vector[place].reshape(shape) for place, shape in layer])
        for layer in places(tuple(sizes), batch_norm)
    ]
    return Params(layers, loss)


@cache
def places(sizes, batch_norm):
    """List, layer by layer, where each array stands in the vector, a slice, and its shape."""
    layers, start = [], 0
    for shapes in parts(sizes, batch_norm):
        layers.append([])
        for shape in shapes:
            stop = start + math.prod(shape)
            layers[-1].append((slice(start, stop), shape))
            start = stop
    return layers


def flatten(layers):
    """Join all arrays of all layers into one vector, shape (P,); undone by `unflatten`."""
    arrays = [part.ravel() for layer in layers for part in layer if part is not None]
    return np.concatenate(arrays)
