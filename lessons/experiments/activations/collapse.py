"""Why there is a non-linearity at all: layers without one collapse into a single layer."""

import numpy as np

from lessons.parameters import Layer


def collapse(layers):
    """Multiply fully connected layers without activations into one that computes the same.

    `(x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)`, and so on for any number of layers:
    `W = W_1 W_2 … W_L`, `b = (…(b_1 W_2 + b_2) W_3 + …) W_L + b_L`.

    Parameters: layers, a list of Layer, at least one, without batch norm, as in `Run.params` of a
    network with the activation identity.
    Returns: a Layer with W, shape (inputs, outputs), and b, shape (outputs,), both float64.

    >>> steps = [Layer(np.array([[2.0]]), np.array([1.0])), Layer(np.array([[3.0]]), np.zeros(1))]
    >>> one = collapse(steps)
    >>> one.W.tolist(), one.b.tolist()
    ([[6.0]], [3.0])
    """
    W, b = (part.astype(np.float64) for part in layers[0][:2])
    for layer in layers[1:]:
        W, b = W @ layer.W, b @ layer.W + layer.b
    return Layer(W, b)


def boundary(layer):
    """Return the line on which a single layer scores two classes alike: `n·x + c = 0`.

    Parameters: layer, a Layer with two outputs. Returns: n, shape (inputs,), and c, a number.

    >>> n, c = boundary(Layer(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 2.0])))
    >>> n.tolist(), float(c)
    ([-1.0, 1.0], 2.0)
    """
    return layer.W[:, 1] - layer.W[:, 0], layer.b[1] - layer.b[0]


def line_in_box(normal, offset, x_range, y_range):
    """Find where the line `n·x + c = 0` enters and leaves a box.

    Parameters: normal n, shape (2,); offset c; x_range and y_range, pairs (low, high).
    Returns: the two points, shape (2, 2), one per row; shape (0, 2) if it misses the box.

    >>> line_in_box(np.array([1.0, -1.0]), 0.0, (0, 2), (0, 1)).tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    points = []
    for axis, ends, across in ((0, x_range, y_range), (1, y_range, x_range)):
        other = 1 - axis
        if normal[other] == 0:
            continue
        for end in ends:
            value = -(offset + normal[axis] * end) / normal[other]
            if across[0] <= value <= across[1]:
                points.append([end, value] if axis == 0 else [value, end])
    points = np.unique(np.array(points, float).reshape(-1, 2), axis=0)
    return points[[0, -1]] if len(points) > 1 else np.empty((0, 2))
