"""Losses: of a score z and a target y, the loss, its slope, and 1 where the answer is right.

Two classes are told apart by one score: y is 0 or 1, and the answer is 1 where z > 0.
"""

from lessons.kernels.compiling import compiled, compiled_with
from lessons.kernels.elementary import exp, log, log1p, sigmoid
from lessons.kernels.lanes import LANES, load, sign, store, total, where, zeros


@compiled
def mse(z, y):
    r = z - y
    return r * r, 2 * r, y


@compiled
def mae(z, y):
    return abs(z - y), sign(z - y), y


@compiled
def huber(z, y):
    size = abs(z - y)
    near = size < 1
    return where(near, 0.5 * size * size, size - 0.5), where(near, z - y, sign(z - y)), y


@compiled
def binary_cross_entropy(z, y):
    loss = max(z, 0) - z * y + log1p(exp(-abs(z)))
    s = 1 - 2 * y
    return loss, s * sigmoid(s * z)[0], where(z > 0, y, 1 - y)


@compiled
def hinge(z, y):
    t = 2 * y - 1
    return max(1 - t * z, 0), where(t * z < 1, -t, t * 0), where(z > 0, y, 1 - y)


@compiled
def brier(z, y):
    s = 1 - 2 * y
    error, slope = sigmoid(s * z)
    return error * error, 2 * s * error * slope, where(z > 0, y, 1 - y)


def measure_with(function):
    """Make the loop over all outputs and samples for one loss."""

    @compiled_with(function)
    def loop(net, work, m):
        losses, hits = 0.0, 0.0
        n, first = net.size[net.last], net.row[net.last] * LANES
        for s in range(0, m, LANES):
            live = load(work.live, s)
            for k in range(n):
                a = first + s * net.height + k * LANES
                y = load(work.Y, s * n + k * LANES)
                loss, slope, right = function(load(work.Z, a), y)
                store(work.G, a, slope * live)
                losses += total(loss * live)
                hits += total(right * live)
        return losses, hits

    return loop


@compiled
def cross_entropy(net, work, m):
    """Softmax cross-entropy: `log Σ_k e^(z_k) - z_y`; its gradient is `p - onehot(y)`.

    Beside a probability of almost 1, those of the others are added up by themselves: `others` are
    all but the highest score's, `wrong` all but that of y.
    """
    losses, hits = 0.0, 0.0
    n = net.size[net.last]
    for s in range(0, m, LANES):
        y, live = load(work.Y, s), load(work.live, s)
        first = net.row[net.last] * LANES + s * net.height
        highest = load(work.Z, first)
        answer = score = others = wrong = zeros(work.Z)
        for k in range(1, n):
            z = load(work.Z, first + k * LANES)
            answer = where(z > highest, zeros(work.Z) + k, answer)  # of equals, the first
            highest = max(highest, z)
        for k in range(n):
            a = first + k * LANES
            z = load(work.Z, a) - highest
            power = exp(z)
            others += where(answer == k, 0, power)
            wrong += where(y == k, 0, power)
            score = where(y == k, z, score)
            store(work.G, a, power)
        for k in range(n):
            a = first + k * LANES
            slope = where(y == k, -wrong, load(work.G, a)) / (1 + others)
            store(work.G, a, slope * live)
        powers = where(others < 1, log1p(min(others, 1)), log(1 + others))
        losses += total((powers - score) * live)
        hits += total(where(answer == y, live, 0))
    return losses, hits


measure_mse = measure_with(mse)
measure_mae = measure_with(mae)
measure_huber = measure_with(huber)
measure_binary_cross_entropy = measure_with(binary_cross_entropy)
measure_hinge = measure_with(hinge)
measure_brier = measure_with(brier)
LOSSES = ("cross_entropy", "mse", "mae", "huber", "binary_cross_entropy", "hinge", "brier")
CROSS_ENTROPY, MSE, MAE, HUBER, BINARY_CROSS_ENTROPY, HINGE, BRIER = range(len(LOSSES))


@compiled
def measure(code, net, work, m):
    """Compare the outputs with the targets: summed loss and hits; G gets each sample's gradient."""
    if code == CROSS_ENTROPY:
        return cross_entropy(net, work, m)
    if code == MSE:
        losses, hits = measure_mse(net, work, m)
    elif code == MAE:
        losses, hits = measure_mae(net, work, m)
    elif code == HUBER:
        losses, hits = measure_huber(net, work, m)
    elif code == BINARY_CROSS_ENTROPY:
        losses, hits = measure_binary_cross_entropy(net, work, m)
    elif code == HINGE:
        losses, hits = measure_hinge(net, work, m)
    else:
        losses, hits = measure_brier(net, work, m)
    return losses / net.size[net.last], hits
