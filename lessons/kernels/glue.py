"""From a plan to the kernels and back: the numbers and arrays that compiled code wants."""

from types import SimpleNamespace

import numpy as np

from lessons import kernels
from lessons.losses import LOSSES
from lessons.network import batch_norm_place, flatten, sizes_of
from lessons.optimizers import decoupled

PLACES = {None: 0, "before": kernels.BEFORE, "after": kernels.AFTER}


def engine(plan):
    """Return the function `train_epochs(orders, first_epoch, record, shared)` for this plan."""
    theta = padded(plan.w)
    net, knobs = make_net(plan, len(theta)), make_knobs(plan.config, plan.keep_updates)
    work = make_workspace(plan, net)
    train_set, val_set = examples(plan.train), examples(plan.val)
    natural = np.arange(max(len(train_set.X), len(val_set.X)))
    schedule = kernels.Schedule(plan.rates, plan.starts, plan.batch_sizes)
    plan.w = theta[: len(plan.w)]

    def train_epochs(orders, first_epoch, record, shared):
        code, stopped_at = kernels.train(
            theta, net, knobs, train_set, val_set, natural, orders, schedule, first_epoch,
            kernels.Record(**vars(record)), work, shared, plan.rng,
        )  # fmt: skip
        broken = code == kernels.DIVERGED_IN_UPDATE
        wreck = find_wreck(plan, net, work, stopped_at) if broken else None
        return kernels.STATUS[code], stopped_at, wreck

    return train_epochs


def outputs(params, config, X):
    """Compute what a trained network gives for X (N, d), in the dtype of its parameters."""
    w, sizes = flatten(params), sizes_of(params)
    ends = np.cumsum([sum(p.size for p in layer if p is not None) for layer in params])
    # Outputs come before the loss, which plays no part.
    config = SimpleNamespace(**vars(config) | {"loss": "mse", "dropout": 0.0})
    plan = SimpleNamespace(
        config=config, sizes=sizes, layer_ends=ends, batch_sizes=np.array([1]), w=w, is_weight=w[:0]
    )
    theta = padded(w)
    net = make_net(plan, len(theta))
    results = np.empty((len(X), sizes[-1]), w.dtype)
    kernels.run_through(
        theta, read_only(np.require(X, w.dtype, ["C", "ALIGNED"])), np.arange(len(X)), results, net,
        make_knobs(config, False), make_workspace(plan, net), np.random.default_rng(0),
    )  # fmt: skip
    return results


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


def make_net(plan, parameters):
    """Lay out the levels. The inputs, level 0, are in an array of their own."""
    row = np.concatenate([[0, 0], np.cumsum(plan.sizes[1:-1], dtype=int)])
    at = np.concatenate([[0, 0], plan.layer_ends])
    width = up_to_lanes(max(int(plan.batch_sizes.max()), kernels.BLOCK))
    return kernels.Net(
        np.array(plan.sizes), row, at, len(plan.sizes) - 1, parameters, sum(plan.sizes[1:]), width
    )


def make_knobs(config, keep_updates):
    """Turn the settings into numbers."""
    return kernels.Knobs(
        activation=kernels.ACTIVATIONS.index(config.activation),
        loss=kernels.LOSSES.index(config.loss),
        optimizer=kernels.OPTIMIZERS.index(config.optimizer),
        normalize=PLACES[batch_norm_place(config.batch_norm)],
        decoupled=int(decoupled(config.optimizer)),
        patience=config.patience or 0,
        answers=int(LOSSES[config.loss].task != "regression"),
        keep_updates=int(keep_updates),
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


def make_workspace(plan, net):
    """Allocate; what a run has no use for is as small as can be."""
    config, dtype, rows = plan.config, plan.w.dtype, net.height
    heights = {
        "inputs": plan.sizes[0],
        **dict.fromkeys("HZDG", rows),
        "N": rows if config.batch_norm else 0,
        "M": rows if config.dropout else 0,
        "Y": plan.sizes[-1],
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
    arrays["decays"] = padded(plan.is_weight)
    return kernels.Workspace(**arrays)


def find_wreck(plan, net, work, update):
    """Collect what the update that broke a run computed, for `lessons.trainer.find_failure`."""
    epoch = int(np.searchsorted(plan.starts, update, side="right")) - 1
    start = (update - plan.starts[epoch]) * plan.batch_sizes[epoch]
    m = min(plan.batch_sizes[epoch], len(plan.train[0]) - start)
    levels = zip(net.row[1:], plan.sizes[1:], strict=True)
    by_sample = work.Z.swapaxes(1, 2).reshape(net.width, net.height)
    zs = [by_sample[:m, row : row + n] for row, n in levels]
    p = len(plan.w)
    return SimpleNamespace(zs=zs, gradient=work.gradient[:p], w=work.fresh[:p])
