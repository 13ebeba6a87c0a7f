"""The gradient of every layer at every update as a map, with the losses of the batches below."""

from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons.verdict import where_it_diverged
from widgets.artists import PixelMap, words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.marks import count_along
from widgets.style import BLACK, GRAY, LIGHT, NORMAL, PINNED, PURPLE, RED, SMALL, TRAINING

# How the quantities of a Failure are called.
BROKEN = {
    "pre-activation": "the sums z of",
    "gradient": "the gradient of",
    "parameter": "a parameter of",
    "batch loss": "loss of the batch",
}
COLUMNS = 240
LOSSES = 1e-3, 1e6
# Colors by the power of ten of a norm; below the first there is none.
POWERS = -10, 0, 6
COLORS = "#ffffff", PURPLE, RED
UNKNOWN = LIGHT


def draw_heat(figure):
    """Make the artists: the map, its scale of colors, and the losses."""
    plane = figure.add_axes([0.075, 0.435, 0.5, 0.46])
    scale = figure.add_axes([0.595, 0.435, 0.013, 0.46])
    losses = figure.add_axes([0.075, 0.115, 0.5, 0.235])
    plane.set(ylim=(0, 1), yticks=[], xticks=[], label="gradients")
    plane.set_title("Norm of each layer's gradient, biases included")
    scale.set(xlim=(0, 1), ylim=(POWERS[0], POWERS[-1]), xticks=[])
    scale.set_yticks([-10, -5, 0, 5], ["1e−10", "1e−5", "1", "1e5"])
    scale.yaxis.tick_right()
    scale.spines[:].set_visible(False)
    losses.set(yscale="log", ylim=LOSSES, yticks=[1e-3, 1, 1e3, 1e6], label="losses")
    losses.minorticks_off()
    losses.grid(axis="y", color=LIGHT, linewidth=0.6)
    losses.set_xlabel("updates", labelpad=1)
    losses.set_title("Loss of each batch")
    count_along(losses)
    for y, va, text in ((1, "top", "output"), (0, "bottom", "layer 1")):
        plane.text(-0.012, y, text, transform=plane.transAxes, fontsize=SMALL, ha="right", va=va)
    key = PixelMap(scale)
    key.set_data(colored(10 ** np.linspace(POWERS[0], POWERS[-1], 60))[:, None])
    cells = PixelMap(plane)
    cells.smooth = False
    loss = losses.plot([], [], color=TRAINING, linewidth=1)[0]
    pinned = losses.plot([], [], color=PINNED, linewidth=1)[0]
    return SimpleNamespace(
        cells=cells,
        key=key,
        now=[axes.plot([], [], color=BLACK, linewidth=1, clip_on=False)[0]
             for axes in (plane, losses)],
        broken=plane.plot([], [], "X", color=RED, ms=10, mec="white", clip_on=False, zorder=6)[0],
        pinned=pinned,
        loss=loss,
        guess=losses.plot([], [], color=GRAY, linewidth=1, linestyle=(0, (1, 2)))[0],
        exits=draw_exits(losses, [loss, pinned]),
        pinned_text=words(losses, 0.98, 0.95, transform=losses.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right", va="top", ground="white"),
        warning=words(losses, 1, 1.04, transform=losses.transAxes, color=RED, fontsize=NORMAL,
                      ha="right"),
        still=SimpleNamespace(plane=plane, losses=losses),
    )  # fmt: skip


def show_heat(artists, result, update, pinned, guess):
    """Draw the map and the losses of a run, and mark the update that is shown."""
    run = result.run
    # Of a run that broke, what there is has all the room.
    total = result.last + 1 if run.failure else len(run.batch_loss)
    if artists.still.losses.get_xlim() != (0, total):
        artists.still.losses.set_xlim(0, total)
        artists.still.plane.set_xlim(0, total)
    artists.cells.set_data(colored(in_columns(run.grad_norm[:total]).T))
    for line, ends in zip(artists.now, ((0, 1), LOSSES), strict=True):
        line.set_data([update + 0.5] * 2, ends)
    tried = np.arange(result.last + 1)
    show_curve(artists.loss, tried + 0.5, np.nan_to_num(run.batch_loss[tried], nan=np.inf))
    artists.guess.set_data([0, total], [guess, guess])
    artists.broken.set_data([], [])
    artists.warning.set_text("")
    if run.failure:
        layers = run.grad_norm.shape[1]
        layer = layers - 1 if run.failure.layer is None else run.failure.layer
        artists.broken.set_data([result.last + 0.5], [(layer + 0.5) / layers])
        artists.warning.set_text(where_it_diverged(run))
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        tried = np.arange(pinned.last + 1)
        losses = np.nan_to_num(pinned.run.batch_loss[tried], nan=np.inf)
        show_curve(artists.pinned, tried + 0.5, losses)
        artists.pinned_text.set_text(pinned.label)
    show_exits(artists.exits, [artists.loss, artists.pinned])


def in_columns(norms):
    """Put the updates into at most COLUMNS columns, of which each shows its largest norm.

    Parameters: norms, (updates, layers). Returns: (columns, layers).

    >>> in_columns(np.arange(480.0)[:, None])[:3, 0].tolist()
    [1.0, 3.0, 5.0]
    """
    starts = np.unique(np.arange(min(len(norms), COLUMNS)) * len(norms) // COLUMNS)
    if len(norms) <= COLUMNS:
        return norms
    return np.fmax.reduceat(norms, starts)


def colored(norms):
    """Return pixels: nothing white, 1 in full color, and then red; gray what is not there.

    >>> colored(np.array([1e-10, 1.0, np.nan])).tolist()
    [[255, 255, 255], [196, 112, 164], [217, 217, 217]]
    """
    norms = np.asarray(norms, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.clip(np.log10(norms), POWERS[0], POWERS[-1])
    shades = 255 * np.array([to_rgb(color) for color in COLORS])
    pixels = np.stack([np.interp(powers, POWERS, shade) for shade in shades.T], axis=-1)
    pixels[np.isnan(norms)] = 255 * np.array(to_rgb(UNKNOWN))
    return np.rint(pixels).astype(np.uint8)
