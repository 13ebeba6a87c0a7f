"""What lesson 07 says of runs: each sentence tried, with 20 seeds or more."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.optimizers import decay, memory, step_matrix, sweeps
from lessons.experiments.optimizers.in_common import settled_with
from lessons.experiments.optimizers.inputs import INPUTS, rescaled
from lessons.experiments.optimizers.race import race
from lessons.experiments.optimizers.surfaces import surface
from lessons.experiments.optimizers.sweeps import NAMES, RATES, below
from lessons.verdict import guessing_loss

pytestmark = pytest.mark.usefixtures("compiled")

# The best rates were chosen with seeds 0 to 19; these chose nothing.
FRESH = 20


def on_circle(seed, radius=1.5):
    """Return a random start on a circle around the minimum."""
    turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    return radius * np.cos(turn), radius * np.sin(turn)


@cache
def raced(name, condition, angle, steps, seeds):
    """Final losses from random starts on a circle: at rate 0.01, and at each one's best rate."""
    same, best = ({optimizer: [] for optimizer in NAMES} for _ in range(2))
    for seed in seeds:
        place = surface(name, condition, angle)
        made = race(place, TrainConfig(), on_circle(seed), RATES, steps, NAMES)
        for k, optimizer in enumerate(NAMES):
            same[optimizer].append(made.final[k, RATES.index(0.01)])
            best[optimizer].append(made.final[k].min())
    return [{name: np.array(losses) for name, losses in found.items()} for found in (same, best)]


@cache
def at_best(task, seeds):
    """Settled losses of every optimizer at the best rate of the table, with seeds of their own."""
    table = sweeps.stored(task)
    chosen = {name: float(table.rates[table.best(name)]) for name in NAMES}
    return sweeps.at_rates(task, chosen, [FRESH + seed for seed in seeds])


def learned(task, losses):
    return int(np.sum(losses < guessing_loss(sweeps.TASKS[task][0](0)) / 2))


# --- the race -----------------------------------------------------------------------------------


@pytest.mark.claim(
    "optimizers",
    "At rate 0.01 Adam ends above SGD from every start; each at its best rate, Adam ends far below "
    "SGD from every start.",
)
def test_the_common_rate_chooses_the_winner(seeds, measured):
    """Ravine, κ = 100 at 30°, 200 steps from random starts; best of 21 rates."""
    same, best = raced("ravine", 100.0, 30.0, 200, seeds)
    above, under = below(same["sgd"], same["adam"]), below(best["adam"], best["sgd"] / 10)
    medians = [np.median(found[name]) for found in (same, best) for name in ("sgd", "adam")]
    measured(
        f"at 0.01 SGD is lower from {above} of {len(seeds)} starts ({medians[0]:.1g}, Adam "
        f"{medians[1]:.1g}); at their best Adam is below a tenth of SGD from {under} "
        f"({medians[2]:.1g}, {medians[3]:.1g})"
    )
    assert above == under == len(seeds)


@pytest.mark.claim(
    "optimizers",
    "Each at its best rate, momentum and Nesterov end at less than a thousandth of SGD's loss, "
    "from nearly every start.",
)
def test_momentum_pays_in_a_narrow_ravine(seeds, measured):
    """Ravine, κ = 100 at 30°, 200 steps from random starts; best of 21 rates."""
    _, best = raced("ravine", 100.0, 30.0, 200, seeds)
    wins = [below(best[name], best["sgd"] / 1000) for name in ("momentum", "nesterov")]
    medians = ", ".join(f"{name} {np.median(best[name]):.1g}" for name in NAMES[:3])
    measured(f"momentum from {wins[0]}, Nesterov from {wins[1]} of {len(seeds)} starts; {medians}")
    assert min(wins) >= 16


@pytest.mark.claim(
    "optimizers", "At angle 0 AdaGrad and RMSprop reach the minimum to the last digit."
)
@pytest.mark.claim(
    "optimizers",
    "At 45° both end above SGD, since each weight then has the steep and the flat direction in its "
    "gradient.",
)
def test_a_rate_for_each_weight_needs_the_axes(seeds, measured):
    """Ravine, κ = 100, at 0° and turned by 45°, 200 steps from random starts; best of 21 rates."""
    (_, along), (_, turned) = (raced("ravine", 100.0, angle, 200, seeds) for angle in (0.0, 45.0))
    exact = [int(np.sum(along[name] < 1e-100)) for name in ("adagrad", "rmsprop")]
    above = [below(turned["sgd"], turned[name]) for name in ("adagrad", "rmsprop")]
    measured(
        f"below 1e-100 at 0°: AdaGrad from {exact[0]}, RMSprop from {exact[1]} of {len(seeds)} "
        f"starts; above SGD at 45°: {above[0]} and {above[1]}"
    )
    assert min(exact) == len(seeds)
    assert min(above) >= len(seeds) - 1


