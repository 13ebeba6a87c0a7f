"""What lesson 02 says about runs: each sentence tried, with many seeds."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, evaluate, gradient_at, predict, train
from lessons.experiments import epoch_batch_iteration as counting
from lessons.verdict import guessing_loss
from widgets.epoch_batch_iteration.samples import NETWORK, load

pytestmark = pytest.mark.usefixtures("compiled")


@cache
def trained(seed, order="mixed", snapshots="epoch", **settings):
    """The panel's network, on the panel's data; batches of 100 and 5 epochs, as at first."""
    config = TrainConfig(**NETWORK | {"batch_size": 100, "epochs": 5, "seed": seed} | settings)
    return train(config, load(1200, order, seed), snapshots=snapshots)


def right(runs):
    """The share of unseen samples that are right at the end of each run."""
    return np.array([run.val_accuracy[-1] for run in runs])


def percent(shares):
    low, middle, high = (f"{100 * value:.0f}%" for value in np.quantile(shares, (0, 0.5, 1)))
    return f"median {middle}, {low} to {high}"


def spread(values, digits=0):
    low, middle, high = (f"{value:.{digits}f}" for value in np.quantile(values, (0, 0.5, 1)))
    return f"median {middle}, {low} to {high}"


# Updates


@pytest.mark.claim(
    "epoch_batch_iteration",
    "More is not always better: with batches of 1, and 6,000 updates, this network mostly learns "
    "next to nothing.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "With a fifth of the rate, 0.1, the same 6,000 updates get nearly all unseen samples right.",
)
def test_batches_of_one_need_a_smaller_rate(seeds, measured):
    """Five epochs: batches of 1 at the rates 0.5 and 0.1, and of 100 at 0.5 (60 updates)."""
    one, short, hundred = (
        right([trained(seed, **settings) for seed in seeds])
        for settings in ({"batch_size": 1}, {"batch_size": 1, "learning_rate": 0.1}, {})
    )
    assert np.median(one) < 0.6
    assert np.mean(one < 0.7) > 0.7
    assert short.min() > 0.93
    assert np.median(short) > 0.98
    assert hundred.min() > 0.9
    measured(
        f"unseen samples right, batches of 1: {percent(one)}; at 0.1 {percent(short)}; batches of "
        f"100, at 0.5: {percent(hundred)}"
    )


def steps_of_one_sample(seed, rate):
    """Of every 150th step: how many lower the loss of their own sample, and raise that of all."""
    split = load(1200, "mixed", seed)
    run = trained(seed, snapshots="update", batch_size=1, learning_rate=rate)
    order = counting.sample_orders(run.config, split).ravel()
    own, uphill = [], []
    for update in range(0, run.updates, 150):
        sample = order[update]
        one = split.X_train[[sample]], split.y_train[[sample]]
        for changes, samples in ((own, one), (uphill, (split.X_train, split.y_train))):
            before, after = (
                evaluate(run.snapshots[update + k], run.config, *samples)[0] for k in (0, 1)
            )
            changes.append(after - before)
    return np.mean(np.array(own) <= 0), np.mean(np.array(uphill) > 0)


@pytest.mark.claim(
    "epoch_batch_iteration",
    "A single sample is a poor guide, and at this learning rate, 0.5, the network follows it too "
    "far: every step lowers the loss of its own sample, but about seven in ten raise the loss of "
    "all.",
)
def test_one_sample_is_followed_too_far(seeds, measured):
    """Batches of 1, five epochs, at the rates 0.5 and 0.1: every 150th step, by both losses."""
    long, short = (
        np.array([steps_of_one_sample(seed, rate) for seed in seeds]).T for rate in (0.5, 0.1)
    )
    assert min(long[0].min(), short[0].min()) > 0.98
    assert 0.65 < long[1].mean() < 0.8
    assert short[1].mean() < long[1].mean() - 0.1
    measured(
        f"at 0.5 {100 * long[0].mean():.0f}% of the steps lower the loss of their own sample, and "
        f"that of all rises in {percent(long[1])}; at 0.1 in {percent(short[1])}"
    )


@pytest.mark.claim("epoch_batch_iteration", "Compare trainings by updates, not only by epochs")
def test_equal_epochs_are_not_equal_trainings(seeds, measured):
    """Five epochs with all samples in a batch (5 updates), and 60 such epochs (60 updates)."""
    few, many, hundred = (
        right([trained(seed, **settings) for seed in seeds])
        for settings in ({"batch_size": 1200}, {"batch_size": 1200, "epochs": 60}, {})
    )
    assert np.median(few) < 0.75 < 0.9 < np.median(many)
    measured(
        f"right after 5 updates {percent(few)}, after 60 {percent(many)}; batches of 100, which "
        f"make 60 in 5 epochs, {percent(hundred)}"
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "Because every epoch is shuffled anew, it is not always the same samples that are left out; "
    "without shuffling it would be.",
)
def test_who_is_left_out(seeds, measured):
    """1,000 samples in batches of 64 with drop_last, four epochs: who is in no batch."""
    for seed in seeds:
        config, split = TrainConfig(batch_size=64, epochs=4, seed=seed), load(1000, "mixed", seed)
        out = {}
        for shuffle in (True, False):
            orders = counting.sample_orders(replace(config, shuffle=shuffle), split)
            kept = [counting.batch_of_samples(order, 64, drop_last=True) for order in orders]
            out[shuffle] = {tuple(np.flatnonzero(batch < 0)) for batch in kept}
            assert all(len(samples) == 40 for samples in out[shuffle])
        assert len(out[True]) == 4
        assert len(out[False]) == 1
    measured(f"40 others in each epoch, the same 40 without shuffling, in all {len(seeds)}")


# Sorted data


@cache
def first_good_epoch(seed, shuffle):
    """The first epoch after which 95% of the unseen samples are right."""
    run = trained(seed, "sorted", shuffle=shuffle, epochs=50)
    return int(np.argmax(run.val_accuracy >= 0.95)) if run.val_accuracy.max() >= 0.95 else 99


@pytest.mark.claim(
    "epoch_batch_iteration",
    "in the end it learns both, but it takes about five times as many epochs.",
    seeds=40,
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "In the end it learns both, and needs about 19 epochs for what takes 4 with shuffling: 95% of "
    "the unseen samples right.",
    seeds=40,
)
def test_sorted_data_is_learned_in_the_end(seeds, measured):
    """Batches of 100, rate 0.5, 50 epochs: the first with 95% of the unseen samples right."""
    plain, shuffled = ([first_good_epoch(s, shuffle) for s in seeds] for shuffle in (False, True))
    assert 17 <= np.median(plain) <= 21
    assert 3 <= np.median(shuffled) <= 5
    ends = right([trained(s, "sorted", shuffle=False, epochs=50) for s in seeds])
    assert ends.min() > 0.98
    measured(
        f"sorted {spread(plain)}; shuffled {spread(shuffled)}; after 50 epochs sorted, right: "
        f"{percent(ends)}"
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "each batch holds one class only (look at the bar on the lower right), so the network learns "
    "to answer with that class, and pays for it when the other begins.",
)
def test_it_answers_with_the_class_that_it_saw_last(seeds, measured):
    """Epochs 2 to 5, at the end of each class: the answers to unseen samples, and the next loss."""
    answers, jumps = [], []
    for seed in seeds:
        run, split = trained(seed, "sorted", "update", shuffle=False), load(1200, "sorted", seed)
        for update in range(18, 61, 6):
            now = split.y_train[(update - 1) % 12 * 100]
            given = predict(run.snapshots[update], run.config, split.X_val).argmax(axis=1)
            answers.append(np.mean(given == now))
            if update < 60:
                jumps.append(run.batch_loss[update] / run.batch_loss[update - 1])
    assert np.mean(answers) > 0.98
    assert min(jumps) > 4
    measured(
        f"the class just seen is the answer to {100 * np.mean(answers):.1f}%; the loss of the next "
        f"batch is {spread(jumps)} times as high"
    )


@pytest.mark.claim(
    "epoch_batch_iteration", "Switch shuffle on, and the saw is gone, for the same samples."
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "(Data that is stored well mixed, as in the first setting, needs no shuffling, but you rarely "
    "know that.)",
)
def test_shuffled_or_mixed_data_makes_no_saw(seeds, measured):
    """Batches of 100, five epochs: highest by lowest loss of a batch within epochs 2 to 5."""
    teeth, shares = {}, {}
    for order, shuffle in (("sorted", False), ("sorted", True), ("mixed", False)):
        runs = [trained(seed, order, shuffle=shuffle) for seed in seeds]
        losses = np.array([run.batch_loss.reshape(5, 12)[1:] for run in runs])
        teeth[order, shuffle] = np.median(losses.max(axis=2) / losses.min(axis=2), axis=1)
        shares[order, shuffle] = right(runs)
    assert teeth["sorted", False].min() > 8
    assert max(teeth["sorted", True].max(), teeth["mixed", False].max()) < 4
    assert shares["sorted", False].max() < 0.6
    assert min(shares["sorted", True].min(), shares["mixed", False].min()) > 0.85
    measured(
        "; ".join(
            f"{order}, {'shuffled' if shuffle else 'not shuffled'}: {spread(values, 1)}, right "
            f"{percent(shares[order, shuffle])}"
            for (order, shuffle), values in teeth.items()
        )
    )


def unshuffled_after_five(split, key, seed):
    """The share of unseen samples right after five epochs in the order of a key."""
    order = np.argsort(key, kind="stable")
    split = replace(split, X_train=split.X_train[order], y_train=split.y_train[order])
    config = TrainConfig(**NETWORK, batch_size=100, epochs=5, shuffle=False, seed=seed)
    return train(config, split).val_accuracy[-1]


@pytest.mark.claim(
    "epoch_batch_iteration",
    "samples sorted by their place, with both rings in many batches, cost epochs, too.",
)
def test_samples_sorted_by_place_cost_epochs_too(seeds, measured):
    """Unshuffled, sorted by x or by angle: unseen samples right after five epochs."""
    by_x, by_angle, shares = [], [], []
    for seed in seeds:
        split = load(1200, "mixed", seed)
        x, y = split.X_train.T
        by_x.append(unshuffled_after_five(split, x, seed))
        by_angle.append(unshuffled_after_five(split, np.arctan2(x, y), seed))
        for key in (x, np.arctan2(x, y)):
            batches = split.y_train[np.argsort(key, kind="stable")].reshape(12, 100)
            shares.append(np.mean((batches.mean(axis=1) > 0.1) & (batches.mean(axis=1) < 0.9)))
    shuffled = right([trained(seed) for seed in seeds])
    assert np.mean(shares) > 0.6
    assert max(np.median(by_x), np.median(by_angle)) < np.median(shuffled) - 0.1
    measured(
        f"by x {percent(by_x)}; by angle {percent(by_angle)}; shuffled {percent(shuffled)}; "
        f"batches with both rings {100 * np.mean(shares):.0f}%"
    )


@pytest.mark.claim(
    "epoch_batch_iteration", "How many depends on the data: for two clouds far apart, none."
)
def test_how_much_sorting_costs_depends_on_the_data(seeds, measured):
    """Sorted by class and shuffled, 1,200 samples, five epochs, the panel's network."""
    found = {}
    for name in ("gaussians", "moons", "xor", "circle"):
        pairs = []
        for seed in seeds:
            split = getattr(data, name)(n=1200, seed=seed)
            config = TrainConfig(**NETWORK, batch_size=100, epochs=5, seed=seed)
            plain = unshuffled_after_five(split, split.y_train, seed)
            pairs.append((plain, train(config, split).val_accuracy[-1]))
        found[name] = np.median(pairs, axis=0)
    assert found["gaussians"][0] > found["gaussians"][1] - 0.01
    for name in ("moons", "xor", "circle"):
        assert found[name][0] < found[name][1] - 0.02
    measured(
        "right, sorted and shuffled: "
        + "; ".join(f"{name} {100 * a:.0f}%, {100 * b:.0f}%" for name, (a, b) in found.items())
    )


