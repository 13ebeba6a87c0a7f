"""Numbers as people write them: 1234.5 or 1,234.5 or 1.234,5 or 1 234,5.

The decimal mark is a point or a comma; the other one may stand between thousands, and so may a
blank or an apostrophe.
"""

import re

import numpy as np

from lessons.checks import require

OTHER = {".": ",", ",": "."}
BETWEEN = {mark: set(" \u00a0\u2009\u202f'’" + OTHER[mark]) for mark in OTHER}

DIGITS = set("+-−0123456789")


def spelling(mark):
    """Return the pattern of all numbers with this decimal mark."""
    plain = rf"(?:\d+(?:[{mark}]\d*)?|[{mark}]\d+)(?:e[+-]?\d+)?"
    between = "".join(sorted(BETWEEN[mark]))
    grouped = rf"[1-9]\d{{0,2}}([{between}])\d{{3}}(?:\1\d{{3}})*(?:[{mark}]\d*)?"
    return re.compile(rf"[+−-]?(?:{plain}|{grouped}|inf(?:inity)?)", re.ASCII | re.IGNORECASE)


SPELLINGS = {mark: spelling(mark) for mark in OTHER}


def numbers(words, mark):
    """Return what the words spell with this decimal mark, or None if one of them is no number.

    They are integers if no word has a decimal mark or an exponent.

    >>> numbers(["1.234,5", "2"], ",").tolist(), numbers(["1 234", "2"], ",").tolist()
    ([1234.5, 2.0], [1234, 2])
    >>> numbers(["1.234,5", "2"], ".")
    """
    characters = set("".join(words))
    usual = DIGITS | {mark, "e", "E"}
    # float would read 1_000, too; where all characters are usual, it reads what the pattern does
    if not characters <= usual and not all(map(SPELLINGS[mark].fullmatch, words)):
        return None
    for character in BETWEEN[mark] & characters:
        words = [word.replace(character, "") for word in words]
    for character, python in {",": ".", "−": "-"}.items():
        if character in characters - BETWEEN[mark]:
            words = [word.replace(character, python) for word in words]
    whole = characters - BETWEEN[mark] <= DIGITS and max(map(len, words)) < 20
    try:
        values = list(map(int if whole else float, words))
        return np.array(values, dtype=np.int64 if whole else np.float64)
    except ValueError:
        return None
    except OverflowError:  # more than 64 bits
        return np.array(values, dtype=np.float64)


def is_number(word):
    """Return whether it is a number with one decimal mark or the other."""
    return any(pattern.fullmatch(word) for pattern in SPELLINGS.values())


def readings(name, words):
    """Return the numbers that the words spell, by decimal mark: none, one reading, or two.

    Raises: ValueError if every word is a number, but some with one mark, some with the other.
    """
    found = {mark: numbers(words, mark) for mark in OTHER if words}
    found = {mark: values for mark, values in found.items() if values is not None}
    if words and not found and all(map(is_number, words)):
        odd = {mark: min(w for w in words if not SPELLINGS[mark].fullmatch(w)) for mark in OTHER}
        allowed = "have one decimal mark in all its numbers"
        require(False, f"column {name!r}", allowed, f"{odd[',']!r} and {odd['.']!r}")
    return found


def decimal_marks(columns, separator):
    """Return the decimal mark of each column of numbers.

    1.5 can be read in one way, 1.234 in two. What can be read in two follows the other columns of
    the table. If those show nothing, 1.234 is 1.234 as in Python, except in a file whose columns
    are separated by something other than commas: there the comma may be the decimal mark.

    Parameters: columns, a dict from names to `(words, readings(name, words))`; separator, as in
    `Source`.
    Raises: ValueError that names a column that can be read in two ways.

    >>> columns = {name: ([word], readings(name, [word])) for name, word in
    ...            {"size": "1.234", "price": "2,50"}.items()}
    >>> decimal_marks(columns, ";")
    {'size': ',', 'price': ','}
    """
    shown = {mark for _, found in columns.values() if len(found) == 1 for mark in found}
    return {
        name: settle(name, words, found, shown, separator)
        for name, (words, found) in columns.items()
    }


def settle(name, words, found, shown, separator):
    if len(found) == 1:
        return min(found)
    marked = set("".join(words)) & set(OTHER)
    if not marked:
        return "."
    if len(shown) == 1:
        return min(shown)
    if marked == {"."} and not shown and separator in (None, ","):
        return "."
    i = next(i for i, word in enumerate(words) if marked & set(word))
    point, comma = found["."][i], found[","][i]
    raise ValueError(
        f"column {name!r} must hold numbers that can be read in one way only, got {words[i]!r}, "
        f"which is {point} or {comma}: say pandas.read_csv(path, decimal=..., thousands=...) and "
        "pass the DataFrame"
    )


def foreign_example(words, mark):
    """Return the first word that Python would not read as a number so, or None."""
    foreign = (BETWEEN[mark] | {"−", mark} - {"."}) & set("".join(words))
    return next((word for word in words if foreign & set(word)), None) if foreign else None
