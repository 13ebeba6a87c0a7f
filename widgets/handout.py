"""The handout: a panel as one file for a browser, which slides without a kernel.

Its frames are drawn beforehand. So only some knobs slide, each along a line through what is shown
now, or two of them over a grid; and where there would be too many frames, positions are left out.
"""

import base64
import html
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from math import prod
from pathlib import Path
from string import Template

from lessons import Progress
from lessons.numerals import count
from widgets.picture import encode

PAGE = Path(__file__).with_name("handout.html")
LIMIT = 5_000_000  # bytes of a page


@dataclass
class Slider:
    """What slides on the page: a knob, or time. Parameters: values, all that there are; at, now."""

    field: str
    label: str
    values: list
    at: int
    name: object
    kept: list = field(default_factory=list)

    def thin(self, number):
        """Keep about so many values, evenly spread: both ends and that of now among them."""
        last = len(self.values) - 1
        number = min(max(number, 2), last + 1)
        self.kept = sorted({self.at, *(round(k * last / (number - 1)) for k in range(number))})

    @property
    def content(self):
        names = [self.name(self.values[k]) for k in self.kept]
        return {"label": self.label, "names": names, "start": self.kept.index(self.at)}

    @property
    def note(self):
        """Say what was left out."""
        kept, all_of_them = len(self.kept), len(self.values)
        if kept == all_of_them:
            return ""
        return (
            f"{self.label}: {count(kept)} of its {count(all_of_them)} positions are on this page. "
        )


class HandedOut:
    """What makes a handout of a panel. Who inherits has what Panel has."""

    def handout(self, path, knobs, title=None):
        """Write a page that shows this panel and needs no kernel: one file of at most 5 MB.

        Parameters: path, of the file, which is replaced; knobs, a list of what slides there: a
        field, or "time", for a line through what is shown now, or a pair of them for a grid;
        title, of the page; if None, one that is made of the panel's name.
        Returns: the path. Where 5 MB do not hold all positions, they are thinned evenly, and the
        page says so. Every position but those of time is a training.
        Raises: ValueError for what does not slide.
        """
        lines = [self.line_of(entry) for entry in as_list(knobs)]
        check_once([slider.field for line in lines for slider in line])
        title, path = html.escape(title or title_of(self.name)), Path(path)
        with self.lock, self.on_paper():
            frames, template = Frames(self), Template(PAGE.read_text("utf-8"))
            room = LIMIT
            while True:
                thin(lines, room / frames.size_of_one())
                notes, data = html.escape(self.notes(lines)), as_script(frames.content(lines))
                page = template.substitute(title=title, notes=notes, data=data).encode()
                if len(page) <= LIMIT:
                    break
                if all(len(slider.kept) <= 3 for line in lines for slider in line):
                    raise ValueError(f"{count(LIMIT)} bytes cannot hold so many knobs: {knobs!r}")
                room *= 0.95 * LIMIT / len(page)
        path.write_bytes(page)
        return path

    def line_of(self, entry):
        """Return the sliders of a line, one, or of a grid, two."""
        fields = [entry] if isinstance(entry, str) else as_list(entry)
        if len(fields) not in (1, 2):
            raise ValueError(f"what slides is a knob or a pair of knobs, got {entry!r}")
        return [self.slider_of(field) for field in fields]

    def slider_of(self, field):
        if field == "time" and self.steps:
            values = [*range(self.clock.max + 1)]
            return Slider(field, self.clock.description, values, self.clock.value, count)
        values = self.values_of(field) if field in [*self.knobs] else []
        if len(values) < 2:
            slide = [name for name, knob in self.knobs.items() if knob.values]
            slide += ["time"] if self.steps else []
            raise ValueError(f"knobs must be of {', '.join(slide)}, got {field!r}")
        knob = self.knobs[field]
        return Slider(field, knob.label, values, values.index(self.computed[field]), knob.shown)

    @contextmanager
    def on_paper(self):
        """Draw for a page of its own, and then again for the one where the panel is."""
        self.picture.fit(10_000, 1.0)
        try:
            yield
        finally:
            if self.stage:
                self.picture.fit(self.stage.room, self.stage.ratio, self.stage.dark)
            self.paint()

    def notes(self, lines):
        """Say where the other knobs are, and what was left out."""
        sliders = [slider for line in lines for slider in line]
        still = self.counting(self.computed).keys() - {*self.hidden, *(s.field for s in sliders)}
        fixed = [
            f"{knob.label} {knob.shown(self.computed[field])}"
            for field, knob in self.knobs.items()
            if field in still and not knob.is_drawn
        ]
        return (
            "".join(slider.note for slider in sliders) + f"Fixed: {', '.join(fixed) or 'nothing'}."
        )


