"""Schedules: their formulas written out again, ends and slopes, errors, PyTorch's schedulers."""

import dataclasses
import math
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lessons.schedules import (
    RANGES,
    SCHEDULES,
    Constant,
    Cosine,
    Cyclical,
    Exponential,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Step,
    Warmup,
)

BY_UPDATE = [name for name in SCHEDULES if name != "reduce_on_plateau"]
LENGTHS = [1, 2, 3, 4, 5, 7, 9, 10, 11, 20, 25, 64, 99, 100, 333, 500]
NAN, INF = math.nan, math.inf

every_schedule = pytest.mark.parametrize("name", SCHEDULES)
every_length = pytest.mark.parametrize("updates", LENGTHS)
close = partial(pytest.approx, rel=1e-9, abs=0)


def rates(schedule, updates):
    return [schedule(u) for u in range(updates)]


def run_of(name, updates, rate=0.3):
    return rates(SCHEDULES[name](rate, updates, 1), updates)


# The formulas, again


def test_constant():
    assert rates(Constant(0.3), 5) == [0.3] * 5


def test_a_staircase_goes_down_at_the_first_update_of_each_stair():
    assert rates(Step(0.8, every=3, factor=0.5), 8) == [0.8] * 3 + [0.4] * 3 + [0.2] * 2
    assert rates(Step(0.8, every=3, factor=1), 8) == [0.8] * 8


def test_exponential_is_one_product_after_the_other():
    expected = [0.3]
    for _ in range(99):
        expected.append(expected[-1] * 0.97)
    assert rates(Exponential(0.3, 0.97), 100) == close(expected)


@every_length
def test_cosine_is_the_square_of_half_the_angle(updates):
    # (1 + cos 2a) / 2 = cos² a
    expected = [0.1 + 0.2 * np.cos(np.pi * u / updates / 2) ** 2 for u in range(updates)]
    schedule = Cosine(0.3, updates, final=0.1)
    assert rates(schedule, updates) == close(expected)
    assert schedule(0) == 0.3
    assert {schedule(updates + more) for more in (0, 1, 5, 10_000)} == {0.1}


@every_length
@pytest.mark.parametrize("power", [0.5, 1, 2, 3.7])
def test_polynomial_is_a_power_of_what_is_left(updates, power):
    expected = [0.3 * ((updates - u) / updates) ** power for u in range(updates)]
    schedule = Polynomial(0.3, updates, power)
    assert rates(schedule, updates) == close(expected)
    assert schedule(0) == 0.3
    assert {schedule(updates + more) for more in (0, 1, 5, 10_000)} == {0}


@pytest.mark.parametrize("updates", [0, 1, 2, 10, 33])
def test_warmup_rises_in_equal_steps_and_hands_over_what_it_reached(updates):
    after = Cosine(0.3, 50)
    path = rates(Warmup(updates, after), updates + 60)
    assert path[:updates] == close(np.linspace(0, 0.3, updates + 2)[1:-1].tolist())
    assert path[updates:] == rates(after, 60)
    assert path[0] > 0


def test_warmups_can_be_stacked():
    assert rates(Warmup(1, Warmup(1, Constant(1.0))), 3) == [0.25, 0.5, 1]


@every_length
def test_one_cycle_by_interpolation_between_its_three_corners(updates):
    corners = [0, 0.3 * updates - 1, updates - 1]
    heights = [0.5 / 25, 0.5, 0.5 / 25 / 1e4]
    schedule = OneCycle(0.5, updates)
    for u in range(updates):
        i = 0 if u <= corners[1] else 1
        share = (u - corners[i]) / (corners[i + 1] - corners[i])
        rise = math.sin(math.pi * share / 2) ** 2
        assert schedule(u) == close(heights[i] + (heights[i + 1] - heights[i]) * rise, abs=1e-15)
    assert schedule(updates - 1) == schedule(updates + 1000) == heights[2]


