"""Lesson 12, sentence by sentence: what it says that runs do, tried over many seeds."""

import time
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from lessons import Progress, TrainConfig, data, initializers, predict, train
from lessons.evaluation import gradient_at
from lessons.experiments.batch_normalization import scale
from lessons.experiments.batch_normalization.covariate_shift import activation_inputs, movement
from lessons.experiments.batch_normalization.modes import (
    answers_in_batches,
    batch_loss,
    loss_in_batches,
)
from lessons.experiments.batch_normalization.rate_map import final_loss, map_rates
from lessons.experiments.batch_normalization.smoothness import (
    gradient_change,
    reach_over_training,
)
from lessons.parameters import flatten
from lessons.verdict import guessing_loss
from widgets import batch_normalization
from widgets.batch_normalization import questions, rate_map, training

pytestmark = pytest.mark.usefixtures("compiled")

DEEP = (16,) * 4
# With every half power of ten the edges of the ranges are met closely enough.
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def deep_run(data_set, seed, engine="auto", snapshots="epoch", **settings):
    split = data.DATASETS[data_set](seed=seed)
    config = TrainConfig(hidden=DEEP, seed=seed, **settings)
    return train(config, split, engine, snapshots=snapshots), split


def spread(values, digits=2):
    """Write a median with the range around it."""
    low, middle, high = np.percentile(values, [0, 50, 100])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


# A real network, without and with


@pytest.mark.claim(
    "batch_normalization",
    "Without batch normalization the bands become narrower from layer to layer: the fourth layer "
    "gets nearly the same number for every sample.",
)
@pytest.mark.claim(
    "batch_normalization",
    "Batch normalization spreads every unit's values out again, in every layer, and the network "
    "learns.",
)
def test_without_it_the_signal_fades_and_with_it_a_deep_sigmoid_network_learns(seeds, measured):
    """Circle, 4 layers of 16 sigmoid units, rate 0.1, 60 epochs: spread of z in every layer."""
    spreads, fates = [], []
    for seed in seeds:
        runs = [
            deep_run("circle", seed, activation="sigmoid", epochs=60, batch_norm=place)
            for place in (False, "before", "after")
        ]
        fates.append([training.fate(run, split) for run, split in runs])
        spreads.append([
            np.median(activation_inputs(run, split.X_train, [60])[:, 0].std(axis=1), axis=1)
            for run, split in runs[:2]
        ])  # fmt: skip
    without, with_it = np.transpose(spreads, (1, 0, 2))
    assert (np.diff(without) < 0).all()
    assert without[:, 3].max() < 0.1
    assert with_it.min() > 0.3
    assert all(fate == ["no better than guessing", "has learned", "has learned"] for fate in fates)
    measured(
        f"layer 1 to 4, median: {np.median(without, axis=0).round(2)} without, "
        f"{np.median(with_it, axis=0).round(2)} with; learned: 0 and {len(seeds)} of {len(seeds)}"
    )


@pytest.mark.claim(
    "batch_normalization",
    "choose the first weights **large normal** and the learning rate 1, and this network learns "
    "without batch normalization.",
)
def test_larger_first_weights_keep_the_signal_too(seeds, measured):
    """Circle, 4 layers of 16 sigmoid units, rate 1, 60 epochs, from two kinds of first weights."""
    spreads, learned = {}, {}
    for init in ("he_normal", "large_normal"):
        fates, last = [], []
        for seed in seeds:
            run, split = deep_run(
                "circle", seed, activation="sigmoid", init=init, learning_rate=1.0, epochs=60
            )
            fates.append(training.fate(run, split))
            z = activation_inputs(run, split.X_train, [0])[3, 0]
            last.append(np.median(z.std(axis=0)))
        learned[init], spreads[init] = fates.count("has learned"), np.median(last)
    assert learned["he_normal"] == 0
    assert learned["large_normal"] >= len(seeds) - 1
    assert spreads["large_normal"] > 4 * spreads["he_normal"]
    measured(f"learned of {len(seeds)}: {learned}; spread at first in layer 4: "
             f"{spreads['he_normal']:.2f} and {spreads['large_normal']:.2f}")  # fmt: skip


# Which rates work


