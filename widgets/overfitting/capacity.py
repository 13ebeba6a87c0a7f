"""Panel A of lesson 10: fits to few noisy samples, from too simple to too flexible."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import data
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.overfitting.capacity import (
    DEGREES,
    SEEDS,
    Curves,
    answers_of,
    mse,
    of_networks,
    of_polynomials,
    wave_config,
)
from lessons.experiments.overfitting.polynomials import NORMS, fit
from lessons.experiments.overfitting.samples import HIGH, LOW, draw, truth
from lessons.numerals import count, short
from lessons.side_by_side import train_side_by_side
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import choice, count_slider, float_slider, int_slider, slider, whole
from widgets.marks import label_ends
from widgets.overfitting.shapes import brief, describe, size
from widgets.panel import Panel
from widgets.style import (
    BLACK,
    BLUE,
    GRAY,
    LIGHT,
    NORMAL,
    ORANGE,
    PINNED,
    PURPLE,
    RED,
    SMALL,
    TRAINING,
    VALIDATION,
)

SIZE = 8.6, 4.3
BLOCKS = ((0, 0, 420, 430), (420, 0, 860, 430))
MODELS = "polynomial", "network"
# Drawn beside the chosen one: too small, about right, too large.
BESIDE = {"polynomial": (1, 3, 12), "network": (1, 3, 64)}
SAMPLES = 8, 10, 12, 15, 20, 30, 40, 60
GRID = np.linspace(LOW, HIGH, 201)
HEIGHT = 2.6
LIMITS, LINE, LEAST = (1e-3, 1e3), 0.33, 1e-30
COLORS = ORANGE, PURPLE, RED, BLUE


@dataclass(frozen=True, eq=False)
class Result:
    """Fits to one draw of samples, and the losses of every capacity over many draws.

    Attributes: capacities, of the four that are drawn, the chosen one last; answers, on the grid,
    (4, G); losses, of the chosen one, training and validation; curves, once they are there.
    """

    settings: dict
    split: data.Split
    capacities: tuple
    answers: np.ndarray
    losses: tuple
    stopped: bool = False
    curves: Curves | None = None
    rest: Callable | None = None

    @property
    def outcome(self):
        return f"validation loss {short(self.losses[1])}"


def panel(lang="en", **settings):
    """Fit polynomials or networks of any capacity to a few noisy samples.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> fits = panel(capacity=3)
    >>> fits
    Polynomial of degree 3, 15 samples. Over 20 draws, up to degree 14: a U.
    >>> fits.close()
    """
    knobs = [
        slider("capacity", "capacity", "Degree of the polynomial, or units of the network",
               DEGREES, 9, "a whole number from 1 to 128", whole(1, 128), 420),
        choice("model", "model", "What is fitted", MODELS, MODELS[0]),
        slider("n", "samples", "To learn from", SAMPLES, 15, "a whole number from 8 to 60",
               whole(8, 60), 240),
        float_slider("noise", "noise", "Standard deviation of the error in y", 0, 1, 0.3, 0.1,
                     width=240),
        choice("norm", "kept small beyond the samples", "Of all polynomials through all samples, "
               "the one with the smallest coefficients is taken: which ones count?",
               {"all coefficients": "all degrees alike",
                "high degrees most": "high degrees costly"},
               "all degrees alike", width=340),
        count_slider("epochs", "epochs", "Updates with all samples, Adam 0.03",
                     10, 3000, 1000, 10, 0.25, width=300),
        int_slider("seed", "seed", "Another draw of data and first weights", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw_picture, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, blocks=BLOCKS, touch={"losses": to_capacity}, idle=idle,
    )  # fmt: skip


def idle(settings):
    """Return the knob of the other model."""
    return ("epochs",) if settings["model"] == "polynomial" else ("norm",)


def to_capacity(touch):
    """Drag along the capacities; the knob capacity does the same."""
    return {"capacity": touch.x}


# --- compute ------------------------------------------------------------------------------------


# Losses of every capacity, by all settings that they depend on.
tried = {}


def compute(settings, progress):
    """Fit four capacities to one draw; those of many draws follow the picture.

    Of networks only the chosen one is trained at once, and those beside it follow, too.
    """
    split = draw(settings["n"], settings["noise"], settings["seed"])
    capacities = (*BESIDE[settings["model"]], settings["capacity"])
    of_model = of_polynomial if settings["model"] == "polynomial" else of_network
    answers, losses = of_model(capacities, split, settings, progress)
    result = Result(settings, split, capacities, answers, losses, progress.cancelled)
    names = ("norm",) if settings["model"] == "polynomial" else ("epochs",)
    key = settings["model"], *(settings[name] for name in ("n", "noise", *names))

    def train_beside(progress):
        networks(capacities, split, settings, progress)
        return replace(result, rest=None) if progress.cancelled else compute(settings, progress)

    def try_all(progress):
        found = curves(settings, progress)
        if found is None:
            return replace(result, rest=None)
        tried[key] = found
        return replace(result, curves=found, rest=None)

    if progress.cancelled:
        return result
    places = [place(width, settings) for width in capacities]
    if settings["model"] == "network" and not all(at in trained for at in places):
        return replace(result, rest=train_beside)
    if key in tried:
        return replace(result, curves=tried[key])
    return replace(result, rest=try_all)


def of_polynomial(degrees, split, settings, progress):
    """Return what polynomials answer on the grid, and both losses of the last one."""
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    fits = [fit(x, y, degree, NORMS[settings["norm"]]) for degree in degrees]
    losses = mse(fits[-1](x), y), mse(fits[-1](split.X_val[:, 0]), split.y_val)
    return np.array([f(GRID) for f in fits]), losses


# What networks answer on the grid, and both losses: sliding the capacity trains only one anew.
trained = {}


def place(width, settings):
    """Return where a network is kept."""
    return width, *(settings[name] for name in ("n", "noise", "epochs", "seed"))


def of_network(units, split, settings, progress):
    """Train the last network; return what all answer on the grid, and both losses of the last one.

    Those beside it answer nothing, NaN, until they have been trained.
    """
    answers, losses = networks(units[-1:], split, settings, progress)[0]
    nothing = np.full(len(GRID), np.nan), None
    beside = [trained.get(place(width, settings), nothing)[0] for width in units[:-1]]
    return np.array([*beside, answers]), losses


def networks(units, split, settings, progress):
    """Train networks, unless they have been before; return answers and losses of each."""
    knobs = settings["n"], settings["epochs"], settings["seed"]
    missing = [width for width in dict.fromkeys(units) if place(width, settings) not in trained]
    configs = [wave_config(width, *knobs) for width in missing]
    runs = train_side_by_side(configs, split, engine_at_hand(), progress, "fit")
    found = {
        place(width, settings): (answers_of(run, GRID), (run.train_loss[-1], run.val_loss[-1]))
        for width, run in zip(missing, runs, strict=True)
    }
    if not progress.cancelled:
        trained.update(found)
    known = trained | found
    return [known[place(width, settings)] for width in units]


def curves(settings, progress):
    """Return the losses of every capacity over many draws, or None if it was stopped."""
    n, noise = settings["n"], settings["noise"]
    if settings["model"] == "polynomial":
        return of_polynomials(n, noise, NORMS[settings["norm"]], progress=progress)
    engine = engine_for_long_work(progress)
    return of_networks(n, noise, settings["epochs"], engine=engine, progress=progress)


# --- picture ------------------------------------------------------------------------------------


def draw_picture(figure):
    """Make the artists: samples and fits on the left, losses against capacity on the right."""
    fits = figure.add_axes([0.05, 0.11, 0.42, 0.72])
    losses = figure.add_axes([0.55, 0.11, 0.29, 0.72])
    fits.set(xlim=(LOW, HIGH), ylim=(-HEIGHT, HEIGHT))
    fits.set_xlabel("x", labelpad=0)
    losses.set(xscale="log", yscale="log", xlim=(1, 128), ylim=LIMITS, label="losses")
    losses.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    losses.minorticks_off()
    losses.grid(axis="y", color=LIGHT, linewidth=0.6)
    fits.plot(GRID, truth(GRID), color=GRAY, linewidth=1, linestyle=(0, (1, 1.5)))
    lines = [fits.plot([], [], color=color, linewidth=width)[0]
             for color, width in zip(COLORS, (1.3, 1.3, 1.3, 2.4), strict=True)]  # fmt: skip
    names = [
        words(fits, x, 1.03, transform=fits.transAxes, color=color, fontsize=SMALL, ha=ha)
        for x, color, ha in zip((0, 0.33, 0.62, 1), COLORS, ("left", "center", "center", "right"),
                                strict=True)
    ]  # fmt: skip
    names[-1].set_fontweight("bold")
    medians = [losses.plot([], [], color=color, linestyle=style, marker="o", ms=2.5)[0]
               for color, style in ((VALIDATION, (0, (5, 1))), (TRAINING, "-"))]  # fmt: skip
    pinned = losses.plot([], [], color=PINNED, linewidth=1.3, linestyle=(0, (2, 2)))[0]
    return SimpleNamespace(
        title=words(fits, 0, 1.12, transform=fits.transAxes, fontsize=NORMAL),
        samples=fits.plot([], [], "o", color=BLACK, ms=5, mec="white", zorder=4)[0],
        pinned_fit=fits.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0],
        lines=lines, names=names, out=draw_exits(fits, lines[-1:]),
        heading=words(losses, 0, 1.12, transform=losses.transAxes, fontsize=NORMAL),
        key=words(losses, 0, 1.03, transform=losses.transAxes, fontsize=SMALL, color=GRAY),
        here=losses.axvline(1, color=BLUE, linewidth=1, clip_on=False),
        full=losses.axvline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
        full_text=words(losses, 1, LIMITS[0] * 1.3, color=GRAY, fontsize=SMALL, ground="white"),
        floor=losses.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
        quartiles=[losses.plot([], [], color=color, linewidth=0.8)[0]
                   for color in (VALIDATION, VALIDATION, TRAINING, TRAINING)],
        medians=medians, pinned=pinned,
        exits=draw_exits(losses, [*medians, pinned], values=False),
        dots=[losses.plot([], [], "o", color=color, ms=8, mec="white", clip_on=False, zorder=5)[0]
              for color in (VALIDATION, TRAINING)],
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (VALIDATION, TRAINING, GRAY, PINNED)],
        x_label=words(losses, 0.5, -0.085, transform=losses.transAxes, fontsize=NORMAL,
                      ha="center", va="top"),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the fits and to the losses over many draws."""
    settings, split = result.settings, result.split
    artists.title.set_text(f"{count(settings['n'])} samples, and fits to them")
    artists.samples.set_data(split.X_train[:, 0], split.y_train)
    for line, name, capacity, answers in zip(
        artists.lines, artists.names, result.capacities, result.answers, strict=True
    ):
        show_curve(line, GRID, answers)
        # Networks beside the chosen one are trained when the hand rests.
        coming = "" if np.isfinite(answers).any() else " …"
        name.set_text(size(settings["model"], capacity) + coming)
    show_exits(artists.out, artists.lines[-1:])
    show_capacity(artists, result)
    show_many(artists, result, pinned)
    artists.pinned_fit.set_data(([], []) if not pinned else (GRID, pinned.answers[-1]))


