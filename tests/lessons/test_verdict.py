"""The verdict: every clause on a history made for it, and no clause that its numbers deny."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from reference import exact_line, samples

from lessons import Progress, Run, TrainConfig, data, train
from lessons.data import DATASETS
from lessons.numerals import count, short
from lessons.parameters import Params
from lessons.run import Snapshots
from lessons.verdict import describe_losses, guessing_loss, is_dead, verdict

MOONS = data.moons(n=20)  # guessing costs log 2 = 0.693


def history(loss, gradient=1.0, status="finished", stopped_at=None):
    """A run of one update per epoch with these losses."""
    loss = np.array(loss, float)
    updates = len(loss) - 1
    nan = np.full(len(loss), np.nan)
    kept = np.count_nonzero(np.isfinite(loss))
    return Run(
        config=TrainConfig(epochs=updates),
        batch_loss=loss[:-1],
        train_loss=loss,
        val_loss=2 * loss,
        train_accuracy=nan,
        val_accuracy=nan,
        learning_rate=np.full(updates, 0.1),
        grad_norm=np.full((updates, 2), gradient),
        activation_mean=np.zeros((len(loss), 1)),
        activation_std=np.ones((len(loss), 1)),
        flat=np.zeros((len(loss), 1)),
        dead=np.zeros((len(loss), 1)),
        epoch_starts=np.arange(len(loss)),
        failure=None,
        status=status,
        stopped_at=stopped_at,
        params=Params([]),
        snapshots=Snapshots(np.zeros((kept, 0)), (), "mse"),
    )


falling = 0.9 ** np.arange(41)
level = np.concatenate([falling[:21], np.full(20, falling[20])])

HISTORIES = {
    "has barely moved, the steps are too small": np.linspace(1, 0.995, 11),
    "ended higher than it began, the steps are too large": [1, 0.5, 0.8, 1.1, 1.2],
    "no better than guessing, the steps threw the network off": [1, 9, 0.8, 0.7, 0.7],
    "worse than guessing, the steps threw the network off": [1, 9, 0.9, 0.9, 0.9],
    "was better before, 0.1 after 2 epochs": [1, 0.5, 0.1, 0.3, 0.3],
    "was better before, 0.1 after 1 epoch": [1, 0.1, 0.2, 0.3, 0.3],
    "jumping up and down": [1.0, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.15],
    "still falling when stopped": falling,
    "on a plateau, hardly better than guessing": [1, 0.7, 0.65, 0.65, 0.65, 0.65, 0.65],
    "has leveled off": level,
}


@pytest.mark.parametrize("text", HISTORIES)
def test_each_clause_has_its_history(text):
    assert verdict(history(HISTORIES[text]), MOONS) == text


def test_a_start_beyond_all_numbers_is_not_where_the_run_stayed():
    run = history([np.inf, 0.5, 0.3, 0.2])
    assert verdict(run, MOONS) == "still falling when stopped"
    assert run.completed_epochs == 3
    diverged = history([np.inf, np.nan], status="diverged", stopped_at=0)
    assert describe_losses(diverged, MOONS).startswith(
        "Training loss not finite → not finite; 0 upd"
    )


def test_a_loss_that_rises_at_the_end_has_not_leveled_off():
    assert verdict(history([*level[:-1], 1.3 * level[-1]]), MOONS) == "jumping up and down"


def test_dead_units_are_called_so_only_if_nothing_was_learned():
    dead = history([1.0, 0.7, 0.7], gradient=0.0)
    assert is_dead(dead)
    assert verdict(dead, MOONS).startswith("no better than guessing, no gradient reaches")
    worse = history([1.0, 0.9, 0.9], gradient=0.0)
    assert verdict(worse, MOONS).startswith("worse than guessing, no gradient reaches")
    assert verdict(history(level, gradient=0.0), MOONS) == "has leveled off"


def test_a_run_without_updates_is_not_dead():
    assert not is_dead(history([1.0, np.nan], gradient=0.0, status="cancelled", stopped_at=0))


@pytest.mark.parametrize("epochs", [1, 2, 3])
@pytest.mark.parametrize("rate", [1e-6, 0.01, 1.0, 30.0])
def test_the_shortest_runs_have_a_verdict_too(epochs, rate):
    run = train(TrainConfig(epochs=epochs, learning_rate=rate), MOONS)
    assert verdict(run, MOONS)


def test_diverged_and_stopped_by_hand():
    split = exact_line()
    # Of twenty updates an epoch it is one in between that breaks; of one, the loss after it.
    run = train(TrainConfig(hidden=(), learning_rate=1e9, batch_size=1), split)
    assert run.failure.quantity != "training loss"
    assert verdict(run, split) == f"diverged at update {run.stopped_at + 1}"
    run = train(TrainConfig(hidden=(), learning_rate=1e9, batch_size=20), split)
    assert run.failure.quantity == "training loss"
    assert verdict(run, split) == f"diverged after update {run.stopped_at}"
    progress = Progress()
    progress.cancel()
    run = train(TrainConfig(), split, progress=progress)
    assert verdict(run, split) == "stopped by hand"


# True to the numbers, whatever the rate


def best_constant(split):
    """Loss of the best answer that is the same for every sample, found by trying."""
    y = split.y_train
    if split.task == "regression":
        return min(np.mean((y - guess) ** 2) for guess in np.linspace(y.min(), y.max(), 2001))
    shares = np.linspace(0.001, 0.999, 999)
    return min(-np.mean(np.where(y == 1, math.log(p), math.log(1 - p))) for p in shares)


def tenth_ago(loss):
    return loss[-1 - max(1, (len(loss) - 1) // 10)]


def ratio(loss):
    return loss[-1] / tenth_ago(loss) if loss[-1] else float(tenth_ago(loss) == 0)


def nothing_reaches_the_first_layer(run):
    return run.grad_norm[-1, 0] == 0


def parameters_moved(run):
    first, last = run.snapshots.vectors[[0, -1]]
    return np.linalg.norm(last - first) / np.linalg.norm(first)


def was_better(run, text):
    lowest, epoch = re.search(r"before, (\S+) after (\d+) epoch", text).groups()
    loss = run.train_loss
    return loss[int(epoch)] == loss.min() < loss[-1] / 2 and short(loss.min()) == lowest


def jumps(loss):
    changes = np.diff(loss[len(loss) // 2 :])
    return changes.max() > 0 > changes.min()


# Each part of a clause, and what must hold where it is said: of run, losses, guessing and text.
TRUE = {
    "diverged at update": lambda r, L, g, t: t.endswith(f" {count(r.stopped_at + 1)}"),
    "has barely moved": lambda r, L, g, t: 0.98 < L[-1] / L[0] < 1.02,
    "the steps are too small": lambda r, L, g, t: parameters_moved(r) < 0.2,
    "ended higher than it began": lambda r, L, g, t: L[-1] >= L[0],
    "worse than guessing": lambda r, L, g, t: L[-1] > 1.05 * g,
    "no better than guessing": lambda r, L, g, t: 0.97 * g < L[-1] < 1.15 * g,
    "no gradient reaches": lambda r, L, g, t: nothing_reaches_the_first_layer(r),
    "threw the network off": lambda r, L, g, t: L.max() > L[0],
    "was better before": lambda r, L, g, t: was_better(r, t),
    "jumping up and down": lambda r, L, g, t: jumps(L) and L[-1] < L[0],
    "still falling": lambda r, L, g, t: L[-1] < tenth_ago(L) and L[-1] < L[0],
    "on a plateau": lambda r, L, g, t: 0.88 * g < L[-1] < L[0],
    "has leveled off": lambda r, L, g, t: 0.9 <= ratio(L) <= 1.11 and L[-1] < L[0],
}


@pytest.fixture(scope="module")
def verdicts():
    """Every small data set at every rate: run, its losses, the loss of guessing, the verdict."""
    found = []
    for name, make in DATASETS.items():
        for seed in range(0 if name == "digits" else 3):
            split = make(n=200, seed=seed)
            guess = best_constant(split)
            assert guessing_loss(split) == pytest.approx(guess, rel=1e-3)
            for rate in np.geomspace(1e-6, 1e3, 28):
                run = train(TrainConfig(learning_rate=rate, epochs=40, seed=seed), split)
                found.append((run, run.train_loss, guess, verdict(run, split)))
    return found


@pytest.mark.parametrize("part", TRUE)
def test_what_is_said_is_true(verdicts, part):
    where = [found for found in verdicts if part in found[-1]]
    assert where
    for found in where:
        assert TRUE[part](*found), found[1:]


def test_something_is_said_of_every_run(verdicts):
    for *_, text in verdicts:
        assert any(part in text for part in TRUE), text


# The sentence


def test_the_sentence_holds_the_numbers_of_the_run():
    for split in (data.moons(n=100), data.wave(n=100)):
        run = train(TrainConfig(epochs=30, learning_rate=0.01), split)
        assert describe_losses(run, split) == (
            f"Training loss {short(run.train_loss[0])} → {short(run.train_loss[-1])}, "
            f"validation {short(run.val_loss[0])} → {short(run.val_loss[-1])}; "
            f"{run.updates} updates; {verdict(run, split)}."
        )


def test_the_sentence_without_validation_samples_does_not_speak_of_them():
    split = data.moons(n=20, val=0)
    text = describe_losses(train(TrainConfig(epochs=1), split), split)
    assert re.fullmatch(r"Training loss \S+ → \S+; 1 update; [^;]+\.", text)


@pytest.mark.parametrize("rate", [1e9, 1e30, 1e300])
def test_the_sentence_after_a_divergence_does_not_say_nan(rate):
    for split in (exact_line(), samples("regression", outputs=2)):
        run = train(TrainConfig(learning_rate=rate, epochs=5), split)
        text = describe_losses(run, split)
        assert run.status == "diverged"
        assert text.startswith(f"Training loss {short(run.train_loss[0])} → not finite; ")
        assert "nan" not in text
        assert "inf" not in text.replace("finite", "")


def test_the_sentence_about_a_loss_that_was_never_finite_does_not_say_nan():
    split = data.moons(n=40)
    split = replace(split, X_train=np.full_like(split.X_train, 3e38))
    text = describe_losses(train(TrainConfig(epochs=1), split), split)
    assert text.startswith("Training loss not finite → not finite; ")


def test_the_sentence_after_a_stop_is_about_the_last_complete_epoch():
    losses = [1.0, 0.5, np.nan, np.nan]
    text = describe_losses(history(losses, status="cancelled", stopped_at=1), MOONS)
    assert text == "Training loss 1 → 0.5, validation 2 → 1; 1 update; stopped by hand."
