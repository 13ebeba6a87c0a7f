"""Lesson 08: schedules with all their knobs are the textbook's, and PyTorch takes them."""

import numpy
import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.schedules.lengths import by_epoch
from lessons.experiments.schedules.shapes import KNOBS, SHAPES, BrokenLine, make
from lessons.experiments.schedules.warm_up import Dip
from lessons.schedules import SCHEDULES, Cosine, ReduceOnPlateau

DEFAULT = {
    "warmup": 0, "low": 0.01, "periods": 3, "factor": 0.1, "power": 1.0, "patience": 10,
    "shares": (0.1, 1.0, 0.8, 0.5, 0.2, 0.0),
}  # fmt: skip
CALLED = [name for name in SHAPES if name != "reduce_on_plateau"]


@pytest.mark.parametrize("name", ["constant", "step", "exponential", "polynomial", "one_cycle"])
def test_at_their_first_settings_they_are_those_that_a_name_means(name):
    ours, kits = make(name, 0.1, 700, DEFAULT), SCHEDULES[name](0.1, 700, 10)
    assert [ours(u) for u in range(700)] == pytest.approx([kits(u) for u in range(700)])


def test_warm_up_and_cosine_are_the_kits_too():
    ours = make("cosine", 0.1, 700, DEFAULT | {"warmup": 70, "low": 0.0})
    kits = SCHEDULES["warmup_cosine"](0.1, 700, 10)
    assert [ours(u) for u in range(700)] == pytest.approx([kits(u) for u in range(700)])
    cyclical = make("cyclical", 0.1, 700, DEFAULT | {"periods": 5, "low": 0.1})
    kits = SCHEDULES["cyclical"](0.1, 700, 10)
    assert [cyclical(u) for u in range(700)] == pytest.approx([kits(u) for u in range(700)])


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("updates", [1, 2, 7, 1000])
@pytest.mark.parametrize("warmup", [0, 1, 10, 3000])
def test_no_rate_is_negative_or_above_the_peak_however_short_the_run(name, updates, warmup):
    for extreme in (
        {}, {"low": 1e-3, "periods": 10, "power": 4.0}, {"low": 1.0, "periods": 1, "factor": 1.0},
    ):  # fmt: skip
        schedule = make(name, 0.3, updates, DEFAULT | extreme | {"warmup": warmup})
        rates = np.array([schedule(u) for u in range(updates)])
        assert rates.min() >= 0
        assert rates.max() <= 0.3 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("name", "knob", "values"),
    [
        ("step", "periods", (2, 5)), ("step", "factor", (0.1, 0.5)),
        ("exponential", "low", (0.1, 0.5)), ("cosine", "low", (0.1, 0.5)),
        ("polynomial", "power", (0.5, 2.0)), ("cyclical", "periods", (2, 5)),
        ("cyclical", "low", (0.1, 0.5)), ("constant", "warmup", (0, 30)),
        ("yours", "shares", ((0.0, 1.0), (1.0, 0.0))),
    ],
)  # fmt: skip
def test_every_knob_that_is_named_changes_the_rates_and_no_other_does(name, knob, values):
    def rates(settings):
        schedule = make(name, 0.1, 100, DEFAULT | settings)
        return [schedule(u) for u in range(100)]

    assert knob in KNOBS[name]
    first, second = (rates({knob: value}) for value in values)
    assert first != second
    others = {"power": 3.0, "low": 0.7, "periods": 7, "factor": 0.7, "patience": 3, "warmup": 9}
    assert rates({k: v for k, v in others.items() if k not in KNOBS[name]}) == rates({})


def test_on_plateau_is_the_kits_with_its_knobs():
    expected = ReduceOnPlateau(0.1, factor=0.5, patience=3)
    assert make("reduce_on_plateau", 0.1, 100, DEFAULT | {"factor": 0.5, "patience": 3}) == expected


def test_a_broken_line_is_a_schedule_like_any_other():
    line = BrokenLine(0.1, 1600, (0.2, 1.0, 0.0))
    run = train(TrainConfig(schedule=line, batch_size=50, epochs=20), data.moons(n=500))
    assert run.learning_rate == pytest.approx([line(u) for u in range(200)])
    assert line(400) == pytest.approx(0.06)
    assert (line(0), line(1600), line(9999)) == pytest.approx((0.02, 0.0, 0.0))


def pytorchs_rates(factor, rate, updates):
    """The rates of an optimizer under LambdaLR, stepped after each update."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    found = []
    for _ in range(updates):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_the_printed_line_can_be_pasted_into_pytorch():
    line = BrokenLine(0.3, 90, (0.1, 1.0, 0.75, 0.3, 0.0))
    pasted = eval(line.code(), {"numpy": numpy})
    assert pytorchs_rates(pasted, 0.3, 100) == pytest.approx([line(u) for u in range(100)])


@pytest.mark.parametrize("name", CALLED)
def test_any_schedule_of_peak_one_is_what_lambda_lr_asks_for(name):
    factor, ours = (make(name, rate, 60, DEFAULT | {"warmup": 5}) for rate in (1.0, 0.2))
    assert pytorchs_rates(factor, 0.2, 60) == pytest.approx([ours(u) for u in range(60)])


def test_dips_and_stairs():
    dip = Dip(0.5, 0.1, 100, 200)
    assert [dip(u) for u in (0, 99, 100, 199, 200)] == pytest.approx([0.5, 0.5, 0.05, 0.05, 0.5])
    stairs, smooth = by_epoch(Cosine(1.0, 5000)), Cosine(1.0, 5000)
    assert {stairs(u) for u in range(50, 100)} == {smooth(50)}
