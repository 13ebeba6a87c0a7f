"""What lesson 08 says of runs: each sentence tried, with 20 seeds or more."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.curvature import largest_curvature
from lessons.experiments.schedules import (
    comparison,
    endings,
    floor,
    high_peaks,
    lengths,
    tables,
    warm_up,
)
from lessons.experiments.schedules.comparison import below
from lessons.experiments.schedules.noise import noise_along
from lessons.schedules import Constant, Warmup

pytestmark = pytest.mark.usefixtures("compiled")


@cache
def judged(task, seeds):
    """Losses at the end of every schedule, at the best peak of the table; other seeds chose it."""
    return comparison.judge(task, tables.chosen(task), seeds)


def wins(found, name, part=0):
    return below(found[name][:, part], found["constant"][:, part])


def told(found, names, seeds):
    listed = ", ".join(f"{name} {wins(found, name)} and {wins(found, name, 1)}" for name in names)
    medians = ", ".join(f"{name} {np.median(found[name][:, 0]):.3g}" for name in found)
    return f"below constant, training and validation, of {len(seeds)}: {listed}; medians {medians}"


# --- one schedule -------------------------------------------------------------------------------


@pytest.mark.claim(
    "schedules",
    "When the rate of 0.056 is divided by ten, most of what the loss falls by in the next 20 "
    "epochs comes in the first three.",
)
def test_the_loss_drops_at_once(seeds, measured):
    """Wave, noise 0.3, batches of 10, 60 epochs at 0.056, then 20 at 0.0056."""
    load, _ = endings.TASKS["wave"]
    shares = []
    for seed in seeds:
        run = train(endings.config_of("wave", "a tenth of the rate", seed), load(seed))
        before, early, end = run.train_loss[[60, 63, 80]]
        shares.append((before - early) / (before - end))
    most = int(np.sum(np.array(shares) > 0.5))
    measured(f"in {most} of {len(seeds)}; median share {np.median(shares):.0%}")
    assert most >= 16


@pytest.mark.claim(
    "schedules",
    "On the wave the gradient becomes short, but after the first epochs its noise hardly falls.",
)
@pytest.mark.claim(
    "schedules",
    "on the moons with noise 0.1 and at rate 1, from the fifth epoch on it falls to less than a "
    "third.",
)
def test_where_noise_stays_and_where_it_goes(seeds, measured):
    """Step at its first settings, 60 epochs in batches of 10: after 5 epochs and at the end."""
    ratios = {}
    for task, load, rate in (
        ("wave", endings.TASKS["wave"][0], 0.056),
        ("moons 0.1", endings.TASKS["moons that can be fitted"][0], 1.0),
    ):  # fmt: skip
        found = []
        for seed in seeds:
            config = TrainConfig(learning_rate=rate, schedule="step", batch_size=10, epochs=60,
                                 seed=seed)  # fmt: skip
            split = load(seed)
            found.append(np.divide(*noise_along(train(config, split), split, [60, 5]).T))
        ratios[task] = np.array(found)
    (length, noise), (_, gone) = (np.median(ratio, axis=0) for ratio in ratios.values())
    measured(f"wave: length × {length:.2g}, noise × {noise:.2g}; moons 0.1: noise × {gone:.2g}")
    assert length < 0.25
    assert noise > 0.6
    assert np.sum(ratios["moons 0.1"][:, 1] < 1 / 3) >= 16


# --- compared -----------------------------------------------------------------------------------


@pytest.mark.claim(
    "schedules",
    "on the noisy moons the cosine does better at a peak of 1 than at 0.32, and the constant rate "
    "worse; on the wave both do worse at 0.1 than at 0.032.",
)
def test_the_best_peak_of_a_decay_is_not_always_higher(seeds, measured):
    """Batches of 10: moons, 2,500 updates, at 0.32 and 1; wave, 5,000 updates, at 0.032 and 0.1."""
    means = {}
    for task, low, high in (("moons", 0.32, 1.0), ("wave", 0.032, 0.1)):
        swept = comparison.sweep(task, seeds, ("constant", "cosine"), (low, high))
        for name, losses in zip(swept.names, swept.train.mean(axis=2), strict=True):
            means[task, name] = losses
    measured("mean loss at the lower and the higher peak: " + "; ".join(
        f"{task}, {name} {low:.3g} and {high:.3g}" for (task, name), (low, high) in means.items()
    ))  # fmt: skip
    higher = {which: bool(low < high) for which, (low, high) in means.items()}
    assert higher == {which: which != ("moons", "cosine") for which in means}


@pytest.mark.claim(
    "schedules",
    "On the wave all but the exponential decay end below the constant rate in nearly every seed, "
    "and in most seeds on new samples, too.",
)  # fmt: skip
def test_where_noise_stays_a_low_end_pays(seeds, measured):
    """Wave, noise 0.3, batches of 10, 5,000 updates, each at its own best peak."""
    found = judged("wave", seeds)
    names = [name for name in comparison.NAMES[1:] if name != "exponential"]
    measured(told(found, comparison.NAMES[1:], seeds))
    assert min(wins(found, name) for name in names) >= 16
    assert min(wins(found, name, 1) for name in names) >= 12
    assert wins(found, "exponential") <= 17


@pytest.mark.claim(
    "schedules",
    "On the bumps warm-up with cosine, one-cycle and cyclical do so in nearly every seed, step and "
    "exponential do not.",
)  # fmt: skip
def test_on_the_bumps(seeds, measured):
    """Bumps, noise 0.3, batches of 10, 5,000 updates, each at its own best peak."""
    found = judged("bumps", seeds)
    measured(told(found, comparison.NAMES[1:], seeds))
    assert min(wins(found, name) for name in ("warmup_cosine", "one_cycle", "cyclical")) >= 16
    assert max(wins(found, name) for name in ("step", "exponential")) <= 14


@pytest.mark.claim(
    "schedules",
    "On the noisy moons cosine and one-cycle lower the training loss in nearly every seed, and the "
    "validation loss in about half of them.",
)  # fmt: skip
def test_lower_in_training_is_not_better(seeds, measured):
    """Moons, noise 0.3, batches of 10, 2,500 updates, each at its own best peak."""
    found = judged("moons", seeds)
    measured(told(found, ("cosine", "one_cycle"), seeds))
    for name in ("cosine", "one_cycle"):
        assert wins(found, name) >= 16
        assert 4 <= wins(found, name, 1) <= 14


@pytest.mark.claim(
    "schedules",
    "On the moons that the network can fit, cosine ends above the constant rate in nearly every "
    "seed, at more than twice its loss.",
)  # fmt: skip
def test_where_all_can_be_fitted_decay_costs(seeds, measured):
    """Moons, noise 0.1, batches of 10, 5,000 updates, each at its own best peak."""
    found = judged("moons that can be fitted", seeds)
    measured(told(found, ("cosine",), seeds))
    assert wins(found, "cosine") <= 4
    assert np.median(found["cosine"][:, 0]) > 2 * np.median(found["constant"][:, 0])


@pytest.mark.claim(
    "schedules",
    "on the xor data, where 5,000 updates leave the constant rate far above such losses, cosine "
    "ends below it in nearly every seed.",
)
def test_xor_is_not_fitted_so_far(seeds, measured):
    """Xor, noise 0.1, batches of 10, 5,000 updates, at 0.56, the best of eight peaks for both."""
    pairs = [("constant", 0.56), ("cosine", 0.56)]
    made = np.array([
        comparison.ends(TrainConfig(batch_size=10, seed=seed), data.xor(seed=seed), pairs)[:, 0]
        for seed in seeds
    ])  # fmt: skip
    lower, (constant, cosine) = below(made[:, 1], made[:, 0]), np.median(made, axis=0)
    measured(f"below in {lower} of {len(seeds)}; medians {constant:.2g} and {cosine:.2g}")
    assert lower >= 16
    assert constant > 1e-3


@cache
def full_batches(seeds):
    """Losses with full batches: at the best peaks, and at the best one of the constant rate."""
    names = ("constant", "step", "exponential", "cosine", "warmup_cosine", "one_cycle")
    chosen = {name: tables.chosen("bumps, full batch")[name] for name in names}
    common = dict.fromkeys(("warmup_cosine", "one_cycle"), chosen["constant"])
    best, same = (comparison.judge("bumps, full batch", peaks, seeds) for peaks in (chosen, common))
    return best, same | {"constant": best["constant"]}, chosen


@pytest.mark.claim(
    "schedules",
    "Step, exponential and cosine end above the constant rate in nearly every seed.",
)
@pytest.mark.claim(
    "schedules",
    "Warm-up with cosine, and one-cycle, gain all the same, but not because they calm any noise: "
    "they stand a peak of 0.56.",
)
@pytest.mark.claim(
    "schedules", "From the constant rate's best peak, 0.1, they gain nothing either."
)
def test_full_batches(seeds, measured):
    """Bumps, noise 0.3, full batches, 1,000 updates, each at its own best peak, and all at 0.1."""
    best, same, chosen = full_batches(seeds)
    both = ", ".join(f"{name} {wins(same, name)}" for name in ("warmup_cosine", "one_cycle"))
    measured(f"{told(best, tuple(best)[1:], seeds)}; at the constant rate's peak: {both}")
    assert max(wins(best, name) for name in ("step", "exponential", "cosine")) <= 4
    assert min(wins(best, name) for name in ("warmup_cosine", "one_cycle")) >= 16
    assert (chosen["constant"], chosen["warmup_cosine"], chosen["one_cycle"]) == (0.1, 0.56, 0.56)
    assert max(wins(same, name) for name in ("warmup_cosine", "one_cycle")) <= 6


@pytest.mark.claim(
    "schedules",
    "five cycles, which end low, end below the constant rate in nearly every seed.",
)
@pytest.mark.claim("schedules", "Four and a half cycles, which end high, end above it in most.")
@pytest.mark.claim(
    "schedules", "A constant rate with its last fifth at a tenth does what the cosine does."
)
def test_it_is_the_low_end_that_counts(seeds, measured):
    """Wave, noise 0.3, batches of 10, 5,000 updates, peak 0.056."""
    runs = [(lengths.EPOCHS, make(0.056)) for make in lengths.SHAPES.values()]
    made = np.array([lengths.final_losses(lengths.wave(seed), seed, runs) for seed in seeds]).T
    found = dict(zip(lengths.SHAPES, made, strict=True))
    lower = {name: below(losses, found["constant"]) for name, losses in found.items()}
    medians = ", ".join(f"{name} {np.median(losses):.4f}" for name, losses in found.items())
    measured(f"below constant, of {len(seeds)}: {lower}; medians: {medians}".replace("'", ""))
    tail = "the same, last fifth at a tenth"
    assert min(lower["cyclical, 5 cycles"], lower[tail], lower["cosine"]) >= 17
    assert lower["cyclical, 4.5 cycles"] <= 9
    assert np.median(found[tail]) < 1.03 * np.median(found["cosine"])


# --- the floor ----------------------------------------------------------------------------------


@pytest.mark.claim(
    "schedules", "Runs in this valley settle where the formula says, within a few percent."
)
def test_runs_settle_on_the_floor(seeds, measured):
    """Curvature 1, σ = 1, 5 rates and 4 batch sizes, 4,000 updates, 20 draws of 5 runs."""
    rates = [0.1, 0.32, 0.56, 1.0, 1.8]
    exact = np.array([[floor.floor(r, 1.0, 1.0, size) for r in rates] for size in floor.SIZES])
    losses = np.zeros_like(exact)
    for k, size in enumerate(floor.SIZES):
        plans = np.array([rates] * 4000)
        draws = range(1000 * k, 1000 * k + 5 * len(seeds))
        runs = floor.descend(plans, 1.0, 1.0, size, 0.0, draws)
        losses[k] = runs[3000:].mean(axis=(0, 2))
    off = np.abs(losses / exact - 1)
    measured(f"off by {off.max():.1%} at most, {np.median(off):.1%} in the median")
    assert off.max() < 0.08


@pytest.mark.claim(
    "schedules",
    "above the loss of the best line it is higher the larger the rate, and lower the larger the "
    "batch.",
)  # fmt: skip
def test_a_straight_line_has_a_floor(seeds, measured):
    """A straight line on the wave, 3 rates and 3 batch sizes, 2,000 updates."""
    rates, sizes = (0.032, 0.1, 0.32), (4, 10, 50)
    made = [floor.settled_losses("a straight line", s, sizes, rates, 2000) for s in seeds]
    medians = np.median(made, axis=0)
    measured("; ".join(f"batch {size}: {', '.join(f'{value:.2g}' for value in row)}"
                       for size, row in zip(sizes, medians, strict=True)))  # fmt: skip
    assert (np.diff(medians, axis=1) > 0).all()
    assert (np.diff(medians, axis=0) < 0).all()


@pytest.mark.claim(
    "schedules",
    "In the network on the wave the rates 0.01 and 0.032 settle at about the same loss;",
)
@pytest.mark.claim(
    "schedules",
    "at rate 0.1 batches of 4 settle higher than batches of 50 in nearly every seed.",
)
@pytest.mark.claim(
    "schedules",
    "the larger the rate, the lower the loss, and the batch size makes next to no difference.",
)
def test_floors_of_networks(seeds, measured):
    """Wave with noise 0.3 at rate 0.1; moons with noise 0.1 at 0.1, 0.18, 0.32; 3,000 updates."""
    noisy = np.array([
        floor.settled_losses("network, noise stays", s, (4, 50), [0.01, 0.032, 0.1], 3000)
        for s in seeds
    ])  # fmt: skip
    fitted = np.array([
        floor.settled_losses("network that can fit all", s, (10, 50), (0.1, 0.18, 0.32), 3000)
        for s in seeds
    ])  # fmt: skip
    higher = below(noisy[:, 1, 2], noisy[:, 0, 2])
    alike = np.median(noisy[:, :, 1] / noisy[:, :, 0], axis=0)
    falls = int(np.sum((np.diff(fitted, axis=2) < 0).all(axis=(1, 2))))
    apart = np.median(fitted[:, 0] / fitted[:, 1], axis=0)
    measured(
        f"rate 0.032 over 0.01: {alike[0]:.2f}, {alike[1]:.2f}; batches of 4 higher in {higher} "
        f"of {len(seeds)}; can be fitted: falls with the rate in "
        f"{falls}, batches of 10 over 50: {', '.join(f'{ratio:.2f}' for ratio in apart)}"
    )
    assert np.abs(np.log(alike)).max() < 0.1
    assert higher >= 17
    assert falls >= 18
    assert np.abs(np.log(apart)).max() < 0.25


@pytest.mark.claim(
    "schedules",
    "20 updates with full batches at the same rate end below 1,000 updates in small batches, in "
    "nearly every seed.",
)
@pytest.mark.claim("schedules", "So does a tenth of the rate.")
@pytest.mark.claim("schedules", "to go on as before is better in every seed.")
def test_it_is_the_noise(seeds, measured):
    """60 epochs in batches of 10, then 20 more: as before, rate ÷ 10, or full batches."""
    counts = {}
    for task in endings.TASKS:
        made = np.array([endings.endings(task, seed) for seed in seeds])
        before, tenth, _, full = made.T
        counts[task] = below(full, before), below(tenth, before)
    measured("below going on, full batches and a tenth of the rate, of "
             f"{len(seeds)}: {counts}".replace("'", ""))  # fmt: skip
    *noisy, fitted = counts.values()
    assert min(min(pair) for pair in noisy) >= 16
    assert max(fitted) <= 1


# --- warm-up ------------------------------------------------------------------------------------

THREE = "bumps, SGD 0.32", "bumps, momentum 0.18", "bumps, Adam 0.18"


@pytest.mark.claim(
    "schedules",
    "On the bumps ten updates of warm-up make most of the difference, and with 30 nearly every "
    "seed learns, with SGD, momentum and Adam.",
)  # fmt: skip
@pytest.mark.claim(
    "schedules", "At rate 0.1, which is not too large, every seed learns without it."
)
@pytest.mark.claim("schedules", "On the spiral at 1.8 it rescues few.")
def test_how_much_warm_up(seeds, measured):
    """60 epochs in batches of 32; a straight rise of 0, 10, 30 updates."""
    counts = {
        case: np.sum([warm_up.by_length(case, seed, (0, 10, 30)) for seed in seeds], axis=0)
        for case in (*THREE, "bumps, SGD 0.1", "spiral, SGD 1.8")
    }
    listed = "; ".join(f"{case} {', '.join(map(str, row))}" for case, row in counts.items())
    measured(f"learn with 0, 10, 30 updates, of {len(seeds)}: {listed}")
    none, ten, thirty = np.array([counts[case] for case in THREE]).T
    assert (2 * (ten - none) >= thirty - none).all()
    assert (thirty >= 17).all()
    assert (thirty - none >= 3).all()
    assert counts["bumps, SGD 0.1"][0] >= 19
    assert counts["spiral, SGD 1.8"].max() <= 8


@pytest.mark.claim("schedules", "On the bumps that helps nobody, and with momentum it even harms.")
@pytest.mark.claim("schedules", "a tenth of the rate at updates 300 to 400 helps nobody.")
def test_it_is_neither_averages_nor_less_way(seeds, measured):
    """Bumps, 60 epochs: the rate 0 for 100 updates with Adam; a tenth at updates 300 to 400."""
    ways = "none", "standing still", "a tenth, later"
    counts = {
        case: np.sum([warm_up.by_way(case, seed, ways) for seed in seeds], axis=0) for case in THREE
    }
    listed = "; ".join(f"{case} {', '.join(map(str, row))}" for case, row in counts.items())
    measured(f"learn with {', '.join(ways)}, of {len(seeds)}: {listed}")
    assert counts["bumps, Adam 0.18"][1] <= counts["bumps, Adam 0.18"][0] + 2
    assert counts["bumps, momentum 0.18"][1] <= counts["bumps, momentum 0.18"][0] - 3
    assert all(later <= none + 2 for none, _, later in counts.values())


@pytest.mark.claim(
    "schedules",
    "On the spiral, tried with 120 seeds, about as many learn as without.",
    seeds=120,
)
def test_settled_averages_rescue_nobody_on_the_spiral(seeds, measured):
    """Spiral, Adam 0.18, 60 epochs: the rate 0 for the first 100 updates, or not."""
    case, ways = "spiral, Adam 0.18", ("none", "standing still")
    none, still = np.sum([warm_up.by_way(case, seed, ways) for seed in seeds], axis=0)
    measured(f"learn without {none}, after standing still {still}, of {len(seeds)}")
    assert abs(int(still) - int(none)) <= 16


@pytest.mark.claim(
    "schedules",
    "On the spiral a network of six layers gains nothing, on the bumps one of two layers gains a "
    "lot.",
)  # fmt: skip
def test_it_is_not_depth(seeds, measured):
    """Spiral, 6 layers, SGD 0.4; bumps, 2 layers, SGD 0.32; a rise of 100 updates or none."""
    gains = {}
    for case in ("spiral, 6 layers, SGD 0.4", "bumps, SGD 0.32"):
        none, rise = np.sum([warm_up.by_way(case, s, ("none", "rise")) for s in seeds], axis=0)
        gains[case] = int(none), int(rise)
    measured(f"learn without and with, of {len(seeds)}: {gains}".replace("'", ""))
    (deep, deep_rise), (flat, flat_rise) = gains.values()
    assert deep_rise - deep <= 3
    assert flat_rise - flat >= 5


@pytest.mark.claim(
    "schedules", "On the bumps the largest curvature is about 44 at first, and 2/η is 6.25."
)
@pytest.mark.claim(
    "schedules",
    "After 100 updates of a rise it has come down to about 2/η, after 100 updates at a tenth of "
    "the rate not nearly so far.",
)
def test_the_rise_brings_the_curvature_down(seeds, measured):
    """Bumps, SGD 0.32, batches of 32: λ_max at first and after 100 updates, medians."""
    load, config = warm_up.CASES["bumps, SGD 0.32"]
    ways = Warmup(100, Constant(0.32)), Constant(0.032)
    found = []
    for seed in seeds:
        split = load(seed)
        row = []
        for schedule in ways:
            run = train(replace(config, schedule=schedule, epochs=7, seed=seed), split,
                        snapshots="update")  # fmt: skip
            where = config, split.X_train, split.y_train
            row += [largest_curvature(run.snapshots[u], *where, 20) for u in (0, 100)]
        found.append(row)
    first, risen, _, slow = np.median(found, axis=0)
    measured(f"medians: first {first:.0f}, after the rise {risen:.1f}, at a tenth {slow:.0f}")
    assert 35 < first < 53
    assert 4 < risen < 7.5
    assert slow > 15


@pytest.mark.claim(
    "schedules",
    "At a peak of 0.56 on the bumps a constant rate learns with no seed, and one-cycle with nearly "
    "every one.",
)  # fmt: skip
@pytest.mark.claim(
    "schedules", "Warm-up with cosine does the same, so it is no secret of one-cycle."
)
@pytest.mark.claim("schedules", "At 3.2 on the spiral nothing helps.")
def test_peaks_that_a_constant_rate_cannot_stand(seeds, measured):
    """Bumps, noise 0.1, and spiral, 100 epochs in batches of 32."""
    names = "constant", "warmup_cosine", "one_cycle"
    bumps, spiral = (
        np.sum([high_peaks.learned(case, seed, names) for seed in seeds], axis=0)
        for case in ("bumps, SGD 0.56", "spiral, SGD 3.2")
    )
    measured(f"learn with {', '.join(names)}, of {len(seeds)}: bumps {bumps}, spiral {spiral}")
    assert bumps[0] <= 1
    assert min(bumps[1:]) >= 18
    assert max(spiral) <= 3


# --- traps --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "schedules",
    "A cosine made for 100 epochs and cut at 60 ends above one made for 60 in nearly every seed.",
)
@pytest.mark.claim("schedules", "nothing moves in the last 40.")
@pytest.mark.claim(
    "schedules",
    "One stair per epoch instead of a little less at every update hardly matters.",
)
@pytest.mark.claim(
    "schedules",
    "100 epochs taken as 100 updates leave the network hardly trained, in nearly every seed.",
)
def test_schedules_of_another_length(seeds, measured):
    """Wave, noise 0.3, batches of 10, cosine after 100 updates of warm-up, peak 0.1."""
    runs = [(epochs, make(0.1)) for epochs, make in lengths.LENGTHS.values()]
    made = np.array([lengths.final_losses(lengths.wave(seed), seed, runs) for seed in seeds]).T
    own, cut, idle, whole, stairs, taken = made
    higher = below(own, cut)
    measured(
        f"cut ends higher in {higher} of {len(seeds)}; medians: "
        + ", ".join(f"{name} {np.median(row):.4f}" for name, row in zip(
            lengths.LENGTHS, made, strict=True))
    )  # fmt: skip
    assert higher >= 17
    assert np.allclose(own, idle, rtol=1e-3)
    assert 0.97 < np.median(stairs / whole) < 1.04
    assert below(2 * whole, taken) >= 16


@pytest.mark.claim(
    "schedules",
    "cyclical rates solve it no more often than a constant rate, in 40 seeds.",
    seeds=40,
)
def test_cycles_escape_no_more_than_others(seeds, measured):
    """Xor, 3 tanh units, 200 epochs in batches of 32, each at the best of rates 0.1, 0.32, 1."""
    solved = np.sum([high_peaks.solved(seed) for seed in seeds], axis=0)
    counts = dict(zip(high_peaks.ESCAPES, solved.max(axis=1).tolist(), strict=True))
    measured(f"solved, of {len(seeds)}: {counts}".replace("'", ""))
    assert counts["cyclical"] <= counts["constant"] + 4
    assert max(counts.values()) < len(seeds)
