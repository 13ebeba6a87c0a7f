"""Panel A of lesson 07: seven optimizers race over a surface, from a start that can be dragged."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import TrainConfig
from lessons.experiments.optimizers.race import Race, race
from lessons.experiments.optimizers.surfaces import surface
from lessons.numerals import short
from widgets.artists import PixelMap, words
from widgets.edges import show_curve, show_point
from widgets.marks import label_ends
from widgets.optimizers.ground import SPAN, pixels, title
from widgets.optimizers.knobs import BEST, HIGH, LOW, SAME, STEP, all_knobs, idle
from widgets.optimizers.names import COLORS, NAMES, dashes
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, LIGHT, NORMAL, PINNED, SMALL
from widgets.touch import to_time

SIZE = 8.6, 4.0
BLOCKS = ((0, 0, 385, 400), (385, 0, 860, 208), (385, 208, 860, 400))
# Who is farther away is gone, and not drawn any more.
FAR = 20.0
LOSSES = 1e-12, 1e3
# The room of a line of text beside the curves, in powers of ten.
LINE = 1.5


@dataclass(frozen=True, eq=False)
class Result:
    """A race at many rates, and which of these each optimizer is shown at.

    Attributes: race; losses along the shown paths, by name; rates shown, by name; settings.
    """

    race: Race
    losses: dict
    rates: dict
    settings: dict

    def path(self, name):
        """Return the path that is shown of an optimizer, (steps + 1, 2)."""
        k, r = self.place(name)
        return self.race.paths[:, k, :, r]

    def place(self, name):
        """Return where an optimizer and its shown rate stand in the race."""
        return row(self.race, name), int(np.flatnonzero(self.race.rates == self.rates[name])[0])

    @property
    def shown(self):
        return [name for name in NAMES if self.settings[f"show_{name}"]]

    @property
    def outcome(self):
        """The lowest loss at the end, in words."""
        if not self.shown:
            return ""
        ranked = ranking(self, -1)
        return f"{NAMES[ranked[0]]} lowest, {short(self.losses[ranked[0]][-1])}"


def panel(lang="en", **settings):
    """Let seven optimizers race; drag the start, slide the rate, or give each its best.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> race = panel(rates="each at its best", condition=100)
    >>> race.result.rates["sgd"]
    0.018
    >>> race.close()
    """
    return Panel(
        all_knobs(), compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: settings["steps"], time_label="step",
        touch={"map": to_start, "losses": to_step, "sweep": to_rate}, blocks=BLOCKS, idle=idle,
    )  # fmt: skip


def sweep_rates():
    """Return the rates of the sweep: those that the knob goes through."""
    count = round(np.log10(HIGH / LOW) / STEP)
    return [float(f"{LOW * 10 ** (k * STEP):.2g}") for k in range(count + 1)]


def compute(settings, progress):
    """Race at all rates of the sweep, and at the one that is set, if there is one for all."""
    one_rate = [settings["learning_rate"]] if settings["rates"] == SAME else []
    rates = sorted({*sweep_rates(), *one_rate})
    made = run(
        settings["surface"], settings["condition"], settings["angle"],
        (settings["start_w1"], settings["start_w2"]), tuple(rates), settings["steps"],
        settings["momentum"], settings["beta2"], settings["decay"],
    )  # fmt: skip
    chosen = {name: settings["learning_rate"] for name in NAMES}
    if settings["rates"] == BEST:
        chosen = {name: float(made.rates[made.final[row(made, name)].argmin()]) for name in NAMES}
    result = Result(made, {}, chosen, settings)
    loss = surface(settings["surface"], settings["condition"], settings["angle"]).loss
    with np.errstate(all="ignore"):
        result.losses.update({name: loss(result.path(name).T) for name in NAMES})
    return result


@lru_cache(maxsize=4)  # of most knobs the race knows nothing
def run(name, condition, angle, start, rates, steps, momentum, beta2, decay):
    """Race; without weight decay AdamW is Adam, and need not run."""
    config = TrainConfig(momentum=momentum, beta2=beta2, l2=decay)
    names = tuple(NAMES) if decay else tuple(NAMES)[:-1]
    return race(surface(name, condition, angle), config, start, rates, steps, names)


def row(made, name):
    """Return the place of an optimizer in a race; AdamW may have Adam's."""
    return made.names.index(name if name in made.names else "adam")


