"""What lesson 04 says about noise, races, rates and gaps: each sentence tried, with many seeds."""

from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, evaluate, train
from lessons.experiments import batch_size as lesson
from lessons.experiments.batch_size.paths import detours, walk
from lessons.experiments.batch_size.races import BUDGETS, finish_lines, race, winner
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.settled import has_learned
from lessons.parameters import flatten, sizes_of, unflatten
from lessons.schedules import Step
from lessons.verdict import short
from widgets.batch_size.questions import overfit

pytestmark = pytest.mark.usefixtures("compiled")


def trained(seed, name="circle", **settings):
    return train(TrainConfig(seed=seed, **settings), draw(name, seed), snapshots="fit")


@cache
def draw(name, seed):
    return data.DATASETS[name](seed=seed)


def ends(seeds, name="circle", **settings):
    """Return the last training loss with each seed."""
    return np.array([trained(seed, name, **settings).train_loss[-1] for seed in seeds])


def spread(values):
    """Write the median, and the quartiles around it."""
    low, middle, high = map(short, np.percentile(values, [25, 50, 75]))
    return f"{middle} ({low} to {high})"


# The noise


@cache
def gradients_at(name, seed, epoch):
    """Return the gradients of all samples, with the weights of a run after some epochs."""
    run, split = trained(seed, name, epochs=50), draw(name, seed)
    params = run.snapshots[epoch]
    return lesson.sample_gradients(params, run.config, split.X_train, split.y_train)


@pytest.mark.claim(
    "batch_size",
    "If samples are drawn **with replacement** (any sample can come twice), the noise follows a "
    "law as old as statistics",
)
@pytest.mark.claim(
    "batch_size",
    "Then a batch misses less, and the batch of all $N$ samples misses nothing.",
)
def test_measured_noise_follows_the_law_of_its_way_of_drawing(seeds, measured):
    """Circle after 5 epochs, 500 batches of 4, 64 and 400: measured noise over the law's."""
    ratios = {True: [], False: []}
    for seed in seeds:
        each = gradients_at("circle", seed, 5)
        sigma = lesson.deviation(each)
        for size in (4, 64, 400):
            for replacement, found in ratios.items():
                batches = lesson.draw_batches(500, size, 500, replacement, seed)
                law = lesson.expected_noise(sigma, 500, size, replacement)
                found.append(lesson.deviation(batches @ each) / law)
        everyone = lesson.draw_batches(500, 500, 3) @ each
        assert np.allclose(everyone, each.mean(axis=0), atol=1e-4)
    told = []
    for replacement, found in ratios.items():
        assert 0.85 < min(found) < max(found) < 1.15
        way = "with" if replacement else "without"
        told.append(f"{way} replacement {min(found):.2f} to {max(found):.2f}")
    measured("; ".join(told))


@pytest.mark.claim(
    "batch_size", "Even the shortest step against an orange gradient leads *uphill*."
)
def test_steps_against_an_orange_gradient_lead_uphill(seeds, measured):
    """Circle after 5 epochs, 40 batches of 8: the loss of all samples after a short step."""
    orange, raised, black, longer = 0, 0, 0, 0
    for seed in seeds:
        run, split = trained(seed, epochs=50), draw("circle", seed)
        params, config = run.snapshots[5], run.config
        w, sizes = flatten(params).astype(float), sizes_of(params)
        X, y = split.X_train.astype(float), split.y_train

        def loss(w, sizes=sizes, config=config, X=X, y=y):
            return evaluate(unflatten(w, sizes, "cross_entropy"), config, X, y)[0]

        each = gradients_at("circle", seed, 5).astype(float)
        for g in lesson.draw_batches(500, 8, 40, seed=seed) @ each:
            if g @ each.mean(axis=0) < 0:
                orange += 1
                raised += loss(w - 1e-3 * g) > loss(w)
            else:
                black += 1
                longer += loss(w - 0.1 * g) > loss(w)
    assert raised == orange > 20
    assert longer > 0.1 * black
    measured(
        f"0.001 against {orange} orange ones: {raised} times uphill; 0.1 against {black} others: "
        f"{longer} times uphill, too"
    )


