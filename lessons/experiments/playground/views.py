"""Views of a trained network: what every unit gives over the plane, and which answers are wrong."""

import numpy as np

from lessons.losses import LOSSES
from lessons.network import forward
from lessons.prediction import predict


def unit_maps(params, config, X):
    """Compute what every hidden unit gives, `h_l = f(h_(l-1) W_l + b_l)`, and the prediction.

    In evaluation mode: without dropout, batch norm with its running averages.

    Parameters: params and config, of a run; X, inputs (N, d).
    Returns: a list with an array (N, units) for each hidden layer; the prediction, as `predict`.

    >>> from lessons import TrainConfig, data, train
    >>> config, split = TrainConfig(hidden=(3,), epochs=1), data.moons(n=50)
    >>> units, prediction = unit_maps(train(config, split).params, config, split.X_val)
    >>> [layer.shape for layer in units], prediction.shape
    ([(17, 3)], (17, 2))
    """
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, steps = forward(params, config, np.asarray(X, params[0].W.dtype))
        prediction = LOSSES[params.loss].prediction(outputs)
    if LOSSES[params.loss].task == "regression" and prediction.shape[1] == 1:
        prediction = prediction[:, 0]
    return [step.h for step in steps[1:]], prediction


def confusion(params, config, X, y, classes):
    """Count answers: row t, column k says how many samples of class t are taken for class k.

    Parameters: params and config, of a run; X, inputs (N, d); y, class numbers (N,); classes, how
    many there are.
    Returns: counts, shape (classes, classes), which sum to N.

    >>> from lessons import TrainConfig, data, train
    >>> config, split = TrainConfig(epochs=50, learning_rate=0.3), data.gaussians(n=200, noise=0.0)
    >>> confusion(train(config, split).params, config, split.X_val, split.y_val, 2).tolist()
    [[34, 0], [0, 33]]
    """
    answers = predict(params, config, X).argmax(axis=1)
    return np.bincount(classes * y + answers, minlength=classes**2).reshape(classes, classes)


def gradient_lengths(run, epoch):
    """Return the mean length of each layer's gradient over the updates of an epoch, (layers,).

    Parameters: run, a Run; epoch, from 1; 0, before training, has none: NaN.
    """
    first, last = run.epoch_starts[[epoch - 1, epoch]] if epoch else (0, 0)
    norms = run.grad_norm[first : min(last, run.updates)]
    return norms.mean(axis=0) if len(norms) else np.full(run.grad_norm.shape[1], np.nan)
