"""Steps 7 to 9: choose by the validation samples, test once, use the model, and what goes wrong."""

import numpy as np

from lessons.checks import integer, one_of
from lessons.experiments.nine_steps.parabola import least_squares, losses, predict
from lessons.experiments.nine_steps.thrown_ball import Scale, prepare, throw_ball
from lessons.experiments.nine_steps.training import last_weights


def best_of(by, seed=0, candidates=20):
    """Train several times with other luck, and keep the one with the lowest loss on one part.

    Each candidate makes 60 updates with batches of 4, at rate 0.1, from first weights and with an
    order of its own.

    Parameters: by, "validation" or "test", the part that decides; seed of data and split;
    candidates ≥ 1. Returns: the test loss of the one that was kept, and its loss on 1,000 new
    measurements.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> best_of("test")[0] <= best_of("validation")[0]
    True
    """
    by = one_of(("validation", "test"))("by", by)
    ready = prepare(*throw_ball(seed=seed), seed)
    lucks = range(100, 100 + integer(1)("candidates", candidates))
    weights = last_weights(ready, lucks)
    t, h = throw_ball(1000, seed=seed + 1000)
    test = losses(weights, ready.x_test, ready.y_test)
    new = losses(weights, ready.x_scale.apply(t), ready.y_scale.apply(h))
    decides = test if by == "test" else losses(weights, ready.x_val, ready.y_val)
    kept = decides.argmin()
    return float(test[kept]), float(new[kept])


def typical_error(yardstick, seed=0, tests=8):
    """Fit 24 training samples by least squares, and measure the error on new ones, in meters.

    Parameters: yardstick, by which samples to standardize: "training samples", as one should;
    "all samples", test samples included; or "test samples' own", for the times of the test samples
    only; seed; tests, how many test samples to measure, an integer ≥ 2.
    Returns: the root of the mean squared error of the predicted heights.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> typical_error("test samples' own") > 1.5 * typical_error("training samples")
    True
    """
    choices = ("training samples", "all samples", "test samples' own")
    yardstick = one_of(choices)("yardstick", yardstick)
    ready = prepare(*throw_ball(seed=seed), seed)
    t_test, h_test = throw_ball(integer(2)("tests", tests), seed=seed + 1000)
    if yardstick == "all samples":
        t, h = ready.x_scale.undo(ready.x_train), ready.y_scale.undo(ready.y_train)
        scales = (Scale.of(np.append(*both)) for both in ((t, t_test), (h, h_test)))
        ready = ready.rescaled(*scales)
    w = least_squares(ready.x_train, ready.y_train)
    own = yardstick == "test samples' own"
    scale = Scale.of(t_test) if own else ready.x_scale
    predicted = ready.y_scale.undo(predict(w, scale.apply(t_test)))
    return float(np.sqrt(np.mean((predicted - h_test) ** 2)))


def predict_height(w, ready, t):
    """Predict heights in m at times in s: standardize, apply the model, undo it.

    >>> ready = prepare(*throw_ball(noise=0))
    >>> w = least_squares(ready.x_train, ready.y_train)
    >>> round(float(predict_height(w, ready, 1.0)), 3)
    8.595
    """
    return ready.y_scale.undo(predict(w, ready.x_scale.apply(t)))


def weights_in_units(w, ready):
    """The same parabola as `h = a·t² + b·t + c`, in m and s. Returns: a, b, c.

    >>> ready = prepare(*throw_ball(noise=0))
    >>> w = least_squares(ready.x_train, ready.y_train)
    >>> [round(float(value), 3) for value in weights_in_units(w, ready)]
    [-4.905, 12.0, 1.5]
    """
    w1, w2, w3 = w
    mean, std = ready.x_scale.mean, ready.x_scale.std
    a = w1 / std**2
    b = w2 / std - 2 * a * mean
    c = w3 - w2 * mean / std + a * mean**2
    unit = ready.y_scale.std
    return unit * a, unit * b, unit * c + ready.y_scale.mean
