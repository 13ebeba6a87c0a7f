"""What lesson 03 says about valleys, networks and rates: each sentence tried, with many seeds."""

from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, gradient_at, predict, train
from lessons.experiments.curvature import largest_curvature
from lessons.experiments.learning_rate import quadratic
from lessons.experiments.learning_rate.rising_rate import find_cliff, range_test, running_average
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.learning_rate.sweep import sweep
from lessons.experiments.settled import has_learned
from lessons.parameters import flatten
from lessons.verdict import guessing_loss, is_dead, short
from widgets.learning_rate import rates

pytestmark = pytest.mark.usefixtures("compiled")


def trained(seed, name="spiral", snapshots="epoch", **settings):
    return train(TrainConfig(seed=seed, **settings), draw(name, seed), snapshots=snapshots)


@cache
def draw(name, seed):
    return data.DATASETS[name](seed=seed)


def guess(name, seed):
    return guessing_loss(draw(name, seed))


def learn(seeds, name="spiral", **settings):
    """Count the seeds with which a training learns."""
    return sum(has_learned(trained(seed, name, **settings), draw(name, seed)) for seed in seeds)


def spread(values):
    """Write the median, and the quartiles around it."""
    low, middle, high = map(short, np.percentile(values, [25, 50, 75]))
    return f"{middle} ({low} to {high})"


# The valley


@pytest.mark.claim("learning_rate", "So a step is stable if and only if $\\eta < 2/\\lambda$")
def test_stable_if_and_only_if_below_two_over_the_largest_curvature(seeds, measured):
    """From random starts in random valleys, 300 steps below and above the bound."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        curvatures, start = rng.uniform(0.5, 50, 2), rng.normal(size=2)
        for factor in (0.3, 0.99, 1.01, 3):
            rate = factor * 2 / curvatures.max()
            path = quadratic.descend(start, curvatures, rate, 300)
            assert (abs(path[-1]).max() < abs(path[0]).max()) == (factor < 1)
    measured(f"at 0.3 and 0.99 of 2/λ nearer in all {len(seeds)}, at 1.01 and 3 farther in all")


@pytest.mark.claim(
    "learning_rate",
    "After many steps, from almost every start, the rate that has come lowest is the thin line in "
    r"the green zone, $\eta = 2/(\lambda_{\min}+\lambda_{\max})$: there both factors have the same "
    "size.",
)
def test_the_thin_line_is_lowest_after_many_steps(seeds, measured):
    """From random starts in valleys with curvatures 1 and 2 to 50, the best of 200 rates."""
    off = {30: [], 1000: []}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        curvatures, start = np.array([1, rng.uniform(2, 50)]), rng.normal(size=2)
        line = quadratic.best_rate(curvatures)
        factors = quadratic.shrink_factors(curvatures, line)
        assert factors[0] == pytest.approx(-factors[1])
        tried = line * np.geomspace(0.5, 1.04, 200)
        for steps in off:
            # In logarithms: after so many steps the losses themselves are too small for a number.
            sizes = np.log(np.abs(1 - tried[:, None] * curvatures) + 1e-300)
            logs = 2 * (steps * sizes + np.log(np.abs(start))) + np.log(curvatures)
            best = tried[np.argmin(np.logaddexp(*logs.T))]
            off[steps].append(abs(best / line - 1))
    assert np.max(off[1000]) < 0.02
    worst = [f"{100 * max(values):.1f}% after {steps} steps" for steps, values in off.items()]
    measured(f"the best rate is off the line by at most {', '.join(worst)}")


# The network, from the left end to the right end


@pytest.mark.claim(
    "learning_rate",
    "At the left end the loss has barely moved. Further right it is still falling when training "
    "stops; then it is quick; then it jumps; then it is no better than guessing, and then far "
    "worse.",
)
def test_what_is_seen_from_the_left_end_to_the_right_end(seeds, measured):
    """Spiral, panel's first settings, at rates 1e-6, 0.01, 0.3, 1.2, 3 and 100."""
    barely, falling, quick, jumps, guesses, worse = 0, 0, 0, 0, 0, 0
    for seed in seeds:
        runs = [trained(seed, learning_rate=rate) for rate in (1e-6, 0.01, 0.3, 1.2, 3, 100)]
        losses = [run.train_loss / guess("spiral", seed) for run in runs]
        barely += losses[0][-1] > 0.99 * losses[0][0]
        falling += losses[1][-1] < losses[1][-11] and losses[1][-1] > 0.5
        quick += losses[2][-1] < 0.2
        jumps += np.median(np.abs(np.diff(np.log(losses[3][50:])))) > 0.1
        guesses += 0.8 < losses[4][-1] < 1.3
        worse += not losses[5][-1] < 3
    n = len(seeds)
    assert min(barely, falling, quick, worse) >= n - 1
    assert min(jumps, guesses) > 0.5 * n
    measured(
        f"of {n}: {barely} barely move at 1e-6, {falling} still fall at 0.01, {quick} are quick "
        f"at 0.3, {jumps} jump at 1.2, {guesses} are at guessing at 3, {worse} far above it, or "
        "diverged, at 100"
    )


