"""Panel B of lesson 03: a whole training run, done again at every tick of the slider."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons import Run, TrainConfig, data, decision_map, predict, train
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.learning_rate import largest_stable_learning_rate
from lessons.verdict import describe_losses, guessing_loss, short
from widgets.artists import PixelMap, words
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.marks import move_ruler, ruler, spread
from widgets.panel import Panel
from widgets.style import (
    BLACK,
    CLASSES,
    GRAY,
    LIGHT,
    NORMAL,
    PINNED,
    RED,
    SMALL,
    TRAINING,
    VALIDATION,
)  # fmt: skip

SETS = ("spiral", "circle", "xor", "gaussians", "moons", "digits")
RATES = 1e-6, 1e3
# What the loss axis shows; what lies beyond sits on its edge, marked by an arrow.
LOSSES = 1e-3, 10.0
SHOWN_DIGITS = 6
SIZE = 8.6, 4.1


@dataclass(frozen=True, eq=False)
class Result:
    """A run, the data it was trained on, and the largest rate that would have been stable.

    Where `searched` is False, the search for that rate was stopped.
    """

    run: Run
    split: data.Split
    stable: float | None
    searched: bool = True


def panel(data="spiral", lang="en", **settings):
    """Slide the learning rate of a real network; the whole run follows.

    Parameters: data, a name in the menu, or your own `lessons.data.Split` with two features, or
    with 8 x 8 images; settings, initial values of the knobs.
    Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> learning = panel(learning_rate=1e-6)
    >>> learning.run.updates
    1600
    >>> print(learning)
    Learning rate 1e-06. Training loss 0.77 → 0.77, validation 0.77 → 0.77; 1 600 updates; \
has barely moved, the steps are too small. Largest stable rate found: about 0.92.
    >>> learning.close()
    """
    sets = {name: name for name in SETS}
    if not isinstance(data, str):
        sets["your data"] = check_own(data)
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   *RATES, 0.1),
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 1000, 100, 10, 0.25),
        choice("activation", "activation", "Non-linearity of the hidden units",
               list(ACTIVATIONS), "relu"),
        choice("data", "data", "What the network has to learn", sets, "spiral"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"data": data, "lang": lang} | settings,
        steps=lambda settings: settings["epochs"], frame=frame,
    )  # fmt: skip


def check_own(split):
    """Return the split if this panel can draw it."""
    shape = getattr(getattr(split, "X_train", None), "shape", None)
    if not isinstance(split, data.Split) or split.task != "classification":
        raise ValueError(
            f"data must be one of {', '.join(SETS)} or a Split for classification, got {split!r}"
        )
    if shape[1] not in (2, 64):
        raise ValueError(f"data must have 2 features, or 64 for images of 8 x 8, got {shape[1]}")
    if shape[1] == 2 and len(split.classes) > len(CLASSES):
        raise ValueError(f"data must have at most {len(CLASSES)} classes, got {len(split.classes)}")
    return split


# --- compute ------------------------------------------------------------------------------------

stable_rates = {}


def compute(settings, progress):
    """Train once, and look up how large a rate would be stable."""
    split = load(settings["data"], settings["seed"])
    knobs = {name: value for name, value in settings.items() if name != "data"}
    config, engine = TrainConfig(**knobs), engine_at_hand()
    run = train(config, split, engine, progress)
    # It does not depend on the rate, so that sliding the rate finds it here.
    key = replace(config, learning_rate=0.0), settings["data"]
    if key not in stable_rates:
        stable = largest_stable_learning_rate(config, split, engine=engine, progress=progress)
        if progress.cancelled:
            return Result(run, split, None, searched=False)
        stable_rates[key] = stable
    return Result(run, split, stable_rates[key])


def load(name, seed):
    """Return the data of a menu entry; your own data is already a Split."""
    return data.DATASETS[name](seed=seed) if isinstance(name, str) else name


@dataclass(frozen=True, eq=False)
class Moment:
    """What the network believes after some epochs: a map of the plane, or answers to digits."""

    epoch: int
    beliefs: np.ndarray


def frame(result, time):
    """Return the beliefs at an epoch, or at the last epoch before a run stopped."""
    run, split = result.run, result.split
    epoch = min(time, len(run.snapshots) - 1)
    params = run.snapshots[epoch]
    if split.X_train.shape[1] == 2:
        beliefs = decision_map(params, run.config, *ranges(split))
    else:
        beliefs = predict(params, run.config, images(split))
    return Moment(epoch, beliefs)


def ranges(split):
    """Return the part of the plane that is shown: a square with all samples and some air."""
    low, high = split.X_train.min(axis=0), split.X_train.max(axis=0)
    middle, reach = (low + high) / 2, 0.55 * (high - low).max()
    return [(float(m - reach), float(m + reach)) for m in middle]


def images(split):
    """Return the images that are shown: validation images, which the network never trained on."""
    source = split.X_val if len(split.X_val) else split.X_train
    return source[: SHOWN_DIGITS**2]


# --- draw ---------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: beliefs on the left, losses on the right, the scale of rates below."""
    believes = figure.add_axes([0.055, 0.245, 0.321, 0.673])
    losses = figure.add_axes([0.455, 0.245, 0.41, 0.673])
    rates = figure.add_axes([0.055, 0.112, 0.81, 0.03])

    classes = [
        believes.plot([], [], marker, ms=4.6, mec="white", mew=0.5, color=color, ls="")[0]
        for marker, color in zip("osD^v", CLASSES, strict=True)
    ]
    answers = [
        words(believes, 0, 0, fontsize=SMALL, fontweight="bold", ha="right", va="bottom")
        for _ in range(SHOWN_DIGITS**2)
    ]
    left_title = words(believes, 0, 1.03, transform=believes.transAxes, fontsize=NORMAL)

    losses.set(yscale="log", ylim=LOSSES, xlabel="epochs", title="Loss (cross-entropy, in nats)")
    losses.grid(axis="y", color=LIGHT, linewidth=0.6)
    guess = losses.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2)))
    guess_text = losses.text(
        0.99, 1, "guessing", transform=losses.get_yaxis_transform(), color=GRAY,
        fontsize=SMALL, ha="right", va="top",
    )  # fmt: skip
    now = losses.axvline(0, color=GRAY, linewidth=0.8)
    (pinned,) = losses.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))
    curves, dots, ends = [], [], []
    for color, name in ((VALIDATION, "validation"), (TRAINING, "training")):
        curves += losses.plot([], [], color=color, label=name)
        dots += losses.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)
        ends.append(words(losses, 0, 1, color=color, fontsize=SMALL, va="center"))
    ends.append(words(losses, 0, 1, color=PINNED, fontsize=SMALL, va="center"))
    (lost,) = losses.plot([], [], color=RED, linewidth=1.2)
    (broken,) = losses.plot([], [], "X", color=RED, ms=10, mec="white", clip_on=False, zorder=6)
    warning = words(losses, 0, 1, color=RED, fontsize=SMALL, va="center", zorder=6)
    return SimpleNamespace(
        map=PixelMap(believes), classes=classes, answers=answers, left_title=left_title, now=now,
        pinned=pinned, curves=curves, dots=dots, ends=ends, lost=lost, broken=broken,
        warning=warning, ruler=ruler(rates, *RATES),
        still=SimpleNamespace(believes=believes, losses=losses, guess=guess, guess_text=guess_text),
    )  # fmt: skip


