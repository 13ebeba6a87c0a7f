"""The columns of a table become numbers."""

from lessons.checks import require
from lessons.data.notation import is_number

MAX_CATEGORIES = 10  # a text column with more values than this is a name or a remark


def drop_missing(table, target):
    """Leave out columns of gaps and at most one value, then the rows that still miss a value.

    Returns: the rows and the notes.
    """
    missing = table.isna()
    values = table.loc[:, missing.any()].drop(columns=target, errors="ignore").nunique()
    notes = ()
    for number, what in ((0, "empty columns"), (1, "columns with a single value and gaps")):
        names = list(values.index[values == number])
        notes += (f"Dropped {what}: {', '.join(map(str, names))}.",) if names else ()
        table, missing = table.drop(columns=names), missing.drop(columns=names)
    count = missing.sum()
    gaps = ", ".join(f"{name}: {count[name]}" for name in table if count[name])
    if not gaps:
        return table, notes
    rows = table[~missing.any(axis=1)]
    hint = name_the_culprits(missing, target)
    require(len(rows) > 0, "table", "have rows that miss no value", f"none ({gaps}){hint}")
    ok = rows[target].nunique() > 1 or table[target].nunique() == 1
    allowed = "have more than one value in the rows that miss none"
    require(ok, f"target {target!r}", allowed, f"only {rows[target].iloc[0]!r} ({gaps}){hint}")
    dropped = f"Dropped {len(table) - len(rows)} of {len(table)} rows with missing values ({gaps})"
    return rows, (*notes, f"{dropped}{hint}.")


def name_the_culprits(missing, target):
    """Return what to leave out, if most rows are lost and few columns are to blame."""
    half, left = len(missing) / 2, (~missing.any(axis=1)).sum()
    gaps = missing.drop(columns=target).sum()
    if left >= half or not len(gaps):
        return ""
    worst, mostly_empty = [gaps.idxmax()], list(gaps.index[gaps > half])
    for names, enough in ((worst, half), (mostly_empty, left)):
        kept = (~missing.drop(columns=names).any(axis=1)).sum()
        if kept > enough and len(names) < len(gaps):
            what = f"leave out {', '.join(map(str, names))} (table.drop(columns={names}))"
            return f": {what} to keep {kept} rows"
    return ""


def numeric_columns(table):
    """Return the features as columns of numbers, and the notes."""
    import pandas as pd

    kept, constant, refused, notes = [], [], [], ()
    for name, column in table.items():
        kind, values = column.dtype.kind, column.nunique()
        if kind in "mMc":
            refused.append(f"{name!r} ({column.dtype})")
        elif values == 1:
            constant.append(str(name))
        elif kind in "biuf":
            kept.append(column)
        elif values <= MAX_CATEGORIES:
            kept.append(pd.get_dummies(column, prefix=str(name), prefix_sep="="))
            notes += (f"Turned column {name!r} into {values} columns of 0 and 1, one per value.",)
        else:
            refused.append(f"{name!r} ({values} different texts, such as {an_odd_one(column)!r})")
    if constant:
        notes += (f"Dropped columns with a single value: {', '.join(constant)}.",)
    usable = f"be numbers, or text with at most {MAX_CATEGORIES} different values"
    hint = ": leave such columns out (table.drop(columns=[...])) or make numbers of them"
    require(not refused, "feature columns", usable, ", ".join(refused) + hint)
    require(kept, "table", "have a feature column that varies", "none")
    return pd.concat(kept, axis=1), notes


def an_odd_one(column):
    """Return the first text that is no number: it is why the column is none of numbers."""
    return next(word for word in column if not is_number(word))