def test_one_cycle_reaches_its_peak_where_that_is_a_whole_update():
    for updates in range(10, 501, 10):
        path = run_of("one_cycle", updates)
        assert path.index(max(path)) == 3 * updates // 10 - 1
        assert max(path) == close(0.3)
        assert path[0] == close(0.3 / 25)


@pytest.mark.parametrize("half_period", [1, 2, 3, 10, 77])
def test_cyclical_by_interpolation(half_period):
    turns = np.arange(12) * half_period
    heights = [0.1, 0.7] * 6
    expected = np.interp(np.arange(turns[-1]), turns, heights)
    schedule = Cyclical(0.1, 0.7, half_period)
    assert rates(schedule, turns[-1]) == close(expected.tolist())
    assert {schedule(int(u)) for u in turns[::2]} == {0.1}
    assert {schedule(int(u)) for u in turns[1::2]} == {0.7}


# The plateau


def plateau_by_hand(schedule, losses):
    """Again, by looking back over the whole list from every epoch."""
    rate, best, last_event = schedule.rate, INF, -1
    for epoch, loss in enumerate(losses):
        if loss < best - best * schedule.threshold if best < INF else loss < INF:
            best, last_event = loss, epoch
        elif epoch - last_event > schedule.patience:
            last_event = epoch
            if rate * (1 - schedule.factor) > 1e-8:
                rate *= schedule.factor
    return rate


def test_before_anything_is_known_the_rate_is_the_rate():
    assert ReduceOnPlateau(0.3).after([]) == 0.3


def test_the_rate_falls_after_more_than_patience_epochs_without_a_better_loss():
    schedule = ReduceOnPlateau(1.0, factor=0.5, patience=2)
    losses = [5, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3]
    path = [schedule.after(losses[:e]) for e in range(len(losses) + 1)]
    assert path == [1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125]


def test_patience_zero_falls_at_once_but_not_at_the_first_loss():
    schedule = ReduceOnPlateau(1.0, factor=0.5, patience=0)
    assert [schedule.after([1.0] * e) for e in range(4)] == [1, 1, 0.5, 0.25]


def test_better_means_better_by_more_than_the_threshold():
    schedule = ReduceOnPlateau(1.0, factor=0.5, patience=0, threshold=0.1)
    assert schedule.after([1.0, 0.9]) == 0.5
    assert schedule.after([1.0, 0.89]) == 1
    assert schedule.after([1.0, 0.95, 0.89]) == 0.5
    # Small gains are measured against the best, which they do not move.
    assert ReduceOnPlateau(1.0, 0.5, 2, 0.1).after([1.0, 0.95, 0.92, 0.89]) == 1


@pytest.mark.parametrize("bad", [NAN, INF])
def test_what_is_not_finite_is_never_better(bad):
    schedule = ReduceOnPlateau(1.0, factor=0.5, patience=2)
    assert [schedule.after([bad] * e) for e in range(5)] == [1, 1, 1, 0.5, 0.5]
    assert schedule.after([bad, bad, 1.0, bad, bad]) == 1
    assert schedule.after([1.0, bad, bad, 0.5, bad, bad]) == 1


def test_a_fall_of_next_to_nothing_is_not_made():
    schedule = ReduceOnPlateau(1e-6, factor=0.1, patience=0)
    assert schedule.after([1.0] * 3) == close(1e-8)
    assert schedule.after([1.0] * 50) == close(1e-8)


def test_losses_may_be_an_array_of_any_precision():
    schedule = ReduceOnPlateau(1.0, factor=0.5, patience=1)
    for dtype in (np.float32, np.float64):
        rate = schedule.after(np.array([3, 2, 2, 2], dtype))
        assert (type(rate), rate) == (float, 0.5)
    # 1 - 6e-8, which is better than 1 - 5e-8, but not once that is rounded to 32 bits.
    losses = np.array([1, np.nextafter(np.float32(1), np.float32(0))], np.float32)
    assert ReduceOnPlateau(1.0, patience=0, threshold=5e-8).after(losses) == 1


