"""The pinned setting beside the present one: its result, and which knobs set it apart."""

from dataclasses import dataclass
from numbers import Real

from widgets.fonts import width
from widgets.names import shorten

# What a label in a picture calls knobs whose names are long.
BRIEFLY = {
    "learning_rate": "η", "batch_size": "batch", "samples": "N", "curvature": "λ",
    "temperature": "T", "shift": "c", "bn_momentum": "α", "eps": "ε", "depth": "layers",
    "width": "units", "condition": "κ", "momentum": "μ", "decay": "λ", "m": "m",
}  # fmt: skip
# How wide a label may be, in units of its font size: as wide as those at the ends of curves.
ROOM = 9.3


@dataclass(frozen=True, eq=False)
class Pinned:
    """A pinned result as `update` gets it: all that the result has, and how it is set.

    Parameters: result; label, what to write beside what is drawn of it; differences, the knobs
    that are set otherwise than now, each with its pinned value, in words.
    """

    result: object
    label: str
    differences: tuple

    def __getattr__(self, name):
        return getattr(self.result, name)


def beside(result, knobs, pinned, settings):
    """Return a pinned result beside the present settings.

    Parameters: knobs, by field; pinned, settings, the values of all of them, then and now.
    """
    changed = [knob for field, knob in knobs.items() if pinned[field] != settings[field]]
    return Pinned(
        result,
        label_of([briefly(knob, pinned[knob.field]) for knob in changed]),
        tuple(f"{knob.label} = {knob.shown(pinned[knob.field])}" for knob in changed),
    )


def briefly(knob, value):
    """Name a pinned value for a label; the words of a menu, not its numbers, need no name."""
    in_words = knob.is_menu and not isinstance(value, Real)
    name = "" if in_words else BRIEFLY.get(knob.field, knob.label)
    return f"{name} {knob.shown(value)}".strip()


def label_of(differences):
    """Return a label that has room: without the word where need be, or with a number of knobs.

    >>> label_of(["η 0.1"]), label_of(["η 0.1", "batch 32"]), label_of([])
    ('pinned: η 0.1', 'η 0.1, batch 32', 'pinned: the same')
    >>> label_of(["η 0.1", "batch 32", "epochs 100"]), label_of(["a name that is much too long"])
    ('pinned: 3 knobs', 'a name tha…long')
    """
    listed = ", ".join(differences) or "the same"
    several = [f"pinned: {len(differences)} knobs"] if len(differences) > 1 else []
    for label in (f"pinned: {listed}", listed, *several):
        if width(label) <= ROOM:
            return label
    return shorten(listed, ROOM)


def sentences(pinned):
    """Say in the summary what is pinned, where it is another setting: a list of sentences.

    If a result says by `outcome`, like "training loss 0.065", how it came out, so does this.
    """
    if not pinned or not pinned.differences:
        return []
    outcome = getattr(pinned.result, "outcome", "")
    return [f"Pinned, with {', '.join(pinned.differences)}{outcome and f': {outcome}'}."]
