"""The network: forward, backward and evaluation of the loaded samples, layer for layer.

A batch is stored in blocks of LANES samples, each block unit by unit (see `layers.py`). The inputs,
level 0, have an array of their own; all units of the levels above, layer after layer, are rows of
the same arrays, and those of level k begin at `net.row[k]`. Where a batch does not fill its last
lanes, `live` is 0 there, and so is every gradient.

theta holds the layers one behind the other, each as in `lessons.parameters.flatten`; `net.at[k]` is
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
from lessons.kernels.lanes import (
    LANES,
    lane,
    load,
    prefetch,
    store,
    store_transposed,
    total,
    where,
    zeros,
)
from lessons.kernels.layers import multiply, weight_gradient, weighted_sums
from lessons.kernels.losses import CROSS_ENTROPY, measure

# Cells of the array that a running training shares with whoever watches it.
UPDATES_DONE, STOP = range(2)
# Samples that are evaluated together: few enough to stay in cache.
BLOCK = 128
# Data too large for the cache is asked for so many numbers before it is used.
AHEAD = 96
# A unit whose derivative is smaller than this hardly learns: it is dead, or saturated.
FLAT = 0.01


class Net(NamedTuple):
    """Sizes: units, first row and first parameter of every level; rows of a block; samples."""

    size: np.ndarray
    row: np.ndarray
    at: np.ndarray
    last: int
    parameters: int
    height: int
    width: int


class Knobs(NamedTuple):
    """Settings of a run as numbers; 0, or infinity for the clips, where one is off.

    `normalize` is 0, BEFORE or AFTER; `decoupled` is 1 if l2 is AdamW's weight decay; `answers`,
    if there are classes to count right answers of; `by_update`, if updates get the snapshots.
    """

    activation: int
    loss: int
    optimizer: int
    normalize: int
    decoupled: int
    patience: int
    answers: int
    by_update: int
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

    (blocks, rows, LANES): values H after and Z before the activation, its derivative D, gradients G
    with respect to Z, normalized values N, dropout masks M. Likewise the inputs, with a row each,
    and the targets Y. (width,): live. (2·width, LANES): T, some units of G with samples for rows.
    (rows, LANES): steepest derivative of a unit. (rows,): mean, variance and 1/std of a batch.
    (parameters,): gradient, the parameters to come, the optimizer's two memories, and `decays`,
    which is 1 for weights and 0 for all else. (LANES,): starts, of the rows to be transposed.
    """

    inputs: np.ndarray
    H: np.ndarray
    Z: np.ndarray
    D: np.ndarray
    G: np.ndarray
    N: np.ndarray
    M: np.ndarray
    Y: np.ndarray
    T: np.ndarray
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
    starts: np.ndarray


@compiled
def load_samples(X, Y, outputs, order, start, m, net, work):
    """Copy the samples `order[start : start + m]` and their targets into the workspace."""
    d = net.size[0]
    whole = d - d % LANES
    for s in range(0, m, LANES):
        filled = min(LANES, m - s)
        for k in range(filled):
            n = order[start + s + k]
            work.starts[k] = n * d
            work.live[s + k] = 1
            for i in range(whole, d):
                work.inputs[s * d + i * LANES + k] = X[n * d + i]
            for i in range(outputs):
                work.Y[s * outputs + i * LANES + k] = Y[n * outputs + i]
        for k in range(filled, LANES):  # any sample of this data: it counts for nothing
            work.starts[k] = work.starts[0]
            work.live[s + k] = 0
        for i in range(0, whole, LANES):
            for k in range(LANES):
                prefetch(X, work.starts[k] + i + AHEAD)
            store_transposed(work.inputs, s * d + i * LANES, X, work.starts, i)


@compiled
def below(k, net, work):
    """Return the array that holds the values of level k, where they begin, and its height."""
    if k == 0:
        return work.inputs, 0, net.size[0]
    return work.H, net.row[k] * LANES, net.height


@compiled
def forward(theta, net, knobs, work, m, training, own, rng):
    """Run the loaded samples through all layers; the outputs are the last level of Z.

    training turns dropout on; own lets batch norm take the batch's own mean and variance.
    """
    height = net.height
    for k in range(1, net.last + 1):
        n_in, n, row = net.size[k - 1], net.size[k], net.row[k]
        H, h, h_height = below(k - 1, net, work)
        z, bias = row * LANES, net.at[k] + n_in * n
        weighted_sums(theta, net.at[k], n, 1, n_in, n, bias, H, h, h_height, work.Z, z, height, m)
        if k == net.last:
            return
        if knobs.normalize == BEFORE:
            normalize(theta, bias + n, knobs.bn_eps, work.Z, row, n, m, net, work, own)
        activate(knobs.activation, work.Z, work.H, work.D, z, height, n, m)
        if knobs.normalize == AFTER:
            normalize(theta, bias + n, knobs.bn_eps, work.H, row, n, m, net, work, own)
        if training and knobs.dropout > 0:
            draw_dropout(rng, knobs.dropout, row, n, m, net, work)
            multiply(work.H, work.M, z, height, n, m)


