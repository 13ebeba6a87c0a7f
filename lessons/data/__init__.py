"""The data sets: small enough to train on at every move of a slider, each hard in its own way.

All are functions that return a `Split`: `spiral`, `circle`, `xor`, `gaussians` and `moons` (two
classes in the plane), `wave` (a curve), `bumps` and `plane` (surfaces), `digits` (scanned
handwriting);
`from_arrays` and `from_table` split your own. `DATASETS` lists the ones that need no arguments.

The generated sets share three properties. Features have a standard deviation of about 1, so that
learning rates can be compared between sets. `noise` is only ever a factor of the same draws, so
sliding it moves the points and replaces none. And a larger `n` adds points to those of a smaller.
scikit-learn's make_moons and make_circles promise neither: they space their angles evenly, so
that without noise a validation set of the same size *is* the training set.
"""

from lessons.data.arrays import from_arrays
from lessons.data.drawing import MAX_SAMPLES
from lessons.data.generated import (
    GENERATED,
    bumps,
    circle,
    gaussians,
    moons,
    plane,
    spiral,
    wave,
    xor,
)
from lessons.data.registry import DATASETS
from lessons.data.scans import digits
from lessons.data.split import Split
from lessons.data.table import from_table

__all__ = [
    "DATASETS",
    "GENERATED",
    "MAX_SAMPLES",
    "Split",
    "bumps",
    "circle",
    "digits",
    "from_arrays",
    "from_table",
    "gaussians",
    "moons",
    "plane",
    "spiral",
    "wave",
    "xor",
]