@pytest.mark.claim("optimizers", "At its best rate it ends below momentum and below Adam")
def test_plain_sgd_on_plateau_and_saddle(seeds, measured):
    """Plateau and saddle, 200 steps from random starts; best of 21 rates."""
    for place in ("plateau", "saddle"):
        _, best = raced(place, 1.0, 0.0, 200, seeds)
        assert below(best["sgd"], best["momentum"]) == len(seeds)
        assert below(best["sgd"], best["adam"]) == len(seeds)
    measured(f"from all {len(seeds)} starts, on both")


@pytest.mark.claim("optimizers", "which arrive with speed and overshoot")
def test_speed_is_what_they_overshoot_with(seeds, measured):
    """Plateau and saddle with less memory: momentum 0.3 and β₁ = 0.3 instead of 0.9."""
    calm, two = TrainConfig(momentum=0.3, beta1=0.3), ("momentum", "adam")
    lower = {place: np.zeros(2, int) for place in ("plateau", "saddle")}
    for seed in seeds:
        for place, counts in lower.items():
            fast, slow = (
                race(surface(place, 1.0, 0.0), config, on_circle(seed), RATES, 200, two)
                .final.min(axis=1)
                for config in (TrainConfig(), calm)
            )  # fmt: skip
            counts += slow < fast / 1e6
    listed = "; ".join(f"{place} {m} and {a}" for place, (m, a) in lower.items())
    measured(
        f"with 0.3 at least a million times lower, momentum and Adam, of {len(seeds)} starts: "
        f"{listed}"
    )
    assert min(map(min, lower.values())) >= 16


@pytest.mark.claim(
    "optimizers",
    "Farther out on the plateau the gradient is so small that η·g leads nowhere, at any of the "
    "rates",
)
def test_far_out_on_the_plateau_sgd_does_not_arrive(seeds, measured):
    """Plateau, 200 steps from random starts 2.7 away; best of 21 rates."""
    found = np.array([
        race(surface("plateau", 1.0, 0.0), TrainConfig(), on_circle(seed, 2.7), RATES, 200, NAMES)
        .final.min(axis=1)
        for seed in seeds
    ])  # fmt: skip
    by_name = dict(zip(NAMES, found.T, strict=True))
    stuck = ("sgd", "momentum", "nesterov")
    measured(
        f"from {len(seeds)} starts SGD, momentum and Nesterov stay above "
        f"{min(by_name[name].min() for name in stuck):.2f}; AdaGrad, RMSprop and Adam end below "
        f"{max(by_name[name].max() for name in NAMES if name not in stuck):.0e}".replace("-", "−")
    )
    assert min(by_name[name].min() for name in stuck) > 0.9
    assert max(by_name[name].max() for name in ("adagrad", "rmsprop", "adam")) < 1e-6


@pytest.mark.claim(
    "optimizers", "each at its best rate, momentum ends above SGD from nearly every start."
)
@pytest.mark.claim(
    "optimizers",
    "In a gentler ravine it is too heavy: heavy ball never does better than the factor √0.9 = "
    "0.949",
)
def test_momentum_is_too_heavy_for_a_gentle_ravine(seeds, measured):
    """Ravine, κ = 20 at 30°, 200 steps from random starts; all rates of the map at μ = 0.9."""
    _, best = raced("ravine", 20.0, 30.0, 200, seeds)
    above = below(best["sgd"], best["momentum"])
    factors = step_matrix.slowest("heavy ball", 20.0, np.linspace(0.02, 3.8, 500), 0.9)
    measured(
        f"from {above} of {len(seeds)} starts; the smallest factor of 500 rates is "
        f"{factors.min():.3f}"
    )
    assert above >= 16
    assert 0.9**0.5 - 1e-9 < factors.min() < 0.96


# --- momentum -----------------------------------------------------------------------------------


