"""Layers without activations, multiplied into one."""

from itertools import pairwise

import numpy as np
import pytest

from lessons import TrainConfig, predict
from lessons.activations import softmax
from lessons.experiments.activations.collapse import boundary, collapse, line_in_box
from lessons.parameters import Layer, Params

BOX = (-1.0, 2.0), (-3.0, 1.0)


def layers(seed, sizes):
    rng = np.random.default_rng(seed)
    return [
        Layer(rng.normal(size=(n_in, n_out)), rng.normal(size=n_out))
        for n_in, n_out in pairwise(sizes)
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [(2, 3), (1, 1, 1, 1), (2, 7, 5, 3, 2), (3, *(6,) * 8, 2)])
def test_one_layer_computes_what_all_of_them_do(seed, sizes):
    deep = layers(seed, sizes)
    one = collapse(deep)
    X = np.random.default_rng(seed + 100).normal(size=(20, sizes[0]))
    h = X
    for layer in deep:
        h = h @ layer.W + layer.b
    assert one.W.shape == (sizes[0], sizes[-1])
    assert X @ one.W + one.b == pytest.approx(h, rel=1e-9, abs=1e-9 * np.abs(h).max())


def test_what_is_collapsed_is_left_as_it_was():
    deep = layers(0, (2, 3, 2))
    before = [(layer.W.copy(), layer.b.copy()) for layer in deep]
    collapse(deep)
    for layer, (W, b) in zip(deep, before, strict=True):
        assert np.array_equal(layer.W, W)
        assert np.array_equal(layer.b, b)


@pytest.mark.parametrize("seed", range(5))
def test_on_the_boundary_both_classes_are_equally_likely(seed):
    deep = layers(seed, (2, 4, 2))
    normal, offset = boundary(collapse(deep))
    ends = line_in_box(normal, offset, (-50, 50), (-50, 50))
    assert len(ends) == 2
    points = ends[0] + np.linspace(0, 1, 7)[:, None] * (ends[1] - ends[0])
    config = TrainConfig(activation="identity", hidden=(4,), dtype="float64")
    p = predict(Params(deep, "cross_entropy"), config, points)
    assert p == pytest.approx(np.full((7, 2), 0.5), abs=1e-6)
    one = collapse(deep)
    assert softmax(points @ one.W + one.b) == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_the_line_ends_on_the_edges_of_the_box(seed):
    rng = np.random.default_rng(seed)
    normal, offset = rng.normal(size=2), rng.normal()
    ends = line_in_box(normal, offset, *BOX)
    corners = np.array([[x, y] for x in BOX[0] for y in BOX[1]])
    sides = corners @ normal + offset
    assert len(ends) == (2 if sides.min() < 0 < sides.max() else 0)
    for x, y in ends:
        assert normal @ [x, y] + offset == pytest.approx(0, abs=1e-9)
        assert np.isclose(x, BOX[0]).any() or np.isclose(y, BOX[1]).any()


@pytest.mark.parametrize(
    ("normal", "offset", "ends"),
    [
        ([1.0, 0.0], 0.0, [[0.0, -3.0], [0.0, 1.0]]),
        ([0.0, 2.0], 2.0, [[-1.0, -1.0], [2.0, -1.0]]),
        ([1.0, 0.0], 9.0, []),
        ([0.0, 0.0], 1.0, []),
        ([0.0, 0.0], 0.0, []),
    ],
)
def test_upright_flat_and_missing_lines(normal, offset, ends):
    assert line_in_box(np.array(normal), offset, *BOX).tolist() == ends
