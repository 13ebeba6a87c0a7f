"""Lesson 06, sentence by sentence: what it says that runs do, tried over many seeds."""

import inspect
from functools import cache

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from lessons import TrainConfig, data, initializers, predict, train
from lessons import activations as functions
from lessons.activations import ACTIVATIONS, Activation, sigmoid, sigmoid_derivative, softmax
from lessons.experiments.activations.collapse import boundary, collapse
from lessons.experiments.activations.saturation import count_dead, flat_shares
from lessons.experiments.activations.softmax import jacobian
from lessons.losses import cross_entropy, cross_entropy_gradient
from lessons.network import forward
from lessons.parameters import Layer, Params
from lessons.verdict import guessing_loss
from widgets import activations
from widgets.activations.network import GOOD

pytestmark = pytest.mark.usefixtures("compiled")

QUICK = ("tanh", "relu", "leaky_relu", "elu", "silu", "gelu", "gelu_tanh")


@cache
def spiral_run(
    activation,
    seed,
    learning_rate=0.2,
    epochs=40,
    hidden=(16, 16),
    init="he_normal",
    engine="auto",
):
    """A run of the panel, which sets these."""
    config = TrainConfig(
        activation=activation, learning_rate=learning_rate, epochs=epochs, hidden=hidden,
        init=init, seed=seed,
    )  # fmt: skip
    return train(config, data.spiral(seed=seed), engine)


def right(run):
    return run.val_accuracy[run.completed_epochs]


def rights(activation, seeds, **settings):
    """Shares of unseen samples right, seed by seed."""
    return np.array([right(spiral_run(activation, seed, **settings)) for seed in seeds])


def good(activation, seeds, **settings):
    """In how many runs 85% of the unseen samples are right."""
    return int(np.sum(rights(activation, seeds, **settings) > GOOD))


def dead_units(activation, seeds, epoch=-1, **settings):
    """How many of the 32 units are dead, seed by seed."""
    counts = []
    for seed in seeds:
        run, X = spiral_run(activation, seed, **settings), data.spiral(seed=seed).X_train
        counts.append(count_dead(flat_shares(run.snapshots[epoch], run.config, X))[0])
    return np.array(counts)


def spread(values, digits=2):
    """Write a median with the range around it."""
    low, middle, high = np.percentile(values, [0, 50, 100])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


# One function and its slope


def test_silu_and_gelu_fall_reach_a_lowest_point_and_rise_again():
    z = np.linspace(-5, 0, 4001)  # further out, numbers round to 0
    for name in ("silu", "gelu", "gelu_tanh"):
        slopes = ACTIVATIONS[name].derivative(z)
        assert np.sum(np.diff(np.sign(slopes)) != 0) == 1
        assert slopes[0] <= 0 < slopes[-1]
    for name in set(ACTIVATIONS) - {"silu", "gelu", "gelu_tanh"}:
        assert (ACTIVATIONS[name].derivative(z) >= 0).all()


def test_a_slope_of_a_quarter_leaves_less_than_a_thousandth_after_six_layers():
    assert sigmoid_derivative(np.array([0.0]))[0] ** 6 < 0.001


# The edge of identity


@pytest.mark.claim("activations", "The identity network draws a straight edge, at any depth.")
def test_identity_draws_a_straight_edge_at_any_depth(seeds, measured):
    """Spiral, 1 to 6 layers, rate 0.02: its answers against the sign of one linear form."""
    most = 0
    for seed, depth in np.ndindex(len(seeds), 6):
        run = spiral_run("identity", seed, learning_rate=0.02, hidden=(16,) * (depth + 1))
        assert run.status == "finished"
        one = collapse(run.params)
        # Anywhere in the plane, that form says which class is the likelier.
        X = np.random.default_rng(seed).uniform(-2, 2, (500, 2)).astype(np.float32)
        p = predict(run.params, run.config, X)
        assert np.abs(p - softmax(X @ one.W + one.b)).max() < 1e-4
        normal, offset = boundary(one)
        score = X @ normal + offset
        clear = np.abs(score) > 1e-4
        assert np.array_equal((p[:, 1] > 0.5)[clear], (score > 0)[clear])
        most = max(most, right(run))
    assert most < 0.7
    measured(f"the same class everywhere in all {6 * len(seeds)} runs; at most {most:.0%} right")


