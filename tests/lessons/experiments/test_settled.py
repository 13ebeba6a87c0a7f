"""What is said of how a training settled."""

from dataclasses import replace

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.settled import learned_or_not
from lessons.verdict import guessing_loss


@pytest.mark.parametrize(("end", "before"), [(0.1, 0.9), (0.9, 0.1), (0.1, 0.1), (0.9, 0.9)])
def test_an_end_that_says_otherwise_is_not_left_alone(end, before):
    """Ends and what was before them, in losses of guessing."""
    split = data.moons(n=50)
    run = train(TrainConfig(epochs=12), split)
    losses = guessing_loss(split) * np.full(len(run.train_loss), before)
    losses[-1] = guessing_loss(split) * end
    told = learned_or_not(replace(run, train_loss=losses), split)
    assert told.startswith("has learned" if before < 0.5 else "has not learned")
    assert ("in the median of the last quarter" in told) == (end != before)
