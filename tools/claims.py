"""Try every sentence of the lessons about runs again, and write docs/claims.md.

    make claims

A claim is a test marked `@pytest.mark.claim(lesson, sentence)`; its docstring is the experiment,
and what it found it reports through the fixture `measured`.
"""

import sys
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "helpers"))

import claims  # noqa: E402

HEAD = """# Claims: every sentence has been tried

What the lessons say about runs, and why, sentence by sentence: the experiment, how many seeds it
was tried with (each draws data, first weights and batches anew; none where nothing is drawn), and
what came out. `make claims` tries them all again and writes this page.
"""


class Page:
    """A pytest plug-in that keeps what the claims' tests report."""

    def __init__(self):
        self.rows = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.rows += [value for name, value in report.user_properties if name == "claim"]


def written(rows):
    """Return the page: one table for each lesson, in the order of the notebooks."""
    parts = [HEAD]
    order = [claim.sentence for claim in claims.declared()]
    rows = sorted(rows, key=lambda row: (claims.lesson_path(row[0]).stem, order.index(row[1])))
    for word, lesson in groupby(rows, key=lambda row: row[0]):
        number, *name = claims.lesson_path(word).stem.split("_")
        parts.append(f"\n## {number} {' '.join(name).capitalize()}\n")
        parts.append("| sentence | experiment | seeds | found |\n|---|---|---|---|")
        for (sentence, experiment, seeds), tries in groupby(lesson, key=lambda row: row[1:4]):
            figures = "; ".join(row[4] for row in tries)
            parts.append(table_row(sentence, experiment, seeds or "none", figures))
    return "\n".join(parts) + "\n"


def table_row(*cells):
    cells = [" ".join(str(cell).split()).replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    page = Page()
    failed = pytest.main(["-q", "-n", "auto", "-m", "claim", str(ROOT / "tests")], plugins=[page])
    if failed:
        sys.exit(failed)
    claims.PAGE.write_text(written(page.rows))
    print(f"{claims.PAGE.relative_to(ROOT)}: {len({row[1] for row in page.rows})} sentences")
