"""What a classifier believes: a colored plane, or scanned digits with its answers."""

from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons import decision_map, predict
from lessons.engines import engine_at_hand
from lessons.numerals import count
from widgets.artists import Layer, PixelMap, words
from widgets.fonts import width
from widgets.names import readable
from widgets.style import BLACK, CLASSES, NORMAL, RED, SMALL

SHOWN_DIGITS = 6
# How wide names may be, in units of their font size: along an axis, below a digit, beside it.
AXIS_ROOM, ROW_ROOM, CORNER_ROOM = 18, 3, 1


def is_plane(split):
    """Return whether the data has two features, and so can be drawn as points in a plane."""
    return split.X_train.shape[1] == 2


def look(params, config, split):
    """Return the probabilities that are shown: over the plane, or for some unseen images."""
    if is_plane(split):
        return decision_map(params, config, *ranges(split), engine=engine_at_hand())
    return predict(params, config, images(split)[0], engine_at_hand())


def ranges(split):
    """Return the part of the plane that is shown: a square with all samples and some air.

    It ends where single precision does, in which the network computes.
    """
    ends = np.array([split.X_train.min(axis=0), split.X_train.max(axis=0)], np.float64)
    middle, widest = ends.mean(axis=0), np.ptp(ends, axis=0).max()
    reach = 0.55 * (widest or max(1, np.abs(middle).max()))  # all samples may be the same
    largest = np.finfo(np.float32).max
    sides = np.clip([middle - reach, middle + reach], -largest, largest)
    return list(zip(*sides.tolist(), strict=True))


def images(split):
    """Return the images that are shown, and their classes: validation images, if there are any."""
    if len(split.X_val):
        return split.X_val[: SHOWN_DIGITS**2], split.y_val[: SHOWN_DIGITS**2]
    return split.X_train[: SHOWN_DIGITS**2], split.y_train[: SHOWN_DIGITS**2]


def names_shown(split):
    """Return the names that the picture writes, each under what stands in for it if need be."""
    if is_plane(split):
        names = split.feature_names or ("", "")
        return {f"x{k + 1}": name for k, name in enumerate(names)}
    return {f"#{k}": label for k, label in enumerate(split.classes)}


def written(split, room):
    """Return these names as the picture writes them."""
    return [readable(name, stand_in, room) for stand_in, name in names_shown(split).items()]


def draw_beliefs(axes):
    """Make the artists on axes that should be square."""
    return SimpleNamespace(
        map=PixelMap(axes),
        classes=Layer(
            axes,
            [
                axes.plot([], [], marker, ms=4.8, mec="white", mew=0.7, color=color, ls="")[0]
                for marker, color in zip("osD^v", CLASSES, strict=True)
            ],
        ),
        answers=[
            words(axes, 0, 0, fontsize=SMALL, fontweight="bold", ha="right")
            for _ in range(SHOWN_DIGITS**2)
        ],
        shown=None,
        title=words(axes, 0, 1.03, transform=axes.transAxes, fontsize=NORMAL),
        still=SimpleNamespace(axes=axes),
    )


def update_beliefs(artists, split, beliefs, epoch):
    """Show the probabilities that `look` returned, after so many epochs."""
    fit_axes(artists.still.axes, split)
    if is_plane(split):
        show_plane(artists, split, beliefs, epoch)
    else:
        show_digits(artists, split, beliefs, epoch)


def fit_axes(axes, split):
    """Fit the axes to the data; only other data makes the background be drawn again."""
    plane = is_plane(split)
    limits = ranges(split) if plane else [(0, SHOWN_DIGITS)] * 2
    names = written(split, AXIS_ROOM) if plane else ["", ""]
    shown = [axes.get_xlim(), axes.get_ylim(), axes.get_xlabel(), axes.get_ylabel()]
    if shown == [*limits, *names]:
        return
    axes.set(xlim=limits[0], ylim=limits[1])
    axes.tick_params(left=plane, bottom=plane, labelleft=plane, labelbottom=plane)
    axes.set_xlabel(names[0], labelpad=1)
    axes.set_ylabel(names[1], labelpad=0.5)
    axes.locator_params(nbins=5, steps=[1, 2, 5, 10])  # −2.5 leaves no room for a name
    axes.spines[["left", "bottom"]].set_visible(plane)


def show_plane(artists, split, beliefs, epoch):
    """Color the plane by the probability of each class, and put the training samples on it."""
    artists.map.set_data(mix_colors(beliefs))
    artists.map.smooth = True
    if artists.shown is not split:  # the samples stay where they are until there are others
        for k, points in enumerate(artists.classes):
            points.set_data(*split.X_train[split.y_train == k].T)
        for answer in artists.answers:
            answer.set_text("")
        artists.shown = split
    artists.title.set_text(f"What the network believes {after(epoch)}")


def mix_colors(beliefs, strength=0.65):
    """Turn class probabilities into pixels: a class's color where it is certain, white between."""
    n_classes = beliefs.shape[-1]
    certainty = np.clip((n_classes * beliefs - 1) / (n_classes - 1), 0, 1)
    colors = np.array([to_rgb(color) for color in CLASSES[:n_classes]])
    pixels = 1 - strength * (np.nan_to_num(certainty) @ (1 - colors))
    return (255 * np.clip(pixels, 0, 1)).astype(np.uint8)


def show_digits(artists, split, beliefs, epoch):
    """Show scanned digits, each with the network's answer beside it, marked where it is wrong."""
    shown, truth = images(split)
    guesses, n = beliefs.argmax(axis=1), SHOWN_DIGITS
    labels = written(split, ROW_ROOM)
    # Numerals fit into the corner; words go into the gap below.
    corner = all(width(label) < CORNER_ROOM for label in labels)
    paper, ink = min(0.0, float(shown.min())), float(shown.max())
    sheet = np.full((n * 12, n * 12), 255.0)
    for i, image in enumerate(shown):
        row, column = divmod(i, n)
        inked = (image.reshape(8, 8).astype(np.float64) - paper) / (ink - paper or 1)
        sheet[row * 12 + 2 : row * 12 + 10, column * 12 + 1 : column * 12 + 9] = 255 * (1 - inked)
    for i, answer in enumerate(artists.answers):
        row, column = divmod(i, n)
        if i >= len(shown):
            answer.set_text("")
            continue
        right, label = guesses[i] == truth[i], labels[guesses[i]]
        answer.set_text(label if right else f"✗{label}")
        answer.set_position((column + 0.95, n - row - (0.95 if corner else 1.08)))
        answer.set_fontweight("bold" if corner else "normal")
        answer.set_color(BLACK if right else RED)
    artists.map.set_data(np.repeat(sheet[::-1, :, None], 3, axis=2).astype(np.uint8))
    artists.map.smooth = False
    for points in artists.classes:
        points.set_data([], [])
    artists.shown = split
    rights = int(np.sum(guesses == truth))
    which = "Unseen" if len(split.X_val) else "Training"
    artists.title.set_text(f"{which} digits, epoch {epoch}: {rights} of {len(shown)} right")


def after(epoch):
    """Say which moment it is."""
    return f"after {count(epoch)} epoch{'' if epoch == 1 else 's'}" if epoch else "before training"