some_losses = st.lists(
    st.sampled_from([NAN, INF, 0.0, -1.0, 0.5, 0.5 - 1e-5, 1.0, 0.9])
    | st.floats(-10, 10, allow_subnormal=False),
    max_size=40,
)
plateaus = st.builds(
    ReduceOnPlateau,
    st.floats(1e-3, 10),
    st.sampled_from([0.1, 0.5, 0.9]),
    st.integers(0, 5),
    st.sampled_from([0.0, 1e-4, 0.25]),
)


@given(plateaus, some_losses)
def test_plateau_by_hand_and_epoch_by_epoch(schedule, losses):
    before, state = list(losses), schedule.init()
    for epoch, loss in enumerate(losses):
        assert state[0] == schedule.after(losses[:epoch])
        state = schedule.update(state, loss)
    assert state[0] == schedule.after(losses) == schedule.after(losses)
    assert repr(losses) == repr(before)
    if all(loss > 0 for loss in losses):  # where (1 - t)·best and best - t·best are far from 0
        assert schedule.after(losses) == close(plateau_by_hand(schedule, losses))


# The registry


@given(st.sampled_from(BY_UPDATE), st.floats(0, 1e300), st.integers(1, 500), st.integers(1, 50))
@example("one_cycle", 0.3, 1, 1)
def test_rates_stay_between_zero_and_the_rate_that_was_asked_for(name, rate, updates, per_epoch):
    schedule = SCHEDULES[name](rate, updates, per_epoch)
    for u in [*range(updates + 3), 10 * updates, 10**9]:
        assert type(schedule(u)) is float
        assert 0 <= schedule(u) <= rate


@given(st.floats(0, 1e300), st.integers(1, 500), some_losses)
def test_the_plateau_stays_there_too(rate, updates, losses):
    schedule = SCHEDULES["reduce_on_plateau"](rate, updates, 1)
    path = [schedule.after(losses[:e]) for e in range(len(losses) + 1)]
    assert all(0 <= b <= a <= rate for a, b in pairwise([rate, *path]))


@pytest.mark.parametrize("name", BY_UPDATE)
def test_no_update_of_a_run_is_lost_to_rate_zero(name):
    assert all(min(run_of(name, updates)) > 0 for updates in range(1, 101))


@pytest.mark.parametrize("name", ["step", "exponential", "cosine", "polynomial"])
@every_length
def test_decays_start_at_the_rate_and_never_rise(name, updates):
    path = run_of(name, updates)
    assert path[0] == 0.3
    assert all(a >= b for a, b in pairwise(path))


@pytest.mark.parametrize("name", ["warmup", "warmup_cosine", "one_cycle"])
@every_length
def test_what_warms_up_has_one_peak(name, updates):
    path = run_of(name, updates)
    peak = path.index(max(path))
    assert path[: peak + 1] == sorted(path[: peak + 1])
    assert path[peak:] == sorted(path[peak:], reverse=True)


def test_steps_are_at_the_thirds_of_the_run():
    for updates in range(1, 101):
        path = run_of("step", updates, rate=1.0)
        stairs = [sum(math.isclose(rate, 0.1**k) for rate in path) for k in range(3)]
        assert sum(stairs) == updates
        assert stairs[0] == math.ceil(updates / 3)
        assert stairs[0] - stairs[2] <= 2


@every_length
def test_where_the_decays_end(updates):
    assert SCHEDULES["exponential"](0.3, updates, 1)(updates) == close(0.003)
    assert SCHEDULES["cosine"](0.3, updates, 1)(updates) == 0
    assert SCHEDULES["polynomial"](0.3, updates, 1)(updates) == 0
    assert SCHEDULES["warmup_cosine"](0.3, updates, 1)(updates) == 0


def test_the_polynomial_is_a_straight_line():
    assert run_of("polynomial", 4, rate=1.0) == [1, 0.75, 0.5, 0.25]