def diverged(init, depth, seeds):
    runs = [spiral_run("identity", seed, hidden=(16,) * depth, init=init) for seed in seeds]
    return sum(run.status == "diverged" for run in runs)


@pytest.mark.claim("activations", "At rate 0.2, identity with five or six layers diverges.")
@pytest.mark.claim(
    "activations", "Choose **Xavier normal** there, and identity diverges at no depth."
)
def test_identity_diverges_from_hes_first_weights_and_from_xaviers_at_no_depth(seeds, measured):
    """Spiral, 40 epochs, rate 0.2, 1 to 6 layers of 16, from He's and from Xavier's weights."""
    he, xavier = (
        [diverged(init, depth, seeds) for depth in range(1, 7)]
        for init in ("he_normal", "xavier_normal")
    )
    assert he[:2] == [0, 0]
    assert min(he[4:]) >= len(seeds) - 1
    assert xavier == [0] * 6
    measured(f"of {len(seeds)} with 1 to 6 layers diverge: He {he}, Xavier {xavier}")


@pytest.mark.claim(
    "activations",
    "Without a ReLU to lose that half, they make the signal about 1.4 times as large in every "
    "layer.",
)
def test_hes_first_weights_let_signals_grow_where_no_relu_halves_them(seeds, measured):
    """Root mean square after each of 6 layers of 16 over that before, at first weights."""
    growth = {}
    for name in ("identity", "relu"):
        ratios = []
        for seed in seeds:
            run = spiral_run(name, seed, learning_rate=0.02, hidden=(16,) * 6)
            X = data.spiral(seed=seed).X_train
            _, steps = forward(run.snapshots[0], run.config, X)
            sizes = [np.sqrt(np.mean(step.z**2)) for step in steps[:-1]]
            ratios.append((sizes[-1] / sizes[0]) ** (1 / 5))
        growth[name] = np.median(ratios)
    assert growth["identity"] == pytest.approx(np.sqrt(2), abs=0.15)
    assert growth["relu"] == pytest.approx(1, abs=0.15)
    measured(f"median factor: identity {growth['identity']:.2f}, ReLU {growth['relu']:.2f}")


@pytest.mark.claim("activations", "More weights are not more power here.")
def test_many_weights_without_an_activation_do_not_help(seeds, measured):
    """Spiral: identity with 6 layers of 32 at rate 0.02, ReLU with 2 of 16 at rate 0.2."""
    many = rights("identity", seeds, learning_rate=0.02, hidden=(32,) * 6)
    few = rights("relu", seeds)
    assert many.max() < 0.7
    assert few.min() > 0.85
    measured(f"right: identity {spread(many)}, ReLU {spread(few)}")


# All of them, side by side


@pytest.mark.claim(
    "activations",
    "With any other activation the edge can bend, and most of them have found the spiral after "
    "40 epochs.",
)
@pytest.mark.claim("activations", "Sigmoid has hardly begun, and softplus is slow.")
def test_most_have_found_the_spiral_sigmoid_has_hardly_begun_softplus_is_slow(seeds, measured):
    """The panel's runs: how many get 85% of the unseen samples right, and their losses."""
    found = {name: good(name, seeds) for name in ACTIVATIONS}
    assert min(found[name] for name in QUICK) >= len(seeds) - 2
    assert found["sigmoid"] == found["identity"] == 0
    assert found["softplus"] < len(seeds) / 2
    guess = [guessing_loss(data.spiral(seed=seed)) for seed in seeds]
    shares = {
        name: np.median([
            spiral_run(name, seed).train_loss[-1] / guess[seed] for seed in seeds
        ])
        for name in ("elu", "softplus", "sigmoid")
    }  # fmt: skip
    assert 1.3 * shares["elu"] < shares["softplus"] < shares["sigmoid"]
    assert shares["sigmoid"] > 0.9
    measured(
        f"of {len(seeds)} at 85%: " + ", ".join(f"{name} {n}" for name, n in found.items())
        + f"; median loss of sigmoid {shares['sigmoid']:.0%} of guessing, softplus "
        f"{shares['softplus']:.0%}"
    )  # fmt: skip


