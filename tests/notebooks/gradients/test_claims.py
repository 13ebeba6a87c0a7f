"""What lesson 09 says of runs: each sentence tried, with 20 seeds or more."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.experiments.gradients import depths, equalized, smallest, symmetry, updates
from lessons.experiments.gradients.autopsy import steepest_rise
from lessons.experiments.gradients.chain import draw_chain, draw_ends, draw_weights, expected
from lessons.experiments.gradients.depths import count_learned
from lessons.experiments.settled import has_learned
from lessons.network import forward
from lessons.plan import make_plan
from lessons.verdict import guessing_loss

pytestmark = pytest.mark.usefixtures("compiled")

DEEP = TrainConfig(hidden=(16,) * 8, learning_rate=1.0, epochs=60)
LARGE = TrainConfig(hidden=(16,) * 4, init="large_normal", learning_rate=0.003, epochs=60)
SIGMOID = TrainConfig(hidden=(16,) * 8, activation="sigmoid", init="xavier_normal", epochs=60)
BROKEN = TrainConfig(hidden=(16,) * 8, activation="identity", learning_rate=0.32, epochs=1)


# --- the chain ----------------------------------------------------------------------------------


def factors(activation, gain, init, scale, seeds, width=64):
    """The computed factor of a layer, and those measured, of 30 layers."""
    computed = expected(activation, gain, 30).factor
    made = [draw_chain(activation, init, width, 30, scale, seed).factor for seed in seeds]
    return computed, np.array(made)


@pytest.mark.claim(
    "gradients",
    "With Xavier's weights a layer of sigmoid leaves about 0.24 of the gradient, with weights 10 "
    "times as large about all of it, and with weights 16 times as large it makes more of it.",
)
def test_a_slope_is_not_a_factor(seeds, measured):
    """Chains of 30 layers of 64 sigmoid units, Xavier's weights, 10 and 16 times these."""
    (small, once), (_, ten), (large, times) = (
        factors("sigmoid", scale**2, "xavier_normal", scale, seeds) for scale in (1.0, 10.0, 16.0)
    )
    measured(
        f"computed {small:.3f} and {large:.2f}; measured {once.min():.3f} to {once.max():.3f} and "
        f"{times.min():.2f} to {times.max():.2f}; with 10 {ten.min():.2f} to {ten.max():.2f}"
    )
    assert 0.22 < once.min() <= once.max() < 0.25
    assert 0.9 < np.median(ten) < 1.05
    assert times.min() > 1.1


@pytest.mark.claim(
    "gradients", "in wide layers the factor is at most about a quarter of the scale."
)
def test_a_slope_bounds_the_factor_of_wide_layers(seeds, measured):
    """Chains of 5 layers of 256 sigmoid units, four scales: the factor over a quarter of these."""
    worst = max(
        draw_chain("sigmoid", "xavier_normal", 256, 5, scale, seed).factor / (scale / 4)
        for seed in seeds
        for scale in (0.1, 0.3, 1.0, 16.0)
    )
    measured(f"at most {worst:.3f} times a quarter of the scale")
    assert worst < 1.03


@pytest.mark.claim("gradients", "Most units are saturated, that is true")
def test_large_weights_saturate(seeds, measured):
    """20 layers of 64 sigmoid units, 16 times Xavier's weights: slopes below 0.01."""
    flat = []
    for seed in seeds:
        h, _ = draw_ends(64, seed)
        for W in 16 * draw_weights("xavier_normal", 64, 20, seed):
            z = h @ W
            h = ACTIVATIONS["sigmoid"].function(z)
        flat.append(np.mean(ACTIVATIONS["sigmoid"].derivative(z) < 0.01))
    measured(f"in the last layer {np.median(flat):.0%} of them, at least {min(flat):.0%}")
    assert min(flat) > 0.5


@pytest.mark.claim(
    "gradients",
    "With Xavier's weights and 64 units, the median measured factor is within 3% of the computed "
    "one for every activation in the menu.",
)
def test_measured_factors_are_computed_ones(seeds, measured):
    """30 layers of 64 units, every activation, Xavier's weights."""
    off = {}
    for name in ACTIVATIONS:
        computed, made = factors(name, 1.0, "xavier_normal", 1.0, seeds)
        off[name] = abs(np.median(made) / computed - 1)
    worst = max(off, key=off.get)
    measured(f"at most {off[worst]:.1%} off, for {worst}")
    assert off[worst] < 0.03


