"""The lessons as they came: kept where nobody saves over them, and brought back on demand.

`tools/notebooks.py keep` puts them there when the kit is set up.
"""

import re
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
KEPT = Path(sys.prefix, "share", "knobs", "notebooks")
LESSON = re.compile(r"(\d\d)_(\w+)")
HOW = """\
start.fresh_copy("{0}") brings lesson {0} back as it came.
What you made of it stays beside it, under another name.
Lessons: {1}"""


def fresh_copy(lesson=None):
    """Bring a lesson of this folder back as it came; yours is kept beside it under another name.

    Parameters: lesson, its number or its name; None tells how, and which lessons there are.
    Raises: ValueError if there is no such lesson; FileNotFoundError if its original is not kept.
    """
    if lesson is None:
        print(HOW.format("03", numbers(lessons_in(NOTEBOOKS))))
        return
    name = find(lesson, [*sorted(lessons_in(KEPT)), *sorted(lessons_in(NOTEBOOKS))])
    yours, original = Path.cwd() / f"{name}.ipynb", KEPT / f"{name}.ipynb"
    if not original.exists():
        raise FileNotFoundError(
            f"no original of {name} is kept in {KEPT}: put one into the kit's notebooks folder, "
            "and run ./postBuild there"
        )
    fresh = original.read_bytes()
    if yours.exists():
        if yours.read_bytes() == fresh:
            print(f"{name} is as it came: there is nothing to do.")
            return
        print(f"Yours is kept as: {set_aside(yours)}")
    yours.write_bytes(fresh)
    print(f"As it came again: {yours.name}")
    print("Is it open in a tab? Close that tab and open it again; if asked, choose Revert.")


def lessons_in(folder):
    """Return the names of the lessons in a folder, without copies and other notebooks."""
    return {path.stem for path in folder.glob("*.ipynb") if LESSON.fullmatch(path.stem)}


def find(lesson, names):
    """Return the name that is meant: by 3, "03", "learning_rate" or "03_learning_rate"."""
    wanted = str(lesson).removesuffix(".ipynb")
    for name in names:
        number, word = LESSON.fullmatch(name).groups()
        if wanted in (name, word) or (wanted.isdigit() and wanted.zfill(2) == number):
            return name
    raise ValueError(f"lesson must be one of {numbers(names)}, or a name, got {lesson!r}")


def numbers(names):
    return ", ".join(sorted({name[:2] for name in names}))


def set_aside(path):
    """Copy a file to a name beside it that nothing has yet, and return that name."""
    when = f"{datetime.now():%Y-%m-%d %H.%M}"
    for number in count(1):
        again = f", {number}" if number > 1 else ""
        copy = path.with_name(f"{path.stem} (mine, {when}{again}){path.suffix}")
        try:
            with copy.open("xb") as file:
                file.write(path.read_bytes())
        except FileExistsError:
            continue
        return copy.name
