"""Lesson 13, the same knob elsewhere: scikit-learn's searches do what the table says."""

import inspect

import pytest
from scipy.stats import loguniform
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

from lessons import Classifier, data

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture
def samples():
    split = data.moons(n=120)
    return split.X_train, split.y_train


def test_a_grid_is_judged_by_the_mean_over_five_parts_and_the_best_trained_once_more(samples):
    search = GridSearchCV(Classifier(epochs=5, random_state=0), {"learning_rate": [0.03, 0.3]})
    search.fit(*samples)
    parts = [name for name in search.cv_results_ if name.startswith("split")]
    assert len(parts) == 5
    for k in range(2):
        mean = sum(search.cv_results_[name][k] for name in parts) / 5
        assert search.cv_results_["mean_test_score"][k] == pytest.approx(mean)
    assert search.best_estimator_.run_.config.learning_rate == search.best_params_["learning_rate"]


def test_with_a_fixed_random_state_only_one_seed_is_ever_tried(samples):
    seen = []

    class Noted(Classifier):
        def fit(self, X, y):
            fitted = super().fit(X, y)
            seen.append(fitted.run_.config.seed)
            return fitted

    Noted.__init__.__signature__ = inspect.signature(Classifier.__init__)
    search = RandomizedSearchCV(
        Noted(epochs=2, random_state=7), {"learning_rate": loguniform(1e-3, 1)}, n_iter=4
    )
    search.fit(*samples)
    assert set(seen) == {7}
    assert len(seen) == 4 * 5 + 1
