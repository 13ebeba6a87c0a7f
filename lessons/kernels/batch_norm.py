"""Batch normalization and dropout."""

import math

from lessons.kernels.compiling import compiled
from lessons.kernels.lanes import LANES, load, store, total, zeros

BEFORE, AFTER = 1, 2  # the activation


@compiled
def normalize(theta, gamma, eps, A, row, n, m, net, work, own):
    """`ẑ = (z - μ) / √(σ² + ε)`, then `γ·ẑ + β`, unit by unit, in place.

    gamma is where γ begins; β, the running mean and the running variance follow. `own` says
    whether μ and σ² are the batch's own or the running ones. Far from 0, a mean in single precision
    may be off by much of the spread: `rest` is by how much.
    """
    for j in range(n):
        a = (row + j) * LANES
        mean, var = theta[gamma + 2 * n + j], theta[gamma + 3 * n + j]
        rest = mean - mean
        if own:
            sums = zeros(theta)
            for s in range(0, m, LANES):
                sums += load(A, a + s * net.height) * load(work.live, s)
            mean = total(sums / m)
            rests = squares = zeros(theta)
            for s in range(0, m, LANES):
                deviation = (load(A, a + s * net.height) - mean) * load(work.live, s)
                rests += deviation
                squares += deviation * deviation
            rest = total(rests) / m
            var = abs(total(squares) / m - rest * rest)  # of equal numbers, a rounding error
            work.mean[row + j], work.var[row + j] = mean + rest, var
        inverse = 1 / math.sqrt(var + eps)
        work.inverse[row + j] = inverse
        scale, shift = theta[gamma + j], theta[gamma + n + j]
        for s in range(0, m, LANES):
            z_hat = (load(A, a + s * net.height) - mean) * inverse - rest * inverse
            store(work.N, a + s * net.height, z_hat)
            store(A, a + s * net.height, z_hat * scale + shift)


@compiled
def normalize_backward(theta, gradient, gamma, row, n, m, net, work, own):
    """`∂L/∂γ = Σ g·ẑ`, `∂L/∂β = Σ g`, and `g ← γ/√(σ² + ε) · (g - mean(g) - ẑ·mean(g·ẑ))`.

    Running averages stay what they are: with them `g ← γ/√(σ² + ε) · g`.
    """
    for j in range(n):
        a = (row + j) * LANES
        sums = products = zeros(theta)
        for s in range(0, m, LANES):
            g = load(work.G, a + s * net.height)
            sums += g
            products += g * load(work.N, a + s * net.height)
        d_gamma, d_beta = total(products), total(sums)
        gradient[gamma + j], gradient[gamma + n + j] = d_gamma, d_beta
        scale = theta[gamma + j] * work.inverse[row + j]
        beta_mean, gamma_mean = (d_beta / m, d_gamma / m) if own else (d_beta * 0, d_gamma * 0)
        for s in range(0, m, LANES):
            b = a + s * net.height
            centered = load(work.G, b) - beta_mean - load(work.N, b) * gamma_mean
            store(work.G, b, scale * centered * load(work.live, s))


@compiled
def running_averages(theta, net, knobs, work, m):
    """`running ← (1 - momentum)·running + momentum·batch`; the variance made unbiased."""
    unbiased = m / (m - 1) if m > 1 else 1.0
    for k in range(1, net.last):
        n = net.size[k]
        mean = net.at[k] + (net.size[k - 1] + 3) * n
        for j in range(n):
            batch_mean, batch_var = work.mean[net.row[k] + j], work.var[net.row[k] + j]
            theta[mean + j] += knobs.bn_momentum * (batch_mean - theta[mean + j])
            theta[mean + n + j] += knobs.bn_momentum * (unbiased * batch_var - theta[mean + n + j])


@compiled
def draw_dropout(rng, share, row, n, m, net, work):
    """Leave out units at random, and scale the others up so that the mean stays."""
    for s in range(m):
        first = s // LANES * LANES * net.height + row * LANES + s % LANES
        for a in range(first, first + n * LANES, LANES):
            work.M[a] = 1 / (1 - share) if rng.random() >= share else 0.0