def ranking(result, moment):
    """Return the shown optimizers, the one with the lowest loss at this moment first."""
    losses = {name: np.nan_to_num(result.losses[name][moment], nan=np.inf) for name in result.shown}
    return sorted(losses, key=losses.get)


# --- touch --------------------------------------------------------------------------------------


def to_start(touch):
    """Drag the start; the knobs start w1, start w2 do the same."""
    return {"start_w1": touch.x, "start_w2": touch.y}


def to_step(touch):
    """Go to this step; the knob step does the same."""
    return to_time(touch)


def to_rate(touch):
    """Race at this rate, all of them; the knobs learning rate η, rates do the same."""
    return {"learning_rate": touch.x, "rates": SAME}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the surface from above, the losses, and below them the sweep."""
    above = figure.add_axes([0.045, 0.115, 0.375, 0.806])
    losses = figure.add_axes([0.51, 0.585, 0.315, 0.336])
    sweep = figure.add_axes([0.51, 0.115, 0.315, 0.3])
    above.set(xlim=(-SPAN, SPAN), ylim=(-SPAN, SPAN), xticks=range(-2, 3), yticks=range(-2, 3))
    above.set_xlabel("w1", labelpad=1)
    above.set_ylabel("w2", labelpad=-4)
    losses.set(yscale="log", ylim=LOSSES, yticks=[1e-12, 1e-8, 1e-4, 1])
    losses.set_title("Loss after each step")
    losses.set_xlabel("steps", labelpad=0)
    sweep.set(xscale="log", yscale="log", xlim=(LOW / 1.2, 1.2 * HIGH), ylim=LOSSES)
    sweep.set(yticks=[1e-12, 1e-8, 1e-4, 1], title="Loss at the end, at every rate")
    sweep.set_xlabel("learning rate η", labelpad=1)
    for axes, label in ((above, "map"), (losses, "losses"), (sweep, "sweep")):
        axes.set_label(label)
        axes.minorticks_off()
    for axes in (losses, sweep):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    sweep.text(1.04, 0.97,
               "median of 8 starts:\nyours, and seven\naround it. Dots:\nrates of this race",
               transform=sweep.transAxes, color=GRAY, fontsize=SMALL, va="top")  # fmt: skip
    ground = PixelMap(above)
    ground.smooth = False

    def lines(axes, **options):
        return {
            name: axes.plot([], [], color=color, linewidth=1.3,
                            linestyle=dashes(name), **options)[0]
            for name, color in COLORS.items()
        }  # fmt: skip

    def dots(axes, size):
        return {
            name: axes.plot([], [], "o", color=color, ms=size, mec="white", zorder=5)[0]
            for name, color in COLORS.items()
        }

    parts = SimpleNamespace(paths=lines(above), heads=dots(above, 8), curves=lines(losses),
                            sweeps=lines(sweep), used=dots(sweep, 7))  # fmt: skip
    return SimpleNamespace(
        ground=ground,
        minima=above.plot([], [], "+", color=BLACK, ms=11, mew=2)[0],
        start=above.plot([], [], "o", mfc="none", color=BLACK, ms=11, mew=1.5, zorder=6)[0],
        title=words(above, 0, 1.02, transform=above.transAxes, fontsize=NORMAL),
        **{f"all_{name}": list(artists.values()) for name, artists in vars(parts).items()},
        now=losses.plot([], [], color=GRAY, linewidth=1, clip_on=False)[0],
        rate=sweep.plot([], [], color=GRAY, linewidth=1)[0],
        pinned=losses.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0],
        pinned_text=words(losses, 0.02, 0.03, transform=losses.transAxes, color=PINNED,
                          fontsize=SMALL),
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in COLORS.values()],
        still=SimpleNamespace(losses=losses),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the race, up to the step that is shown."""
    settings = result.settings
    steps, shown = settings["steps"], result.shown
    if artists.still.losses.get_xlim() != (0, steps):
        artists.still.losses.set_xlim(0, steps)
    place = settings["surface"], settings["condition"], settings["angle"]
    artists.ground.set_data(pixels(*place))
    artists.minima.set_data(*zip(*surface(*place).minima, strict=True))
    artists.start.set_data([settings["start_w1"]], [settings["start_w2"]])
    artists.title.set_text(title(settings))
    for k, name in enumerate(NAMES):
        parts = [getattr(artists, f"all_{part}")[k] for part in
                 ("paths", "heads", "curves", "sweeps", "used")]  # fmt: skip
        for part in parts:
            part.set_data([], [])
        # Without decay AdamW is Adam, whose marks are there already.
        if name in shown and not (is_adam(result, name) and "adam" in shown):
            show_one(parts, result, name, moment)
    artists.now.set_data([moment, moment], LOSSES)
    rate = settings["learning_rate"]
    one_rate = settings["rates"] == SAME
    artists.rate.set_data(([rate, rate], LOSSES) if one_rate else ([], []))
    label(artists, result, moment)
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned and pinned.shown:
        best = ranking(pinned, -1)[0]
        show_curve(artists.pinned, np.arange(len(pinned.losses[best])), pinned.losses[best])
        artists.pinned_text.set_text(f"{NAMES[best]}, {pinned.label}")


