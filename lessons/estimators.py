"""Estimators: the trainer in scikit-learn's terms, so that its searches and splits work with it.

    from lessons import Classifier
    GridSearchCV(Classifier(epochs=30), {"learning_rate": [0.03, 0.1, 0.3]}).fit(X, y)

Settings are those of `TrainConfig`; each fit is one `train`.
"""

import warnings
from dataclasses import fields
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from lessons.checks import boolean, integer, require, share_below_one
from lessons.config import TrainConfig
from lessons.data.split import Split, fits, share_out
from lessons.losses import LOSSES, answers
from lessons.parameters import Layer
from lessons.prediction import run_through
from lessons.schedules import ReduceOnPlateau
from lessons.trainer import train
from lessons.verdict import verdict

SETTINGS = [field.name for field in fields(TrainConfig) if field.name != "seed"]
# The share kept apart where a setting needs it and none is named.
APART = 0.1
# Networks that diverged can overflow; what comes out is held within ± this.
FAR = 1e100


class Estimator(BaseEstimator):
    """What Classifier and Regressor share: settings, and how a fit becomes a run."""

    def __init__(
        self,
        hidden=(16, 16),
        activation="relu",
        init="he_normal",
        loss="auto",
        optimizer="sgd",
        learning_rate=0.1,
        momentum=0.9,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        schedule="constant",
        batch_size=32,
        epochs=100,
        drop_last=False,
        shuffle=True,
        l1=0.0,
        l2=0.0,
        dropout=0.0,
        batch_norm=False,
        bn_eps=1e-5,
        bn_momentum=0.1,
        clip_norm=None,
        clip_value=None,
        patience=None,
        dtype="float32",
        validation_fraction=None,
        standardize=True,
        snapshots=False,
        engine="auto",
        random_state=None,
    ):
        settings = dict(locals())
        del settings["self"]
        vars(self).update(settings)

    def fit_run(self, X, y, task, classes=()):
        """Train once on checked data; y are class numbers, or values of shape (N,) or (N, k)."""
        config, val = self.config(), self.share_apart()
        standardize = boolean("standardize", self.standardize)
        snapshots = "epoch" if boolean("snapshots", self.snapshots) else "ends"
        (train_rows, val_rows, _), _ = share_out(y, val, 0.0, config.seed, classes)
        self.scaler_ = self.target_scaler_ = None
        if standardize:
            self.scaler_ = StandardScaler().fit(X[train_rows])
            X = self.scaler_.transform(X)
        if standardize and not classes:
            self.target_scaler_ = StandardScaler().fit(as_columns(y)[train_rows])
            y = self.target_scaler_.transform(as_columns(y)).reshape(y.shape)
        for name, values in (("X", X), ("y", y)):
            require(fits(values).all(), name, "be within ±3.4e38", np.abs(values).max())
        parts = (a[rows] for rows in (train_rows, val_rows, val_rows[:0]) for a in (X, y))
        split = Split(*parts, task=task, classes=classes)
        run = self.run_ = train(config, split, self.engine, snapshots=snapshots)
        self.n_iter_ = run.completed_epochs
        self.loss_curve_ = run.train_loss[: self.n_iter_ + 1]
        scores = -run.val_loss if task == "regression" else run.val_accuracy
        self.validation_scores_ = scores[: self.n_iter_ + 1] if val else None
        if run.status == "diverged":
            warnings.warn(
                f"{verdict(run, split)}: predictions are those of the last parameters that were "
                "finite. A smaller learning_rate may help.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def config(self):
        """Check the settings; return them as a TrainConfig, with the seed from `random_state`."""
        settings = {name: getattr(self, name) for name in SETTINGS}
        return TrainConfig(**settings, seed=seed_from(self.random_state))

    def share_apart(self):
        """Return the share of samples that are kept apart to validate with."""
        if self.validation_fraction is not None:
            return share_below_one("validation_fraction", self.validation_fraction)
        follows = isinstance(self.schedule, ReduceOnPlateau) or self.schedule == "reduce_on_plateau"
        return APART if follows or self.patience is not None else 0.0

    def outputs(self, X):
        """Compute the outputs of the last layer for X, (N, K), in double precision.

        So the answer for a sample is the same whichever others are asked about with it.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        if self.scaler_ is not None:
            X = self.scaler_.transform(X)
        layers = [Layer(*(a if a is None else a.astype(float) for a in layer))
                  for layer in self.run_.params]  # fmt: skip
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = run_through(layers, self.run_.config, X, "numpy")
        return np.nan_to_num(outputs, nan=0.0, posinf=FAR, neginf=-FAR).clip(-FAR, FAR)


class Classifier(ClassifierMixin, Estimator):
    """A network that tells classes apart, as a scikit-learn estimator.

    Parameters: those of `TrainConfig`, with the same meaning and defaults, but for `seed`; and
        validation_fraction: share of the samples that is kept apart for validation, 0 ≤ v < 1;
            None: 0.1 where `patience` or a schedule that follows the validation loss needs it,
            else 0.
        standardize: bring every input to mean 0 and standard deviation 1 of the training part.
        snapshots: whether `run_` keeps the parameters of every epoch.
        engine: as in `train`.
        random_state: an integer is the seed; a RandomState draws one; None draws another every
            time.

    Attributes: classes_, the labels; run_, the Run, without snapshots unless asked; n_iter_,
        completed epochs; loss_curve_, (n_iter_ + 1,) training loss, before the first epoch and
        after each; validation_scores_, (n_iter_ + 1,) validation accuracy, or None where no sample
        is kept apart; scaler_, the StandardScaler of the inputs, or None; n_features_in_,
        feature_names_in_.

    Methods: fit, predict, predict_proba (not for the loss hinge, which knows no probabilities),
    decision_function, score.

    Raises: ValueError in `fit` that names the setting, what is allowed, and what came. A run that
    diverges raises a ConvergenceWarning.

    >>> from lessons import data
    >>> split = data.moons(n=200)
    >>> model = Classifier(epochs=50, random_state=0).fit(split.X_train, split.y_train)
    >>> bool(model.score(split.X_test, split.y_test) > 0.9)
    True

    Source: the interface is scikit-learn's; Pedregosa et al., "Scikit-learn" (2011).
    """

    def fit(self, X, y):
        """Train on inputs X, (N, d), and labels y, (N,)."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        require(
            len(self.classes_) > 1, "y", "hold at least 2 classes", f"{len(self.classes_)} class"
        )
        return self.fit_run(X, numbers, "classification", tuple(self.classes_.tolist()))

    def predict(self, X):
        """Return the most probable label of every sample, (N,)."""
        outputs = self.outputs(X)
        return self.classes_[answers(outputs, LOSSES[self.run_.config.loss].task)]

    def knows_probabilities(self):
        """Whether the loss makes probabilities of scores; an AttributeError says that not."""
        if self.loss == "hinge":
            raise AttributeError("predict_proba needs a loss that knows probabilities, got 'hinge'")
        return True

    @available_if(knows_probabilities)
    def predict_proba(self, X):
        """Return the probability of every class for every sample, (N, classes)."""
        outputs = self.outputs(X)
        return LOSSES[self.run_.config.loss].prediction(outputs)

    def decision_function(self, X):
        """Return the scores: of two classes, (N,), above 0 for the second; else (N, classes)."""
        outputs = self.outputs(X)
        if len(self.classes_) > 2:
            return outputs
        return outputs[:, -1] if outputs.shape[1] == 1 else outputs[:, 1] - outputs[:, 0]


