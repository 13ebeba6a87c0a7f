"""Panel E of lesson 11: the dropout mask of an update, and the mean over a thousand masks."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.counted import draw as draw_samples
from lessons.experiments.regularization import masks
from lessons.network import forward
from lessons.numerals import count, fixed, percent, short
from lessons.verdict import where_it_diverged
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import between, int_slider, log_slider, slider
from widgets.panel import Panel
from widgets.regularization.drawn_network import UNITS, draw_network, show_network
from widgets.regularization.network import DROPPED
from widgets.style import BLACK, BLUE, GRAY, GREEN, LIGHT, NORMAL, ORANGE, PINNED, RED, SMALL

SIZE = 8.6, 4.0
BLOCKS = ((0, 0, 355, 400), (355, 0, 600, 400), (600, 0, 860, 400))
SAMPLES, BATCH, EPOCHS, DRAWS = 64, 32, 100, 1000
UPDATES = SAMPLES // BATCH * EPOCHS
VALUES = 8.0
BINS = np.linspace(-12, 12, 49)
LINEAR, BENT, OUTPUT = BLUE, ORANGE, GREEN


@dataclass(frozen=True, eq=False)
class Result:
    """A run with dropout, its data, which samples each update had, and its masks."""

    run: Run
    split: data.Split
    batches: list
    masks: list
    settings: dict


@dataclass(frozen=True, eq=False)
class Moment:
    """One sample in one update.

    Attributes: update; row, of the sample; values, of inputs, hidden units after their mask, and
    outputs; kept, which of these take part; averages, over 1,000 other masks; weights.
    """

    update: int
    row: int
    values: list
    kept: list
    averages: masks.Averages
    weights: list

    @property
    def scores(self):
        """The score of class 1 minus that of class 0, under every mask, (1000,)."""
        return self.averages.outputs[:, 1] - self.averages.outputs[:, 0]

    @property
    def without(self):
        """The same without a mask."""
        return float(self.averages.without[-1][1] - self.averages.without[-1][0])


def dropout(lang="en", **settings):
    """Look at the mask of every update, and at the mean over many masks.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = dropout(depth=1, dropout=0.5)
    >>> len(panel.moment.kept)
    3
    >>> panel.close()
    """
    knobs = [
        slider("dropout", "dropout p", "Share of hidden units left out in an update", DROPPED, 0.5,
               "a number from 0 to 0.9", between(0, 0.9), 300),
        int_slider("depth", "hidden layers", f"How many layers of {UNITS} units", 1, 4, 3),
        int_slider("sample", "sample", "Which of the batch's samples to follow", 1, BATCH, 5),
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-3, 1.0, 0.1, 0.125, 340),
        int_slider("seed", "seed", "Another draw of data, first weights, batches and masks",
                   0, 20, 6),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: UPDATES - 1, time_label="update", frame=frame,
        touch={"network": to_sample}, blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train with dropout, keeping every update, and draw its masks once more."""
    split = samples_of(settings["seed"])
    config = TrainConfig(
        hidden=(UNITS,) * settings["depth"], dropout=settings["dropout"], batch_size=BATCH,
        epochs=EPOCHS, learning_rate=settings["learning_rate"], seed=settings["seed"],
    )  # fmt: skip
    run = train(config, split, engine_at_hand(), progress, "update")
    sizes = (BATCH,) * UPDATES
    drawn = masks.masks_of(config.hidden, config.dropout, config.seed, sizes)
    return Result(run, split, batches_of(config.seed), drawn, settings)


@lru_cache(maxsize=8)
def samples_of(seed):
    """Draw the data: few noisy samples of the moons."""
    return draw_samples("moons", SAMPLES, 0.3, seed)


@lru_cache(maxsize=8)
def batches_of(seed):
    """Return the row numbers of every update; no knob but the seed changes them."""
    return masks.batches_of(TrainConfig(batch_size=BATCH, epochs=EPOCHS, seed=seed), SAMPLES)


