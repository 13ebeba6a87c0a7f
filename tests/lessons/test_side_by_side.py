"""Trainings side by side are the same trainings, and can be watched and stopped."""

import time

import numpy as np
import pytest
from reference import ENGINES

from lessons import Progress, TrainConfig, data, memory, train, trainer
from lessons.record import make_record
from lessons.side_by_side import measure_side_by_side, train_side_by_side

CONFIGS = [TrainConfig(activation=name, epochs=3) for name in ("tanh", "relu", "gelu")]


@pytest.mark.parametrize("engine", ENGINES)
def test_they_are_the_runs_one_by_one(engine):
    split, progress = data.moons(n=60), Progress()
    runs = train_side_by_side(CONFIGS, split, engine, progress)
    for run, config in zip(runs, CONFIGS, strict=True):
        assert np.array_equal(run.train_loss, train(config, split, engine).train_loss)
    assert progress.fraction == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_all_are_stopped_together(engine):
    progress = Progress()
    progress.cancel()
    runs = train_side_by_side(CONFIGS, data.moons(n=60), engine, progress)
    assert [run.status for run in runs] == ["cancelled"] * 3


@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_measure_is_kept(engine):
    split, progress = data.moons(n=60), Progress()
    found = measure_side_by_side(lambda run: run.train_loss[-1], CONFIGS, split, engine, progress)
    assert found == [train(config, split, engine).train_loss[-1] for config in CONFIGS]
    assert progress.fraction == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_of_stopped_runs_nothing_is_kept(engine):
    progress = Progress()
    progress.cancel()
    split = data.moons(n=60)
    assert measure_side_by_side(len, CONFIGS, split, engine, progress) == [None] * 3


def test_together_they_take_no_more_than_there_is(monkeypatch):
    taken, each = [], 21 * 4 * 354
    monkeypatch.setattr(memory, "free_bytes", lambda: 2.5 * each / memory.ALL - sum(taken))

    def slowly(plan):
        record = make_record(plan)
        time.sleep(0.02)
        taken.append(record.snapshots.nbytes)
        return record

    monkeypatch.setattr(trainer, "make_record", slowly)
    configs = [TrainConfig(epochs=20, seed=seed) for seed in range(6)]
    with pytest.raises(MemoryError, match=r"bytes, and .* are free"):
        train_side_by_side(configs, data.moons(n=60))
    assert sum(taken) <= 2.5 * each
