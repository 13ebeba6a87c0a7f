"""Optimizers: of w, its gradient g and two memories m and v, the new w, m and v."""

import math
from typing import NamedTuple

from lessons.kernels.compiling import compiled, compiled_with
from lessons.kernels.lanes import LANES, load, root, store, total, where, zeros


class Step(NamedTuple):
    """The rate η, the decays, and what corrects the bias of Adam's running averages."""

    rate: float
    momentum: float
    beta1: float
    beta2: float
    epsilon: float
    correction1: float
    correction2: float


@compiled
def sgd(w, g, m, v, step):
    return w - step.rate * g, m, v


@compiled
def momentum(w, g, m, v, step):
    m = step.momentum * m + g
    return w - step.rate * m, m, v


@compiled
def nesterov(w, g, m, v, step):
    m = step.momentum * m + g
    return w - step.rate * (g + step.momentum * m), m, v


@compiled
def adagrad(w, g, m, v, step):
    v = v + g * g
    return w - step.rate * g / (root(v) + step.epsilon), m, v


@compiled
def rmsprop(w, g, m, v, step):
    v = step.beta2 * v + (1 - step.beta2) * g * g
    return w - step.rate * g / (root(v) + step.epsilon), m, v


@compiled
def adam(w, g, m, v, step):
    m = step.beta1 * m + (1 - step.beta1) * g
    v = step.beta2 * v + (1 - step.beta2) * g * g
    m_hat, v_hat = m / step.correction1, v / step.correction2
    return w - step.rate * m_hat / (root(v_hat) + step.epsilon), m, v


def step_with(function, remembers):
    """Make the loop over all parameters for an optimizer that has a memory, or has none."""

    @compiled_with(function)
    def loop(theta, net, knobs, work, step):
        """Compute the new parameters beside the old; returns whether all of them are finite."""
        decay = knobs.l2 * step.rate if knobs.decoupled else 0.0
        sound = zeros(theta) + 1
        for p in range(0, net.parameters, LANES):
            w, m, v = load(theta, p), zeros(theta), zeros(theta)
            if decay > 0:
                w = w - decay * load(work.decays, p) * w
            if remembers:
                m, v = load(work.first, p), load(work.second, p)
            w, m, v = function(w, load(work.gradient, p), m, v, step)
            if remembers:
                store(work.first, p, m)
                store(work.second, p, v)
            store(work.fresh, p, w)
            sound = where(abs(w) < math.inf, sound, 0)
        return total(sound) == LANES

    return loop


step_sgd = step_with(sgd, remembers=False)
step_momentum = step_with(momentum, remembers=True)
step_nesterov = step_with(nesterov, remembers=True)
step_adagrad = step_with(adagrad, remembers=True)
step_rmsprop = step_with(rmsprop, remembers=True)
step_adam = step_with(adam, remembers=True)
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM, ADAMW = range(len(OPTIMIZERS))


@compiled
def take_step(code, theta, net, knobs, work, step):
    """Compute the new parameters; returns whether all of them are finite."""
    if code == SGD:
        return step_sgd(theta, net, knobs, work, step)
    if code == MOMENTUM:
        return step_momentum(theta, net, knobs, work, step)
    if code == NESTEROV:
        return step_nesterov(theta, net, knobs, work, step)
    if code == ADAGRAD:
        return step_adagrad(theta, net, knobs, work, step)
    if code == RMSPROP:
        return step_rmsprop(theta, net, knobs, work, step)
    return step_adam(theta, net, knobs, work, step)
