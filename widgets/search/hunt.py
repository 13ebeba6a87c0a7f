"""The hunt: find a good setting in few trainings, judged against 512 that are stored."""

from lessons.experiments.search.settings512 import WITHIN, best
from lessons.numerals import percent
from widgets.search.cells import TOUCHED, key_of_settings, seeds_of

MOST, LONGEST = 20, 30


class Hunt:
    """Counts the trainings of a learner who touches one cell after the other.

    A seed of which a map was shown is no longer one to hunt with.
    """

    def __init__(self):
        self.mapped = set()
        self.tries = {}
        self.seed = None

    def reached(self, panel):
        """Note what the panel shows now; return whether it is good enough, and soon enough."""
        settings, self.seed = panel.computed, None
        if settings["data"] != "spiral":
            return False
        if settings["seeds"] != TOUCHED:
            self.mapped |= set(seeds_of(settings))
            return False
        if settings["epochs"] > LONGEST or settings["seed"] in self.mapped:
            return False
        self.seed = settings["seed"]
        tries = self.tries.setdefault(self.seed, {})
        tries[key_of_settings(settings, self.seed)] = panel.result.own[1]
        good_enough = panel.result.own[1] >= best(self.seed) - WITHIN
        return good_enough and len(tries) <= MOST

    def state(self):
        """Return a line that says how the hunt goes, if there is one."""
        if self.seed is None:
            return []
        tries = self.tries[self.seed]
        return [
            f"Hunt with seed {self.seed}: {len(tries)} of {MOST} trainings, best so far "
            f"{percent(max(tries.values()), 1)}; the best of 512 has {percent(best(self.seed), 1)}."
        ]
