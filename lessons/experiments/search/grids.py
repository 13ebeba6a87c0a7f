"""Grid against random: the same number of trainings, placed in two ways, many times over.

All of it in the unit square: 0 and 1 are the ends of a knob's range, on the scale of the search.
"""

from dataclasses import dataclass

import numpy as np

REPETITIONS = 200
AT_THE_ENDS, IN_THE_MIDDLES = "at the ends", "in the middles"


def grid(side, place):
    """Return the places of a grid, (side², 2): from end to end, or in the middles of equal parts.

    >>> sorted(set(grid(3, AT_THE_ENDS)[:, 0].tolist()))
    [0.0, 0.5, 1.0]
    >>> sorted(set(grid(2, IN_THE_MIDDLES)[:, 0].tolist()))
    [0.25, 0.75]
    """
    middles = (np.arange(side) + 0.5) / side
    values = np.linspace(0, 1, side) if place == AT_THE_ENDS and side > 1 else middles
    return np.stack(np.meshgrid(values, values), axis=-1).reshape(-1, 2)


def random_points(side, repetitions=REPETITIONS, seed=0):
    """Draw as many points as a grid has, in each repetition others, (repetitions, side², 2).

    >>> random_points(3, 5).shape
    (5, 9, 2)
    """
    return np.random.default_rng(seed).random((repetitions, side**2, 2))


@dataclass(frozen=True)
class Valley:
    """An idealized response: `(x - a)² + weight·(y - b)²`, with its best place (a, b) anywhere.

    Attributes: weight, how much the second knob matters, 0 ≤ weight ≤ 1; seed, of the places.
    """

    weight: float
    seed: int = 0

    def losses(self, points):
        """Return the losses of points, (repetitions, N, 2): in each repetition another valley.

        >>> Valley(0.0).losses(np.zeros((4, 9, 2))).shape
        (4, 9)
        """
        best = self.best(len(points))[:, None]
        return np.square(points - best) @ np.array([1.0, self.weight])

    def best(self, repetitions):
        """Draw the places of the best, (repetitions, 2)."""
        return np.random.default_rng([self.seed, 1]).random((repetitions, 2))

    def map(self, repetition, size=64):
        """Return the losses all over the square in one repetition, (size, size), y first."""
        side = (np.arange(size) + 0.5) / size
        a, b = self.best(repetition + 1)[repetition]
        return (side - a) ** 2 + self.weight * (side[:, None] - b) ** 2


@dataclass(frozen=True, eq=False)
class Trained:
    """Maps of trainings, one for each seed, read between their cells.

    Attributes: losses_by_cell, (seeds, rows, columns), at equal distances; low, high, between which
    shares of the columns the square lies: the second knob always has its whole range.
    """

    losses_by_cell: np.ndarray
    low: float = 0.0
    high: float = 1.0

    def losses(self, points):
        """Return the losses of points, (repetitions, N, 2), each repetition on the next map."""
        logs = np.log(self.losses_by_cell)
        seeds, rows, columns = logs.shape
        k = (np.arange(len(points)) % seeds)[:, None]
        x = (self.low + points[..., 0] * (self.high - self.low)) * (columns - 1)
        y = points[..., 1] * (rows - 1)
        left, lower = (np.minimum(v.astype(int), n - 2) for v, n in ((x, columns), (y, rows)))
        x, y = x - left, y - lower
        bottom = logs[k, lower, left] * (1 - x) + logs[k, lower, left + 1] * x
        top = logs[k, lower + 1, left] * (1 - x) + logs[k, lower + 1, left + 1] * x
        return np.exp(bottom * (1 - y) + top * y)

    def map(self, repetition, size=64):
        """Return the losses over all rates in one repetition, (size, size), y first."""
        seed = repetition % len(self.losses_by_cell)
        one = Trained(self.losses_by_cell[seed : seed + 1])
        side = (np.arange(size) + 0.5) / size
        points = np.stack(np.meshgrid(side, side), axis=-1).reshape(1, -1, 2)
        return one.losses(points).reshape(size, size)


@dataclass(frozen=True, eq=False)
class Contest:
    """Grid and random points on the same response, in many repetitions.

    Attributes: grid, (N, 2), and random, (R, N, 2), the points; on_grid, at_random, their losses,
    (R, N).
    """

    grid: np.ndarray
    random: np.ndarray
    on_grid: np.ndarray
    at_random: np.ndarray

    @property
    def best(self):
        """The lowest loss of each, by repetition, (2, R)."""
        return np.array([self.on_grid.min(axis=1), self.at_random.min(axis=1)])

    @property
    def wins(self):
        """In how many repetitions random points found something better, and the grid, a pair."""
        on_grid, at_random = self.best
        return int(np.sum(at_random < on_grid)), int(np.sum(on_grid < at_random))

    @property
    def ratio(self):
        """The median over the repetitions of random points' best loss by the grid's."""
        on_grid, at_random = self.best
        return float(np.median(at_random / on_grid))


def contest(response, side, place, repetitions=REPETITIONS, seed=0):
    """Search a response with a grid and with as many random points, many times.

    >>> contest(Valley(1.0), 3, AT_THE_ENDS, repetitions=4).best.shape
    (2, 4)
    """
    fixed, drawn = grid(side, place), random_points(side, repetitions, seed)
    same = np.broadcast_to(fixed, drawn.shape)
    return Contest(fixed, drawn, response.losses(same), response.losses(drawn))
