"""The knobs of panel A: those of every schedule, of the training, and of a line of one's own."""

from lessons.experiments.schedules.shapes import KNOBS, SHAPES
from widgets.knobs import (
    choice,
    count_slider,
    float_slider,
    int_slider,
    log_slider,
    slider,
    switch,
    whole,
)
from widgets.schedules.names import NAMES, SETS

# The points of the broken line, and its first heights, in shares of η.
POINTS = 6
FIRST = 0.1, 1.0, 0.8, 0.5, 0.2, 0.0
# The knobs that some schedules have.
OF_SCHEDULES = "warmup", "low", "periods", "factor", "power", "patience"
RISES = 0, 1, 3, 10, 30, 100, 300, 1000, 3000


def all_knobs():
    """Make the knobs of the panel that lays a schedule open."""
    return [
        choice("schedule", "schedule", "How the rate changes during the run",
               {NAMES[name]: name for name in SHAPES}, "step"),
        log_slider("learning_rate", "learning rate η, peak", "The rate at its highest",
                   1e-3, 3.2, 0.056, 0.05, width=440),
        slider("warmup", "warm-up", "Updates of a straight rise, before what follows", RISES, 0,
               "a whole number from 0 to 3000", whole(0, 3000), 250),
        log_slider("low", "low end", "The share of η that is left at the end, or in the valleys",
                   1e-3, 1, 0.01, 0.25, width=250),
        float_slider("periods", "periods", "How many stairs or cycles the run has", 1, 10, 3, 0.5),
        log_slider("factor", "factor", "What the rate is multiplied by at a cut", 0.01, 1, 0.1,
                   0.125, width=250),
        log_slider("power", "power", "1 is a straight line", 0.25, 4, 1.0, 0.1, width=250),
        int_slider("patience", "patience", "Epochs without a lower validation loss before a cut", 0,
                   50, 10, width=280),
        *(float_slider(f"point{k}", f"at {100 * k // (POINTS - 1)}%",
                       "Height of your own line there, in shares of η", 0, 1, height, 0.05,
                       width=200)
          for k, height in enumerate(FIRST)),
        choice("data", "data", "What the network has to learn", list(SETS), next(iter(SETS)),
               width=210),
        choice("batch_size", "batch size", "Samples per update; all of these divide 500",
               [4, 10, 20, 50, 100, 500], 10, width=150),
        choice("optimizer", "optimizer", "What makes a step of the gradient",
               {"SGD": "sgd", "momentum": "momentum", "Adam": "adam"}, "sgd", width=180),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 300, 60, 10, 0.1),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        switch("noise", "gradient noise", "Measure it along the run", True),
    ]  # fmt: skip


def idle(settings):
    """Return the knobs that only other schedules have.

    >>> idle({"schedule": "one_cycle"})[:3]
    ['warmup', 'low', 'periods']
    """
    own = KNOBS[settings["schedule"]]
    points = [] if "shares" in own else [f"point{k}" for k in range(POINTS)]
    return [name for name in OF_SCHEDULES if name not in own] + points
