"""What a run writes down as it goes, and how it becomes a Run."""

from types import SimpleNamespace

import numpy as np

from lessons.run import Failure, Run, Snapshots, last_finite, lowest


def make_record(plan):
    """Allocate the histories of a run, NaN where nothing happened yet."""
    epochs, updates, layers = plan.config.epochs, len(plan.rates), len(plan.sizes) - 1
    shapes = {
        "batch_loss": updates,
        "grad_norm": (updates, layers),
        "loss": (2, epochs + 1),  # of the training and of the validation set
        "accuracy": (2, epochs + 1),
        "activation_mean": (epochs + 1, layers - 1),
        "activation_std": (epochs + 1, layers - 1),
        "flat": (epochs + 1, layers - 1),
        "dead": (epochs + 1, layers - 1),
    }
    record = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    # Written to, so that it is taken now, and not when it is too late.
    snapshots = np.full((len(plan.places), len(plan.w)), np.nan, plan.w.dtype)
    return SimpleNamespace(**record, snapshots=snapshots, best=plan.w[None].copy())


def make_run(plan, record, w, status, stopped_at, wreck):
    """Freeze plan, record and the last parameters w into a Run."""
    histories = vars(record)
    (train_loss, val_loss), (train_accuracy, val_accuracy) = (
        histories.pop(name) for name in ("loss", "accuracy")
    )
    stopped_at = None if status == "finished" else int(stopped_at)
    last = last_finite(train_loss)
    if plan.by_update:
        last = len(plan.rates) if stopped_at is None else stopped_at
    places = plan.places[plan.places <= last]
    vectors, best = histories.pop("snapshots")[: len(places)], histories.pop("best")[0]
    snapshots = Snapshots(
        vectors, plan.sizes, plan.config.loss, bool(plan.config.batch_norm), places, last
    )
    if plan.config.patience and lowest(val_loss) is not None:
        w = best
    return Run(
        config=plan.config,
        learning_rate=plan.rates,
        epoch_starts=plan.starts,
        train_loss=train_loss,
        val_loss=val_loss,
        train_accuracy=train_accuracy,
        val_accuracy=val_accuracy,
        status=status,
        stopped_at=stopped_at,
        failure=find_failure(plan, record, stopped_at, wreck) if status == "diverged" else None,
        params=plan.unflatten(w),
        snapshots=snapshots,
        lone_last_batch=plan.lone_last_batch,
        **histories,
    )


def find_failure(plan, record, update, wreck):
    """Find what first ceased to be finite in the update that broke a run: going forward, then back.

    Parameters: wreck, with `zs`, the pre-activations of every layer, the `gradient` and the next
    `w`, both of shape (P,); None where the update went well and the training loss did not.
    """
    if wreck is None:
        return Failure(update, "training loss", None)
    gradients, parameters = (np.split(v, plan.layer_ends[:-1]) for v in (wreck.gradient, wreck.w))
    forwards = [("pre-activation", layer, z) for layer, z in enumerate(wreck.zs)]
    loss = [("batch loss", None, record.batch_loss[update])]
    back = [("gradient", layer, g) for layer, g in reversed(list(enumerate(gradients)))]
    steps = [("parameter", layer, w) for layer, w in enumerate(parameters)]
    for quantity, layer, values in forwards + loss + back + steps:
        if not np.isfinite(values).all():
            return Failure(update, quantity, layer)
    # Each number is finite, but not the sum of their squares.
    return Failure(update, "gradient", int(np.argmax(~np.isfinite(record.grad_norm[update]))))