@pytest.mark.claim(
    "activations",
    "Softplus gets there with somewhat longer steps (rate 0.5; 2 is too much) or with more of "
    "them.",
)
def test_softplus_needs_longer_steps_or_more_of_them(seeds, measured):
    """Spiral: 85% of unseen samples right, at rate 0.2, 0.5 and 2, after 40 and 200 epochs."""
    slow, longer, longest, more = (
        good("softplus", seeds, **settings)
        for settings in ({}, {"learning_rate": 0.5}, {"learning_rate": 2.0}, {"epochs": 200})
    )
    assert slow < len(seeds) / 2
    assert longer > slow + len(seeds) / 4
    assert longest < longer - len(seeds) / 4
    assert more >= len(seeds) - 2
    measured(
        f"of {len(seeds)}: {slow} as it is, {longer} at rate 0.5, {longest} at rate 2, {more} "
        "after 200 epochs"
    )


@pytest.mark.claim(
    "activations",
    "For sigmoid longer steps are not enough, at any rate; it needs more of them (goal 2), or "
    "other first weights (below).",
)
def test_sigmoid_needs_more_steps_or_other_first_weights(seeds, measured, fourfold):
    """Spiral: 85% of unseen samples right at 8 rates after 40 epochs; then with more; then x4."""
    at = {
        rate: good("sigmoid", seeds, learning_rate=rate)
        for rate in (0.1, 0.2, 0.5, 1.0, 2.0, 3.2, 5.0, 10.0)
    }
    more = good("sigmoid", seeds, learning_rate=1.0, epochs=200)
    other = good("sigmoid", seeds, learning_rate=3.2, init="fourfold")
    assert max(at.values()) <= 3
    assert min(more, other) >= len(seeds) - 2
    measured(
        f"of {len(seeds)} after 40 epochs at most {max(at.values())} at rates 0.1 to 10; "
        f"{more} after 200 at rate 1; {other} with fourfold first weights at 3.2"
    )


def test_the_same_first_weights():
    first = [spiral_run(name, 3).snapshots[0] for name in ("tanh", "relu")]
    for one, other in zip(*first, strict=True):
        assert np.array_equal(one.W, other.W)


@pytest.mark.claim("activations", "GELU's tanh form is left out: its pictures are those of GELU.")
def test_gelus_tanh_form_trains_like_gelu(seeds, measured):
    """The panel's runs with both forms: their training losses, epoch by epoch."""
    apart = []
    for seed in seeds:
        exact, other = (spiral_run(name, seed).train_loss for name in ("gelu", "gelu_tanh"))
        apart.append(100 * np.abs(other / exact - 1).max())
    assert np.median(apart) < 5
    assert max(apart) < 30
    measured(f"at most {spread(apart, 1)}% apart")


# Dead units


@pytest.mark.claim("activations", "For a ReLU about half is normal: it is off for some samples "
                   "and on for others.")  # fmt: skip
def test_relu_is_off_for_about_half_of_the_samples(seeds, measured):
    """The panel's ReLU runs after 40 epochs: share of units and samples without a slope."""
    shares = [spiral_run("relu", seed).flat[-1].mean() for seed in seeds]
    assert 0.4 < min(shares) < max(shares) < 0.7
    measured(f"off for a share of {spread(shares)}")


