"""The predictions and goals of lesson 07; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.optimizers import step_matrix
from lessons.experiments.optimizers.race import race
from lessons.experiments.optimizers.surfaces import ravine
from lessons.numerals import fixed, short
from lessons.verdict import guessing_loss
from widgets.optimizers.ends import LEARNS
from widgets.optimizers.knobs import BEST, START
from widgets.optimizers.names import NAMES
from widgets.optimizers.race import ranking, sweep_rates
from widgets.tasks import Choice, Goal, Goals, Prediction

PAIR = "sgd", "adam"


@cache
def race_of_two(steps=200):
    """Let SGD and Adam race down the ravine at all rates; return the Race."""
    return race(ravine(), TrainConfig(), START, sweep_rates(), steps, PAIR)


def loss_at(made, name, rate):
    return short(made.final[PAIR.index(name), int(np.flatnonzero(made.rates == rate)[0])])


def loss_at_best(made, name):
    """Say what an optimizer reaches at its best rate, and which that is."""
    place = made.best(name)
    loss = short(made.final[PAIR.index(name), place])
    return f"{NAMES[name]} {loss} at rate {short(made.rates[place])}"


def predict_race():
    """Ask what a race at one rate says."""

    def each_at_its_best():
        made = race_of_two()
        return ", ".join(loss_at_best(made, name) for name in PAIR)

    def worse():
        return (
            "Then it would stay behind at any rate. But give each the best of 21 rates: "
            f"{each_at_its_best()}. The winner at one rate is the one whom that rate suits."
        )

    def more_steps():
        longer = race_of_two(500)
        return (
            f"It would come further down: after 500 steps at the same rate to "
            f"{loss_at(longer, 'adam', 0.01)}. But SGD is then at {loss_at(longer, 'sgd', 0.01)}. "
            f"What Adam lacks is not time. Each at its best rate, 200 steps: {each_at_its_best()}."
        )

    def rate():
        return (
            "Adam's steps are about as long as the rate, whatever the gradient; SGD's are the rate "
            "times the gradient, and this gradient is large. So the same number means different "
            f"things. Each at its best rate: {each_at_its_best()}."
        )

    made = race_of_two()
    sgd, adam = (loss_at(made, name, 0.01) for name in PAIR)
    return Prediction(
        "In a narrow ravine SGD and Adam make 200 steps, both at rate 0.01. SGD ends at a loss of "
        f"{sgd}, Adam at {adam}. What follows?",
        [
            Choice("Adam is the worse optimizer here.", worse),
            Choice("Adam needs more steps.", more_steps),
            Choice("The rate 0.01 suits SGD here; at their best rates it may be otherwise.", rate,
                   right=True),
        ],
    )  # fmt: skip


def predict_momentum():
    """Ask how large a rate momentum stands."""

    def run(rate):
        distance = np.abs(step_matrix.descend("heavy ball", [1.0], rate, 0.9, 500, [1.0])[-1, 0])
        return f"at {rate} the distance is {short(distance)} after 500 steps"

    edges = [step_matrix.edge(method, 0.9) for method in step_matrix.METHODS]
    heavy, nesterov = (fixed(edge, 2) for edge in edges)

    def smaller():
        return (
            "Its steps add up where the gradient keeps its direction. But beyond the minimum the "
            "gradient turns around, and what was added up is taken back: "
            f"{run(3.0)}, {run(3.9)}. The edge is 2(1 + μ) = {heavy}. (Nesterov does diverge "
            f"earlier than SGD, but not that early: beyond {nesterov}.)"
        )

    def ten():
        return (
            "On a slope without end its steps do grow to ten times those of SGD. In a valley the "
            "gradient turns around at each crossing, so that they cannot add up: "
            f"{run(3.0)}, {run(3.9)}. The edge is 2(1 + μ) = {heavy}."
        )

    def nearly_two():
        return (
            f"2(1 + μ) = {heavy} instead of 2: {run(3.7)}, {run(3.9)}. Nesterov's edge is "
            f"another: 2(1 + μ)/(1 + 2μ) = {nesterov}, lower than SGD's."
        )

    return Prediction(
        "In a valley of curvature 1, SGD diverges beyond the rate 2. Heavy-ball momentum with "
        "μ = 0.9 diverges …",
        [
            Choice("… earlier, beyond 0.2: its steps add up to ten times as much.", smaller),
            Choice("… later, beyond 20: what is smoothed stands more.", ten),
            Choice("… later, but not even twice as late.", nearly_two, right=True),
        ],
    )


@cache
def ends_of(name, rate):
    """Train on the spiral with five seeds; return the median loss and how many learned."""
    ended, learned = [], 0
    for seed in range(5):
        split = data.spiral(seed=seed)
        config = TrainConfig(optimizer=name, learning_rate=rate, seed=seed, epochs=50)
        loss = train(config, split, engine_at_hand()).train_loss[-1]
        ended.append(np.nan_to_num(loss, nan=np.inf))
        learned += bool(loss < LEARNS * guessing_loss(split))
    return short(float(np.median(ended))), learned


def predict_rates():
    """Ask whether Adam needs its rate to be chosen."""

    def no_rate():
        return (
            "It divides by the size of the gradient, so that its steps are about η long. How long "
            "they should be, it cannot know. "
            f"Of 5 seeds on the spiral {ends_of('adam', 0.01)[1]} learn at rate 0.01, and "
            f"{ends_of('adam', 1.0)[1]} at rate 1."
        )

    def wins_everywhere():
        return (
            f"At rate 0.01, yes: Adam {ends_of('adam', 0.01)[0]}, SGD {ends_of('sgd', 0.01)[0]} "
            f"(median of 5 seeds). At rate 0.3: Adam {ends_of('adam', 0.3)[0]}, SGD "
            f"{ends_of('sgd', 0.3)[0]}. Each has a valley of good rates, at another place."
        )

    def shifted():
        return (
            f"At rate 0.01 Adam ends at {ends_of('adam', 0.01)[0]} and SGD at "
            f"{ends_of('sgd', 0.01)[0]}; at 0.3 Adam at {ends_of('adam', 0.3)[0]} and SGD at "
            f"{ends_of('sgd', 0.3)[0]} (median of 5 seeds). Whoever compares at one rate has "
            "chosen the winner."
        )

    return Prediction(
        "A network is trained with SGD and with Adam, at every rate from 0.001 to 10. How do the "
        "two curves of the last loss lie?",
        [
            Choice("Adam's is flat: it finds its rate by itself.", no_rate),
            Choice("Adam's lies below SGD's at every rate.", wins_everywhere),
            Choice("Both have a valley with a cliff at its right end, at different rates.", shifted,
                   right=True),
        ],
    )  # fmt: skip


def goals(panel):
    """Set three tasks on the panel of the race."""
    return Goals(
        panel,
        [
            Goal("Ravine with κ of at least 100: let SGD be the lowest of SGD, momentum and Adam, "
                 "all at the same rate.", sgd_wins),
            Goal("Plateau, each at its best: a start from which SGD does not get below 0.5, and "
                 "Adam gets below 1e−6.", out_on_the_plain),
            Goal("Rosenbrock, from a start with w1 of at most −1: anyone below 0.001 in at most "
                 "200 steps.", through_the_bend),
        ],
    )  # fmt: skip


def is_ravine(settings):
    return settings["surface"] == "ravine" and settings["condition"] >= 100


def sgd_wins(panel):
    result = panel.result
    if not is_ravine(result.settings) or result.settings["rates"] == BEST:
        return False
    there = [name for name in ranking(result, -1) if name in ("sgd", "momentum", "adam")]
    return len(there) == 3 and there[0] == "sgd"


def out_on_the_plain(panel):
    result = panel.result
    if result.settings["surface"] != "plateau" or result.settings["rates"] != BEST:
        return False
    sgd, adam = (result.losses[name][-1] for name in PAIR)
    return bool(sgd >= 0.5 and adam < 1e-6)


def through_the_bend(panel):
    result = panel.result
    settings = result.settings
    if settings["surface"] != "rosenbrock" or settings["steps"] > 200 or settings["start_w1"] > -1:
        return False
    return any(result.losses[name][-1] < 1e-3 for name in result.shown)
