"""Colors, sizes and shapes that mean the same thing in every picture of the kit.

The hues are Okabe and Ito's. How light each is was chosen anew, so that it stands out from white,
and that people with any kind of color vision tell it from the others; tests measure both.
"""

import matplotlib as mpl

BLACK, GRAY = "#222222", "#666666"
# Paler than data may be: the gray of grids and grounds, and of what is over.
LIGHT, USED = "#d9d9d9", "#ebebeb"
BLUE, ORANGE, GREEN, RED, PURPLE = "#0067a6", "#c87500", "#009b70", "#b83f00", "#c470a4"
SKY, BROWN = "#2f98cb", "#662a00"

TRAINING, VALIDATION = BLACK, GREEN
GRADIENT, PATH = PURPLE, BLACK
# Where the parameters are now, and where the loss is least.
HERE = MINIMUM = BLUE
PINNED = GRAY
CLASSES = (BLUE, ORANGE, GREEN, PURPLE, RED)
# As letters, these are too pale to read on white.
INK = {ORANGE: "#85540a", GREEN: "#1a7355", PURPLE: "#94507a", SKY: "#266d94"}

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


def ink(color):
    """Return the color in which letters say what this color means."""
    return INK.get(color, color)


def styled():
    """Return a context in which new artists take on the kit's style."""
    # Touching the backend would import pyplot.
    defaults = {name: mpl.rcParamsDefault[name] for name in mpl.rcParams if "backend" not in name}
    return mpl.rc_context(defaults | RC)
