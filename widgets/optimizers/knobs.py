"""The knobs of the race, and which of them count."""

from lessons.experiments.optimizers.surfaces import SURFACES
from widgets.knobs import choice, count_slider, float_slider, log_slider, switch
from widgets.optimizers.ground import SPAN
from widgets.optimizers.names import NAMES

# Where all begin at first: on the saddle, near the ridge; on the plateau, far out.
START = -1.5, 0.1
LOW, HIGH, STEP = 1e-4, 10.0, 0.25
SAME, BEST = "same for all", "each at its best"


def all_knobs():
    """Make the knobs of the race; last come the boxes of the optimizers."""
    knobs = [
        choice("surface", "surface", "What they have to get down", list(SURFACES), "ravine"),
        log_slider("condition", "condition number κ",
                   "Of the ravine: how many times steeper it is across than along",
                   1, 1000, 100, 0.125, width=340),
        float_slider("angle", "angle", "Of the ravine, in degrees", 0, 90, 30, 5, width=260),
        choice("rates", "rates", "One rate for all, or for each the best of the curves below right",
               [SAME, BEST], SAME, width=240),
        log_slider("learning_rate", "learning rate η", "Of all, where they have the same",
                   LOW, HIGH, 0.01, STEP, width=440),
        choice("beta2", "β₂", "Of RMSprop and Adam: how slowly the average of g² forgets",
               [0.9, 0.99, 0.999], 0.999, width=120),
        count_slider("steps", "steps", "How many updates to make", 10, 500, 200, 10, 0.1),
        float_slider("momentum", "momentum μ", "Of momentum and Nesterov", 0, 0.99, 0.9, 0.01),
        float_slider("decay", "weight decay λ",
                     "Pulls weights to 0: AdamW by the side, the others through the gradient",
                     0, 0.5, 0, 0.05, width=260),
        *(float_slider(f"start_{name}", f"start {name}", "Where all begin", -SPAN, SPAN, first,
                       0.05, width=300)
          for name, first in zip(("w1", "w2"), START, strict=True)),
        *(switch(f"show_{name}", label, f"Whether {label} is drawn", True)
          for name, label in NAMES.items()),
    ]  # fmt: skip
    for knob in knobs[-len(NAMES) :]:
        knob.control.layout.width = "100px"
    return knobs


def idle(settings):
    """Return the knobs of other surfaces, of optimizers that are not drawn, and of one rate."""
    counting = {
        "condition": settings["surface"] == "ravine", "angle": settings["surface"] == "ravine",
        "learning_rate": settings["rates"] == SAME,
        "momentum": settings["show_momentum"] or settings["show_nesterov"],
        "beta2": any(settings[f"show_{name}"] for name in ("rmsprop", "adam", "adamw")),
    }  # fmt: skip
    return [field for field, counts in counting.items() if not counts]