@pytest.mark.claim(
    "learning_rate",
    "At the right end it diverges, or it is dead, with a huge loss: no gradient reaches the first "
    "layer any more. (The digits nearly always end dead.)",
)
def test_what_the_right_end_is_like(seeds, measured):
    """Rate 1000 on the spiral, 100 epochs, and on the digits, 20 epochs."""
    told = []
    for name, epochs in (("spiral", 100), ("digits", 20)):
        runs = [trained(seed, name, learning_rate=1e3, epochs=epochs) for seed in seeds]
        diverged = sum(run.status == "diverged" for run in runs)
        huge = sum(
            is_dead(run) and run.train_loss[-1] > 10 * guess(name, seed)
            for seed, run in zip(seeds, runs, strict=True)
            if run.status != "diverged"
        )
        assert diverged + huge == len(seeds)
        if name == "digits":
            assert huge > 0.7 * len(seeds)
        told.append(f"{name}: {diverged} diverge, {huge} are dead with over 10 times guessing")
    measured("; ".join(told))


@pytest.mark.claim(
    "learning_rate",
    "A few long steps can throw the network to a place where a whole layer gives 0 for every "
    "sample.",
)
@pytest.mark.claim(
    "learning_rate",
    "Only what lies above still moves, so the answer is the same everywhere, and at a rate of 10 "
    "the loss jumps with every batch.",
)
@pytest.mark.claim(
    "learning_rate",
    "Within a few updates they throw the network to where no gradient reaches its first layer any "
    "more",
)
def test_long_steps_kill_a_whole_layer_of_relu_units(seeds, measured):
    """Spiral at rate 10: zeros of whole layers, the answers, and the gradients of each update."""
    dead, silent, since = 0, 0, []
    for seed in seeds:
        run, split = trained(seed, learning_rate=10.0), draw("spiral", seed)
        if not is_dead(run):
            continue
        dead += 1
        since.append(int(np.flatnonzero(run.grad_norm[:, 0])[-1]) + 1)
        h, zeros = split.X_train, []
        for layer in run.params[:-1]:
            h = np.maximum(h @ layer.W + layer.b, 0)
            zeros.append(not h.any())
        if any(zeros):
            silent += 1
            answers = predict(run.params, run.config, split.X_train)
            assert np.ptp(answers, axis=0).max() < 1e-6
            assert run.grad_norm[-1, -1] > 0
            assert np.std(run.batch_loss[-50:]) > 0.05
    assert dead >= 0.75 * len(seeds)
    assert silent >= 0.5 * len(seeds)
    assert np.median(since) < 50
    measured(
        f"{dead} of {len(seeds)} have no gradient in the first layer any more, after "
        f"{spread(since)} updates; with {silent} a whole layer gives 0"
    )


@pytest.mark.claim("learning_rate", "The trainer notices at that very update, and stops.")
def test_a_divergence_is_noticed_at_its_update(seeds, measured):
    """Spiral at rate 1000 with the activation identity, which cannot die."""
    for seed in seeds:
        run = trained(seed, learning_rate=1e3, activation="identity")
        assert run.status == "diverged"
        assert np.isfinite(run.batch_loss[: run.stopped_at]).all()
        assert all(np.isfinite(layer.W).all() for layer in run.params)
    measured(f"{len(seeds)} of {len(seeds)} diverge, all losses before are finite")


# The green zone


@pytest.mark.claim("learning_rate", "so a spike on the way does no harm")
def test_a_spike_on_the_way_does_no_harm(seeds, measured):
    """Moons, all samples in one batch, rate 1.5: the highest loss and where it settles."""
    spikes = 0
    for seed in seeds:
        run = trained(seed, "moons", learning_rate=1.5, batch_size=500)
        spikes += run.train_loss.max() > 1.25 * run.train_loss[0]
    learned = learn(seeds, "moons", learning_rate=1.5, batch_size=500)
    assert spikes > 0.7 * len(seeds)
    assert learned >= len(seeds) - 1
    measured(f"{spikes} of {len(seeds)} rise a quarter above the start, {learned} learn")


