"""What optimizers remember: exponential moving averages, how far back, and how they begin."""

import numpy as np

SIGNALS = {
    "step": lambda t: np.where(t < 0.5, 1.0, -1.0),
    "constant": lambda t: np.ones_like(t),
    "wave": lambda t: np.cos(4 * np.pi * t),
}


def noisy_signal(name, noise, samples, seed):
    """Return a signal, and the same with noise: two arrays of shape (samples,).

    >>> signal, noisy = noisy_signal("constant", 0.0, 3, seed=0)
    >>> noisy.tolist()
    [1.0, 1.0, 1.0]
    """
    signal = SIGNALS[name](np.arange(samples) / samples)
    return signal, signal + noise * np.random.default_rng(seed).normal(size=samples)


def averages(values, beta, corrected):
    """Return the moving average after each value: `a ← β·a + (1 - β)·x`, from a = 0.

    Corrected: divided by `1 - βᵗ`, the sum of the weights so far.

    >>> averages([4.0, 4.0], 0.5, corrected=False).tolist()
    [2.0, 3.0]
    >>> averages([4.0, 4.0], 0.5, corrected=True).tolist()
    [4.0, 4.0]
    """
    average, found = 0.0, np.empty(len(values))
    for t, x in enumerate(np.asarray(values, float).tolist()):
        average = beta * average + (1 - beta) * x
        found[t] = average / (1 - beta ** (t + 1)) if corrected else average
    return found


def weights(beta, t, corrected):
    """Return what each of t values weighs in their average, the newest first: `(1 - β)·βᵏ`.

    >>> weights(0.5, 2, corrected=False).tolist()
    [0.5, 0.25]
    """
    found = (1 - beta) * beta ** np.arange(t)
    return found / (1 - beta**t) if corrected else found


def window(beta):
    """Return how many values an average reaches back, roughly: `1/(1 - β)`.

    The values in it hold about 1 - 1/e = 63% of the weight.

    >>> round(window(0.9), 6), round(window(0.9005), 2)
    (10.0, 10.05)
    """
    return 1 / (1 - beta)


def as_good_as(beta):
    """Return the size of a plain mean that would calm noise as much: `(1 + β)/(1 - β)`.

    >>> round(as_good_as(0.9), 6)
    19.0
    """
    return (1 + beta) / (1 - beta)


def adam_steps(beta1, beta2, steps, corrected):
    """Return the lengths of Adam's steps, in units of η, while the gradient stays the same.

    `m = (1 - β₁ᵗ)·g` and `s = (1 - β₂ᵗ)·g²`, and a step is m/√s: corrected, both factors are
    divided away, and every step is 1 η.

    >>> adam_steps(0.9, 0.999, 1, corrected=False).round(2).tolist()
    [3.16]
    """
    t = np.arange(1, steps + 1)
    if corrected:
        return np.ones(steps)
    return (1 - beta1**t) / np.sqrt(1 - beta2**t)
