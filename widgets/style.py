"""Colors, sizes and shapes that mean the same thing in every picture of the kit.

The colors are Okabe and Ito's, which people with any kind of color vision tell apart.
"""

import matplotlib as mpl

BLACK, GRAY, LIGHT = "#222222", "#767676", "#d9d9d9"
BLUE, ORANGE, GREEN, RED, PURPLE = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7"

TRAINING, VALIDATION = BLACK, GREEN
GRADIENT, PATH = PURPLE, BLACK
# Where the parameters are now, and where the loss is least.
HERE = MINIMUM = BLUE
PINNED = GRAY
CLASSES = (BLUE, ORANGE, GREEN, PURPLE, RED)
# As letters, orange and purple are too pale to read on white.
INK = {ORANGE: "#a66a00", PURPLE: "#a8487f"}

# One scale of font sizes, in points at 100 dots per inch.
SMALL, NORMAL, LARGE = 8.5, 9.5, 11

RC = {
    "font.family": "DejaVu Sans",
    "font.size": NORMAL,
    "axes.titlesize": NORMAL,
    "axes.labelsize": NORMAL,
    "axes.edgecolor": GRAY,
    "axes.labelcolor": BLACK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "lines.linewidth": 1.8,
    "text.color": BLACK,
    # Names from a learner's data may hold $, _ and \: text is text, and only ticks are formulas.
    "text.parse_math": False,
}
# Ticks can be made at any later time, so theirs is told to the axes.
TICKS = {
    "color": GRAY,
    "labelcolor": BLACK,
    "labelsize": SMALL,
    "labelfontfamily": "DejaVu Sans",
}


def style_ticks(figure):
    """Give the ticks of all axes the kit's style, those to come too."""
    for axes in figure.axes:
        axes.tick_params(which="both", **TICKS)
        for axis in (axes.xaxis, axes.yaxis):
            for tick in (*axis.majorTicks, *axis.minorTicks):
                tick.label1.set_parse_math(True)
                tick.label2.set_parse_math(True)


def styled():
    """Return a context in which new artists take on the kit's style."""
    # Touching the backend would import pyplot.
    defaults = {name: mpl.rcParamsDefault[name] for name in mpl.rcParams if "backend" not in name}
    return mpl.rc_context(defaults | RC)
