"""Leakage: features chosen with all labels in sight, and what cross-validation then says."""

import numpy as np


def noise_only(n, features, seed):
    """Return random features and labels that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, features)), np.arange(n) % 2


def accuracies(n, seed, features=1000, chosen=10, k=5):
    """Cross-validate on pure noise: the best features chosen before, and inside the folds.

    Returns: two accuracies; chance is 0.5.

    >>> before, inside = accuracies(50, 0)
    >>> before > inside
    True
    """
    from sklearn.feature_selection import SelectKBest
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline

    X, y = noise_only(n, features, seed)
    folds = StratifiedKFold(k, shuffle=True, random_state=seed)
    picked = SelectKBest(k=chosen).fit_transform(X, y)
    before = cross_val_score(GaussianNB(), picked, y, cv=folds)
    inside = make_pipeline(SelectKBest(k=chosen), GaussianNB())
    return float(before.mean()), float(cross_val_score(inside, X, y, cv=folds).mean())


def standardized(n, seed, features=10, k=5):
    """Cross-validate with mean and deviation of all samples, and of each fold's training part.

    The classes differ by half a deviation in every feature. The five nearest neighbors vote, whose
    distances depend on the scale. Returns: two accuracies.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = noise_only(n, features, seed)
    X = X + 0.5 * y[:, None]
    folds = StratifiedKFold(k, shuffle=True, random_state=seed)
    before = cross_val_score(KNeighborsClassifier(), StandardScaler().fit_transform(X), y, cv=folds)
    inside = make_pipeline(StandardScaler(), KNeighborsClassifier())
    return float(before.mean()), float(cross_val_score(inside, X, y, cv=folds).mean())