@pytest.mark.claim(
    "learning_rate",
    "So a rate close to the edge is a gamble, and a rate well inside is not",
    seeds=40,
)
def test_close_to_the_edge_is_a_gamble(seeds, measured):
    """Spiral, batches of 32, 100 epochs: how many seeds learn at each rate."""
    found = {
        rate: learn(seeds, learning_rate=rate) for rate in (0.1, 0.5, 0.8, 1, 1.2, 1.4, 1.6, 2, 3)
    }
    n = len(seeds)
    assert min(found[rate] for rate in (0.1, 0.5)) == n
    assert found[0.8] >= n - 2
    assert 0.2 * n < found[1.4] < 0.8 * n
    assert found[3] == 0
    measured(f"of {n} learn " + ", ".join(f"{count} at {rate}" for rate, count in found.items()))


@pytest.mark.claim(
    "learning_rate", "other data, other first weights and other batches have another edge"
)
def test_another_seed_has_another_edge(seeds, measured):
    """Spiral: the edge of the green zone with each seed."""
    edges = edges_of("spiral", seeds)
    assert len(set(edges)) > 4
    assert 0.5 < min(edges) < max(edges) < 3
    measured(f"{min(edges):.2f} to {max(edges):.2f}, median {np.median(edges):.2f}")


def edges_of(name, seeds, **settings):
    return [edge_of(name, TrainConfig(seed=seed, **settings)) for seed in seeds]


@cache
def edge_of(name, config):
    return largest_stable_learning_rate(config, draw(name, config.seed))


# The edge of stability


FULL = {"batch_size": 500, "epochs": 1000}


def curvatures_of(seed, epochs, **settings):
    """Return the largest curvature after each of some epochs, and the run."""
    run, split = trained(seed, **FULL | settings), draw("spiral", seed)
    where = split.X_train, split.y_train
    return [largest_curvature(run.snapshots[e], run.config, *where, 20) for e in epochs], run


@pytest.mark.claim(
    "learning_rate",
    "At the start the curvature is about 4, so by the bound no rate above 0.5 should work.",
)
@pytest.mark.claim("learning_rate", "it is thrown to a flatter place, and learns there")
@pytest.mark.claim(
    "learning_rate",
    "at the two larger rates until it is near $2/\\eta$, and there it stays",
)
@pytest.mark.claim(
    "learning_rate", "So the curvature of the first weights does not say where training breaks."
)
def test_a_network_moves_to_flatter_places_and_its_curvature_settles_near_the_bound(
    seeds, measured
):
    """Spiral, all samples in one batch, 1,000 epochs: the curvature times half the rate."""
    told = []
    for rate in (0.7, 1.0, 1.3):
        found, up, learned = [], 0, 0
        for seed in seeds:
            row, run = curvatures_of(seed, (0, 10, 120, 300, 1000), learning_rate=rate)
            found.append(np.array(row) * rate / 2)
            up += run.train_loss[1:4].max() > run.train_loss[0]
            learned += has_learned(run, draw("spiral", seed))
        first, early, *late = np.median(found, axis=0)
        assert 3 < 2 * first / rate < 6
        n = len(seeds)
        assert up > 0.7 * n
        assert np.sum(np.array(found)[:, 0] > 1) > 0.8 * n
        assert np.sum(np.array(found)[:, 1] < np.array(found)[:, 0]) > 0.9 * n
        assert early < 0.8
        assert all(0.75 < curvature < 1.15 for curvature in late)
        assert learned > 0.8 * n
        told.append(
            f"{rate}: {first:.1f} at first, {early:.1f} after 10 epochs, after 120, 300 and 1,000 "
            f"{late[0]:.2f}, {late[1]:.2f} and {late[2]:.2f}; {learned} of {n} learn"
        )
    measured("shares of 2/η, medians: " + "; ".join(told))


