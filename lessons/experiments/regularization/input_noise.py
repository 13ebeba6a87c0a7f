"""Training a network with noise on its inputs: drawn anew for every sample in every epoch.

The trainer has no such knob. But an epoch is an epoch: before each, the noisy inputs are written
over the last ones, and the engine goes on. Copies of the data, shuffled together, would not do:
then a sample could come twice in a batch, and that alone changes the training.
"""

from dataclasses import replace

import numpy as np

from lessons.losses import score
from lessons.network import forward
from lessons.parameters import Layer
from lessons.plan import make_plan
from lessons.progress import Progress
from lessons.randomness import draw_orders
from lessons.record import make_record, make_run
from lessons.trainer import choose_engine, train

# The training loss without noise is computed after so many epochs at most, and between them read
# off a straight line: all of them would take longer than the training.
MEASURED = 50


def train_with_noise(config, split, noise, engine="auto", progress=None):
    """Train with Gaussian noise of this deviation on the training inputs; return a Run.

    The training losses of the run are those of the inputs without noise, as always in evaluation
    mode.

    Parameters: noise s ≥ 0; the others as in `train`, but that patience and a schedule that follows
    the losses are not for it.

    >>> from lessons import TrainConfig, data
    >>> split = data.moons(n=50)
    >>> runs = [train_with_noise(TrainConfig(epochs=3), split, s) for s in (0.0, 0.5)]
    >>> bool(runs[0].train_loss[-1] != runs[1].train_loss[-1])
    True
    """
    if not noise:
        return train(config, split, engine, progress, "fit")
    progress = progress or Progress()
    plan = make_plan(config, split, "fit")
    # The engine looks at this array, whatever stands in it.
    clean, targets = plan.train
    noisy = clean.copy()
    plan = replace(plan, train=(noisy, targets))
    record = make_record(plan)
    progress.total = len(plan.rates)
    engine = choose_engine(engine, plan, record, progress.shared)
    rng = np.random.default_rng([config.seed, 11])
    (orders,) = draw_orders(plan)
    errors = noise * rng.standard_normal((len(orders), *clean.shape), clean.dtype)
    with np.errstate(all="ignore"):
        for epoch in range(len(orders)):
            noisy[:] = clean + errors[epoch]
            status, stopped_at, wreck = engine.train_epochs(
                orders[epoch : epoch + 1], epoch, record, progress.shared
            )
            if status != "finished":
                break
        run = make_run(plan, record, engine.w, status, stopped_at, wreck)
        losses, accuracies = without_noise(run, split)
    return replace(run, train_loss=losses, train_accuracy=accuracies)


def without_noise(run, split):
    """Return the losses and accuracies of the clean training set, (epochs + 1,), NaN after the end.

    Computed after every few epochs, the last included, and between these by interpolation.
    """
    losses, accuracies = np.full((2, len(run.train_loss)), np.nan)
    ends = np.arange(len(run.snapshots))
    measured = np.unique(np.rint(np.linspace(0, ends[-1], MEASURED + 1)).astype(int))
    outputs, _ = forward(stacked(run.snapshots, measured), run.config, split.X_train)
    scores = np.array([score(one, split.y_train, run.config.loss) for one in outputs])
    for history, values in zip((losses, accuracies), scores.T, strict=True):
        history[ends] = np.interp(ends, measured, values)
    return losses, accuracies


def stacked(snapshots, epochs):
    """Return layers that hold the parameters of many epochs: NumPy multiplies stacks of matrices.

    Vectors get an axis for the samples.
    """
    layers = zip(*(snapshots[int(epoch)] for epoch in epochs), strict=True)
    return [
        Layer(*(None if parts[0] is None else stack(parts) for parts in zip(*layer, strict=True)))
        for layer in layers
    ]


def stack(parts):
    """Stack the arrays of one place in a network."""
    arrays = np.array(parts)
    return arrays[:, None] if arrays.ndim == 2 else arrays
