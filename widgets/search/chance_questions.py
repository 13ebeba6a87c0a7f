"""The predictions of lesson 13 that are about chance; their replies look at what was counted."""

from functools import cache

from lessons import Progress
from lessons.experiments.search.curse import ONLY_SEED
from lessons.experiments.search.grids import AT_THE_ENDS, REPETITIONS, contest
from lessons.experiments.search.responses import MOMENTUM, SGD_L2, response
from lessons.numerals import fixed, short
from widgets.search.winner import compute
from widgets.tasks import Choice, Prediction


@cache
def counted():
    """Count the wins on the range of the question, and on the one of the worked example."""
    asked = contest(response(SGD_L2, 0.001, 10), 3, AT_THE_ENDS)
    other = contest(response(MOMENTUM, 0.001, 0.1), 3, AT_THE_ENDS)
    return asked, other


def predict_grid():
    """Ask whether a grid or random points find the lower loss where one knob hardly matters."""

    def orderly():
        asked, other = counted()
        return (
            "A grid looks thorough. But its nine trainings try three learning rates, each three "
            f"times over. In {REPETITIONS} repetitions its lowest loss was the lower one "
            f"{asked.wins[1]} times. (Of momentum, with rates from 0.001 to 0.1, it is in "
            f"{other.wins[1]}: there the best rates lie where the grid stands.)"
        )

    def luck():
        asked, _ = counted()
        return (
            f"Each single draw is luck. But nine draws are nine learning rates: in "
            f"{asked.wins[0]} of {REPETITIONS} repetitions one of them was better than all of the "
            f"grid. Their loss is typically {short(asked.ratio)} times the grid's."
        )

    def nine():
        asked, _ = counted()
        return (
            f"In {asked.wins[0]} of {REPETITIONS} repetitions. Nine random points have nine "
            "different learning rates, the grid has three; that the grid also has three L2 "
            "strengths buys it nothing, for these do not matter here."
        )

    return Prediction(
        "You can afford nine trainings of a network on the spiral (SGD, 30 epochs). You search the "
        "learning rate from 0.001 to 10 and an L2 strength so small that it hardly matters: as a "
        "3 × 3 grid, or at nine random points. Who finds the lower loss?",
        [
            Choice("The grid: it covers the whole square evenly.", orderly),
            Choice("About as often the one as the other: random is luck.", luck),
            Choice("The random points, nearly always.", nine, right=True),
        ],
    )


@cache
def searched():
    """Search among runs that differ in their seed only, by 100 validation points."""
    settings = {"n": 30, "m": 100, "differ": ONLY_SEED, "search": 1, "seed": 0}
    result = compute(settings, Progress())
    return result.rest(Progress()) if result.rest else result


def predict_score():
    """Ask what the best of thirty by a validation set is worth on new samples."""

    def told():
        found, k = searched().searches, searched().settings["n"] - 1
        return (
            f"Mean of {len(found.scores)} searches: {fixed(found.promised[k], 3)} on the "
            f"validation points, {fixed(found.kept[k], 3)} on new ones"
        )

    def honest():
        return f"It was not trained on these points, that is true. It was chosen by them. {told()}."

    def overfitted():
        return (
            "None of the thirty learned anything from the validation points, so their mean score "
            f"there is right. {told()}: only the best of them is too good, and no worse in truth."
        )

    def lucky():
        return (
            f"{told()}. The best of thirty is the one that had the most luck with these points. "
            f"How much that is can be computed, {fixed(searched().computed[0, 29], 3)}: see below."
        )

    return Prediction(
        "Thirty runs of the same network on the same data, which differ only in their seed. One is "
        "chosen: the one with the highest accuracy on 100 validation points, which no run has "
        "trained on. Its accuracy on many new points will on average be …",
        [
            Choice("… the same: no run has seen the validation points.", honest),
            Choice("… lower than that of the other runs: it has overfitted them.", overfitted),
            Choice("… lower than on the validation points, like that of the others.", lucky,
                   right=True),
        ],
    )  # fmt: skip
