"""The predictions and goals of lesson 13 about the map; replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import data
from lessons.engines import engine_at_hand
from lessons.experiments.search import fair
from lessons.experiments.search.maps import lowest, map_of, score_map, window
from lessons.numerals import short
from widgets.search.hunt import Hunt
from widgets.tasks import Choice, Goal, Goals, Prediction

SEEDS = range(4)
HIGH = 1.5


@cache
def four_maps():
    """Train the map of rates and batch sizes with four seeds; return a ScoreMap."""
    rates = "learning_rate", window("learning_rate", 5)
    sizes = "batch_size", window("batch_size", 1)
    maps = [map_of(rates, sizes, fair.OTHERS, data.spiral(seed=seed), seed) for seed in SEEDS]
    return score_map(maps, data.spiral())


def own_best():
    """Name the best cell of each of four seeds."""
    rates, sizes = window("learning_rate", 5), window("batch_size", 1)
    loss = four_maps().loss
    cells = [lowest(loss[..., seed]) for seed in SEEDS]
    return cells, "; ".join(
        f"seed {seed}: rate {rates[column]:g}, batch size {sizes[row]}"
        for seed, (row, column) in zip(SEEDS, cells, strict=True)
    )


def predict_best():
    """Ask how often single seeds agree on the best cell of a map."""

    def all_alike():
        cells, text = own_best()
        return (
            f"Four seeds, trained just now, choose {len(set(cells))} different cells. {text}. Good "
            "settings lie side by side, and from seed to seed the best of them differs by more "
            "than its median from that of the next best."
        )

    def lottery():
        cells, text = own_best()
        columns = [column for _, column in cells]
        return (
            f"Look where they lie: {text}. They span {np.ptp(columns) + 1} of 8 rates. Much of the "
            f"map is out of the question: in {int(four_maps().useless.sum())} of 64 cells the "
            "median of the four is no better than guessing."
        )

    def region():
        _, text = own_best()
        return (
            f"Four seeds, trained just now: {text}. A single map points to the right "
            "neighborhood, and more often to a cell beside the best than to the best."
        )

    return Prediction(
        "On the spiral, an 8 × 8 map of learning rates and batch sizes is trained with one seed, "
        "and its best cell is written down. The same is done with 19 other seeds: other samples, "
        "first weights, and batches. How often is it the cell that is best in the median of all "
        "20?",
        [
            Choice("Nearly always: a setting is good or bad, a seed adds a little noise.",
                   all_alike),
            Choice("In less than half of the maps, but mostly it is this cell or one beside it.",
                   region, right=True),
            Choice("Hardly ever, and the others lie all over the map.", lottery),
        ],
    )  # fmt: skip


@cache
def at_one_rate(optimizer, rate, epochs=30):
    """Return the median loss of five seeds at a rate."""
    made = fair.losses(range(5), (rate,), optimizer, engine_at_hand(), epochs=epochs)
    return float(np.median(made))


def predict_fair():
    """Ask what a comparison of two optimizers at one rate shows."""

    def sgd_is_better():
        sgd, adam = at_one_rate("sgd", 0.32), at_one_rate("adam", 0.01)
        return (
            f"Try Adam at the rate 0.01, five seeds: its median loss is {short(adam)}; SGD has "
            f"{short(sgd)} at 0.32. The rate had been chosen for one of the two."
        )

    def more_epochs():
        long, brief = at_one_rate("adam", 0.32, 100), at_one_rate("adam", 0.32)
        return (
            f"At 0.32 Adam's median loss is {short(brief)} after 30 epochs and {short(long)} "
            "after 100; guessing has 0.69. More time does not help steps that are too large."
        )

    def only_the_rate():
        sgd, adam = at_one_rate("sgd", 0.01), at_one_rate("adam", 0.01)
        return (
            f"At the rate 0.01 it is the other way around: Adam {short(adam)}, SGD {short(sgd)}, "
            "median of five seeds. One rate for both is fair to neither."
        )

    return Prediction(
        "SGD and Adam are compared on the spiral, both at the learning rate 0.32, with 20 seeds. "
        "SGD ends lower with every one of them. What have we learned?",
        [
            Choice("On the spiral SGD is the better optimizer: 20 of 20 is no chance.",
                   sgd_is_better),
            Choice("Adam is slower here; it needs more epochs.", more_epochs),
            Choice("That 0.32 suits SGD, and nothing about the two at their best.",
                   only_the_rate, right=True),
        ],
    )  # fmt: skip


# --- goals --------------------------------------------------------------------------------------


class Edge:
    """Watches for a map whose best lies at an edge, and the same, moved, where it lies inside."""

    def __init__(self):
        self.at_edge = None

    def reached(self, panel):
        result = panel.result
        if result.only_touched or result.map.made < result.map.loss.size:
            return False
        ladder = (result.across[0], result.up[0])
        place = {
            name: value for name, value in result.settings.items()
            if name not in ("right", "upward", *ladder)
        }  # fmt: skip
        if result.further:
            self.at_edge = place
        return not result.map.edges and place == self.at_edge


def fooled(panel):
    """Return whether the first of 20 seeds would choose a cell that is clearly not the best."""
    scores = panel.result.map
    if scores.loss.shape[2] < 20 or scores.made < scores.loss.size:
        return False
    first = lowest(scores.loss[..., 0])
    return first is not None and scores.median[first] > HIGH * scores.median[scores.best]


class SearchGoals(Goals):
    """The goals of the map, and how a hunt goes."""

    def __init__(self, panel):
        self.hunt, edge = Hunt(), Edge()
        tasks = [
            Goal(
                "Find a map whose best cell lies at an edge, then move the map, and nothing else, "
                "until it lies inside.",
                edge.reached,
            ),
            Goal(
                "With 20 seeds: find a map on which the first seed alone would choose a cell "
                "whose median loss is more than 1.5 times the lowest.",
                fooled,
            ),
            Goal(
                "On the spiral, training only the cell you touch, with a seed whose own map you "
                "have not seen: within 20 trainings of at most 30 epochs, find a cell whose share "
                "of right answers is at most 2 points below the best of 512 settings.",
                self.hunt.reached,
            ),
        ]
        super().__init__(panel, tasks)

    def __str__(self):
        return "\n".join([super().__str__(), *self.hunt.state()])


def goals(panel):
    """Set three tasks on the map."""
    return SearchGoals(panel)
