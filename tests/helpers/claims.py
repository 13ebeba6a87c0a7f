"""The claims: sentences of lessons that say what runs do, each with the test that tried it."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
MARK = "pytest.mark.claim"
LETTERS = {"eta": "η", "lambda": "λ", "gamma": "γ", "beta": "β", "sigma": "σ", "mu": "μ"}
PAGE = ROOT / "docs" / "claims.md"


@dataclass(frozen=True)
class Claim:
    """A sentence of a lesson and its test, marked `@pytest.mark.claim(word, sentence)`."""

    word: str
    sentence: str
    test: str
    experiment: str | None
    reports: bool
    seeds: int


def declared():
    """Return the claims of all files of tests."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    # Most have none, and take seconds to be parsed.
    return [claim for path in files if MARK in path.read_text() for claim in claims_in(path)]


def claims_in(path):
    """Yield the claims of one file, read from its source: nothing is run."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == MARK:
                    word, sentence = map(ast.literal_eval, decorator.args)
                    reports = "measured" in {argument.arg for argument in node.args.args}
                    seeds = [ast.literal_eval(keyword.value) for keyword in decorator.keywords]
                    experiment = ast.get_docstring(node)
                    yield Claim(word, sentence, node.name, experiment, reports, *(seeds or [20]))


def lesson_path(word):
    """Return the notebook of a lesson, from its word."""
    (path,) = (ROOT / "notebooks").glob(f"[0-9][0-9]_{word}.ipynb")
    return path


@cache
def lesson_text(word):
    """Return all that a lesson says: its text, its questions with their replies, its panels."""
    cells = nbformat.read(lesson_path(word), 4).cells
    said = [cell.source for cell in cells]
    for path in sorted((ROOT / "widgets" / word).glob("*.py")):
        tree = ast.parse(path.read_text())
        said += [node.value for node in ast.walk(tree) if is_text(node)]
    return plain("\n\n".join(said))


@cache
def on_the_page():
    """Return the sentences that docs/claims.md has, without markup."""
    rows = [row for row in PAGE.read_text().splitlines() if row.startswith("| ")]
    return {plain(row.removeprefix("| ").split(" | ")[0]) for row in rows} - {"sentence"}


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def plain(text):
    r"""Return a text without markup, with single spaces.

    >>> plain("So a **step** is\nstable if [here](x.md) $\\eta < 2$.")
    'So a step is stable if here η < 2.'
    """
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    for name, letter in LETTERS.items():
        text = re.sub(rf"\\{name}(?![a-z])", letter, text)
    return " ".join(re.sub(r"\\,|[*_`$\\{}]", "", text).split())
