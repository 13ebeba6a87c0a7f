"""What lesson 00 says about runs."""

import numpy as np
import pytest

from lessons import TrainConfig, data, train

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.claim(
    "start_here",
    "The same settings give the same run again, to the last bit on the same machine.",
)
def test_same_settings_same_run(seeds, measured):
    """Circle at 0.1, twice: all losses and the last weights."""
    for seed in seeds:
        first, second = (train(TrainConfig(seed=seed), data.circle(seed=seed)) for _ in range(2))
        assert np.array_equal(first.train_loss, second.train_loss)
        assert np.array_equal(first.snapshots.vectors, second.snapshots.vectors)
    measured(f"equal with {len(seeds)} of {len(seeds)}")
