"""Snapshots that do not fit into memory: words before the run starts, or fewer of them."""

import tracemalloc
from dataclasses import replace

import numpy as np
import psutil
import pytest
from reference import ENGINES, same_run

from lessons import TrainConfig, data, evaluate, memory, train
from lessons.parameters import flatten
from lessons.plan import batches_per_epoch, make_plan
from lessons.record import make_record
from lessons.verdict import remarks

every_engine = pytest.mark.parametrize("engine", ENGINES)
SPLIT = data.moons(n=40)
CONFIG = TrainConfig(hidden=(4,), epochs=20)
ONE = 4 * ((2 + 1) * 4 + (4 + 1) * 2)  # bytes of the parameters


def free(monkeypatch, count):
    monkeypatch.setattr(memory, "free_bytes", lambda: count)


@pytest.mark.parametrize(
    ("snapshots", "rows", "advice"),
    [("epoch", 21, 'or train(…, snapshots="fit")'), ("update", 41, "a smaller hidden")],
)
def test_what_does_not_fit_is_said_before_the_run_starts(monkeypatch, snapshots, rows, advice):
    free(monkeypatch, rows * ONE / memory.ALL + 1)
    assert train(CONFIG, SPLIT, snapshots=snapshots).status == "finished"
    free(monkeypatch, rows * ONE / memory.ALL - 1)
    with pytest.raises(MemoryError) as error:
        train(CONFIG, SPLIT, snapshots=snapshots)
    words = str(error.value)
    assert f"{rows * ONE:,} bytes" in words
    assert f"fewer {snapshots}s" in words
    assert words.endswith(advice)


def test_a_run_as_large_as_no_machine_is_refused_in_words():
    config = TrainConfig(hidden=(4000, 4000), epochs=10**6)
    for snapshots in ("epoch", "update"):
        with pytest.raises(MemoryError, match=r"[\d,]{17,} bytes, and [\d,]+ are free"):
            train(config, SPLIT, snapshots=snapshots)


def test_not_even_two_that_do_not_fit_are_refused_in_words(monkeypatch):
    free(monkeypatch, 2 * ONE)
    with pytest.raises(MemoryError, match=r"choose fewer epochs or a smaller hidden$"):
        train(CONFIG, SPLIT, snapshots="fit")


@every_engine
@pytest.mark.parametrize("rows", [2, 3, 7, 11, 20])
def test_where_memory_is_short_fewer_are_kept(monkeypatch, engine, rows):
    whole = train(CONFIG, SPLIT, engine)
    free(monkeypatch, (rows + 0.5) * ONE / memory.SHARE)
    run = train(CONFIG, SPLIT, engine, snapshots="fit")
    kept = run.snapshots.places
    assert 2 <= len(kept) <= max(2, rows)
    assert (kept[0], kept[-1], len(run.snapshots)) == (0, 20, 21)
    assert len(set(np.diff(kept)[:-1])) <= 1
    for epoch in range(21):
        last = kept[kept <= epoch].max()
        assert np.array_equal(flatten(run.snapshots[epoch]), flatten(whole.snapshots[int(last)]))
    assert np.array_equal(flatten(run.snapshots[-1]), flatten(whole.params))
    assert np.array_equal(run.train_loss, whole.train_loss)
    assert f"only every {kept[1]} epochs" in remarks(run)[0]
    with pytest.raises(IndexError):
        run.snapshots[21]


@every_engine
def test_where_there_is_room_all_are_kept(engine):
    run = train(CONFIG, SPLIT, engine, snapshots="fit")
    assert same_run(run, train(CONFIG, SPLIT, engine))
    assert remarks(run) == []


