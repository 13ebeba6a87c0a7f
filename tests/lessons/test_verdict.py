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
from lessons.verdict import describe_losses, guessing_loss, is_dead, remarks, verdict

MOONS = data.moons(n=20)  # guessing costs log 2 = 0.693


def history(loss, gradient=1.0, status="finished", stopped_at=None, moved=0.0, **settings):
    """A run of one update per epoch with these losses.

    Parameters: gradient, the norm of the layers' gradients, one number or one for each update;
    moved, how far the parameters, of length 1, have moved; settings, fields of its TrainConfig.
    """
    loss = np.array(loss, float)
    updates = len(loss) - 1
    nan = np.full(len(loss), np.nan)
    kept = np.count_nonzero(np.isfinite(loss))
    return Run(
        config=TrainConfig(epochs=updates, **settings),
        batch_loss=loss[:-1],
        train_loss=loss,
        val_loss=2 * loss,
        train_accuracy=nan,
        val_accuracy=nan,
        learning_rate=np.full(updates, 0.1),
        grad_norm=np.tile(np.broadcast_to(gradient, updates)[:, None], 2),
        activation_mean=np.zeros((len(loss), 1)),
        activation_std=np.ones((len(loss), 1)),
        flat=np.zeros((len(loss), 1)),
        dead=np.zeros((len(loss), 1)),
        epoch_starts=np.arange(len(loss)),
        failure=None,
        status=status,
        stopped_at=stopped_at,
        params=Params([]),
        snapshots=Snapshots(1 + moved * np.linspace(0, 1, kept)[:, None], (), "mse"),
    )


falling = 0.9 ** np.arange(41)
level = np.concatenate([falling[:21], np.full(20, falling[20])])

jumps = [1.0, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.15]