@pytest.mark.parametrize("name", ["warmup", "warmup_cosine"])
@every_length
def test_the_first_tenth_warms_up(name, updates):
    path = run_of(name, updates)
    assert path.index(0.3) == updates // 10
    assert updates >= 10 or path[0] == 0.3


@pytest.mark.parametrize("updates", [10, 20, 100, 500])
def test_five_cycles_per_run(updates):
    path = run_of("cyclical", updates)
    assert (path.count(0.3), path.count(0.3 / 10)) == (5, 5)


@every_schedule
def test_a_single_update(name):
    schedule = SCHEDULES[name](0.3, 1, 1)
    first = schedule.after([]) if name == "reduce_on_plateau" else schedule(0)
    # PyTorch starts cycles at their lowest, and sees only the end of a one-cycle.
    assert first == close({"cyclical": 0.03, "one_cycle": 0.3 / 25 / 1e4}.get(name, 0.3))


@every_schedule
def test_schedules_are_frozen_and_equal_by_their_settings(name):
    schedule = SCHEDULES[name](0.3, 50, 5)
    assert dataclasses.is_dataclass(schedule)
    assert schedule == SCHEDULES[name](0.3, 50, 5)
    assert hash(schedule) == hash(SCHEDULES[name](0.3, 50, 5))
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        schedule.anything = 1


def test_only_the_plateau_is_not_a_function_of_the_update():
    assert [name for name in SCHEDULES if not callable(SCHEDULES[name](0.3, 9, 3))] == [
        "reduce_on_plateau"
    ]


# Errors

GOOD = [
    Constant(1),
    Step(1, 1, 1),
    Exponential(1, 1),
    Cosine(1, 1),
    Polynomial(1, 1),
    Warmup(1, Constant(1)),
    OneCycle(1, 1),
    Cyclical(1, 1, 1),
    ReduceOnPlateau(1),
]
NOT_NUMBERS = [None, "1", True, NAN, 1j, [1]]
BAD = {
    "a number ≥ 0": [-1, -1e-9, INF, 10**400],
    "a number > 0": [0, -1, INF, 10**400],
    "a number > 0 and ≤ 1": [0, -1, 1.1, INF],
    "a number ≥ 0 and < 1": [-0.1, 1, INF],
    "an integer ≥ 0": [-1, 0.5, 1.0],
    "an integer ≥ 1": [0, -1, 0.5, 1.0],
}


def allowed(schedule, field):
    return "an integer ≥ 0" if isinstance(schedule, Warmup) else RANGES[field][1]


@pytest.mark.parametrize(
    ("schedule", "field", "value"),
    [
        pytest.param(schedule, field.name, value, id=f"{type(schedule).__name__}-{field.name}-{i}")
        for schedule in GOOD
        for field in dataclasses.fields(schedule)
        if field.name != "after"
        for i, value in enumerate(NOT_NUMBERS + BAD[allowed(schedule, field.name)])
    ],
)
def test_each_field_is_checked(schedule, field, value):
    with pytest.raises(ValueError) as error:
        dataclasses.replace(schedule, **{field: value})
    assert str(error.value) == f"{field} must be {allowed(schedule, field)}, got {value!r}"


def test_fields_that_depend_on_each_other():
    with pytest.raises(ValueError, match=r"^final must be at most rate \(0.1\), got 0.2$"):
        Cosine(0.1, 10, final=0.2)
    with pytest.raises(ValueError, match=r"^low must be at most high \(0.1\), got 0.2$"):
        Cyclical(0.2, 0.1, 5)


@pytest.mark.parametrize("after", [None, 0.1, "cosine", ReduceOnPlateau(0.1)])
def test_a_warmup_needs_something_to_follow(after):
    with pytest.raises(ValueError, match=r"^after must be a schedule update -> rate, got "):
        Warmup(5, after)