@compiled
def backward(theta, gradient, net, knobs, work, m, own):
    """Compute the gradient of the mean loss for every parameter, last layer first."""
    outputs = 1 if knobs.loss == CROSS_ENTROPY else net.size[net.last]
    scale, height, rows = 1 / (m * outputs), net.height, net.size[net.last] * LANES
    for s in range(0, m, LANES):
        first = net.row[net.last] * LANES + s * height
        for a in range(first, first + rows, LANES):
            store(work.G, a, load(work.G, a) * scale)
    for k in range(net.last, 0, -1):
        n_in, n, row, at = net.size[k - 1], net.size[k], net.row[k], net.at[k]
        g, bias = row * LANES, at + n_in * n
        if k < net.last:
            if knobs.dropout > 0:
                multiply(work.G, work.M, g, height, n, m)
            if knobs.normalize == AFTER:
                normalize_backward(theta, gradient, bias + n, row, n, m, net, work, own)
            multiply(work.G, work.D, g, height, n, m)
            if knobs.normalize == BEFORE:
                normalize_backward(theta, gradient, bias + n, row, n, m, net, work, own)
        H, h, h_height = below(k - 1, net, work)
        weight_gradient(
            gradient, at, n_in, n, H, h, h_height, work.G, g, height, m, work.T, work.starts
        )
        if k < net.last and knobs.normalize == BEFORE and own:
            for j in range(n):  # a constant that the batch's own mean takes away again
                gradient[bias + j] = 0
        if k > 1:
            to = net.row[k - 1] * LANES
            weighted_sums(theta, at, 1, n, n, n_in, -1, work.G, g, height, work.G, to, height, m)


@compiled
def watch(net, work, m, sums):
    """Sum up what hidden levels do: of each, `n`, mean and `Σ(h - mean)²`, and flat derivatives."""
    for k in range(1, net.last):
        n, center = m * net.size[k], rough_mean(k, net, work, m)
        rest = square = flat = zeros(work.H)
        for j in range(net.size[k]):
            unit = (net.row[k] + j) * LANES
            steepest = load(work.steepest, unit)
            for s in range(0, m, LANES):
                live, a = load(work.live, s), unit + s * net.height
                h, d = (load(work.H, a) - center) * live, abs(load(work.D, a))
                rest += h
                square += h * h
                flat += where(d < FLAT, live, 0)
                steepest = max(steepest, d * live)
            store(work.steepest, unit, steepest)
        moved = total(rest) / n
        squares = abs(total(square) - moved * moved * n)  # of equal numbers, a rounding error
        merge(sums, 4 * k, n, lane(center, 0) + moved, squares)
        sums[4 * k + 3] += total(flat)


@compiled
def rough_mean(k, net, work, m):
    """Mean of level k over the first LANES samples, in all lanes.

    Of a BLOCK it is at most a few standard deviations off, so sums of squares around it lose next
    to nothing, which around 0 they do.
    """
    h_sum = zeros(work.H)
    for j in range(net.size[k]):
        h_sum += load(work.H, (net.row[k] + j) * LANES) * load(work.live, 0)
    return zeros(work.H) + total(h_sum) / (min(m, LANES) * net.size[k])


@compiled
def merge(sums, at, n, mean, squares):
    """Merge n numbers with those before, of which `sums` holds n, mean and `Σ(h - mean)²`.

    Source: Chan et al., "Updating formulae and a pairwise algorithm" (1979).
    """
    before, moved = sums[at], mean - sums[at + 1]
    sums[at] += n
    sums[at + 1] += moved * n / sums[at]
    sums[at + 2] += squares + moved * moved * before * n / sums[at]


@compiled
def evaluate(theta, X, Y, n, outputs, order, net, knobs, work, shared, sums, watched, rng):
    """Mean loss and accuracy over n samples in evaluation mode; NaN where there are none."""
    losses, hits = 0.0, 0.0
    for start in range(0, n, BLOCK):
        if shared[STOP]:
            return np.nan, np.nan
        m = min(BLOCK, n - start)
        load_samples(X, Y, outputs, order, start, m, net, work)
        forward(theta, net, knobs, work, m, False, False, rng)
        block_losses, block_hits = measure(knobs.loss, net, work, m)
        losses += block_losses
        hits += block_hits
        if watched:
            watch(net, work, m, sums)
    return (losses / n, hits / n) if n > 0 else (np.nan, np.nan)
