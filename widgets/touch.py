"""Touch: what a hand does to the picture itself, in the units of what is drawn there.

A panel says what can be touched: `touch={"map": drag_start}`, where an axes is labelled "map" and
`drag_start(touch)` is a pure function that returns the settings this asks for. The first line of
its docstring is what the pointer is told; it names the knob that does the same.

A stroke is a touch with a path: where the pointer has been since it went down, as often as the
browser noticed it, however busy the kernel was meanwhile. What is drawn so is kept in a setting
that no control shows, `drawn` in knobs.py.
"""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Touch:
    """A pointer that went down in an axes, and where it is now, which may be outside.

    Parameters: x, y, where it is, in data coordinates; start, where it went down, a pair; result
    and moment, what was shown when it went down; settings, of all knobs then; path, all points
    where it has been since, the first and the last among them; over, whether it was taken up.
    """

    x: float
    y: float
    start: tuple
    result: object
    moment: object
    settings: dict
    path: tuple = ()
    over: bool = False


class Touchable:
    """What a panel does when a hand touches its picture. Who inherits has what Panel has."""

    def areas(self):
        """Return what the page has to know of what can be touched."""
        axes = {axes.get_label(): axes for axes in self.figure.axes}
        return [
            {"name": name, "box": place_of(axes[name]), "help": help_of(action)}
            for name, action in self.touch.items()
        ]

    def on_touch(self, name, phase, x, y, before=()):
        self.guarded(self.touched, name, phase, x, y, before)

    def touched(self, name, phase, x, y, before=()):
        """Move to where a pointer asks for.

        Parameters: name, the label of an axes; phase, "down", "move" or "up"; x, y, in parts of the
        picture from its lower left corner; before, pairs of them, where the pointer has been since
        the last call.
        """
        with self.lock:
            axes = next(axes for axes in self.figure.axes if axes.get_label() == name)
            points = [to_data(axes, *point) for point in (*before, (x, y))]
            if phase == "down":
                self.grip = Touch(*points[-1], points[0], self.result, self.moment, self.settings)
            # A pointer is taken up where it was last.
            path = self.grip.path + tuple(points if phase != "up" else points[:-1])
            self.grip = replace(self.grip, path=path, over=phase == "up")
            asked = self.touch[name](replace(self.grip, x=points[-1][0], y=points[-1][1]))
            changes = self.possible(asked)
            if phase == "up":
                now = self.settings
                changes = {field: value for field, value in changes.items() if value != now[field]}
            if changes.keys() - {"time"}:
                self.move(changes)
            elif changes:
                self.apply(self.checked(changes))
                self.redraw()

    def possible(self, asked):
        """Return the settings that a hand can reach, nearest to those that are asked for."""
        fixed = "time", *self.hidden, *self.locked
        knobs = {field: value for field, value in asked.items() if field not in fixed}
        changes = {field: within_reach(self.knobs[field], value) for field, value in knobs.items()}
        if "time" in asked and np.isfinite(asked["time"]):
            end = self.steps(self.knob_settings() | changes)
            changes["time"] = int(np.clip(round(asked["time"]), 0, end))
        return changes


def to_time(touch):
    """Go to this moment; the time knob does the same."""
    return {"time": touch.x}


def thinned(path, apart):
    """Leave out points of a path that are close to the one before; the last one stays.

    >>> thinned([(0, 0), (0.001, 0), (0.5, 0), (0.501, 0)], 0.015)
    [(0, 0), (0.5, 0), (0.501, 0)]
    """
    kept = [path[0]]
    for point in path[1:]:
        if max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= apart:
            kept.append(point)
    return kept if kept[-1] == path[-1] else [*kept, path[-1]]


def help_of(action):
    """Return the first line of a function's docstring."""
    return action.__doc__.strip().splitlines()[0]


def place_of(axes):
    """Return left, bottom, width and height of axes, in parts of the figure."""
    return (np.array(axes.bbox.bounds).reshape(2, 2) / axes.get_figure().bbox.size).ravel().tolist()


def to_data(axes, x, y):
    """Return data coordinates of a point, in parts of the figure from its lower left corner."""
    pixels = axes.get_figure().bbox.size * (x, y)
    return tuple(float(number) for number in axes.transData.inverted().transform(pixels))


def within_reach(knob, value):
    """Return the value nearest to this one that a hand can move a knob to.

    >>> from widgets.knobs import log_slider
    >>> within_reach(log_slider("rate", "", "", 0.01, 1, 0.1, step=0.5), 0.025)
    0.032
    """
    values = knob.values
    if not values:
        return knob.check(value)
    if value in values:
        # The knob's own: where it counts, 1 and not 1.0.
        return values[values.index(value)]
    if not np.isfinite(value):
        return knob.value
    # Where all are positive their ratio matters, as on the slider.
    scale = np.log if min(values) > 0 and value > 0 else np.asarray
    return values[int(np.argmin(np.abs(scale(np.asarray(values, float)) - scale(float(value)))))]