@pytest.mark.claim(
    "learning_rate",
    "at a steeper place, steps of this length go up again, until the place is flatter",
)
def test_steps_too_long_for_a_steep_place_find_a_flatter_one(seeds, measured):
    """Spiral, all samples in one batch: rate 0.1 for 300 epochs, then 1.0."""
    rose, before, after = 0, [], []
    for seed in seeds:
        row, run = curvatures_of(
            seed, (300, 330), schedule=lambda update: 0.1 if update < 300 else 1.0
        )
        rose += run.train_loss[300:311].max() > 1.1 * run.train_loss[300]
        before.append(row[0])
        after.append(row[1])
    assert rose > 0.8 * len(seeds)
    assert np.median(before) > 6
    assert np.median(after) < 3
    measured(
        f"the loss rises with {rose} of {len(seeds)}; the curvature falls from {spread(before)} "
        f"to {spread(after)}"
    )


# The trap


@cache
def slow_run(seed):
    return trained(seed, learning_rate=0.003, epochs=1000)


@pytest.mark.claim(
    "learning_rate",
    "The first row below and the last make the same product of rate and epochs: the same "
    "distance, in many small steps or in few large ones.",
)
@pytest.mark.claim(
    "learning_rate",
    "The third is the same rate, given time: it arrives where the first arrives.",
)
@pytest.mark.claim("learning_rate", "Rate times number of updates is roughly how far it can go.")
def test_rate_times_epochs_is_the_distance(seeds, measured):
    """Spiral at 0.003 for 100 and 1,000 epochs, 0.03 for 100, 0.3 for 10: losses and distances."""
    losses, distances = [], []
    for seed in seeds:
        runs = (
            slow_run(seed),
            *(
                trained(seed, learning_rate=rate, epochs=epochs)
                for rate, epochs in ((0.03, 100), (0.3, 10))
            ),
        )
        losses.append([runs[0].train_loss[100], *(run.train_loss[-1] for run in runs)])
        ends = [flatten(run.params) - flatten(run.snapshots[0]) for run in runs]
        distances.append([np.linalg.norm(end) for end in ends])
    losses, distances = np.array(losses), np.array(distances)
    assert (losses[:, 0] > 1.5 * losses[:, 1]).all()
    ratios = losses[:, 1] / losses[:, 2]
    assert np.mean((ratios > 0.85) & (ratios < 1.15)) > 0.8
    ways = distances[:, 0] / distances[:, 1]
    assert 0.9 < np.percentile(ways, 10) < np.percentile(ways, 90) < 1.1
    few = losses[:, 3] / losses[:, 2]
    measured(
        f"loss at 0.003 × 1,000 over that at 0.03 × 100: {spread(ratios)}; distance: "
        f"{spread(ways)}; loss at 0.3 × 10: {spread(few)} times as high"
    )


@pytest.mark.claim(
    "learning_rate",
    "a network with only two hidden units gets stuck on xor more often than not",
)
@pytest.mark.claim(
    "learning_rate",
    "And on xor the small steps get stuck no more often than the large ones: what decides is "
    "where the run began.",
)
def test_small_steps_do_not_make_traps(seeds, measured):
    """Xor, 2 hidden units, three rates with an equal product: which seeds learn."""
    kinds = ((0.1, 100), (0.5, 20), (1.0, 10))
    found = [
        {s for s in seeds if learn([s], "xor", hidden=(2,), learning_rate=rate, epochs=epochs)}
        for rate, epochs in kinds
    ]
    sizes = [len(learned) for learned in found]
    assert max(sizes) < len(seeds) / 2
    assert sizes[0] >= sizes[2] - 2
    assert len(found[0] ^ found[2]) <= 3
    same = len(found[0] & found[1] & found[2])
    measured(f"{sizes[0]}, {sizes[1]} and {sizes[2]} learn; {same} of them with all three rates")


@pytest.mark.claim(
    "learning_rate",
    "the gradient shrinks to about an eighth of what it was at first, but never to zero",
)
def test_on_the_plateau_the_gradient_is_small_and_never_zero(seeds, measured):
    """Spiral at 0.003 for 1,000 epochs: the gradient's length every 50 epochs."""
    shrunk, least = [], []
    for seed in seeds:
        run, split = slow_run(seed), draw("spiral", seed)
        lengths = [
            np.linalg.norm(
                gradient_at(run.snapshots[epoch], run.config, split.X_train, split.y_train)
            )
            for epoch in range(0, 1001, 50)
        ]
        shrunk.append(lengths[0] / min(lengths))
        least.append(min(lengths))
    assert shrunk[0] == pytest.approx(8, abs=1)
    assert min(shrunk) > 3
    assert min(least) > 0.02
    measured(f"divided by {shrunk[0]:.0f} with seed 0, by {spread(shrunk)} with all; at least "
             f"{min(least):.2f} is left")  # fmt: skip


