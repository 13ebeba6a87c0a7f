"""Marks that several pictures share: counts, the ruler of learning rates, labels of curves."""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import count
from widgets.artists import words
from widgets.style import BLACK, GRAY, GREEN, LIGHT, NORMAL, RED


def count_along(axes):
    """Have the ticks below axes count: epochs, updates, steps come in whole numbers."""
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.set_major_formatter(lambda value, _: count(round(value)))


def ruler(axes, low, high):
    """Make a thin scale of learning rates: where this one is, and how far the stable ones reach.

    Returns: artists, to be moved by `move_ruler`.
    """
    axes.set(xscale="log", xlim=(low, high), ylim=(0, 1), yticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_facecolor(LIGHT)
    stable = axes.barh(0.5, 0, height=1, color=GREEN, alpha=0.55, linewidth=0)[0]
    (edge,) = axes.plot([], [], color=BLACK, linewidth=1.6, clip_on=False)
    label = words(axes, 0.5, -2.2, transform=axes.transAxes, fontsize=NORMAL, ha="center", va="top")
    (pinned,) = axes.plot([], [], "v", color=GRAY, markersize=7, clip_on=False, mfc="white")
    (here,) = axes.plot([], [], "v", color=BLACK, markersize=9, clip_on=False)
    return SimpleNamespace(
        stable=stable, edge=edge, label=label, pinned=pinned, here=here, ends=(low, high)
    )


def move_ruler(marks, rate, limit, label, pinned=None):
    """Point at `rate`; color the stable rates, up to `limit`, None where there is none."""
    low, high = marks.ends
    end = low if limit is None else np.clip(limit, low, high)
    marks.here.set_data([np.clip(rate, low, high)], [1.15])
    too_large = limit is not None and rate > limit
    marks.here.set_color(RED if too_large else BLACK)
    marks.here.set_marker("X" if too_large else "v")
    marks.pinned.set_data(([], []) if pinned is None else ([np.clip(pinned, low, high)], [1.15]))
    marks.stable.set(x=low, width=end - low)
    marks.edge.set_data([end, end], [-0.15, 1.15])
    marks.label.set_text(label)


def spread(heights, gap, low=-np.inf, high=np.inf):
    """Move labels apart until neighbors are `gap` from each other, as little as that takes.

    Labels that get in each other's way keep their middle; the others stay where they are.
    Parameters: heights, from the lowest label to the highest; low, high, between which they stay.

    >>> spread([1.0, 1.0, 5.0], 0.5).tolist()
    [0.75, 1.25, 5.0]
    """
    # Less the gaps below, neighbors that stand too close fall, and those are averaged.
    below = gap * np.arange(len(heights))
    groups = []
    for height in np.asarray(heights, float) - below:
        groups.append((height, 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (lower, n), (upper, m) = groups[-2:]
            groups[-2:] = [((n * lower + m * upper) / (n + m), n + m)]
    apart = np.repeat([middle for middle, _ in groups], [n for _, n in groups])
    return np.maximum(np.minimum(apart, high - below.max(initial=0)), low) + below


def label_ends(ends, heights, texts, x, limits, line):
    """Write texts beside the ends of curves on a logarithmic axis, apart from each other.

    They stand in the order of their values, and inside the axis; beside the name of a curve that
    ends beyond it stands an arrow.

    Parameters: ends, words that move; heights and texts, one for each of the first of them, an
    empty text for none; x, where they begin; limits of the axis; line, the room that a line of
    text needs, in powers of ten.
    """
    for end in ends:
        end.set_text("")
    # What is no number has grown beyond all of them.
    heights = np.nan_to_num(np.asarray(heights, float), nan=np.inf, posinf=np.inf)
    shown = [int(k) for k in np.argsort(heights, kind="stable") if texts[k]]
    low, high = limits
    apart = spread(np.log10(np.clip(heights[shown], low, high)), line, *np.log10(limits))
    for k, height in zip(shown, apart, strict=True):
        arrow = "↑" if heights[k] > high else "↓" if heights[k] < low else ""
        ends[k].set_text(texts[k] + arrow)
        ends[k].set_position((x, 10**height))
