"""What lesson 06 says and no cell shows: each sentence tried, with several seeds."""

import inspect
from functools import cache

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from lessons import TrainConfig, data, predict, train
from lessons import activations as functions
from lessons.activations import ACTIVATIONS, Activation, sigmoid, sigmoid_derivative, softmax
from lessons.experiments.activations.collapse import boundary, collapse
from lessons.experiments.activations.saturation import count_dead, flat_shares
from lessons.experiments.activations.softmax import jacobian
from lessons.losses import cross_entropy, cross_entropy_gradient
from lessons.parameters import Layer, Params
from lessons.verdict import guessing_loss
from widgets import activations
from widgets.activations import questions

pytestmark = pytest.mark.usefixtures("compiled")

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)
QUICK = ("tanh", "relu", "leaky_relu", "elu", "silu", "gelu", "gelu_tanh")


@cache
def spiral_run(activation, seed, learning_rate=0.2, epochs=40, hidden=(16, 16), engine="auto"):
    """A run of the panel, which sets these."""
    config = TrainConfig(
        activation=activation, learning_rate=learning_rate, epochs=epochs, hidden=hidden, seed=seed
    )
    return train(config, data.spiral(seed=seed), engine)


def right(run):
    return run.val_accuracy[run.completed_epochs]


def dead_units(activation, seed, **settings):
    run = spiral_run(activation, seed, **settings)
    return count_dead(flat_shares(run.params, run.config, data.spiral(seed=seed).X_train))[0]


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


@seeds
@pytest.mark.parametrize("depth", range(1, 7))
def test_identity_draws_a_straight_edge_at_any_depth(seed, depth):
    run = spiral_run("identity", seed, learning_rate=0.02, hidden=(16,) * depth)
    assert run.status == "finished"
    one = collapse(run.params)
    # Anywhere in the plane, the sign of one linear form says which class is the likelier.
    X = np.random.default_rng(seed).uniform(-2, 2, (500, 2)).astype(np.float32)
    p = predict(run.params, run.config, X)
    assert np.abs(p - softmax(X @ one.W + one.b)).max() < 1e-4
    normal, offset = boundary(one)
    score = X @ normal + offset
    clear = np.abs(score) > 1e-4
    assert np.array_equal((p[:, 1] > 0.5)[clear], (score > 0)[clear])
    assert right(run) < 0.65


@seeds
@pytest.mark.parametrize("depth", [4, 5, 6])
def test_at_the_panels_rate_identity_diverges_from_four_layers_on(seed, depth):
    assert spiral_run("identity", seed, hidden=(16,) * depth).status == "diverged"
    assert spiral_run("identity", seed, hidden=(16,) * 3).status == "finished"


@seeds
def test_many_weights_without_an_activation_do_not_help(seed):
    # What the replies of the prediction say.
    assert right(spiral_run("identity", seed, learning_rate=0.02, hidden=(32,) * 6)) < 0.65
    assert right(spiral_run("relu", seed)) > 0.9


# All of them, side by side


@seeds
def test_most_have_found_the_spiral_sigmoid_has_hardly_begun_softplus_is_slow(seed):
    for name in QUICK:
        assert right(spiral_run(name, seed)) > 0.85
    guess = guessing_loss(data.spiral(seed=seed))
    losses = {name: spiral_run(name, seed).train_loss[-1] for name in ACTIVATIONS}
    assert losses["sigmoid"] > 0.9 * guess
    # With seed 2 ELU is as slow as softplus.
    quick = max(losses[name] for name in QUICK if name != "elu")
    assert 1.3 * quick < losses["softplus"] < losses["sigmoid"]


@seeds
def test_more_and_longer_steps_are_enough_for_sigmoid_and_softplus(seed):
    for name in ("sigmoid", "softplus"):
        assert right(spiral_run(name, seed, learning_rate=0.5, epochs=200)) > 0.85


@seeds
def test_the_same_first_weights(seed):
    first = [spiral_run(name, seed).snapshots[0] for name in ("tanh", "relu")]
    for one, other in zip(*first, strict=True):
        assert np.array_equal(one.W, other.W)


