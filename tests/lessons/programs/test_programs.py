"""Programs make the runs that they were written for: each is run, and its losses are compared."""

import subprocess
import sys
from dataclasses import replace
from inspect import isfunction

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from programs import assert_same_losses, check_clean, losses_of, written
from reference import samples, settings_and_samples

from lessons import TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS
from lessons.programs import program, samples_of, write_samples
from lessons.programs.text import literal
from lessons.schedules import SCHEDULES, Cosine, OneCycle, ReduceOnPlateau, Warmup

EXACT = "kit", "numpy", "torch"
every_kind = pytest.mark.parametrize("kind", EXACT)
SMALL = TrainConfig(
    hidden=(6, 5), activation="tanh", learning_rate=0.02, batch_size=8, epochs=3, dtype="float64"
)
# A knob in use, and what a program must not say where it is not.
WORDS = {
    "dropout": ({"dropout": 0.3}, "dropout"),
    "batch_norm": ({"batch_norm": True}, "bn_eps"),
    "momentum": ({"optimizer": "momentum"}, "momentum"),
    "adam": ({"optimizer": "adam"}, "beta1"),
    "l1": ({"l1": 0.01}, "l1"),
    "l2": ({"l2": 0.01}, "l2"),
    "clip_norm": ({"clip_norm": 0.5}, "clip_norm"),
    "clip_value": ({"clip_value": 0.5}, "clip_value"),
    "patience": ({"patience": 2}, "patience"),
    "schedule": ({"schedule": "cosine"}, "schedule"),
    "drop_last": ({"drop_last": True}, "drop_last"),
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def fitting(loss="cross_entropy", **shape):
    """Samples for the task of a loss."""
    task = LOSSES[loss].task
    shape = {"n": 43, "outputs": 2 if task == "two classes" else 3} | shape
    return samples("regression" if task == "regression" else "classification", **shape)


def in_words(changes):
    """Name a test's settings; a function's own name has an address in it, which changes."""
    shown = {name: "function" if isfunction(x) else x for name, x in changes.items()}
    return ", ".join(f"{name}={value}" for name, value in shown.items())


@every_kind
@pytest.mark.slow
def test_any_small_run_is_made_again(kind, tmp_path):
    worst = []

    @settings(max_examples=40, derandomize=True, database=None, phases=[Phase.generate])
    @given(settings_and_samples())
    def check(example):
        config, split = example
        # By the fast engine where there is one: the readable one shares its source with a program.
        run = train(config, split)
        found = losses_of(written(run, split, kind, tmp_path))
        # A run that blows up magnifies every rounding.
        if run.status != "diverged" and run.train_loss[run.completed_epochs] < 1e3:
            assert_same_losses(found, run, rtol=1e-6)
            worst.append(found)

    check()
    assert len(worst) > 20


@every_kind
@pytest.mark.parametrize(
    "changes",
    [
        *({"activation": name} for name in ACTIVATIONS),
        *({"init": name} for name in INITIALIZERS),
        *({"loss": name} for name in LOSSES),
        *({"optimizer": name, "l2": 0.1, "epsilon": 1e-4} for name in OPTIMIZERS),
        *({"optimizer": name, "epsilon": 1e-4} for name in OPTIMIZERS),
        *({"schedule": name, "epochs": 8} for name in SCHEDULES),
        {"schedule": Warmup(3, OneCycle(0.05, 9))},
        {"schedule": Cosine(0.05, 12, final=0.01)},
        {"schedule": ReduceOnPlateau(0.05, factor=0.5, patience=0), "epochs": 8},
        {"schedule": lambda u: 0.1 / (u + 1)},
        {"schedule": 0.03},
        {"hidden": (), "dropout": 0.5, "batch_norm": True},
        {"optimizer": "nesterov", "momentum": 0.0},
        {"optimizer": "adamw", "epsilon": 1e-4, "l1": 0.01, "l2": 0.1},
        {"patience": 1, "learning_rate": 2.0, "epochs": 9},
        {"batch_size": lambda epoch: 4 + 3 * epoch, "batch_norm": "after"},
    ],
    ids=in_words,
)
def test_every_entry_of_a_registry_is_written(kind, changes, tmp_path):
    config = replace(SMALL, **changes)
    split = fitting(config.loss if config.loss != "auto" else "cross_entropy")
    run = train(config, split, "numpy")
    assert run.status in ("finished", "stopped_early")
    assert_same_losses(losses_of(written(run, split, kind, tmp_path)), run, rtol=1e-6)


@every_kind
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    "batch_size", [14, 1, lambda epoch: 1 + 6 * epoch], ids=["left over", "single", "both"]
)
def test_batch_norm_of_one_sample(kind, place, optimizer, batch_size):
    config = replace(
        SMALL, batch_norm=place, batch_size=batch_size, optimizer=optimizer, epsilon=1e-4
    )
    split = fitting()
    run = train(config, split, "numpy")
    assert run.lone_last_batch == (batch_size != 1)
    assert_same_losses(losses_of(program(run, split, kind)), run, rtol=1e-6)


@every_kind
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_run_that_diverges_is_made_again(kind, dtype):
    config = TrainConfig(activation="relu", learning_rate=30.0, epochs=20, dtype=dtype)
    split = fitting("mse")
    run = train(config, split, "numpy")
    assert run.status == "diverged"
    found = losses_of(program(run, split, kind))
    assert np.array_equal(np.isfinite(found), np.isfinite(run.train_loss))
    assert np.isclose(found[0], run.train_loss[0], rtol=1e-5)