def test_fields_are_stored_as_plain_numbers():
    schedule = Step(np.float32(0.5), every=np.int64(3), factor=1)
    assert [type(value) for value in dataclasses.astuple(schedule)] == [float, int, float]


# PyTorch


def torch_scheduler(torch, name, rate, updates):
    """PyTorch's optimizer and scheduler, with the settings that the registry stands for."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    lr, tenth = torch.optim.lr_scheduler, updates // 10

    def cosine(length):
        return lr.CosineAnnealingLR(optimizer, T_max=length)

    def warm(after):
        rise = lr.LinearLR(optimizer, start_factor=1 / (tenth + 1), total_iters=tenth)
        return lr.SequentialLR(optimizer, [rise, after], milestones=[tenth])

    makers = {
        "constant": lambda: lr.ConstantLR(optimizer, factor=1),
        "step": lambda: lr.StepLR(optimizer, -(-updates // 3), gamma=0.1),
        "exponential": lambda: lr.ExponentialLR(optimizer, math.exp(math.log(0.01) / updates)),
        "cosine": lambda: cosine(updates),
        "polynomial": lambda: lr.PolynomialLR(optimizer, total_iters=updates, power=1.0),
        "warmup": lambda: warm(lr.ConstantLR(optimizer, factor=1)),
        "warmup_cosine": lambda: warm(cosine(updates - tenth)) if tenth else cosine(updates),
        "one_cycle": lambda: lr.OneCycleLR(
            optimizer, max_lr=rate, total_steps=updates, cycle_momentum=False
        ),
        "cyclical": lambda: lr.CyclicLR(
            optimizer, rate / 10, rate, max(1, round(updates / 10)), cycle_momentum=False
        ),
    }
    return optimizer, makers[name]()


def follow(optimizer, scheduler, updates):
    """The rate of every update."""
    path = []
    for u in range(updates):
        path.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if u < updates - 1:
            scheduler.step()
    return path


@pytest.mark.parametrize("name", BY_UPDATE)
@every_length
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")
def test_every_update_is_pytorchs(name, updates):
    torch = pytest.importorskip("torch")
    expected = follow(*torch_scheduler(torch, name, 0.3, updates), updates)
    assert run_of(name, updates) == close(expected)


@pytest.mark.parametrize(
    ("ours", "name", "theirs"),
    [
        (Step(0.3, 7, 0.4), "StepLR", {"step_size": 7, "gamma": 0.4}),
        (Exponential(0.3, 0.9), "ExponentialLR", {"gamma": 0.9}),
        (Cosine(0.3, 100, 0.01), "CosineAnnealingLR", {"T_max": 100, "eta_min": 0.01}),
        (Polynomial(0.3, 60, 2.5), "PolynomialLR", {"total_iters": 60, "power": 2.5}),
        (
            Cyclical(0.02, 0.3, 9),
            "CyclicLR",
            {"base_lr": 0.02, "max_lr": 0.3, "step_size_up": 9, "cycle_momentum": False},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_settings_are_pytorchs_too(ours, name, theirs):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **theirs)
    assert rates(ours, 100) == close(follow(optimizer, scheduler, 100))


def test_the_plateau_is_pytorchs():
    torch = pytest.importorskip("torch")

    @given(plateaus | st.builds(ReduceOnPlateau, st.sampled_from([1e-7, 2e-8, 1e-8])), some_losses)
    @example(ReduceOnPlateau(0.3), [1.0] * 40)
    @example(ReduceOnPlateau(1e-7, patience=0), [1.0] * 5)
    def compare(schedule, losses):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=schedule.rate)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer,
            factor=schedule.factor,
            patience=schedule.patience,
            threshold=schedule.threshold,
        )
        for epoch, loss in enumerate(losses):
            assert schedule.after(losses[:epoch]) == optimizer.param_groups[0]["lr"]
            scheduler.step(loss)
        assert schedule.after(losses) == optimizer.param_groups[0]["lr"]

    compare()
