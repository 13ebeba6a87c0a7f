"""The winner's curse, in lesson 13: the best of n by validation, and how good it really is."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons.engines import engine_for_long_work
from lessons.experiments.search.curse import (
    ONLY_SEED,
    RUNS,
    SEARCHES,
    SETS,
    Searches,
    disagreement,
    expected_luck,
    expected_maximum,
    independent_luck,
    running_sums,
    search_often,
    train_all,
)
from lessons.numerals import count, fixed
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import choice, count_slider, int_slider
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRAY, LIGHT, NORMAL, ORANGE, PINNED, SMALL, ink

SIZE = 8.6, 4.2
BLOCKS = ((0, 0, 400, 420), (400, 0, 860, 420))
# Of the picture of one search, and of that of their means.
LIMITS = dict(zip(SETS, (((0.68, 1.0), (0.84, 0.96)), ((0.4, 1.0), (0.7, 0.95))), strict=True))
N = np.arange(1, RUNS + 1)


@dataclass(frozen=True, eq=False)
class Result:
    """Searches among a hundred runs; None before those are trained, or where that was stopped."""

    settings: dict
    searches: Searches | None = None
    d: float = np.nan
    accuracy: float = np.nan
    stopped: bool = False

    @property
    def rest(self):
        """What trains the runs, or None once they are there."""
        return None if self.searches or self.stopped else self.with_all_runs

    def with_all_runs(self, progress):
        key = key_of(self.settings)
        engine = engine_for_long_work(progress)
        right = train_all(*key, engine=engine, progress=progress, keep=rows.setdefault(key, {}))
        if right is None:
            return Result(self.settings, stopped=True)
        rows.pop(key)
        if len(trained) == KEPT:
            trained.pop(next(iter(trained)))
        trained[key] = running_sums(right), disagreement(right), float(right.mean())
        return compute(self.settings, progress)

    @property
    def outcome(self):
        if not self.searches:
            return "stopped"
        return f"too good by {fixed(self.searches.luck[self.settings['n'] - 1], 3)}"

    @property
    def computed(self):
        """The expected luck of the best of n, and with independent errors, (2, RUNS)."""
        m = self.settings["m"]
        return np.array([
            [expected_luck(n, self.d, m) for n in N],
            [independent_luck(n, self.accuracy, m) for n in N],
        ])  # fmt: skip


# Of the last few kinds and seeds, which runs are right where; and what is made of others.
KEPT = 6
trained, rows = {}, {}


def curse(lang="en", **settings):
    """Take the best of n by a validation set, 200 times, and look how good it really is.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = curse(n=10)
    >>> panel.result.searches.scores.shape
    (200, 100)
    >>> panel.close()
    """
    knobs = [
        int_slider("n", "best of n", "So many runs are compared", 1, RUNS, 30, width=440),
        count_slider("m", "validation points", "By so many points the best is chosen",
                     20, 1000, 100, 10, 0.1, width=340),
        choice("differ", "runs differ in", "What sets the runs apart", list(SETS), ONLY_SEED,
               width=280),
        int_slider("search", "search", "Other validation points, and the runs in another order",
                   1, SEARCHES, 1, width=260),
        int_slider("seed", "seed", "Another draw of training data, and a hundred other runs",
                   0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        blocks=BLOCKS, touch={"means": to_n},
    )  # fmt: skip


def compute(settings, progress):
    """Return the searches among runs that are trained, or only the plan."""
    key = key_of(settings)
    if key not in trained:
        return Result(settings)
    return Result(settings, searched(key, settings["m"]), *trained[key][1:])


@lru_cache(maxsize=8)
def searched(key, m):
    """Search among trained runs; most knobs leave this as it is."""
    return search_often(trained[key][0], m)


def key_of(settings):
    return settings["differ"], settings["seed"]


def to_n(touch):
    """Take the best of so many; the knob best of n does the same."""
    return {"n": int(np.clip(round(touch.x), 1, RUNS))}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: one search on the left, the mean of all on the right."""
    one = figure.add_axes([0.075, 0.13, 0.36, 0.745])
    means = figure.add_axes([0.555, 0.13, 0.425, 0.525])
    one.set_xlabel("true score", labelpad=1)
    one.set_title("Validation score of each run", pad=18)
    means.set(xscale="log", xlim=(1, RUNS), label="means")
    means.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    means.minorticks_off()
    means.locator_params(axis="y", nbins=6)
    means.grid(axis="y", color=LIGHT, linewidth=0.6)
    means.set_xlabel("n", labelpad=0)
    styles = (ORANGE, "-", 2.2), (BLUE, "-", 2.2), (BLACK, (0, (1, 1.2)), 1.8), (GRAY, "--", 1)
    curves = [means.plot([], [], color=color, linestyle=style, linewidth=width)[0]
              for color, style, width in styles]  # fmt: skip
    pinned = [means.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (4, 2)))[0]
              for _ in range(2)]  # fmt: skip

    def text(x, row, color, told="", **style):
        return words(means, x, 1.395 - 0.094 * row, told, transform=means.transAxes,
                     color=ink(color), fontsize=SMALL, va="top", **style)  # fmt: skip

    names = ("validation score of the best of n", "its true score",
             "true + E[max of n] · √(d/2m)", "with independent errors")  # fmt: skip
    return SimpleNamespace(
        equal=one.plot([0, 1], [0, 1], color=GRAY, linewidth=0.8)[0],
        dots=one.plot([], [], "o", color=GRAY, ms=4, mew=0, alpha=0.75)[0],
        drop=one.plot([], [], color=ORANGE, linewidth=2)[0],
        chosen=one.plot([], [], "o", color=ORANGE, ms=9, zorder=4)[0],
        real=one.plot([], [], "o", color=BLUE, ms=7, zorder=4)[0],
        note=words(one, 0, 1.015, transform=one.transAxes, fontsize=SMALL),
        title=words(means, 0, 1.43, transform=means.transAxes, fontsize=NORMAL),
        names=[text(0.07, row, color, name)
               for row, ((color, *_), name) in enumerate(zip(styles, names, strict=True))],
        keys=[means.plot([0, 0.055], [1.359 - 0.094 * row] * 2, transform=means.transAxes,
                         color=color, linestyle=style, linewidth=width, clip_on=False)[0]
              for row, (color, style, width) in enumerate(styles)],
        values=[text(0.99, row, color, ha="right") for row, (color, *_) in enumerate(styles)],
        curves=curves, pinned=pinned,
        exits=draw_exits(means, [*curves, *pinned], values=False),
        now=means.plot([], [], color=GRAY, linewidth=0.8)[0],
        at=means.plot([], [], "o", color=ORANGE, ms=6, zorder=4, clip_on=False)[0],
        at_true=means.plot([], [], "o", color=BLUE, ms=6, zorder=4, clip_on=False)[0],
        pinned_text=words(means, 0.99, 0.02, transform=means.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right"),
        still=SimpleNamespace(one=one, means=means),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the best of n."""
    fit_axes(artists.still, LIMITS[result.settings["differ"]])
    lines = (artists.dots, artists.drop, artists.chosen, artists.real, artists.now, artists.at,
             artists.at_true, *artists.curves, *artists.pinned)  # fmt: skip
    for line in lines:
        line.set_data([], [])
    for text in (artists.note, *artists.values, artists.pinned_text):
        text.set_text("")
    artists.title.set_text(
        "Stopped by hand" if result.stopped else f"Mean of {SEARCHES} searches"
        if result.searches else f"{RUNS} runs are being trained …"
    )  # fmt: skip
    if result.searches:
        show_search(artists, result)
        show_means(artists, result)
    if pinned and pinned.searches:
        for line, values in zip(artists.pinned, means_of(pinned), strict=True):
            show_curve(line, N, values)
        artists.pinned_text.set_text(pinned.label)
    show_exits(artists.exits, [*artists.curves, *artists.pinned])


def fit_axes(still, limits):
    """Give both axes the limits of a set."""
    one, means = limits
    if still.means.get_ylim() != means:
        still.one.set(xlim=one, ylim=one)
        still.means.set_ylim(means)


def show_search(artists, result):
    """Show the first n runs of one search, the best of them, and where it truly is."""
    scores, truth, best = one_search(result)
    artists.dots.set_data(truth, scores)
    artists.drop.set_data([truth[best]] * 2, [scores[best], truth[best]])
    artists.chosen.set_data([truth[best]], [scores[best]])
    artists.real.set_data([truth[best]], [truth[best]])
    artists.note.set_text(
        f"Search {result.settings['search']}: {fixed(scores[best], 3)}, true "
        f"{fixed(truth[best], 3)}"
    )


def one_search(result):
    """Return the scores and true scores of the first n runs of a search, and the best of them."""
    n, k = result.settings["n"], result.settings["search"] - 1
    searches = result.searches
    return searches.scores[k, :n], searches.truth[k, :n], int(searches.best[k, n - 1])


def show_means(artists, result):
    """Show the mean of all searches against n, and what is computed."""
    n, kept = result.settings["n"], result.searches.kept
    curves = [*means_of(result), *(kept + result.computed)]
    for line, value, curve in zip(artists.curves, artists.values, curves, strict=True):
        show_curve(line, N, curve)
        value.set_text(fixed(curve[n - 1], 3))
    artists.now.set_data([n, n], artists.still.means.get_ylim())
    for dot, curve in zip((artists.at, artists.at_true), curves[:2], strict=True):
        dot.set_data([n], [curve[n - 1]])


def means_of(result):
    return result.searches.promised, result.searches.kept


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what this search and the mean of all promise, what is true, and what is computed."""
    if not result.searches:
        return "Stopped by hand." if result.stopped else f"{subject(result)}: under way."
    n, m = result.settings["n"], result.settings["m"]
    scores, truth, best = one_search(result)
    promised, kept = (values[n - 1] for values in means_of(result))
    luck, alone = result.computed[:, n - 1]
    return (
        f"{subject(result)}. Search {result.settings['search']}: the best has "
        f"{fixed(scores[best], 3)}, truly {fixed(truth[best], 3)}. Mean of {SEARCHES} searches: "
        f"{fixed(promised, 3)}, truly {fixed(kept, 3)}, so too good by "
        f"{fixed(promised - kept, 3)}. Computed: {fixed(expected_maximum(n), 2)} · "
        f"√({fixed(result.d, 3)}/(2·{count(m)})) = {fixed(luck, 3)}; with independent errors it "
        f"would be {fixed(alone, 3)}."
    )


def brief(result, moment):
    """Say only what is compared: scores depend on last digits."""
    return "Stopped by hand." if result.stopped else f"{subject(result)}, {SEARCHES} searches."


def subject(result):
    settings = result.settings
    runs = "1 run" if settings["n"] == 1 else f"the best of {settings['n']} runs"
    return f"{runs.capitalize()} by {count(settings['m'])} validation points"
