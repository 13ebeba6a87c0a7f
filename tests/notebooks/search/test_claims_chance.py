"""The claims of lesson 13 about chance: where trainings are put, and how lucky the best one is."""

from functools import cache

import numpy as np
import pytest

from lessons.experiments.search import chance, curse, halving, in_the_loop, many_knobs, pairs
from lessons.experiments.search.grids import (
    AT_THE_ENDS,
    IN_THE_MIDDLES,
    Valley,
    contest,
    grid,
    random_points,
)
from lessons.experiments.search.responses import (
    ADAM_L2,
    EXPONENTS,
    MOMENTUM,
    SGD_L2,
    response,
    stored,
)
from lessons.experiments.search.scales import drawn_rates, log_against_linear

pytestmark = pytest.mark.usefixtures("compiled")

THREE = {"SGD": SGD_L2, "momentum": MOMENTUM, "Adam": ADAM_L2}


# --- grid or random -----------------------------------------------------------------------------


@pytest.mark.claim(
    "search",
    "With rates from 0.001 to 10 and L2 strengths that hardly matter, nine random points find a "
    "lower loss than the 3 × 3 grid in nearly all repetitions.",
)
def test_random_wins_where_one_knob_matters(seeds, measured):
    """Maps of 20 seeds, ten repetitions on each; L2 from 1e-7 to 1e-5."""
    table = np.log(stored(SGD_L2)[list(seeds)])
    idle = table.mean(axis=(0, 2)).var() / table.mean(axis=0).var()
    wins = {place: contest(response(SGD_L2, 0.001, 10), 3, place).wins
            for place in (AT_THE_ENDS, IN_THE_MIDDLES)}  # fmt: skip
    measured(f"random to grid {wins}, of 200; L2 makes {idle:.1g} of the variance of the map")
    assert all(random > 175 for random, _ in wins.values())
    assert idle < 0.01


@pytest.mark.claim(
    "search",
    "three random rates, crossed with three random values of knob 2, lose to nine random points in "
    "most repetitions, with SGD, momentum and Adam.",
)
def test_nine_values_are_better_than_three(seeds, measured):
    """Rates 0.001 to 10, maps of 20 seeds, twenty repetitions on each."""
    many = 20 * len(seeds)
    first, second = np.moveaxis(np.random.default_rng(1).random((many, 2, 3)), 1, 0)
    crossed = np.stack([np.repeat(first, 3, axis=1), np.tile(second, (1, 3))], axis=-1)
    wins = {}
    for name, which in THREE.items():
        searched = response(which, 0.001, 10)
        three, nine = (searched.losses(p).min(axis=1) for p in (crossed, random_points(3, many)))
        wins[name] = int(np.sum(nine < three))
    measured(", ".join(f"{name} {n} of {many}" for name, n in wins.items()))
    assert min(wins.values()) > 0.6 * many


@pytest.mark.claim(
    "search",
    "From 0.0001 to 3.2 the same random points beat the grid whose points stand at the ends in "
    "nearly all repetitions, and lose to the grid in the middles in most.",
)
def test_where_a_grid_stands_decides_too(seeds, measured):
    """SGD, rate and L2, maps of 20 seeds, ten repetitions on each."""
    ends, middles = (contest(response(SGD_L2, 0.0001, 3.2), 3, place, 10 * len(seeds)).wins
                     for place in (AT_THE_ENDS, IN_THE_MIDDLES))  # fmt: skip
    measured(f"random to grid: at the ends {ends}, in the middles {middles}")
    assert ends[0] > 175
    assert middles[1] > 130


@pytest.mark.claim(
    "search",
    "With momentum, whose β hardly matters either, the grid at the ends from 0.001 to 10 wins most "
    "repetitions: its middle rate, 0.1, is near the best.",
)
def test_a_grid_that_happens_to_stand_at_the_best_rate_wins(seeds, measured):
    """Momentum, maps of 20 seeds, ten repetitions on each; then from 0.0001 to 1."""
    table = np.log(stored(MOMENTUM)[list(seeds)])
    idle = table.mean(axis=(0, 2)).var() / table.mean(axis=0).var()
    near, far = (contest(response(MOMENTUM, low, high), 3, AT_THE_ENDS, 10 * len(seeds)).wins
                 for low, high in ((0.001, 10), (0.0001, 1)))  # fmt: skip
    measured(f"random to grid {near}, with the middle rate at 0.01 {far}; β makes {idle:.1g}")
    assert near[1] > 140
    assert far[0] > far[1]
    assert idle < 0.01


