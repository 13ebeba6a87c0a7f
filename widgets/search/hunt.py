"""The hunt: find a good setting in few trainings, judged against 512 that are stored."""

from lessons.experiments.search.settings512 import SEEDS, WITHIN, best
from lessons.numerals import percent
from widgets.search.cells import TOUCHED, key_of_settings

MOST, LONGEST = 20, 30


class Hunt:
    """Counts the trainings of a learner who touches one cell after the other.

    A seed whose own map was shown is no longer one to hunt with. Of several seeds the panel shows
    only the first by itself. One seed is always left: that whose map was shown longest ago.
    """

    def __init__(self):
        self.mapped = []
        self.tries = {}
        self.seed = self.known = None

    def reached(self, panel):
        """Note what the panel shows now; return whether it is good enough, and soon enough."""
        settings, self.seed, self.known = panel.computed, None, None
        seed = settings["seed"]
        if settings["data"] != "spiral":
            return False
        if settings["seeds"] != TOUCHED:
            earlier = [other for other in self.mapped if other != seed]
            self.mapped = [*earlier, seed][-len(SEEDS) + 1 :]
            return False
        if settings["epochs"] > LONGEST:
            return False
        if seed in self.mapped:
            self.known = seed
            return False
        self.seed = seed
        tries = self.tries.setdefault(self.seed, {})
        tries[key_of_settings(settings, self.seed)] = panel.result.own[1]
        good_enough = panel.result.own[1] >= best(self.seed) - WITHIN
        return good_enough and len(tries) <= MOST

    def state(self):
        """Return a line that says how the hunt goes, or with which seed one could begin."""
        if self.known is not None:
            other = next(seed for seed in SEEDS if seed not in self.mapped)
            return [
                f"You have seen the map of seed {self.known}: hunt with another one, such as "
                f"{other}."
            ]
        if self.seed is None:
            return []
        tries = self.tries[self.seed]
        return [
            f"Hunt with seed {self.seed}: {len(tries)} of {MOST} trainings, best so far "
            f"{percent(max(tries.values()), 1)}; the best of 512 has {percent(best(self.seed), 1)}."
        ]