@pytest.mark.claim(
    "optimizers",
    "Measured so, it agrees with the computed one to nine digits, all over the map.",
    seeds=200,
)
def test_measured_is_computed(seeds, measured):
    """At random points of the map, both methods, κ from 1 to 1,000, 150 steps."""
    worst = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        kappa, product = 10 ** rng.uniform(0, 3), rng.uniform(0.05, 4.4)
        mu, method = rng.uniform(0, 0.99), rng.choice(list(step_matrix.METHODS))
        path = step_matrix.descend(method, [1.0, kappa], product / kappa, mu, 150)
        computed = float(step_matrix.slowest(method, kappa, product, mu))
        worst = max(worst, abs(step_matrix.measured_factor(path) / computed - 1))
    measured(f"largest difference {worst:.0e} of the factor")
    assert worst < 1e-9


@pytest.mark.claim("optimizers", "where w swings, single ratios lie far from the factor.", seeds=40)
def test_single_ratios_swing(seeds, measured):
    """Heavy ball, one direction, η·λ and μ drawn where it swings: 100 ratios of two distances."""
    spread = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        mu, product = rng.uniform(0.5, 0.95), rng.uniform(0.3, 2)
        assert step_matrix.swings("heavy ball", product, mu)
        w = step_matrix.descend("heavy ball", [1.0], product, mu, 100, [1.0])[:, 0]
        ratios = np.abs(w[1:] / w[:-1]) / step_matrix.factor("heavy ball", product, mu)
        spread.append(np.max(ratios))
    measured(f"the largest of 100 ratios is {np.median(spread):.0f} times the factor in the median")
    assert np.median(spread) > 3


@pytest.mark.claim("optimizers", "the distance falls like k ρᵏ, which takes long to look like ρᵏ")
def test_at_the_optimum_the_distance_falls_like_k_times_a_power(seeds, measured):
    """Heavy ball at its optimum, κ drawn from 10 to 1,000: distance over ρᵏ at steps 100, 200."""
    growth = []
    for seed in seeds:
        kappa = 10 ** np.random.default_rng(seed).uniform(1, 3)
        product, mu = step_matrix.best("heavy ball", kappa)
        path = step_matrix.descend("heavy ball", [1.0, kappa], product / kappa, mu, 200)
        rho = (kappa**0.5 - 1) / (kappa**0.5 + 1)
        over = np.linalg.norm(path, axis=1) / rho ** np.arange(201)
        growth.append(over[200] / over[100])
    measured(f"from step 100 to 200 it doubles: {min(growth):.2f} to {max(growth):.2f}")
    assert 1.5 < min(growth) <= max(growth) < 2.5


@pytest.mark.claim("optimizers", "Momentum's steps grow to 1/(1-μ) = 10 times η")
def test_steps_add_up(seeds, measured):
    """A gradient that stays as it is, drawn anew for each seed, 200 updates."""
    for seed in seeds:
        g = np.random.default_rng(seed).normal(size=3)
        v = np.zeros(3)
        for _ in range(200):
            v = 0.9 * v + g
        assert np.allclose(v, 10 * g)
    measured(f"after 200 updates 10 times, with all {len(seeds)} gradients")


# --- memory -------------------------------------------------------------------------------------


@pytest.mark.claim(
    "optimizers", "Noise it calms like a plain mean of (1+β)/(1-β) values, nearly twice as many."
)
def test_noise_is_calmed(seeds, measured):
    """20,000 draws of noise for each seed, β = 0.9: variance of the average, from update 200 on."""
    sizes = []
    for seed in seeds:
        noise = np.random.default_rng(seed).normal(size=20_000)
        average = memory.averages(noise, 0.9, corrected=True)[200:]
        sizes.append(noise.var() / average.var())
    measured(
        f"like a mean of {np.median(sizes):.1f}, {min(sizes):.1f} to {max(sizes):.1f}; 19 said"
    )
    assert np.median(sizes) == pytest.approx(19, rel=0.05)


@pytest.mark.claim("optimizers", "So Adam's steps are too large without correction.")
def test_steps_without_correction(seeds, measured):
    """Noisy gradients of mean 1, 1,000 updates: steps without correction over those with it."""
    first, longest = [], []
    for seed in seeds:
        g = 1 + 0.5 * np.random.default_rng(seed).normal(size=1000)
        with_, without = (
            memory.averages(g, 0.9, corrected) / np.sqrt(memory.averages(g**2, 0.999, corrected))
            for corrected in (True, False)
        )
        ratio = without / with_
        first.append(ratio[0])
        longest.append(ratio.max())
    measured(f"{np.median(first):.2f} times at first, {np.median(longest):.1f} at most")
    assert min(first) > 3
    assert np.allclose(longest, 6.57, atol=0.01)


