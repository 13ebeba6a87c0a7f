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
from lessons.experiments.regularization.samples import mislabeled, set_aside
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
    "its sign in about a quarter.",
    seeds=200,
)
def test_single_weights_may_grow_under_l2(seeds, measured):
    """Random minima and Hessians AᵀA, the closed form at 301 strengths."""
    grown, turned, _, _ = walked(seeds, two_weights.random_problem)
    measured(f"grown in {grown}, sign changed in {turned} of {len(seeds)}")
    assert 50 <= grown <= 90
    assert 35 <= turned <= 70


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


def of_thirty(seed):
    return two_weights.random_problem(seed, samples=30)


@pytest.mark.claim(
    "regularization",
    "With 30 samples a weight grew far less often with L2, and hardly ever with L1.",
    seeds=200,
)
def test_with_more_samples_weights_grow_less_often(seeds, measured):
    """Random Hessians AᵀA of 3 and of 30 samples."""
    few, _, _, _ = walked(seeds, two_weights.random_problem)
    many, _, with_l1, _ = walked(seeds, of_thirty)
    measured(f"with L2 in {few} and {many} of {len(seeds)}, with L1 and 30 samples in {with_l1}")
    assert many < 0.65 * few
    assert with_l1 <= 2


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
    "After 2,000 steps the proximal step has at 0 exactly those weights that scikit-learn's lasso "
    "has at 0.",
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


@pytest.mark.claim(
    "regularization",
    "In the last 100 of 1,000 steps all of these stayed within 3ηλ of 0, at rates 0.05 and 0.1.",
)
def test_the_band_of_the_usual_step(seeds, measured):
    """Weights that the lasso has at 0, λ = 0.4."""
    widest = []
    for seed in seeds:
        task = linear.problem(seed)
        out = linear.lasso(task, [0.4])[0] == 0
        for rate in (0.05, 0.1):
            path = linear.descend(task, linear.sign_step, 0.4, rate, 1000)
            widest.append(np.abs(path[-100:, out]).max() / (rate * 0.4))
    inside = int(np.sum(np.array(widest) <= 3))
    measured(f"in {inside} of {len(widest)} runs; farthest {max(widest):.2f} ηλ")
    assert inside == len(widest)


# --- sizes --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "regularization",
    "L2 shifts it to the left; L1 tears it in two, with few weights in between.",
)
def test_l2_shifts_the_sizes_and_l1_tears_them_in_two(seeds, measured):
    """60 samples of the moons, two layers of 32: L2 0.01 and L1 0.003 against none."""
    medians, parts = [], []
    for seed in seeds:
        split = draw("moons", 60, 0.5, seed, val=200)
        sizes = [
            np.abs(np.concatenate([layer.W.ravel() for layer in train(config, split).params]))
            for config in (
                TrainConfig(hidden=(32, 32), epochs=300, seed=seed, **penalty)
                for penalty in ({}, {"l2": 0.01}, {"l1": 0.003})
            )
        ]
        medians.append([median(one) for one in sizes[:2]])
        parts.append([np.mean(sizes[2] < 0.01), np.mean((sizes[2] > 0.01) & (sizes[2] < 0.05)),
                      np.mean(sizes[2] > 0.05)])  # fmt: skip
    plain, shrunk = np.array(medians).T
    small, between, large = np.median(parts, axis=0)
    measured(
        f"median size {median(plain):.2f} → {median(shrunk):.2f} with L2, smaller in "
        f"{np.sum(shrunk < plain)} of {len(seeds)}; with L1 {small:.0%} below 0.01, {between:.0%} "
        f"up to 0.05, {large:.0%} above"
    )
    assert np.sum(shrunk < 0.8 * plain) >= len(seeds) - 1
    assert between < 0.5 * min(small, large)


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
    "regularization",
    "On the wave, 24 samples with noise, L2 and L1 end below none in nearly every draw; dropout "
    "and early stopping in about half of them.",
)
def test_on_the_wave_the_penalties_help_most(seeds, measured):
    """Noise 0.3, strengths chosen on 20 other draws, loss on 1,000 unseen samples."""
    found = compared(WAVE, seeds)
    better = {kind: wins(found, kind, NONE) for kind in KINDS if kind != NONE}
    measured(f"below none in {better} of {len(seeds)}; medians {told(found)}".replace("'", ""))
    assert min(better["L2"], better["L1"]) >= 15
    assert min(better["dropout"], better[STOPPING]) >= 6
    assert max(better["dropout"], better[STOPPING]) <= 16


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


@pytest.mark.claim(
    "regularization",
    "So give 30% of the 100 scans a label drawn at random, and train for 300 epochs, until the "
    "network has fitted all of them: now each of the four ends below none in nearly every draw.",
)
def test_they_help_where_there_is_noise_to_fit(seeds, measured):
    """64 units; L2 0.01, L1 0.003, dropout 0.3, input noise 0.3; loss on the other 1,697 scans."""
    task = TASKS[DIGITS]
    noisy = replace(
        task,
        load=lambda seed: mislabeled(task.load(seed), 0.3, seed),
        config=replace(task.config, epochs=300),
    )
    fitted = [
        train(replace(noisy.config, seed=seed), noisy.load(seed)).train_accuracy[-1]
        for seed in seeds
    ]
    none = strengths.losses(noisy, NONE, 0.0, seeds)
    tried = (("L2", 0.01), ("L1", 0.003), ("dropout", 0.3), ("input noise", 0.3))
    better = {kind: int(np.sum(strengths.losses(noisy, kind, strength, seeds) < none))
              for kind, strength in tried}  # fmt: skip
    measured(
        f"below none in {better} of {len(seeds)}; none fits {median(fitted):.0%} of its "
        "samples".replace("'", "")
    )
    assert median(fitted) > 0.97
    assert min(better.values()) >= len(seeds) - 3


