"""Names and colors of the optimizers: the same in every picture of the lesson."""

from widgets.style import BLACK, BLUE, GREEN, ORANGE, RED, SKY

NAMES = {
    "sgd": "SGD", "momentum": "momentum", "nesterov": "Nesterov", "adagrad": "AdaGrad",
    "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW",
}  # fmt: skip
# AdamW is Adam with another decay: the same color, dashed.
COLORS = {
    "sgd": BLACK, "momentum": BLUE, "nesterov": SKY, "adagrad": ORANGE, "rmsprop": RED,
    "adam": GREEN, "adamw": GREEN,
}  # fmt: skip


def dashes(name):
    """Return the style of an optimizer's line.

    >>> dashes("adam")
    '-'
    """
    return (0, (2, 1.5)) if name == "adamw" else "-"


def listed(words):
    """Join words as a sentence does.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b, and c')
    """
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"