@pytest.mark.claim(
    "batch_size",
    "both shrink as the network learns, the full gradient usually faster, so it moves to larger "
    "batches (on the spiral, back and forth)",
)
def test_the_full_gradient_shrinks_faster_than_the_noise(seeds, measured):
    """The batch size at which noise and full gradient are equally long: epochs 0, 5 and 50."""
    told = []
    for name in ("circle", "gaussians", "moons", "spiral"):
        rows = []
        for seed in seeds:
            each = [gradients_at(name, seed, epoch) for epoch in (0, 5, 50)]
            full = [np.linalg.norm(g.mean(axis=0)) for g in each]
            sigma = [lesson.deviation(g) for g in each]
            rows.append((np.square(np.divide(sigma, full)), full, sigma))
        crossing, full, sigma = np.moveaxis(np.array(rows), 1, 0)
        grows = int(np.sum(crossing[:, 2] > crossing[:, 1]))
        if name == "spiral":
            assert grows < 0.7 * len(seeds)
        else:
            assert grows > 0.8 * len(seeds)
            assert np.mean(full[:, 2] < full[:, 0]) > 0.9
            assert np.mean(sigma[:, 2] < sigma[:, 0]) > 0.9
        sizes = ", ".join(short(value) for value in np.median(crossing, axis=0))
        told.append(f"{name}: {sizes}, from 5 to 50 larger with {grows} of {len(seeds)}")
    gradients_at.cache_clear()
    measured("; ".join(told))


# Races


@pytest.mark.claim("batch_size", "Fewer updates, at the same rate: it does not get as far.")
def test_a_larger_batch_alone_does_not_get_as_far(seeds, measured):
    """Circle, rate 0.1, 20 epochs: batches of 320 against 32, and 320 with as many updates."""
    small, large = (ends(seeds, batch_size=size, epochs=20) for size in (32, 320))
    patient = ends(seeds, batch_size=320, epochs=160)
    assert (large > 3 * small).all()
    assert np.median(np.abs(np.log(patient / small))) < 0.2
    measured(f"{spread(large / small)} times as high; with as many updates "
             f"{spread(patient / small)} times")  # fmt: skip


@cache
def races_of(seed, rule, name):
    """Return the racers of the panel at first, and their lines; the clock is not this machine's."""
    lines = finish_lines(TrainConfig(), draw(name, seed), 10, 1.0)
    configs = [
        TrainConfig(batch_size=size, learning_rate=lesson.scaled_rate(0.1, size, rule), seed=seed)
        for size in (1, 32, 500)
    ]
    # As compiled code takes them on a quiet machine, in epochs of a batch of 32.
    return race(configs, draw(name, seed), lines, (12.0, 1.0, 0.9)), lines


@pytest.mark.claim("batch_size", "Small batches make more updates, and here they lead.")
@pytest.mark.claim(
    "batch_size",
    'Large batches lead: the rule "square root" lets them take longer steps.',
)
@pytest.mark.claim("batch_size", "So something in between leads, as a rule.")
@pytest.mark.claim(
    "batch_size",
    'With the rule "square root", slide the **seed**: by epochs and by updates the winners stay.',
)
def test_three_budgets_three_winners(seeds, measured):
    """Rule square root, rate 0.1, 10 epochs of 32: the lowest training loss at each line."""
    told = []
    for name in ("circle", "moons", "spiral"):
        best = []
        for seed in seeds:
            racers, lines = races_of(seed, "square root", name)
            best.append([winner(racers, lines, budget).batch_size for budget in BUDGETS])
        wins = np.sum(np.array(best) == [1, 500, 32], axis=0)
        assert (wins >= len(seeds) - 1).all()
        told.append(f"{name} {wins[0]}, {wins[1]}, {wins[2]}")
    measured(f"of {len(seeds)}, 1 wins by epochs, 500 by updates, 32 by seconds: {'; '.join(told)}")


@pytest.mark.claim(
    "batch_size",
    "at this rate, batches of 32 get on average as far as exact steps. (A batch of 1 does not.) It "
    "was the longer step that won.",
)
def test_at_the_same_small_rate_noisy_steps_get_as_far_as_exact_ones(seeds, measured):
    """Rule none, rate 0.1, 160 updates: losses of batches of 1 and 32 over that of all."""
    told = []
    for name in ("circle", "moons", "spiral"):
        losses = []
        for seed in seeds:
            racers, lines = races_of(seed, "none", name)
            losses.append([racer.loss_at("updates", lines["updates"]) for racer in racers])
        one, mine, everyone = np.transpose(losses)
        assert 0.9 < np.median(mine / everyone) < 1.1
        assert np.mean(one > 1.05 * everyone) > 0.8
        told.append(f"{name} {spread(one / everyone)} and {spread(mine / everyone)}")
    measured(", ".join(told))


