"""Loss curves at the ends of what a run can do; the rest is tested in the panels that use them."""

import warnings

import pytest
from matplotlib.figure import Figure
from reference import ENGINES, exact_line

from lessons import Progress, TrainConfig, data, train
from lessons.verdict import describe_losses
from widgets.loss_curves import LIMITS, draw_losses, update_losses
from widgets.picture import Picture


@pytest.mark.parametrize("engine", ENGINES)
def test_a_divergence_in_the_last_evaluation_lies_after_the_last_update(engine):
    split = exact_line()
    config = TrainConfig(hidden=(), learning_rate=1e22, epochs=1, batch_size=64)
    run = train(config, split, engine)
    assert (run.status, run.updates) == ("diverged", 1)
    artists = draw_losses(Figure().add_axes([0, 0, 1, 1]))
    update_losses(artists, run, split, 0)
    assert artists.warning.get_text() == "diverged after update 1"
    assert list(artists.broken.get_ydata()) == [LIMITS[1]]
    assert list(artists.lost.get_xdata()) == [0]
    assert describe_losses(run, split).endswith("; 1 update; diverged after update 1.")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_was_cancelled_before_its_first_update_is_drawn_without_a_warning(engine):
    split, progress = data.circle(n=1200), Progress()
    progress.cancel()
    run = train(TrainConfig(batch_size=1, epochs=3), split, engine, progress)
    assert (run.status, run.updates) == ("cancelled", 0)
    artists = draw_losses(Figure().add_axes([0, 0, 1, 1]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        update_losses(artists, run, split, 0)
    assert artists.warning.get_text() == ""
    assert len(artists.lost.get_xdata()) == 0


def test_other_data_leave_the_background_as_it_is(monkeypatch):
    def show(seed):
        split = data.wave(n=50, seed=seed)
        run = train(TrainConfig(epochs=2), split)
        update_losses(picture.artists, run, split, 2)
        picture.render()
        return picture.artists.guess.get_ydata()[0]

    picture = Picture((4, 3), lambda figure: draw_losses(figure.add_axes([0.1, 0.1, 0.6, 0.7])))
    first, redrawn = show(0), []
    monkeypatch.setattr(picture.canvas, "draw", lambda: redrawn.append(True))
    assert show(1) != first
    assert not redrawn