def works(activation, inits, rates, seed):
    """How many rates work, per kind of first weights, without and with batch norm."""
    split = data.circle(seed=seed)
    common = {"hidden": DEEP, "activation": activation, "epochs": 30, "seed": seed}
    configs = [TrainConfig(init=init, **common) for init in inits]
    return map_rates(configs, split, rates).works(rate_map.WORKS * guessing_loss(split))


@pytest.mark.claim(
    "batch_normalization",
    "With batch normalization more rates work, and with ReLU it matters less what the first "
    "weights were drawn from.",
)
def test_more_rates_work_with_it_and_first_weights_matter_less(seeds, measured):
    """Circle, 4 layers of 16 ReLU units, 30 epochs, 6 rates: small, He's and large weights."""
    inits, rates = ("small_normal", "he_normal", "large_normal"), (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
    counts = np.array([works("relu", inits, rates, seed) for seed in seeds])
    assert (counts[..., 1] >= counts[..., 0]).all()
    means = counts.mean(axis=0)
    assert (means[:, 1] > means[:, 0] + 1).all()
    assert np.ptp(means[:, 1]) < np.ptp(means[:, 0]) - 1
    rows = [f"{name} {row[0]:.1f} → {row[1]:.1f}" for name, row in zip(inits, means, strict=True)]
    measured(f"rates that work, mean of 6, without → with: {', '.join(rows)}")


@pytest.mark.claim(
    "batch_normalization",
    "ReLU from **large normal** works, too, but at far smaller rates than from the three above it.",
)
def test_large_first_weights_without_it_want_smaller_rates(seeds, measured):
    """Circle, 4 layers of 16 ReLU units, 30 epochs, without: runs that work at rate 0.003, 0.3."""
    found = {
        init: [sum(works("relu", [init], [rate], seed)[0, 0] for seed in seeds)
               for rate in (0.003, 0.3)]
        for init in rate_map.FIRST_WEIGHTS[1:]
    }  # fmt: skip
    large = found.pop("large_normal")
    assert large[0] >= len(seeds) - 2
    assert large[1] <= 3
    assert max(few for few, _ in found.values()) <= 2
    assert min(many for _, many in found.values()) >= len(seeds) - 4
    listed = "; ".join(f"{name} {few}, {many}" for name, (few, many) in found.items())
    measured(f"of {len(seeds)} at 0.003, 0.3: large_normal {large[0]}, {large[1]}; {listed}")


@pytest.mark.claim("batch_normalization", "Sigmoid with batch normalization trains from all five.")
@pytest.mark.claim(
    "batch_normalization", "Without it only **large normal** works at any of these rates"
)
def test_without_it_a_deep_sigmoid_network_works_from_large_weights_only(seeds, measured):
    """Circle, 4 layers of 16 sigmoid units, 30 epochs: a run works at rate 0.1, 1 or 3.2."""
    inits = rate_map.FIRST_WEIGHTS
    without, with_it = np.zeros(5, int), np.zeros(5, int)
    for seed in seeds:
        found = works("sigmoid", inits, (0.1, 1.0, 3.2), seed) > 0
        without, with_it = without + found[:, 0], with_it + found[:, 1]
    assert (without[:4] == 0).all()
    assert without[4] >= len(seeds) - 2
    assert min(with_it) >= len(seeds) - 3
    rows = zip(inits, without, with_it, strict=True)
    measured(f"of {len(seeds)}, without → with: "
             + ", ".join(f"{name} {a} → {b}" for name, a, b in rows))  # fmt: skip


@pytest.mark.claim("batch_normalization", "far too large is far too large, with or without.")
def test_far_too_large_is_far_too_large_with_or_without(seeds, measured):
    """Circle, 4 layers of 16 ReLU units, rate 30, 20 epochs."""
    fates = [
        training.fate(*deep_run("circle", seed, batch_norm=place, learning_rate=30.0, epochs=20))
        for seed in seeds
        for place in (False, True)
    ]
    assert set(fates) <= {"diverged", "worse than guessing", "no better than guessing"}
    measured(f"none of {len(fates)} runs better than guessing")


# The scale of the weights


@pytest.mark.claim(
    "batch_normalization",
    "The loss is the same, the gradient a tenth or ten times as large, and what a step does is the "
    "same, to all digits shown.",
)
@pytest.mark.claim(
    "batch_normalization",
    "$k$ times larger weights give the same network a reach $k^2$ times as large.",
)
def test_the_scale_of_the_weights_before_it_does_not_count(seeds, measured):
    """Trained 5 epochs in double precision, ε = 1e-12, weights × 0.1 and × 10."""
    apart = {"loss": 0.0, "gradient": 0.0, "step": 0.0}
    for seed in seeds:
        run, split = deep_run(
            "spiral", seed, "numpy", batch_norm=True, bn_eps=1e-12, epochs=5, dtype="float64"
        )
        batch = run.config, split.X_train.astype(float), split.y_train
        found = {}
        for k in (0.1, 1.0, 10.0):
            params = scale.scaled(run.params, k)
            along = scale.hidden_weights(params)
            found[k] = {
                "loss": batch_loss(params, *batch),
                "gradient": k * np.linalg.norm(scale.weight_gradient(params, *batch)),
                "step": gradient_change(params, *batch, along)(0.1 * k**2),
            }
        for name in apart:
            for k in (0.1, 10.0):
                apart[name] = max(apart[name], abs(found[k][name] / found[1.0][name] - 1))
    assert max(apart.values()) < 1e-6
    measured("relative differences at most " + ", ".join(f"{n} {a:.0e}" for n, a in apart.items()))


@pytest.mark.claim(
    "batch_normalization",
    "So longer weights change nothing, and the gradient has no part along them: it stands at right "
    "angles to the weights.",
)
def test_the_gradient_stands_at_right_angles_to_the_weights(seeds, measured):
    """Cosine of weights and gradient after 5 epochs, with and without batch norm."""
    cosines = {False: [], True: []}
    for place, found in cosines.items():
        for seed in seeds:
            run, split = deep_run(
                "spiral", seed, "numpy", batch_norm=place, bn_eps=1e-12, epochs=5, dtype="float64"
            )
            g = gradient_at(run.params, run.config, split.X_train.astype(float), split.y_train)
            along = scale.hidden_weights(run.params)
            w, g = along * flatten(run.params), along * g
            found.append(abs(w @ g) / np.linalg.norm(w) / np.linalg.norm(g))
    assert max(cosines[True]) < 1e-8
    assert np.median(cosines[False]) > 1e-3
    measured(
        f"at most {max(cosines[True]):.0e} with, median {np.median(cosines[False]):.2f} without"
    )


@pytest.mark.claim(
    "batch_normalization",
    "Every step along it therefore makes them longer (Pythagoras), and the effective rate sinks as "
    "training goes, the more the larger $\\eta$ is.",
)
def test_weights_before_it_grow_as_they_train(seeds, measured):
    """Spiral, 4 layers of 16 ReLU units, length of the weights: every update, and 30 epochs."""
    for seed in seeds:
        run, _ = deep_run(
            "spiral", seed, "numpy", "update", batch_norm=True, bn_eps=1e-12, epochs=1,
            learning_rate=1.0, dtype="float64",
        )  # fmt: skip
        assert (np.diff([scale.weight_length(params) for params in run.snapshots]) > 0).all()
    sunk = {
        rate: [
            (scale.weight_length(run.snapshots[0]) / scale.weight_length(run.params)) ** 2
            for run, _ in (
                deep_run("spiral", seed, batch_norm=True, learning_rate=rate, epochs=30)
                for seed in seeds
            )
        ]
        for rate in (0.01, 0.1, 1.0)
    }
    assert max(sunk[1.0]) < min(sunk[0.1]) < max(sunk[0.1]) < min(sunk[0.01])
    shares = ", ".join(f"rate {rate}: {spread(values)}" for rate, values in sunk.items())
    measured(f"longer at every update; effective rate after 30 epochs, of the first: {shares}")


@pytest.fixture
def thrice(monkeypatch):
    """First weights a third as large as He's, and three times as large."""
    for name, factor in (("third", 1 / 3), ("thrice", 3)):
        monkeypatch.setitem(
            initializers.INITIALIZERS, name,
            lambda *sizes, factor=factor: factor * initializers.he_normal(*sizes),
        )  # fmt: skip


@pytest.mark.usefixtures("thrice")
@pytest.mark.claim(
    "batch_normalization",
    "It sets the effective rate: from first weights a third as large, and three times as large, "
    "training with it comes to the same length, at rate 1 within 100 epochs; at rate 0.1 it takes "
    "longer.",
)
def test_weight_decay_sets_the_length_of_the_weights(seeds, measured):
    """Spiral, ReLU, 100 epochs, λ = 0.003 or 0, rate 1, and 0.1: ratio of the two lengths."""
    ratios = {}
    for l2, rate in ((0.0, 1.0), (0.003, 1.0), (0.003, 0.1)):
        ratios[l2, rate] = []
        for seed in seeds:
            short, long = (
                scale.weight_length(
                    deep_run(
                        "spiral", seed, batch_norm=True, init=init, learning_rate=rate, epochs=100,
                        l2=l2,
                    )[0].params
                )
                for init in ("third", "thrice")
            )  # fmt: skip
            ratios[l2, rate].append(long / short)
    without, decayed, slow = ratios.values()
    assert np.median(decayed) == pytest.approx(1, abs=0.1)
    assert 0.8 < min(decayed) < max(decayed) < 1.25
    assert min(without) > 1.6
    assert min(slow) > 2
    measured(
        f"9 at first; {spread(decayed)} with decay, {spread(without)} without; with decay at rate "
        f"0.1 {spread(slow)}"
    )


# Training and evaluation


@pytest.mark.claim(
    "batch_normalization",
    "In **evaluation mode** (blue) there is one answer, because mean and variance are fixed",
)
def test_in_evaluation_mode_a_sample_has_one_answer(seeds, measured):
    """Moons, 10 epochs: each unseen sample asked about alone, and among all others."""
    apart = 0
    for seed in seeds:
        split = data.moons(seed=seed)
        run = train(TrainConfig(batch_norm=True, epochs=10, seed=seed), split)
        together = predict(run.params, run.config, split.X_val)
        alone = [predict(run.params, run.config, x[None])[0] for x in split.X_val]
        apart = max(apart, np.abs(together - alone).max())
    assert apart < 1e-5
    measured(f"probabilities at most {apart:.0e} apart")


@pytest.mark.claim(
    "batch_normalization",
    "With 512, more than there are samples, the dots draw close together.",
)
def test_the_answer_depends_on_the_companions_less_in_larger_batches(seeds, measured):
    """The panel's run: the widest range of answers to one of eight points, batch of 8 and 512."""
    widths = {8: [], 512: []}
    for size, found in widths.items():
        for seed in seeds:
            split = data.moons(seed=seed)
            run = train(TrainConfig(batch_norm=True, batch_size=size, epochs=30, seed=seed), split)
            points = np.concatenate([split.X_val[split.y_val == k][:4] for k in (0, 1)])
            answers = answers_in_batches(
                run.params, run.config, points, split.X_train, min(size, len(split.X_train)), 8
            )
            found.append(np.ptp(answers, axis=1).max())
    assert np.median(widths[512]) < np.median(widths[8]) / 3
    measured(f"{spread(widths[8])} in batches of 8, {spread(widths[512])} of 512")


@pytest.mark.claim(
    "batch_normalization",
    "blue stands apart, since after so few updates the running averages lag behind. (With the "
    "weight α = 1 it does not.)",
)
def test_after_few_updates_the_running_averages_lag_behind(seeds, measured):
    """Moons, all samples in a batch, 6 epochs: both modes' answers, with α = 0.1 and 1."""
    apart = {0.1: [], 1.0: []}
    for momentum, found in apart.items():
        for seed in seeds:
            split = data.moons(seed=seed)
            config = TrainConfig(
                batch_norm=True, batch_size=512, epochs=6, bn_momentum=momentum, seed=seed
            )
            run = train(config, split)
            points = split.X_val[:40]
            answers = answers_in_batches(run.params, run.config, points, split.X_train, 500, 8)
            alone = predict(run.params, run.config, points)[:, 1]
            found.append(np.median(np.abs(answers.mean(axis=1) - alone)))
    assert np.median(apart[0.1]) > 5 * np.median(apart[1.0])
    measured(f"median distance {spread(apart[0.1], 3)} with 0.1, {spread(apart[1.0], 3)} with 1")


@pytest.mark.claim(
    "batch_normalization",
    "with mean and variance of the whole training set instead, the same networks jump less, and "
    "their worst losses are much lower.",
)
def test_running_averages_make_the_loss_jump(seeds, measured):
    """Circle, 4 layers of sigmoid, epochs 31 to 60: the loss with running averages and without."""
    jumps, worst = [], []
    for seed in seeds:
        run, split = deep_run("circle", seed, activation="sigmoid", batch_norm=True, epochs=60)
        exact = [
            batch_loss(run.snapshots[epoch], run.config, split.X_train, split.y_train)
            for epoch in range(31, 61)
        ]
        pair = np.array([run.train_loss[31:], exact])
        jumps.append(np.exp(np.abs(np.diff(np.log(pair))).mean(axis=1)))
        worst.append(pair.max(axis=1))
    (jump, jump_exact), (high, high_exact) = np.median(jumps, axis=0), np.median(worst, axis=0)
    assert jump > 1.2 * jump_exact
    assert high > 2 * high_exact
    measured(
        f"medians: × {jump:.1f} from epoch to epoch, worst {high:.2f}; with those of the whole set "
        f"× {jump_exact:.1f}, worst {high_exact:.2f}"
    )


@pytest.mark.claim(
    "batch_normalization",
    "There evaluation mode is even worse than guessing: the variance of a single number is 0, so "
    "the running variance sinks to nearly 0, and dividing by its root makes every $z$ huge.",
)
def test_after_batches_of_one_evaluation_mode_is_worse_than_guessing(seeds, measured):
    """Moons, batches of 1, 10 epochs: loss beside guessing, and the largest running variance."""
    shares, variances = [], []
    for seed in seeds:
        split = data.moons(seed=seed)
        run = train(TrainConfig(batch_norm=True, batch_size=1, epochs=10, seed=seed), split)
        shares.append(run.train_loss[-1] / guessing_loss(split))
        variances.append(max(layer.running_var.max() for layer in run.params[:-1]))
    assert min(shares) > 2
    assert max(variances) < 1e-5
    measured(
        f"at least {min(shares):.0f} times guessing; running variance at most {max(variances):.0e}"
    )


@pytest.mark.claim(
    "batch_normalization", "Asked in batches of 64, it is good in training mode, too."
)
def test_trained_in_batches_of_four_it_is_good_when_asked_in_larger_ones(seeds, measured):
    """Moons, batches of 4, 6 epochs: loss in training mode in batches of 4, and of 64."""
    losses = {4: [], 64: []}
    for seed in seeds:
        split = data.moons(seed=seed)
        run = train(TrainConfig(batch_norm=True, batch_size=4, epochs=6, seed=seed), split)
        for size, found in losses.items():
            met = loss_in_batches(run.params, run.config, split.X_train, split.y_train, size)
            found.append(met)
    few, many = (int(np.sum(np.array(found) < 0.3)) for found in losses.values())
    assert few <= 3
    assert many >= len(seeds) - 2
    measured(f"below 0.3 of {len(seeds)}: {few} in batches of 4, {many} of 64")


@pytest.mark.claim("batch_normalization", "so tiny batches break it")
def test_tiny_batches_break_it_and_only_it(seeds, measured):
    """Moons, 6 epochs: loss below 0.3 in both modes, and without batch norm."""
    rows = []
    for size in (1, 2, 4, 8, 32):
        found = np.zeros(3, int)
        for seed in seeds:
            split = data.moons(seed=seed)
            config = TrainConfig(batch_norm=True, batch_size=size, epochs=6, seed=seed)
            run, plain = train(config, split), train(replace(config, batch_norm=False), split)
            met = loss_in_batches(run.params, run.config, split.X_train, split.y_train, size)
            found += np.array([met, run.train_loss[-1], plain.train_loss[-1]]) < 0.3
        rows.append(found)
    n = len(seeds)
    assert max(rows[0][:2]) == 0
    assert max(rows[1][:2]) <= 3
    assert rows[2][0] <= 3 < n - 3 <= rows[2][1]
    assert min(rows[3]) >= n - 2
    assert min(rows[4]) == min(row[2] for row in rows) == n
    listed = ", ".join(f"{size}: {tuple(map(int, row))}" for size, row in
                       zip((1, 2, 4, 8, 32), rows, strict=True))  # fmt: skip
    measured(f"of {n}, in training mode, in evaluation mode, without batch norm: {listed}")


# Why it works


@cache
def measures(data_set, activation, seeds, every):
    """Moved in one epoch, in all, reach as a rate and as a distance: (seeds, 2, 4)."""
    rows = []
    for seed in seeds:
        for place in (False, True):
            run, split = deep_run(
                data_set, seed, activation=activation, batch_norm=place, epochs=30
            )
            far = reach_over_training(run, split.X_train, split.y_train, range(0, 30, every))
            rows.append((*movement(run, split.X_train), *far))
    return np.reshape(rows, (-1, 2, 4))


def ratios(data_set, activation, seeds, every=10):
    """With batch norm over without, seed by seed: (4, seeds)."""
    found = measures(data_set, activation, seeds, every)
    return (found[:, 1] / found[:, 0]).T


@pytest.mark.claim(
    "batch_normalization",
    "Over the whole training the inputs move a third as far with batch normalization",
)
@pytest.mark.claim(
    "batch_normalization", "from one epoch to the next they move nearly as far as without."
)
@pytest.mark.claim(
    "batch_normalization",
    "And as a rate, the gradient reaches about three times as far, which is what a larger rate "
    "needs.",
)
@pytest.mark.claim(
    "batch_normalization",
    "As a distance, which no scale changes, the gradient reaches about 1.4 times as far.",
)
def test_inputs_move_less_in_all_and_the_gradient_reaches_further(seeds, measured):
    """ReLU on the spiral, rate 0.1, 30 epochs: with batch norm over without, seed by seed."""
    once, in_all, rate, distance = ratios("spiral", "relu", seeds, every=5)
    assert 0.6 < np.median(once) < 1
    assert max(in_all) < 0.6
    assert 0.2 < np.median(in_all) < 0.4
    assert min(rate) > 1
    assert 2.5 < np.median(rate) < 4.5
    assert 1.15 < np.median(distance) < 1.75
    measured(
        f"moved in one epoch × {spread(once)}, in all × {spread(in_all)}; reach as a rate × "
        f"{spread(rate, 1)}, as a distance × {spread(distance, 2)}"
    )


@pytest.mark.claim(
    "batch_normalization",
    "With **tanh** the reach as a rate is only about 1.3 times as long, and as a distance it is "
    "shorter.",
)
@pytest.mark.claim(
    "batch_normalization", "there the gradient reaches *further* without, as a rate."
)
def test_a_longer_reach_is_no_law(seeds, measured):
    """Tanh on the spiral, sigmoid on the circle, rate 0.1: with batch norm over without."""
    _, _, rate, distance = ratios("spiral", "tanh", seeds)
    stuck = ratios("circle", "sigmoid", seeds)[2]
    assert 1 < np.median(rate) < 1.8
    assert np.median(distance) < 0.9
    assert np.median(stuck) < 0.8
    measured(
        f"tanh × {spread(rate)}, as a distance × {spread(distance)}; sigmoid × {spread(stuck)}"
    )


# It does not always help


@cache
def ends(activation, place, rate, seeds):
    """Settled losses of a rate, seed by seed, infinite where a run diverged; lesson's setting."""
    losses = [
        final_loss(
            deep_run("spiral", seed, activation=activation, batch_norm=place, learning_rate=rate,
                     epochs=60)[0]
        )
        for seed in seeds
    ]  # fmt: skip
    return np.nan_to_num(losses, nan=np.inf)


@pytest.mark.claim(
    "batch_normalization",
    "On four layers and the spiral, at a rate that is small, ReLU ends lower with batch "
    "normalization; at a rate that suits it, ReLU ends lower without. With tanh it is the same.",
)
def test_it_is_the_rate_at_which_batch_norm_helps(seeds, measured):
    """60 epochs, small rate (0.01; tanh 0.003) and 0.1: with how many seeds it ends lower."""
    lower = {}
    for activation, small in (("relu", 0.01), ("tanh", 0.003)):
        for rate in (small, 0.1):
            without, with_it = (ends(activation, place, rate, seeds) for place in (False, True))
            lower[activation, rate] = int(np.sum(with_it < without))
        assert lower[activation, small] >= len(seeds) - 2
        assert lower[activation, 0.1] <= 2
    rows = ", ".join(f"{name} at {rate}: {n}" for (name, rate), n in lower.items())
    measured(f"of {len(seeds)}: {rows}")


@pytest.mark.claim(
    "batch_normalization",
    "there ReLU, GELU and tanh end lower *without*, and sigmoid *with*.",
)
@pytest.mark.claim("batch_normalization", "for ReLU, nearly twice as many rates work.")
def test_at_their_best_rates_healthy_networks_do_as_well_without(seeds, measured):
    """60 epochs, each at the best of its rates: median settled loss; and ReLU's working rates."""
    best = {}
    for activation, places in {
        "relu": (RATES, RATES),
        "gelu": ((0.1, 0.3, 1.0), (0.03, 0.1, 0.3)),
        "tanh": ((0.1, 0.3), (0.1, 0.3, 1.0)),
        "sigmoid": ((0.3, 1.0), (1.0, 3.0)),
    }.items():
        best[activation] = [
            min(np.median(ends(activation, place, rate, seeds)) for rate in rates)
            for place, rates in zip((False, True), places, strict=True)
        ]
    for activation in ("relu", "gelu", "tanh"):
        assert best[activation][0] < 0.75 * best[activation][1]
    assert best["sigmoid"][1] < 0.75 * best["sigmoid"][0]
    half = np.array([guessing_loss(data.spiral(seed=seed)) / 2 for seed in seeds])
    counts = [
        np.sum([ends("relu", place, rate, seeds) < half for rate in RATES], axis=0)
        for place in (False, True)
    ]
    assert np.median(counts[1]) > 1.4 * np.median(counts[0])
    rows = ", ".join(f"{name} {a:.3f} / {b:.3f}" for name, (a, b) in best.items())
    measured(
        f"without / with: {rows}; ReLU's rates, of {len(RATES)}: {spread(counts[0], 0)} / "
        f"{spread(counts[1], 0)}"
    )


@pytest.mark.claim(
    "batch_normalization",
    "Leave it out, and batch normalization makes up for it: the same rates work. Without it only a "
    "rate that suits such large inputs does.",
)
def test_it_makes_up_for_inputs_a_hundred_times_too_large(seeds, measured):
    """Moons, 2 layers, 30 epochs, inputs × 100 and standardized: learned at 4 rates."""
    rates, rows = (0.01, 0.1, 1.0, 10.0), {}
    for factor in (1, 100):
        for place in (False, True):
            found = np.zeros(len(rates), int)
            for seed in seeds:
                split = data.moons(seed=seed)
                X_train, X_val = (np.float32(factor) * X for X in (split.X_train, split.X_val))
                inputs = replace(split, X_train=X_train, X_val=X_val)
                config = TrainConfig(batch_norm=place, epochs=30, seed=seed)
                made = map_rates([config], inputs, rates).loss[0, int(place)]
                found += np.nan_to_num(made, nan=np.inf) < guessing_loss(split) / 2
            rows[factor, place] = found
    n = len(seeds)
    assert min(rows[100, True][:3]) >= n - 1
    assert min(rows[1, True][:3]) >= n - 1
    assert rows[100, False][0] >= n - 1
    assert max(rows[100, False][1:]) <= 1
    listed = ", ".join(
        f"× {factor} {'with' if place else 'without'} {row}"
        for (factor, place), row in rows.items()
    )
    measured(f"of {n} at 0.01, 0.1, 1, 10: inputs {listed}")


@pytest.mark.claim("batch_normalization", "It also costs time, and ties the samples of a batch "
                   "together.")  # fmt: skip
def test_it_costs_time(seeds, measured):
    """Spiral, 4 layers of 16 ReLU units, 20 epochs: the shortest of 20 trainings each."""

    def seconds(place):
        start = time.perf_counter()
        deep_run("spiral", 0, batch_norm=place, epochs=20)
        return time.perf_counter() - start

    pairs = [[seconds(place) for place in (False, True)] for _ in seeds]
    without, with_it = np.min(pairs, axis=0)
    assert with_it > without
    measured(f"{with_it / without:.1f} times as long in the compiled engine")


# Goals

WAYS = {
    "rescue": [
        {"activation": "relu", "init": "large_normal", "learning_rate": 0.8, "depth": depth}
        for depth in (4, 6)
    ],
    "broken": [{"activation": "relu", "batch_size": 1, "learning_rate": 0.01}],
    "loses": [{"activation": "tanh", "data": "spiral"}, {"activation": "relu", "epochs": 300}],
}


@pytest.mark.parametrize("goal", WAYS)
def test_each_goal_can_be_reached_with_every_seed_of_the_knob(goal):
    panel = batch_normalization.panel(epochs=1)
    start = panel.knob_settings() | {"epochs": 60}
    panel.close()
    for seed in range(21):
        results = (training.compute(start | way | {"seed": seed}, Progress()) for way in WAYS[goal])
        reached = getattr(questions, goal)
        assert any(reached(SimpleNamespace(result=result)) for result in results), seed