# Gradients of batches


@cache
def angles(seed, size):
    """Angles of batch gradients with the full one, before epochs 1 to 5 of their own training."""
    run, split = trained(seed, batch_size=size), load(1200, "mixed", seed)
    found = []
    for params, order in zip(
        list(run.snapshots)[:-1], counting.sample_orders(run.config, split), strict=True
    ):
        full = gradient_at(params, run.config, split.X_train, split.y_train)
        batches = counting.cut(order, size)[:: max(1, 1200 // size // 60)]
        each = counting.batch_gradients(params, run.config, split, batches)
        found.append(counting.compare(each, full)[0])
    return np.concatenate(found)


@pytest.mark.claim(
    "epoch_batch_iteration",
    "As a rule, the larger the batch, the better it agrees with the whole; with B = N it is the "
    "whole.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "With B = 1 about half of the samples disagree by more than 90°: a small step for one of them "
    "is a step uphill for the whole.",
)
def test_larger_batches_agree_better(seeds, measured):
    """Batches of their own training, at rate 0.5, at the weights before each of five epochs."""
    found = {size: np.concatenate([angles(s, size) for s in seeds]) for size in (1, 8, 100, 1200)}
    medians = [np.median(values) for values in found.values()]
    assert medians == sorted(medians, reverse=True)
    assert found[1200].max() < 0.5
    uphill = {size: np.mean(values > 90) for size, values in found.items()}
    assert 0.4 < uphill[1] < 0.6
    measured(
        "; ".join(
            f"B = {size}: {medians[k]:.0f}°, {100 * uphill[size]:.0f}% beyond 90°"
            for k, size in enumerate(found)
        )
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "at the same weights, the mean of all batch gradients, weighted by batch size, is exactly the "
    "full gradient.",
)
def test_the_weighted_mean_is_the_full_gradient(seeds, measured):
    """1,200 samples in batches of 64, the last of 48, before training and after an epoch."""
    largest = 0
    for seed in seeds:
        run = trained(seed, dtype="float64", batch_size=64, epochs=1)
        split = load(1200, "mixed", seed)
        pieces = counting.cut(counting.sample_orders(run.config, split)[0], 64)
        for params in run.snapshots:
            each = counting.batch_gradients(params, run.config, split, pieces)
            mean = np.average(each, axis=0, weights=[len(piece) for piece in pieces])
            full = gradient_at(params, run.config, split.X_train, split.y_train)
            largest = max(largest, np.abs(mean - full).max())
    assert largest < 1e-9
    measured(f"equal in all {len(seeds)}, to {largest:.0e}")


@cache
def followed(seed, rate):
    """Losses of five epochs, and how the first batch's gradient turns, and its length."""
    run = trained(seed, dtype="float64", batch_size=64, learning_rate=rate)
    split = load(1200, "mixed", seed)
    first = counting.cut(counting.sample_orders(run.config, split)[0], 64)[:1]
    each = [counting.batch_gradients(w, run.config, split, first)[0] for w in run.snapshots]
    return run.train_loss, *counting.compare(each, each[0])


@pytest.mark.claim(
    "epoch_batch_iteration",
    "Their gradient turns and changes its length, because the weights have moved: it cannot be "
    "kept for later, it must be computed anew.",
)
def test_the_same_samples_say_something_else_in_later_epochs(seeds, measured):
    """The first batch of 64, rate 0.5, after each of five epochs; rate 0: the weights stay."""
    _, turned, ratio = np.array([followed(seed, 0.5) for seed in seeds]).transpose(1, 0, 2)
    assert turned[:, 1:].min() > 15
    _, still, same = followed(seeds[0], 0.0)
    assert still.max() < 1e-3
    assert np.allclose(same, 1)
    measured(
        f"turned after an epoch {spread(turned[:, 1])}°, after five {spread(turned[:, 5])}°; "
        f"length then {spread(ratio[:, 5], 1)}"
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "Because an epoch is a limited number of steps, and they do not arrive.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "At a rate of 0.005, above, it hardly turns in the first epoch, and yet the second takes four "
    "fifths as much off the loss.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "As long as the gradient is not zero, a short step against it helps.",
)
def test_a_second_epoch_is_worth_something_without_turning(seeds, measured):
    """Batches of 64, rate 0.005: the turn in epoch 1, and what epochs 1 and 2 take off the loss."""
    losses, turned, _ = np.array([followed(seed, 0.005) for seed in seeds]).transpose(1, 0, 2)
    first, second = -np.diff(losses[:, :3].mean(axis=0))
    assert turned[:, 1].max() < 25
    assert np.mean(turned[:, 1]) < 8
    assert 0.7 < second / first < 0.9
    # Each of five epochs helps, in every training.
    assert (np.diff(losses, axis=1) < 0).all()
    measured(
        f"turned by {np.mean(turned[:, 1]):.0f}° on average; epoch 1 takes off {first:.3f}, "
        f"epoch 2 {second:.3f}; all five epochs lower it in all {len(seeds)}"
    )


# When to stop


@cache
def few_run(seed, n=16, epochs=1000, noise=0.5):
    """The run of the panel `fits`."""
    config = TrainConfig(
        hidden=(32, 32, 32), activation="tanh", optimizer="adam", learning_rate=0.002,
        batch_size=16, epochs=epochs, seed=seed,
    )  # fmt: skip
    return train(config, counting.few_samples(n, noise, seed))


def rise(run):
    return run.val_loss[-1] / run.val_loss.min()


@pytest.mark.claim(
    "epoch_batch_iteration",
    "One pass over the data leaves the fit unfinished, and so do a few (underfitting); then it is "
    "at its best, and in the end it bends to touch samples whose errors are mere chance "
    "(overfitting).",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "The training loss falls almost all the way. The validation loss, on samples that were not "
    "used for training, turns around.",
)
def test_too_few_epochs_underfit_and_too_many_overfit(seeds, measured):
    """16 samples in one batch, Adam at 0.002, 1,000 epochs; and without errors (noise 0)."""
    runs = [few_run(seed) for seed in seeds]
    stages = [
        [counting.stage(run.train_loss, run.val_loss, epoch) for epoch in (1, run.best_epoch, 1000)]
        for run in runs
    ]
    assert sum(names[0] == "underfit" for names in stages) >= len(seeds) - 2
    assert all(names[1:] == ["at its best", "overfit"] for names in stages)
    falls = np.mean([np.diff(run.train_loss) < 0 for run in runs])
    assert falls > 0.9
    clean = [few_run(seed, noise=0.0) for seed in seeds]
    kept = sum(counting.stage(r.train_loss, r.val_loss, 1000) == "overfit" for r in clean)
    assert kept <= 4
    measured(
        f"best after epoch {spread([run.best_epoch for run in runs])}, then the validation loss "
        f"rises {spread([rise(run) for run in runs], 2)}-fold; the training loss falls in "
        f"{100 * falls:.0f}% of the epochs; without noise {kept} of {len(seeds)} overfit"
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "(Slide samples to 256: the validation loss rises much less, and the training loss hardly "
    "falls any further.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "An epoch is then 16 updates, but that is not the reason: 60 epochs, about as many updates as "
    "before, show the same.)",
)
def test_with_more_samples_it_overfits_less(seeds, measured):
    """16 samples, 1,000 updates; 256 samples, 16,000 and 960 updates."""
    found = {}
    for n, epochs in ((16, 1000), (256, 1000), (256, 60)):
        runs = [few_run(seed, n, epochs) for seed in seeds]
        falls = [run.train_loss[-1] / run.train_loss[run.best_epoch] for run in runs]
        found[n, epochs] = [rise(run) for run in runs], falls
    few, many, equal = (np.median(values, axis=1) for values in found.values())
    for rises, falls in (many, equal):
        assert rises - 1 < 0.5 * (few[0] - 1)
        assert falls > 0.75 > 0.2 > few[1]
    measured(
        "; ".join(
            f"{n} samples, {n // 16 * epochs:,} updates: validation {spread(rises, 2)} times the "
            f"lowest, training loss since then times {np.median(falls):.2f}"
            for (n, epochs), (rises, falls) in found.items()
        )
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "The training loss alone cannot tell you when to stop; the validation loss can (lesson 10).",
)
def test_the_validation_loss_tells_when_to_stop(seeds, measured):
    """16 samples: loss on 3,000 new ones where validation, and where training, was lowest."""
    stopped, last = [], []
    for seed in seeds:
        run, new = few_run(seed), counting.few_samples(1, 0.5, seed + 500, val=3000)
        for losses, history in ((stopped, run.val_loss), (last, run.train_loss)):
            params = run.snapshots[int(np.argmin(history))]
            losses.append(evaluate(params, run.config, new.X_val, new.y_val)[0])
    better = np.sum(np.array(stopped) < np.array(last))
    assert better >= len(seeds) - 1
    assert np.mean(stopped) < 0.75 * np.mean(last)
    measured(
        f"validation lowest: {np.mean(stopped):.2f}; training lowest: {np.mean(last):.2f}; the "
        f"first is better in {better} of {len(seeds)} (noise alone: 0.25)"
    )


# Epochs that end higher


@cache
def rising(batch_size, rate, epochs, seeds, samples=1200):
    config = TrainConfig(
        **NETWORK | {"learning_rate": rate}, batch_size=batch_size, epochs=epochs, dtype="float64"
    )
    return counting.epochs_that_rise(config, seeds, samples)


@pytest.mark.claim(
    "epoch_batch_iteration",
    "With small batches, nearly all of these epochs begin on the floor of the valley, where there "
    "is little left to win and noise outweighs it.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "Without noise, at the two rates of the table, it does not happen there.",
)
def test_noise_outweighs_what_is_left_to_win(seeds, measured):
    """Epochs that begin below 0.05: 20 of batches of 10 and 32, rate 0.5; 200 with all of 300
    samples in a batch, rates 0.5 and 2."""
    noisy = [rising(size, 0.5, 20, seeds) for size in (10, 32)]
    begun = np.concatenate([starts[rises] for starts, rises in noisy])
    assert np.mean(begun < 0.05) > 0.8
    runs = [rising(300, rate, 200, seeds, 300) for rate in (0.5, 2.0)]
    floor, rises = (np.array(values)[..., 100:] for values in zip(*runs, strict=True))
    assert (floor < 0.05).mean(axis=(1, 2)).min() > 0.4
    calm = int(rises[floor < 0.05].sum())
    assert calm == 0
    measured(
        f"{np.sum(begun < 0.05)} of {len(begun)} begin below 0.05; without noise {calm} of the "
        f"{np.sum(floor < 0.05)} epochs there end higher"
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "Shorter steps put it off. With batches of 10 at a rate of 0.1 it is rare in the same 20 "
    "epochs; but 100 epochs come to the same loss, and then it is not.",
)
def test_shorter_steps_put_it_off(seeds, measured):
    """Batches of 10: 20 epochs at rate 0.5; 100 epochs at rate 0.1, and the first 20 of them."""
    (long, up), (short, later) = (rising(10, r, e, seeds) for r, e in ((0.5, 20), (0.1, 100)))
    early, ends = later[:, :20], (np.median(long[:, -1]), np.median(short[:, -1]))
    assert 0.5 < ends[0] / ends[1] < 2
    assert early.mean() < 0.5 * up.mean()
    assert later.mean() > 0.5 * up.mean()
    measured(
        f"at 0.5 {up.sum()} of {up.size}; at 0.1 {early.sum()} of {early.size}, in all "
        f"{later.sum()} of {later.size}; loss before the last epoch {ends[0]:.4f} and {ends[1]:.4f}"
    )


@pytest.mark.claim(
    "epoch_batch_iteration",
    "even without noise, with all samples in one batch, steps can be too long for the valley.",
)
@pytest.mark.claim(
    "epoch_batch_iteration",
    "With all samples in a batch and a rate of 2, it happens far up, at losses near that of "
    "guessing.",
)
def test_long_steps_without_noise(seeds, measured):
    """All 1,200 samples in a batch, 100 updates, at the rates 0.5 and 2."""
    (_, calm), (starts, rises) = (rising(1200, rate, 100, seeds) for rate in (0.5, 2.0))
    assert rises.mean() > 0.15
    assert calm.mean() < 0.03
    guess = guessing_loss(load(1200, "mixed", 0))
    before = np.median(starts[rises])
    assert 0.5 * guess < before < 1.2 * guess
    measured(
        f"{calm.sum()} of {calm.size} updates at 0.5, {rises.sum()} at 2, where the loss before is "
        f"{before:.2f}, median; guessing {guess:.2f}"
    )
