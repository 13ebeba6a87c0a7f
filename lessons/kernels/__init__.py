"""The fast engine: a whole training run in one compiled function.

The mathematics is that of `lessons/network.py` and `lessons/readable.py`. Read it from the inside
out: `lanes.py` (many numbers at once) and `elementary.py` (exp, log, sigmoid, normal); `layers.py`,
`activations.py`, `batch_norm.py`, `losses.py` and `optimizers.py`, the twins of what the readable
engine has under those names; `network.py` and `update.py`, which put them together; and here the
run. `lessons/fast.py` turns a plan into the arrays and numbers that all of them take.
"""

import math
from typing import NamedTuple

import numpy as np

from lessons.kernels.activations import ACTIVATIONS
from lessons.kernels.batch_norm import AFTER, BEFORE, running_averages
from lessons.kernels.compiling import compiled, compiled_once
from lessons.kernels.lanes import LANES, address, load, total, where, zeros
from lessons.kernels.losses import LOSSES, measure
from lessons.kernels.network import (
    BLOCK,
    FLAT,
    STOP,
    UPDATES_DONE,
    Knobs,
    Net,
    Workspace,
    backward,
    evaluate,
    forward,
    load_samples,
)
from lessons.kernels.optimizers import OPTIMIZERS
from lessons.kernels.update import shape_gradient, update

__all__ = [
    "ACTIVATIONS", "AFTER", "BEFORE", "BLOCK", "FLAT", "LANES", "LOSSES", "OPTIMIZERS", "STATUS",
    "Examples", "Knobs", "Net", "Record", "Schedule", "Workspace", "run_through", "train",
]  # fmt: skip

FINISHED, DIVERGED_IN_UPDATE, DIVERGED_IN_EVALUATION, CANCELLED, STOPPED_EARLY = range(5)
STATUS = ("finished", "diverged", "diverged", "cancelled", "stopped_early")


class Examples(NamedTuple):
    """One part of a data set: inputs X (N, d), and targets Y (N, outputs), or class numbers."""

    X: np.ndarray
    Y: np.ndarray


class Schedule(NamedTuple):
    """When to do what: the rate of every update; the first update and batch size of every epoch.

    rows: the number of the snapshot that is kept after each epoch (or update), or -1.
    """

    rates: np.ndarray
    starts: np.ndarray
    batch_sizes: np.ndarray
    rows: np.ndarray


class Record(NamedTuple):
    """What a run writes down as it goes; the names and shapes of `lessons.Run`.

    But `loss` and `accuracy` hold those of the training set in their first row, of the validation
    set in their second.
    """

    batch_loss: np.ndarray
    grad_norm: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    activation_mean: np.ndarray
    activation_std: np.ndarray
    flat: np.ndarray
    dead: np.ndarray
    snapshots: np.ndarray
    best: np.ndarray


@compiled
def addresses(net, work):
    """Take the addresses of the arrays, which are cheap to hand on."""
    net = Net(
        address(net.size),
        address(net.row),
        address(net.at),
        net.last,
        net.parameters,
        net.height,
        net.width,
    )
    work = Workspace(
        address(work.inputs), address(work.H), address(work.Z), address(work.D), address(work.G),
        address(work.N), address(work.M), address(work.Y), address(work.T), address(work.live),
        address(work.steepest), address(work.mean), address(work.var), address(work.inverse),
        address(work.gradient), address(work.fresh), address(work.first), address(work.second),
        address(work.decays), address(work.starts),
    )  # fmt: skip
    return net, work


@compiled
def record_epoch(epoch, theta, train, val, natural, net, knobs, work, record, shared, rng):
    """Write down losses, accuracies and what the hidden layers do at the end of an epoch."""
    order, stop = address(natural), address(shared)
    sums, scores = np.zeros((net.last, 4)), np.zeros((2, 2))
    for a in range(net.height * LANES):
        work.steepest[a] = 0
    for part in range(2):
        data = train if part == 0 else val
        scores[part] = evaluate(
            theta, address(data.X), address(data.Y), len(data.X), data.Y.shape[1], order, net,
            knobs, work, stop, address(sums), part == 0, rng,
        )  # fmt: skip
    if shared[STOP]:
        return
    for part in range(2):
        record.loss[part, epoch] = scores[part, 0]
        if knobs.answers:
            record.accuracy[part, epoch] = scores[part, 1]
    for k in range(1, net.last):
        count, mean, squares, flat = sums[k]
        record.activation_mean[epoch, k - 1] = mean
        record.activation_std[epoch, k - 1] = math.sqrt(squares / count)
        record.flat[epoch, k - 1] = flat / count
        dead, one = 0, zeros(theta) + 1
        for unit in range(net.row[k], net.row[k] + net.size[k]):
            flat = where(load(work.steepest, unit * LANES) < FLAT, one, 0)
            dead += total(flat) == LANES
        record.dead[epoch, k - 1] = dead / net.size[k]


