"""The readable engine: the training loop as a textbook writes it.

It computes what the fast engine in `kernels/` computes, to rounding, and is what runs where Numba
is missing, or does not work.
"""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.batch_norm import update_running
from lessons.clipping import clip_by_norm, clip_by_value
from lessons.losses import LOSSES, score
from lessons.network import backward, forward
from lessons.optimizers import OPTIMIZERS, decoupled
from lessons.parameters import flatten
from lessons.regularization import penalty_gradient
from lessons.run import lowest

# A unit whose derivative is smaller than this hardly learns: it is dead, or saturated.
FLAT = 0.01


class Engine:
    """Carries out a plan, update by update.

    Attributes: plan; w, the parameters as they are now, (P,); memory, of the optimizer.
    """

    def __init__(self, plan):
        self.plan, self.w = plan, plan.w.copy()
        self.optimizer = OPTIMIZERS[plan.config.optimizer](plan.config)
        self.memory = self.optimizer.init(self.w)
        self.layers = [slice(*ends) for ends in pairwise([0, *plan.layer_ends.tolist()])]

    def train_epochs(self, orders, first_epoch, record, shared):
        """Train for one epoch per row of `orders`: forward, loss, backward, update.

        Parameters: orders, the order of the samples in each epoch, (epochs, N); first_epoch, the
        number of the first of them; record, arrays to fill in; shared, cells [updates done, stop
        wanted].
        Returns: status; how many updates were made when a run stopped that did not finish; and
        after a divergence, the arrays to look for its cause in.
        """
        plan, config = self.plan, self.plan.config
        loss, (X, y) = LOSSES[config.loss], plan.train
        params = plan.unflatten(self.w)  # views, which change with it
        if first_epoch == 0:
            record_epoch(plan, self.w, 0, record)
            keep(self.w, 0, plan, record)
        for epoch, order in enumerate(orders, first_epoch):
            first, last = plan.starts[epoch], plan.starts[epoch + 1]
            for u in range(first, last):
                if shared[1]:
                    return "cancelled", u, None
                start = (u - first) * plan.batch_sizes[epoch]
                rows = order[start : start + plan.batch_sizes[epoch]]

                alone = len(rows) == 1 < plan.batch_sizes[epoch]
                outputs, steps = forward(params, config, X[rows], True, plan.rng, alone)
                record.batch_loss[u] = loss.function(outputs, y[rows])
                gradients = backward(params, config, steps, loss.gradient(outputs, y[rows]))
                g = penalized(flatten(gradients), self.w, plan)
                record.grad_norm[u] = np.sqrt(layer_squares(g, self.layers))
                g = clip_by_norm(clip_by_value(g, config.clip_value), config.clip_norm)
                rate = float(plan.rates[u])  # a NumPy number would make float64 of all it meets
                w = decayed(self.w, plan, rate)
                w, self.memory = self.optimizer.update(w, g, self.memory, rate)

                if not is_finite(record.batch_loss[u], record.grad_norm[u], w):
                    zs = [step.z for step in steps]
                    return "diverged", u, SimpleNamespace(zs=zs, gradient=g, w=w)
                self.w[...] = w
                for layer, step in zip(params, steps, strict=True):
                    if step.normalized:
                        update_running(layer, step.normalized, config.bn_momentum)
                if plan.by_update:
                    keep(self.w, u + 1, plan, record)
                shared[0] = u + 1
            record_epoch(plan, self.w, epoch + 1, record)
            if not plan.by_update:
                keep(self.w, epoch + 1, plan, record)
            if config.patience and lowest(record.loss[1, : epoch + 2]) == epoch + 1:
                record.best[0] = self.w
            if not is_finite(record.loss[0, epoch + 1]):
                return "diverged", last, None
            if out_of_patience(record.loss[1], epoch + 1, config.patience):
                return "stopped_early", last, None
        return "finished", -1, None


def penalized(g, w, plan):
    """Add the gradient of the penalties to that of the loss, for weights only."""
    l1, l2 = plan.config.l1, 0 if decoupled(plan.config.optimizer) else plan.config.l2
    return g + plan.is_weight * penalty_gradient(w, l1, l2) if l1 or l2 else g


def decayed(w, plan, rate):
    """AdamW's weight decay, which goes past the gradient: `w ← w - η·λ·w`."""
    if not decoupled(plan.config.optimizer):
        return w
    return w - rate * plan.config.l2 * plan.is_weight * w


def layer_squares(g, layers):
    """Sum up the squares of each layer's part of a gradient."""
    return [g[layer] @ g[layer] for layer in layers]


def is_finite(*values):
    """Return whether there is no NaN and no infinity in any of the values."""
    return all(np.isfinite(value).all() for value in values)


def keep(w, place, plan, record):
    """Keep the parameters after an epoch (or update), if there is room for them."""
    if plan.rows[place] >= 0:
        record.snapshots[plan.rows[place]] = w


def out_of_patience(val_loss, epoch, patience):
    """Whether the lowest validation loss lies `patience` epochs back."""
    return patience is not None and epoch - (lowest(val_loss[: epoch + 1]) or 0) >= patience


def record_epoch(plan, w, epoch, record):
    """Write down losses, accuracies and what the hidden layers do at the end of an epoch."""
    params, config = plan.unflatten(w), plan.config
    for part, (X, y) in reversed(list(enumerate((plan.train, plan.val)))):
        outputs, steps = forward(params, config, X)
        scores = score(outputs, y, config.loss)
        record.loss[part, epoch], record.accuracy[part, epoch] = scores
    # The steps of the training set came last.
    for layer, (step, after) in enumerate(pairwise(steps)):
        is_flat = np.abs(ACTIVATIONS[config.activation].derivative(step.z)) < FLAT
        # From one of the values: a spread that is small beside the mean would lose its digits.
        one = after.h.flat[0].astype(np.float64)
        apart = after.h - one
        record.activation_mean[epoch, layer] = one + apart.mean()
        record.activation_std[epoch, layer] = apart.std()
        record.flat[epoch, layer] = np.count_nonzero(is_flat) / is_flat.size
        record.dead[epoch, layer] = is_flat.all(axis=0).mean()
