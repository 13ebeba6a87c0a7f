"""The fast engine: from a plan to the kernels and back.

Compiled code wants numbers and arrays. What it computes is that of `readable.py`, to rounding.
"""

from types import SimpleNamespace

import numpy as np

from lessons import kernels
from lessons.batch_norm import batch_norm_place
from lessons.compiler import works
from lessons.losses import LOSSES
from lessons.optimizers import decoupled
from lessons.parameters import flatten, sizes_of

RESULTS = 3  # the place of the outputs among the arguments
PLACES = {None: 0, "before": kernels.BEFORE, "after": kernels.AFTER}


class Engine:
    """Carries out a plan in compiled code; `w` are the parameters as they are now, (P,)."""

    def __init__(self, plan):
        self.plan = plan
        self.theta = padded(plan.w)
        self.w = self.theta[: len(plan.w)]
        self.net = make_net(plan.sizes, plan.layer_ends, len(self.theta), plan.batch_sizes.max())
        self.knobs = make_knobs(plan.config, plan.by_update)
        self.work = make_workspace(plan.config, self.net, padded(plan.is_weight))
        self.train, self.val = examples(plan.train), examples(plan.val)
        self.natural = np.arange(max(len(self.train.X), len(self.val.X)))
        self.schedule = kernels.Schedule(plan.rates, plan.starts, plan.batch_sizes, plan.rows)

    def train_epochs(self, orders, first_epoch, record, shared):
        """Train for one epoch per row of `orders`: as `lessons.readable.Engine` does."""
        arguments = self.arguments(orders, first_epoch, record, shared)
        code, stopped_at = kernels.train(*arguments)
        broken = code == kernels.DIVERGED_IN_UPDATE
        wreck = self.find_wreck(stopped_at) if broken else None
        return kernels.STATUS[code], stopped_at, wreck

    def arguments(self, orders, first_epoch, record, shared):
        """Return what the kernel is called with."""
        return (
            self.theta, self.net, self.knobs, self.train, self.val, self.natural, orders,
            self.schedule, first_epoch, kernels.Record(**vars(record)), self.work, shared,
            self.plan.rng,
        )  # fmt: skip

    def find_wreck(self, update):
        """Collect what the update that broke a run computed, for `lessons.record.find_failure`."""
        plan, net, work = self.plan, self.net, self.work
        epoch = int(np.searchsorted(plan.starts, update, side="right")) - 1
        start = (update - plan.starts[epoch]) * plan.batch_sizes[epoch]
        m = min(plan.batch_sizes[epoch], len(plan.train[0]) - start)
        levels = zip(net.row[1:], plan.sizes[1:], strict=True)
        by_sample = work.Z.swapaxes(1, 2).reshape(net.width, net.height)
        zs = [by_sample[:m, row : row + n] for row, n in levels]
        p = len(self.w)
        return SimpleNamespace(zs=zs, gradient=work.gradient[:p], w=work.fresh[:p])


def outputs(params, config, X):
    """Compute what a trained network gives for X (N, d), in the dtype of its parameters.

    Returns: the outputs, shape (N, K), or None where they cannot be compiled.
    """
    arguments = output_arguments(params, config, X)
    return arguments[RESULTS] if works(kernels.run_through, *arguments) else None


def output_arguments(params, config, X):
    """Return what the kernel is called with, which fills the array of results."""
    theta, sizes = padded(flatten(params)), sizes_of(params)
    layer_ends = np.cumsum([sum(p.size for p in layer if p is not None) for layer in params])
    net = make_net(sizes, layer_ends, len(theta))
    # Outputs come before the loss, which plays no part.
    config = SimpleNamespace(**vars(config) | {"loss": "mse", "dropout": 0.0})
    results = np.empty((len(X), sizes[-1]), theta.dtype)
    return (
        theta, read_only(np.require(X, theta.dtype, ["C", "ALIGNED"])), np.arange(len(X)), results,
        net, make_knobs(config, False), make_workspace(config, net, theta[:0]),
        np.random.default_rng(0),
    )  # fmt: skip


def padded(vector):
    """Append zeros, so that the vector fills its last lanes."""
    full = np.zeros(up_to_lanes(len(vector)), vector.dtype)
    full[: len(vector)] = vector
    return full


def up_to_lanes(n):
    return -(-n // kernels.LANES) * kernels.LANES


def examples(data):
    """Give the targets one column per output; class numbers are one."""
    X, y = data
    return kernels.Examples(read_only(X), y.reshape(len(y), -1 if y.size else 1).astype(X.dtype))


def read_only(array):
    """View an array so that it cannot be written to: to Numba that is a type of its own."""
    view = array.view()
    view.flags.writeable = False
    return view


def make_net(sizes, layer_ends, parameters, batch_size=1):
    """Lay out the levels. The inputs, level 0, are in an array of their own."""
    row = np.concatenate([[0, 0], np.cumsum(sizes[1:-1], dtype=int)])
    at = np.concatenate([[0, 0], layer_ends])
    width = up_to_lanes(max(int(batch_size), kernels.BLOCK))
    return kernels.Net(np.array(sizes), row, at, len(sizes) - 1, parameters, sum(sizes[1:]), width)


def make_knobs(config, by_update):
    """Turn the settings into numbers."""
    return kernels.Knobs(
        activation=kernels.ACTIVATIONS.index(config.activation),
        loss=kernels.LOSSES.index(config.loss),
        optimizer=kernels.OPTIMIZERS.index(config.optimizer),
        normalize=PLACES[batch_norm_place(config.batch_norm)],
        decoupled=int(decoupled(config.optimizer)),
        patience=config.patience or 0,
        answers=int(LOSSES[config.loss].task != "regression"),
        by_update=int(by_update),
        momentum=config.momentum,
        beta1=config.beta1,
        beta2=config.beta2,
        epsilon=config.epsilon,
        l1=config.l1,
        l2=config.l2,
        dropout=config.dropout,
        bn_eps=config.bn_eps,
        bn_momentum=config.bn_momentum,
        clip_norm=config.clip_norm or np.inf,
        clip_value=config.clip_value or np.inf,
    )


def make_workspace(config, net, is_weight):
    """Allocate; what a run has no use for is as small as can be."""
    dtype, rows = is_weight.dtype, net.height
    heights = {
        "inputs": net.size[0],
        **dict.fromkeys("HZDG", rows),
        "N": rows if config.batch_norm else 0,
        "M": rows if config.dropout else 0,
        "Y": net.size[-1],
        "live": 1,
    }
    blocks = net.width // kernels.LANES
    arrays = {
        name: np.zeros((blocks, height, kernels.LANES), dtype) for name, height in heights.items()
    }
    arrays["T"] = np.zeros((2 * net.width, kernels.LANES), dtype)
    arrays["steepest"] = np.zeros((rows, kernels.LANES), dtype)
    for name in ("mean", "var", "inverse"):
        arrays[name] = np.zeros(rows, dtype)
    for name in ("gradient", "fresh", "first", "second"):
        arrays[name] = np.zeros(net.parameters, dtype)
    arrays["starts"] = np.zeros(kernels.LANES, np.int64)
    arrays["decays"] = is_weight
    return kernels.Workspace(**arrays)
