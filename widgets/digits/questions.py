"""The predictions and goals of lesson 15; their replies look at runs and at the stored table."""

import numpy as np

from lessons.experiments.digits.triangle import is_triangle
from lessons.experiments.digits.varied import PLAIN, READ, drawn, right, stored_table
from lessons.numerals import percent
from widgets.digits.drawing_pad import trained
from widgets.tasks import Choice, Goal, Goals, Prediction


def predict_drawn():
    """Ask how well a network that reads scans reads drawings."""

    def on_drawings(placing):
        return f"{100 * right(trained(), *drawn(placing)):.0f} of 100"

    def as_scans():
        return (
            "Scans that it never saw are read so, since they come from the same forms by the same "
            "program. Drawings come from elsewhere: as they are, a network of 64 units reads "
            f"{on_drawings('as drawn')} stored ones."
        )

    def somewhat_worse():
        return (
            "That takes more than a network. Brought to the size and place of the scans, "
            f"{on_drawings('boxed')} stored drawings are read right; as they are drawn, "
            f"{on_drawings('as drawn')}."
        )

    def hardly():
        return (
            f"It reads {on_drawings('as drawn')} stored drawings. In every scan the digit fills "
            "the height and stands in the middle. A network of this kind has a weight for each "
            "pixel, and what it has learned of one pixel says nothing about its neighbor."
        )

    def guessing():
        return (
            "To be right less often than by chance it would have to know the digits, and say "
            f"others. It reads {on_drawings('as drawn')}: not much better than guessing, but "
            "better."
        )

    return Prediction(
        "A network reads 97 of 100 scans that it never saw. Now digits are drawn on a square pad, "
        "smaller or larger, anywhere in it, and simply made 8 × 8 pixels small. How many of 100 "
        "does it read?",
        [
            Choice("About 97: it has never seen these, nor the others.", as_scans),
            Choice("About 80: somewhat worse, for another hand drew them.", somewhat_worse),
            Choice("About 20: not much better than guessing.", hardly, right=True),
            Choice("About 5: worse than guessing.", guessing),
        ],
    )


def predict_varied():
    """Ask which variation of the scans helps with boxed drawings."""

    def gain(kind):
        k = READ.index("boxed")
        table = stored_table()
        before, after = table[PLAIN][:, k], table[kind][:, k]
        return (
            f"In 20 seeds, {int(np.sum(after > before))} read more drawings with it than without, "
            f"and the mean goes from {percent(before.mean())} to {percent(after.mean())}."
        )

    def shifted():
        return (
            "The box has already put every drawing in the middle: there is nothing left that "
            f"shifting could protect against. {gain('shifted')}"
        )

    def slanted():
        return f"The box takes away size and place, but not the slant. {gain('slanted and turned')}"

    def repeated():
        return (
            "Five times as many updates, and nothing new to see. "
            f"{gain('the same scans 5 times')} More of the same is not variety."
        )

    return Prediction(
        "Drawings are put into a box first, so that they are as large as the scans and in the "
        "middle. Still fewer are read. Training with five times as many images helps most if the "
        "four new ones of each scan are …",
        [
            Choice("… shifted by up to a pixel: people draw anywhere.", shifted),
            Choice("… slanted and turned: hands differ in that.", slanted, right=True),
            Choice("… the scans themselves: what counts is more updates.", repeated),
        ],
    )


def goals(panel, test):
    """Set the task that the test set decides. Parameters: panel; test, from `test_set(panel)`."""

    def well_at_once(panel):
        return any(look.number == 1 and look.accuracy >= 0.97 for look in test.made)

    return Goals(
        panel,
        [Goal("Read 97% of the test scans at the first look: run the cell with test.look().",
              well_at_once)],
    )  # fmt: skip


def pad_goals(pad):
    """Set two tasks on the pad."""
    return Goals(
        pad,
        [
            Goal("Draw a digit that is read as you meant it, with more than 90%.", read_surely),
            Goal(
                "Fool it: draw a triangle that is read as the digit that you named beforehand, "
                "with at least 99%.",
                fooled,
            ),
        ],
    )


def surety(pad):
    """Return the probability of the digit that the learner means; 0 for what others drew."""
    result = pad.result
    return float(result.probabilities[result.digit]) if result.own and result.strokes else 0.0


def read_surely(pad):
    return surety(pad) > 0.9 and not is_triangle(pad.result.strokes)


def fooled(pad):
    return surety(pad) >= 0.99 and is_triangle(pad.result.strokes)
