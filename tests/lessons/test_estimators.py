"""Estimators: scikit-learn takes them for its own, and what they train is what `train` trains."""

import os
import pickle
import subprocess
import sys
import warnings
from dataclasses import fields
from inspect import signature

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_moons
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    cross_val_score,
    learning_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import estimator_checks_generator

from lessons import Classifier, Regressor, TrainConfig, predict, train
from lessons.data.split import Split
from lessons.estimators import SETTINGS

pytestmark = pytest.mark.usefixtures("compiled")

ESTIMATORS = Classifier, Regressor
X, Y = make_moons(200, noise=0.2, random_state=0)
LABELS = np.array(["blue", "orange"])[Y]


def checks():
    """Every check of scikit-learn's, with the estimator it is for; none is expected to fail."""
    for estimator in ESTIMATORS:
        for made, check in estimator_checks_generator(estimator()):
            name = check.func.__name__
            # This one needs a setting from before SciPy is loaded: see the next test.
            if name != "check_array_api_input":
                yield pytest.param(made, check, id=f"{estimator.__name__}-{name}")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_scikit_learns_own_checks_pass(estimator, check):
    check(estimator)


@pytest.mark.slow
def test_the_check_of_other_arrays_passes_where_scipy_takes_them():
    code = """
from sklearn.utils.estimator_checks import estimator_checks_generator
from lessons import Classifier, Regressor
for estimator in (Classifier(epochs=5), Regressor(epochs=5)):
    ran = 0
    for made, check in estimator_checks_generator(estimator):
        if check.func.__name__ == "check_array_api_input":
            check(made)
            ran += 1
    print(ran)
"""
    told = {**os.environ, "SCIPY_ARRAY_API": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()) == (0, ["1", "1"]), done.stderr


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_settings_are_those_of_a_config(estimator):
    config = {field.name: field.default for field in fields(TrainConfig)}
    given = {name: p.default for name, p in signature(estimator).parameters.items()}
    del config["seed"]
    assert {name: given[name] for name in config} == config
    assert list(config) == SETTINGS
    assert given.keys() - config.keys() == {
        "validation_fraction", "standardize", "snapshots", "engine", "random_state"
    }  # fmt: skip


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"learning_rate": -1}, "learning_rate must be a number ≥ 0, got -1"),
        ({"hidden": "16"}, "hidden must be a tuple of integers ≥ 1, got '16'"),
        ({"validation_fraction": 1}, "validation_fraction must be a number ≥ 0 and < 1, got 1"),
        ({"standardize": "yes"}, "standardize must be True or False, got 'yes'"),
        ({"snapshots": 2}, "snapshots must be True or False, got 2"),
        ({"engine": "gpu"}, "engine must be one of auto, numba, numpy, got 'gpu'"),
        ({"random_state": -1}, "random_state must be an integer ≥ 0, got -1"),
        ({"patience": 3, "validation_fraction": 0}, "patience needs a validation set"),
    ],
)
def test_bad_settings_are_told_when_it_is_fitted(estimator, settings, words):
    model = estimator(**settings)
    with pytest.raises(ValueError, match=f"^{words}"):
        model.fit(X, Y)


def test_bad_data_are_told():
    with pytest.raises(ValueError, match=r"^y must hold at least 2 classes, got 1 class$"):
        Classifier().fit(X, np.zeros(len(X)))
    with pytest.raises(ValueError, match=r"^X must be within ±3.4e38, got 1e"):
        Classifier(standardize=False).fit(np.append(X[1:], [[0, 1e300]], axis=0), Y)
    with pytest.raises(NotFittedError):
        Classifier().predict(X)


# --- what is trained -----------------------------------------------------------------------------


def split_of(y, task, classes=()):
    empty = X[:0], y[:0]
    return Split(X, y, *empty, *empty, task=task, classes=classes)


def test_it_trains_what_train_trains():
    settings = {"hidden": (8,), "optimizer": "adam", "learning_rate": 0.01, "epochs": 20}
    run = train(TrainConfig(**settings, seed=3), split_of(Y.copy(), "classification", (0, 1)))
    model = Classifier(**settings, standardize=False, random_state=3).fit(X, LABELS)
    assert np.array_equal(model.loss_curve_, run.train_loss)
    assert model.n_iter_ == 20
    assert model.validation_scores_ is None
    # The same parameters, used in double precision.
    proba = predict(run.params, run.config, X)
    assert model.predict_proba(X) == pytest.approx(proba, abs=1e-5)
    assert np.array_equal(model.predict(X), model.classes_[proba.argmax(axis=1)])
    # Only the first parameters and the last are kept, unless one asks.
    assert len(model.run_.snapshots.vectors) == 2
    assert len(clone(model).set_params(snapshots=True).fit(X, LABELS).run_.snapshots) == 21


def test_inputs_and_targets_are_standardized_by_the_training_part():
    y = 1000 + 50 * np.sin(X[:, 0])
    model = Regressor(epochs=100, validation_fraction=0.25, random_state=0).fit(100 * X + 7, y)
    assert model.score(100 * X + 7, y) > 0.9
    assert model.scaler_.n_samples_seen_ == model.target_scaler_.n_samples_seen_ == 150
    assert model.loss_curve_[0] < 20
    assert model.validation_scores_.shape == (101,)
    assert model.validation_scores_[-1] > model.validation_scores_[0]
    assert Regressor(standardize=False, epochs=1).fit(X, Y).target_scaler_ is None