# --- networks -----------------------------------------------------------------------------------


@pytest.mark.claim("optimizers", "on no task is the best median below two fifths of SGD's")
@pytest.mark.claim("optimizers", "quartiles overlap on two of three")
def test_at_their_best_they_come_close(seeds, measured):
    """Every optimizer at its best rate, three tasks, seeds that chose nothing."""
    shares, overlaps = {}, {}
    for task in sweeps.TASKS:
        found = at_best(task, seeds)
        medians = {name: np.median(losses) for name, losses in found.items()}
        shares[task] = min(medians.values()) / medians["sgd"]
        lower = np.quantile(found["sgd"], 0.25)
        overlaps[task] = bool(np.quantile(found["adam"], 0.75) > lower)
    listed = ", ".join(f"{task} {share:.2f}" for task, share in shares.items())
    measured(f"best median over SGD's: {listed}; Adam's and SGD's quartiles overlap: {overlaps}")
    assert min(shares.values()) > 0.4
    assert overlaps == {"spiral": True, "bumps": False, "moons": True}


@pytest.mark.claim(
    "optimizers",
    "Each at its best rate, with seeds that chose nothing, Adam ends below SGD in nearly every "
    "seed, on all three tasks.",
)
@pytest.mark.claim("optimizers", "Momentum and Nesterov do so in most.")
def test_seed_by_seed_the_order_is_firm(seeds, measured):
    """Every optimizer at its best rate, three tasks, paired by seed."""
    wins = {
        task: [below(at_best(task, seeds)[name], at_best(task, seeds)["sgd"])
               for name in ("adam", "momentum", "nesterov")]
        for task in sweeps.TASKS
    }  # fmt: skip
    listed = "; ".join(f"{task} {a}, {m}, {n}" for task, (a, m, n) in wins.items())
    measured(f"Adam, momentum, Nesterov below SGD, of {len(seeds)}: {listed}")
    assert min(adam for adam, _, _ in wins.values()) >= 17
    assert min(min(others) for _, *others in wins.values()) >= 13


@pytest.mark.claim(
    "optimizers", "No other beats Adam in more than three of four seeds on any of them."
)
def test_nobody_beats_adam_clearly(seeds, measured):
    """Every optimizer at its best rate, three tasks, paired by seed."""
    wins = {}
    for task in sweeps.TASKS:
        found = at_best(task, seeds)
        others = {name: below(found[name], found["adam"]) for name in NAMES if name != "adam"}
        first = max(others, key=others.get)
        wins[task] = first, others[first]
    listed = "; ".join(f"{task} {name} {count}" for task, (name, count) in wins.items())
    measured(f"most often below Adam, of {len(seeds)}: {listed}")
    assert max(count for _, count in wins.values()) <= 0.75 * len(seeds)


@pytest.mark.claim(
    "optimizers",
    "on the digits (one hidden layer of 16, 20 epochs) AdaGrad's median loss is more than three "
    "times Nesterov's.",
)
def test_on_the_digits_they_are_not_close(seeds, measured):
    """Digits, each at its best of five rates, 0.1 for both; SGD at 0.56, its best."""
    found = {name: [] for name in ("sgd", "nesterov", "adagrad")}
    for seed in seeds:
        config, split = TrainConfig(hidden=(16,), epochs=20, seed=seed), data.digits(seed=seed)
        for name, losses in found.items():
            rate = 0.56 if name == "sgd" else 0.1
            losses.append(sweeps.sweep_seed(config, split, (name,), [rate]).item())
    sgd, nesterov, adagrad = (np.median(losses) for losses in found.values())
    measured(f"medians: Nesterov {nesterov:.3f}, SGD {sgd:.3f}, AdaGrad {adagrad:.3f}")
    assert nesterov < sgd < adagrad
    assert adagrad > 3 * nesterov