@pytest.mark.claim(
    "regularization",
    "on all data but the moons the right end of every curve lies above",
)
def test_each_can_be_too_strong(seeds, measured):
    """The strongest of each, median losses of the twenty draws that chose, as they are stored."""
    lowest = {}
    for task in TASKS:
        made = strengths.stored(task).choosing
        assert all(len(losses) == len(seeds) for losses in made.values())
        ends = [median(made[kind, values[-1]]) for kind, values in strengths.STRENGTHS.items()]
        lowest[task] = min(ends) / median(made[NONE, 0.0])
    measured(", ".join(f"{task}: at least {share:.2f} of none" for task, share in lowest.items()))
    assert lowest.pop(MOONS) < 0.95
    assert min(lowest.values()) > 1.2


# --- dropout ------------------------------------------------------------------------------------


@cache
def apart(seed, depth, activation="relu", draws=400, name="moons"):
    """How far mean and one answer are apart, and how often both name the same class."""
    run, X = dropped_out(seed, depth, activation, name)
    return masks.outputs_apart(run.params, run.config, X, draws)


@cache
def dropped_out(seed, depth, activation, name):
    """A run with dropout 0.5, and 100 unseen samples."""
    split = draw(name, 200, 0.2, seed, val=100)
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
    "regularization",
    "On the spiral it is worse: with two layers they are about three quarters apart, and one "
    "sample in ten gets another class.",
)
def test_on_the_spiral_they_are_farther_apart(seeds, measured):
    """200 samples with noise 0.2, two layers of 32 ReLU units, p = 0.5."""
    found = np.array([apart(seed, 2, name="spiral") for seed in seeds])
    measured(f"median {median(found[:, 0]):.0%}; the same class for {found[:, 1].mean():.0%}")
    assert 0.5 < median(found[:, 0]) < 1.1
    assert 0.82 < found[:, 1].mean() < 0.95


@pytest.mark.claim(
    "regularization",
    "Each has 8 units, so nine masks of ten leave a layer without any, nothing of the sample gets "
    "through, and in nearly every seed the network learns nothing.",
)
def test_nothing_gets_through_at_nine_tenths(seeds, measured):
    """64 samples of the moons, four layers of 8, p = 0.9, 200 updates: training loss at the end."""
    hidden, empty, losses = (8,) * 4, [], []
    for seed in seeds:
        (mask,) = masks.masks_of(hidden, 0.9, seed, (500,))
        empty.append(np.mean(np.any([layer.sum(axis=1) == 0 for layer in mask], axis=0)))
        config = TrainConfig(hidden=hidden, dropout=0.9, epochs=100, seed=seed)
        losses.append(train(config, draw("moons", 64, 0.3, seed)).train_loss[-1])
    learned = int(np.sum(np.array(losses) < 0.6))
    measured(f"empty in {np.mean(empty):.0%} of the masks; {learned} of {len(seeds)} below 0.6")
    assert np.mean(empty) == pytest.approx(masks.nothing_passes(hidden, 0.9), abs=0.02)
    assert 0.85 < np.mean(empty) < 0.93
    assert learned <= 4


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
    "Fitted to 200 noisy copies the weights were more than ten times closer to those of L2 than "
    "fitted to one.",
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
    assert many < one / 10


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
    "three pairs with the same product ηλ settle within a third of each other, though their rates "
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


@pytest.mark.claim(
    "regularization",
    "With a tenth of the product 3,200 updates were too few: the same three rates were still more "
    "than fivefold apart.",
)
def test_settling_takes_longer_with_a_smaller_product(seeds, measured):
    """ηλ = 0.0001 with rates 0.01, 0.1 and 1, 200 epochs of 16 updates."""
    found = [
        median([scale_free.settled_rate(scale_free.run_with(rate, 1e-4 / rate, seed))
                for seed in seeds])
        for rate in (0.01, 0.1, 1.0)
    ]  # fmt: skip
    measured(", ".join(f"{rate:.4f}" for rate in found))
    assert max(found) > 5 * min(found)


@pytest.mark.claim(
    "regularization",
    "With η = 1 and λ = 0.2 the network learns in hardly any seed, batch norm or not.",
)
def test_l2_can_be_too_strong_with_batch_norm(seeds, measured):
    """The same, 100 epochs."""
    learned = [
        int(np.sum([median(run.train_loss[-25:]) < 0.6 for run in scale_runs(1.0, 0.2, seeds, on)]))
        for on in (True, False)
    ]
    measured(f"{learned[0]} with, {learned[1]} without, of {len(seeds)}")
    assert max(learned) <= 3


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
