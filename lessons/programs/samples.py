"""The samples of a run, as the text of a program, or in a file beside it."""

import numpy as np

from lessons.data import DATASETS
from lessons.programs.text import block, literal, wrapped

# More than so many characters of numbers nobody would scroll past.
MOST_TEXT = 20_000
PARTS = "X_train", "y_train", "X_val", "y_val", "X_test", "y_test"


def from_recipe(split):
    """Return whether the split is what its recipe gives, or the first training samples of that.

    >>> from dataclasses import replace
    >>> from lessons import data
    >>> split = data.moons(n=20)
    >>> from_recipe(split), from_recipe(replace(split, X_train=split.X_train + 1))
    (True, False)
    """
    if split.recipe is None or split.name not in DATASETS:
        return False
    drawn = {part: getattr(recipe_of(split), part) for part in PARTS}
    for part in ("X_train", "y_train"):
        drawn[part] = drawn[part][: len(split.X_train)]
    return all(np.array_equal(drawn[part], getattr(split, part)) for part in PARTS)


def recipe_of(split):
    """Return what the recipe of a split gives."""
    return DATASETS[split.name](**split.recipe)


def write_samples(path, arrays):
    """Write arrays to a `.npz` file, never as pickle."""
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def samples_text(arrays, file=None):
    """Return lines that make the arrays: from the numbers themselves, or from a file.

    Parameters: arrays, by name; file, the name of a file that `write_samples` wrote, or None.
    Raises: ValueError for numbers that would be too much text.
    """
    if file is not None:
        names = [f'    {name} = samples["{name}"]' for name in arrays]
        return block(f"with np.load({literal(str(file))}) as samples:", *names)
    text = "\n".join(array_text(name, array) for name, array in arrays.items())
    if len(text) > MOST_TEXT:
        raise ValueError(
            f"the numbers of this run would be {len(text):,} characters of text, and "
            f"{MOST_TEXT:,} are allowed: name a file for them, as in file='samples.npz'"
        )
    return text


def array_text(name, array):
    """Return lines that make an array, whose numbers come back to the last bit.

    >>> array_text("X", np.float32([[0.5, 1], [2, 3]])).splitlines()[1::2]
    ['0.5 1.0 2.0 3.0', 'X = np.array(X_text.split(), np.float32).reshape(-1, 2)']
    """
    numbers = wrapped(" ".join(map(str, array.ravel())))
    rows = f".reshape(-1, {array.shape[1]})" if array.ndim == 2 else ""
    made = f"{name} = np.array({name}_text.split(), np.{array.dtype}){rows}"
    return f'{name}_text = """\n{numbers}\n"""\n{made}'


def digits_text(recipe, sizes, validation):
    """Return lines that load scikit-learn's digits and share them out as `data.digits` does.

    Parameters: recipe, of the split; sizes, of its test and validation parts, > 0; validation,
    whether the program needs that part.
    """
    return block(
        "scans = load_digits()",
        "rows = np.arange(len(scans.target))",
        "# First the test set is taken away, then the validation set; the rest is for training.",
        f"states = np.random.SeedSequence({recipe['seed']}).generate_state(2).tolist()",
        f"for size, state in zip({sizes}, states):",
        "    rows, apart = train_test_split(",
        "        rows, test_size=size, random_state=state, stratify=scans.target[rows]",
        "    )",
        "X = (scans.data[rows] / 16).astype(np.float32)",
        "y = scans.target[rows]",
        validation and "X_val = (scans.data[apart] / 16).astype(np.float32)",
        validation and "y_val = scans.target[apart]",
    )
