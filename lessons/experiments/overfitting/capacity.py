"""Training and validation loss against capacity: the degree of a polynomial, units of a network."""

from dataclasses import dataclass

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.overfitting.polynomials import fit
from lessons.experiments.overfitting.samples import draw
from lessons.prediction import predict
from lessons.side_by_side import train_side_by_side
from lessons.trainer import train

SEEDS = 20
DEGREES = (*range(1, 21), 24, 28, 32, 40, 50, 64, 80, 100, 128)
UNITS = 1, 2, 3, 4, 8, 16, 32, 64, 128
# What a rise must be, as a factor, and in how many of the draws, for a U to be there.
RISES, MOST = 1.1, 0.75


@dataclass(frozen=True, eq=False)
class Curves:
    """Losses against capacity. Attributes: capacities, (C,); train and val, (seeds, C)."""

    capacities: np.ndarray
    train: np.ndarray
    val: np.ndarray

    def best_up_to(self, place):
        """Return the place of the lowest median validation loss, up to a place."""
        return int(np.median(self.val[:, : place + 1], axis=0).argmin())

    def higher(self, place):
        """Return in how many draws the validation loss is above that of the best up to here."""
        return int(np.sum(self.val[:, place] > RISES * self.val[:, self.best_up_to(place)]))

    def has_u(self, place):
        """Return whether the loss has risen again at a place, in most of the draws."""
        return self.higher(place) >= MOST * len(self.val)


def mse(answers, y):
    return float(np.mean((answers - y) ** 2))


def polynomial_losses(split, degrees, power):
    """Return training and validation loss of every degree, (2, D)."""
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    fits = [fit(x, y, degree, power) for degree in degrees]
    return np.transpose([
        (mse(f(x), y), mse(f(split.X_val[:, 0]), split.y_val)) for f in fits
    ])  # fmt: skip


def of_polynomials(n, noise, power=0, degrees=DEGREES, seeds=range(SEEDS), progress=None):
    """Fit polynomials of every degree to many draws of n samples.

    Returns: Curves, or None if it was stopped.

    >>> curves = of_polynomials(15, 0.3, degrees=(1, 3, 12))
    >>> curves.capacities[curves.best_up_to(2)].item(), curves.has_u(2)
    (3, True)
    """
    losses, seeds = [], list(seeds)
    for seed in seeds:
        losses.append(polynomial_losses(draw(n, noise, seed), degrees, power))
        if progress and progress.cancelled:
            return None
        if progress:
            progress.report(len(losses), len(seeds))
    return Curves(np.array(degrees), *np.moveaxis(losses, 1, 0))


def wave_config(units, n, epochs, seed):
    """One layer of tanh units, all samples in a batch, Adam at rate 0.03."""
    return TrainConfig(
        hidden=(units,), activation="tanh", optimizer="adam", learning_rate=0.03,
        batch_size=n, epochs=epochs, seed=seed,
    )  # fmt: skip


def of_networks(
    n, noise, epochs, units=UNITS, seeds=range(SEEDS), engine="auto", progress=None
):  # fmt: skip
    """Train networks of every width on many draws of n samples, to the last epoch.

    Returns: Curves, or None if it was stopped.

    >>> of_networks(15, 0.3, 2, units=(1, 2), seeds=range(3)).val.shape
    (3, 2)
    """
    rows, seeds = [], list(seeds)
    for seed in seeds:
        split = draw(n, noise, seed)
        configs = [wave_config(width, n, epochs, seed) for width in units]
        part = progress.part() if progress else None
        runs = train_side_by_side(configs, split, engine, part, "fit")
        if any(run.status == "cancelled" for run in runs):
            return None
        rows.append([(run.train_loss[-1], run.val_loss[-1]) for run in runs])
        if progress:
            progress.report(len(rows), len(seeds))
    train_losses, val_losses = np.moveaxis(rows, 2, 0)
    return Curves(np.array(units), train_losses, val_losses)


def answers_of(run, x):
    """Return what a network answers at x, (N,)."""
    return predict(run.params, run.config, np.asarray(x, np.float32)[:, None])


def moons_losses(width, seed, n=60, noise=0.5, epochs=300, val=200):
    """Train two ReLU layers on overlapping moons: training, validation and lowest validation loss.

    SGD at rate 0.1 in batches of 32.
    """
    split = draw(n, noise, seed, val=val, name="moons")
    config = TrainConfig(hidden=(width, width), epochs=epochs, seed=seed)
    run = train(config, split)
    return run.train_loss[-1], run.val_loss[-1], np.nanmin(run.val_loss)


def random_features_error(features, split, seed, n=200):
    """Return the test error of the smallest least-squares fit to fixed random features.

    The features are ReLU units whose weights are drawn and never trained; only the output layer is
    fitted, one column per class. With more features than the n training samples that are used, of
    all fits without error the one with the smallest weights is taken.

    Returns: the share of wrong answers.

    Source: Belkin, Hsu, Ma and Mandal, "Reconciling modern machine-learning practice and the
    classical bias–variance trade-off" (2019).

    >>> from lessons import data
    >>> split = data.digits(seed=0)
    >>> random_features_error(1000, split, 0) < random_features_error(220, split, 0)
    True
    """
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((split.X_train.shape[1], features)) / 8
    b = rng.uniform(-1, 1, features)
    hidden = [np.maximum(X @ W + b, 0) for X in (split.X_train[:n], split.X_test)]
    targets = np.eye(len(split.classes))[split.y_train[:n]]
    weights = np.linalg.lstsq(hidden[0], targets, rcond=1e-12)[0]
    return float(np.mean((hidden[1] @ weights).argmax(axis=1) != split.y_test))
