"""What lesson 11 says of runs: each sentence tried, with 20 seeds or more."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from lessons import TrainConfig, train
from lessons.experiments.counted import draw
from lessons.experiments.regularization import (
    equivalences,
    linear,
    masks,
    scale_free,
    strengths,
    two_weights,
)
from lessons.experiments.regularization.samples import set_aside
from lessons.experiments.regularization.strengths import KINDS, NONE, STOPPING, TASKS

pytestmark = pytest.mark.usefixtures("compiled")

MOONS, DIGITS, SPIRAL, WAVE = "moons, noise 0.5", "digits", "spiral", "wave, noise 0.3"
GRID = np.concatenate([[0], np.geomspace(1e-3, 1e4, 300)])


def median(values):
    return float(np.median(values))


# --- two weights --------------------------------------------------------------------------------


def walked(seeds, make):
    """How many of the walks with L2 grow and change sign, and of those with L1."""
    counts = np.zeros(4, int)
    for seed in seeds:
        minimum, H = make(seed)
        l2, l1 = (walk(minimum, H, GRID) for walk in (two_weights.with_l2, two_weights.with_l1))
        counts += [two_weights.grows(l2), two_weights.changes_sign(l2), two_weights.grows(l1),
                   two_weights.changes_sign(l1)]  # fmt: skip
    return counts.tolist()


def same_spread(seed):
    """A problem whose two inputs have the same spread: 1 on H's diagonal."""
    rng = np.random.default_rng(seed)
    correlation = rng.uniform(-1, 1)
    return rng.normal(size=2), np.array([[1, correlation], [correlation, 1]])


@pytest.mark.claim(
    "regularization",
    "With L2 a single weight grew on the way in about a third of 200 random valleys, and changed "
    "its sign in nearly as many.",
    seeds=200,
)
def test_single_weights_may_grow_under_l2(seeds, measured):
    """Random minima and Hessians AᵀA, the closed form at 301 strengths."""
    grown, turned, _, _ = walked(seeds, two_weights.random_problem)
    measured(f"grown in {grown}, sign changed in {turned} of {len(seeds)}")
    assert 50 <= grown <= 90
    assert 40 <= turned <= 80


@pytest.mark.claim(
    "regularization",
    "With L1 that is rarer: a weight grew in about one valley of five, and in none of 200 if both "
    "inputs have the same spread.",
    seeds=200,
)
def test_single_weights_seldom_grow_under_l1(seeds, measured):
    """Random Hessians AᵀA, and such with ones on the diagonal, the exact minimum at each λ."""
    _, _, grown, _ = walked(seeds, two_weights.random_problem)
    _, _, alike, _ = walked(seeds, same_spread)
    measured(f"grown in {grown} of {len(seeds)}, with equal spreads in {alike}")
    assert 25 <= grown <= 60
    assert alike == 0


# --- exact zeros --------------------------------------------------------------------------------


@pytest.mark.claim(
    "regularization",
    "With the usual step no weight was exactly 0, with any of 20 seeds at any of three rates.",
)
def test_the_usual_step_makes_no_zeros(seeds, measured):
    """20 weights, λ = 0.4, rates 0.005, 0.02 and 0.05, 1,000 steps: exact zeros counted."""
    ends = [
        linear.descend(linear.problem(seed), linear.sign_step, 0.4, rate, 1000)[-1]
        for seed in seeds for rate in (0.005, 0.02, 0.05)
    ]  # fmt: skip
    zeros = int(np.sum(np.array(ends) == 0))
    measured(f"{zeros} of {np.size(ends):,} weights")
    assert zeros == 0


@pytest.mark.claim(
    "regularization",
    "The proximal step has at 0 exactly those weights that scikit-learn's lasso has at 0.",
)
def test_the_proximal_step_makes_those_of_the_lasso(seeds, measured):
    """20 weights, λ = 0.4, rate 0.05, 2,000 steps, against Lasso(alpha=λ/2)."""
    same, zeros = 0, []
    for seed in seeds:
        task = linear.problem(seed)
        ours = linear.descend(task, linear.proximal_step, 0.4, 0.05, 2000)[-1]
        theirs = Lasso(alpha=0.2, fit_intercept=False, tol=1e-12, max_iter=100_000)
        w = theirs.fit(task.X, task.y).coef_
        same += bool(np.array_equal(ours == 0, w == 0))
        zeros.append(int(np.sum(ours == 0)))
    measured(f"the same in {same} of {len(seeds)} seeds; {median(zeros):g} of 20 zeros")
    assert same >= len(seeds) - 1
    assert median(zeros) > 8


