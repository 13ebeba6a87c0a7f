"""panel.code: the program of the run that a panel shows."""

import numpy as np
import pytest
from lesson_panels import PANELS
from programs import assert_same_losses, losses_of

from lessons import data
from widgets import learning_rate, nine_steps, playground
from widgets.epoch_batch_iteration import panel as samples_panel


@pytest.mark.parametrize("kind", ["kit", "numpy", "torch"])
def test_the_program_makes_the_run_that_is_shown(compiled, kind):
    panel = learning_rate.panel(learning_rate=0.05, data="moons", epochs=12, seed=3)
    assert_same_losses(losses_of(panel.code(kind)), panel.run, rtol=1e-4)
    before = panel.code(kind)
    panel.set(activation="tanh", batch_size=20)
    assert panel.code(kind) != before
    assert_same_losses(losses_of(panel.code(kind)), panel.run, rtol=1e-4)
    panel.close()


def test_without_a_kind_it_is_the_few_lines_of_the_kit(compiled):
    panel = learning_rate.panel(learning_rate=0.3)
    assert panel.code() == panel.code("kit")
    assert "config = TrainConfig(learning_rate=0.3)\n" in panel.code()
    panel.close()


def test_a_panel_without_a_training_refuses_in_words():
    panel = nine_steps.panel()
    with pytest.raises(ValueError, match="no program: what it shows is no training of a network"):
        panel.code()
    panel.close()


def test_a_panel_whose_run_is_none_refuses_in_words():
    panel = samples_panel(samples=10, batch_size=64, drop_last=True)
    assert panel.run is None
    with pytest.raises(ValueError, match="no program"):
        panel.code("numpy")
    panel.close()


def test_another_kind_is_an_error_in_words():
    panel = learning_rate.panel(epochs=2)
    with pytest.raises(ValueError, match=r"kind must be one of kit, numpy, .*, got 'jax'"):
        panel.code("jax")
    panel.close()


def test_many_samples_are_written_to_a_file_when_asked(compiled, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    own = data.from_arrays(rng.standard_normal((900, 64)), np.arange(900) % 3)
    panel = learning_rate.panel(data=own, epochs=3)
    with pytest.raises(ValueError, match="name a file for them, as in file="):
        panel.code("numpy")
    assert list(tmp_path.iterdir()) == []
    text = panel.code("numpy", file=tmp_path / "samples.npz")
    monkeypatch.chdir(tmp_path)
    assert_same_losses(losses_of(text), panel.run, rtol=1e-4)
    panel.close()


def test_inputs_of_the_playground_are_those_that_are_on(compiled):
    panel = playground.panel(f3=True, f4=True, epochs=5, batch_norm=True, optimizer="adam")
    assert_same_losses(losses_of(panel.code("numpy")), panel.run, rtol=1e-2)
    panel.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", PANELS)
def test_every_panel_with_a_run_has_a_program(compiled, name, tmp_path, monkeypatch):
    panel = PANELS[name]()
    if panel.run is None:
        with pytest.raises(ValueError, match="no program"):
            panel.code()
    else:
        monkeypatch.chdir(tmp_path)
        found = losses_of(panel.code("kit", file="samples.npz"))
        # Where training is chaotic, the engines part after a few epochs.
        assert np.allclose(found[:2], panel.run.train_loss[:2], rtol=1e-3)
        assert found.shape == panel.run.train_loss.shape
    panel.close()