def frame(result, time):
    """Send the sample through the network as in this update, without masks, and under 1,000."""
    run, knobs = result.run, result.settings
    update = min(time, len(run.snapshots) - 1)
    params, which = run.snapshots[update], knobs["sample"] - 1
    row = int(result.batches[update][which])
    x = result.split.X_train[row]
    mine = [mask[which] for mask in result.masks[update]]
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, steps = forward(params, run.config, x[None], True, masks.Given(mine))
        averages = masks.average(params, run.config, x, DRAWS, seed=update)
    # What a hidden layer gives, scaled by its mask, is what the next layer is given.
    values = [step.h[0] for step in steps] + [outputs[0]]
    everyone = np.ones(2, bool)
    kept = [everyone, *(mask > 0 for mask in mine), everyone]
    return Moment(update, row, values, kept, averages, [layer.W for layer in params])


def to_sample(touch):
    """Slide up and down to follow another sample of the batch; the knob sample does the same."""
    return {"sample": 1 + (1 - touch.y) * (BATCH - 1)}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the network, means over masks against values without, and the scores."""
    network = figure.add_axes([0.02, 0.04, 0.38, 0.72], label="network")
    means = figure.add_axes([0.475, 0.15, 0.205, 0.63], label="means")
    scores = figure.add_axes([0.745, 0.15, 0.235, 0.63], label="scores")
    means.set_xlabel("value without dropout", labelpad=1)
    means.set_ylabel("mean over 1,000 masks", labelpad=-2)
    means.set_title("All units, for this sample", pad=33)
    means.set(xlim=(-VALUES, VALUES), ylim=(-VALUES, VALUES), xticks=[-5, 0, 5], yticks=[-5, 0, 5])
    means.plot([-VALUES, VALUES], [-VALUES, VALUES], color=GRAY, linewidth=1)
    means.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
    means.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)
    scores.set(xlim=(BINS[0], BINS[-1]), ylim=(0, 0.35), yticks=[0, 0.1, 0.2, 0.3])
    scores.set_yticklabels(["0", "10%", "20%", "30%"])
    scores.set_title("Score under 1,000 masks", pad=33)
    scores.set_xlabel("score of class 1 minus class 0", labelpad=1)
    shares = scores.plot([], [], color=GRAY, linewidth=1.2, drawstyle="steps-mid")[0]
    marks = (("o", LINEAR), ("D", BENT), ("s", OUTPUT))
    names = ("● before the bend: z", "◆ after it: f(z)", "■ the outputs")
    return SimpleNamespace(
        network=draw_network(network),
        heading=words(network, 0, 1.235, transform=network.transAxes, fontsize=NORMAL),
        left_out=words(network, 0, 1.165, transform=network.transAxes, fontsize=SMALL, color=GRAY),
        beyond=words(means, 0.98, 0.03, transform=means.transAxes, color=RED, fontsize=SMALL,
                     ha="right"),
        means=[means.plot([], [], mark, color=color, ms=6, mec="white", mew=0.6, zorder=4 - k)[0]
               for k, (mark, color) in enumerate(marks)],
        names=[words(means, x, y, name, transform=means.transAxes, color=color, fontsize=SMALL)
               for (x, y), name, (_, color) in zip(
                   ((0, 1.09), (0.62, 1.02), (0, 1.02)), names, marks, strict=True)],
        shares=shares, exits=draw_exits(scores, [shares], values=False),
        mean=scores.plot([], [], color=BLACK, linewidth=2.2)[0],
        without=scores.plot([], [], color=OUTPUT, linewidth=2.2, linestyle=(0, (3, 1.5)))[0],
        pinned=scores.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (1, 1.5)))[0],
        tells=[words(scores, 0, y, transform=scores.transAxes, color=color, fontsize=SMALL)
               for y, color in ((1.09, BLACK), (1.02, OUTPUT))],
        pinned_text=words(scores, 1, 0.93, transform=scores.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right", ground="white"),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to one sample of one update."""
    depth = len(moment.weights) - 1
    hidden = ["layer 1", *(str(k) for k in range(2, depth + 1))]
    show_network(artists.network, moment.weights, moment.values, moment.kept,
                 ["x", *hidden, "scores"])  # fmt: skip
    artists.heading.set_text(
        f"In the update after {count(moment.update)}, sample {result.settings['sample']} of {BATCH}"
    )
    artists.left_out.set_text(f"left out: {left_out(moment)}; the others × {scale(result)}")
    show_means(artists, moment.averages)
    show_scores(artists, moment)
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text(pinned.label if pinned else "")
    if pinned:
        before = frame(pinned.result, moment.update)
        artists.pinned.set_data([before.without] * 2, [0, 0.35])