@pytest.mark.claim(
    "optimizers",
    "In the networks below the largest rate at which most seeds learn is lower with momentum than "
    "with SGD, on all three tasks.",
)
def test_in_networks_momentum_stands_less(seeds, measured):
    """The table, three tasks; then 20 other seeds at SGD's largest rate."""
    ends, counts = {}, {}
    for task in sweeps.TASKS:
        table = sweeps.stored(task)
        limit = guessing_loss(sweeps.TASKS[task][0](0)) / 2
        last = {
            name: float(table.rates[np.flatnonzero(np.mean(
                table.loss[table.names.index(name)] < limit, axis=1) > 0.5)[-1]])
            for name in ("sgd", "momentum")
        }  # fmt: skip
        there = sweeps.at_rates(task, dict.fromkeys(last, last["sgd"]), [FRESH + s for s in seeds])
        ends[task] = last
        counts[task] = [learned(task, losses) for losses in there.values()]
    listed = "; ".join(
        f"{task} {last['momentum']:g}, SGD {last['sgd']:g}" for task, last in ends.items()
    )
    there = "; ".join(f"{sgd} and {momentum}" for sgd, momentum in counts.values())
    measured(f"momentum {listed}; at SGD's, of {len(seeds)}, SGD and momentum learn with {there}")
    assert all(last["momentum"] < last["sgd"] for last in ends.values())
    assert all(sgd > momentum for sgd, momentum in counts.values())


@pytest.mark.claim(
    "optimizers",
    "RMSprop ends below SGD in nearly every seed; with one √s for all weights in common, at its "
    "best rate, in half of them at most.",
)
def test_dividing_alone_does_not_win(seeds, measured):
    """Spiral at rate 0.01: RMSprop as it is, and with one s for all weights; its best of three."""
    (load, config), sgd = sweeps.TASKS["spiral"], at_best("spiral", seeds)["sgd"]
    losses = {in_common: [] for in_common in (False, True)}
    for seed in (FRESH + seed for seed in seeds):
        split = load(seed)
        run = train(replace(config, seed=seed, epochs=config.epochs), split)
        for in_common, found in losses.items():
            found.append(settled_with(in_common, run, split, 0.01))
    own, common = (below(np.array(found), sgd) for found in losses.values())
    medians = [np.median(found) for found in (losses[False], losses[True], sgd)]
    measured(
        f"below SGD in {own} and {common} of {len(seeds)}; medians {medians[0]:.3f}, "
        f"{medians[1]:.3f}, SGD {medians[2]:.3f}"
    )
    assert own >= 17
    assert common <= 0.5 * len(seeds) + 2


@pytest.mark.claim(
    "optimizers",
    "on the spiral RMSprop ends below momentum in most seeds, on the bumps momentum ends below "
    "AdaGrad in most.",
)
def test_the_others_change_places(seeds, measured):
    """Every optimizer at its best rate, spiral and bumps, paired by seed."""
    spiral, bumps = at_best("spiral", seeds), at_best("bumps", seeds)
    wins = below(spiral["rmsprop"], spiral["momentum"]), below(bumps["momentum"], bumps["adagrad"])
    measured(f"{wins[0]} and {wins[1]} of {len(seeds)}")
    assert min(wins) >= 13


@pytest.mark.claim(
    "optimizers",
    "at 5.6 times its best rate SGD learns with no seed on any task, while Adam, RMSprop, and "
    "AdaGrad still learn with most.",
)
def test_room_on_the_right(seeds, measured):
    """5.6 times the best rate of the table, three tasks; learns: below half of guessing."""
    counts = {}
    for task in sweeps.TASKS:
        table = sweeps.stored(task)
        rates = {name: 5.6 * float(table.rates[table.best(name)])
                 for name in ("sgd", "adam", "rmsprop", "adagrad")}  # fmt: skip
        found = sweeps.at_rates(task, rates, [FRESH + seed for seed in seeds])
        counts[task] = [learned(task, losses) for losses in found.values()]
    listed = "; ".join(f"{task} {', '.join(map(str, row))}" for task, row in counts.items())
    measured(f"SGD, Adam, RMSprop, AdaGrad, of {len(seeds)}: {listed}")
    assert max(row[0] for row in counts.values()) <= 1
    assert min(min(row[1:]) for row in counts.values()) >= 12


@pytest.mark.claim(
    "optimizers",
    "On the spiral at rate 0.01 Adam learns with every seed and SGD with none; at 0.32 it is the "
    "other way around.",
)
def test_at_one_rate(seeds, measured):
    """Spiral, 100 epochs, rates 0.01 and 0.32."""
    counts = [
        learned("spiral", losses)
        for rate in (0.01, 0.32)
        for losses in sweeps.at_rates("spiral", {"adam": rate, "sgd": rate}, seeds).values()
    ]
    measured(
        f"of {len(seeds)} learn at 0.01: Adam {counts[0]}, SGD {counts[1]}; at 0.32: Adam "
        f"{counts[2]}, SGD {counts[3]}"
    )
    assert min(counts[0], counts[3]) >= len(seeds) - 1
    assert max(counts[1], counts[2]) <= 1


