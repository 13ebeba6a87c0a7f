"""A CSV file becomes a DataFrame."""

import reprlib
from os import PathLike
from pathlib import Path

from lessons.checks import require


def read_table(table):
    """Return name and DataFrame of a DataFrame or of a CSV file."""
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return "table", table
    ok = isinstance(table, (str, PathLike))
    require(ok, "table", "be a pandas DataFrame or the path of a CSV file", reprlib.repr(table))
    path = Path(table)
    if not path.is_file():
        raise FileNotFoundError(f"table must be an existing CSV file, got {path} (in {Path.cwd()})")
    try:
        # pandas renames the second of two equal column names without a word: look first
        header = pd.read_csv(path, header=None, nrows=1, dtype=str).iloc[0].dropna()
        check_unique(header)
        # whole columns at once, so that the type of one never depends on where a chunk ends
        return path.stem, pd.read_csv(path, low_memory=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        allowed = "a comma-separated file in UTF-8"
        raise ValueError(f"table must be {allowed}, got {path}: {str(error).strip()}") from None


def check_unique(names):
    twice = ", ".join(sorted({str(name) for name in names[names.duplicated()]}))
    require(not twice, "table", "have no repeated column names", f"{twice} more than once")