# What a run says, and one close by that must not: the losses, and what else there is to know.
SMALL, LARGE = "has barely moved, the steps are too small", "the steps are too large"
CASES = [
    (SMALL, ([1, 0.999, 0.995], {}), "still falling when stopped", ([1, 0.7, 0.5], {})),
    # From far down it came back: it has moved.
    (
        SMALL, ([1, 1.005, 0.995], {}),
        "was better before, 0.2 after 1 epoch, now worse than guessing", ([1, 0.2, 0.995], {}),
    ),
    # The parameters have gone far, so that the steps were not small.
    (SMALL, ([1, 0.999, 0.995], {}), "has barely moved", ([1, 0.999, 0.995], {"moved": 0.5})),
    (
        "there is nothing to learn, the loss is 0 from the start", ([0, 0, 0], {}),
        "ended higher than it began, " + LARGE, ([0, 0, 1e-3], {}),
    ),
    (
        # A batch of one sample at too large a rate.
        f"ended higher than it began, {LARGE}", ([0.85, 2.1, 2.6], {}),
        "still falling when stopped, worse than guessing so far", ([3.5, 3.1, 2.6], {}),
    ),
    # Where something else than the steps may have raised the loss, they are not blamed.
    *(
        (
            f"ended higher than it began, {LARGE}", ([1, 0.5, 1.2], {}),
            "ended higher than it began", ([1, 0.5, 1.2], other),
        )
        for other in (
            {"l1": 1.0}, {"l2": 1.0}, {"dropout": 0.5}, {"batch_norm": True}, {"shuffle": False},
        )
    ),
    (
        "no better than guessing, the steps threw the network off", ([1, 9, 0.8, 0.7, 0.7], {}),
        "on a plateau, no better than guessing", ([1, 1.01, 0.8, 0.7, 0.7], {}),
    ),
    (
        "worse than guessing, the steps threw the network off", ([1, 9, 0.9, 0.9, 0.9], {}),
        "on a plateau, worse than guessing", ([1, 9, 0.9, 0.9, 0.9], {"l2": 1.0}),
    ),
    (
        "worse than guessing, no gradient reaches the first layer any more",
        ([1, 2e6, 1e6], {"gradient": [1, 0]}),
        "ended higher than it began, " + LARGE, ([1, 2e6, 1e6], {"gradient": 1e-9}),
    ),
    (
        "no better than guessing, no gradient reaches the first layer any more",
        ([1, 0.7, 0.7], {"gradient": [1, 0]}),
        "has leveled off", ([1, *([0.3] * 10)], {"gradient": [1, *([0] * 9)]}),
    ),
    # It never did.
    (
        "no better than guessing, no gradient reaches the first layer",
        ([1, 0.7, 0.7], {"gradient": 0}),
        "no better than guessing, no gradient reaches the first layer any more",
        ([1, 0.7, 0.7], {"gradient": [1e-9, 0]}),
    ),
    # Sigmoids whose gradient vanishes: all the time at the loss of guessing, 0.693.
    (
        "no better than guessing for the whole run", (np.linspace(0.72, 0.685, 41), {}),
        "still falling when stopped, hardly better than guessing so far",
        ([*np.linspace(0.72, 0.68, 37), 0.67, 0.66, 0.65, 0.64], {}),
    ),
    (
        "hardly better than guessing for the whole run", (np.linspace(0.70, 0.66, 41), {}),
        "still falling when stopped", (np.linspace(0.70, 0.60, 41), {}),
    ),
    (
        "no better than guessing for the whole run", ([0.70, 0.72, 0.71], {}),
        "no better than guessing, the steps threw the network off", ([0.70, 7.0, 0.695], {}),
    ),
    (
        "was better before, 0.1 after 2 epochs", ([1, 0.5, 0.1, 0.3, 0.3], {}),
        "has leveled off", ([1, 0.5, 0.3, 0.3, 0.3], {}),
    ),
    (
        "was better before, 0.1 after 1 epoch", ([1, 0.1, 0.2, 0.3, 0.3], {}),
        "has come close to 0", ([1, 1e-9, 2e-9, 2e-9, 3e-9], {}),
    ),
    (
        "was better before, 0.1 after 2 epochs, now worse than guessing",
        ([9, 0.5, 0.1, 3, 3], {}),
        "was better before, 0.1 after 2 epochs", ([9, 0.5, 0.1, 0.3, 0.3], {}),
    ),
    # A loss that rises at the end has not leveled off, nor does it jump.
    (
        "was better before, 0.12 after 20 epochs", ([*level[:-1], 1.3 * level[-1]], {}),
        "has leveled off", (level, {}),
    ),
    (
        "jumping up and down", (jumps, {}),
        "was better before, 0.1 after 1 epoch", ([1, 0.1, 0.12, 0.14, 0.16, 0.18, 0.19], {}),
    ),
    (
        "jumping up and down, worse than guessing", ([9, 1, 3, 1, 3, 1, 1.9], {}),
        "jumping up and down", ([9, 0.2, 0.6, 0.2, 0.6, 0.2, 0.39], {}),
    ),
    (
        "jumping up and down", (jumps, {}),
        "has leveled off", ([1, 0.1, 0.104, 0.1, 0.104, 0.1, 0.104, 0.1, 0.102], {}),
    ),
    (
        "jumping up and down", (jumps, {}),
        "has leveled off, with jumps",
        ([1, *(0.1 + 0.001 * np.tile([20, 0, 1, 0, 1, 0], 4)), 0.1], {}),
    ),
    (
        "on a plateau, worse than guessing, with jumps",
        ([20, *(1 + 0.01 * np.tile([20, 0, 1, 0, 1, 0], 4)), 1.0], {}),
        "on a plateau, worse than guessing", ([20, *([1] * 25)], {}),
    ),
    # Below what can be seen, rounding errors go up and down.
    (
        "jumping up and down", (jumps, {}),
        "has come close to 0", ([1, *(1e-7 * np.array(jumps[1:-1])), 3e-8], {}),
    ),
    ("still falling when stopped", (falling, {}), "has leveled off", (level, {})),
    (
        "still falling when stopped, worse than guessing so far", (9 * falling[:11], {}),
        "on a plateau, worse than guessing", ([9, 8, *([2] * 9)], {}),
    ),
    (
        "on a plateau, hardly better than guessing", ([1, 0.7, 0.65, 0.65, 0.65, 0.65], {}),
        "has leveled off", ([1, 0.7, 0.6, 0.6, 0.6, 0.6], {}),
    ),
    (
        "on a plateau, no better than guessing", ([5, 0.7, 0.7, 0.7, 0.7], {}),
        "still falling when stopped, no better than guessing so far", ([5, 2, 1, 0.8, 0.7], {}),
    ),
    # One epoch that was luckily low is no fall.
    (
        "still falling when stopped", (falling, {}),
        "has leveled off", (np.where(np.arange(41) == 40, 0.94, 1) * level, {}),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "run", "other", "close_by"), CASES)
def test_each_clause_has_its_history_and_one_close_by_that_is_another(text, run, other, close_by):
    for clause, (loss, rest) in ((text, run), (other, close_by)):
        assert verdict(history(loss, **rest), MOONS) == clause


def test_where_there_is_nothing_to_guess_nothing_is_compared_with_guessing():
    split = replace(MOONS, y_train=np.zeros_like(MOONS.y_train))
    assert guessing_loss(split) == 0
    for clause, loss in (
        ("still falling when stopped", [1, 0.1, 0.01]),
        ("has leveled off", [1, 0.01, 0.01]),
    ):
        assert verdict(history(loss), split) == clause


