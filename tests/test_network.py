"""The readable network: naive loops, gradients of everything, and prediction."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import central_difference, naive_softmax, samples

from lessons import TrainConfig, data, decision_map, predict, train
from lessons.activations import ACTIVATIONS
from lessons.losses import LOSSES
from lessons.network import (
    Layer,
    Params,
    backward,
    count_parameters,
    flatten,
    forward,
    gradient,
    layer_sizes,
    unflatten,
)

DEPTHS = [(3, 2), (2, 4, 3), (3, 4, 2, 2), (1, 3, 1, 4, 2), (2, 3, 4, 3, 2, 3)]

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_loss = pytest.mark.parametrize("loss", LOSSES)
depths = pytest.mark.parametrize("sizes", DEPTHS, ids=lambda sizes: f"{len(sizes) - 2} hidden")


def example(sizes, loss, seed=0):
    """Random parameters, all biases included, and a batch of 5 samples."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=count_parameters(sizes))
    X = rng.normal(size=(5, sizes[0]))
    if LOSSES[loss].task == "classification":
        return w, X, rng.integers(0, sizes[-1], 5)
    return w, X, rng.normal(size=(5, sizes[-1]))


@every_activation
@depths
def test_forward_against_loops(activation, sizes):
    w, X, _ = example(sizes, "mse")
    params = unflatten(w, sizes)
    f = ACTIVATIONS[activation].function
    outputs = []
    for x in X:
        h = list(x)
        for depth, layer in enumerate(params):
            z = [
                layer.b[j] + sum(h[i] * layer.W[i, j] for i in range(len(h)))
                for j in range(len(layer.b))
            ]
            h = [float(f(np.array(value))) for value in z] if depth < len(params) - 1 else z
        outputs.append(h)
    zs, hs = forward(params, ACTIVATIONS[activation], X)
    assert np.allclose(zs[-1], outputs, rtol=1e-10)
    assert [h.shape for h in hs] == [(5, n) for n in sizes[:-1]]
    assert [z.shape for z in zs] == [(5, n) for n in sizes[1:]]


@every_loss
@every_activation
@depths
def test_backward_is_the_slope_in_every_parameter(activation, loss, sizes):
    w, X, y = example(sizes, loss)

    def loss_at(w):
        zs, _ = forward(unflatten(w, sizes), ACTIVATIONS[activation], X)
        return LOSSES[loss].function(zs[-1], y)

    params = unflatten(w, sizes)
    zs, hs = forward(params, ACTIVATIONS[activation], X)
    gradients = backward(params, ACTIVATIONS[activation], zs, hs, LOSSES[loss].gradient(zs[-1], y))
    assert [g.W.shape for g in gradients] == [layer.W.shape for layer in params]
    assert np.allclose(flatten(gradients), central_difference(loss_at, w), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("outputs", [None, 2])
def test_gradient_of_a_trained_network_is_the_slope(outputs):
    split = samples("regression", outputs=outputs)
    config = TrainConfig(hidden=(4, 3), activation="tanh", epochs=2, dtype="float64")
    run = train(config, split)

    def loss_at(w):
        layers = unflatten(w, (3, 4, 3, outputs or 1), "mse")
        prediction = predict(layers, config, split.X_train)
        return np.mean((prediction - split.y_train) ** 2)

    slope = central_difference(loss_at, flatten(run.params))
    found = gradient(run.params, config, split.X_train, split.y_train)
    assert np.allclose(found, slope, rtol=1e-5, atol=1e-8)


# Parameters as one vector


@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=6))
def test_flatten_and_unflatten_undo_each_other(sizes):
    vector = np.random.default_rng(0).normal(size=count_parameters(sizes))
    layers = unflatten(vector, sizes, "mse")
    assert np.array_equal(flatten(layers), vector)
    assert [layer.W.shape for layer in layers] == list(pairwise(sizes))
    assert [layer.b.shape for layer in layers] == [(n,) for n in sizes[1:]]
    assert count_parameters(sizes) == sum(layer.W.size + layer.b.size for layer in layers)
    assert layers.loss == "mse"


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


# Prediction


@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
def test_predict_gives_probabilities(hidden):
    split = samples(outputs=3)
    config = TrainConfig(hidden=hidden, epochs=2, dtype="float64")
    params = train(config, split).params
    p = predict(params, config, split.X_val)
    zs, _ = forward(params, ACTIVATIONS["relu"], split.X_val.astype(float))
    assert p.shape == (10, 3)
    assert np.allclose(p, [naive_softmax(row) for row in zs[-1]])
    assert np.allclose(p.sum(axis=1), 1)


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


def test_predict_agrees_with_the_accuracy_of_the_run():
    split = data.moons(n=200)
    config = TrainConfig(learning_rate=0.3, epochs=20)
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