def show_one(parts, result, name, moment):
    """Draw what is to be seen of one optimizer."""
    path, head, curve, sweep, used = parts
    way = until_gone(result.path(name)[: moment + 1])
    path.set_data(*way.T)
    head.set_data(way[-1:, 0], way[-1:, 1])
    losses = np.nan_to_num(result.losses[name], nan=np.inf)
    # A loss of exactly 0 has no place on this axis, nor has what comes after.
    show_curve(curve, np.arange(moment + 1), np.maximum(losses[: moment + 1], 1e-300))
    k, r = result.place(name)
    final = np.maximum(result.race.final[k], 1e-300)
    show_curve(sweep, result.race.rates, final)
    show_point(used, result.race.rates[r], final[r])


def is_adam(result, name):
    """Return whether this is AdamW, and the same run as Adam."""
    return name not in result.race.names


def until_gone(way):
    """Return a path up to the first point that is far outside the picture, and that one cut short.

    >>> until_gone(np.array([[0.0, 1.0], [500.0, 1.0], [np.nan, np.nan]])).tolist()
    [[0.0, 1.0], [20.0, 1.0]]
    """
    gone = np.flatnonzero(~(np.abs(way).max(axis=1) < FAR))
    return np.clip(np.nan_to_num(way[: gone[0] + 1] if len(gone) else way, nan=FAR), -FAR, FAR)


def label(artists, result, moment):
    """Write the losses beside the curves; Adam and AdamW share a label where they are one."""
    losses = {name: float(result.losses[name][moment]) for name in NAMES}
    texts = {
        name: f"{NAMES[name]} {short(losses[name]) if np.isfinite(losses[name]) else 'diverged'}"
        if name in result.shown else ""
        for name in NAMES
    }  # fmt: skip
    if texts["adam"] and texts["adamw"] and is_adam(result, "adamw"):
        texts["adam"], texts["adamw"] = texts["adam"].replace("Adam", "Adam, AdamW"), ""
    beyond = 1.02 * result.settings["steps"]
    heights = [max(loss, 1e-300) for loss in losses.values()]
    label_ends(artists.ends, heights, list(texts.values()), beyond, LOSSES, LINE)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say at which rates they race, and who is how low."""
    if not result.shown:
        return f"{title(result.settings)}. Nobody races: switch one on."
    best = result.settings["rates"] == BEST
    parts = []
    for name in ranking(result, moment):
        loss = result.losses[name][moment]
        size = short(loss) if np.isfinite(loss) else "diverged"
        at = f" (η {short(result.rates[name])})" if best else ""
        parts.append(f"{NAMES[name]} {size}{at}")
    return f"{heading(result, moment)}: {', '.join(parts)}."


def heading(result, moment):
    """Return how the summary begins."""
    settings = result.settings
    which = (
        f"each at the best of {len(result.race.rates)} rates" if settings["rates"] == BEST
        else f"all at rate {short(settings['learning_rate'])}"
    )  # fmt: skip
    decay = f", weight decay {settings['decay']:g}" if settings["decay"] else ""
    steps = f"{moment} step{'' if moment == 1 else 's'}"
    return f"{title(settings)}; {which}{decay}. Loss after {steps}, the lowest first"


def brief(result, moment):
    """Say only in which order they stand; the last digits are those of a machine."""
    names = [NAMES[name] for name in ranking(result, moment)] or ["nobody"]
    return f"{heading(result, moment)}: {', '.join(names)}."