def test_a_batch_of_one_that_moves_no_weight_of_the_first_layer_is_not_the_death_of_it():
    """For the sample of the last update no ReLU may be on."""
    split = data.moons(n=40)
    found = 0
    for seed in range(30):
        run = train(TrainConfig(batch_size=1, epochs=2, hidden=(2,), seed=seed), split)
        if run.grad_norm[-1, 0] == 0 < run.grad_norm[-len(split.X_train) :, 0].max():
            found += 1
            assert not is_dead(run)
            assert "no gradient" not in verdict(run, split)
    assert found > 2


def test_real_runs_say_what_was_their_fate():
    """The same by training: stuck sigmoids, thrown networks, penalties, dead layers."""
    split = data.spiral(n=200)
    for clause, settings in (
        ("for the whole run", {"hidden": (16,) * 4, "activation": "sigmoid"}),
        ("has barely moved, the steps are too small", {"learning_rate": 1e-5}),
        ("on a plateau, hardly better than guessing", {"activation": "identity"}),
        ("no gradient reaches the first layer any more", {"learning_rate": 20.0}),
        ("no gradient reaches the first layer", {"init": "zeros"}),
        ("no better than guessing", {"l2": 2.0}),
    ):
        run = train(TrainConfig(epochs=100, **settings), split)
        assert clause in verdict(run, split), (settings, verdict(run, split))


def test_a_start_beyond_all_numbers_is_not_where_the_run_stayed():
    run = history([np.inf, 0.5, 0.3, 0.2])
    assert verdict(run, MOONS) == "still falling when stopped"
    assert run.completed_epochs == 3
    diverged = history([np.inf, np.nan], status="diverged", stopped_at=0)
    assert describe_losses(diverged, MOONS).startswith(
        "Training loss not finite → not finite; 0 upd"
    )


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


def test_where_memory_is_short_what_is_kept_is_said():
    run = history([1, 0.5, 0.3, 0.2])
    assert remarks(run) == []
    kept = run.snapshots.vectors
    for places, last, words in (
        ([0], 3, ["Memory is short: only the parameters before training are kept, and shown at "]),
        ([0, 2, 3], 3, ["Memory is short: the parameters are kept only every 2 epochs, and betw"]),
        ([0], 0, []),
    ):
        thinned = Snapshots(kept[places], (), "mse", places=np.array(places), last=last)
        said = remarks(replace(run, snapshots=thinned))
        assert [
            sentence[: len(start)] for sentence, start in zip(said, words, strict=True)
        ] == words


# True to the numbers, whatever the rate


def best_constant(split):
    """Loss of the best answer that is the same for every sample, found by trying."""
    y = split.y_train
    if split.task == "regression":
        return min(np.mean((y - guess) ** 2) for guess in np.linspace(y.min(), y.max(), 2001))
    shares = np.linspace(0.001, 0.999, 999)
    return min(-np.mean(np.where(y == 1, math.log(p), math.log(1 - p))) for p in shares)


def tenths(loss):
    """The middle losses of the tenth of the epochs before the last one, and of the last."""
    k = max(1, (len(loss) - 1) // 10)
    return [sorted(part)[k // 2] for part in (loss[-2 * k : -k], loss[-k:])]


def jumps_at_times(loss):
    return np.ptp(loss[len(loss) // 2 :]) > 0.1 * loss[-1] and jumps_up_and_down(loss)


def is_level(loss, text):
    before, now = tenths(loss)
    if "with jumps" in text:
        half = loss[len(loss) // 2 : -1]
        return 0.85 * half.min() <= loss[-1] <= half.max()
    return now >= 0.85 * before and loss[-1] <= 1.15 * np.median(loss[len(loss) // 2 :])


def nothing_reaches_the_first_layer(run):
    return not run.grad_norm[run.epoch_starts[-2] :, 0].any()


def parameters_moved(run):
    first, last = run.snapshots.vectors[[0, -1]]
    return np.linalg.norm(last - first) / np.linalg.norm(first)


def was_better(run, text):
    lowest, epoch = re.search(r"before, (\S+) after (\d+) epoch", text).groups()
    loss = run.train_loss
    return loss[int(epoch)] == loss.min() < loss[-1] / 1.05 and short(loss.min()) == lowest


def jumps_up_and_down(loss):
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
    "jumping up and down": lambda r, L, g, t: jumps_up_and_down(L) and L[-1] < L[0],
    "for the whole run": lambda r, L, g, t: 0.88 * g < L.min() <= L.max() < 1.12 * g,
    "still falling": lambda r, L, g, t: tenths(L)[1] < tenths(L)[0] and L[-1] < L[0],
    "so far": lambda r, L, g, t: 0.88 * g < L[-1] < L[0],
    "on a plateau": lambda r, L, g, t: 0.88 * g < L[-1] < L[0],
    "has come close to 0": lambda r, L, g, t: L[-1] < 0.02 * g and L[-1] < L[0],
    "with jumps": lambda r, L, g, t: jumps_at_times(L),
    "has leveled off": lambda r, L, g, t: is_level(L, t) and L[-1] < L[0],
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
