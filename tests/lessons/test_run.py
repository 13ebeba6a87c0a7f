"""What a run leaves behind: shapes, types, what is NaN when; and the handle to watch it."""

import dataclasses
import threading

import numpy as np
import pytest
from reference import ENGINES, exact_line, samples

from lessons import Progress, Run, TrainConfig, data, train
from lessons.parameters import Layer, Params, flatten

every_engine = pytest.mark.parametrize("engine", ENGINES)
every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


@every_engine
@every_dtype
@pytest.mark.parametrize(
    ("n", "batch_size", "drop_last", "per_epoch"),
    [(40, 8, False, 5), (41, 8, False, 6), (41, 8, True, 5), (40, 99, False, 1), (3, 1, False, 3)],
)
def test_shapes_and_types(engine, dtype, n, batch_size, drop_last, per_epoch):
    config = TrainConfig(
        hidden=(5, 4), batch_size=batch_size, drop_last=drop_last, epochs=3, dtype=dtype
    )
    run = train(config, samples(n=n, outputs=3), engine)
    assert isinstance(run, Run)
    assert run.batch_loss.shape == run.learning_rate.shape == (3 * per_epoch,)
    assert run.grad_norm.shape == (3 * per_epoch, 3)
    for name in ("train_loss", "val_loss", "train_accuracy", "val_accuracy"):
        assert getattr(run, name).shape == (4,)
    for name in ("activation_mean", "activation_std", "flat", "dead"):
        assert getattr(run, name).shape == (4, 2)
    assert run.epoch_starts.tolist() == [epoch * per_epoch for epoch in range(4)]
    for field in dataclasses.fields(run):
        value = getattr(run, field.name)
        if isinstance(value, np.ndarray):
            assert value.dtype == (np.int64 if field.name == "epoch_starts" else np.float64)
            assert np.isfinite(value).all()
    assert (run.status, run.stopped_at, run.updates) == ("finished", None, 3 * per_epoch)
    assert [layer.W.shape for layer in run.params] == [(3, 5), (5, 4), (4, 3)]
    assert [layer.b.shape for layer in run.params] == [(5,), (4,), (3,)]
    assert all(layer.W.dtype == layer.b.dtype == dtype for layer in run.params)
    assert np.allclose(run.learning_rate, 0.1)


@every_engine
def test_snapshots_are_the_parameters_after_each_epoch(engine):
    run = train(TrainConfig(epochs=6), data.moons(n=50), engine)
    assert len(run.snapshots) == 7
    for shot in run.snapshots:
        assert isinstance(shot, Params)
        assert all(isinstance(layer, Layer) for layer in shot)
        assert shot.loss == "cross_entropy"
    vectors = [flatten(shot).tobytes() for shot in run.snapshots]
    assert len(set(vectors)) == 7
    assert vectors[-1] == flatten(run.params).tobytes() == flatten(run.snapshots[-1]).tobytes()
    with pytest.raises(IndexError):
        run.snapshots[7]


@every_engine
def test_parameters_and_snapshots_do_not_share_memory(engine):
    run = train(TrainConfig(epochs=2), data.moons(n=50), engine)
    run.params[0].W[:] = 7
    assert not np.any(run.snapshots[-1][0].W == 7)


@every_engine
@pytest.mark.parametrize("outputs", [None, 1, 4])
def test_regression_has_no_accuracy(engine, outputs):
    run = train(TrainConfig(epochs=2), samples("regression", outputs=outputs), engine)
    assert np.isnan(run.train_accuracy).all()
    assert np.isnan(run.val_accuracy).all()
    assert run.params[-1].W.shape == (16, outputs or 1)


def test_the_config_of_a_run_names_its_loss_and_is_otherwise_as_given():
    for split, loss in ((data.moons(n=20), "cross_entropy"), (data.wave(n=20), "mse")):
        config = TrainConfig(epochs=1, batch_size=99)
        assert train(config, split).config == dataclasses.replace(config, loss=loss)


@every_engine
def test_after_a_divergence_there_is_nothing(engine):
    config = TrainConfig(hidden=(), learning_rate=1e6, epochs=30, batch_size=6)
    run = train(config, exact_line(n=24), engine)
    assert run.status == "diverged"
    kept, epochs_left = len(run.snapshots), slice(len(run.snapshots) + 1, None)
    assert 1 <= kept <= run.stopped_at // 4 + 1
    assert np.isnan(run.batch_loss[run.stopped_at + 1 :]).all()
    assert np.isnan(run.grad_norm[run.stopped_at + 1 :]).all()
    assert np.isnan(run.train_loss[epochs_left]).all()
    assert np.isfinite(run.learning_rate).all()
    assert np.isfinite(flatten(run.params)).all()


def test_a_run_is_frozen():
    run = train(TrainConfig(epochs=1), data.moons(n=20))
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.status = "other"


# Progress


def test_progress_of_several_pieces():
    progress = Progress()
    for done in range(5):
        progress.report(done, 4)
        assert progress.fraction == done / 4


def test_cancelling_reaches_every_part_also_those_made_later():
    progress = Progress()
    before = [progress.part() for _ in range(3)]
    assert not any(part.cancelled for part in before)
    progress.cancel()
    assert all(part.cancelled for part in before)
    assert progress.part().cancelled
    assert progress.cancelled


def test_cancelling_a_part_leaves_the_others_alone():
    progress = Progress()
    first, second = progress.part(), progress.part()
    first.cancel()
    assert first.cancelled
    assert not second.cancelled
    assert not progress.cancelled


def test_no_part_escapes_a_cancel_from_another_thread():
    for _ in range(50):
        progress, parts = Progress(), []
        maker = threading.Thread(
            target=lambda p=progress, made=parts: made.extend(p.part() for _ in range(50))
        )
        maker.start()
        progress.cancel()
        maker.join()
        assert all(part.cancelled for part in parts)
