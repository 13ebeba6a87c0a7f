"""Panel A of lesson 09: a signal through a chain of layers and its gradient back."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.experiments.gradients import smallest
from lessons.experiments.gradients.chain import Chain, draw_chain, expected, gain_of
from lessons.initializers import INITIALIZERS
from lessons.numerals import fixed, short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import choice, count_slider, int_slider, log_slider, switch
from widgets.marks import count_along
from widgets.options import menu, title
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRADIENT, GRAY, LIGHT, NORMAL, ORANGE, PINNED, SMALL

SIZE = 8.6, 4.0
BLOCKS = ((0, 0, 570, 400), (570, 0, 860, 400))
LIMITS = 1e-20, 1e12
TICKS = [1e-20, 1e-15, 1e-10, 1e-5, 1, 1e5, 1e10]
LEAST, MOST = 0.1, 10.0
LARGEST = 20.0
DEEPEST = 30
# The series, by their names in a Chain; the gradient's is the one that the words are about.
COLORS = {"signal": BLUE, "gradient": GRADIENT, "weights": ORANGE}


@dataclass(frozen=True, eq=False)
class Result:
    """A chain that was measured, and what was to be expected.

    Attributes: measured, computed, Chains; computed is None where the formula does not hold: where
    weights are not random, or with batch norm; w, of the smallest case; settings.
    """

    measured: Chain
    computed: Chain | None
    w: float
    settings: dict

    @property
    def depth(self):
        return len(self.measured.weights)

    @property
    def outcome(self):
        return f"gradient {told(self.measured.gradient[0])} at the inputs"


def chain(lang="en", **settings):
    """Send a signal through up to 30 layers and its gradient back, before any training.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = chain(activation="relu", init="he_normal")
    >>> round(panel.result.computed.factor, 6)
    1.0
    >>> panel.close()
    """
    knobs = [
        choice("activation", "activation", "Non-linearity of every layer",
               menu(ACTIVATIONS), "sigmoid"),
        choice("init", "first weights", "What they are drawn from",
               menu(INITIALIZERS), "xavier_normal", width=240),
        log_slider("scale", "scale of the weights", "All first weights are multiplied by it",
                   LEAST, LARGEST, 1.0, width=500),
        int_slider("depth", "layers L", "How many layers", 1, DEEPEST, 20, width=300),
        count_slider("width", "units per layer", "Units of every layer", 4, 256, 64),
        switch("batch_norm", "batch norm", "Normalize before every activation", False),
        log_slider("w", "w of the smallest case", "The only weight of each layer in y = wᴸ·x",
                   LEAST, MOST, 0.8, 0.025, width=500),
        int_slider("seed", "seed", "Another draw of the weights", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"chain": to_depth, "smallest": to_w}, blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Draw a chain, measure it, and compute what was to be expected."""
    activation, depth, width = (settings[name] for name in ("activation", "depth", "width"))
    init, scale, batch_norm = settings["init"], settings["scale"], settings["batch_norm"]
    made = draw_chain(activation, init, width, depth, scale, settings["seed"], batch_norm)
    gain = None if batch_norm else gain_of(init, width, scale)
    computed = None if gain is None else expected(activation, gain, depth)
    return Result(made, computed, settings["w"], settings)


def to_depth(touch):
    """Make the chain end here; the knob layers L does the same."""
    return {"depth": touch.x}