@seeds
def test_gelus_tanh_form_trains_like_gelu(seed):
    exact, approximate = (spiral_run(name, seed) for name in ("gelu", "gelu_tanh"))
    assert approximate.train_loss == pytest.approx(exact.train_loss, rel=0.05)


# Dead units


@seeds
def test_relu_is_off_for_about_half_of_the_samples(seed):
    assert 0.4 < spiral_run("relu", seed).flat[-1].mean() < 0.65


@seeds
def test_long_steps_kill_relus_and_no_leaky_ones(seed):
    assert dead_units("relu", seed) < 8
    assert dead_units("relu", seed, learning_rate=2.0) >= 8
    for rate in (0.2, 2.0, 10.0):
        assert dead_units("leaky_relu", seed, learning_rate=rate) == 0


@seeds
def test_the_leak_does_not_make_long_steps_good_ones(seed):
    good, bad = (right(spiral_run("leaky_relu", seed, learning_rate=rate)) for rate in (0.2, 2.0))
    assert good > 0.9
    assert bad < good - 0.1


@seeds
def test_the_weights_of_a_dead_unit_in_the_first_layer_never_change_again(seed):
    run, split = spiral_run("relu", seed, learning_rate=2.0), data.spiral(seed=seed)
    dead_since = {}
    for epoch, params in enumerate(run.snapshots):
        for unit in np.flatnonzero(flat_shares(params, run.config, split.X_train)[0] == 1):
            dead_since.setdefault(int(unit), epoch)
    assert dead_since
    for unit, epoch in dead_since.items():
        then, last = run.snapshots[epoch][0], run.snapshots[-1][0]
        assert np.array_equal(then.W[:, unit], last.W[:, unit])
        assert then.b[unit] == last.b[unit]


# Sigmoid everywhere


@pytest.fixture
def variants(monkeypatch):
    """Sigmoid made steep, and sigmoid made zero-centered; only the readable engine takes them."""
    half = np.float32(0.5)
    steep = Activation(lambda z: sigmoid(4 * z), lambda z: 4 * sigmoid_derivative(4 * z))
    centered = Activation(lambda z: sigmoid(z) - half, sigmoid_derivative)
    monkeypatch.setitem(functions.ACTIVATIONS, "steep", steep)
    monkeypatch.setitem(functions.ACTIVATIONS, "centered", centered)


@pytest.mark.usefixtures("variants")
def test_it_is_the_slope_that_holds_sigmoid_back():
    for seed in SEEDS:
        steep, centered = (
            right(spiral_run(name, seed, engine="numpy")) for name in ("steep", "centered")
        )
        assert steep > right(spiral_run("tanh", seed)) - 0.06
        assert centered < 0.65
        assert right(spiral_run("sigmoid", seed)) < 0.65


@pytest.mark.usefixtures("variants")
def test_in_longer_runs_centering_helps_a_little():
    engines = {"sigmoid": "auto", "centered": "numpy", "tanh": "auto"}
    shares = {
        name: np.mean([right(spiral_run(name, seed, 0.5, 80, engine=engine)) for seed in SEEDS])
        for name, engine in engines.items()
    }
    assert shares["sigmoid"] + 0.02 < shares["centered"] < shares["tanh"] - 0.1


@seeds
def test_sigmoid_can_express_exactly_what_tanh_can(seed):
    run, split = spiral_run("tanh", seed), data.spiral(seed=seed)
    # tanh(z) = 2 σ(2z) - 1: doubled on the way in, doubled and shifted on the way out.
    layers, scale, shift = [], 1.0, 0.0
    for layer in run.params[:-1]:
        layers.append(Layer(2 * scale * layer.W, 2 * (layer.b + shift * layer.W.sum(axis=0))))
        scale, shift = 2.0, -1.0
    last = run.params[-1]
    layers.append(Layer(scale * last.W, last.b + shift * last.W.sum(axis=0)))
    config = TrainConfig(activation="sigmoid")
    p = predict(Params(layers, "cross_entropy"), config, split.X_val)
    assert p == pytest.approx(predict(run.params, run.config, split.X_val), abs=1e-4)