@compiled
def keep(snapshots, at, theta):
    if at < 0:
        return
    for p in range(snapshots.shape[1]):
        snapshots[at, p] = theta[p]


@compiled
def out_of_patience(val_loss, epoch, patience):
    """Whether the lowest validation loss lies `patience` epochs back."""
    return epoch - max(0, best_epoch(val_loss, epoch)) >= patience


@compiled
def best_epoch(val_loss, epoch):
    """Find the lowest validation loss until an epoch; -1 where none was finite."""
    best, lowest = -1, np.inf
    for e in range(epoch + 1):
        if val_loss[e] < lowest:
            best, lowest = e, val_loss[e]
    return best


@compiled_once
def train(theta_array, net_arrays, knobs, train, val, natural, orders, schedule, first_epoch,
          record, work_arrays, shared, rng):  # fmt: skip
    """Train for `len(orders)` epochs, from `first_epoch` on; theta changes in place.

    Returns: status, and how many updates were made when a run stopped that did not finish.
    """
    net, work = addresses(net_arrays, work_arrays)
    theta, X, Y = address(theta_array), address(train.X), address(train.Y)
    if first_epoch == 0:
        record_epoch(first_epoch, theta, train, val, natural, net, knobs, work, record, shared, rng)
        keep(record.snapshots, schedule.rows[0], theta)
    for epoch in range(first_epoch, first_epoch + len(orders)):
        order = address(orders[epoch - first_epoch])
        first, last = schedule.starts[epoch], schedule.starts[epoch + 1]
        for u in range(first, last):
            if shared[STOP]:
                return CANCELLED, u
            start = (u - first) * schedule.batch_sizes[epoch]
            m = min(schedule.batch_sizes[epoch], len(train.X) - start)
            load_samples(X, Y, train.Y.shape[1], order, start, m, net, work)
            own = m > 1 or schedule.batch_sizes[epoch] == 1
            forward(theta, net, knobs, work, m, True, own, rng)
            loss = measure(knobs.loss, net, work, m)[0] / m
            record.batch_loss[u] = loss
            backward(theta, work.gradient, net, knobs, work, m, own)
            norms = address(record.grad_norm[u])
            norm = shape_gradient(theta, work.gradient, net, knobs, work.decays, norms)
            if not math.isfinite(loss + norm):
                return DIVERGED_IN_UPDATE, u
            if not update(theta, net, knobs, work, u, schedule.rates[u]):
                return DIVERGED_IN_UPDATE, u
            if knobs.normalize and own:
                running_averages(theta, net, knobs, work, m)
            if knobs.by_update:
                keep(record.snapshots, schedule.rows[u + 1], theta)
            shared[UPDATES_DONE] = u + 1
        record_epoch(epoch + 1, theta, train, val, natural, net, knobs, work, record, shared, rng)
        if not knobs.by_update:
            keep(record.snapshots, schedule.rows[epoch + 1], theta)
        if knobs.patience and best_epoch(record.loss[1], epoch + 1) == epoch + 1:
            keep(record.best, 0, theta)
        if shared[STOP]:
            return CANCELLED, last
        if not math.isfinite(record.loss[0, epoch + 1]):
            return DIVERGED_IN_EVALUATION, last
        if knobs.patience and out_of_patience(record.loss[1], epoch + 1, knobs.patience):
            return STOPPED_EARLY, last
    return FINISHED, -1


@compiled_once
def run_through(theta, X, natural, outputs, net_arrays, knobs, work_arrays, rng):
    """Compute the outputs (N, K) of a trained network for X (N, d), in evaluation mode."""
    net, work = addresses(net_arrays, work_arrays)
    last, n = net.row[net.last] * LANES, outputs.shape[1]
    for start in range(0, len(X), BLOCK):
        m = min(BLOCK, len(X) - start)
        load_samples(address(X), work.Y, 0, address(natural), start, m, net, work)
        forward(address(theta), net, knobs, work, m, False, False, rng)
        for s in range(m):
            first = s // LANES * LANES
            for k in range(n):
                a = last + first * net.height + k * LANES + s - first
                outputs[start + s, k] = work.Z[a]