class Frames:
    """Pictures with their words, each drawn once. Parameters: panel, whose they are."""

    def __init__(self, panel):
        self.panel, self.results, self.numbers, self.drawn = panel, {}, {}, []

    def size_of_one(self):
        """Return about how many bytes a frame takes on the page."""
        return len(as_script(self.drawn[self.number({})]))

    def content(self, lines):
        """Return all that the page needs to know."""
        sliders = [slider for line in lines for slider in line]
        along = [self.along(line) for line in lines]
        # More were drawn if positions were left out only then.
        used = list(dict.fromkeys(number for numbers in along for number in numbers))
        place = {number: k for k, number in enumerate(used)}
        return {
            "knobs": [slider.content for slider in sliders],
            "lines": [
                {
                    "knobs": [sliders.index(slider) for slider in line],
                    "frames": [place[number] for number in numbers],
                }
                for line, numbers in zip(lines, along, strict=True)
            ],
            "frames": [self.drawn[number] for number in used],
        }

    def along(self, line):
        """Return the numbers of the frames of a line, or of a grid, row by row."""
        places = product(*([slider.values[k] for k in slider.kept] for slider in line))
        fields = [slider.field for slider in line]
        return [self.number(dict(zip(fields, place, strict=True))) for place in places]

    def number(self, changes):
        """Return the number of the frame with these changes of what is shown now."""
        panel = self.panel
        settings = panel.computed | {f: v for f, v in changes.items() if f != "time"}
        time = panel.moved_to(changes.get("time", panel.time), settings)
        key = panel.key(settings, time)
        if key not in self.numbers:
            self.numbers[key] = len(self.drawn)
            self.drawn.append(self.draw(settings, time))
        return self.numbers[key]

    def draw(self, settings, time):
        panel, result = self.panel, self.result(settings)
        moment = panel.moment_at(result, settings, time)
        pinned = panel.pinned_beside(settings)
        panel.update(panel.artists, result, moment, pinned)
        panel.picture.render()
        image = encode(panel.picture.pixels().convert("RGB"), "webp", quality=75)
        words = panel.words(panel.describe, result, moment, pinned)
        return {"src": f"data:image/webp;base64,{base64.b64encode(image).decode()}", "text": words}

    def result(self, settings):
        key = self.panel.key(settings, None)
        if key not in self.results:
            result = self.panel.compute(settings, Progress())
            rest = getattr(result, "rest", None)
            self.results[key] = rest(Progress()) if rest else result
        return self.results[key]


def thin(lines, number):
    """Spread about so many frames evenly over the lines, a grid's over its two sides.

    What a short line does not need is for the longer ones.
    """
    by_length = sorted(lines, key=lambda line: prod(len(slider.values) for slider in line))
    for k, line in enumerate(by_length):
        share = number / (len(lines) - k)
        for slider in line:
            slider.thin(int(share ** (1 / len(line))))
        number -= prod(len(slider.kept) for slider in line)


def title_of(name):
    """Make a title of a panel's name.

    >>> title_of("learning_rate.network")
    'Learning rate: network'
    """
    return name.replace("_", " ").replace(".", ": ").capitalize()


def as_list(knobs):
    if not isinstance(knobs, list | tuple) or not knobs:
        raise ValueError(f"knobs must be a list of what slides, got {knobs!r}")
    return knobs


def check_once(fields):
    for name in fields:
        if fields.count(name) > 1:
            raise ValueError(f"{name} can slide on a page only once")


def as_script(data):
    """Write data as JSON that cannot end the script element it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
