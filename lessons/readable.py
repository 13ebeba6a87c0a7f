"""The readable engine: the training loop as a textbook writes it.

It computes what the fast engine in `kernels.py` computes, to rounding, and is what runs where
Numba is not installed.
"""

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.losses import LOSSES
from lessons.network import backward, forward, unflatten
from lessons.optimizers import OPTIMIZERS


def train_epochs(plan, orders, first_epoch, record, shared):
    """Train for one epoch per row of `orders`: forward, loss, backward, update.

    Parameters: plan, what to train on what; orders, the order of the samples in each epoch,
    (epochs, N); record, arrays to fill in; shared, cells [updates done, stop wanted].
    Returns: status, and the update at which a run stopped that did not finish.
    """
    config = plan.config
    activation, loss = ACTIVATIONS[config.activation], LOSSES[config.loss]
    optimizer = OPTIMIZERS[config.optimizer](config)
    X, y = plan.train
    if first_epoch == 0:
        plan.state = optimizer.init(plan.w)
        record_epoch(plan, 0, record)
    for epoch, order in enumerate(orders, first_epoch):
        for batch in range(plan.batches):
            u = epoch * plan.batches + batch
            if shared[1]:
                return "cancelled", u
            rows = order[batch * config.batch_size : (batch + 1) * config.batch_size]

            params = unflatten(plan.w, plan.sizes)
            zs, hs = forward(params, activation, X[rows])
            record.batch_loss[u] = loss.function(zs[-1], y[rows])
            layers = backward(params, activation, zs, hs, loss.gradient(zs[-1], y[rows]))
            gradients = [np.concatenate((layer.W.ravel(), layer.b)) for layer in layers]
            record.grad_norm[u] = [np.sqrt(g @ g) for g in gradients]
            w, plan.state = optimizer.update(
                plan.w, np.concatenate(gradients), plan.state, plan.rates[u]
            )

            if not is_finite(record.batch_loss[u], record.grad_norm[u], w):
                return "diverged", u
            plan.w = w
            shared[0] = u + 1
        record_epoch(plan, epoch + 1, record)
        if not is_finite(record.train_loss[epoch + 1]):
            return "diverged", u
    return "finished", -1


def is_finite(*values):
    """Return whether there is no NaN and no infinity in any of the values."""
    return all(np.isfinite(value).all() for value in values)


def record_epoch(plan, epoch, record):
    """Write down losses, accuracies and parameters at the end of an epoch."""
    record.train_loss[epoch], record.train_accuracy[epoch] = evaluate(plan, *plan.train)
    record.val_loss[epoch], record.val_accuracy[epoch] = evaluate(plan, *plan.val)
    record.snapshots[epoch] = plan.w


def evaluate(plan, X, y):
    """Return the mean loss and the accuracy over all samples; NaN where there are none."""
    if len(X) == 0:
        return np.nan, np.nan
    loss = LOSSES[plan.config.loss]
    params = unflatten(plan.w, plan.sizes)
    outputs = forward(params, ACTIVATIONS[plan.config.activation], X)[0][-1]
    right = outputs.argmax(axis=1) == y if loss.task == "classification" else np.nan
    return loss.function(outputs, y), np.mean(right)
