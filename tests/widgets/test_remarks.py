"""What a panel says of its run besides: a batch of all samples, memory that is short, …"""

import pytest

from lessons import memory
from widgets import activations, batch_normalization, epoch_batch_iteration, learning_rate


def test_a_panel_keeps_fewer_snapshots_and_says_so(compiled, monkeypatch):
    panel = learning_rate.panel()
    before = panel.settings, str(panel)
    assert "Memory" not in str(panel)
    whole = panel.run
    monkeypatch.setattr(memory, "free_bytes", lambda: 10 * whole.snapshots.vectors[0].nbytes / 0.25)
    panel.set(seed=1)
    panel.set(seed=0)
    assert len(panel.run.snapshots.places) <= 10 < len(panel.run.snapshots) == 101
    assert (
        str(panel) == f"{before[1]} Memory is short: the parameters are kept only every 12 "
        "epochs, and between them the last ones are shown."
    )
    panel.set(time=37)
    assert "every 12 epochs" in panel.summary.value
    panel.close()


def test_a_panel_that_cannot_keep_two_says_so_and_lives(compiled, monkeypatch):
    panel = learning_rate.panel()
    with monkeypatch.context() as patch:
        patch.setattr(memory, "free_bytes", lambda: 1000)
        panel.knobs["seed"].control.value = 3
        assert "1,000 are free: choose fewer epochs" in panel.message.value
    panel.knobs["seed"].control.value = 4
    assert panel.message.value == ""
    panel.close()


@pytest.mark.parametrize(
    "make",
    [batch_normalization.panel, batch_normalization.modes, learning_rate.panel, activations.panel],
)
def test_a_batch_larger_than_the_data_is_called_what_it_is(compiled, make):
    panel = make(batch_size=512)
    n = len(panel.result.split.X_train)
    assert n < 512
    for text in (str(panel), repr(panel)):
        assert f"all {n} samples" in text.replace("All", "all")
        assert "512" not in text
    panel.set(batch_size=n - 1)
    assert f"all {n} samples" not in str(panel).replace("All", "all")
    panel.close()


def test_a_last_batch_that_is_smaller_is_told(compiled):
    panel = epoch_batch_iteration.gradients(batch_size=500)
    assert "batch 3 of 3, of 200 samples, in" in repr(panel)
    panel.set(batch_size=400)
    assert "batch 3 of 3 in" in repr(panel)
    panel.close()


@pytest.mark.parametrize("make", [batch_normalization.panel, batch_normalization.modes])
def test_a_panel_tells_of_a_lone_last_batch(compiled, make):
    panel = make()
    assert "single sample" not in str(panel)
    n = len(panel.result.split.X_train)
    panel.set(batch_size=n - 1)
    assert "The last batch of an epoch is a single sample" in str(panel)
    assert "The last batch of an epoch is a single sample" in repr(panel)
    panel.set(batch_size=n)
    assert "single sample" not in str(panel)
    panel.close()
