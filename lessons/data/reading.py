"""A file becomes a table of text: one row of it per row of the file, or an error that says why."""

import csv
import io
import re
import reprlib
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from lessons.checks import require
from lessons.data.encoding import decode

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class Source(NamedTuple):
    """A table, its name, what stands between its columns (None: no file), and notes."""

    name: str
    table: object
    separator: str | None
    notes: tuple


def read_table(table):
    """Return the Source of a DataFrame or of the path of a file."""
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return Source("table", table, None, ())
    ok = isinstance(table, (str, PathLike))
    require(ok, "table", "be a pandas DataFrame or the path of a CSV file", reprlib.repr(table))
    path = Path(table)
    if not path.is_file():
        raise FileNotFoundError(f"table must be an existing CSV file, got {path} (in {Path.cwd()})")
    try:
        return read_file(path)
    except (ValueError, csv.Error) as error:
        allowed = "a comma-separated file in UTF-8"
        raise ValueError(f"table must be {allowed}, got {path}: {error}") from None


def read_file(path):
    """Return the Source of a file, every cell as the text that it is."""
    import pandas as pd

    text, notes = decode(path.read_bytes())
    if said := re.match(r"sep=([,;\t|])[\r\n]", text):  # a line that Excel writes and reads
        text = text[said.end(1) :]
    separator = said[1] if said else find_separator(text)
    if separator != ",":
        notes += (f"Read the file as columns between {SEPARATORS[separator]}.",)
    names, *rows = same_width(text, separator) or [[]]
    if not names:
        raise ValueError("No columns to parse: the file is empty")
    for j, name in enumerate(names):
        if not name.strip():
            names[j] = f"column {j + 1}"
            if any(row[j].strip() for row in rows):
                notes += (f"Column {j + 1} has no name: leave it out if it only numbers the rows.",)
    return Source(path.stem, pd.DataFrame(rows, columns=names, dtype=object), separator, notes)


def find_separator(text):
    """Return what stands between the columns.

    It occurs in the line of column names. If several such characters do, then it is the one that
    cuts all lines into equally many fields.
    """
    widths = {separator: len(first_record(text, separator)) for separator in SEPARATORS}
    found = [separator for separator, width in widths.items() if width > 1]
    if len(found) > 1:
        cutting = [separator for separator in found if is_table(text, separator)]
        names = " or ".join(SEPARATORS[separator] for separator in cutting)
        if len(cutting) > 1:
            raise ValueError(
                f"its columns may be separated by {names}: say which with "
                "pandas.read_csv(path, sep=...) and pass the DataFrame"
            )
        found = cutting or [max(found, key=widths.get)]
    return found[0] if found else ","


def first_record(text, separator):
    try:
        return next(records(text, separator), (1, []))[1]
    except csv.Error:  # a quoted name that ends before something other than this separator
        return []


def is_table(text, separator):
    try:
        same_width(text, separator)
    except (ValueError, csv.Error):
        return False
    return True


def same_width(text, separator):
    """Return all records, if each has as many fields as the first one."""
    rows = []
    for line, fields in records(text, separator):
        rows.append(fields)
        if len(fields) != len(rows[0]):
            why = (
                f"line {line} has {len(fields)} fields, the line of column names has {len(rows[0])}"
            )
            if len(fields) > len(rows[0]):
                why += f" (a {separator!r} inside a value needs quotes around the value)"
            raise ValueError(why)
    return rows


def records(text, separator):
    """Yield the number of the first line and the fields of every record that is not blank."""
    # a blank between separator and quote would make the quote a part of the value
    spaced = re.search(rf'{re.escape(separator)} +"', text) is not None
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=spaced, strict=True)
    first = 1
    for fields in named_errors(reader):
        if len(fields) > 1 or any(field.strip() for field in fields):
            yield first, fields
        first = reader.line_num + 1


def named_errors(reader):
    """Go on as the reader does; its errors say in which line it was."""
    try:
        yield from reader
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: {error}") from None