@pytest.mark.claim(
    "gradients",
    "the gradient of ReLU with He's weights, after 30 layers, scatters around the line by about a "
    "third with 64 units, and by about half of that with 256.",
    seeds=40,
)
@pytest.mark.claim("gradients", "With 16 units it lies below half of the line in most draws.")
def test_the_scatter_shrinks_with_the_width(seeds, measured):
    """ReLU, He's weights, 30 layers: gradient at the inputs over the computed one, by width."""
    found = {
        width: np.array([
            draw_chain("relu", "he_normal", width, 30, seed=seed).gradient[0]
            for seed in seeds[: 40 if width < 256 else 20]
        ])
        for width in (16, 64, 256)
    }  # fmt: skip
    spread = {width: np.std(np.log(np.maximum(made, 1e-9))) for width, made in found.items()}
    below = int(np.sum(found[16] < 0.5))
    measured(
        f"standard deviation of the logarithm {spread[64]:.2f} with 64 units, {spread[256]:.2f} "
        f"with 256; below half with 16 units in {below} of {len(seeds)}"
    )
    assert 0.2 < spread[64] < 0.5
    assert 0.3 < spread[256] / spread[64] < 0.75
    assert below > 0.55 * len(seeds)


@pytest.mark.claim(
    "gradients",
    "with 64 units its factor is too large in most draws, with 256 it comes closer.",
)
def test_gelu_with_he_wants_wide_layers(seeds, measured):
    """GELU, He's weights, 30 layers of 64 and of 256 units."""
    computed, narrow = factors("gelu", 2.0, "he_normal", 1.0, seeds)
    _, wide = factors("gelu", 2.0, "he_normal", 1.0, seeds, width=256)
    above = int(np.sum(narrow > 1.05 * computed))
    middle = [np.median(made) for made in (narrow, wide)]
    measured(
        f"computed {computed:.2f}; with 64 units {middle[0]:.2f}, more than 5% above in {above} of "
        f"{len(seeds)}; with 256 {middle[1]:.2f}"
    )
    assert above >= 14
    assert abs(middle[1] - computed) < 0.7 * abs(middle[0] - computed)


@pytest.mark.claim(
    "gradients",
    "With 5 layers nearly all starts arrive, with 30 only those close to 1, whatever the rate.",
    seeds=100,
)
def test_deep_is_narrow(seeds, measured):
    """Starts drawn from 0.1 to 2, 1,000 steps at the best of 49 rates, 5 and 30 layers."""
    starts = np.array([np.random.default_rng(seed).uniform(0.1, 2) for seed in seeds])
    rates = 10.0 ** np.arange(-12, 0.1, 0.25)
    short, deep = (starts[smallest.arrives(starts, depth, rates)] for depth in (5, 30))
    measured(
        f"{len(short)} of {len(seeds)} arrive with 5 layers; with 30 {len(deep)}, between "
        f"{deep.min():.2f} and {deep.max():.2f}"
    )
    assert len(short) > 85
    assert 0 < len(deep) < 40
    assert 0.7 < deep.min() <= deep.max() < 1.3


@cache
def first_norms(activation, init, seed):
    """Norms of ∂L/∂W of every layer, 10 hidden ones, before the first update."""
    config = TrainConfig(hidden=(16,) * 10, activation=activation, init=init, seed=seed)
    found = updates.weight_gradients(config, data.circle(seed=seed))
    return np.array([np.linalg.norm(g) for g in found])


@pytest.mark.claim(
    "gradients",
    "Sigmoid's signal stays near ½, so the gradient of its weights fades towards the first layer, "
    "as in textbooks.",
)
def test_the_textbooks_picture(seeds, measured):
    """Circle, 10 layers of 16 sigmoid units, Xavier's weights, before the first update."""
    shares = [norms[0] / norms[-2] for norms in
              (first_norms("sigmoid", "xavier_normal", seed) for seed in seeds)]  # fmt: skip
    means = []
    for seed in seeds:
        config = replace(SIGMOID, hidden=(16,) * 10, epochs=1, seed=seed)
        means.append(train(config, data.circle(seed=seed)).activation_mean[0])
    measured(
        f"mean signal of a layer {np.min(means):.2f} to {np.max(means):.2f}; gradient of the first "
        f"over the last hidden layer {np.median(shares):.0e}, at most {max(shares):.0e}"
    )
    assert 0.35 < np.min(means) <= np.max(means) < 0.65
    assert max(shares) < 1e-4