class Regressor(RegressorMixin, Estimator):
    """A network that predicts values, one or several, as a scikit-learn estimator.

    Parameters: those of Classifier; `standardize` brings the targets, too, to mean 0 and standard
    deviation 1 for training, and predictions back.

    Attributes: those of Classifier, but for classes_; loss_curve_ is in those standardized units,
    and validation_scores_ are minus the validation loss, so that higher is better; target_scaler_,
    the StandardScaler of the targets, or None.

    Methods: fit, predict, score (R²).

    Raises: ValueError in `fit` that names the setting, what is allowed, and what came. A run that
    diverges raises a ConvergenceWarning.

    >>> from lessons import data
    >>> split = data.wave(n=200)
    >>> model = Regressor(epochs=200, random_state=0).fit(split.X_train, split.y_train)
    >>> bool(model.score(split.X_test, split.y_test) > 0.8)
    True

    Source: the interface is scikit-learn's; Pedregosa et al., "Scikit-learn" (2011).
    """

    def fit(self, X, y):
        """Train on inputs X, (N, d), and values y, (N,) or (N, k)."""
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        return self.fit_run(X, y.astype(float), "regression")

    def predict(self, X):
        """Return the values of every sample, (N,), or (N, k) for several."""
        outputs = self.outputs(X)
        if self.target_scaler_ is not None:
            outputs = self.target_scaler_.inverse_transform(outputs)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def as_columns(y):
    """Give values one column per output: (N,) becomes (N, 1)."""
    return y.reshape(len(y), -1)


def seed_from(random_state):
    """Return the seed that a random state leads to: an integer itself, or one that it draws.

    >>> seed_from(7)
    7
    """
    if isinstance(random_state, Integral):
        return integer(0)("random_state", random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
