"""Places: where all knobs are, and time; and where a hand may move one of them next."""

import json
from dataclasses import dataclass

from lessons.verdict import remarks
from widgets.pinned import beside, sentences

NEIGHBORS = 60  # of a place, to both sides together: more than a second of a quick hand


@dataclass(frozen=True)
class Place:
    """Where a hand may go. Parameters: key; settings; time, None at its end."""

    key: str
    settings: dict
    time: int | None


class Places:
    """What a panel shows at a place of its knobs. Who inherits has what Panel has."""

    def values_of(self, field):
        """Return all that a knob can be moved to, or time."""
        if field == "time":
            return range(self.clock.max + 1) if self.steps else [0]
        return self.knobs[field].values if field in self.knobs else []

    def time_in(self, settings):
        """Return where the time knob will be in a run of these settings; None at its end."""
        return self.moved_to(self.time, settings)

    def moved_to(self, time, settings):
        """Return where a time is in a run of these settings; None at its end, or beyond it."""
        at_end = not self.steps or time is None or time >= self.steps(settings)
        return None if at_end else time

    def key(self, settings, time):
        """Return the key of a place; time is None at its end."""
        positions = [knob.position(settings[field]) for field, knob in self.knobs.items()]
        return key_of(positions, time, self.pinned is not None)

    def moment_at(self, result, settings, time):
        """Return what is to be seen of a result at a time, None at its end."""
        if not self.steps:
            return None
        return self.frame(result, self.steps(settings) if time is None else time)

    def pinned_beside(self, settings):
        """Return the pinned result with what sets it apart from these settings, or None."""
        if self.pinned is None:
            return None
        counting = self.counting(self.pinned_settings, settings)
        return beside(self.pinned, counting, self.pinned_settings, settings)

    def words(self, describe, result, moment, pinned):
        """Return the summary, or with `brief` for `describe` what of it notebooks store."""
        return " ".join([describe(result, moment), *remarks_on(result), *sentences(pinned)])

    def neighbors(self, field, direction=0):
        """Yield the other places that one knob can be moved to, the nearest first.

        Parameters: field, "time" or that of a knob; direction, in which it was moved last.
        """
        if field == "time" and self.steps:
            settings, end = self.computed, self.clock.max
            for at in nearest(end + 1, self.clock.value, direction):
                at = None if at == end else at
                yield Place(self.key(settings, at), settings, at)
        elif field in self.knobs and not self.knobs[field].is_drawn:
            values, time = self.knobs[field].values, self.time_in(self.computed)
            # A knob that has already gone on from between two of its steps has no way back there.
            if self.computed[field] not in values:
                return
            for at in nearest(len(values), values.index(self.computed[field]), direction):
                settings = self.computed | {field: values[at]}
                # Where a run is so short that the time knob has to move, too, the page would look
                # for another key.
                if self.time_in(settings) == time:
                    yield Place(self.key(settings, time), settings, time)


def key_of(positions, time, pinned):
    """Return the key of a place, as js/knobs.js writes it.

    >>> key_of(["0.5", 3, True], None, False)
    '[["0.5",3,true],null,false]'
    """
    return json.dumps([positions, time, pinned], ensure_ascii=False, separators=(",", ":"))


def nearest(count, at, direction):
    """Return the positions 0 to count - 1 but for `at`, the nearest first.

    In the direction of travel they count half as far.

    >>> nearest(6, 2, 0), nearest(6, 2, 1)
    ([3, 1, 4, 0, 5], [3, 4, 1, 5, 0])
    """

    def distance(position):
        towards = (position - at) * direction > 0
        return abs(position - at) * (1 if towards else 2), -position

    others = [position for position in range(count) if position != at]
    return sorted(others, key=distance)[:NEIGHBORS]


def remarks_on(result):
    """What should be said of its run besides: a list of sentences."""
    run = getattr(result, "run", None)
    return remarks(run) if run else []
