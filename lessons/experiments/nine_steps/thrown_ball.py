"""Measured heights of a thrown ball: generated, split in three, standardized.

The data of lesson 01. The law of falling bodies is a parabola, and so is the model there.
"""

from dataclasses import dataclass

import numpy as np

from lessons.checks import integer, not_negative

# scikit-learn is imported inside the function that needs it: it takes about a second.

GRAVITY, SPEED, HEIGHT = 9.81, 12.0, 1.5
LONGEST = 2.0


def true_height(t):
    """The law of falling bodies: `h = 1.5 + 12·t - ½·9.81·t²`, t in s, h in m.

    >>> round(true_height(1.0), 3)
    8.595
    """
    return HEIGHT + SPEED * t - GRAVITY / 2 * t**2


def throw_ball(n=40, noise=0.4, seed=0):
    """Generate measured heights of a ball thrown upward from 1.5 m with 12 m/s.

    `h = true_height(t) + noise·ε`, `t ~ U(0, 2)`, `ε ~ N(0, 1)`.

    Parameters: n, measurements ≥ 1; noise, standard deviation of the error in m, ≥ 0; seed ≥ 0.
    Returns: times in s and heights in m, both of shape (n,).
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> t, h = throw_ball(n=3, noise=0)
    >>> bool(np.allclose(h, true_height(t)))
    True
    """
    n, noise = integer(1)("n", n), not_negative("noise", noise)
    rng = np.random.default_rng([integer(0)("seed", seed), 0])
    t = rng.uniform(0, LONGEST, n)
    return t, true_height(t) + noise * rng.standard_normal(n)


# --- step 5: prepare the data ---------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """Standardization, `(value - mean) / std`, and the way back.

    >>> scale = Scale.of(np.array([1.0, 3.0]))
    >>> scale.apply(5.0), scale.undo(3.0)
    (3.0, 5.0)
    """

    mean: float
    std: float

    @classmethod
    def of(cls, values):
        """Return the scale on which these values have mean 0 and standard deviation 1."""
        return cls(float(np.mean(values)), float(np.std(values)))

    def apply(self, values):
        return (values - self.mean) / self.std

    def undo(self, values):
        return self.mean + self.std * values


@dataclass(frozen=True, eq=False)
class Prepared:
    """Standardized samples in three parts, and the two scales, those of the training part."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    x_scale: Scale
    y_scale: Scale

    def rescaled(self, x, y):
        """Return the same samples on two other scales."""
        xs = (x.apply(self.x_scale.undo(v)) for v in (self.x_train, self.x_val, self.x_test))
        ys = (y.apply(self.y_scale.undo(v)) for v in (self.y_train, self.y_val, self.y_test))
        pairs = zip(xs, ys, strict=True)
        return Prepared(*(values for pair in pairs for values in pair), x, y)


def prepare(t, h, seed=0):
    """Split at random into 60% training, 20% validation, 20% test, and standardize.

    Mean and standard deviation are those of the training part: the other two stand for samples
    that nobody has seen yet.

    Parameters: t, h, measurements, shape (n,), n ≥ 5; seed of the split. Returns: a Prepared.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> ready = prepare(*throw_ball())
    >>> len(ready.x_train), len(ready.x_val), len(ready.x_test)
    (24, 8, 8)
    >>> abs(round(float(ready.x_train.mean()), 6)), round(float(ready.x_train.std()), 6)
    (0.0, 1.0)
    """
    from sklearn.model_selection import train_test_split

    check_lengths(t, h)
    t_rest, t_test, h_rest, h_test = train_test_split(t, h, test_size=0.2, random_state=seed)
    t_train, t_val, h_train, h_val = train_test_split(
        t_rest, h_rest, test_size=0.25, random_state=seed
    )
    x, y = Scale.of(t_train), Scale.of(h_train)
    return Prepared(
        x.apply(t_train), y.apply(h_train), x.apply(t_val), y.apply(h_val),
        x.apply(t_test), y.apply(h_test), x, y,
    )  # fmt: skip


def check_lengths(t, h):
    if not len(t) == len(h) >= 5:
        given = f"{len(t)} and {len(h)}"
        raise ValueError(f"t and h must be equally long, with at least 5 values, got {given}")
