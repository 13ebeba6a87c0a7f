"""The sets that are drawn by a formula: two classes in the plane, a curve, and a surface."""

import numpy as np

from lessons.data.drawing import alternate, generate, sign


def spiral(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """Two spiral arms around each other: no straight line helps, hidden units must cooperate.

    `x = ±(t/π)·(sin t, cos t)`, `t ~ U(0, 5π/2)`: Archimedes' spiral of 1¼ turns, + for class 0
    and - for class 1, which is class 0 turned by 180°. Coordinates within ±2.5.

    Parameters (the same for every generated set):
        n: training samples, an integer ≥ 2. Classes alternate, so they differ by one at most.
        noise: standard deviation of the Gaussian error, in units of the coordinates, ≥ 0; 0 gives
            the clean shape. For classes it moves the points, for regression the target values.
        seed: an integer ≥ 0. Same arguments, same samples.
        val, test: shares of all samples, ≥ 0, together < 1. Validation and test samples are
            drawn for themselves: round(n·val / (1 - val - test)) and likewise for the test, on
            top of n. The training set does not depend on them.

    Returns: a Split with X (N, 2) float32 and y (N,) int64.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> split = spiral(n=500, noise=0)
    >>> split.X_train.shape, split.X_val.shape, split.X_test.shape
    ((500, 2), (167, 2), (167, 2))
    >>> spiral(noise=-1)
    Traceback (most recent call last):
    ValueError: noise must be a number ≥ 0, got -1

    Source: TensorFlow Playground (Smilkov et al. 2017), whose arms make 1¾ turns.
    """

    def draw(n, rng):
        y = alternate(n)
        t = rng.uniform(0, 2.5 * np.pi, n)
        arm = np.column_stack([np.sin(t), np.cos(t)]) * (t / np.pi)[:, None]
        return arm * sign(y), y

    return generate("spiral", draw, n, noise, seed, val, test)


def circle(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """Two rings, one inside the other: a hidden layer can close a curve around the inner one.

    `x = r·(cos t, sin t)`, `t ~ U(0, 2π)`, with r = 1.8 for class 0 and r = 0.9 for class 1.

    Parameters, Returns, Raises: as `spiral`. Coordinates within ±1.8 without noise.

    >>> split = circle(n=4, noise=0)
    >>> split.y_train, np.hypot(*split.X_train.T).round(2)
    (array([0, 1, 0, 1]), array([1.8, 0.9, 1.8, 0.9], dtype=float32))

    Source: the shape of scikit-learn's make_circles(factor=0.5).
    """

    def draw(n, rng):
        y = alternate(n)
        t = rng.uniform(0, 2 * np.pi, n)
        radius = np.where(y == 0, 1.8, 0.9)
        return radius[:, None] * np.column_stack([np.cos(t), np.sin(t)]), y

    return generate("circle", draw, n, noise, seed, val, test)


def xor(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """Four squares, colored like a chessboard: the problem that no linear model can solve.

    `y = [x₁ > 0] xor [x₂ > 0]`: class 1 where the signs differ. Both |x₁| and |x₂| are uniform
    in 0.1 … 1.7, which leaves a gap along the axes.

    Parameters, Returns, Raises: as `spiral`. Coordinates within ±1.7 without noise.

    >>> split = xor(n=300, noise=0)
    >>> bool(np.all((split.X_train.prod(axis=1) < 0) == split.y_train))
    True

    Source: Minsky and Papert, Perceptrons (1969); the picture is TensorFlow Playground's.
    """

    def draw(n, rng):
        y = alternate(n)
        X = rng.uniform(-1.6, 1.6, (n, 2))
        X[:, 1] = np.abs(X[:, 1]) * np.sign(X[:, 0])
        X[:, 1:] *= sign(y)
        return X + 0.1 * np.sign(X), y

    return generate("xor", draw, n, noise, seed, val, test)


def gaussians(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """Two clouds side by side: a linear model suffices, and more noise makes errors unavoidable.

    `x ~ N(c, 0.4²·I)` with center c = (-0.8, -0.8) for class 0 and (0.8, 0.8) for class 1.
    With noise the variance is 0.4² + noise². No classifier beats `x₁ + x₂ > 0`, which errs on
    0.3% of the samples at noise 0.1, on 4% at 0.5 and on 15% at 1.

    Parameters, Returns, Raises: as `spiral`. Nearly all coordinates are within ±2.5.

    >>> split = gaussians(n=1000, noise=0)
    >>> bool(np.mean((split.X_train.sum(axis=1) > 0) == split.y_train) > 0.99)
    True

    Source: the distribution of scikit-learn's make_blobs; TensorFlow Playground.
    """

    def draw(n, rng):
        y = alternate(n)
        return 0.4 * rng.standard_normal((n, 2)) - 0.8 * sign(y), y

    return generate("gaussians", draw, n, noise, seed, val, test)


def moons(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """Two half circles that reach into each other: a gentle bend is enough.

    `x = ±1.5·(cos t - ½, sin t - ¼)`, `t ~ U(0, π)`, + for class 0 and - for class 1.

    Parameters, Returns, Raises: as `spiral`. Without noise |x₁| ≤ 2.25 and |x₂| ≤ 1.125.

    >>> split = moons(n=300, noise=0)
    >>> np.abs(split.X_train).max(axis=0).round(1)
    array([2.2, 1.1], dtype=float32)

    Source: the shape of scikit-learn's make_moons, centered and 1.5 times as large.
    """

    def draw(n, rng):
        y = alternate(n)
        t = rng.uniform(0, np.pi, n)
        upper = np.column_stack([np.cos(t) - 0.5, np.sin(t) - 0.25])
        return 1.5 * upper * sign(y), y

    return generate("moons", draw, n, noise, seed, val, test)


def wave(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """One input, a noisy sine: the fit can be drawn as a curve through the points.

    `y = sin 2x + noise·ε`, `x ~ U(-2, 2)`, `ε ~ N(0, 1)`. The best possible MSE is noise².

    Parameters, Returns, Raises: as `spiral`, with X (N, 1) float32 and y (N,) float32.

    >>> split = wave(n=300, noise=0)
    >>> bool(np.allclose(split.y_train, np.sin(2 * split.X_train[:, 0]), atol=1e-6))
    True

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1.
    """

    def draw(n, rng):
        X = rng.uniform(-2, 2, (n, 1))
        return X, np.sin(2 * X[:, 0])

    return generate("wave", draw, n, noise, seed, val, test)


def bumps(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """Two hills and two hollows over the plane: a surface to be fitted by regression.

    `y = Σ_c s_c·exp(-2‖x - c‖²) + noise·ε` with the four centers c = (±1, ±1), height s_c = +1
    where the signs of c agree and -1 where they differ; `x ~ U(-1.75, 1.75)²`, `ε ~ N(0, 1)`.

    Parameters, Returns, Raises: as `spiral`, with X (N, 2) float32 and y (N,) float32.

    >>> split = bumps(n=300, noise=0)
    >>> split.task, bool(np.abs(split.y_train).max() <= 1)
    ('regression', True)

    Source: after TensorFlow Playground's "multi gaussian" regression, which has six bumps.
    """

    def draw(n, rng):
        X = rng.uniform(-1.75, 1.75, (n, 2))
        # exp(-2(u-1)²) - exp(-2(u+1)²) along each axis: their product is the sum over the centers
        profile = np.exp(-2 * (X - 1) ** 2) - np.exp(-2 * (X + 1) ** 2)
        return X, profile.prod(axis=1)

    return generate("bumps", draw, n, noise, seed, val, test)


def plane(n=500, noise=0.1, seed=0, val=0.2, test=0.2):
    """A tilted plane: regression that needs no hidden unit.

    `y = (x₁ + x₂)/2 + noise·ε`, `x ~ U(-1.75, 1.75)²`, `ε ~ N(0, 1)`. The best possible MSE is
    noise².

    Parameters, Returns, Raises: as `spiral`, with X (N, 2) float32 and y (N,) float32.

    >>> split = plane(n=300, noise=0)
    >>> bool(np.allclose(split.y_train, split.X_train.mean(axis=1), atol=1e-6))
    True

    Source: TensorFlow Playground's "plane".
    """

    def draw(n, rng):
        X = rng.uniform(-1.75, 1.75, (n, 2))
        return X, X.mean(axis=1)

    return generate("plane", draw, n, noise, seed, val, test)


GENERATED = (spiral, circle, xor, gaussians, moons, wave, bumps, plane)
