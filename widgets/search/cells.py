"""The cells of the map of lesson 13: what is trained for them, once, and kept."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lessons import Run
from lessons.data import Split
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.search.maps import (
    LADDERS,
    ScoreMap,
    config_of,
    last_start,
    score,
    scores,
    window,
)
from lessons.numerals import short
from lessons.progress import Stretch
from lessons.trainer import train
from lessons.verdict import guessing_loss
from widgets.data_sets import load

# Where the window of a knob begins as long as it is not moved.
START = {"learning_rate": 5, "batch_size": 1, "epochs": 1} | dict.fromkeys(
    ("units", "depth", "l2", "dropout"), 0
)
TOUCHED = 0  # the number of seeds that stands for: train only the cell that is touched

# The scores of trainings, by data, optimizer, seed and the values of all knobs.
trained = {}
MANY = 50_000


@dataclass(frozen=True, eq=False)
class Result:
    """The map as far as it is trained, and the run of the cell that is touched.

    Attributes: settings; split; run; own, its loss and accuracy; map, a ScoreMap; across, up,
    pairs of a knob's name and its values; stopped, whether a hand ended it before its end.
    """

    settings: dict
    split: Split
    run: Run
    own: tuple
    map: ScoreMap
    across: tuple
    up: tuple
    stopped: bool = False

    @property
    def rest(self):
        """What trains the cells that are missing, or None."""
        whole = self.only_touched or self.map.made == self.map.loss.size
        return None if self.stopped or whole else self.with_all_cells

    def with_all_cells(self, progress):
        """Train what is missing, seed by seed; what is there can be seen meanwhile."""
        progress.so_far = self.renewed
        engine, settings = engine_for_long_work(progress), self.settings
        for seed in seeds_of(settings):
            if progress.cancelled:
                break
            made = self.renewed().map.made
            scores(
                missing(settings, seed), load(settings["data"], seed), engine,
                Stretch(progress, made, self.map.loss.size),
                lambda config, found: keep(settings["data"], config, found),
            )  # fmt: skip
        return replace(self.renewed(), stopped=progress.cancelled)

    def renewed(self):
        """Return the result with all cells that are trained by now."""
        return replace(self, map=assembled(self.settings, self.map.guess, self.own))

    @property
    def only_touched(self):
        return self.settings["seeds"] == TOUCHED

    @cached_property
    def cell(self):
        """Row and column of the cell that is touched, or None where the map does not show it."""
        (x_name, xs), (y_name, ys) = self.across, self.up
        x, y = self.settings[x_name], self.settings[y_name]
        if x not in xs or (y_name != x_name and y not in ys):
            return None
        return (ys.index(y) if y_name != x_name else 0), xs.index(x)

    @property
    def further(self):
        """At which edges the best lies although the search could go on beyond: a tuple."""
        return tuple(edge for edge in self.map.edges if self.can_go(edge))

    def can_go(self, edge):
        """Return whether there are values beyond an edge of the map."""
        name, values = self.across if edge in ("left", "right") else self.up
        if edge in ("down", "up") and len(values) == 1:
            return False
        if edge in ("left", "down"):
            return values[0] != LADDERS[name][0]
        return values[-1] != LADDERS[name][-1]

    @property
    def outcome(self):
        if self.only_touched or self.map.best is None:
            return f"validation loss {short(self.own[0])}"
        return f"lowest {short(self.map.median[self.map.best])}"


def compute(settings, progress):
    """Train the cell that is touched; the others follow the first picture."""
    split = load(settings["data"], settings["seed"])
    config = config_of(settings, settings["optimizer"], settings["seed"])
    run = train(config, split, engine_at_hand(), progress, "fit")
    own, guess = score(run), guessing_loss(split)
    return Result(settings, split, run, own, assembled(settings, guess, own), *axes_of(settings))


def axes_of(settings):
    """Return what lies across and up: pairs of a knob's name and the values that the map shows.

    Where both are the same knob there is one row only.
    """
    across, up = settings["across"], settings["up"]
    xs, ys = (
        window(name, min(START[name], last_start(name)) + settings[shift])
        for name, shift in ((across, "right"), (up, "upward"))
    )
    return (across, xs), (up, ys[:1] if up == across else ys)


def seeds_of(settings):
    """Return the seeds that every cell is trained with."""
    return range(settings["seed"], settings["seed"] + (settings["seeds"] or 1))


def cells_of(settings):
    """Yield the settings of all cells, row by row from below."""
    (x_name, xs), (y_name, ys) = axes_of(settings)
    for y in ys:
        for x in xs:
            yield settings | {y_name: y, x_name: x}


def assembled(settings, guess, own):
    """Return the map of what is trained by now; of one cell only where the others are not wanted.

    Parameters: own, the score of the cell that is touched.
    """
    (_, xs), (_, ys) = axes_of(settings)
    if settings["seeds"] == TOUCHED:
        touched = [key_of_settings(settings, settings["seed"])]
        found = {key: own for key in touched}
    else:
        found = trained
    nothing = np.nan, np.nan
    losses = [
        found.get(key_of_settings(cell, seed), nothing)[0]
        for cell in cells_of(settings) for seed in seeds_of(settings)
    ]  # fmt: skip
    return ScoreMap(np.reshape(losses, (len(ys), len(xs), -1)), guess)


def missing(settings, seed):
    """Return the configs of the cells that are not trained with this seed yet."""
    return [
        config_of(cell, settings["optimizer"], seed)
        for cell in cells_of(settings) if key_of_settings(cell, seed) not in trained
    ]  # fmt: skip


def keep(name, config, found):
    """Keep the score of a training, and not more of them than there is room for."""
    if len(trained) >= MANY:
        trained.clear()
    trained[key_of(name, config)] = found


def key_of_settings(settings, seed):
    return settings["data"], settings["optimizer"], seed, *(settings[knob] for knob in LADDERS)


def key_of(name, config):
    """Return the same key, from a config."""
    values = vars(config) | {"units": config.hidden[0], "depth": len(config.hidden)}
    return name, config.optimizer, config.seed, *(values[knob] for knob in LADDERS)
