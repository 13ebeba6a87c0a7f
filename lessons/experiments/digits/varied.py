"""Training with images that are varied, and what that gains on drawings and costs on scans.

Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
visual document analysis" (2003).
"""

import csv
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.experiments.digits.hand import draw_many, scans_of, stored_drawings
from lessons.prediction import predict
from lessons.trainer import train

NETWORK = TrainConfig(hidden=(64,), optimizer="adam", learning_rate=0.01, epochs=30)
SEEDS = range(20)
COPIES = 5  # of each image: the image itself, and four that are varied
SIDE = 8
TABLE = Path(__file__).with_name("varied.csv")


def warped(images, matrices, shifts):
    """Return images moved by a matrix and a shift each, about their middle, between pixels blended.

    Parameters: images, (N, 64); matrices, (N, 2, 2), from a place of the new image to one of the
    old, (y, x); shifts, (N, 2), in pixels. Outside is paper.

    >>> one = np.eye(64)[[9]]
    >>> warped(one, np.eye(2)[None], np.array([[1.0, 0.0]])).argmax(axis=1).tolist()
    [17]
    """
    middle = (SIDE - 1) / 2
    grid = np.indices((SIDE, SIDE)).reshape(2, -1) - middle
    places = matrices @ grid + middle - np.einsum("nij,nj->ni", matrices, shifts)[:, :, None]
    padded = np.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    y, x = np.clip(places + 1, 0, SIDE + 1 - 1e-9).transpose(1, 0, 2)
    top, left = y.astype(int), x.astype(int)
    rows, down, right = np.arange(len(images))[:, None], y - top, x - left
    blended = (
        padded[rows, top, left] * (1 - down) * (1 - right)
        + padded[rows, top + 1, left] * down * (1 - right)
        + padded[rows, top, left + 1] * (1 - down) * right
        + padded[rows, top + 1, left + 1] * down * right
    )
    return blended.astype(np.float32)


def alike(count, rng):
    """Return matrices and shifts that change nothing."""
    return np.tile(np.eye(2), (count, 1, 1)), np.zeros((count, 2))


def shifted(images, rng, most=1.0):
    """Move each image by up to a pixel in any direction."""
    matrices, _ = alike(len(images), rng)
    return warped(images, matrices, rng.uniform(-most, most, (len(images), 2)))


def scaled(images, rng, low=0.6, high=1.1):
    """Make each image smaller or larger."""
    matrices, shifts = alike(len(images), rng)
    return warped(images, matrices / rng.uniform(low, high, (len(images), 1, 1)), shifts)


def slanted(images, rng, slant=0.4, turn=12.0):
    """Slant each image and turn it, by up to so many degrees."""
    matrices, shifts = alike(len(images), rng)
    angles = np.radians(rng.uniform(-turn, turn, len(images)))
    turned = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    matrices[:, 1, 0] = rng.uniform(-slant, slant, len(images))
    return warped(images, turned.transpose(2, 0, 1) @ matrices, shifts)


def thickened(images, rng, most=0.4):
    """Make the lines of each image thicker or thinner: towards the most or least ink nearby."""
    padded = np.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    cross = np.stack([padded[:, 1 + dy : 9 + dy, 1 + dx : 9 + dx]
                      for dy, dx in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))])  # fmt: skip
    share = rng.uniform(-most, most, (len(images), 1))
    target = np.where(share[:, :, None] > 0, cross.max(axis=0), cross.min(axis=0))
    return (images + np.abs(share) * (target.reshape(-1, 64) - images)).astype(np.float32)


def all_of_it(images, rng):
    """Vary everything, each by half as much."""
    images = slanted(thickened(images, rng, 0.2), rng, 0.2, 6.0)
    return shifted(scaled(images, rng, 0.8, 1.05), rng, 0.5)


VARIED = {
    "shifted": shifted, "scaled": scaled, "slanted and turned": slanted,
    "thicker and thinner": thickened, "all, half as much": all_of_it,
}  # fmt: skip
PLAIN, REPEATED = "scans", f"the same scans {COPIES} times"
# So many drawings by the same program, of another seed: the best that drawings of one's own can do.
ADDED = {"and 10 drawings": 1, "and 50 drawings": 5}
KINDS = (PLAIN, REPEATED, *VARIED, *ADDED)
READ = "scans", "boxed", "centered", "as drawn"


def training_set(split, kind, seed):
    """Return a split whose training part is varied, or has drawings besides.

    >>> [len(training_set(data.digits(), kind, 0).X_train) for kind in (PLAIN, "shifted")]
    [1079, 5395]
    """
    if kind == PLAIN:
        return split
    rng = np.random.default_rng(seed)
    X, y = split.X_train, split.y_train
    if kind in ADDED:
        drawn_X, drawn_y = scans_of(draw_many(ADDED[kind], seed=1000 + seed))
        X, y = np.concatenate([X, drawn_X]), np.concatenate([y, drawn_y])
    vary = VARIED.get(kind, lambda images, rng: images)
    copies = [vary(X, rng) for _ in range(COPIES - 1)]
    return replace(split, X_train=np.concatenate([X, *copies]), y_train=np.tile(y, COPIES))


def accuracies(kind, seed, engine="auto", progress=None):
    """Train with one kind of training set; return the shares read right, in the order of READ."""
    split = data.digits(seed)
    config, samples = replace(NETWORK, seed=seed), training_set(split, kind, seed)
    run = train(config, samples, engine, progress, "fit")
    parts = [(split.X_test, split.y_test), *(drawn(placing) for placing in READ[1:])]
    return [right(run, X, y) for X, y in parts]


@lru_cache
def drawn(placing):
    """Return the stored drawings as the network gets them."""
    return scans_of(stored_drawings(), placing)


def right(run, X, y):
    """Return the share of images whose most probable digit is the right one."""
    return float(np.mean(predict(run.params, run.config, X).argmax(axis=1) == y))


@lru_cache
def stored_table():
    """Return accuracies as varied.csv has them: by kind, (20 seeds, 4 ways to be read).

    >>> stored_table()["scans"].shape
    (20, 4)
    """
    made = {}
    with TABLE.open() as file:
        for kind, _, *values in csv.reader(file):
            made.setdefault(kind, []).append([float(value) for value in values])
    return {kind: np.array(rows) for kind, rows in made.items()}


def make_table():
    """Train all that varied.csv holds, and write it."""
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for kind in KINDS:
            for seed in SEEDS:
                writer.writerow([kind, seed, *(f"{a:.4g}" for a in accuracies(kind, seed))])


if __name__ == "__main__":
    make_table()