@pytest.mark.claim(
    "learning_rate",
    "(Choose **sigmoid** in the panel, rate 0.1, and 1000 epochs, to watch a network cross one.)",
)
def test_a_sigmoid_network_crosses_a_plateau(seeds, measured):
    """Spiral, sigmoid, rate 0.1: the loss, as a share of guessing, after 100 and 1,000 epochs."""
    early, late = [], []
    for seed in seeds:
        run = trained(seed, activation="sigmoid", epochs=1000, snapshots="fit")
        shares = run.train_loss / guess("spiral", seed)
        early.append(shares[20:100].min())
        late.append(shares[-1])
    assert np.min(early) > 0.8
    assert np.median(late) < 0.25
    assert np.max(late) < 0.7
    measured(f"{spread(early)} at least up to epoch 100, {spread(late)} at the end")


# Which rate


GRID = np.geomspace(rates.LOW, rates.HIGH, rates.POINTS)


@cache
def swept(name, seed):
    """Return the sweep of the panel, and the range of the rates that learn."""
    found = sweep(TrainConfig(seed=seed, epochs=30), draw(name, seed), GRID)
    return found, found.useful_range(guess(name, seed) / 2)


@pytest.mark.claim(
    "learning_rate",
    "The rates that learn span a factor of about a thousand on the moons; on the spiral, with as "
    "many epochs, only of about ten.",
)
@pytest.mark.claim(
    "learning_rate",
    "On the moons the rates that learn end in a cliff: at the next rate tried the loss is hundreds "
    "of times as high. On the spiral it rises in a few steps.",
)
def test_how_far_the_rates_that_learn_span(seeds, measured):
    """The panel's sweep, 30 epochs: from the lowest to the highest rate that learns."""
    told, rises = [], {}
    for name, low, high in (("moons", 400, 2500), ("spiral", 6, 30)):
        spans, rises[name] = [], []
        for seed in seeds:
            found, (first, last) = swept(name, seed)
            spans.append(last / first)
            at = np.argmin(np.abs(GRID - last))
            after = np.nan_to_num(found.train_loss[at + 1], nan=np.inf)
            rises[name].append(after / found.train_loss[at])
            # Three steps of the sweep, a factor of 3.2, beyond the last good rate all is lost.
            beyond = found.train_loss[np.searchsorted(GRID, 3 * last) :]
            assert not np.nanmin(beyond) < 0.5 * guess(name, seed)
        assert low < np.median(spans) < high
        told.append(
            f"{name} {spread(spans)}, at the next rate {spread(rises[name])} times the loss"
        )
    assert np.median(rises["moons"]) > 200
    assert np.median(rises["spiral"]) < 10
    measured("a factor of: " + "; ".join(told))


@pytest.mark.claim(
    "learning_rate", "the best rate often stands near it, where another seed may fall off"
)
@pytest.mark.claim(
    "learning_rate",
    "A third of the best is safe, and takes two to four times as many epochs to the same loss.",
)
def test_a_third_of_the_best_rate_is_safe_and_slower(seeds, measured):
    """The panel's sweep: the best rate, and a third of it, with this seed and with the next."""
    told = []
    for name in ("moons", "circle", "spiral"):
        near, fell, safe, slower = 0, 0, 0, []
        for seed in seeds:
            found, (_, last) = swept(name, seed)
            best = found.best_rate
            near += last < 2 * best
            fell += 1 - learn([seed + 1], name, learning_rate=best, epochs=30)
            safe += learn([seed + 1], name, learning_rate=best / 3, epochs=60)
            long = trained(seed, name, "fit", learning_rate=best / 3, epochs=400).train_loss
            slower.append(np.argmax(long <= np.nanmin(found.train_loss)) / 30)
        assert near > 0.4 * len(seeds)
        assert safe >= len(seeds) - 1
        assert 1.5 < np.median(slower) < 5
        told.append(
            f"{name}: {near} of {len(seeds)} best rates within a factor of 2 of the cliff, {fell} "
            f"fail with the next seed, {safe} thirds learn, in {spread(slower)} times the epochs"
        )
    assert "0 fail" not in told[0]
    measured("; ".join(told))