# --- update -------------------------------------------------------------------------------------


def update(artists, result, moment, pinned):
    """Move the artists to a run, as it stands at a moment."""
    arrange(artists, result)
    if result.split.X_train.shape[1] == 2:
        show_plane(artists, result, moment)
    else:
        show_digits(artists, result, moment)
    show_losses(artists, result, moment, pinned)
    stable = "none found" if result.searched else "search stopped"
    if result.stable is not None:
        stable = f"up to {short(result.stable)}"
    move_ruler(
        artists.ruler, result.run.config.learning_rate, result.stable,
        f"learning rate η   (green: stable here, {stable})",
        pinned.run.config.learning_rate if pinned else None,
    )  # fmt: skip


def arrange(artists, result):
    """Fit the axes to data and epochs; only a real change makes the background be drawn again."""
    still, split, epochs = artists.still, result.split, result.run.config.epochs
    plane = split.X_train.shape[1] == 2
    x_range, y_range = ranges(split) if plane else [(0, SHOWN_DIGITS)] * 2
    axes = still.believes
    if (axes.get_xlim(), axes.get_ylim()) != (x_range, y_range):
        axes.set(xlim=x_range, ylim=y_range)
        axes.tick_params(left=plane, bottom=plane, labelleft=plane, labelbottom=plane)
        names = split.feature_names if plane else ("", "")
        axes.set_xlabel(names[0], labelpad=1)
        axes.set_ylabel(names[1], labelpad=-2)
        axes.locator_params(nbins=5)
        axes.spines[["left", "bottom"]].set_visible(plane)
    if still.losses.get_xlim() != (0, epochs):
        still.losses.set_xlim(0, epochs)
    level = guessing_loss(split)
    if still.guess.get_ydata()[0] != level:
        still.guess.set_ydata([level, level])
        still.guess_text.set_y(level)


def show_plane(artists, result, moment):
    """Color the plane by the probability of each class, and put the training samples on it."""
    artists.map.set_data(mix_colors(moment.beliefs))
    artists.map.smooth = True
    X, y = result.split.X_train, result.split.y_train
    for k, points in enumerate(artists.classes):
        points.set_data(*X[y == k].T)
    for answer in artists.answers:
        answer.set_text("")
    artists.left_title.set_text(f"What the network believes {after(moment.epoch)}")


def mix_colors(beliefs, strength=0.65):
    """Turn class probabilities into pixels: a class's color where it is certain, white between."""
    n_classes = beliefs.shape[-1]
    certainty = np.clip((n_classes * beliefs - 1) / (n_classes - 1), 0, 1)
    colors = np.array([to_rgb(color) for color in CLASSES[:n_classes]])
    pixels = 1 - strength * (np.nan_to_num(certainty) @ (1 - colors))
    return (255 * np.clip(pixels, 0, 1)).astype(np.uint8)


