"""What a panel says of its run besides: memory that is short, a lone last batch."""

import pytest

from lessons import memory
from widgets import batch_normalization, learning_rate


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