def read_cliff(name, seed, epochs):
    """Return the rate at which the range test of the panel sees the cliff; infinite if nowhere."""
    run = range_test(TrainConfig(seed=seed), draw(name, seed), rates.LOW, rates.HIGH, epochs)
    losses = run.batch_loss[: run.updates]
    smooth = running_average(losses, 1 - 1 / max(5, rates.SMOOTHING * len(losses)))
    at = find_cliff(smooth)
    return run.learning_rate[at] if at < len(losses) - 1 else np.inf


@pytest.mark.claim("learning_rate", "on the moons mostly within a factor of three")
@pytest.mark.claim(
    "learning_rate",
    "On the spiral 30 epochs are too few: the rate rises faster than the loss can fall, and the "
    "cliff that is read is 4 to 12 times too high.",
)
@pytest.mark.claim("learning_rate", "Over 300 epochs, the same test reads it right.")
def test_where_the_range_test_reads_the_cliff(seeds, measured):
    """The cliff that is read over the highest rate that learns: panel's sweep, and green zone."""
    moons = np.array([read_cliff("moons", s, 30) / swept("moons", s)[1][1] for s in seeds])
    spiral = [read_cliff("spiral", s, 30) / swept("spiral", s)[1][1] for s in seeds]
    edges = edges_of("spiral", seeds)
    long = [read_cliff("spiral", s, 300) / edge for s, edge in zip(seeds, edges, strict=True)]
    within = int(np.sum((moons > 1 / 3) & (moons < 3)))
    assert within > 0.7 * len(seeds)
    assert min(spiral) > 2.5
    assert 4 < np.median(spiral) < 9
    assert 0.4 < np.median(long) < 1.5
    measured(
        f"moons: {within} of {len(seeds)} within a factor of 3; spiral, 30 epochs: "
        f"{min(spiral):.1f} to {max(spiral):.0f} times, 300 epochs: {spread(long)} times"
    )


@pytest.mark.claim(
    "learning_rate",
    "a larger batch gives a calmer gradient and tolerates a larger rate, up to a point",
)
def test_a_larger_batch_tolerates_a_larger_rate_up_to_a_point(seeds, measured):
    """Spiral, 100 epochs: the edge of the green zone for batches of 8, 32 and all 500."""
    edges = {size: np.array(edges_of("spiral", seeds, batch_size=size)) for size in (8, 32, 500)}
    assert np.sum(edges[32] > 1.5 * edges[8]) > 0.8 * len(seeds)
    assert 0.7 < np.median(edges[500] / edges[32]) < 1.6
    measured("medians " + ", ".join(f"{size}: {np.median(e):.2f}" for size, e in edges.items()))


@pytest.mark.claim(
    "learning_rate",
    "in a linear model, inputs ten times larger make the valley a hundred times steeper; in this "
    "network, on circle or moons, they move the cliff by a factor of about ten",
)
def test_inputs_ten_times_larger(seeds, measured):
    """The curvature of a linear model, and the network's edge, with inputs 1 and 10 times."""
    moved = []
    for seed in seeds:
        X = data.bumps(seed=seed).X_train.astype(float)
        one, ten = (np.linalg.eigvalsh(2 * Z.T @ Z / len(Z)).max() for Z in (X, 10 * X))
        assert ten == pytest.approx(100 * one)
        split = draw("moons" if seed % 2 else "circle", seed)
        large = data.from_arrays(10 * split.X_train, split.y_train, val=0, test=0)
        edges = [
            largest_stable_learning_rate(TrainConfig(seed=seed), each) for each in (split, large)
        ]
        moved.append(edges[0] / edges[1])
    assert 6 < np.median(moved) < 18
    measured(f"100 times steeper; the network's edge moves by a factor of {spread(moved)}")


@pytest.mark.claim(
    "learning_rate", "More updates can make up for a small rate, not for one that is too large."
)
def test_more_updates_do_not_make_up_for_a_rate_that_is_too_large(seeds, measured):
    """Spiral: rate 0.003 for 100 and 1,000 epochs, and rate 3 for 100 and 1,000 epochs."""
    found = {
        (rate, epochs): learn(seeds, learning_rate=rate, epochs=epochs, snapshots="fit")
        for rate in (0.003, 3)
        for epochs in (100, 1000)
    }
    n = len(seeds)
    assert found[0.003, 100] < 0.2 * n
    assert found[0.003, 1000] > 0.6 * n
    assert found[3, 1000] < 0.2 * n
    told = [f"{k} at {rate} in {epochs} epochs" for (rate, epochs), k in found.items()]
    measured(f"of {n} learn " + ", ".join(told))