@pytest.mark.claim(
    "search",
    "With both ends of the range drawn at random, random points win more than half of the contests "
    "with this grid, with SGD, momentum and Adam.",
)
def test_on_ranges_drawn_at_random_random_points_are_ahead(seeds, measured):
    """Rates from 0.0001 … 0.01 to 0.1 … 10, 300 ranges, two repetitions on the map of each seed."""
    ends = 10 ** np.random.default_rng(0).uniform((-4, -1), (-2, 1), (300, 2))
    shares = {}
    for name, which in THREE.items():
        wins = [contest(response(which, *rates), 3, AT_THE_ENDS, 2 * len(seeds), seed=k).wins
                for k, rates in enumerate(ends)]  # fmt: skip
        shares[name] = np.sum(wins, axis=0)[0] / np.sum(wins)
    measured(", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
    assert min(shares.values()) > 0.53


def example(high, repetitions):
    """The published grid, momentum 0.8, 0.88 and 0.9, rates to `high`; best losses, (2, R)."""
    rates, momenta = np.array([0, 0.5, 1]), np.array([0, 0.8, 1])
    points = np.stack(np.meshgrid(rates, momenta), axis=-1).reshape(-1, 2)
    searched, drawn = response(MOMENTUM, 0.001, high), random_points(3, repetitions)
    both = np.broadcast_to(points, drawn.shape), drawn
    return np.array([searched.losses(p).min(axis=1) for p in both])


@pytest.mark.claim(
    "search",
    "Here that grid finds a lower loss than nine random points in most repetitions, since 0.1, "
    "where it has three points, is near the best rate and at the end of the range.",
)
def test_the_published_example_is_a_counter_example(seeds, measured):
    """Momentum on the spiral, maps of 20 seeds, ten repetitions on each."""
    on_grid, at_random = example(0.1, 10 * len(seeds))
    wins = np.sum(on_grid < at_random)
    best = 10 ** EXPONENTS[np.median(stored(MOMENTUM), axis=0).argmin(axis=1)]
    measured(f"the grid in {wins} of {len(on_grid)}; best rates {best.round(2).tolist()}")
    assert wins > 160
    assert (best >= 0.07).all()
    assert (best < 0.3).all()


@pytest.mark.claim("search", "Let the range go on to 1, and random wins.")
def test_on_a_longer_range_random_wins(seeds, measured):
    """The same, with rates from 0.001 to 1."""
    on_grid, at_random = example(1.0, 10 * len(seeds))
    measured(f"random in {np.sum(at_random < on_grid)} of {len(on_grid)}")
    assert np.mean(at_random < on_grid) > 0.75


@pytest.mark.claim(
    "search",
    "In the idealized valley random beats the grid in the middles in most repetitions where knob 2 "
    "does not matter, and loses to it in most where both matter alike.",
)
def test_random_is_no_better_where_both_matter(seeds, measured):
    """3 × 3 points, the best place anywhere in the square; 200 repetitions for each of 20 seeds."""
    wins = {
        weight: [contest(Valley(weight, s), 3, IN_THE_MIDDLES, seed=s).wins[0] for s in seeds]
        for weight in (0.0, 1.0)
    }
    measured("; ".join(f"weight {w}: random in {np.mean(n):.0f} of 200" for w, n in wins.items()))
    assert min(wins[0.0]) > 110
    assert max(wins[1.0]) < 90
    assert grid(3, IN_THE_MIDDLES).mean() == pytest.approx(0.5)


# --- log or linear, halving ---------------------------------------------------------------------


@pytest.mark.claim(
    "search",
    "From 0.0001 to 10 the log scale finds a lower loss in most repetitions, with all three "
    "optimizers.",
)
def test_log_wins_where_the_decade_is_unknown(seeds, measured):
    """Nine rates on the spiral, maps of 20 seeds, ten repetitions on each."""
    wins = {name: np.sum(np.less(*log_against_linear(which, 1e-4, 10)))
            for name, which in THREE.items()}  # fmt: skip
    measured(", ".join(f"{name} {n} of {10 * len(seeds)}" for name, n in wins.items()))
    assert min(wins.values()) > 110


@pytest.mark.claim(
    "search",
    "From 0.0001 to 0.1 the linear scale does: the best rates lie above 0.01, where nine of ten "
    "linear draws fall.",
)
def test_linear_wins_in_a_range_whose_last_decade_is_good(seeds, measured):
    """Nine rates on the spiral, maps of 20 seeds, ten repetitions on each."""
    wins = {name: np.sum(np.greater(*log_against_linear(which, 1e-4, 0.1)))
            for name, which in THREE.items()}  # fmt: skip
    inside = EXPONENTS <= -1
    best = [np.median(stored(w), axis=0)[:, inside].argmin(axis=1) for w in THREE.values()]
    share = np.mean(drawn_rates(1e-4, 0.1, logarithmic=False) > 0.01)
    measured(", ".join(f"{name} {n} of {10 * len(seeds)}" for name, n in wins.items()))
    assert min(wins.values()) > 115
    assert EXPONENTS[np.min(best)] > -2
    assert share == pytest.approx(0.9, abs=0.02)


@pytest.mark.claim(
    "search",
    "With seven knobs, halving ends lower than nine full trainings in most repetitions, and keeps "
    "the best of all 54 to the end in most.",
    seeds=100,
)
def test_halving_pays_with_seven_knobs(seeds, measured):
    """The stored searches on the spiral; 539 epochs against 540."""
    found = chance.halved(halving.SEVEN)
    lower = np.sum(found["halving"] < found["nine in full"])
    higher = np.sum(found["halving"] > found["nine in full"])
    kept = np.sum(found["dropped at"] == 2)
    measured(f"lower in {lower}, higher in {higher}; kept in {kept} of {len(seeds)}")
    assert lower > 70 > 15 > higher
    assert kept > 60


@pytest.mark.claim(
    "search", "With two knobs it ends lower than the grid in more than half, by little.", seeds=100
)
def test_halving_is_little_better_than_a_grid_of_two_knobs(seeds, measured):
    """Adam, rate and units, on the spiral: a 3 × 3 grid of 60 epochs each."""
    found = chance.halved(halving.TWO)
    lower = np.sum(found["halving"] < found["grid"])
    ratio = np.median(found["halving"] / found["grid"])
    measured(f"lower in {lower} of {len(seeds)}; {ratio:.2f} times the grid's loss (median)")
    assert 55 <= lower <= 75
    assert 0.9 < ratio < 1


@pytest.mark.claim(
    "search",
    "With two knobs, the setting that would have been best after 60 epochs is dropped in more "
    "than half of the repetitions; what is kept instead is nearly as good.",
    seeds=100,
)
def test_halving_drops_too_early(seeds, measured):
    """The same searches, and all 54 settings trained for 60 epochs."""
    dropped, ratio = what_dropping_cost(halving.TWO)
    measured(f"dropped in {dropped} of {len(seeds)}; then {ratio:.2f} times the loss (median)")
    assert dropped > 52
    assert ratio < 1.2


def what_dropping_cost(case):
    """How often the best of 54 was dropped, and the loss of what was kept by its loss."""
    found = chance.halved(case)
    dropped = found["dropped at"] < 2
    ratios = found["halving"] / found["all 54 in full"]
    return int(dropped.sum()), float(np.median(ratios[dropped]))


@pytest.mark.claim(
    "search",
    "With seven it is dropped less often, and then what is kept is clearly worse.",
    seeds=100,
)
def test_with_seven_knobs_dropping_is_rarer_and_costs_more(seeds, measured):
    """The same with seven knobs."""
    (few, worse), (many, nearly) = map(what_dropping_cost, (halving.SEVEN, halving.TWO))
    measured(f"dropped in {few} of {len(seeds)}; then {worse:.2f} times the loss (median)")
    assert few < 0.7 * many
    assert worse > 1.2 > nearly


# --- the winner's curse -------------------------------------------------------------------------

SIZES = 20, 100, 1000


@cache
def luck(kind, seed, runs=100):
    """Search among runs of one seed; for each m the Searches, and d and the mean accuracy."""
    right = curse.train_all(kind, seed, runs, pool=6000)
    sums = curse.running_sums(right)
    found = {m: curse.search_often(sums, m) for m in SIZES}
    return found, curse.disagreement(right), right.mean()


@pytest.mark.claim(
    "search",
    "Of one run, the validation score is right on average. Of the best of n it is too good, for "
    "it is chosen for its luck.",
)
def test_the_best_is_too_good_as_computed(seeds, measured):
    """100 runs on noisy moons for each of 20 seeds, 200 searches with 100 validation points."""
    made = [luck(curse.ONLY_SEED, seed) for seed in seeds]
    found = np.mean([searches[100].luck for searches, *_ in made], axis=0)
    computed = np.mean([[curse.expected_luck(n, d, 100) for n in (10, 30, 100)]
                        for _, d, _ in made], axis=0)  # fmt: skip
    told = [round(float(found[n - 1]), 4) for n in (1, 10, 30, 100)]
    measured(f"best of 1, 10, 30, 100: {told}; computed {computed.round(4).tolist()}")
    assert abs(found[0]) < 0.003
    assert found[[9, 29, 99]] == pytest.approx(computed, rel=0.25)


@pytest.mark.claim(
    "search",
    "The usual error of a measured accuracy p is √(p(1 − p)/m). It promises more than twice too "
    "much luck: these runs err on mostly the same points, so they share most of their luck, and "
    "what is shared decides nothing.",
)
def test_independent_errors_promise_too_much(seeds, measured):
    """The same searches; independent runs would disagree on 2p(1 − p) of the points."""
    made = [luck(curse.ONLY_SEED, seed) for seed in seeds]
    ratios = [curse.independent_luck(30, p, 100) / searches[100].luck[29]
              for searches, _, p in made]  # fmt: skip
    shares = [d / (2 * p * (1 - p)) for _, d, p in made]
    measured(f"{np.median(ratios):.1f} times; disagreement {np.median(shares):.2f} of independent")
    assert np.sum(np.array(ratios) > 2) >= len(seeds) - 3
    assert max(shares) < 0.35


@pytest.mark.claim(
    "search",
    "A hundred runs take less than twice the luck of ten. Ten times as many validation points "
    "leave a third of it or less.",
)
def test_luck_grows_slowly_with_runs_and_falls_with_points(seeds, measured):
    """The same searches, with 100 and with 1,000 validation points."""
    few, many = (np.mean([luck(curse.ONLY_SEED, s)[0][m].luck for s in seeds], axis=0)
                 for m in (100, 1000))  # fmt: skip
    measured(
        f"100 to 10 runs: {few[99] / few[9]:.1f}; 1,000 to 100 points: {many[99] / few[99]:.2f}"
    )
    assert 1.3 < few[99] / few[9] < 2
    assert 0.15 < many[99] / few[99] < 0.35


@pytest.mark.claim(
    "search",
    "With 20 points and a hundred runs the formula says too much: the scores are then so coarse "
    "that several runs share the highest.",
)
def test_with_few_points_runs_tie(seeds, measured):
    """The same searches, with 20 validation points."""
    made = [luck(curse.ONLY_SEED, seed) for seed in seeds]
    share = np.mean([s[20].luck[99] / curse.expected_luck(100, d, 20) for s, d, _ in made])
    ties = [np.sum(s[20].scores == s[20].scores.max(axis=1, keepdims=True), axis=1)
            for s, *_ in made]  # fmt: skip
    many = [np.sum(s[1000].scores == s[1000].scores.max(axis=1, keepdims=True), axis=1)
            for s, *_ in made]  # fmt: skip
    measured(f"{share:.2f} of the formula; median {np.median(ties):.0f} runs share the highest")
    assert share < 0.88
    assert np.median(ties) >= 3 > np.median(many)


@pytest.mark.claim(
    "search",
    "Where the learning rates differ, the search is worth it: the true score of the chosen one "
    "rises with n, too. And there is less luck in it than the formula says, which is made for "
    "runs of equal worth.",
)
def test_where_runs_differ_the_search_pays(seeds, measured):
    """30 runs on the spiral, rates from 0.001 to 0.1, for each of 20 seeds, 100 points."""
    made = [luck(curse.RATES_TOO, seed, 30) for seed in seeds]
    true = np.mean([searches[100].kept for searches, *_ in made], axis=0)
    share = [s[100].luck[29] / curse.expected_luck(30, d, 100) for s, d, _ in made]
    measured(f"true score of the best of 1, 30: {true[0]:.2f}, {true[29]:.2f}; "
             f"luck {np.median(share):.2f} of the formula")  # fmt: skip
    assert true[29] > true[9] > true[0] + 0.05
    assert np.sum(np.array(share) < 0.8) >= len(seeds) - 3


# --- traps --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "search", "The test set in the loop promises a little too much, in nearly all splits."
)
def test_a_test_that_chooses_promises_too_much(seeds, measured):
    """Thirty settings on the digits in each of 20 splits, chosen by either of two equal sets."""
    tested = np.array([in_the_loop.promised_and_true(s) for s in chance.tested()[list(seeds)]])
    promised, true = tested.mean(axis=0)
    above = np.sum(tested[:, 0] > tested[:, 1])
    measured(f"{promised:.3f} promised, {true:.3f} true; above in {above} of {len(seeds)}")
    assert above >= 15
    assert 0.003 < promised - true < 0.02