@pytest.mark.claim(
    "activations",
    "Such a unit gets no gradient, so its weights never change again, unless the layers before it "
    "shift what it is given.",
)
def test_a_dead_unit_stays_as_it_is_unless_layers_before_it_move(seeds, measured):
    """ReLU at rate 1, units dead at some epoch: in layer 1, and in layer 2, at later epochs."""
    dead = [0, 0]
    back = 0
    for seed in seeds:
        run, X = spiral_run("relu", seed, learning_rate=1.0), data.spiral(seed=seed).X_train
        shares = [flat_shares(params, run.config, X) for params in run.snapshots]
        for layer in (0, 1):
            for unit in range(16):
                epochs = [e for e, share in enumerate(shares) if share[layer][unit] == 1]
                dead[layer] += bool(epochs)
                if epochs and layer == 0:
                    then, last = run.snapshots[epochs[0]][0], run.snapshots[-1][0]
                    assert np.array_equal(then.W[:, unit], last.W[:, unit])
                    assert then.b[unit] == last.b[unit]
                elif epochs:
                    back += shares[-1][layer][unit] < 1
    assert dead[0] > 20
    assert back > 0
    measured(
        f"all {dead[0]} dead ones in layer 1 unchanged from then on; in layer 2, {back} of "
        f"{dead[1]} came back"
    )


@pytest.mark.claim(
    "activations",
    "Bad luck in the first weights can do it, and steps that are too long do it more surely",
)
@pytest.mark.claim("activations", "The leak keeps units from dying.")
def test_first_weights_can_leave_units_dead_and_long_steps_do_more_surely(seeds, measured):
    """Dead of 32 units, ReLU and leaky ReLU: at first weights, after 40 epochs at 0.2, 1 and 2."""
    first = dead_units("relu", seeds, epoch=0)
    late = {rate: dead_units("relu", seeds, learning_rate=rate) for rate in (0.2, 1.0, 2.0)}
    leaky = [dead_units("leaky_relu", seeds, learning_rate=rate).max() for rate in (0.2, 2, 10)]
    assert 0 < first.max() < late[2.0].min()
    assert late[0.2].max() < 8
    assert max(leaky) == 0
    measured(
        f"ReLU: at first {spread(first, 0)}; after rate 0.2 {spread(late[0.2], 0)}, rate 1 "
        f"{spread(late[1.0], 0)}, rate 2 {spread(late[2.0], 0)}; leaky 0 up to rate 10"
    )


@pytest.mark.claim(
    "activations",
    "At rate 10 more than half of the units of tanh and softplus are red, too: what is flat on one "
    "side can end up there for all samples.",
)
def test_at_rate_10_more_than_half_of_the_units_are_dead_with_others_too(seeds, measured):
    """Spiral, rate 10, 40 epochs: units, of 32, whose slope is below 0.01 for all samples."""
    dead = {name: dead_units(name, seeds, learning_rate=10.0) for name in ("tanh", "softplus")}
    assert all(np.median(counts) > 16 for counts in dead.values())
    assert all(np.sum(counts >= 12) >= len(seeds) - 3 for counts in dead.values())
    measured(", ".join(f"{name} {spread(counts, 0)}" for name, counts in dead.items()))


@pytest.mark.claim(
    "activations",
    "It does not make steps of this length good ones: at rate 2 leaky ReLU has no dead unit, and "
    "gets far fewer samples right than at rate 0.2.",
)
def test_the_leak_does_not_make_long_steps_good_ones(seeds, measured):
    """Leaky ReLU on the spiral, 40 epochs, rates 0.2 and 2: unseen samples right."""
    slow, fast = (rights("leaky_relu", seeds, learning_rate=rate) for rate in (0.2, 2.0))
    assert slow.min() > 0.85
    assert np.median(fast) < np.median(slow) - 0.15
    assert np.sum(fast < slow) >= len(seeds) - 1
    measured(f"right: {spread(slow)} at 0.2, {spread(fast)} at 2")


# Sigmoid everywhere