def after(epoch):
    """Say which moment it is."""
    return f"after {epoch} epoch{'' if epoch == 1 else 's'}" if epoch else "before training"


def show_digits(artists, result, moment):
    """Show scanned digits, each with the network's answer beside it, red where it is wrong."""
    split, n = result.split, SHOWN_DIGITS
    shown, truth = images(split), split.y_val if len(split.X_val) else split.y_train
    sheet = np.full((n * 12, n * 12), 255.0)
    for i, (image, beliefs) in enumerate(zip(shown, moment.beliefs, strict=True)):
        row, column = divmod(i, n)
        ink = 255 * (1 - image.reshape(8, 8) / max(float(shown.max()), 1e-9))
        sheet[row * 12 + 2 : row * 12 + 10, column * 12 + 1 : column * 12 + 9] = ink
        guess = int(np.argmax(beliefs))
        right = guess == truth[i]
        artists.answers[i].set(
            text=str(split.classes[guess]), x=column + 0.95, y=n - row - 0.95,
            color=BLACK if right else RED,
        )  # fmt: skip
    artists.map.set_data(np.repeat(sheet[::-1, :, None], 3, axis=2).astype(np.uint8))
    artists.map.smooth = False
    for points in artists.classes:
        points.set_data([], [])
    rights = np.sum(moment.beliefs.argmax(axis=1) == truth[: len(shown)])
    artists.left_title.set_text(
        f"Unseen digits, epoch {moment.epoch}: {rights} of {len(shown)} right"
    )


def show_losses(artists, result, moment, pinned):
    """Draw the losses up to the end of the run, and mark the moment that is shown."""
    run, epochs = result.run, result.run.config.epochs
    artists.now.set_xdata([moment.epoch, moment.epoch])
    heights, texts = [], []
    histories = ("validation", run.val_loss), ("training", run.train_loss)
    for (name, losses), curve, dot in zip(histories, artists.curves, artists.dots, strict=True):
        curve.set_data(np.arange(epochs + 1), np.clip(losses, *LOSSES))
        here = losses[moment.epoch]
        dot.set_data([moment.epoch], [np.clip(here, *LOSSES)])
        heights.append(here)
        texts.append(f"{name} {short(here)}" if np.isfinite(here) else "")
    artists.pinned.set_data([], [])
    if pinned:
        losses = pinned.run.train_loss
        artists.pinned.set_data(np.arange(len(losses)), np.clip(losses, *LOSSES))
        heights.append(losses[len(pinned.run.snapshots) - 1])
        texts.append(f"pinned, η {short(pinned.run.config.learning_rate)}")
    heights = np.log10(np.clip(np.nan_to_num(heights, nan=1.0), *LOSSES))
    for text, end in zip(texts + [""] * (3 - len(texts)), artists.ends, strict=True):
        end.set_text(text)
    for height, end in zip(spread(heights, 0.24), artists.ends, strict=False):
        end.set_position((1.02 * epochs, 10**height))
    show_divergence(artists, run)


def show_divergence(artists, run):
    """Draw the way out of a run that diverged, or say how far the loss rose beyond the axis."""
    artists.lost.set_data([], [])
    artists.broken.set_data([], [])
    artists.warning.set_text("")
    epochs, top = run.config.epochs, LOSSES[1]
    if run.status == "diverged":
        per_epoch = len(run.batch_loss) / epochs
        first = int((len(run.snapshots) - 1) * per_epoch)
        updates = np.arange(first, run.stopped_at + 1)
        losses = np.clip(np.nan_to_num(run.batch_loss[updates], nan=np.inf), LOSSES[0], top)
        artists.lost.set_data(updates / per_epoch, losses)
        artists.broken.set_data([updates[-1] / per_epoch], [top])
        x = updates[-1] / per_epoch + 0.03 * epochs
        text = f"diverged at update {run.stopped_at + 1}"
    elif np.nanmax(run.train_loss) > top:
        x = 0.02 * epochs
        text = f"beyond this axis: up to {short(np.nanmax(run.train_loss))}"
    else:
        return
    artists.warning.set(text=text, x=min(x, 0.6 * epochs), y=0.62 * top)


# --- describe -----------------------------------------------------------------------------------


def describe(result, moment):
    """Say what the picture shows: rate, losses, updates, verdict, and the largest stable rate."""
    run, split = result.run, result.split
    parts = [f"Learning rate {short(run.config.learning_rate)}.", describe_losses(run, split)]
    if moment.epoch < len(run.snapshots) - 1:
        loss = run.train_loss[moment.epoch]
        parts.append(f"Shown {after(moment.epoch)}: training loss {short(loss)}.")
    if len(split.X_train) < run.config.batch_size:
        parts.append(f"The batch is all {len(split.X_train)} samples.")
    if not result.searched:
        parts.append("The search for the largest stable rate was stopped.")
    elif result.stable is None:
        parts.append("No stable rate found.")
    else:
        parts.append(f"Largest stable rate found: about {short(result.stable)}.")
    return " ".join(parts)