@pytest.mark.claim("regularization", "In the last 100 steps all of these stayed within 4ηλ of 0.")
def test_the_band_of_the_usual_step(seeds, measured):
    """Weights that the lasso has at 0, λ = 0.4, rates 0.005, 0.02 and 0.05, 1,000 steps."""
    widest = []
    for seed in seeds:
        task = linear.problem(seed)
        out = linear.lasso(task, [0.4])[0] == 0
        for rate in (0.005, 0.02, 0.05):
            path = linear.descend(task, linear.sign_step, 0.4, rate, 1000)
            widest.append(np.abs(path[-100:, out]).max() / (rate * 0.4))
    inside = int(np.sum(np.array(widest) <= 4))
    measured(f"in {inside} of {len(widest)} runs; farthest {max(widest):.2f} ηλ")
    assert inside == len(widest)


# --- at their best ------------------------------------------------------------------------------


@cache
def compared(task, seeds):
    """Losses on unseen samples of every kind at the strength that other seeds chose."""
    chosen = strengths.stored(task)
    return {kind: strengths.losses(TASKS[task], kind, chosen.best(kind), seeds) for kind in KINDS}


def wins(found, kind, other):
    return int(np.sum(found[kind] < found[other]))


def told(found):
    return ", ".join(f"{kind} {median(losses):.2f}" for kind, losses in found.items())


@pytest.mark.claim(
    "regularization",
    "On the few noisy samples of the moons each of the four ends below none in nearly every draw.",
)
def test_all_four_help_on_the_moons(seeds, measured):
    """80 samples with noise 0.5, strengths chosen on 20 other draws, loss on 1,000 unseen ones."""
    found = compared(MOONS, seeds)
    better = {kind: wins(found, kind, NONE) for kind in strengths.STRENGTHS}
    measured(f"below none in {better} of {len(seeds)}; medians {told(found)}".replace("'", ""))
    assert min(better.values()) >= 15


@pytest.mark.claim(
    "regularization",
    "L2 and noise on the inputs end below early stopping in nearly every draw",
)
def test_l2_and_noise_beat_early_stopping(seeds, measured):
    """80 samples of the moons for all; early stopping sets 20 of them aside for validation."""
    found = compared(MOONS, seeds)
    better = [wins(found, kind, STOPPING) for kind in ("L2", "input noise")]
    measured(f"L2 in {better[0]}, input noise in {better[1]} of {len(seeds)}")
    assert min(better) >= 16


@pytest.mark.claim(
    "regularization", "On the digits none of the four lowers the median loss by more than 5%."
)
def test_nothing_helps_where_labels_are_clean(seeds, measured):
    """100 scans, 64 units, strengths chosen on 20 other draws, loss on the other 1,697 scans."""
    found = compared(DIGITS, seeds)
    measured(f"medians {told(found)}")
    assert all(median(found[kind]) > 0.95 * median(found[NONE]) for kind in strengths.STRENGTHS)


