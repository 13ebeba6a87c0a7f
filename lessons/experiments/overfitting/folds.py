"""Choosing a degree: by a single split, and by k folds."""

from dataclasses import dataclass

import numpy as np

from lessons.experiments.overfitting.capacity import mse
from lessons.experiments.overfitting.polynomials import fit
from lessons.experiments.overfitting.samples import draw, truth
from lessons.experiments.overfitting.variance import GRID

DEGREES = 1, 3, 5, 7, 9


@dataclass(frozen=True, eq=False)
class Choice:
    """What was estimated for one draw, and the truth.

    Attributes: folds, each fold's loss by degree, (k, D); true, the expected error of each degree
    fitted to all samples, (D,).
    """

    folds: np.ndarray
    true: np.ndarray

    @property
    def single(self):
        """The place that the first fold alone chooses: a single split."""
        return int(self.folds[0].argmin())

    @property
    def by_folds(self):
        """The place with the lowest mean over all folds."""
        return int(self.folds.mean(axis=0).argmin())

    @property
    def right(self):
        return int(self.true.argmin())

    def cost(self, place):
        """Return the true error of a choice as a multiple of the best's."""
        return float(self.true[place] / self.true.min())


def choose(n, noise, seed, degrees=DEGREES, k=5):
    """Estimate every degree by k folds, and know the truth beside it.

    >>> choose(30, 0.3, 0).folds.shape
    (5, 5)
    """
    from sklearn.model_selection import KFold

    split = draw(n, noise, seed)
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    folds = [
        [mse(fit(x[kept], y[kept], degree)(x[out]), y[out]) for degree in degrees]
        for kept, out in KFold(k, shuffle=True, random_state=seed).split(x)
    ]
    true = [mse(fit(x, y, degree)(GRID), truth(GRID)) + noise**2 for degree in degrees]
    return Choice(np.array(folds), np.array(true))
