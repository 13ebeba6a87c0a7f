"""Fonts: DejaVu Sans, and for characters that it lacks another one that is installed here.

Our own words need nothing else; names from a learner's data may be in any script.
"""

from functools import lru_cache
from itertools import groupby
from pathlib import Path

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.ft2font import FT2Font
from PIL import ImageFont

OWN = "DejaVu Sans"
# A box for every character there is; glyphs that are pictures, not outlines; parts of brackets.
UNFIT = "Last Resort", "Color", "STIXSize"


@lru_cache(maxsize=100)  # each holds its file open, and pages have any width
def load_font(face, size, dpi):
    """Return a font for Pillow, in a size in points; a face is a file and a number in it."""
    path, index = face
    return ImageFont.truetype(path, size * dpi / 72, index=index)


def own_face(weight="normal"):
    """Return matplotlib's own font."""
    return str(findfont(FontProperties(family=OWN, weight=weight))), 0


@lru_cache(maxsize=10_000)
def find_face(character, weight="normal"):
    """Return the font that has a character, as a file and a number in it; None if none has."""
    for own in (own_face(weight), own_face()):  # the bold one lacks some
        if get_font(own[0]).get_char_index(ord(character)):
            return own
    entry = other_fonts().get(ord(character))
    return entry and (entry.fname, entry.index)


@lru_cache(maxsize=1)
def other_fonts():
    """Return the installed font for each character that DejaVu Sans lacks.

    It reads all fonts, which takes up to a second; so only when a name first needs it.
    """
    own, found = get_font(own_face()[0]).get_charmap(), {}
    for entry in sorted(plain_fonts(), key=lambda entry: ("Sans" not in entry.name, entry.name)):
        for code in FT2Font(entry.fname, face_index=entry.index).get_charmap():
            if code not in own:
                found.setdefault(code, entry)
    return found


def plain_fonts():
    """Return of each installed family the font that matplotlib takes for its name alone."""

    def distance(entry):
        return (
            fontManager.score_style(entry.style, "normal")
            + fontManager.score_weight(entry.weight, "normal")
            + fontManager.score_stretch(entry.stretch, "normal")
        )

    plain = {}
    for entry in sorted(fontManager.ttflist, key=distance):  # of equal ones the first, as there
        if not any(word in entry.name for word in UNFIT) and Path(entry.fname).exists():
            plain.setdefault(entry.name, entry)
    return plain.values()


def lacking(text):
    """Return the characters of a text that no font here has, each once.

    >>> lacking("height, η, ±")
    ''
    """
    return "".join(c for c in dict.fromkeys(text) if find_face(c) is None)


def families(text):
    """Return the names of the fonts that a text needs, the kit's own first.

    >>> families("height, η, ±")
    ['DejaVu Sans']
    """
    faces = {c: find_face(c) for c in text if c.isprintable()}
    others = [other_fonts()[ord(c)].name for c in faces if faces[c] not in (None, own_face())]
    return list(dict.fromkeys([OWN, *others]))


def in_faces(text, weight="normal"):
    """Split a text where the font changes; yield each piece with its font."""
    for face, piece in groupby(text, lambda c: find_face(c, weight) or own_face(weight)):
        yield "".join(piece), face


def width(text, size=100):
    """Return how wide a text is, in units of its font size.

    >>> 3.9 < width("learning") < 4.4
    True
    """
    pieces = in_faces(text)
    return sum(load_font(face, size, 72).getlength(piece) for piece, face in pieces) / size
