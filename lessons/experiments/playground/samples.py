"""The samples of the playground: a set in the plane, part of it for training, the rest unseen."""

from functools import lru_cache

from lessons import data
from lessons.data.features import with_features

SAMPLES = 500


@lru_cache(maxsize=64)
def draw(name, noise=0.1, share=0.5, seed=0):
    """Draw 500 samples of a set in the plane; those not for training are its validation set.

    Parameters: name, in `lessons.data.DATASETS`; noise and seed, as there; share of the samples
    for training, between 0 and 1.
    Returns: a Split, which is kept: most knobs leave it as it is.

    >>> draw("spiral", share=0.9)
    Split 'spiral' (classification): 450 training, 50 validation, 0 test samples; 2 features
    """
    make = data.DATASETS[name]
    return make(n=round(share * SAMPLES), noise=noise, seed=seed, val=1 - share, test=0)


def draw_features(names, name="spiral", noise=0.1, share=0.5, seed=0):
    """Draw them as `draw` does, with these features for inputs.

    >>> draw_features(["x1²", "x2²"], "circle").feature_names
    ('x1²', 'x2²')
    """
    return with_features(draw(name, noise, share, seed), names)