@pytest.mark.claim(
    "gradients",
    "With small weights and tanh or ReLU, the signal fades going forward just as the gradient "
    "fades going back, and so the gradients of all layers' weights are equally tiny.",
)
def test_equally_tiny_gradients(seeds, measured):
    """Circle, 10 layers of 16 units, weights of standard deviation 0.01."""
    spreads, sizes = [], []
    for name in ("tanh", "relu"):
        for seed in seeds:
            norms = first_norms(name, "small_normal", seed)
            chain = draw_chain(name, "small_normal", 16, 10, seed=seed)
            assert chain.signal[-1] < 1e-6
            assert chain.gradient[0] < 1e-6
            spreads.append(norms.max() / norms.min())
            sizes.append(norms.max())
    measured(
        f"largest over smallest of 11 layers {np.median(spreads):.0f}, at most {max(spreads):.0f}; "
        f"none above {max(sizes):.0e}"
    )
    assert np.median(spreads) < 10
    assert max(sizes) < 1e-13


@pytest.mark.claim("gradients", "is one and the same number in all layers.")
def test_an_exact_law_of_relu(seeds, measured):
    """Circle, 10 layers of 16 ReLU units, biases 0, four kinds of first weights: Σ W·∂L/∂W."""
    worst = 0.0
    for init in ("small_normal", "xavier_normal", "he_normal", "large_normal"):
        for seed in seeds:
            split = data.circle(seed=seed)
            config = TrainConfig(hidden=(16,) * 10, init=init, seed=seed, dtype="float64")
            plan = make_plan(config, split)
            gradients = updates.weight_gradients(config, split)
            weights = [layer.W for layer in plan.unflatten(plan.w)]
            sums = [np.sum(W * g) for W, g in zip(weights, gradients, strict=True)]
            scale = max(np.abs(W * g).sum() for W, g in zip(weights, gradients, strict=True))
            worst = max(worst, np.ptp(sums) / scale)
    measured(f"11 layers differ by at most {worst:.0e} of what is added up")
    assert worst < 1e-10


@pytest.mark.claim("gradients", "the gradient of the first layer is about 0.00000000000004")
@pytest.mark.claim(
    "gradients",
    "after ten epochs no weight of the first layer has moved by a bit, with any seed. In float64, "
    "with 16 digits, they do move.",
)
def test_a_gradient_that_moves_nothing(seeds, measured):
    """Circle, 20 layers of 16 sigmoid units, Xavier's weights, 10 epochs, both types of number."""
    moved, first = {}, {}
    for dtype in ("float32", "float64"):
        runs = [
            train(replace(SIGMOID, hidden=(16,) * 20, dtype=dtype, epochs=10, seed=seed),
                  data.circle(seed=seed))
            for seed in seeds
        ]  # fmt: skip
        moved[dtype] = sum(symmetry.has_moved(run, 0) for run in runs)
        first[dtype] = np.median([run.grad_norm[0, 0] for run in runs])
    measured(
        f"gradient {first['float32']:.0e}; moved in {moved['float32']} of {len(seeds)} seeds in "
        f"float32, in {moved['float64']} in float64"
    )
    assert 1e-14 < first["float32"] < 1e-13
    assert moved == {"float32": 0, "float64": len(seeds)}


# --- the training -------------------------------------------------------------------------------


@pytest.mark.claim("gradients", "its loss stays at ln 2 = 0.69, the loss of guessing.")
def test_sigmoid_is_stuck(seeds, measured):
    """The panel's first setting: circle, 8 layers of sigmoid, rate 0.1, 20 epochs."""
    ends = []
    for seed in seeds:
        run = train(replace(SIGMOID, epochs=20, seed=seed), data.circle(seed=seed))
        ends.append(np.median(run.train_loss[-5:]))
    measured(f"median of the last five epochs {min(ends):.3f} to {max(ends):.3f}")
    assert np.log(2) - 0.01 < min(ends) <= max(ends) < 0.76


