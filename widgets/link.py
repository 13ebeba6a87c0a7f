"""A link: the settings of a panel as a short text with which the address of a page can end.

    …/lab/tree/notebooks/03_learning_rate.ipynb#knobs=1&panel=learning_rate.network&seed=4&…

The page gives what stood there to each of its panels (js/link.js); the one that is meant opens it.
All knobs are in it, so that it means the same where their first positions are others. The number
after `knobs=` is the version of this form.
"""

import json
from urllib.parse import parse_qsl, quote

VERSION = "1"


class Linked:
    """What a panel does with links. Who inherits has what Panel has."""

    # The link with which the page was opened, as soon as it has told.
    opened = None

    @property
    def name(self):
        """How links call a panel: the module that computes what it shows."""
        return self.compute.__module__.removeprefix("widgets.")

    def link(self):
        """Return the settings as a text for the end of an address.

        All knobs are in it, time unless it is at its end, and what is pinned, hidden and locked.

        Returns: a text that begins with "#"; `panel.open(text)` is what it means.
        Raises: ValueError where a knob is at data of your own, which a text cannot hold.
        """
        settings = self.settings
        del settings["lang"]
        if self.steps and self.time_in(self.knob_settings()) is None:
            del settings["time"]
        pinned = settings.pop("pinned")
        if pinned is not None:
            differing = (field for field in pinned if pinned[field] != settings[field])
            settings["pinned"] = {field: pinned[field] for field in differing}
        return write(self.name, settings)

    def open(self, link):
        """Turn all knobs to where a link says; Reset will bring them back there.

        Raises: ValueError that says what is wrong with it; then nothing has changed.
        """
        self.set(**self.said_by(link))
        self.start = self.settings

    def said_by(self, link):
        """Return the settings that a link asks for."""
        name, texts = read(link)
        if name != self.name:
            raise ValueError(f"this link is for the panel {name}, not for {self.name}")
        meant = {field: self.meant(field, text) for field, text in texts.items()}
        unsaid = {"pinned": None, "hide": [], "lock": {}} | ({"time": None} if self.steps else {})
        return unsaid | meant

    def meant(self, field, text):
        """Return the value that a text means for a knob: 3 can be a number, or one of its words."""
        value = value_of(text)
        if field in self.knobs:
            for meaning in (value, text):
                try:
                    return self.knobs[field].check(meaning)
                except ValueError:
                    continue
        return value

    def on_link(self, link):
        """A page has come that was opened with this link, perhaps for another panel."""
        if link == self.opened:
            return
        self.opened = link
        self.guarded(self.follow, link)

    def follow(self, link):
        if read(link)[0] == self.name:
            self.move(self.said_by(link))
            self.start = self.settings


def write(name, settings):
    """Return the link that says these settings of the panel of this name.

    >>> write("learning_rate.network", {"learning_rate": 0.3, "seed": 4, "data": "two moons"})
    '#knobs=1&panel=learning_rate.network&learning_rate=0.3&seed=4&data=two%20moons'
    """
    parts = {"knobs": VERSION, "panel": name}
    for field, value in settings.items():
        parts[field] = text_of(field, value)
    return "#" + "&".join(f"{part}={quote(text, safe='')}" for part, text in parts.items())


def text_of(field, value):
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, separators=(",", ":"))
    except TypeError:
        raise ValueError(f"a link cannot hold {field}, which is {type(value).__name__}") from None


def read(link):
    """Return what a link says: the name of a panel, and texts by field.

    Raises: ValueError if it is none, or one of another version.

    >>> read("#knobs=1&panel=learning_rate.network&seed=4")
    ('learning_rate.network', {'seed': '4'})
    """
    try:
        pairs = parse_qsl(
            link.removeprefix("#"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError:
        pairs = []
    parts = dict(pairs)
    if len(parts) < len(pairs) or [part for part, _ in pairs[:2]] != ["knobs", "panel"]:
        raise ValueError(f"this is no link to a panel: {link[:60]!r}")
    version, name = parts.pop("knobs"), parts.pop("panel")
    if version != VERSION:
        raise ValueError(
            f"this link is of version {version[:10]!r}, and this kit reads version {VERSION}"
        )
    return name, parts


def value_of(text):
    """Return the number, the truth value or the settings that a text stands for, or the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