def test_bad_luck_in_the_first_weights_can_leave_a_unit_dead():
    dead = []
    for seed in SEEDS:
        run, split = spiral_run("relu", seed), data.spiral(seed=seed)
        dead.append(count_dead(flat_shares(run.snapshots[0], run.config, split.X_train))[0])
    assert max(dead) > 0
    # A step that is too long does it more surely.
    assert min(dead_units("relu", seed, learning_rate=2.0) for seed in SEEDS) > max(dead)


@seeds
def test_with_six_layers_sigmoid_does_not_move_at_all(seed):
    run = spiral_run("sigmoid", seed, hidden=(16,) * 6)
    guess = guessing_loss(data.spiral(seed=seed))
    assert (run.train_loss[1:] > 0.98 * guess).all()
    assert right(spiral_run("relu", seed, hidden=(16,) * 6)) > 0.9


# GELU against ReLU


@pytest.mark.parametrize(("rate", "low", "high"), [(0.2, 3, 7), (0.05, 8, 10)])
def test_gelu_is_ahead_with_half_of_the_seeds_and_where_steps_are_small_with_most(rate, low, high):
    wins = [
        spiral_run("gelu", seed, learning_rate=rate).train_loss[-1]
        < spiral_run("relu", seed, learning_rate=rate).train_loss[-1]
        for seed in range(questions.SEEDS)
    ]
    assert low <= sum(wins) <= high


def test_the_rate_matters_more_than_the_choice_between_these_two():
    losses = {
        (name, rate): np.median(
            [spiral_run(name, seed, learning_rate=rate).train_loss[-1] for seed in range(10)]
        )
        for name in ("relu", "gelu")
        for rate in (0.05, 0.2)
    }
    for name in ("relu", "gelu"):
        assert losses[name, 0.05] > 2 * losses[name, 0.2]
    for rate in (0.05, 0.2):
        assert 0.5 < losses["gelu", rate] / losses["relu", rate] < 2


# Softmax twice


@seeds
def test_with_softmax_twice_the_loss_stays_above_a_floor(seed):
    z = np.random.default_rng(seed).normal(size=(1000, 2)) * 100
    target = np.zeros(1000, int)
    losses = [cross_entropy(softmax(row[None]), target[:1]) for row in z]
    floor = np.log(1 + np.exp(-1))
    assert min(losses) == pytest.approx(floor, abs=1e-3)
    assert floor == pytest.approx(0.313, abs=5e-4)
    assert min(losses) >= floor - 1e-12


def test_with_softmax_twice_the_pull_is_weaker_everywhere():
    target = np.array([0])
    for margin in np.linspace(-15, 15, 61):
        z = np.array([[margin, 0.0]])
        p = softmax(z)
        once = -cross_entropy_gradient(z, target)[0, 0]
        twice = -(cross_entropy_gradient(p, target)[0] @ jacobian(p[0]))[0]
        assert 0 < twice < once
        assert once > 0.99 or margin > -5
        assert twice < 0.01 or abs(margin) < 5


# Predictions and goals


@pytest.mark.parametrize("ask", ["predict_depth", "predict_gelu", "predict_shift"])
def test_every_answer_has_a_reply_and_one_is_right(ask):
    quiz = getattr(activations, ask)()
    replies = set()
    for choice in quiz.choices:
        quiz.choose(choice.answer)
        assert quiz.reply.startswith("Right." if choice.right else "Not quite.")
        assert "nan %" not in quiz.reply
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


@seeds
def test_goals_can_be_reached_with_other_seeds(seed):
    assert dead_units("relu", seed, learning_rate=2.0) >= 16
    assert right(spiral_run("sigmoid", seed, learning_rate=1.0, epochs=300)) >= 0.90
    split = data.gaussians(seed=seed)
    run = train(TrainConfig(activation="identity", learning_rate=0.2, epochs=40, seed=seed), split)
    assert right(run) >= 0.98


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
