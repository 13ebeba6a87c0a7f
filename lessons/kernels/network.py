"""The network: forward, backward and evaluation of the loaded samples, layer for layer.

A batch is stored unit by unit, `H[unit, sample]`, with its samples side by side, and each loop
takes LANES of them at once. All units of all levels (0: the inputs, then layer after layer) are
rows of the same arrays; those of level k begin at `net.row[k]`. Where a batch does not fill its
last lanes, `live` is 0 there, and so is every gradient.

theta holds the layers one behind the other, each as in `lessons.network.flatten`; `net.at[k]` is
where the layer that computes level k begins. Inside, arrays are addresses (see `lanes.py`).
"""

from typing import NamedTuple

import numpy as np

from lessons.kernels.activations import activate
from lessons.kernels.batch_norm import (
    AFTER,
    BEFORE,
    draw_dropout,
    normalize,
    normalize_backward,
)
from lessons.kernels.compiling import compiled
from lessons.kernels.lanes import LANES, load, store, total, where, zeros
from lessons.kernels.layers import multiply, weight_gradient, weighted_sums
from lessons.kernels.losses import CROSS_ENTROPY, measure

# Cells of the array that a running training shares with whoever watches it.
UPDATES_DONE, STOP = range(2)
# Samples that are evaluated together: few enough to stay in cache.
BLOCK = 128
# A unit whose derivative is smaller than this hardly learns: it is dead, or saturated.
FLAT = 0.01


class Net(NamedTuple):
    """Sizes: units, first row and first parameter of every level; `width` samples fit in a row."""

    size: np.ndarray
    row: np.ndarray
    at: np.ndarray
    last: int
    parameters: int
    width: int


class Knobs(NamedTuple):
    """Settings of a run as numbers; 0, or infinity for the clips, where one is off.

    `normalize` is 0, BEFORE or AFTER; `decoupled` is 1 if l2 is AdamW's weight decay; `answers`,
    if there are classes to count right answers of; `keep_updates`, if each update gets a snapshot.
    """

    activation: int
    loss: int
    optimizer: int
    normalize: int
    decoupled: int
    patience: int
    answers: int
    keep_updates: int
    momentum: float
    beta1: float
    beta2: float
    epsilon: float
    l1: float
    l2: float
    dropout: float
    bn_eps: float
    bn_momentum: float
    clip_norm: float
    clip_value: float


class Workspace(NamedTuple):
    """Arrays that every batch uses again.

    (rows, width): values H after and Z before the activation, its derivative D, gradients G with
    respect to Z, normalized values N, dropout masks M. (outputs, width): targets Y. (width,): live.
    (rows, LANES): steepest derivative of a unit. (rows,): mean, variance and 1/std of a batch.
    (parameters,): gradient, the parameters to come, the optimizer's two memories, and `decays`,
    which is 1 for weights and 0 for all else.
    """

    H: np.ndarray
    Z: np.ndarray
    D: np.ndarray
    G: np.ndarray
    N: np.ndarray
    M: np.ndarray
    Y: np.ndarray
    live: np.ndarray
    steepest: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    inverse: np.ndarray
    gradient: np.ndarray
    fresh: np.ndarray
    first: np.ndarray
    second: np.ndarray
    decays: np.ndarray


@compiled
def load_samples(X, Y, outputs, order, start, m, net, work):
    """Copy the samples `order[start : start + m]` and their targets into the workspace."""
    d, width, first = net.size[0], net.width, net.row[0] * net.width
    for s in range(m):
        n = order[start + s]
        for i in range(d):
            work.H[first + i * width + s] = X[n * d + i]
        for k in range(outputs):
            work.Y[k * width + s] = Y[n * outputs + k]
    for s in range(m, min(width, m + LANES)):
        for i in range(d):
            work.H[first + i * width + s] = 0
    for s in range(width):
        work.live[s] = 1 if s < m else 0