def test_patience_keeps_samples_apart():
    model = Classifier(patience=5, learning_rate=0.3, epochs=300, random_state=0).fit(X, LABELS)
    run = model.run_
    assert run.status == "stopped_early"
    assert model.n_iter_ == run.best_epoch + 5 < 300
    assert model.scaler_.n_samples_seen_ == 180
    assert model.validation_scores_.max() > 0.8
    follows = Classifier(schedule="reduce_on_plateau", epochs=2, random_state=0).fit(X, Y)
    assert follows.scaler_.n_samples_seen_ == 180


def test_the_random_state_leads_the_seed():
    def last(random_state):
        return Classifier(epochs=2, random_state=random_state).fit(X, Y).loss_curve_[-1]

    assert Classifier(epochs=1, random_state=5).fit(X, Y).run_.config.seed == 5
    assert last(np.random.RandomState(1)) == last(np.random.RandomState(1)) != last(1)
    assert last(None) != last(None)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "brier", "hinge"])
def test_scores_and_probabilities_agree(loss):
    model = Classifier(loss=loss, epochs=50, random_state=0).fit(X, LABELS)
    scores, answers = model.decision_function(X), model.predict(X)
    assert scores.shape == (200,)
    assert np.array_equal(answers == "orange", scores > 0)
    assert model.score(X, LABELS) > 0.8
    if loss == "hinge":
        assert not hasattr(model, "predict_proba")
        return
    proba = model.predict_proba(X)
    assert proba.sum(axis=1) == pytest.approx(np.ones(200))
    assert proba[:, 1] == pytest.approx(1 / (1 + np.exp(-scores)))


def test_many_classes_and_many_outputs():
    inputs, labels = make_blobs(150, centers=3, random_state=0)
    model = Classifier(random_state=0).fit(inputs, labels)
    assert model.decision_function(inputs).shape == (150, 3)
    assert model.score(inputs, labels) > 0.9
    targets = np.column_stack([inputs[:, 0], inputs.sum(axis=1)])
    model = Regressor(random_state=0).fit(inputs, targets)
    assert model.predict(inputs).shape == (150, 2)
    assert model.score(inputs, targets) > 0.9


@pytest.mark.parametrize(("estimator", "y"), [(Classifier, LABELS), (Regressor, X[:, 0] ** 2)])
def test_a_run_that_diverges_is_told_and_predicts_numbers(estimator, y):
    model = estimator(hidden=(16,) * 12, learning_rate=1e25, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"^diverged at update \d+: predictions are those"):
        model.fit(X, y)
    assert model.run_.status == "diverged"
    for inputs in (X, 1e30 * X):
        if estimator is Classifier:
            proba = model.predict_proba(inputs)
            assert np.isfinite(proba).all()
            assert proba.sum(axis=1) == pytest.approx(np.ones(200))
        else:
            assert np.isfinite(model.predict(inputs)).all()
    assert len(model.predict(X)) == 200


def test_a_copy_that_was_stored_predicts_the_same_bits():
    model = Classifier(epochs=10, batch_norm=True, random_state=0).fit(X, LABELS)
    stored = pickle.dumps(model)
    assert np.array_equal(pickle.loads(stored).predict_proba(X), model.predict_proba(X))
    assert len(stored) < 60_000


# --- at work -------------------------------------------------------------------------------------


def test_it_works_where_scikit_learns_own_do():
    model = Classifier(epochs=20, random_state=0)
    assert cross_val_score(model, X, LABELS, cv=3).min() > 0.6
    grid = GridSearchCV(model, {"learning_rate": [1e-5, 0.3], "hidden": [(4,), (16, 16)]}, cv=3)
    grid.fit(X, LABELS)
    assert grid.best_params_["learning_rate"] == 0.3
    halving = HalvingRandomSearchCV(
        model, {"learning_rate": loguniform(1e-4, 1)}, resource="epochs", min_resources=2,
        max_resources=18, n_candidates=9, random_state=0, cv=3,
    ).fit(X, LABELS)  # fmt: skip
    assert halving.best_estimator_.epochs == 18
    pipe = make_pipeline(PolynomialFeatures(2), Regressor(epochs=20, random_state=0))
    assert (
        pipe.set_params(regressor__learning_rate=0.03).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2)
        > 0.8
    )
    sizes, _, scores = learning_curve(model, X, LABELS, cv=3, train_sizes=[20, 100])
    assert sizes.tolist() == [20, 100]
    assert scores.shape == (2, 3)
    importance = permutation_importance(grid.best_estimator_, X, LABELS, random_state=0)
    assert importance.importances_mean.min() > 0


def test_its_picture_in_a_notebook_names_it_and_what_was_changed():
    page = Classifier(learning_rate=0.3).fit(X, Y)._repr_html_()
    assert "Classifier" in page
    assert "learning_rate" in page


def test_lessons_start_without_scikit_learn():
    code = "import sys, lessons; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_no_warning_where_all_is_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Classifier(epochs=2).fit(X, LABELS).predict(X)