@pytest.mark.claim(
    "gradients",
    "then 4 layers of sigmoid learn with most seeds. With gradients as they are, or with the whole "
    "gradient brought to one length, they learn with none.",
)
def test_the_vanishing_is_the_reason(seeds, measured):
    """Circle, 4 layers of sigmoid, Xavier's weights, 40 epochs: one length 0.3 for each layer."""
    config = replace(SIGMOID, hidden=(16,) * 4, epochs=40)
    equal, whole = (
        sum(equalized.learns(replace(config, seed=s), data.circle(seed=s), 0.3, how) for s in seeds)
        for how in (equalized.equalized, equalized.of_one_length)
    )
    falling = replace(config, schedule="polynomial")
    plain = [
        count_learned(replace(how, learning_rate=rate), seeds)
        for rate in (0.3, 3.0, 10.0)
        for how in (config, falling)
    ]
    measured(
        f"{equal} of {len(seeds)} learn with gradients of one length, "
        f"{max(plain)} with gradients as they are, {whole} with the whole one of one length"
    )
    assert equal >= 12
    assert max(plain) == whole == 0


@cache
def broken(seeds):
    """Runs of identity from He's weights at rate 0.32."""
    return [train(replace(BROKEN, seed=seed), data.circle(seed=seed)) for seed in seeds]


@pytest.mark.claim(
    "gradients", "with 20 seeds, these runs break in at least five different places."
)
@pytest.mark.claim(
    "gradients",
    "in all of them the loss of a batch was more than 1,000 times that of the batch before.",
)
def test_autopsies(seeds, measured):
    """Circle, 8 layers of identity, He's weights, rate 0.32: where they break, losses before."""
    runs = broken(tuple(seeds))
    assert all(run.status == "diverged" for run in runs)
    places = {(run.failure.quantity, run.failure.layer) for run in runs}
    rises = [steepest_rise(run) for run in runs]
    measured(f"{len(places)} places in {len(seeds)} runs; steepest rise at least {min(rises):.0e}")
    assert len(places) >= 5
    assert min(rises) > 1000


@pytest.mark.claim("gradients", "the step points about 60° away from the gradient.")
def test_only_signs_are_left(seeds, measured):
    """Circle, 8 layers of 16 ReLU units, He's weights, before the first update: weights alone."""
    angles = []
    for seed in seeds:
        layers = updates.weight_gradients(replace(DEEP, seed=seed), data.circle(seed=seed))
        g = np.concatenate([layer.ravel() for layer in layers])
        angles.append(updates.angle_between(g, np.clip(g, -1e-9, 1e-9)))
    measured(f"median {np.median(angles):.0f}°, {min(angles):.0f} to {max(angles):.0f}°")
    assert 53 < np.median(angles) < 67


@pytest.mark.claim("gradients", "Eight layers of ReLU at rate 1 learn with hardly any seed.")
@pytest.mark.claim(
    "gradients",
    "Eight layers of ReLU at learning rate 1 do not learn: they die or diverge.",
)
@pytest.mark.claim(
    "gradients",
    "Clipped at norm 1 or 0.1, or at value 0.01, they learn with nearly every seed.",
)
def test_clipping_rescues(seeds, measured):
    """Circle, 8 layers of ReLU, He's weights, rate 1, 60 epochs, four kinds of clipping."""
    clips = {}, {"clip_norm": 1.0}, {"clip_norm": 0.1}, {"clip_value": 0.01}
    counts = [count_learned(replace(DEEP, **clip), seeds) for clip in clips]
    runs = [train(replace(DEEP, seed=seed), data.circle(seed=seed)) for seed in seeds]
    lost = sum(run.status == "diverged" or run.dead[-1].max() == 1 for run in runs)
    measured(
        f"{counts[0]} of {len(seeds)} learn without clipping ({lost} have died or diverged), "
        f"{counts[1]} and {counts[2]} by norm, {counts[3]} by value"
    )
    assert counts[0] <= 3
    assert lost >= 17
    assert min(counts[1:]) >= 17