@every_engine
def test_the_best_parameters_are_kept_even_if_their_epoch_is_not(monkeypatch, engine):
    split = data.moons(n=30, noise=0.5)
    config = TrainConfig(patience=3, epochs=40, learning_rate=0.3, batch_size=8, dtype="float64")
    free(monkeypatch, 8000)  # 2 of 2832 bytes, or rather more than a quarter of it
    run = train(config, split, engine, snapshots="fit")
    assert (run.status, len(run.snapshots.places)) == ("stopped_early", 1)
    assert remarks(run) == [
        "Memory is short: only the parameters before training are kept, and shown at every epoch."
    ]
    loss, _ = evaluate(run.params, config, split.X_val, split.y_val)
    assert loss == pytest.approx(np.nanmin(run.val_loss), rel=1e-9)


def test_after_a_divergence_what_was_kept_until_then_is_there(monkeypatch):
    free(monkeypatch, 6 * ONE / memory.SHARE)
    rates = replace(CONFIG, schedule=lambda update: 0.1 if update < 25 else 1e300)
    run = train(rates, SPLIT, snapshots="fit")
    assert run.status == "diverged"
    assert run.snapshots.places.tolist() == [0, 4, 8, 12]
    assert len(run.snapshots) == 13


def test_a_container_has_less_than_its_machine(tmp_path):
    names = memory.CGROUPS[0][1:]
    (tmp_path / names[0]).write_text("2000000000\n")
    (tmp_path / names[1]).write_text("700000000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 200000000\n")
    assert memory.left_of(tmp_path, *names) == 1_500_000_000
    (tmp_path / names[0]).write_text("max\n")
    assert memory.left_of(tmp_path, *names) == float("inf")
    assert memory.left_of(tmp_path / "nowhere", *names) == float("inf")


def test_the_least_counts(monkeypatch):
    monkeypatch.setattr(memory, "left_of", lambda *_: 5)
    assert memory.free_bytes() == 5
    monkeypatch.setattr(memory, "left_of", lambda *_: -5)
    assert memory.free_bytes() == 0


HUGE = {
    "epochs": ({"epochs": 10**9}, "the histories take .* choose fewer epochs or larger"),
    "any epochs": ({"epochs": 10**30}, "the histories take .* choose fewer epochs or larger"),
    "updates": (
        {"epochs": 10**7, "batch_size": 1},
        "histories take .* choose fewer epochs or larger",
    ),
    "growing": ({"epochs": 10**9, "batch_size": lambda epoch: 8}, "the histories take"),
    "hidden": ({"hidden": (10**6, 10**6), "epochs": 1}, "an update take .* a smaller hidden"),
    "one layer": ({"hidden": (10**10,), "epochs": 1}, "an update take .* a smaller hidden"),
}


@pytest.mark.parametrize("snapshots", ["epoch", "update", "fit"])
@pytest.mark.parametrize("case", HUGE)
def test_whatever_is_too_large_is_refused_before_anything_is_taken(monkeypatch, case, snapshots):
    free(monkeypatch, 2**30)
    settings, words = HUGE[case]
    tracemalloc.start()
    with pytest.raises(MemoryError, match=words):
        train(replace(CONFIG, **settings), SPLIT, snapshots=snapshots)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**24


def test_snapshots_leave_room_for_the_rest(monkeypatch):
    config = TrainConfig(hidden=(1000, 1000), epochs=1)
    each = 4 * (3 * 1000 + 1001 * 1000 + 1001 * 2)
    free(monkeypatch, 12 * each)
    with pytest.raises(MemoryError, match=f"take {2 * each:,} bytes"):
        train(config, SPLIT)


def test_the_length_of_an_epoch_is_found_without_all_the_others():
    assert batches_per_epoch(TrainConfig(epochs=10**15, batch_size=8), 20) == 3


def test_what_a_run_will_write_is_taken_when_it_is_planned():
    config = TrainConfig(hidden=(500, 500), epochs=100)
    plan = make_plan(config, SPLIT)
    before = psutil.Process().memory_info().rss
    record = make_record(plan)
    assert psutil.Process().memory_info().rss - before > 0.95 * record.snapshots.nbytes
