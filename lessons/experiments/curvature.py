"""How steep the loss of a network curves: the largest curvature λ_max, at any point of a run.

The curvatures are the eigenvalues of the Hessian `H`, the matrix of all second derivatives
`∂²L/∂w_i∂w_j`. It has P² entries; to find its largest eigenvalue, products `H v` are enough.
"""

import numpy as np

from lessons.evaluation import gradient_at
from lessons.parameters import flatten, sizes_of, unflatten

# How far to go along a direction of length 1: far for double precision, and short of most kinks of
# ReLU, beyond which lies another curvature.
H = 1e-7


def hessian_product(params, config, X, y, v):
    """`H v`, how the gradient changes along v: `(∇L(w + h·v) - ∇L(w - h·v)) / 2h`.

    Parameters: params and config, of a run without batch norm; X, inputs (N, d); y, their targets;
    v, shape (P,), in the order of `flatten`.
    Returns: shape (P,), in double precision.
    Source: Pearlmutter, "Fast exact multiplication by the Hessian" (1994), equation 1.
    """
    w, sizes = flatten(params).astype(np.float64), sizes_of(params)
    X = np.asarray(X, np.float64)
    step = H * v
    up, down = (
        gradient_at(unflatten(moved, sizes, params.loss), config, X, y)
        for moved in (w + step, w - step)
    )
    return (up - down) / (2 * H)


def largest_curvature(params, config, X, y, rounds=40, seed=0):
    """Find λ_max by power iteration: `v ← H v / ‖H v‖`, and at last `λ = vᵀ H v`.

    Each product turns v further into the direction that H stretches most.

    Parameters: as in `hessian_product`; rounds, how often v is turned; seed, of the first v.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1)
    >>> run = train(config, split)
    >>> largest_curvature(run.params, config, split.X_train, split.y_train) > 1
    True
    """
    v = np.random.default_rng(seed).standard_normal(len(flatten(params)))
    for _ in range(rounds):
        v /= np.linalg.norm(v)
        turned = hessian_product(params, config, X, y, v)
        curvature = float(v @ turned)
        v = turned
    return curvature
