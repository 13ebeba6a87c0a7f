"""Step 9: use the parabola, in meters and seconds."""

from lessons.experiments.nine_steps.parabola import predict


def predict_height(w, ready, t):
    """Predict heights in m at times in s: standardize, apply the model, undo it.

    >>> from lessons.experiments.nine_steps import least_squares, prepare, throw_ball
    >>> ready = prepare(*throw_ball(noise=0))
    >>> w = least_squares(ready.x_train, ready.y_train)
    >>> round(float(predict_height(w, ready, 1.0)), 3)
    8.595
    """
    return ready.y_scale.undo(predict(w, ready.x_scale.apply(t)))


def weights_in_units(w, ready):
    """The same parabola as `h = a·t² + b·t + c`, in m and s. Returns: a, b, c.

    >>> from lessons.experiments.nine_steps import least_squares, prepare, throw_ball
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
