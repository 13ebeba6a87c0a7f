"""One update: penalties, norms, clipping, and the optimizer's step."""

import math

from lessons.kernels.compiling import compiled
from lessons.kernels.lanes import LANES, load, sign, store, total, zeros
from lessons.kernels.optimizers import ADAM, ADAMW, Step, take_step


@compiled
def sum_of_squares(x, start, stop):
    squares, whole = zeros(x), stop - (stop - start) % LANES
    for p in range(start, whole, LANES):
        squares += load(x, p) * load(x, p)
    result = total(squares)
    for p in range(whole, stop):
        result += x[p] * x[p]
    return result


@compiled
def shape_gradient(theta, gradient, net, knobs, decays, norms):
    """Add the penalties, write down each layer's norm, and clip; returns the sum of the norms."""
    l2 = 0.0 if knobs.decoupled else knobs.l2
    if l2 > 0 or knobs.l1 > 0:
        for p in range(0, net.parameters, LANES):
            w = load(theta, p)
            penalty = (w * l2 + sign(w) * knobs.l1) * load(decays, p)
            store(gradient, p, load(gradient, p) + penalty)
    norm, square = 0.0, 0.0
    for k in range(1, net.last + 1):
        layer = sum_of_squares(gradient, net.at[k], net.at[k + 1])
        norms[k - 1] = math.sqrt(layer)
        norm += norms[k - 1]
        square += layer
    if knobs.clip_value < math.inf:
        for p in range(0, net.parameters, LANES):
            g = load(gradient, p)
            store(gradient, p, max(min(g, knobs.clip_value), -knobs.clip_value))
        square = sum_of_squares(gradient, 0, net.parameters)
    if math.sqrt(square) + 1e-6 > knobs.clip_norm:
        scale = knobs.clip_norm / (math.sqrt(square) + 1e-6)
        for p in range(0, net.parameters, LANES):
            store(gradient, p, load(gradient, p) * scale)
    return norm


@compiled
def update(theta, net, knobs, work, u, rate):
    """Let the optimizer step; returns False, and moves nothing, if a w would not be finite."""
    correction1 = correction2 = 1.0
    if knobs.optimizer in (ADAM, ADAMW):
        correction1, correction2 = 1 - knobs.beta1 ** (u + 1), 1 - knobs.beta2 ** (u + 1)
    step = Step(
        rate, knobs.momentum, knobs.beta1, knobs.beta2, knobs.epsilon, correction1, correction2
    )
    if not take_step(knobs.optimizer, theta, net, knobs, work, step):
        return False
    for p in range(0, net.parameters, LANES):
        store(theta, p, load(work.fresh, p))
    return True
