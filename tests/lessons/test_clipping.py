"""Clipping: what is short stays as it is, what is long keeps its direction or its signs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference import samples

from lessons import TrainConfig, train
from lessons.clipping import clip_by_norm, clip_by_value
from lessons.parameters import flatten

gradients = arrays(float, st.integers(1, 6), elements=st.floats(-1e6, 1e6))
limits = st.floats(1e-3, 1e3)


@given(g=gradients, limit=limits)
def test_clip_by_norm_shortens_and_keeps_the_direction(g, limit):
    clipped, norm = clip_by_norm(g, limit), np.linalg.norm(g)
    assert np.linalg.norm(clipped) <= min(limit, norm) * (1 + 1e-12)
    assert np.allclose(clipped * norm, g * np.linalg.norm(clipped), rtol=1e-9)
    if norm < 0.999 * limit - 1e-5:
        assert np.array_equal(clipped, g)


@given(g=gradients, limit=limits)
def test_clip_by_value_holds_every_component(g, limit):
    expected = [max(-limit, min(limit, component)) for component in g]
    assert clip_by_value(g, limit).tolist() == expected


@pytest.mark.parametrize("limit", [0.1, 1.0, 4.9])
def test_a_long_gradient_gets_the_length_of_the_limit(limit):
    clipped = clip_by_norm(np.array([3.0, 4.0]), limit)
    # Less a millionth of the norm, as in PyTorch.
    assert np.linalg.norm(clipped) == pytest.approx(limit * 5 / (5 + 1e-6), rel=1e-12)


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_none_is_no_limit_and_zero_stays_zero(clip):
    g = np.array([1e30, -1e30])
    assert clip(g, None).tolist() == [1e30, -1e30]
    assert clip(np.zeros(3), 0.5).tolist() == [0, 0, 0]


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("limit", [None, 0.5])
def test_float32_stays_and_so_does_the_gradient(clip, limit):
    g = np.array([3, -4], np.float32)
    assert clip(g, limit).dtype == np.float32
    assert g.tolist() == [3, -4]


# In a run


def first_step(**settings):
    """How the first update of plain gradient descent moves the parameters, divided by -η."""
    config = TrainConfig(hidden=(4,), learning_rate=0.5, batch_size=40, epochs=1, dtype="float64")
    run = train(replace(config, **settings), samples("regression"), engine="numpy")
    return (flatten(run.snapshots[0]) - flatten(run.params)) / 0.5, run


def test_all_parameters_are_clipped_together():
    g, _ = first_step()
    clipped, run = first_step(clip_norm=0.1)
    assert np.linalg.norm(g) > 0.1
    assert np.allclose(clipped, clip_by_norm(g, 0.1), rtol=1e-9, atol=1e-12)
    # The norms of the layers are written down as they were before.
    assert np.linalg.norm(run.grad_norm[0]) == pytest.approx(np.linalg.norm(g))


def test_components_are_clipped_before_the_norm_is_and_penalties_are_included():
    g, _ = first_step(l2=3.0)
    clipped, _ = first_step(l2=3.0, clip_value=0.2, clip_norm=0.4)
    expected = clip_by_norm(np.clip(g, -0.2, 0.2), 0.4)
    assert np.allclose(clipped, expected, rtol=1e-9, atol=1e-12)
    assert not np.allclose(clipped, np.clip(clip_by_norm(g, 0.4), -0.2, 0.2))
    assert not np.allclose(clipped, clip_by_norm(np.clip(first_step()[0], -0.2, 0.2), 0.4))
