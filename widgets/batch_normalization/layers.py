"""What one unit of each layer gives to its activation over time, without and with batch norm."""

from types import SimpleNamespace

import numpy as np
from matplotlib.collections import PolyCollection

from lessons.activations import ACTIVATIONS
from lessons.experiments.activations.saturation import FLAT
from lessons.verdict import short
from widgets.artists import words
from widgets.batch_normalization.two_losses import NAMES, WITH, WITHOUT
from widgets.style import BLACK, GRAY, LIGHT, NORMAL, RED, SMALL

DEEPEST = 6
REACH = 8
# How much of the room of a layer its epochs take; the rest is the gap to the next.
FILLED = 0.9


def draw_layers(rows):
    """Make the artists on two axes, one below the other, which all layers share side by side."""
    artists = []
    for axes, name, color in zip(rows, NAMES, (WITHOUT, WITH), strict=True):
        axes.set(xlim=(0, 1), ylim=(-REACH, REACH), xticks=[], yticks=[-8, -4, 0, 4, 8])
        axes.set_label(name)
        axes.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
        axes.text(0, -0.04, f"{name} batch norm", transform=axes.transAxes, color=color,
                  fontsize=SMALL, va="top")  # fmt: skip
        artists.append(SimpleNamespace(
            bands=[axes.add_collection(PolyCollection([], fc=(color, alpha), ec=color, lw=0.6))
                   for alpha in (0.25, 0.45)],
            median=axes.plot([], [], color=color, linewidth=1.6)[0],
            now=axes.plot([], [], color=GRAY, linewidth=0.8)[0],
            note=words(axes, 1, -0.04, transform=axes.transAxes, fontsize=SMALL, ha="right",
                       va="top"),
        ))  # fmt: skip
    top, bottom = rows
    top.text(0, 1.16, "What one unit of each layer passes to its activation",
             transform=top.transAxes, fontsize=NORMAL)  # fmt: skip
    return SimpleNamespace(
        rows=artists,
        names=[words(top, 0, 1.03, transform=top.transAxes, color=GRAY, fontsize=SMALL)
               for _ in range(DEEPEST)],
        epochs=words(bottom, 0.5, -0.17, transform=bottom.transAxes, fontsize=NORMAL,
                     ha="center", va="top"),
        still=SimpleNamespace(
            flat=[axes.axhspan(y, y, color=LIGHT, alpha=0.55, lw=0, zorder=-1)
                  for axes in rows for y in (-REACH, REACH)],
            flat_texts=[axes.text(0.01, y, "", transform=axes.get_yaxis_transform(), color=BLACK,
                                  fontsize=SMALL, va="center")
                        for axes in rows for y in (-REACH + 1.4, REACH - 1.4)],
        ),
    )  # fmt: skip


def update_layers(artists, inputs, epoch, epochs, activation):
    """Draw the bands of every layer, and mark the moment that is shown.

    Parameters: inputs, of each run, the epochs where they were measured, (S,), and their
    percentiles, (5, layers, S); epoch, of epochs; activation, a name.
    """
    depth = inputs[0][1].shape[1]
    shade(artists.still, activation)
    for layer, text in enumerate(artists.names):
        text.set_text(f"layer {layer + 1}" if layer < depth else "")
        text.set_x(layer / depth)
    artists.epochs.set_text(f"in every layer: epochs 0 to {epochs}")
    starts = (np.arange(depth) / depth)[:, None]
    now = np.repeat(starts + FILLED / depth * epoch / epochs, 2, axis=1)
    for row, (measured, values) in zip(artists.rows, inputs, strict=True):
        x = starts + FILLED / depth * measured / epochs
        at = np.clip(values, -REACH, REACH)
        for band, (low, high) in zip(row.bands, ((0, 4), (1, 3)), strict=True):
            band.set_verts([outline(x[k], at[low, k], at[high, k]) for k in range(depth)])
        row.median.set_data(with_gaps(x), with_gaps(at[2]))
        row.now.set_data(with_gaps(now), with_gaps(np.tile([-REACH, REACH], (depth, 1))))
        far = np.abs(values).max()
        row.note.set_text(
            f"beyond this axis: up to {short(far)}" if far > REACH
            else "bands: 50%, 90% of samples"
        )  # fmt: skip
        row.note.set_color(RED if far > REACH else GRAY)


def to_epoch_of_layer(touch):
    """Go to this epoch of the layer; the knob epoch does the same."""
    depth, epochs = touch.settings["depth"], touch.settings["epochs"]
    # A drag stays with the layer that it began in.
    layer = touch.start[0] * depth // 1
    return {"time": (touch.x * depth - layer) / FILLED * epochs}


def outline(x, low, high):
    """Return the corners of the area between two curves; a single moment still has some width."""
    if len(x) == 1:
        x, low, high = np.append(x, x + 0.01), np.repeat(low, 2), np.repeat(high, 2)
    return np.column_stack([np.append(x, x[::-1]), np.append(low, high[::-1])])


def with_gaps(values):
    """Put the curves of all layers in one, with a gap after each."""
    return np.pad(np.asarray(values, float), ((0, 0), (0, 1)), constant_values=np.nan).ravel()


def flat_zones(activation):
    """Return below and above which value the activation is flat, its slope below 0.01.

    >>> [round(float(end), 1) for end in flat_zones("sigmoid")]
    [-4.6, 4.6]
    """
    z = np.linspace(-REACH, REACH, 801)
    steep = z[np.abs(ACTIVATIONS[activation].derivative(z)) >= FLAT]
    return steep[0], steep[-1]


def shade(still, activation):
    """Shade where the activation is flat; only another activation changes the background."""
    low, high = flat_zones(activation)
    for k, (span, text) in enumerate(zip(still.flat, still.flat_texts, strict=True)):
        bottom, top = ((-REACH, low), (high, REACH))[k % 2]
        if (span.get_y(), span.get_height()) != (bottom, top - bottom):
            span.set(y=bottom, height=top - bottom)
            text.set_text("flat" if top - bottom > 1 else "")