@pytest.mark.claim(
    "search",
    "With one seed each, the worse of two settings often looks better. Pair the seeds: with the "
    "same ones for both, the right order comes more often,",
    seeds=200,
)
def test_paired_seeds_say_more(seeds, measured):
    """Two pairs of settings, 2,000 draws among 200 stored seeds."""
    told = {}
    for name in pairs.PAIRS:
        table = chance.paired(name)[:, list(seeds)]
        told[name] = [[pairs.right_order(table, k, same) for k in pairs.COUNTS]
                      for same in (False, True)]  # fmt: skip
        own, same = np.array(told[name])
        assert own[0] < 0.8
        assert (same > own).all()
    measured("; ".join(f"{name}, one seed: own {own[0]:.2f}, same {same[0]:.2f}"
                       for name, (own, same) in told.items()))  # fmt: skip


@pytest.mark.claim(
    "search",
    "It helps most where both losses go up and down together from seed to seed, as those of the "
    "two widths do.",
    seeds=200,
)
def test_pairing_helps_where_losses_go_together(seeds, measured):
    """Correlation over the seeds, and what pairing adds with one seed."""
    gains, together = {}, {}
    for name in pairs.PAIRS:
        table = chance.paired(name)[:, list(seeds)]
        own, same = (pairs.right_order(table, 1, paired) for paired in (False, True))
        gains[name], together[name] = same - own, np.corrcoef(table)[0, 1]
    measured("; ".join(f"{name}: correlation {together[name]:.2f}, gain {gains[name]:.2f}"
                       for name in pairs.PAIRS))  # fmt: skip
    assert together[pairs.WIDTHS] > together[pairs.SGD_ADAM] + 0.2
    assert gains[pairs.WIDTHS] > gains[pairs.SGD_ADAM] + 0.03


@pytest.mark.claim(
    "search",
    "In nearly all tries nine trainings find in which direction the learning rate helps, and in "
    "most that it matters most.",
    seeds=1000,
)
def test_nine_trainings_find_the_rate(seeds, measured):
    """Adam on the spiral, six knobs, 400 draws among 1,000 stored trainings."""
    loss = chance.stored()["six knobs", "loss"]
    assert len(loss) == len(seeds)
    first, same = many_knobs.right_answers(loss, 9)
    measured(f"direction in {same[0]:.0%}, first in {first:.0%}")
    assert same[0] > 0.93
    assert first > 0.6


@pytest.mark.claim(
    "search",
    "Of L2, which hardly matters here, even 81 say hardly more than a coin.",
    seeds=1000,
)
def test_of_l2_they_say_nothing(seeds, measured):
    """The same trainings."""
    loss = chance.stored()["six knobs", "loss"]
    effect = many_knobs.told(many_knobs.places(len(seeds)), loss)[4]
    _, same = many_knobs.right_answers(loss, 81)
    measured(f"direction in {same[4]:.0%}; rank correlation of all {effect:.2f}")
    assert 0.35 < same[4] < 0.65
    assert abs(effect) < 0.06
