"""Columns of text: each holds numbers, truth values or words, and some cells hold nothing."""

import numpy as np

from lessons.data.notation import decimal_marks, foreign_example, is_number, readings

# What people write where there is no value, in small letters. Among numbers it is a gap; among
# words it may be a word like others: NA is Namibia, None is a kind of fence.
GAP_WORDS = r"""
? ?? - -- --- – — . .. ... * / \n na n/a n.a. n.a #n/a #na <na> nan -nan nat none null (null) nil
unknown unk missing #null! #div/0! #value! #ref! #name? #num! 1.#ind -1.#ind 1.#qnan -1.#qnan
"""
GAPS = frozenset(GAP_WORDS.split()) | {"#n/a n/a", "not available", "no data"}
TRUTH = {"true": True, "false": False}


class Text:
    """A column of text: what stands in its cells, without blanks around it, and what that means.

    Attributes:
        empty: one per row, whether the cell is empty.
        words: what stands in the others.
        padded: whether there were blanks around some words.
        only_text: whether no cell holds anything else, such as Python's own numbers.
        gaps: the different words that stand for a missing value.
        spelled: the words that do not.
        kind: "nothing", "truth", "numbers" or "words".
        readings: of numbers, their values by decimal mark.
    """

    def __init__(self, name, column):
        self.empty = column.isna().to_numpy(copy=True)
        cells = column[~self.empty].astype(object).tolist()
        self.only_text = all(issubclass(kind, str) for kind in set(map(type, cells)))
        words = list(map(str.strip, map(str, cells)))
        self.padded = words != cells and any(
            word and word != str(cell) for word, cell in zip(words, cells, strict=True)
        )
        if "" in words:
            self.empty[~self.empty] = [not word for word in words]
            words = [word for word in words if word]
        self.words = self.spelled = words
        self.gaps = set()
        self.readings = readings(name, words)
        if not self.readings:
            self.gaps = {word for word in set(words) if word.casefold() in GAPS}
        if self.gaps:
            self.spelled = [word for word in words if word not in self.gaps]
            self.readings = readings(name, self.spelled)
        if self.readings:
            self.kind = "numbers"
        elif not self.spelled:
            self.kind = "nothing"
        elif all(word.casefold() in TRUTH for word in set(self.spelled)):
            self.kind = "truth"
        else:
            self.kind = "words"

    def read(self, mark):
        """Return the cells as numbers, truth values or words, and those that hold nothing."""
        there = ~self.empty
        if self.kind == "words":
            return fill(there, self.words, object)
        if self.gaps:
            there[there] = [word not in self.gaps for word in self.words]
        if self.kind == "truth":
            return fill(there, [TRUTH[word.casefold()] for word in self.spelled], "boolean")
        values = self.readings[mark] if self.kind == "numbers" else []
        whole = self.kind == "numbers" and values.dtype == np.int64
        return fill(there, values, "Int64" if whole else np.float64)

    def value(self, word, mark):
        """Return the number that one of the words is."""
        return self.readings[mark][self.spelled.index(word)]

    def odd_one(self):
        """Return the word that is no number, if most of the different ones are, or None."""
        different = set(self.spelled)
        others = [word for word in different if not is_number(word)]
        return min(others) if 2 * len(others) < len(different) else None


def fill(there, values, dtype):
    """Return a column with the values where `there` says so, and nothing elsewhere."""
    import pandas as pd

    column = pd.Series(pd.NA if dtype in ("Int64", "boolean") else np.nan, range(len(there)), dtype)
    column[there] = values
    return column


def read_text(table, separator):
    """Return the table with its columns of text read as what they spell, and notes.

    What a column is does not depend on its gaps, nor on the rows that other columns' gaps cost.

    Parameters: table, a DataFrame; separator, what stood between its columns in a file, or None.
    """
    import pandas as pd

    texts = {
        name: Text(name, column)
        for name, column in table.items()
        if column.dtype.kind not in "biufmMc"
    }
    found = {name: text for name, text in texts.items() if text.readings}
    # Python's own numbers have a point, which says nothing about how others were written
    marks = {name: min(text.readings, key=".,".index) for name, text in found.items()}
    written = {name: (t.spelled, t.readings) for name, t in found.items() if t.only_text}
    marks |= decimal_marks(written, separator)
    read = {name: text.read(marks.get(name)) for name, text in texts.items()}
    columns = {name: read.get(name, column) for name, column in table.items()}
    return pd.DataFrame(columns, index=table.index), explain(texts, marks, separator)


def explain(texts, marks, separator):
    """Return sentences about what was taken for what."""
    notes = ()
    if separator is None:
        notes += tuple(
            f"Read the text in column {name!r} as numbers."
            for name, text in texts.items()
            if text.kind == "numbers" and text.only_text
        )
    foreign = [
        f"{word!r} as {texts[name].value(word, mark)} ({name})"
        for name, mark in marks.items()
        if (word := foreign_example(texts[name].spelled, mark))
    ]
    words = {name: text for name, text in texts.items() if text.kind == "words"}
    gaps = [listed(text, name) for name, text in texts.items() if text.gaps and name not in words]
    taken = [listed(text, name) for name, text in words.items() if text.gaps]
    mixed = [f"{odd!r} ({name})" for name, text in words.items() if (odd := text.odd_one())]
    padded = [str(name) for name, text in words.items() if text.padded]
    for beginning, what in (
        ("Read numbers as they are written elsewhere: ", foreign),
        ("Taken as missing values: ", gaps),
        ("Taken as words, not as missing values: ", taken),
        ("Taken as words, for not all of them are numbers: ", mixed),
        ("Cut off the blanks around the texts of: ", padded),
    ):
        notes += (f"{beginning}{', '.join(what)}.",) if what else ()
    return notes


def listed(text, name):
    return f"{', '.join(map(repr, sorted(text.gaps)))} ({name})"