def to_w(touch):
    """Choose the weight of the smallest case; the knob w of the smallest case does the same."""
    return {"w": touch.x}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the chain on the left, the smallest case on the right."""
    sizes = figure.add_axes([0.085, 0.125, 0.54, 0.76])
    power = figure.add_axes([0.725, 0.125, 0.255, 0.76])
    sizes.set(yscale="log", xlim=(-0.5, DEEPEST + 0.5), ylim=LIMITS, yticks=TICKS)
    sizes.set_xlabel("layer (signal →, gradient ←)", labelpad=1)
    sizes.set_ylabel("root mean square", labelpad=1)
    sizes.grid(axis="y", color=LIGHT, linewidth=0.6)
    sizes.set_label("chain")
    count_along(sizes)
    power.set(xscale="log", yscale="log", xlim=(LEAST, MOST), ylim=LIMITS, yticks=TICKS)
    power.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    power.set_xlabel("w, the factor of a layer", labelpad=1)
    power.grid(color=LIGHT, linewidth=0.6)
    power.set_label("smallest")
    for axes in (sizes, power):
        axes.minorticks_off()
    sizes.set_title("Dots: measured, lines: computed")
    power.text(0, 1.1, "The smallest case, y = wᴸ·x", transform=power.transAxes, fontsize=NORMAL)
    dots = [sizes.plot([], [], "o", color=color, ms=4.5)[0] for color in COLORS.values()]
    lines = [sizes.plot([], [], color=color, linewidth=1.3)[0] for color in COLORS.values()]
    line = power.plot([], [], color=BLACK, linewidth=1.3)[0]
    pinned = sizes.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0]
    row = {"transform": sizes.transAxes, "fontsize": SMALL}
    return SimpleNamespace(
        dots=dots,
        lines=lines,
        end=sizes.plot([], [], color=GRAY, linewidth=0.8)[0],
        exits=draw_exits(sizes, dots),
        heads=[words(sizes, 0.98, y, color=color, ha="right", ground="white", **row)
               for y, color in zip((0.15, 0.085, 0.02), COLORS.values(), strict=True)],
        pinned=pinned,
        pinned_text=words(sizes, 0.98, 0.97, color=PINNED, ha="right", va="top", ground="white",
                          **row),
        power=line,
        one=power.plot([], [], color=GRAY, linewidth=0.8)[0],
        here=power.plot([], [], "o", color=BLACK, ms=8, mec="white", zorder=5, clip_on=False)[0],
        chain=power.plot([], [], "D", color=GRADIENT, ms=7, mec="white", zorder=4,
                         clip_on=False)[0],
        here_text=words(power, 0, 1.025, transform=power.transAxes, color=BLACK, fontsize=SMALL),
        chain_text=words(power, 0.97, 0.03, "◆ this chain's gradient", transform=power.transAxes,
                         color=GRADIENT, fontsize=SMALL, ha="right", ground="white"),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a chain."""
    depth, made = result.depth, result.measured
    for name, dots, line in zip(COLORS, artists.dots, artists.lines, strict=True):
        show_curve(dots, layers(made, name), getattr(made, name))
        if result.computed:
            show_curve(line, layers(result.computed, name), getattr(result.computed, name))
        else:
            line.set_data([], [])
    show_exits(artists.exits, artists.dots)
    artists.end.set_data([depth + 0.25] * 2, LIMITS)
    values = made.signal[-1], made.gradient[0], made.weights[0]
    names = "signal at the end", "gradient at the inputs", "weights' gradient"
    for head, name, value in zip(artists.heads, names, values, strict=True):
        head.set_text(f"{name} {told(value)}")
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        values = pinned.measured.gradient
        show_curve(artists.pinned, np.arange(len(values)), values)
        artists.pinned_text.set_text(f"gradient, {pinned.label}")
    show_smallest(artists, result)


def show_smallest(artists, result):
    """Draw the power, its point w, and the chain as if all its layers had one factor."""
    depth = result.depth
    ends = np.array([LEAST / 10, MOST * 10])
    artists.power.set_data(ends, ends**depth)
    artists.one.set_data([1, 1], LIMITS)
    y = float(smallest.output(result.w, depth))
    show_point(artists.here, result.w, y)
    artists.here_text.set_text(f"● w = {short(result.w)}, L = {depth}: y = {short(y)}")
    factor = result.measured.factor
    if LEAST <= factor <= MOST:
        show_point(artists.chain, factor, factor**depth)
        artists.chain.set_marker("D" if LIMITS[0] <= factor**depth <= LIMITS[1]
                                 else artists.chain.get_marker())  # fmt: skip
    else:
        artists.chain.set_data([], [])


def layers(chain, name):
    """Return where the values of a series stand: outputs after layers, weights between them."""
    values = getattr(chain, name)
    return np.arange(len(values)) + (0.5 if name == "weights" else 0)


def told(value):
    return "0" if value == 0 else short(value)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say by what a layer multiplies the gradient, measured and computed, and what is left."""
    made, depth = result.measured, result.depth
    plural = "" if depth == 1 else "s"
    y = float(smallest.output(result.w, depth))
    slope = result.w ** (depth - 1)
    return (
        f"{heading(result)}: the signal goes from 1 to {told(made.signal[-1])}, the gradient back "
        f"through {depth} layer{plural} from 1 to {told(made.gradient[0])}. {factors(result)} "
        f"The gradient of the first layer's weights is {told(made.weights[0])} for a single "
        f"sample, of the last layer's {told(made.weights[-1])}. The smallest case, w = "
        f"{short(result.w)}: y = {short(y)}, and its gradient for each weight {short(slope)}."
    )


def heading(result):
    settings = result.settings
    scale = "" if settings["scale"] == 1 else f" times {short(settings['scale'])}"
    norm = ", batch norm" if settings["batch_norm"] else ""
    return (
        f"{title(settings['activation'])}, {title(settings['init'])}{scale}, "
        f"{settings['width']} units{norm}"
    )


def factors(result):
    """Say by what a layer multiplies the gradient on its way back."""
    factor = result.measured.factor
    if result.computed is None:
        why = (
            "with batch norm the formula does not hold" if result.settings["batch_norm"]
            else "the formula is one for random weights"
        )  # fmt: skip
        return f"A layer multiplies it by {short(factor)}, measured; {why}."
    if result.computed.factor == 0:
        return "A layer multiplies it by 0."
    computed = fixed(result.computed.factor, 3)
    return f"A layer multiplies it by {fixed(factor, 3)}, measured; computed {computed}."