@pytest.mark.claim(
    "regularization",
    "Early stopping even loses there, in every draw, because a quarter of the samples is missing:",
)
def test_early_stopping_pays_with_samples(seeds, measured):
    """Digits: early stopping, against training to the end on the same three quarters."""
    found = compared(DIGITS, seeds)
    task = TASKS[DIGITS]
    fewer = replace(task, load=lambda seed: set_aside(task.load(seed), task.n // 4))
    to_the_end = strengths.losses(fewer, NONE, 0.0, seeds)
    worse = wins(found, NONE, STOPPING)
    share = median(to_the_end / found[STOPPING])
    measured(
        f"above none in {worse} of {len(seeds)}; to the end on the same 75 scans: {share:.2f} of "
        "its loss"
    )
    assert worse >= len(seeds) - 1
    assert 0.95 < share < 1.05


@pytest.mark.claim(
    "regularization",
    "On the spiral only noise on the inputs gains something in most draws; L2, L1 and dropout win "
    "about as often as they lose.",
)
def test_on_the_spiral_only_noise_helps(seeds, measured):
    """120 samples, strengths chosen on 20 other draws, loss on 1,000 unseen ones."""
    found = compared(SPIRAL, seeds)
    better = {kind: wins(found, kind, NONE) for kind in strengths.STRENGTHS}
    measured(f"below none in {better} of {len(seeds)}".replace("'", ""))
    assert better.pop("input noise") >= 15
    assert 5 <= min(better.values()) <= max(better.values()) <= 16


# --- dropout ------------------------------------------------------------------------------------


@cache
def apart(seed, depth, activation="relu", draws=400):
    """How far mean and one answer are apart, and how often both name the same class."""
    run, X = dropped_out(seed, depth, activation)
    return masks.outputs_apart(run.params, run.config, X, draws)


@cache
def dropped_out(seed, depth, activation):
    """A run with dropout 0.5 on the moons, and 100 unseen samples."""
    split = draw("moons", 200, 0.2, seed, val=100)
    config = TrainConfig(
        hidden=(32,) * depth, activation=activation, dropout=0.5, seed=seed,
        learning_rate=0.1 if activation == "relu" else 0.02,
    )  # fmt: skip
    return train(config, split), split.X_val


@pytest.mark.claim(
    "regularization",
    "With one hidden layer both agree, with two they are about a sixth apart, with four nearly "
    "half.",
)
def test_mean_over_masks_and_one_answer(seeds, measured):
    """Moons, layers of 32 ReLU units, p = 0.5: root mean square of the scores, 400 masks."""
    found = [median([apart(seed, depth)[0] for seed in seeds]) for depth in (1, 2, 4)]
    measured("medians " + ", ".join(f"{share:.1%}" for share in found))
    assert found[0] < 0.06 < 0.1 < found[1] < 0.25 < 0.33 < found[2] < 0.6


@pytest.mark.claim(
    "regularization",
    "It is the bend: with the identity as activation the difference goes to 0 as more masks are "
    "averaged, with ReLU it stays.",
)
def test_without_a_bend_they_agree(seeds, measured):
    """The same with four layers, 100 and 900 masks, of identity and of ReLU units."""
    found = {
        name: [median([apart(seed, 4, name, draws)[0] for seed in seeds]) for draws in (100, 900)]
        for name in ("identity", "relu")
    }
    measured("; ".join(f"{name} {few:.1%} → {many:.1%}" for name, (few, many) in found.items()))
    # The luck of the draw falls as the root of the masks: by 3.
    assert found["identity"][1] < 0.5 * found["identity"][0]
    assert found["relu"][1] > 0.7 * found["relu"][0]


@pytest.mark.claim("regularization", "Yet both name the same class for nearly all samples.")
def test_the_same_class(seeds, measured):
    """The same with two layers of ReLU units."""
    same = [apart(seed, 2)[1] for seed in seeds]
    measured(f"mean {np.mean(same):.1%} of 100 unseen samples")
    assert np.mean(same) > 0.95


@pytest.mark.claim(
    "regularization", "Dropout left on costs accuracy in nearly every seed, with two layers of 32."
)
def test_dropout_left_on(seeds, measured):
    """Moons, p = 0.5: accuracy on 1,000 unseen samples, off and left on."""
    found = []
    for seed in seeds:
        split = draw("moons", 200, 0.2, seed, val=1000)
        run = train(TrainConfig(hidden=(32, 32), dropout=0.5, seed=seed), split)
        found.append(masks.left_on(run.params, run.config, split.X_val, split.y_val))
    off, on = np.array(found).T
    lower = int(np.sum(on < off))
    measured(f"{lower} of {len(seeds)}; medians {median(off):.1%}, {median(on):.1%}")
    assert lower >= len(seeds) - 3


# --- equivalences -------------------------------------------------------------------------------


@pytest.mark.claim(
    "regularization",
    "Fitted to 200 noisy copies the weights were ten times closer to those of L2 than fitted to "
    "one.",
)
def test_noise_on_the_inputs_is_l2(seeds, measured):
    """20 weights, noise 0.5: distance of the fits from ridge with λ = 2s²."""
    distances = []
    for seed in seeds:
        task = linear.problem(seed)
        expected = linear.ridge(task, [2 * 0.5**2])[0]
        distances.append([
            np.linalg.norm(equivalences.fit_on_copies(task, 0.5, copies, seed) - expected)
            for copies in (200, 1)
        ])  # fmt: skip
    many, one = np.median(distances, axis=0)
    measured(f"medians {many:.3f} with 200, {one:.2f} with one")
    assert many < one / 7


@pytest.mark.claim(
    "regularization",
    "On this linear task stopping at the best step and L2 at its best λ end equally well.",
    seeds=50,
)
def test_stopping_and_ridge_end_alike(seeds, measured):
    """25 samples, 20 weights: test error at the best step and at the best λ, each in hindsight."""
    ends = []
    for seed in seeds:
        task = linear.problem(seed, samples=25)
        fresh = linear.problem(seed, samples=1000)
        test = np.random.default_rng(seed + 1000).normal(size=fresh.X.shape), task.truth
        path = equivalences.descend_from_zero(task, linear.largest_rate(task) / 10, 2000)
        ridge = linear.ridge(task, np.geomspace(1e-3, 30, 100))
        found = [1 + ((w - test[1]) ** 2).sum(axis=1).min() for w in (path, ridge)]
        ends.append([*found, 1 + ((task.unpenalized - test[1]) ** 2).sum()])
    stopped, penalized, neither = np.array(ends).T
    wins = int(np.sum(stopped < penalized))
    measured(
        f"medians {median(stopped):.2f} and {median(penalized):.2f}, neither {median(neither):.1f};"
        f" stopping lower in {wins} of {len(seeds)}"
    )
    assert 0.9 < median(stopped / penalized) < 1.1
    assert median(neither) > 1.3 * median(stopped)


# --- weight decay and batch norm ------------------------------------------------------------------


@cache
def scale_runs(rate, l2, seeds, batch_norm=True):
    return [scale_free.run_with(rate, l2, seed, batch_norm, epochs=100) for seed in seeds]


@pytest.mark.claim(
    "regularization",
    "With λ = 0.1 and without batch norm the network dies in every seed; with batch norm it learns "
    "in nearly every one.",
)
def test_batch_norm_takes_away_the_force_of_l2(seeds, measured):
    """Spiral, noise 0.2, two layers of 16 ReLU units, rate 0.1, 100 epochs."""
    plain = [run.train_loss[-1] for run in scale_runs(0.1, 0.1, seeds, False)]
    normed = [median(run.train_loss[-25:]) for run in scale_runs(0.1, 0.1, seeds)]
    dead, learned = int(np.sum(np.array(plain) > 0.68)), int(np.sum(np.array(normed) < 0.6))
    measured(f"{dead} die without, {learned} of {len(seeds)} learn with; loss {median(normed):.2f}")
    assert dead == len(seeds)
    assert learned >= len(seeds) - 3


@pytest.mark.claim(
    "regularization",
    "Three pairs with the same product ηλ settle within a third of each other, though their rates "
    "differ a hundredfold; with ten times the product the effective rate is four times as high.",
)
def test_the_product_sets_the_effective_rate(seeds, measured):
    """The same with batch norm: η/‖W‖² of the first layer, median of the last quarter."""
    pairs = ((0.1, 0.01), (1.0, 0.001), (0.01, 0.1), (0.1, 0.1))
    found = [
        median([scale_free.settled_rate(scale_free.run_with(*pair, seed)) for seed in seeds])
        for pair in pairs
    ]
    measured(", ".join(f"{pair}: {rate:.3f}" for pair, rate in zip(pairs, found, strict=True)))
    same = found[:3]
    assert max(same) < 1.5 * min(same)
    assert 3 < found[3] / found[0] < 6


# --- traps --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "regularization",
    "With the bias penalized, too, λ = 1 raises the error more than twentyfold in every seed.",
)
def test_a_penalized_bias(seeds, measured):
    """50 samples, two weights, targets around 10, noise 0.1: MSE with and without it."""
    ratios = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(50, 2))
        y = X @ [1.0, -1.0] + 10 + 0.1 * rng.normal(size=50)
        columns = np.column_stack([X, np.ones(50)])
        free, bound = (
            np.mean((columns @ linear.ridge_with_bias(X, y, 1.0, on_bias) - y) ** 2)
            for on_bias in (False, True)
        )
        ratios.append(bound / free)
    measured(f"by {median(ratios):.0f} in the median, {min(ratios):.0f} at least")
    assert min(ratios) > 20
