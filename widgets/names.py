r"""Names from a learner's data, made fit to be drawn: columns, classes, files.

They can be anything: `fee_$`, `\frac{`, empty, ten lines long, or in a script that no font of this
machine has. Every such name passes through `readable` on its way into a picture.
"""

import unicodedata
from functools import lru_cache

from widgets.fonts import lacking, width

# They hold letters together or apart, in Persian and Hindi for instance.
JOINERS = "\u200c\u200d"
# Of a longer name no room shows more.
LONGEST = 200
LISTED = 3


@lru_cache(maxsize=1000, typed=True)  # at every tick the same names; 1 == True
def readable(name, stand_in, room=20):
    r"""Return a name as one line that this machine can draw.

    Parameters: name, of any type; stand_in, what is written for a name that is empty or has
    characters that no font here has; room, how wide it may be, in units of its font size.

    >>> readable("fee_$", "x1"), readable("two\nlines", "x1"), readable("", "x1")
    ('fee_$', 'two\\nlines', 'x1')
    >>> readable("a name that is much too long", "x1", room=8)
    'a name t…long'
    """
    text = one_line(name)
    if not text.strip() or lacking(text):
        return stand_in
    return shorten(text, room)


def one_line(name):
    r"""Return a name with what cannot be seen written as in Python: a line break as \n."""
    return "".join(map(visible, str(name)))


def visible(character):
    if character.isprintable() or character in JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode()


def shorten(text, room):
    """Return a text that is at most so wide, with … before its last third where need be.

    Not at the end, for that is where names of one table often differ.
    """
    if len(text) <= LONGEST and width(text) <= room:
        return text
    for kept in range(min(len(text), LONGEST), 1, -1):
        end = -(-kept // 3)
        short = f"{text[: kept - end].rstrip()}…{text[-end:].lstrip()}"
        if width(short) <= room:
            return short
    return "…"


def about_stand_ins(names):
    """Say which characters no font here has, and what stands for the names that have them.

    Parameters: names, a dict from what stands in to the name. Returns: a sentence, or "".

    >>> about_stand_ins({"x1": "height", "x2": ""})
    ''
    """
    names = {stand_in: one_line(name) for stand_in, name in names.items()}
    replaced = {stand_in: name for stand_in, name in names.items() if lacking(name)}
    if not replaced:
        return ""
    characters = some(lacking("".join(replaced.values())))
    meaning = some([f"{s} stands for “{name[:LONGEST]}”" for s, name in replaced.items()])
    return f"This machine has no font with {characters}: in the picture, {meaning}."


def some(items):
    """List the first of them, with … for the others."""
    return ", ".join([*items[:LISTED], *(["…"] if len(items) > LISTED else [])])