def show_capacity(artists, result):
    """Show where the chosen capacity is, and its two losses."""
    settings = result.settings
    capacity, n = settings["capacity"], settings["n"]
    polynomial = settings["model"] == "polynomial"
    artists.heading.set_text("Loss against capacity")
    artists.x_label.set_text("degree" if polynomial else "units")
    artists.here.set_xdata([capacity, capacity])
    for dot, loss in zip(artists.dots, reversed(result.losses), strict=True):
        show_point(dot, capacity, max(loss, LEAST))
    floor = max(settings["noise"] ** 2, LEAST)
    artists.floor.set_ydata([floor, floor])
    artists.full.set_xdata([n - 1, n - 1] if polynomial else [LEAST, LEAST])
    artists.full_text.set_text(f"through all {n}" if polynomial else "")
    right = n > 25
    artists.full_text.set_ha("right" if right else "left")
    artists.full_text.set_position(((n - 1) * (0.93 if right else 1.08), LIMITS[0] * 1.3))


def show_many(artists, result, pinned):
    """Show median and quartiles over many draws, once they are there."""
    many, floor = result.curves, result.settings["noise"] ** 2
    heights, texts = [1.0, 1.0, floor], ["", "", "noise²"]
    artists.key.set_text(f"median and quartiles, {SEEDS} draws; dots: this one" if many else "")
    for k, median in enumerate(artists.medians):
        quartiles = artists.quartiles[2 * k : 2 * k + 2]
        if many is None:
            for line in (median, *quartiles):
                line.set_data([], [])
            continue
        losses = np.maximum((many.val, many.train)[k], LEAST)
        low, middle, high = np.quantile(losses, (0.25, 0.5, 0.75), axis=0)
        show_curve(median, many.capacities, middle)
        for line, values in zip(quartiles, (low, high), strict=True):
            show_curve(line, many.capacities, values)
        heights[k], texts[k] = middle[-1], ("validation", "training")[k]
    artists.pinned.set_data([], [])
    other = pinned.curves if pinned else None
    heights.append(1.0)
    texts.append("")
    if other is not None:
        middle = np.median(other.val, axis=0)
        show_curve(artists.pinned, other.capacities, np.maximum(middle, LEAST))
        heights[-1], texts[-1] = middle[-1], pinned.label
    show_exits(artists.exits, [*artists.medians, artists.pinned])
    label_ends(artists.ends, heights, texts, 128 * 1.15, LIMITS, LINE)
