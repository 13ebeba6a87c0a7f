"""Four surfaces over two weights, each with its gradient; the least loss on all of them is 0."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Surface:
    """A loss over two weights.

    Parameters: loss, gradient, functions of w, shape (2, ...); minima, where the loss is least.
    """

    loss: Callable
    gradient: Callable
    minima: tuple


def ravine(condition=100.0, angle=30.0):
    """Return `L = ½(a² + κ·b²)`: along a its curvature is 1, across it, along b, it is κ.

    Parameters: condition κ ≥ 1; angle, in degrees, by which a is turned away from w1.

    >>> ravine(10.0, 90.0).loss(np.array([1.0, 0.0])).round(6).item()
    5.0
    """
    turned = np.deg2rad(angle)
    along = np.array([np.cos(turned), np.sin(turned)])
    across = np.array([-along[1], along[0]])
    hessian = np.outer(along, along) + condition * np.outer(across, across)

    def loss(w):
        a, b = (side[0] * w[0] + side[1] * w[1] for side in (along, across))
        return 0.5 * (a**2 + condition * b**2)

    def gradient(w):
        return (hessian @ w.reshape(2, -1)).reshape(w.shape)

    return Surface(loss, gradient, ((0.0, 0.0),))


def saddle():
    """Return `L = ½w1² - ½w2² + ¼w2⁴ + ¼`, a pass at (0, 0) between two minima at (0, ±1).

    The fourth power bounds it: down an endless slope the largest rate would always win.

    >>> saddle().loss(np.array([[0.0, 0.0], [0.0, 1.0]])).tolist()
    [0.25, 0.0]
    """

    def loss(w):
        return 0.5 * w[0] ** 2 + 0.25 * (w[1] ** 2 - 1) ** 2

    def gradient(w):
        return np.stack([w[0], w[1] * (w[1] ** 2 - 1)])

    return Surface(loss, gradient, ((0.0, 1.0), (0.0, -1.0)))


def plateau():
    """Return `L = 1 - exp(-2(w1² + w2²))`: a hole in a plain, which is flat far away.

    >>> slopes = plateau().gradient(np.array([[1.5, 0.5], [0.0, 0.0]]))[0]
    >>> slopes.round(3).tolist()
    [0.067, 1.213]
    """

    def loss(w):
        return -np.expm1(-2 * (w[0] ** 2 + w[1] ** 2))

    def gradient(w):
        return 4 * w * np.exp(-2 * (w[0] ** 2 + w[1] ** 2))

    return Surface(loss, gradient, ((0.0, 0.0),))


def rosenbrock():
    """Return `L = (1 - w1)² + 100(w2 + 1 - w1²)²`, a bent valley; its minimum is at (1, 0).

    Source: Rosenbrock, "An automatic method for finding the greatest or least value of a
    function" (1960), moved down by 1.

    >>> rosenbrock().loss(np.array([1.0, 0.0])).item()
    0.0
    """

    def loss(w):
        return (1 - w[0]) ** 2 + 100 * (w[1] + 1 - w[0] ** 2) ** 2

    def gradient(w):
        off = w[1] + 1 - w[0] ** 2
        return np.stack([-2 * (1 - w[0]) - 400 * w[0] * off, 200 * off])

    return Surface(loss, gradient, ((1.0, 0.0),))


SURFACES = {"ravine": ravine, "saddle": saddle, "plateau": plateau, "rosenbrock": rosenbrock}


def surface(name, condition, angle):
    """Return the surface of this name; only the ravine has a condition number and an angle."""
    return ravine(condition, angle) if name == "ravine" else SURFACES[name]()