@pytest.mark.claim(
    "batch_size",
    "And give each size its own best rate: then by updates it is a tie on circle and moons, and "
    "the large batches lead on the spiral.",
)
@pytest.mark.claim(
    "batch_size",
    "by updates a large batch is as good, and better where it can take longer steps",
)
def test_each_at_its_own_best_rate(seeds, measured):
    """160 updates at 6 rates from 0.5 to 2.5: the lowest median of batches of 32 and of all."""
    told, ratios = [], {}
    for name in ("circle", "moons", "spiral"):
        best = []
        for size, epochs in ((32, 10), (500, 160)):
            tried = [
                np.median(np.nan_to_num(ends(seeds, name, batch_size=size, epochs=epochs,
                                             learning_rate=rate), nan=np.inf))
                for rate in np.geomspace(0.5, 2.5, 6)
            ]  # fmt: skip
            best.append(min(tried))
        ratios[name] = best[1] / best[0]
        told.append(f"{name} {short(best[0])} and {short(best[1])}")
    assert 0.6 < ratios["circle"] < 1.4
    assert 0.6 < ratios["moons"] < 1.5
    assert ratios["spiral"] < 0.7
    measured("32 and all: " + ", ".join(told))


@pytest.mark.claim(
    "batch_size",
    "The step of a batch of 1 is long, and mostly noise: its path is many times as long as the "
    "distance it covers. All samples at once, at this rate, go almost straight.",
)
def test_small_batches_wander_and_large_ones_go_straight(seeds, measured):
    """Circle, rate 0.1, 160 updates: the length of the path over the distance."""
    found = np.array(
        [
            [
                detours(walk(TrainConfig(batch_size=size, seed=seed), draw("circle", seed), 160))[
                    -1
                ]
                for size in (1, 32, 500)
            ]
            for seed in seeds
        ]
    )
    assert (np.diff(found, axis=1) < 0).all()
    assert found[:, 0].min() > 4
    assert found[:, 2].max() < 1.5
    one, mine, everyone = map(spread, found.T)
    measured(f"{one} with 1, {mine} with 32, {everyone} with all")


# The rate


@pytest.mark.claim(
    "batch_size",
    "Linear scaling does what it says from 8 to 32: the same epochs, the same loss; up to 128, "
    "nearly.",
)
@pytest.mark.claim(
    "batch_size",
    "With all 500 it fails within 20 updates: the first long steps throw the weights off, and too "
    "few updates are left to come back.",
)
@pytest.mark.claim(
    "batch_size",
    "Given 100 epochs, the same rate arrives. So the rate itself is not too large; the updates are "
    "too few.",
)
def test_linear_scaling_holds_up_to_128_and_fails_at_500_for_want_of_updates(seeds, measured):
    """Circle, 20 epochs at 0.1·B/32: losses over that of 32; with 500 samples more epochs, too."""
    losses = {
        size: ends(seeds, batch_size=size, epochs=20, learning_rate=lesson.scaled_rate(0.1, size))
        for size in (8, 32, 128, 500)
    }
    rate = lesson.scaled_rate(0.1, 500)
    long = [trained(seed, batch_size=500, epochs=100, learning_rate=rate) for seed in seeds]
    thrown = sum(run.train_loss[1:6].max() > run.train_loss[0] for run in long)
    learned = sum(has_learned(r, draw("circle", s)) for s, r in zip(seeds, long, strict=True))
    eight, large = (losses[size] / losses[32] for size in (8, 128))
    assert 0.9 < np.median(eight) < 1.1
    assert 1.05 < np.median(large) < 1.7
    assert np.median(losses[500]) > 5 * np.median(losses[32])
    assert thrown > 0.8 * len(seeds)
    assert learned >= len(seeds) - 1
    assert np.median([run.train_loss[-1] for run in long]) < 0.02
    measured(
        f"8: {spread(eight)}, 128: {spread(large)} times; 500: {spread(losses[500])}, thrown above "
        f"the start within 5 updates with {thrown} of {len(seeds)}, after 100 epochs "
        f"{spread([run.train_loss[-1] for run in long])}"
    )


SIZES = (1, 4, 16, 32, 128, 500)


@pytest.mark.claim(
    "batch_size",
    "slide the batch size and watch the green zone: it grows, and then it grows no more",
)
def test_the_green_zone_grows_with_the_batch_and_then_no_more(seeds, measured):
    """Spiral, 100 epochs: the largest rate that learns, for batches of 8 to all 500."""
    edges = {
        size: np.median(
            [
                largest_stable_learning_rate(
                    TrainConfig(batch_size=size, seed=seed), draw("spiral", seed)
                )
                for seed in seeds
            ]
        )
        for size in (8, *SIZES[3:])
    }
    assert edges[32] > 1.5 * edges[8]
    assert 0.7 < edges[500] / edges[128] < 1.3
    assert 0.8 < edges[128] / edges[32] < 2
    measured("medians " + ", ".join(f"{size}: {edge:.2f}" for size, edge in edges.items()))