def show_means(artists, averages):
    """Draw the mean over masks of every unit's value against its value without."""
    groups = [
        (averages.without[1:-1], averages.means[1:-1]),
        (averages.without_f[1:], averages.means_f[1:]),
        (averages.without[-1:], averages.means[-1:]),
    ]
    beyond = 0
    for dots, name, (without, means) in zip(artists.means, artists.names, groups, strict=True):
        points = np.array([np.concatenate(part) if part else [] for part in (without, means)])
        inside = (np.abs(points) <= VALUES).all(axis=0)
        dots.set_data(*points[:, inside])
        beyond += int(np.sum(~inside))
        name.set_alpha(1.0 if without else 0.0)

    artists.beyond.set_text(f"{beyond} beyond" if beyond else "")


def show_scores(artists, moment):
    """Draw how the scores scatter under the masks, their mean, and the one score without."""
    scores = moment.scores
    # What is beyond the axis is counted at its ends.
    finite = np.clip(np.nan_to_num(scores, nan=0.0), BINS[0], BINS[-1])
    heights = np.histogram(finite, BINS)[0] / len(scores)
    show_curve(artists.shares, (BINS[1:] + BINS[:-1]) / 2, heights)
    show_exits(artists.exits, [artists.shares])
    for line, score in ((artists.mean, scores.mean()), (artists.without, moment.without)):
        line.set_data([score, score], [0, 0.35])
    artists.tells[0].set_text(f"┃ mean {told(scores.mean())}")
    artists.tells[1].set_text(f"┇ without dropout {told(moment.without)}")


def told(score):
    """Write a score, with an arrow if it lies beyond the axis.

    >>> told(1.234), told(-50.0), told(float("nan"))
    ('1.23', '−50.00 ←', 'not finite')
    """
    if not np.isfinite(score):
        return "not finite"
    arrow = " →" if score > BINS[-1] else " ←" if score < BINS[0] else ""
    return fixed(score, 2) + arrow


# --- words --------------------------------------------------------------------------------------


def left_out(moment):
    """Say how many units of each hidden layer are left out."""
    return ", ".join(f"{np.sum(~kept)} of {len(kept)}" for kept in moment.kept[1:-1])


def scale(result):
    """Return by what the units that stay are multiplied, in words."""
    return short(1 / (1 - result.settings["dropout"]))


def describe(result, moment):
    """Say which units are out, and how the mean over masks compares with the one answer."""
    run = result.run
    if run.status == "cancelled":
        return "Stopped by hand."
    start = f"{where_it_diverged(run).capitalize()}. " if run.status == "diverged" else ""
    scores = moment.scores
    error = scores.std() / np.sqrt(len(scores))
    if not np.isfinite(scores).all():
        return f"{start}The scores are no longer finite."
    apart = abs(scores.mean() - moment.without)
    same = judged(apart, error, moment.without)
    empty = masks.nothing_passes(run.config.hidden, run.config.dropout)
    often = f" In {percent(empty)} of all masks a layer is empty, and nothing of x gets through."
    return (
        f"{start}In the update after {count(moment.update)}: left out for this sample "
        f"{left_out(moment)} units, the others times {scale(result)}. Score of class 1 minus "
        f"class 0: mean over {count(DRAWS)} masks {fixed(scores.mean(), 2)} ± {fixed(error, 2)}, "
        f"without dropout {fixed(moment.without, 2)}: {same}. {percent(np.mean(scores > 0))} of "
        f"the masks say class 1.{often if empty >= 0.01 else ''}"
    )


def judged(apart, error, without):
    """Say whether a mean is what it is compared with, given its standard error.

    >>> judged(0.1, 0.2, 1.0), judged(2.0, 0.2, 1.0), judged(400.0, 300.0, 2.0)
    ('the same, to the luck of the draw', 'not the same', 'they scatter too far to tell')
    """
    if error > max(1, abs(without)):
        return "they scatter too far to tell"
    return "the same, to the luck of the draw" if apart <= 3 * error + 1e-6 else "not the same"


def brief(result, moment):
    """Say only what the masks are: they are the same on every machine."""
    depth = len(moment.weights) - 1
    layers = f"{depth} hidden layer{'' if depth == 1 else 's'} of {UNITS}"
    return (
        f"{layers}, dropout {short(result.settings['dropout'])}, in the update after "
        f"{count(moment.update)}: left out for this sample {left_out(moment)} units, the "
        f"others times {scale(result)}."
    )
