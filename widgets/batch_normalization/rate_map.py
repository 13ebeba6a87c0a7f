"""Panel C of lesson 12: at which learning rates training works, without and with batch norm."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons import TrainConfig
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.batch_normalization.rate_map import RateMap, map_rates
from lessons.verdict import guessing_loss
from widgets.artists import PixelMap, words
from widgets.batch_normalization.layers import DEEPEST
from widgets.batch_normalization.training import SETS, WIDTH
from widgets.batch_normalization.two_losses import WITH, WITHOUT
from widgets.data_sets import load
from widgets.knobs import choice, count_slider, int_slider
from widgets.options import menu, title
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, NORMAL, PINNED, RED, SMALL

SIZE = 8.6, 3.3
BLOCKS = ((4, 0, 455, 300), (398, 0, 846, 300), (80, 296, 860, 352))
RATES = np.geomspace(1e-3, 1e2, 11)
FIRST_WEIGHTS = "small_normal", "xavier_normal", "he_normal", "orthogonal", "large_normal"
# Training works where it ends below half the loss of guessing; full color is at 5% of it.
WORKS, FULL = 0.5, 0.05


@dataclass(frozen=True, eq=False)
class Result:
    """A map of trainings, one row per kind of first weights, and the loss of guessing."""

    map: RateMap
    guess: float


def rates(lang="en", **settings):
    """Train at many learning rates, without and with batch norm, from five kinds of first weights.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = rates(depth=1, epochs=3)
    >>> panel.result.map.loss.shape
    (5, 2, 11)
    >>> panel.close()
    """
    knobs = [
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "relu"),
        choice("place", "batch norm", "Which side of the activation it sits on",
               ["before", "after"], "before"),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
        int_slider("depth", "hidden layers", f"How many layers of {WIDTH} units", 1, DEEPEST, 4),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 100, 30, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs,
        compute,
        draw,
        update,
        describe,
        SIZE,
        {"lang": lang} | settings,
        brief=brief,
        blocks=BLOCKS,
    )


def compute(settings, progress):
    """Train once for every cell of the map."""
    split = load(settings["data"], settings["seed"])
    common = {name: settings[name] for name in ("activation", "epochs", "seed")}
    common |= {"hidden": (WIDTH,) * settings["depth"], "batch_norm": settings["place"]}
    configs = [TrainConfig(init=init, **common) for init in FIRST_WEIGHTS]
    made = map_rates(configs, split, RATES, engine_at_hand(), progress)
    return Result(made, guessing_loss(split))


def draw(figure):
    """Make the artists: two maps side by side, names on the left, counts on the right of each."""
    blocks = []
    for left, head, color in ((0.12, "without batch norm", WITHOUT),
                               (0.585, "with batch norm", WITH)):  # fmt: skip
        axes = figure.add_axes([left, 0.27, 0.325, 0.61])
        step = np.log10(RATES[1] / RATES[0])
        axes.set(xlim=(-3 - step / 2, 2 + step / 2), ylim=(5, 0), yticks=[])
        axes.set_xticks(range(-3, 3), ["0.001", "0.01", "0.1", "1", "10", "100"])
        axes.set_xlabel("learning rate η", labelpad=1)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.text(0, 1.05, head, transform=axes.transAxes, color=color, fontsize=NORMAL)
        axes.text(1.02, 1.05, "works at", transform=axes.transAxes, color=GRAY, fontsize=SMALL)
        blocks.append(SimpleNamespace(
            cells=PixelMap(axes),
            lines=[axes.axhline(k, color="white", linewidth=3) for k in range(6)],
            diverged=axes.plot([], [], "x", color=RED, ms=5, mew=1.3)[0],
            counts=[words(axes, 2 + 0.75 * step, k + 0.5, fontsize=SMALL, va="center")
                    for k in range(5)],
            before=[words(axes, 2 + 0.75 * step, k + 0.5, color=PINNED, fontsize=SMALL,
                          va="top") for k in range(5)],
        ))  # fmt: skip
        blocks[-1].cells.smooth = False
    figure.text(0.12, 0.09, "One cell: one training. Empty: no better than guessing; full color: "
                "a twentieth of that loss; ✕: diverged.", color=GRAY, fontsize=SMALL,
                va="top")  # fmt: skip
    for k, name in enumerate(FIRST_WEIGHTS):
        for axes, where in zip(figure.axes, (None, "narrow"), strict=True):
            axes.text(-0.02, 0.9 - 0.2 * k, title(name), transform=axes.transAxes, fontsize=SMALL,
                      ha="right", va="center", gid=where)  # fmt: skip
    return SimpleNamespace(blocks=blocks)


def update(artists, result, moment, pinned):
    """Move the artists to a map."""
    counts = result.map.works(WORKS * result.guess)
    for k, (block, color) in enumerate(zip(artists.blocks, (WITHOUT, WITH), strict=True)):
        loss, made = result.map.loss[:, k], result.map.made[:, k]
        block.cells.set_data(shade(loss / result.guess, made, color)[::-1])
        row, column = np.nonzero(made & ~np.isfinite(loss))
        block.diverged.set_data(np.log10(RATES[column]), row + 0.5)
        before = pinned.map.works(WORKS * pinned.guess)[:, k] if pinned else [None] * 5
        for i, number in enumerate(counts[:, k]):
            block.counts[i].set_text(f"{number} of {len(RATES)}")
            block.counts[i].set_color(BLACK if number else RED)
            block.counts[i].set_va("bottom" if pinned else "center")
            block.before[i].set_text(f"pinned {before[i]}" if pinned else "")


def shade(share, made, color):
    """Return pixels (rows, rates, 3): the more color, the lower the loss is beside guessing.

    >>> shade(np.array([[1.0, 0.05]]), np.array([[True, True]]), "#000000").tolist()
    [[[247, 247, 247], [12, 12, 12]]]
    """
    share = np.nan_to_num(share, nan=1.0)
    strength = np.clip(np.log(np.maximum(share, 1e-9)) / np.log(FULL), 0, 1)
    # Even a cell without success is a cell.
    strength = np.where(made, 0.03 + 0.92 * strength, 0.0)
    pixels = 1 - strength[..., None] * (1 - np.array(to_rgb(color)))
    return (255 * pixels).astype(np.uint8)


def describe(result, moment):
    """Say in how many cells training works, without and with."""
    made, cells = int(result.map.made.sum()), result.map.made.size
    if made < cells:
        return f"Stopped by hand: {made} of {cells} trainings are complete."
    counts = result.map.works(WORKS * result.guess)
    rows = [
        f"{title(name)} {without} → {with_}"
        for name, (without, with_) in zip(FIRST_WEIGHTS, counts, strict=True)
    ]
    return (
        f"{cells} complete trainings. Rates at which training works, of {len(RATES)}, without → "
        f"with batch norm: {', '.join(rows)}. It works if the median loss of the last quarter of "
        "the epochs is below half that of guessing."
    )


def brief(result, moment):
    """Say only in which rows batch norm works at more rates; single cells depend on last digits."""
    if not result.map.made.all():
        return describe(result, moment)
    without, with_ = result.map.works(WORKS * result.guess).sum(axis=0)
    more = "more" if with_ > without else "no more"
    return f"{result.map.made.size} complete trainings; with batch norm {more} of them work."