@pytest.mark.claim(
    "batch_size",
    "From there on a larger batch buys calm that cannot be turned into longer steps.",
)
def test_the_highest_rate_with_which_most_seeds_learn(seeds, measured):
    """Spiral, 100 epochs: the highest of a few rates with which 90% of the seeds learn."""
    tried = {1: (0.06, 0.12), 4: (0.25, 0.5), 16: (0.5, 1.0)}
    highest = {}
    for size in SIZES:
        for rate in tried.get(size, (0.8, 1.0, 2.0)):
            runs = [trained(s, "spiral", batch_size=size, learning_rate=rate) for s in seeds]
            learned = [has_learned(r, draw("spiral", s)) for s, r in zip(seeds, runs, strict=True)]
            if np.mean(learned) >= 0.85:
                highest[size] = rate
    assert 2 * highest[1] <= highest[4] <= highest[16] / 1.9
    assert highest[16] < highest[32] + 0.1
    assert {highest[size] for size in (32, 128, 500)} <= {0.8, 1.0}
    measured(", ".join(f"{size}: {rate}" for size, rate in highest.items()))


@pytest.mark.claim("batch_size", "The same curve, with less than half of the updates")
@pytest.mark.claim("batch_size", "Neither beats the constant rate here.")
def test_growing_the_batch_is_lowering_the_rate_with_fewer_updates(seeds, measured):
    """Circle, 30 epochs: batch × 4, or rate / 4, after 10 and after 20, against neither."""
    shared = {"epochs": 30, "batch_size": 8}
    constant = ends(seeds, **shared)
    decayed = ends(seeds, schedule=Step(0.1, 10 * 63, 0.25), **shared)
    runs = [trained(s, **shared | {"batch_size": lesson.growing(8, 4, 10)}) for s in seeds]
    grown = np.array([run.train_loss[-1] for run in runs])
    assert grown == pytest.approx(decayed, rel=0.05)
    assert all(run.updates < 1890 / 2 for run in runs)
    assert (constant < 0.6 * grown).all()
    measured(
        f"grown over lowered: {spread(grown / decayed)}, with {runs[0].updates} instead of 1,890 "
        f"updates; lowered over constant: {spread(decayed / constant)}"
    )


# The gap


@cache
def overfitted(seeds):
    """Return what the lesson's four settings end with: training, validation, right, run."""
    longer = lesson.scaled_rate(0.1, 100, "square root", base=8)
    settings = ((8, 200, 0.1), (100, 200, 0.1), (100, 200, longer), (100, 2600, 0.1))
    return [[overfit(*setting, seed) for seed in seeds] for setting in settings]


def gaps(runs):
    return np.array([validation - training for training, validation, *_ in runs])


@pytest.mark.claim(
    "batch_size",
    "After the same epochs at the same rate, the large batch has the *smaller* gap, because it has "
    "hardly begun. Scale its rate, and the gap grows; give it as many updates, and the gap is the "
    "larger one.",
)
@pytest.mark.claim(
    "batch_size",
    "But then it has also come further down: look at each where the training loss is the same, and "
    "the gaps are nearly the same.",
)
@pytest.mark.claim(
    "batch_size",
    "All four are about equally often right on new data, the large batch with the scaled rate a "
    "little more often.",
)
def test_the_gap_is_how_far_training_has_come(seeds, measured):
    """100 noisy samples: batches of 8 against all 100, also with more rate or more updates."""
    small, large, scaled, patient = overfitted(seeds)
    n = len(seeds)
    assert np.sum(gaps(small) > gaps(large)) >= n - 1
    assert np.sum(gaps(scaled) > gaps(large)) >= n - 1
    assert np.median(gaps(patient)) > np.median(gaps(small))
    assert np.mean([p[0] < s[0] for p, s in zip(patient, small, strict=True)]) > 0.8
    equal = []
    for runs in (small, scaled, patient):
        curves = [run for *_, run in runs if (run.train_loss <= 0.25).any()]
        assert len(curves) > 0.8 * n
        first = [np.argmax(run.train_loss <= 0.25) for run in curves]
        equal.append(
            np.median([r.val_loss[k] - r.train_loss[k] for r, k in zip(curves, first, strict=True)])
        )
    assert np.ptp(equal) < 0.03
    rights = [
        np.mean([right for _, _, right, _ in runs]) for runs in (small, large, scaled, patient)
    ]
    assert np.ptp(rights) < 0.04
    assert rights[2] > rights[0]
    told = ", ".join(f"{np.median(gaps(runs)):.2f}" for runs in (small, large, scaled, patient))
    measured(
        f"gaps {told}; where the training loss first is 0.25: "
        f"{', '.join(f'{gap:.2f}' for gap in equal)}; right on new data: "
        f"{', '.join(f'{100 * right:.1f}%' for right in rights)}"
    )