@pytest.fixture
def fourfold(monkeypatch):
    """First weights four times as large as He's, as the lesson adds them."""
    monkeypatch.setitem(
        initializers.INITIALIZERS, "fourfold", lambda *sizes: 4 * initializers.he_normal(*sizes)
    )


@pytest.fixture
def variants(monkeypatch):
    """Sigmoid made steep, and sigmoid made zero-centered; only the readable engine takes them."""
    half = np.float32(0.5)
    steep = Activation(lambda z: sigmoid(4 * z), lambda z: 4 * sigmoid_derivative(4 * z))
    centered = Activation(lambda z: sigmoid(z) - half, sigmoid_derivative)
    monkeypatch.setitem(functions.ACTIVATIONS, "steep", steep)
    monkeypatch.setitem(functions.ACTIVATIONS, "centered", centered)


@pytest.mark.usefixtures("variants")
@pytest.mark.claim(
    "activations",
    "Tried one by one in these 40 epochs, it is the slope: made four times as steep, "
    "$\\sigma(4z)$, it learns like tanh; centered, $\\sigma(z) - 1/2$, it gets no further than "
    "before.",
)
def test_it_is_the_slope_that_holds_sigmoid_back(seeds, measured):
    """The panel's network with sigmoid, made steep, made zero-centered, and with tanh."""
    steep, centered = (rights(name, seeds, engine="numpy") for name in ("steep", "centered"))
    plain, tanh = rights("sigmoid", seeds), rights("tanh", seeds)
    assert np.median(steep) > np.median(tanh) - 0.05
    assert np.sum(steep > GOOD) >= len(seeds) - 3
    assert np.median(centered) < np.median(plain) + 0.05
    assert centered.max() < 0.8
    measured(
        f"right: sigmoid {spread(plain)}, steep {spread(steep)}, centered {spread(centered)}, "
        f"tanh {spread(tanh)}"
    )


@pytest.mark.usefixtures("variants")
@pytest.mark.claim(
    "activations",
    "At rate 1 centering does help, but not far: about three quarters of the unseen samples are "
    "right.",
)
def test_at_a_longer_step_centering_helps_but_not_far(seeds, measured):
    """The panel's network at rate 1 with sigmoid, with it made zero-centered, and with tanh."""
    centered = rights("centered", seeds, learning_rate=1.0, engine="numpy")
    plain, tanh = (rights(name, seeds, learning_rate=1.0) for name in ("sigmoid", "tanh"))
    assert np.median(plain) + 0.04 < np.median(centered) < np.median(tanh) - 0.1
    assert 0.68 < np.median(centered) < 0.84
    measured(f"right: sigmoid {spread(plain)}, centered {spread(centered)}, tanh {spread(tanh)}")


@pytest.mark.usefixtures("fourfold")
@pytest.mark.claim(
    "activations",
    "sigmoid now learns like tanh, and neither change is enough without the other.",
)
def test_fourfold_first_weights_and_the_rate_that_fits_make_sigmoid_learn(seeds, measured):
    """Sigmoid on the spiral, 40 epochs: first weights x4, rate x16, both, neither."""
    neither, rate, weights, both = (
        rights("sigmoid", seeds, learning_rate=rate, init=init)
        for init in ("he_normal", "fourfold") for rate in (0.2, 3.2)
    )  # fmt: skip
    tanh = rights("tanh", seeds)
    assert np.median(both) > np.median(tanh) - 0.05
    assert np.sum(both > GOOD) >= len(seeds) - 2
    for alone in (neither, rate, weights):
        assert np.sum(alone > GOOD) < len(seeds) / 3
    measured(
        f"right: neither {spread(neither)}, rate {spread(rate)}, weights {spread(weights)}, both "
        f"{spread(both)}; tanh {spread(tanh)}"
    )