@pytest.mark.claim("gradients", "Most gradients are shorter than 1, and these it does not touch.")
@pytest.mark.claim("gradients", "nearly all of them early in the training.")
def test_it_cuts_early_gradients(seeds, measured):
    """The same, 30 epochs, clipped at norm 1: which of the 480 updates it shortens."""
    early = every = 0
    shares = []
    for seed in seeds:
        config = replace(DEEP, epochs=30, clip_norm=1.0, seed=seed)
        run = train(config, data.circle(seed=seed))
        cut = np.sum(run.grad_norm**2, axis=1) > 1
        early, every = early + cut[: len(cut) // 5].sum(), every + cut.sum()
        shares.append(cut.mean())
    measured(f"{np.median(shares):.0%} in the median; {early} of {every} in the first fifth")
    assert max(shares) < 0.5
    assert early > 0.8 * every


@pytest.mark.claim(
    "gradients",
    "eight layers of sigmoid learn with no seed at rate 0.1, 1 or 10, clipped at norm 1 or not.",
)
def test_clipping_makes_no_depth_trainable(seeds, measured):
    """Circle, 8 layers of sigmoid, Xavier's weights, 60 epochs."""
    counts = [
        count_learned(replace(SIGMOID, learning_rate=rate, clip_norm=clip), seeds)
        for rate in (0.1, 1.0, 10.0)
        for clip in (None, 1.0)
    ]
    measured(f"{max(counts)} of {len(seeds)} at each of three rates, with clipping and without")
    assert max(counts) == 0


@pytest.mark.claim(
    "gradients",
    "learn with nearly every seed without clipping, and with none clipped at norm 0.1.",
)
@pytest.mark.claim(
    "gradients",
    "Nearly all their gradients are longer than that, so that clipping is nothing but a smaller "
    "rate: at rate 0.1 the clipped ones learn, too.",
)
def test_clipping_can_hurt(seeds, measured):
    """Circle, 4 layers of ReLU from large weights, 60 epochs, rate 0.003 and 0.1."""
    free = count_learned(LARGE, seeds)
    slow, fast = (
        count_learned(replace(LARGE, clip_norm=0.1, learning_rate=rate), seeds)
        for rate in (0.003, 0.1)
    )
    shares = []
    for seed in seeds:
        run = train(replace(LARGE, clip_norm=0.1, seed=seed), data.circle(seed=seed))
        shares.append(np.mean(np.sum(run.grad_norm**2, axis=1) > 0.01))
    measured(
        f"{free} of {len(seeds)} without, {slow} clipped, {fast} clipped at rate 0.1; "
        f"{min(shares):.0%} or more of the gradients are longer"
    )
    assert free >= 17
    assert slow <= 2
    assert fast >= 17
    assert min(shares) > 0.9


# --- how deep -----------------------------------------------------------------------------------

# Seeds 0 to 19 chose the best rates, 20 to 39 stand in the table.
OTHERS = 40


def count_others(activation, init, batch_norm, depth, rate, seeds):
    config = depths.config_of(activation, init, batch_norm, depth, rate)
    return count_learned(config, [OTHERS + seed for seed in seeds])


@pytest.mark.claim(
    "gradients",
    "At 32 layers and rate 0.01, ReLU learns with nearly every seed from He's weights, and with "
    "none from Xavier's.",
)
@pytest.mark.claim(
    "gradients",
    "Tanh learns at 32 layers with nearly every seed from orthogonal weights",
)
def test_first_weights_that_fit(seeds, measured):
    """Circle, 32 layers of 16, rate 0.01, 60 epochs."""
    kinds = ("relu", "he_normal"), ("relu", "xavier_normal"), ("tanh", "orthogonal")
    he, xavier, tanh = (count_others(*kind, False, 32, 0.01, seeds) for kind in kinds)
    measured(f"ReLU {he} of {len(seeds)} from He's, {xavier} from Xavier's; tanh {tanh}")
    assert he >= 15
    assert xavier <= 1
    assert tanh >= 16


@pytest.mark.claim(
    "gradients",
    "With 4 layers, sigmoid from Xavier's or He's weights learns at none of the ten rates.",
)
@pytest.mark.claim(
    "gradients",
    "From large weights 4 layers do learn: as in the chain, they make up for the slope.",
)
def test_sigmoid_needs_large_weights(seeds, measured):
    """Circle, 4 layers of 16 sigmoid units, ten rates, 60 epochs; chains of the same width."""
    counts = [
        count_others("sigmoid", init, False, 4, rate, seeds[:20])
        for init in ("xavier_normal", "he_normal")
        for rate in depths.RATES
    ]
    large = count_others("sigmoid", "large_normal", False, 4, 0.3, seeds)
    small, big = (
        np.array([draw_chain("sigmoid", init, 16, 4, seed=seed).factor for seed in seeds])
        for init in ("xavier_normal", "large_normal")
    )
    measured(
        f"at most {max(counts)} of {len(seeds)} at any rate, {large} from large weights, where a "
        f"layer leaves {np.median(big):.2f} of the gradient instead of {np.median(small):.2f}"
    )
    assert max(counts) <= 1
    assert large >= 16
    assert (big > 2 * small).all()


@pytest.mark.claim(
    "gradients",
    "ReLU with He's weights at rate 0.1 learns with nearly every seed at 2 layers, and with none "
    "at 32, where most learn at 0.003 or 0.01.",
)
def test_a_rate_that_fits_the_depth(seeds, measured):
    """Circle, 2 and 32 layers of 16 ReLU units, He's weights, 60 epochs."""
    kind = "relu", "he_normal", False
    shallow, deep, *smaller = (
        count_others(*kind, depth, rate, seeds)
        for depth, rate in ((2, 0.1), (32, 0.1), (32, 0.003), (32, 0.01))
    )
    measured(
        f"at 0.1 {shallow} of {len(seeds)} with 2 layers, {deep} with 32; with 32 {smaller[0]} at "
        f"0.003, {smaller[1]} at 0.01"
    )
    assert shallow >= 17
    assert deep <= 2
    assert min(smaller) > 10


@pytest.mark.claim("gradients", "with it, 32 layers of sigmoid learn with most seeds.")
@pytest.mark.claim(
    "gradients",
    "But 32 layers of ReLU with He's weights, which learn without it, learn with hardly any seed "
    "with it.",
)
def test_batch_norm_helps_and_hurts(seeds, measured):
    """Circle, 32 layers of 16, 60 epochs: sigmoid at 0.01, ReLU at 0.01, 0.1 and 0.3."""
    sigmoid = count_others("sigmoid", "he_normal", True, 32, 0.01, seeds)
    relu = [count_others("relu", "he_normal", True, 32, r, seeds) for r in (0.01, 0.1, 0.3)]
    measured(f"sigmoid {sigmoid} of {len(seeds)}, ReLU at most {max(relu)}")
    assert sigmoid >= 13
    assert max(relu) <= 5


@pytest.mark.claim(
    "gradients",
    "At first weights, batch norm with ReLU makes gradients explode, by about 1.2 per layer.",
)
def test_batch_norm_explodes(seeds, measured):
    """Chains of 30 layers of 64 ReLU units with batch norm, 64 samples."""
    made = [
        draw_chain("relu", "he_normal", 64, 30, seed=seed, batch_norm=True).factor for seed in seeds
    ]
    measured(f"{min(made):.2f} to {max(made):.2f}")
    assert 1.1 < min(made) <= max(made) < 1.3


@pytest.mark.claim(
    "gradients",
    "two inputs that differ by 0.001 differ after 32 layers by 50 times as much or more, in most "
    "draws; without it they stay close.",
)
def test_batch_norm_pulls_apart(seeds, measured):
    """64 samples of the circle, two of them 0.001 apart, 32 layers of 16 ReLU units, He's."""
    apart = {False: [], True: []}
    for seed in seeds:
        split = data.circle(seed=seed)
        X = split.X_train[:64].astype(float)
        X[1] = X[0] + [1e-3, 0]
        for on, found in apart.items():
            config = TrainConfig(hidden=(16,) * 32, batch_norm=on, seed=seed, dtype="float64")
            plan = make_plan(config, split)
            _, steps = forward(plan.unflatten(plan.w), plan.config, X, training=True)
            h = steps[-1].h
            size = np.sqrt(np.mean(np.sum(h**2, axis=1)))
            found.append(np.linalg.norm(h[1] - h[0]) / size)
    far = int(np.sum(np.array(apart[True]) > 0.05))
    measured(
        f"of the size of a sample: {np.median(apart[True]):.2f} with it, above 0.05 in {far} of "
        f"{len(seeds)}; {np.median(apart[False]):.4f} without, at most {max(apart[False]):.3f}"
    )
    assert far >= 12
    assert np.median(apart[False]) < 0.005


@pytest.mark.claim("gradients", "It is not the depth: it is He's weights, which are made for ReLU.")
@pytest.mark.claim(
    "gradients",
    "Without ReLU to take away half of the signal, each layer multiplies it by √2.",
)
def test_deep_linear_networks(seeds, measured):
    """Circle, 6 layers of identity, rate 0.2, 60 epochs; chains of 6 layers of 64."""
    config = TrainConfig(hidden=(16,) * 6, activation="identity", learning_rate=0.2, epochs=60)
    lost = {
        init: sum(
            train(replace(config, init=init, seed=s), data.circle(seed=s)).status == "diverged"
            for s in seeds
        )
        for init in ("he_normal", "xavier_normal", "orthogonal")
    }
    factors = [
        draw_chain("identity", "he_normal", 64, 6, seed=seed).signal[-1] ** (1 / 6)
        for seed in seeds
    ]
    measured(
        f"diverged: {lost['he_normal']} of {len(seeds)} from He's weights, {lost['xavier_normal']} "
        f"from Xavier's, {lost['orthogonal']} from orthogonal; factor {np.median(factors):.3f}"
    )
    assert lost["he_normal"] >= 18
    assert max(lost["xavier_normal"], lost["orthogonal"]) <= 2
    assert np.median(factors) == pytest.approx(2**0.5, rel=0.03)


# --- symmetry -----------------------------------------------------------------------------------


def pair(init, activation, dropout, seed):
    """A run of two layers of 8 units on the circle, rate 0.3, 30 epochs, and its data."""
    split = data.circle(seed=seed)
    config = TrainConfig(
        hidden=(8, 8), init=init, activation=activation, dropout=dropout, learning_rate=0.3,
        epochs=30, seed=seed,
    )  # fmt: skip
    return train(config, split), split


def kinds_of(run):
    return {symmetry.distinct_units(run.params, layer) for layer in (0, 1)}


@pytest.mark.claim(
    "gradients",
    "From constant weights, all 8 units of a layer are still one and the same after 30 epochs, and "
    "no network has learned; from random weights all 8 differ, and nearly all networks have "
    "learned.",
)
@pytest.mark.claim(
    "gradients",
    "Rounding is no luck: the same operations on the same numbers are rounded the same way.",
)
def test_equal_units_stay_equal(seeds, measured):
    """Circle, two layers of 8 ReLU units: constant and He's first weights, compared bit for bit."""
    equal, learned = {}, {}
    for init in ("constant", "he_normal"):
        made = [pair(init, "relu", 0.0, seed) for seed in seeds]
        equal[init] = [kinds_of(run) for run, _ in made]
        learned[init] = sum(has_learned(*one) for one in made)
    measured(
        f"learned: {learned['constant']} of {len(seeds)} from constant, {learned['he_normal']} "
        "from random weights; kinds of units 1 and 8, with every seed"
    )
    assert equal["constant"] == [{1}] * len(seeds)
    assert equal["he_normal"] == [{8}] * len(seeds)
    assert learned["constant"] == 0
    assert learned["he_normal"] >= 17


@pytest.mark.claim("gradients", "But that is too little: no network learns.")
def test_a_last_digit_is_too_little(seeds, measured):
    """The same with 9 units, from constant weights: how far the weights of a layer are apart."""
    apart, learned = [], 0
    for seed in seeds:
        split = data.circle(seed=seed)
        config = TrainConfig(
            hidden=(9, 9), init="constant", learning_rate=0.3, epochs=30, seed=seed
        )
        run = train(config, split)
        apart.append(max(np.ptp(layer.W, axis=1).max() for layer in run.params[:2]))
        learned += has_learned(run, split)
    measured(f"at most {max(apart):.0e}; {learned} of {len(seeds)} learn")
    assert max(apart) < 0.01
    assert learned == 0


@pytest.mark.claim("gradients", "with dropout all 8 differ.")
def test_dropout_breaks_the_symmetry(seeds, measured):
    """The same from constant weights, dropout 0.2."""
    whole = sum(kinds_of(pair("constant", "relu", 0.2, seed)[0]) == {8} for seed in seeds)
    measured(f"in both layers, with {whole} of {len(seeds)} seeds")
    assert whole >= 19


@pytest.mark.claim("gradients", "no weight ever moves from 0")
@pytest.mark.claim("gradients", "Only the biases of the outputs move.")
@pytest.mark.claim("gradients", "the weights do move, all units of a layer alike.")
def test_zeros(seeds, measured):
    """The same from zeros: ReLU, tanh, GELU; and sigmoid, softplus."""
    for name in ("relu", "tanh", "gelu", "sigmoid", "softplus"):
        for seed in seeds:
            run, _ = pair("zeros", name, 0.0, seed)
            moved = {symmetry.has_moved(run, layer) for layer in (0, 1, 2)}
            still = [np.all(layer.b == 0) for layer in run.params]
            if name in ("sigmoid", "softplus"):
                assert moved == {True}
                assert kinds_of(run) == {1}
            else:
                assert moved == {False}
                assert still == [True, True, False]
    measured(f"with all {len(seeds)} seeds, for three activations, and for two others")


# --- traps --------------------------------------------------------------------------------------


@pytest.mark.claim(
    "gradients",
    "in 16 layers of tanh from small weights, that of the first layer is too small for float32.",
)
def test_vanished_gradients_can_be_0(seeds, measured):
    """Circle, 16 layers of 16 tanh units, small weights, one epoch, both types of number."""
    config = TrainConfig(hidden=(16,) * 16, activation="tanh", init="small_normal", epochs=1)
    largest = {
        dtype: [
            train(replace(config, dtype=dtype, seed=seed), data.circle(seed=seed)).grad_norm[:, 0]
            for seed in seeds
        ]
        for dtype in ("float32", "float64")
    }
    measured(
        f"in float64 {np.median(largest['float64']):.0e}; in float32 "
        f"{np.max(largest['float32']):.0e}"
    )
    assert np.max(largest["float32"]) == 0
    assert np.min(largest["float64"]) > 0


@pytest.mark.claim("gradients", "Vanished gradients are tiny, but here not 0.")
@pytest.mark.claim(
    "gradients",
    "Behind a dead layer, all of whose units give 0 for every sample, they are exactly 0.",
)
@pytest.mark.claim("gradients", "A model that is too weak has gradients of the usual size")
@pytest.mark.claim("gradients", "weights that a penalty has pulled to 0 leave no gradient either.")
def test_stuck_for_other_reasons(seeds, measured):
    """Circle, 40 epochs: the first layer's gradient in the last 20 updates of runs at ln 2."""
    cases = {
        "vanished": replace(SIGMOID, hidden=(16,) * 6, epochs=40),
        "dead": TrainConfig(hidden=(16,) * 8, learning_rate=0.7, epochs=40),
        "weak": TrainConfig(activation="identity", init="xavier_normal", epochs=40),
        "penalty": TrainConfig(l2=1.0, epochs=40),
    }
    found = {name: [] for name in cases}
    for name, config in cases.items():
        for seed in seeds:
            split = data.circle(seed=seed)
            run = train(replace(config, seed=seed), split)
            stuck = abs(run.train_loss[-1] - guessing_loss(split)) < 0.05
            if run.status == "finished" and stuck and (name != "dead" or run.dead[-1].max() == 1):
                found[name].append(run.grad_norm[-20:, 0].max())
    counts = ", ".join(f"{name} {len(sizes)}" for name, sizes in found.items())
    measured(
        f"runs that are stuck, of {len(seeds)}: {counts}; largest gradients of the first layer "
        + ", ".join(f"{name} {np.median(sizes):.0e}" for name, sizes in found.items())
    )
    assert min(len(sizes) for sizes in found.values()) >= 5
    assert 0 < min(found["vanished"]) <= max(found["vanished"]) < 1e-3
    assert max(found["dead"]) == 0
    assert min(found["weak"]) > 0.03
    assert max(found["penalty"]) < 1e-6


@pytest.mark.claim("gradients", "the norm at first weights grows more than threefold")
def test_a_norm_grows_with_the_width(seeds, measured):
    """Circle, two layers of 16 and of 512 ReLU units, He's weights, gradient of the weights."""
    norms = []
    for width in (16, 512):
        found = []
        for seed in seeds:
            config = TrainConfig(hidden=(width, width), seed=seed)
            layers = updates.weight_gradients(config, data.circle(n=100, seed=seed))
            found.append(np.sqrt(sum(np.sum(layer**2) for layer in layers)))
        norms.append(np.median(found))
    measured(f"{norms[0]:.1f} with 16 units, {norms[1]:.1f} with 512")
    assert norms[1] > 3 * norms[0]