@pytest.mark.claim("optimizers", "Adam's loss is less than a tenth of SGD's in nearly every seed.")
@pytest.mark.claim("optimizers", "it is less than a half of SGD's in hardly any seed.")
@pytest.mark.claim("optimizers", "So it is the axes that count.")
def test_it_is_the_axes(seeds, measured):
    """Moons, 50 epochs, inputs ÷ 10 and × 10, along the axes or turned; best of 8 rates each."""
    rates = [float(f"{10**k:.2g}") for k in np.arange(-3, 0.6, 0.5)]
    wins = []
    for inputs, share in ((INPUTS[1], 10), (INPUTS[2], 2)):
        made = [
            sweeps.sweep_seed(
                TrainConfig(epochs=50, seed=seed), rescaled(data.moons(seed=seed), inputs),
                ("sgd", "adam"), rates,
            )
            for seed in seeds
        ]  # fmt: skip
        table = sweeps.Sweeps(("sgd", "adam"), np.array(rates), np.stack(made, axis=-1))
        wins.append((below(table.at_best("adam"), table.at_best("sgd") / share),
                     *(np.median(table.at_best(name)) for name in table.names)))  # fmt: skip
    (along, sgd, adam), (turned, sgd_turned, adam_turned) = wins
    measured(
        f"along the axes {along} of {len(seeds)} (SGD {sgd:.2f}, Adam {adam:.4f}); turned, less "
        f"than half: {turned} (SGD {sgd_turned:.2f}, Adam {adam_turned:.2f})"
    )
    assert along >= 17
    assert turned <= 4


# --- traps --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "optimizers",
    "noise of 10 and 0.1 on the gradients makes √ŝ differ by more than a factor of ten",
)
def test_the_second_average_is_not_curvature(seeds, measured):
    """Curvatures 1 and 1, noise 10 and 0.1; then curvatures 1 and 10, noise 100 and 100."""
    noisy = decay.root_mean_squares((1, 1), (10, 0.1), seeds)
    curved = decay.root_mean_squares((1, 10), (100, 100), seeds)
    ratios = noisy[0] / noisy[1], curved[1] / curved[0]
    measured(
        f"factor {np.median(ratios[0]):.0f}, {ratios[0].min():.0f} to {ratios[0].max():.0f}; "
        f"curvatures 1 and 10 under noise of 100: {np.median(ratios[1]):.2f}"
    )
    assert ratios[0].min() > 10
    assert 0.9 < np.median(ratios[1]) < 1.1


@pytest.mark.claim(
    "optimizers",
    "weights with large gradients are hardly shrunk, and weights with small gradients a lot.",
    seeds=100,
)
@pytest.mark.claim("optimizers", "For SGD that is one and the same.", seeds=100)
@pytest.mark.claim(
    "optimizers", "With momentum L2 passes through the velocity and counts 1/(1-μ) times.",
    seeds=100,
)  # fmt: skip
def test_decay_and_l2(seeds, measured):
    """Two weights from 1, noise of size 10 and 0.1 as gradients, λ 0.5, η 0.001, 1,000 updates."""
    left = {
        (name, side): decay.shrunk(name, side, (10.0, 0.1), 0.5, 0.001, 1000, seeds).mean(axis=1)
        for name in ("sgd", "momentum", "adam")
        for side in (False, True)
    }
    listed = "; ".join(
        f"{name} with {'decay' if side else 'L2'} {large:.2f}, {small:.2f}"
        for (name, side), (large, small) in left.items()
    )
    measured(f"mean of {2 * len(seeds)} runs, large and small gradients: {listed}")
    kept = (1 - 0.5 * 0.001) ** 1000
    for settings in (("sgd", False), ("sgd", True), ("adam", True)):
        assert np.allclose(left[settings], kept, atol=0.02)
    # exp(-0.5 · 0.001 · 1,000 · 10), about.
    assert np.allclose(left["momentum", False], np.exp(-5), atol=0.003)
    assert np.allclose(left["momentum", True], kept, atol=0.01)
    assert left["adam", False][0] > 0.9
    assert left["adam", False][1] < 0.4
