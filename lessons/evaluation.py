"""What a network's loss is, and how it changes: at its parameters, and round about them."""

from dataclasses import replace

import numpy as np

from lessons.losses import LOSSES, like, score
from lessons.network import backward, forward
from lessons.parameters import flatten, sizes_of, unflatten


def gradient_at(params, config, X, y, alone=False):
    """Compute the gradient of the mean loss over all samples, `∂L/∂w` for every parameter.

    In training mode, as in an update on this batch, but without dropout and penalties.

    Parameters: params and config, of a run; X, inputs (N, d), for example one batch; y, their
    targets; alone, as in `forward`, whether X is a single sample that was left over.
    Returns: the gradient as one vector, shape (P,), in the order of `flatten`.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1)
    >>> gradient_at(train(config, split).params, config, split.X_train, split.y_train).shape
    (354,)
    """
    config = replace(config, dropout=0.0)
    outputs, steps = forward(params, config, X, training=True, alone=alone)
    loss, y = LOSSES[params.loss], like(outputs, y, params.loss)
    return flatten(backward(params, config, steps, loss.gradient(outputs, y)))


def evaluate(params, config, X, y):
    """Compute the mean loss and the accuracy of a trained network, in evaluation mode.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets.
    Returns: the loss, and the share of right answers (NaN for regression).

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> run = train(config, split)
    >>> loss, accuracy = evaluate(run.params, config, split.X_train, split.y_train)
    >>> bool(abs(loss - run.train_loss[-1]) < 1e-5), bool(accuracy == run.train_accuracy[-1])
    (True, True)
    """
    X = np.asarray(X, dtype=params[0].W.dtype)
    outputs, _ = forward(params, config, X)
    return score(outputs, y, params.loss)


def loss_surface(params, config, X, y, directions, a, b):
    """Compute the loss in a plane through the parameters: at `w + a·d₁ + b·d₂`.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets; directions d₁ and
    d₂, two vectors of shape (P,) in the order of `flatten`; a and b, how far to go along each,
    shapes (A,) and (B,). The running averages of batch norm stay what they are.
    Returns: losses, shape (B, A).

    Source: Li et al., "Visualizing the loss landscape of neural nets" (2018).

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> params = train(config, split).params
    >>> ones = np.ones(354, np.float32)
    >>> loss_surface(params, config, split.X_train, split.y_train, (ones, ones), [0, 1], [0]).shape
    (1, 2)
    """
    w, sizes = flatten(params), sizes_of(params)
    batch_norm = params[0].gamma is not None
    losses = np.empty((len(b), len(a)))
    with np.errstate(over="ignore", invalid="ignore"):
        for row, column in np.ndindex(losses.shape):
            moved = w + a[column] * directions[0] + b[row] * directions[1]
            layers = unflatten(moved.astype(w.dtype), sizes, params.loss, batch_norm)
            for depth, layer in enumerate(params):
                layers[depth] = layers[depth]._replace(
                    running_mean=layer.running_mean, running_var=layer.running_var
                )
            losses[row, column] = evaluate(layers, config, X, y)[0]
    return losses