@pytest.mark.claim(
    "activations",
    "There sigmoid can express exactly what tanh can, for $\\tanh(z) = 2\\sigma(2z) - 1$: other "
    "weights, same function.",
)
def test_sigmoid_can_express_exactly_what_tanh_can(seeds, measured):
    """Trained tanh networks written with sigmoid and other weights: their probabilities."""
    apart = 0
    for seed in seeds:
        run, split = spiral_run("tanh", seed), data.spiral(seed=seed)
        # Doubled on the way in, doubled and shifted on the way out.
        layers, scale, shift = [], 1.0, 0.0
        for layer in run.params[:-1]:
            layers.append(Layer(2 * scale * layer.W, 2 * (layer.b + shift * layer.W.sum(axis=0))))
            scale, shift = 2.0, -1.0
        last = run.params[-1]
        layers.append(Layer(scale * last.W, last.b + shift * last.W.sum(axis=0)))
        p = predict(Params(layers, "cross_entropy"), TrainConfig(activation="sigmoid"), split.X_val)
        apart = max(apart, np.abs(p - predict(run.params, run.config, split.X_val)).max())
    assert apart < 1e-4
    measured(f"at most {apart:.0e} apart")


@pytest.mark.claim(
    "activations", "give the panel six hidden layers, and sigmoid does not move at all"
)
def test_with_six_layers_sigmoid_does_not_move_at_all(seeds, measured):
    """Spiral, 40 epochs, 6 layers of 16: the loss beside guessing; and ReLU's answers."""
    least = []
    for seed in seeds:
        loss = spiral_run("sigmoid", seed, hidden=(16,) * 6).train_loss[1:]
        least.append(loss.min() / guessing_loss(data.spiral(seed=seed)))
    relu = rights("relu", seeds, hidden=(16,) * 6)
    assert min(least) > 0.98
    assert np.sum(relu > GOOD) >= len(seeds) - 2
    measured(f"sigmoid never below {min(least):.1%} of guessing; ReLU right {spread(relu)}")


# GELU against ReLU


def losses(name, rate, epoch, seeds):
    return np.array([
        spiral_run(name, seed, learning_rate=rate, epochs=100).train_loss[epoch] for seed in seeds
    ])  # fmt: skip


@pytest.mark.claim("activations", "Early in training GELU is ahead, later ReLU is.", seeds=40)
@pytest.mark.claim(
    "activations",
    "Which is ahead depends on when one looks, and on the rest of the setting.",
    seeds=40,
)
def test_gelu_is_ahead_early_and_relu_late(seeds, measured):
    """Spiral: with how many seeds GELU has the lower training loss, by epoch and rate."""
    found = {
        rate: [
            int(np.sum(losses("gelu", rate, epoch, seeds) < losses("relu", rate, epoch, seeds)))
            for epoch in (20, 40, 100)
        ]
        for rate in (0.1, 0.2, 0.5)
    }
    for rate in (0.1, 0.2):
        assert found[rate][0] > 0.7 * len(seeds)
        assert found[rate][2] < 0.5 * len(seeds)
    # What the prediction asks for: roughly half.
    assert 0.3 * len(seeds) < found[0.2][1] < 0.7 * len(seeds)
    rows = ", ".join(f"rate {rate} {wins}" for rate, wins in found.items())
    measured(f"of {len(seeds)} after 20, 40 and 100 epochs: {rows}")


@pytest.mark.claim(
    "activations",
    "After 40 epochs the learning rate matters more than the choice between these two.",
)
def test_the_rate_matters_more_than_the_choice_between_these_two(seeds, measured):
    """Spiral: median training losses after 40 epochs at rates 0.05 and 0.2."""
    medians = {
        (name, rate): np.median(losses(name, rate, 40, seeds))
        for name in ("relu", "gelu")
        for rate in (0.05, 0.2)
    }
    for name in ("relu", "gelu"):
        assert medians[name, 0.05] > 3 * medians[name, 0.2]
    for rate in (0.05, 0.2):
        assert 0.5 < medians["gelu", rate] / medians["relu", rate] < 2
    measured(", ".join(f"{name} at {rate} {loss:.2f}" for (name, rate), loss in medians.items()))


# Softmax twice


