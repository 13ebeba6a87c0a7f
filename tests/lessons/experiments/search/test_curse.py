"""The winner's curse: order statistics, and searches among errors that are known."""

import math

import numpy as np
import pytest

from lessons import Progress, train
from lessons.experiments.search import curse
from lessons.prediction import predict


@pytest.mark.parametrize(
    ("n", "known"),
    [
        (1, 0.0),
        (2, 1 / math.sqrt(math.pi)),
        (3, 1.5 / math.sqrt(math.pi)),
        (10, 1.538753),
        (100, 2.507594),
    ],
)
def test_the_expected_maximum_is_that_of_tables(n, known):
    assert curse.expected_maximum(n) == pytest.approx(known, abs=1e-6)


def test_disagreement_is_the_mean_over_all_pairs():
    right = np.random.default_rng(0).random((7, 400)) < 0.8
    pairs = [np.mean(right[i] != right[j]) for i in range(7) for j in range(i)]
    assert curse.disagreement(right) == pytest.approx(np.mean(pairs))


def test_the_best_of_n_is_chosen_by_the_validation_score_and_judged_by_the_rest():
    right = np.random.default_rng(1).random((9, 60)) < 0.7
    found = curse.search_often(curse.running_sums(right), 20, searches=3)
    for start, scores, truth, best in zip(
        (0, 20, 40), found.scores, found.truth, found.best, strict=True
    ):
        inside = right[:, start : start + 20].mean(axis=1)
        outside = np.delete(right, range(start, start + 20), axis=1).mean(axis=1)
        pairs = zip(inside.round(9), outside.round(9), strict=True)
        assert sorted(pairs) == sorted(zip(scores.round(9), truth.round(9), strict=True))
        assert best.tolist() == [int(np.argmax(scores[:n])) for n in range(1, 10)]
    assert found.promised[8] == pytest.approx(found.scores.max(axis=1).mean())
    assert (np.diff(found.promised) >= 0).all()


def test_the_formula_holds_where_runs_share_most_of_their_errors():
    """All err on a tenth of the points together, and each on others with probability 0.02."""
    rng = np.random.default_rng(0)
    right = (rng.random(20_000) > 0.1) & (rng.random((100, 20_000)) > 0.02)
    d = curse.disagreement(right)
    assert d == pytest.approx(0.9 * 2 * 0.02 * 0.98, rel=0.05)
    found = curse.search_often(curse.running_sums(right), 500)
    for n in (3, 10, 30, 100):
        expected = curse.expected_luck(n, d, 500)
        assert found.luck[n - 1] == pytest.approx(expected, rel=0.2)
        # It would be a multiple of that if every run met points of its own.
        assert curse.independent_luck(n, right.mean(), 500) > 2 * found.luck[n - 1]


def test_independent_errors_are_a_special_case():
    """Two runs that share nothing disagree on 2p(1 − p) of the points."""
    assert curse.expected_luck(10, 2 * 0.9 * 0.1, 50) == pytest.approx(
        curse.independent_luck(10, 0.9, 50)
    )


@pytest.mark.parametrize("kind", list(curse.SETS))
def test_what_is_kept_is_what_the_runs_answer(kind):
    kept = {}
    right = curse.train_all(kind, 3, runs=3, keep=kept, pool=500)
    split, configs = curse.data_of(kind, 3, 500), curse.configs(kind, 3, 3)
    assert len(split.X_train) == 200
    assert len({config.learning_rate for config in configs}) == (
        1 if kind == "only the seed" else 3
    )
    for config, row in zip(configs, right, strict=True):
        run = train(config, split)
        answers = predict(run.params, config, split.X_test).argmax(axis=1)
        assert np.mean((answers == split.y_test) == row) > 0.99
        assert kept[config.seed] is row or np.array_equal(kept[config.seed], row)
    # What is kept is not trained again.
    kept[configs[0].seed] = np.zeros(500, bool)
    assert not curse.train_all(kind, 3, runs=3, keep=kept, pool=500)[0].any()


def test_a_stop_keeps_what_is_made():
    progress = Progress()
    progress.cancel()
    assert curse.train_all(curse.ONLY_SEED, 0, runs=3, progress=progress, pool=100) is None
