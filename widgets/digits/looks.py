"""The test set of lesson 15, which counts how often it was looked at."""

from lessons.experiments.digits.looks import TestSet
from lessons.numerals import percent

ORDINALS = {1: "First", 2: "Second", 3: "Third"}


def test_set(panel):
    """Return the test set that goes with the lesson's panel; its `look()` asks the network."""
    return Looks(panel)


class Looks:
    """The test set of a panel's data, one for each seed, since that shares the scans out anew.

    Attributes: panel; made, a list of all looks so far, each a Look.
    """

    def __init__(self, panel):
        self.panel, self.sets, self.made = panel, {}, []

    def look(self):
        """Ask the network that the panel shows about the test set, and say what came out."""
        result = self.panel.result
        test = self.sets.setdefault(self.panel.settings["seed"], TestSet(result.split))
        self.made.append(test.look(result.run))
        for tell in self.panel.listeners:
            tell(self.panel)
        print(sentence(self.made[-1]))


def sentence(look):
    """Say what came out of a look.

    >>> from lessons.experiments.digits.looks import Look
    >>> print(sentence(Look(2, 0.97, 359)))
    Second look: 97% of 359 test scans are read right; with 95% confidence the true share is \
between 95% and 98%. What you changed since the first look you changed knowing it.
    """
    low, high = look.interval
    after = "" if look.number == 1 else (
        " What you changed since the first look you changed knowing it."
    )  # fmt: skip
    return (
        f"{ORDINALS.get(look.number, f'{look.number}th')} look: {percent(look.accuracy)} of "
        f"{look.n} test scans are read right; with 95% confidence the true share is between "
        f"{percent(low)} and {percent(high)}.{after}"
    )
