"""Panel B of lesson 04: the gradients of many batches, all at the same weights."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.batch_size.noise import draw_batches, main_direction, unit
from lessons.experiments.gradient_noise import deviation, expected_noise, sample_gradients
from lessons.verdict import short
from widgets.artists import words
from widgets.beliefs import after
from widgets.data_sets import load
from widgets.knobs import choice, count_slider, int_slider, switch
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRADIENT, GRAY, LIGHT, NORMAL, PINNED, RED, SMALL

SIZE = 8.6, 3.9
BLOCKS = ((6, 0, 470, 390), (470, 0, 860, 390))
SETS = ("spiral", "circle", "xor", "gaussians", "moons")
EPOCHS, N = 50, 500
# So many batches of each size for the curve, and of one size as dots.
SIZES, BATCHES, DOTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 400, 475, 500), 64, 200
SHARES = 1e-3, 3.0
# The same for every batch size, so that the cloud is seen to shrink.
SPAN = np.array([0.8, 1.3])


@dataclass(frozen=True, eq=False)
class Result:
    """The run that made the weights, its data, and which batches are drawn."""

    run: Run
    split: data.Split
    batch_size: int
    replacement: bool


@dataclass(frozen=True, eq=False)
class Gradients:
    """The gradients of all samples at some weights, in units of their deviation σ.

    sigma; full, length of their mean; misses, (N, 2), how far each is from it, along and across;
    measured, (2, sizes), deviation of the gradients of batches, without and with replacement.
    """

    sigma: float
    full: float
    misses: np.ndarray
    measured: np.ndarray


@dataclass(frozen=True, eq=False)
class Moment:
    """The gradients at an epoch, and those of batches of one size: dots, (DOTS, 2)."""

    epoch: int
    gradients: Gradients
    dots: np.ndarray

    @property
    def uphill(self):
        """Which batches, stepped against, would raise the loss of all samples at first."""
        return self.dots[:, 0] < 0


def noise(lang="en", **settings):
    """Slide the batch size, and see how far the gradients of batches scatter.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = noise(batch_size=500)
    >>> "no noise at all" in str(panel)
    True
    >>> panel.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per batch", 1, N, 8),
        switch(
            "replacement", "with replacement", "Whether a sample can be in a batch twice", False
        ),
        choice("data", "data", "What the network learns", SETS, "circle"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang, "time": 5} | settings,
        brief=brief, steps=lambda settings: EPOCHS, frame=frame, touch={"law": to_batch_size},
        blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once, with batches of 32: the weights at which gradients are then looked at."""
    name, seed = settings["data"], settings["seed"]
    run = teach(name, seed, engine_at_hand())
    return Result(run, load(name, seed), settings["batch_size"], settings["replacement"])


@lru_cache(maxsize=8)
def teach(name, seed, engine):
    """Train the network, and keep the run: no other knob changes it."""
    return train(TrainConfig(epochs=EPOCHS, seed=seed), load(name, seed), engine)


def frame(result, time):
    """Return the gradients of batches at the weights of an epoch."""
    gradients = gradients_at(result.run, result.split, time)
    batches = some_batches(N, result.batch_size, DOTS, result.replacement)
    return Moment(time, gradients, [gradients.full, 0] + batches @ gradients.misses)


@lru_cache(maxsize=8)
def gradients_at(run, split, epoch):
    """Compute the gradient of every sample, and measure the noise of batches of every size."""
    each = sample_gradients(run.snapshots[epoch], run.config, split.X_train, split.y_train)
    mean, sigma = each.mean(axis=0), deviation(each)
    misses = (each - mean) / sigma
    along = unit(mean)
    across = main_direction(misses - np.outer(misses @ along, along))
    measured = np.empty((2, len(SIZES)))
    for way, replacement in enumerate((False, True)):
        batches = [some_batches(N, size, BATCHES, replacement) for size in SIZES]
        errors = np.concatenate(batches) @ misses
        squares = np.sum(errors**2, axis=1).reshape(len(SIZES), BATCHES)
        measured[way] = np.sqrt(squares.mean(axis=1))
    full = float(np.linalg.norm(mean)) / sigma
    return Gradients(sigma, full, misses @ np.column_stack([along, across]), measured)


@lru_cache(maxsize=64)
def some_batches(n, batch_size, batches, replacement):
    """Draw batches once, and keep them."""
    return draw_batches(n, batch_size, batches, replacement)


# --- touch --------------------------------------------------------------------------------------


def to_batch_size(touch):
    """Drag the ring along the law; the knob batch size does the same."""
    return {"batch_size": touch.x}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the noise against the batch size, and the gradients of batches."""
    law = figure.add_axes([0.065, 0.15, 0.44, 0.73])
    cloud = figure.add_axes([0.63, 0.15, 0.331, 0.73])
    law.set(xscale="log", yscale="log", xlim=(0.9, 620), ylim=SHARES)
    law.set(xticks=[1, 10, 100, 500], xticklabels=["1", "10", "100", "500"])
    law.set(yticks=[0.001, 0.01, 0.1, 1], yticklabels=["0.001", "0.01", "0.1", "1"])
    law.minorticks_off()
    law.grid(axis="y", color=LIGHT, linewidth=0.6)
    law.set_label("law")
    law.set_title("Noise of the gradient, in units of σ")
    law.set_xlabel("batch size B", labelpad=1)
    size = np.linspace(1, N, 2 * N)
    law.plot(size, 1 / np.sqrt(size), color=GRAY, linewidth=1, linestyle=(0, (4, 2)))
    law.plot(size[:-1], expected_noise(1, N, size[:-1]), color=BLUE, linewidth=1)
    law.text(1.15, 0.0042, f"dots: measured, {BATCHES} batches each", fontsize=SMALL, color=BLACK)
    law.text(1.15, 0.0026, "dashed: 1/√B, drawn with replacement", fontsize=SMALL,
             color=GRAY)  # fmt: skip
    law.text(1.15, 0.0016, "blue: without replacement, 0 at B = N", fontsize=SMALL, color=BLUE)
    cloud.set(xlim=(-SPAN[0], SPAN[0]), ylim=(-SPAN[1], SPAN[1]))
    cloud.set(xticks=[-0.5, 0, 0.5], yticks=[-1, 0, 1])
    cloud.set_xlabel("along the full gradient, in σ", labelpad=1)
    cloud.set_ylabel("across it, in σ", labelpad=-4)
    cloud.axvline(0, color=LIGHT, linewidth=1)
    cloud.axhline(0, color=LIGHT, linewidth=1)
    dots = {"marker": "o", "ls": "", "ms": 4, "mew": 0.4, "mec": "white"}
    return SimpleNamespace(
        full=law.plot([], [], color=GRADIENT, linewidth=1.4)[0],
        full_text=words(law, 1, 1, "length of the full gradient", color=GRADIENT, fontsize=SMALL),
        measured=[law.plot([], [], "o", color=color, ms=5, mec="white", mew=0.6)[0]
                  for color in (BLUE, GRAY)],
        here=law.plot([], [], "o", ms=10, mfc="none", mec=BLACK, mew=1.6, clip_on=False)[0],
        downhill=cloud.plot([], [], color=BLACK, **dots)[0],
        uphill=cloud.plot([], [], color=RED, **dots)[0],
        # Rings, so that those under the dots of now are seen around them.
        pinned=cloud.plot([], [], "o", mfc="none", mec=PINNED, ms=6, mew=0.8, zorder=1.5)[0],
        arrow=cloud.plot([], [], color=GRADIENT, linewidth=3, zorder=5)[0],
        head=cloud.plot([], [], ">", color=GRADIENT, ms=9, mec="white", mew=0.5, zorder=6)[0],
        outside=words(cloud, 0.98, 0.03, transform=cloud.transAxes, color=GRAY, fontsize=SMALL,
                      ha="right"),
        titles=[words(cloud, 0, height, transform=cloud.transAxes, color=color, fontsize=NORMAL)
                for height, color in ((1.075, BLACK), (1.01, RED))],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a batch size and to the weights of an epoch."""
    gradients, size = moment.gradients, result.batch_size
    full = np.clip(gradients.full, *SHARES)
    artists.full.set_data([0.9, 620], [full, full])
    # Where the falling curves leave room.
    artists.full_text.set_position((1 if full < 0.2 else 22, 1.04 * full))
    for line, values in zip(artists.measured, gradients.measured, strict=True):
        line.set_data(SIZES, np.where(values > SHARES[0], values, np.nan))
    expected = np.clip(expected_noise(1, N, size, result.replacement), *SHARES)
    artists.here.set_data([size], [expected])
    dots, uphill = moment.dots, moment.uphill
    artists.downhill.set_data(*dots[~uphill].T)
    artists.uphill.set_data(*dots[uphill].T)
    outside = np.count_nonzero((np.abs(dots) > SPAN).any(axis=1))
    artists.outside.set_text(f"{outside} beyond this frame" if outside else "")
    artists.arrow.set_data([0, gradients.full], [0, 0])
    artists.head.set_data([gradients.full], [0])
    artists.titles[0].set_text(f"Gradients of {DOTS} batches of {size}")
    artists.titles[1].set_text(f"{leading(uphill)} uphill")
    before = frame(pinned, moment.epoch).dots if pinned else np.empty((0, 2))
    artists.pinned.set_data(*before.T)


def describe(result, moment):
    """Say how large the noise is, and how often it wins."""
    return f"{brief(result, moment)} {leading(moment.uphill, ' batches')} uphill."


def leading(uphill, what=""):
    """Say how many batches lead somewhere.

    >>> leading(np.array([True, False, False])), leading(np.array([True, True]), " batches")
    ('1 of 3 leads', '2 of 2 batches lead')
    """
    return f"{uphill.sum()} of {len(uphill)}{what} lead{'s' if uphill.sum() == 1 else ''}"


def brief(result, moment):
    """Say all but the count, in which a last digit could tip one batch."""
    gradients, size = moment.gradients, result.batch_size
    share = expected_noise(1, N, size, result.replacement)
    way = "with" if result.replacement else "without"
    text = (
        f"Weights {after(moment.epoch)}. Gradient of all {N} samples: length "
        f"{short(gradients.full * gradients.sigma)}. Standard deviation σ of single samples: "
        f"{short(gradients.sigma)}. Batches of {size}, drawn {way} replacement: "
    )
    if share == 0:
        return f"{text}no noise at all, because every batch is all {N} samples."
    return f"{text}expected noise {share:.2f} σ = {short(share * gradients.sigma)}."