@pytest.mark.parametrize(("kind", "rtol"), [("kit", 1e-5), ("numpy", 1e-5), ("torch", 1e-4)])
def test_the_default_run_is_made_again_in_single_precision(kind, rtol):
    split = data.spiral()
    run = train(TrainConfig(), split)
    assert_same_losses(losses_of(program(run, split, kind)), run, rtol)


def test_a_program_learns_what_its_knobs_say():
    split = data.moons(n=100)
    text = program(train(SMALL, split), split, "numpy")
    losses = losses_of(text)
    for line in ("learning_rate = 0.02", "seed = 0", "batch_size = 8"):
        name, value = line.split(" = ")
        other = losses_of(text.replace(line, f"{name} = {float(value) + 1:g}"))
        assert not np.allclose(other, losses, rtol=1e-3)


@every_kind
@pytest.mark.parametrize("knob", WORDS)
def test_a_knob_is_in_a_program_only_where_it_is_in_use(kind, knob):
    split, (changes, word) = data.moons(n=40), WORDS[knob]
    without, with_it = (
        program(train(config, split, "numpy"), split, kind)
        for config in (SMALL, replace(SMALL, **changes))
    )
    assert word not in without
    assert word in with_it or kind == "kit"
    for name, value in changes.items():
        assert kind != "kit" or f"{name}={literal(value)}" in with_it


@pytest.mark.parametrize(
    ("kind", "name"), [("numpy", "spiral"), ("numpy", "digits"), ("torch", "spiral")]
)
def test_a_program_stands_alone(kind, name, tmp_path):
    split = data.DATASETS[name](seed=2)
    run = train(replace(SMALL, seed=2, patience=2), split)
    path = tmp_path / "program.py"
    path.write_text(program(run, split, kind) + "print(train_loss)\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", path.name], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == ""
    first, last = done.stdout.splitlines()
    assert first.startswith("training loss ")
    found = np.array([float(word) for word in last.strip("[]").split(",")])
    assert_same_losses(found, run, rtol=1e-6)


@every_kind
def test_many_samples_stand_in_a_file_beside_the_program(kind, tmp_path, monkeypatch):
    split = samples(n=400, d=20)
    run = train(SMALL, split)
    with pytest.raises(ValueError, match=r"would be 1?\d\d,\d{3} characters of text, and 20,000 "):
        program(run, split, kind)
    write_samples(tmp_path / "numbers.npz", samples_of(run, split, kind))
    text = program(run, split, kind, "numbers.npz")
    assert len(text) < 6000
    monkeypatch.chdir(tmp_path)
    assert_same_losses(losses_of(text), run, rtol=1e-6)


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_the_digits_are_shared_out_as_the_kit_does(kind):
    split = data.digits(seed=3)
    run = train(replace(SMALL, epochs=2, patience=5, batch_size=100), split)
    text = program(run, split, kind)
    assert "load_digits" in text and len(text) < 6000
    assert_same_losses(losses_of(text), run, rtol=1e-6)


def test_the_first_samples_of_a_set_are_drawn_and_cut():
    split = data.circle(n=60, test=0)
    split = replace(split, X_train=split.X_train[:40], y_train=split.y_train[:40])
    run = train(SMALL, split)
    text = program(run, split, "kit")
    assert "split.X_train[:40]" in text and "np.array" not in text
    assert_same_losses(losses_of(text), run, rtol=0)


def test_names_of_classes_are_written_whatever_they_are():
    split = data.from_arrays([[k] for k in range(12)], ['a "b"', "c'\\n\\u2019d"] * 6, seed=1)
    run = train(SMALL, split)
    names = {}
    exec(program(run, split, "kit"), names)
    assert names["split"].classes == split.classes
    assert_same_losses(np.array(names["train_loss"]), run, rtol=0)


def test_numbers_come_back_to_the_last_bit():
    split = samples(n=50, d=7)
    names = {}
    exec(program(train(SMALL, split), split, "numpy"), names)
    assert np.array_equal(names["X"], split.X_train) and names["X"].dtype == np.float32
    assert np.array_equal(names["y"], split.y_train)


@pytest.mark.parametrize("kind", ["sklern", "", None, ["numpy"]])
def test_another_kind_is_an_error_in_words(kind):
    split = data.moons(n=20)
    run = train(SMALL, split)
    with pytest.raises(ValueError, match=r"kind must be one of kit, numpy, .*, got "):
        program(run, split, kind)
    with pytest.raises(ValueError, match=r"kind must be one of kit, numpy, .*, got "):
        samples_of(run, split, kind)


def texts():
    """Programs with everything on, and with as little as there can be."""
    everything = {
        "batch_norm": "before", "dropout": 0.2, "optimizer": "adamw", "l1": 0.01, "l2": 0.01,
        "clip_norm": 1.0, "clip_value": 0.5, "patience": 3, "schedule": "one_cycle",
        "loss": "binary_cross_entropy", "activation": "gelu_tanh", "batch_size": 6,
    }  # fmt: skip
    configs = [SMALL, replace(SMALL, **everything), replace(SMALL, hidden=())]
    configs += [replace(SMALL, activation=name) for name in ACTIVATIONS]
    configs += [replace(SMALL, schedule=name) for name in SCHEDULES]
    configs += [replace(SMALL, optimizer=name) for name in OPTIMIZERS]
    configs += [replace(SMALL, loss=name) for name in LOSSES if LOSSES[name].task == "two classes"]
    split = samples(n=43, outputs=2)
    for config in configs:
        run = train(config, split, "numpy")
        for kind in EXACT:
            yield program(run, split, kind)


def test_programs_are_clean_and_fit_the_page(tmp_path):
    check_clean(texts(), tmp_path)