@compiled
def forward(theta, net, knobs, work, m, training, rng):
    """Run the loaded samples through all layers; the outputs are the last level of Z."""
    for k in range(1, net.last + 1):
        n_in, n, row = net.size[k - 1], net.size[k], net.row[k]
        bias = net.at[k] + n_in * n
        weighted_sums(
            theta, net.at[k], n, 1, n_in, n, bias, work.H, net.row[k - 1], work.Z, row, net.width, m
        )
        if k == net.last:
            return
        if knobs.normalize == BEFORE:
            normalize(theta, bias + n, knobs.bn_eps, work.Z, row, n, m, net, work, training)
        activate(knobs.activation, work.Z, work.H, work.D, row, n, net.width, m)
        if knobs.normalize == AFTER:
            normalize(theta, bias + n, knobs.bn_eps, work.H, row, n, m, net, work, training)
        if training and knobs.dropout > 0:
            draw_dropout(rng, knobs.dropout, row, n, m, net, work)
            multiply(work.H, work.M, row, n, net.width, m)


@compiled
def backward(theta, gradient, net, knobs, work, m):
    """Compute the gradient of the mean loss for every parameter, last layer first."""
    outputs = 1 if knobs.loss == CROSS_ENTROPY else net.size[net.last]
    first = net.row[net.last] * net.width
    for a in range(first, first + net.size[net.last] * net.width, net.width):
        for s in range(a, a + m, LANES):
            store(work.G, s, load(work.G, s) / (m * outputs))
    for k in range(net.last, 0, -1):
        n_in, n, row, at = net.size[k - 1], net.size[k], net.row[k], net.at[k]
        bias = at + n_in * n
        if k < net.last:
            if knobs.dropout > 0:
                multiply(work.G, work.M, row, n, net.width, m)
            if knobs.normalize == AFTER:
                normalize_backward(theta, gradient, bias + n, row, n, m, net, work)
            multiply(work.G, work.D, row, n, net.width, m)
            if knobs.normalize == BEFORE:
                normalize_backward(theta, gradient, bias + n, row, n, m, net, work)
        weight_gradient(gradient, at, n_in, n, work.H, net.row[k - 1], work.G, row, net.width, m)
        if k < net.last and knobs.normalize == BEFORE:
            for j in range(n):  # a constant before batch norm changes nothing
                gradient[bias + j] = 0
        if k > 1:
            weighted_sums(
                theta, at, 1, n, n, n_in, -1, work.G, row, work.G, net.row[k - 1], net.width, m
            )


@compiled
def watch(net, work, m, sums):
    """Add up what hidden levels do: of each, Σh, Σh², and how many derivatives are flat."""
    for k in range(1, net.last):
        h_sum = h_square = flat = zeros(work.H)
        for j in range(net.size[k]):
            a, unit = (net.row[k] + j) * net.width, (net.row[k] + j) * LANES
            steepest = load(work.steepest, unit)
            for s in range(0, m, LANES):
                live = load(work.live, s)
                h, d = load(work.H, a + s) * live, abs(load(work.D, a + s))
                h_sum += h
                h_square += h * h
                flat += where(d < FLAT, live, 0)
                steepest = max(steepest, d * live)
            store(work.steepest, unit, steepest)
        sums[3 * k] += total(h_sum)
        sums[3 * k + 1] += total(h_square)
        sums[3 * k + 2] += total(flat)


@compiled
def evaluate(theta, X, Y, n, outputs, order, net, knobs, work, shared, sums, watched, rng):
    """Mean loss and accuracy over n samples in evaluation mode; NaN where there are none."""
    losses, hits = 0.0, 0.0
    for start in range(0, n, BLOCK):
        if shared[STOP]:
            return np.nan, np.nan
        m = min(BLOCK, n - start)
        load_samples(X, Y, outputs, order, start, m, net, work)
        forward(theta, net, knobs, work, m, False, rng)
        block_losses, block_hits = measure(knobs.loss, net, work, m)
        losses += block_losses
        hits += block_hits
        if watched:
            watch(net, work, m, sums)
    return (losses / n, hits / n) if n > 0 else (np.nan, np.nan)