@pytest.mark.claim(
    "activations",
    "With softmax twice the loss never falls below the value in the last row, however sure the "
    "right answer is.",
)
def test_with_softmax_twice_the_loss_stays_above_a_floor(seeds, measured):
    """1,000 random pairs of logits for each seed, up to hundreds apart."""
    floor, least = np.log(1 + np.exp(-1)), np.inf
    for seed in seeds:
        z = np.random.default_rng(seed).normal(size=(1000, 2)) * 100
        least = min(least, *(cross_entropy(softmax(row[None]), np.array([0])) for row in z))
    assert floor == pytest.approx(0.313, abs=5e-4)
    assert floor - 1e-12 <= least < floor + 1e-3
    measured(f"the lowest loss is {least:.3f}, the logarithm of 1 + 1/e {floor:.3f}")


@pytest.mark.claim(
    "activations",
    "The pull is weaker everywhere, and gone just where it is needed most: where the answer is "
    "badly wrong.",
)
def test_with_softmax_twice_the_pull_is_weaker_everywhere(measured):
    """Both gradients for two logits from 15 apart one way to 15 apart the other way."""
    target, strongest = np.array([0]), 0
    for margin in np.linspace(-15, 15, 61):
        z = np.array([[margin, 0.0]])
        p = softmax(z)
        once = -cross_entropy_gradient(z, target)[0, 0]
        twice = -(cross_entropy_gradient(p, target)[0] @ jacobian(p[0]))[0]
        assert 0 < twice < once
        assert once > 0.99 or margin > -5
        assert twice < 0.01 or abs(margin) < 5
        strongest = max(strongest, twice)
    measured(f"weaker at all 61 distances; at most {strongest:.2f}, below 0.01 from 5 apart on")


# Predictions and goals


@pytest.mark.parametrize("ask", ["predict_depth", "predict_gelu", "predict_shift"])
def test_every_answer_has_a_reply_and_one_is_right(ask):
    quiz = getattr(activations, ask)()
    replies = set()
    for choice in quiz.choices:
        quiz.choose(choice.answer)
        assert quiz.reply.startswith("Right." if choice.right else "Not quite.")
        assert "nan%" not in quiz.reply
        replies.add(quiz.reply)
    assert len(replies) == 3
    assert sum(choice.right for choice in quiz.choices) == 1
    quiz.close()


GOALS = [
    {"learning_rate": 2.0},
    {"learning_rate": 0.5, "epochs": 200},
    {"data": "gaussians"},
]


def test_each_goal_can_be_reached_and_none_is_reached_at_first():
    panel = activations.panel()
    goals = activations.goals(panel)
    assert not goals.done
    for goal, settings in zip(goals.goals, GOALS, strict=True):
        panel.set(**panel.start | settings)
        assert goal in goals.done
    assert str(goals).startswith("Goals reached: 3 of 3")
    goals.close()
    panel.close()


def test_goals_can_be_reached_with_all_seeds_of_the_knob():
    seeds = range(21)
    assert (dead_units("relu", seeds, learning_rate=10.0) >= 16).all()
    assert (rights("sigmoid", seeds, learning_rate=1.0, epochs=300) >= 0.90).all()
    for seed in seeds:
        config = TrainConfig(activation="identity", learning_rate=0.2, epochs=40, seed=seed)
        assert right(train(config, data.gaussians(seed=seed))) >= 0.98


# The same knob elsewhere


def test_scikit_learns_defaults():
    parameters = inspect.signature(MLPClassifier).parameters
    assert parameters["activation"].default == "relu"
    split = data.moons(n=60)
    for name in ("relu", "tanh", "logistic", "identity"):
        model = MLPClassifier((4,), activation=name, max_iter=1, random_state=0)
        with pytest.warns(match="Maximum iterations"):
            model.fit(split.X_train, split.y_train)
        # Probabilities come out without any softmax of ours.
        assert model.predict_proba(split.X_val).sum(axis=1) == pytest.approx(1)
