"""The columns of a table become numbers."""

from lessons.checks import require

MAX_CATEGORIES = 10  # a text column with more values than this is a name or a remark


def drop_missing(table, target):
    """Leave out empty columns, then the rows that still miss a value; return the notes too."""
    empty = table.columns[table.isna().all()].drop(target, errors="ignore")
    notes = (f"Dropped empty columns: {', '.join(map(str, empty))}.",) if len(empty) else ()
    table = table.drop(columns=empty)
    missing = table.isna().sum()
    gaps = ", ".join(f"{name}: {count}" for name, count in missing[missing > 0].items())
    if not gaps:
        return table, notes
    rows = table.dropna()
    require(len(rows) > 0, "table", "have rows that miss no value", f"none ({gaps})")
    dropped = len(table) - len(rows)
    return rows, (*notes, f"Dropped {dropped} of {len(table)} rows with missing values ({gaps}).")


def read_numbers(column):
    """Return the column as numbers if every value is one or spells one, otherwise None."""
    import pandas as pd

    if column.dtype.kind not in "biuf":
        column = pd.to_numeric(column.astype(str), errors="coerce")
    return None if column.isna().any() else column


def numeric_columns(table):
    """Return the features as columns of numbers, and the notes."""
    import pandas as pd

    kept, constant, refused, notes = [], [], [], ()
    for name, column in table.items():
        kind = column.dtype.kind
        if kind in "mMc":
            refused.append(f"{name!r} ({column.dtype})")
            continue
        column = column if kind in "biuf" else column.astype(str)
        numbers, values = read_numbers(column), column.nunique()
        if values == 1:
            constant.append(str(name))
        elif numbers is not None:
            kept.append(numbers)
            if kind == "O":
                notes += (f"Read the text in column {name!r} as numbers.",)
        elif values <= MAX_CATEGORIES:
            kept.append(pd.get_dummies(column, prefix=str(name), prefix_sep="="))
            notes += (f"Turned column {name!r} into {values} columns of 0 and 1, one per value.",)
        else:
            refused.append(f"{name!r} ({values} different texts, such as {column.iloc[0]!r})")
    if constant:
        notes += (f"Dropped columns with a single value: {', '.join(constant)}.",)
    usable = f"be numbers, or text with at most {MAX_CATEGORIES} different values"
    hint = ": leave such columns out (table.drop(columns=[...])) or make numbers of them"
    require(not refused, "feature columns", usable, ", ".join(refused) + hint)
    require(kept, "table", "have a feature column that varies", "none")
    return pd.concat(kept, axis=1), notes
