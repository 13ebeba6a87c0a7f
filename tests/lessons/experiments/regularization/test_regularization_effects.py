"""What lesson 11 measures, against closed forms, scikit-learn, and the trainer itself."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge, lasso_path

from lessons import TrainConfig, data, train
from lessons.experiments.counted import draw
from lessons.experiments.regularization import (
    equivalences,
    input_noise,
    linear,
    masks,
    scale_free,
    strengths,
    two_weights,
)
from lessons.experiments.regularization.samples import set_aside, some_scans
from lessons.losses import LOSSES
from lessons.network import forward

ENGINES = "auto", "numpy"


# --- two weights --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_two_weights_are_those_of_scikit_learn(seed):
    minimum, H = two_weights.random_problem(seed)
    # Two samples whose squared error has this Hessian: (2/n) XᵀX = H.
    X = np.linalg.cholesky(H).T
    y = X @ minimum
    for strength in (0.01, 0.1, 0.5, 2.0):
        lasso = Lasso(alpha=strength / 2, fit_intercept=False, tol=1e-14, max_iter=10**6)
        expected = lasso.fit(X, y).coef_
        assert two_weights.with_l1(minimum, H, [strength])[0] == pytest.approx(expected, abs=1e-9)
        ridge = Ridge(alpha=strength, fit_intercept=False).fit(X, y).coef_
        assert two_weights.with_l2(minimum, H, [strength])[0] == pytest.approx(ridge, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_no_point_nearby_is_better_than_the_minimum(seed):
    minimum, H = two_weights.random_problem(seed)
    rng = np.random.default_rng(seed)
    for strength in (0.05, 0.7, 3.0):
        (l2,), (l1,) = (
            walk(minimum, H, [strength]) for walk in (two_weights.with_l2, two_weights.with_l1)
        )
        for w, size in ((l2, lambda w: (w**2).sum(axis=-1) / 2), (l1, lambda w: abs(w).sum(-1))):
            near = w + 0.01 * rng.normal(size=(500, 2))
            sums = [two_weights.loss(p, minimum, H) + strength * size(p) for p in (w, near)]
            assert sums[0] <= sums[1].min()


def test_a_stronger_penalty_is_never_larger():
    strengths_ = np.geomspace(1e-3, 1e3, 200)
    for seed in range(20):
        minimum, H = two_weights.random_problem(seed)
        lengths = np.linalg.norm(two_weights.with_l2(minimum, H, strengths_), axis=1)
        sums = np.abs(two_weights.with_l1(minimum, H, strengths_)).sum(axis=1)
        assert np.diff(lengths).max() <= 0
        assert np.diff(sums).max() <= 1e-12


def test_valleys_have_the_curvatures_that_are_asked_for():
    for condition, angle in ((1.0, 0.0), (7.0, 30.0), (20.0, 175.0)):
        H = two_weights.hessian(condition, angle)
        assert np.linalg.eigvalsh(H) == pytest.approx([1, condition])
        along = [np.cos(np.radians(angle)), np.sin(np.radians(angle))]
        assert along @ H @ along == pytest.approx(1)


# --- the linear model ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_path_is_scikit_learns(seed):
    task, values = linear.problem(seed), np.array(linear.STRENGTHS)
    _, path, _ = lasso_path(task.X, task.y, alphas=values[::-1] / 2, tol=1e-13, max_iter=10**6)
    ours = linear.lasso(task, values)
    assert np.abs(path[:, ::-1].T - ours).max() < 1e-6
    for strength, w in zip((0.1, 3.0), linear.ridge(task, [0.1, 3.0]), strict=True):
        ridge = Ridge(alpha=len(task.X) * strength / 2, fit_intercept=False).fit(task.X, task.y)
        assert w == pytest.approx(ridge.coef_)


def test_from_the_largest_pull_on_nothing_is_left():
    task = linear.problem(1)
    most = np.abs(task.pull).max()
    assert not linear.lasso(task, [most]).any()
    assert linear.lasso(task, [0.99 * most]).any()


def test_both_steps_are_the_same_far_from_zero():
    w, g = np.array([3.0, -2.0]), np.array([0.5, -0.1])
    assert linear.sign_step(w, g, 0.1, 0.4) == pytest.approx(linear.proximal_step(w, g, 0.1, 0.4))


def test_steps_diverge_beyond_the_largest_rate_and_not_below():
    task = linear.problem(0)
    rate = linear.largest_rate(task)
    ends = [
        np.abs(linear.descend(task, linear.proximal_step, 0.1, share * rate, 1000)[-1]).max()
        for share in (0.95, 1.05)
    ]
    assert ends[0] < 10 < 1e6 < ends[1]


def test_a_free_bias_is_the_mean_of_the_targets_where_inputs_have_mean_zero():
    X = np.random.default_rng(0).normal(size=(40, 3))
    X -= X.mean(axis=0)
    y = X @ [1.0, 2.0, -1.0] + 7
    assert linear.ridge_with_bias(X, y, 5.0, on_bias=False)[-1] == pytest.approx(7)
    # The loss is (b − 7)², the penalty (λ/2)·b²: the minimum is at 7·2/(2 + λ).
    assert linear.ridge_with_bias(X, y, 5.0, on_bias=True)[-1] == pytest.approx(7 * 2 / 7)


# --- equivalences -------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.1, 0.5, 2.0])
def test_noise_adds_what_it_should(noise):
    task = linear.problem(3)
    added, expected = equivalences.added_by_noise(task.truth, task.X, task.y, noise, 4000)
    assert added == pytest.approx(expected, rel=0.05)


def test_steps_from_zero_make_the_shares_of_the_formula():
    task = linear.problem(2)
    path = equivalences.descend_from_zero(task, 0.03, 40)
    curvatures, directions = np.linalg.eigh(task.hessian)
    shares = (path[40] @ directions) / (task.unpenalized @ directions)
    assert shares == pytest.approx(equivalences.share_after(curvatures, 0.03, 40))
    ridge = (linear.ridge(task, [0.7])[0] @ directions) / (task.unpenalized @ directions)
    assert ridge == pytest.approx(equivalences.share_with_l2(curvatures, 0.7))


def test_no_l2_is_the_same_as_stopping():
    l2, apart = equivalences.closest_l2(np.geomspace(0.01, 10, 200), 0.05, 100)
    assert 0.35 < l2 * 0.05 * 100 < 0.55
    assert 0.05 < apart < 0.15


# --- noise on the inputs of a network -----------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_noise_that_is_hardly_there_changes_nothing(engine):
    split, config = draw("moons", 60, 0.5, 0), TrainConfig(epochs=20, l2=0.01)
    noisy = input_noise.train_with_noise(config, split, 1e-9, engine)
    plain = train(config, split, engine)
    assert noisy.train_loss == pytest.approx(plain.train_loss, abs=1e-4)
    assert noisy.val_loss == pytest.approx(plain.val_loss, abs=1e-4)
    assert noisy.train_accuracy == pytest.approx(plain.train_accuracy, abs=0.02)


def test_both_engines_get_the_same_noise_and_the_data_stays_clean():
    split, config = draw("moons", 60, 0.5, 0), TrainConfig(epochs=5, learning_rate=0.01)
    before = split.X_train.copy()
    runs = [input_noise.train_with_noise(config, split, 0.5, engine) for engine in ENGINES]
    assert runs[0].batch_loss == pytest.approx(runs[1].batch_loss, abs=1e-4)
    assert np.array_equal(split.X_train, before)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("name", ["moons", "wave"])
def test_the_losses_without_noise_are_those_of_the_snapshots(name, batch_norm):
    split = draw(name, 40, 0.3, 0)
    config = TrainConfig(epochs=250, batch_norm=batch_norm, learning_rate=0.05)
    run = input_noise.train_with_noise(config, split, 0.3)
    for epoch in (0, 5, 250):
        outputs, _ = forward(run.snapshots[epoch], run.config, split.X_train)
        targets = split.y_train if name == "moons" else split.y_train[:, None]
        expected = LOSSES[run.config.loss].function(outputs, targets)
        assert run.train_loss[epoch] == pytest.approx(expected, rel=1e-3)


def test_noise_can_be_stopped_and_may_diverge():
    from lessons import Progress

    split = draw("moons", 60, 0.5, 0)
    progress = Progress()
    progress.cancel()
    run = input_noise.train_with_noise(TrainConfig(), split, 0.5, progress=progress)
    assert run.status == "cancelled"
    wild = input_noise.train_with_noise(TrainConfig(learning_rate=1e20), split, 0.5)
    assert wild.status == "diverged"
    assert np.isnan(wild.train_loss[-1])


# --- masks --------------------------------------------------------------------------------------


def test_the_masks_are_those_of_the_training():
    """With them, every batch has the loss that the trainer wrote down."""
    split = draw("moons", 60, 0.3, 0)
    config = TrainConfig(hidden=(8, 8), dropout=0.5, epochs=10, seed=3)
    run = train(config, split, snapshots="update")
    batches = masks.batches_of(config, 60)
    drawn = masks.masks_of((8, 8), 0.5, 3, tuple(len(rows) for rows in batches))
    assert len(batches) == len(run.batch_loss)
    for update, (rows, mask) in enumerate(zip(batches, drawn, strict=True)):
        outputs, _ = forward(
            run.snapshots[update], run.config, split.X_train[rows], True, masks.Given(mask)
        )
        loss = LOSSES["cross_entropy"].function(outputs, split.y_train[rows])
        assert loss == pytest.approx(run.batch_loss[update], abs=1e-5)


def test_the_mean_over_masks_passes_a_linear_layer():
    split = draw("moons", 60, 0.3, 0)
    config = TrainConfig(hidden=(8, 8), dropout=0.5, epochs=50)
    run = train(config, split)
    found = masks.average(run.params, run.config, split.X_train[0], draws=20_000)
    scale = np.abs(found.without[1]).max()
    assert np.abs(found.means[1] - found.without[1]).max() < 0.05 * scale
    # ReLU bends upwards: the mean after it is never below what comes without.
    assert np.all(found.means_f[1] >= found.without_f[1] - 0.05 * scale)
    assert found.outputs.shape == (20_000, 2)


def test_without_dropout_all_masks_are_the_same():
    split = draw("moons", 60, 0.3, 0)
    run = train(TrainConfig(epochs=5), split)
    found = masks.average(run.params, run.config, split.X_train[0], draws=3)
    assert np.ptp(found.outputs, axis=0).max() == 0
    off, on = masks.left_on(run.params, run.config, split.X_val, split.y_val)
    assert off == on


# --- batch norm, samples, the stored table --------------------------------------------------------


def test_ten_times_longer_weights_before_batch_norm_change_no_answer():
    run = scale_free.run_with(0.1, 0.01, 0, epochs=3)
    lengths, rates = scale_free.first_lengths(run), scale_free.effective_rates(run)
    assert rates == pytest.approx(0.1 / lengths**2)
    assert scale_free.settled_rate(run) == pytest.approx(np.median(rates[-1:]))


def test_every_part_has_as_many_samples_as_asked_for():
    split = draw("spiral", 33, 0.1, 5, val=7, test=11)
    assert [len(y) for y in (split.y_train, split.y_val, split.y_test)] == [33, 7, 11]
    aside = set_aside(split, 8)
    assert np.array_equal(np.vstack([aside.X_train, aside.X_val]), split.X_train)
    assert len(some_scans(100, 3).y_train) == 100


def test_the_stored_table_is_what_training_gives():
    for name, kind in (("moons, noise 0.5", "L2"), ("digits", "input noise")):
        made = strengths.stored(name)
        chosen = made.best(kind)
        for seed in (0, 7):
            loss = strengths.final_loss(strengths.TASKS[name], kind, chosen, seed)
            assert loss == pytest.approx(made.comparing[kind][seed], rel=0.05)


def test_the_best_strength_has_the_lowest_median_and_is_none_of_the_ends_on_the_moons():
    made = strengths.stored("moons, noise 0.5")
    for kind, values in strengths.STRENGTHS.items():
        medians = [np.median(made.choosing[kind, value]) for value in values]
        assert made.best(kind) == values[int(np.argmin(medians))]
        assert made.best(kind) not in (values[0], values[-1])
    assert set(made.choosing) == set(strengths.cells())
    assert data.DATASETS.keys() >= {"moons", "spiral", "wave"}


def test_early_stopping_trains_with_three_quarters_and_keeps_the_best_epoch():
    task = strengths.TASKS["moons, noise 0.5"]
    split = set_aside(task.load(3), 20)
    run = train(TrainConfig(hidden=(32, 32), epochs=300, patience=300, seed=3), split)
    expected, _ = forward(run.snapshots[run.best_epoch], run.config, split.X_test)
    loss = LOSSES["cross_entropy"].function(expected, split.y_test)
    assert strengths.final_loss(task, "early stopping", 0, 3) == pytest.approx(loss, rel=1e-4)
