"""The readable network: naive loops, gradients of everything, and prediction."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import (
    NAIVE_LOSSES,
    central_difference,
    naive_batch_norm,
    naive_softmax,
    samples,
)

from lessons import TrainConfig, data, decision_map, predict, train
from lessons.activations import ACTIVATIONS
from lessons.batch_norm import batch_norm_place
from lessons.evaluation import evaluate, gradient_at, loss_surface
from lessons.losses import LOSSES
from lessons.network import backward, forward
from lessons.parameters import Layer, Params, count_parameters, flatten, parts, unflatten
from lessons.plan import layer_sizes
from lessons.regularization import dropout_mask

DEPTHS = [(3, 2), (2, 4, 3), (3, 4, 2, 2), (1, 3, 1, 4, 2), (2, 3, 4, 3, 2, 3)]

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_loss = pytest.mark.parametrize("loss", LOSSES)
every_place = pytest.mark.parametrize("place", [False, "before", "after"])
depths = pytest.mark.parametrize("sizes", DEPTHS, ids=lambda sizes: f"{len(sizes) - 2} hidden")


def settings(**knobs):
    return TrainConfig(**{"dtype": "float64", "bn_eps": 1e-3} | knobs)


def example(sizes, loss, batch_norm=False, seed=0):
    """Random parameters, all biases included, and a batch of 5 samples; the sizes of the loss."""
    rng = np.random.default_rng(seed)
    task = LOSSES[loss].task
    sizes = (*sizes[:-1], 1) if task == "two classes" else sizes
    w = rng.normal(size=length(sizes, batch_norm))
    for layer in unflatten(w, sizes, loss, batch_norm)[:-1]:
        if batch_norm:
            np.exp(layer.running_var, out=layer.running_var)
    X = rng.normal(size=(5, sizes[0]))
    if task == "regression":
        return w, X, rng.normal(size=(5, sizes[-1])), sizes
    return w, X, rng.integers(0, 2 if task == "two classes" else sizes[-1], 5), sizes


def length(sizes, batch_norm):
    """How long the vector of all arrays is: running averages are there, but not trained."""
    return count_parameters(sizes, batch_norm) + (2 * sum(sizes[1:-1]) if batch_norm else 0)


def naive_forward(params, config, X, training=False):
    """Unit by unit and sample by sample, without dropout."""
    f, place = ACTIVATIONS[config.activation].function, batch_norm_place(config.batch_norm)
    H = [list(x) for x in X]
    for depth, layer in enumerate(params):
        Z = [
            [b + sum(h[i] * layer.W[i, j] for i in range(len(h))) for j, b in enumerate(layer.b)]
            for h in H
        ]
        if depth == len(params) - 1:
            return Z
        known = () if training else (layer.running_mean, layer.running_var)
        norm = (layer.gamma, layer.beta, config.bn_eps, *known)
        Z = naive_batch_norm(Z, *norm) if place == "before" else Z
        H = [[float(f(np.array(z))) for z in row] for row in Z]
        H = naive_batch_norm(H, *norm) if place == "after" else H


@every_activation
@depths
def test_forward_against_loops(activation, sizes):
    w, X, _, _ = example(sizes, "mse")
    params, config = unflatten(w, sizes), settings(activation=activation)
    outputs, steps = forward(params, config, X)
    assert np.allclose(outputs, naive_forward(params, config, X), rtol=1e-10)
    assert np.array_equal(steps[-1].z, outputs)
    assert [step.h.shape for step in steps] == [(5, n) for n in sizes[:-1]]
    assert [step.z.shape for step in steps] == [(5, n) for n in sizes[1:]]


@depths
@pytest.mark.parametrize("place", [True, "before", "after"])
@pytest.mark.parametrize("training", [False, True])
def test_forward_with_batch_norm_against_loops(training, place, sizes):
    w, X, _, _ = example(sizes, "mse", batch_norm=True)
    params = unflatten(w, sizes, batch_norm=True)
    config = settings(activation="tanh", batch_norm=place)
    outputs, steps = forward(params, config, X, training)
    assert np.allclose(outputs, naive_forward(params, config, X, training), rtol=1e-8)
    assert all(step.normalized.own == training for step in steps[:-1])
    assert np.array_equal(flatten(params), w)


@every_place
def test_dropout_comes_last_in_a_hidden_layer_and_only_in_training(place):
    sizes = (3, 6, 5, 2)
    w, X, _, _ = example(sizes, "mse", bool(place))
    params = unflatten(w, sizes, batch_norm=bool(place))
    config = settings(dropout=0.4, batch_norm=place)
    outputs, steps = forward(params, config, X, training=True, rng=np.random.default_rng(7))
    rng = np.random.default_rng(7)
    for depth, (step, after) in enumerate(pairwise(steps)):
        assert np.array_equal(step.mask, dropout_mask(rng, (5, sizes[depth + 1]), 0.4))
        h = ACTIVATIONS["relu"].function(step.z)
        if place == "after":
            h = params[depth].gamma * step.normalized.z_hat + params[depth].beta
        assert np.allclose(after.h, h * step.mask, rtol=1e-12)
    assert steps[-1].mask is None
    evaluated, _ = forward(params, config, X)
    assert np.array_equal(evaluated, forward(params, replace(config, dropout=0.0), X)[0])
    assert not np.allclose(outputs, evaluated)


def test_dropout_changes_the_mean_of_no_unit():
    w, X, _, _ = example((3, 6, 2), "mse")
    params, config = unflatten(w, (3, 6, 2)), settings(dropout=0.4)
    rng = np.random.default_rng(0)
    draws = np.array([forward(params, config, X, True, rng)[0] for _ in range(3000)])
    error = draws.std(axis=0) / math.sqrt(3000)
    assert (np.abs(draws.mean(axis=0) - forward(params, config, X)[0]) < 5 * error).all()


# Gradients


def check_backward(sizes, loss, **knobs):
    """Compare with the slope of the loss in training mode, the same units left out every time."""
    config = settings(**knobs)
    batch_norm = bool(config.batch_norm)
    w, X, y, sizes = example(sizes, loss, batch_norm)

    def run(w):
        params = unflatten(w, sizes, loss, batch_norm)
        return params, *forward(params, config, X, True, np.random.default_rng(7))

    params, outputs, steps = run(w)
    gradients = backward(params, config, steps, LOSSES[loss].gradient(outputs, y))
    assert [[part.shape for part in layer if part is not None] for layer in gradients] == parts(
        sizes, batch_norm
    )
    slope = central_difference(lambda w: LOSSES[loss].function(run(w)[1], y), w)
    assert np.allclose(flatten(gradients), slope, rtol=1e-5, atol=1e-7)
    for layer in gradients[:-1] if batch_norm else []:
        assert not layer.running_mean.any()
        assert not layer.running_var.any()
        assert config.batch_norm == "after" or not layer.b.any()


@every_loss
@depths
@every_place
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_backward_is_the_slope_in_every_parameter(loss, sizes, place, dropout):
    check_backward(sizes, loss, activation="tanh", batch_norm=place, dropout=dropout)


@every_activation
@every_place
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_backward_goes_through_every_activation(activation, place, dropout):
    sizes = (2, 4, 3, 3)
    check_backward(sizes, "cross_entropy", activation=activation, batch_norm=place, dropout=dropout)


@pytest.mark.parametrize("outputs", [None, 2])
@every_place
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_gradient_of_a_trained_network_is_the_slope_without_dropout(outputs, place, dropout):
    split = samples("regression", outputs=outputs)
    config = settings(hidden=(4, 3), activation="tanh", epochs=2, batch_norm=place, dropout=dropout)
    run = train(config, split, engine="numpy")
    plain, y = replace(config, dropout=0.0), split.y_train.reshape(40, -1)

    def loss_at(w):
        layers = unflatten(w, (3, 4, 3, outputs or 1), "mse", bool(place))
        return np.mean((forward(layers, plain, split.X_train, training=True)[0] - y) ** 2)

    slope = central_difference(loss_at, flatten(run.params))
    found = gradient_at(run.params, config, split.X_train, split.y_train)
    assert np.allclose(found, slope, rtol=1e-5, atol=1e-8)


@every_loss
@every_place
def test_everything_is_computed_in_the_type_of_the_parameters(loss, place):
    config, params, split = trained(loss, place, "float32")
    X, y = split.X_val, split.y_val
    y = y[:, None] if LOSSES[loss].task == "regression" else y
    outputs, steps = forward(params, config, X, True, np.random.default_rng(0))
    gradients = backward(params, config, steps, LOSSES[loss].gradient(outputs, y))
    for vector in (outputs, flatten(params), flatten(gradients), gradient_at(params, config, X, y)):
        assert vector.dtype == np.float32


# Evaluation


def trained(loss, batch_norm=False, dtype="float64"):
    """A config with everything that evaluation must leave alone, a run of it, and its data."""
    task = LOSSES[loss].task
    outputs = {"two classes": 2, "classification": 3, "regression": None}[task]
    split = samples("regression" if task == "regression" else "classification", outputs=outputs)
    config = TrainConfig(
        hidden=(4, 3), loss=loss, batch_norm=batch_norm, dropout=0.3, l1=0.1, l2=0.1, epochs=2,
        learning_rate=0.01, dtype=dtype,
    )  # fmt: skip
    return config, train(config, split, engine="numpy").params, split


@every_loss
@every_place
def test_evaluate_against_loops(loss, place):
    config, params, split = trained(loss, place)
    X, y = split.X_val, split.y_val
    outputs = naive_forward(params, config, X)
    found, right = evaluate(params, config, X, y)
    if LOSSES[loss].task == "regression":
        assert found == pytest.approx(NAIVE_LOSSES[loss](outputs, [[value] for value in y]))
        assert math.isnan(right)
    else:
        chosen = [max(range(len(z)), key=z.__getitem__) if z[1:] else z[0] > 0 for z in outputs]
        assert found == pytest.approx(NAIVE_LOSSES[loss](outputs, y))
        assert right == sum(a == b for a, b in zip(chosen, y, strict=True)) / len(y)


def test_evaluate_takes_one_column_of_values_and_no_samples_at_all():
    config, params, split = trained("mse")
    flat = evaluate(params, config, split.X_val, split.y_val)
    column = evaluate(params, config, split.X_val, split.y_val[:, None])
    assert flat[0] == column[0]
    assert np.isnan(evaluate(params, config, split.X_test, split.y_test)).all()


def test_of_one_class_every_answer_is_right():
    split, config = samples(outputs=1), settings(epochs=1)
    params = train(config, split, engine="numpy").params
    assert evaluate(params, config, split.X_train, split.y_train) == (0, 1)


@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "mae"])
@every_place
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_loss_surface_is_the_loss_of_moved_parameters(loss, place, dtype):
    config, params, split = trained(loss, place, dtype)
    w, rng = flatten(params), np.random.default_rng(0)
    directions = rng.normal(size=(2, len(w))).astype(dtype)
    a, b = np.linspace(0, 2, 4), [0, 0.5, 1]
    losses = loss_surface(params, config, split.X_val, split.y_val, directions, a, b)
    assert losses.shape == (3, 4)
    sizes = (3, 4, 3, len(params[-1].b))
    for row, column in np.ndindex(3, 4):
        moved = (w + a[column] * directions[0] + b[row] * directions[1]).astype(dtype)
        layers = unflatten(moved, sizes, loss, bool(place))
        for depth, layer in enumerate(params):  # the running averages stay
            averages = {"running_mean": layer.running_mean, "running_var": layer.running_var}
            layers[depth] = layers[depth]._replace(**averages)
        expected, _ = evaluate(layers, config, split.X_val, split.y_val)
        assert losses[row, column] == pytest.approx(expected, rel=1e-4)
    assert losses[0, 0] == evaluate(params, config, split.X_val, split.y_val)[0]
    assert np.array_equal(flatten(params), w)


def test_loss_surface_of_a_line_is_a_parabola():
    # y = 0 from x = ±1: the MSE is w² + b².
    params = Params([Layer(np.array([[1.0]]), np.array([0.0]))], "mse")
    X, y = np.array([[1.0], [-1.0]]), np.zeros(2)
    a, b = [-2.0, -1.0, 0.0, 3.0], [0.0, 1.0, 2.0]
    losses = loss_surface(params, settings(hidden=()), X, y, np.eye(2), a, b)
    assert np.allclose(losses, [[(1 + along) ** 2 + up**2 for along in a] for up in b])


def test_loss_surface_far_out_does_not_warn():
    config, params, split = trained("mse", dtype="float32")
    ones = np.ones((2, len(flatten(params))), np.float32)
    far = loss_surface(params, config, split.X_val, split.y_val, ones, [1e30], [0])
    assert not np.isfinite(far).any()


# Parameters as one vector


@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=6), batch_norm=st.booleans())
def test_flatten_and_unflatten_undo_each_other(sizes, batch_norm):
    vector = np.random.default_rng(0).normal(size=length(sizes, batch_norm))
    layers = unflatten(vector, sizes, "mse", batch_norm)
    assert np.array_equal(flatten(layers), vector)
    assert [layer.W.shape for layer in layers] == list(pairwise(sizes))
    assert [layer.b.shape for layer in layers] == [(n,) for n in sizes[1:]]
    for depth, layer in enumerate(layers):
        if batch_norm and depth < len(layers) - 1:
            assert [part.shape for part in layer[2:]] == [layer.b.shape] * 4
        else:
            assert layer[2:] == (None,) * 4
    assert layers.loss == "mse"


@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=6), batch_norm=st.booleans())
def test_what_is_counted_is_what_is_trained(sizes, batch_norm):
    layers = unflatten(np.zeros(length(sizes, batch_norm)), sizes, batch_norm=batch_norm)
    arrays = [part for layer in layers for part in layer[:4] if part is not None]
    assert count_parameters(sizes, batch_norm) == sum(array.size for array in arrays)
    shapes = [[part.shape for part in layer if part is not None] for layer in layers]
    assert parts(sizes, batch_norm) == shapes


def test_layers_are_views_of_the_vector():
    vector = np.zeros(count_parameters((2, 3, 1)))
    layers = unflatten(vector, (2, 3, 1))
    layers[1].W[2, 0] = 7
    layers[1].b[0] = 8
    assert vector[-2:].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("split", "sizes"),
    [
        (samples(d=3, outputs=4), (3, 5, 6, 4)),
        (samples("regression", d=2, outputs=None), (2, 5, 6, 1)),
        (samples("regression", d=2, outputs=3), (2, 5, 6, 3)),
    ],
)
def test_layer_sizes_come_from_config_and_data(split, sizes):
    assert layer_sizes(TrainConfig(hidden=(5, 6)), split) == sizes


@every_loss
def test_two_classes_have_two_scores_or_one(loss):
    outputs = {"classification": 2, "two classes": 1, "regression": 2}[LOSSES[loss].task]
    task = "regression" if LOSSES[loss].task == "regression" else "classification"
    split = samples(task, outputs=2)
    assert layer_sizes(TrainConfig(hidden=(5,), loss=loss), split) == (3, 5, outputs)


# Prediction


@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
def test_predict_gives_probabilities(hidden):
    split = samples(outputs=3)
    config = TrainConfig(hidden=hidden, epochs=2, dtype="float64")
    params = train(config, split).params
    p = predict(params, config, split.X_val)
    outputs = naive_forward(params, config, split.X_val)
    assert p.shape == (10, 3)
    assert np.allclose(p, [naive_softmax(row) for row in outputs])
    assert np.allclose(p.sum(axis=1), 1)


@every_place
@pytest.mark.parametrize("loss", [n for n in LOSSES if LOSSES[n].task == "two classes"])
def test_one_score_predicts_the_probabilities_of_both_classes(loss, place):
    config, params, split = trained(loss, place)
    p = predict(params, config, split.X_val)
    scores = [z for (z,) in naive_forward(params, config, split.X_val)]
    expected = [[z <= 0, z > 0] if loss == "hinge" else naive_softmax([0, z]) for z in scores]
    assert np.allclose(p, expected)


@pytest.mark.parametrize(("outputs", "shape"), [(None, (10,)), (1, (10,)), (3, (10, 3))])
def test_predict_gives_values(outputs, shape):
    split = samples("regression", outputs=outputs)
    config = TrainConfig(hidden=(4,), epochs=1)
    assert predict(train(config, split).params, config, split.X_val).shape == shape


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_predict_computes_in_the_type_of_the_parameters(dtype):
    config = TrainConfig(epochs=1, dtype=dtype)
    params = train(config, samples()).params
    for X in (np.zeros((2, 3), int), np.zeros((2, 3), np.float32), [[0, 0, 0], [1, 2, 3]]):
        assert predict(params, config, X).dtype == dtype
    assert predict(params, config, np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("loss", [n for n in LOSSES if LOSSES[n].task != "regression"])
def test_predict_agrees_with_the_accuracy_of_the_run(loss):
    split = data.moons(n=200)
    config = TrainConfig(loss=loss, learning_rate=0.3, epochs=20)
    run = train(config, split)
    for part in ("train", "val"):
        answers = predict(run.params, config, getattr(split, f"X_{part}")).argmax(axis=1)
        right = np.mean(answers == getattr(split, f"y_{part}"))
        assert right == getattr(run, f"{part}_accuracy")[-1]


@pytest.mark.parametrize("X", [np.zeros(3), np.zeros((4, 2)), np.zeros((1, 3, 1)), 0.0])
def test_predict_refuses_inputs_of_another_shape(X):
    config = TrainConfig(epochs=1)
    params = train(config, samples(d=3)).params
    with pytest.raises(ValueError, match=r"X must have shape \(N, 3\), .*got shape"):
        predict(params, config, X)


def test_predict_of_huge_parameters_does_not_warn():
    params = Params([Layer(np.full((2, 2), 1e38, np.float32), np.zeros(2, np.float32))], "mse")
    assert np.isinf(predict(params, TrainConfig(hidden=()), [[1e38, 1e38]])).all()


def test_decision_map_has_y_first_and_the_ranges_at_its_ends():
    # One linear output, 10·x + y: the map shows its coordinates.
    params = Params([Layer(np.array([[10.0], [1.0]]), np.zeros(1))], "mse")
    grid = decision_map(params, TrainConfig(hidden=()), (-2, 2), (-1, 3), size=5)
    assert grid[0].tolist() == [-21, -11, -1, 9, 19]
    assert grid[:, 0].tolist() == [-21, -20, -19, -18, -17]


@pytest.mark.parametrize("size", [1, 2, 23, 60])
def test_decision_map_is_predict_at_every_point(size):
    config = TrainConfig(epochs=1)
    params = train(config, data.moons(n=50)).params
    grid = decision_map(params, config, (-2, 2), (-1, 1), size=size)
    assert grid.shape == (size, size, 2)
    for row, y in zip(grid, np.linspace(-1, 1, size), strict=True):
        points = [[x, y] for x in np.linspace(-2, 2, size)]
        assert np.allclose(row, predict(params, config, points), atol=1e-6)
