"""Programs of runs, written and run as whoever takes them away would."""

import contextlib
import io
import subprocess
import sys

import numpy as np

from lessons.programs import program, samples_of, write_samples
from lessons.programs.text import WIDTH


def losses_of(text):
    """What a program leaves in `train_loss`, run in a namespace of its own."""
    names = {"__name__": "program"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "program.py", "exec"), names)
    assert isinstance(names["train_loss"], list)
    return np.array(names["train_loss"])


def written(run, split, kind, folder):
    """A program with its numbers in it, or where they are too many, in a file beside it."""
    try:
        return program(run, split, kind)
    except ValueError as error:
        assert "name a file" in str(error)
    write_samples(folder / "samples.npz", samples_of(run, split, kind))
    return program(run, split, kind, str(folder / "samples.npz"))


def assert_same_losses(found, run, rtol, atol=1e-12):
    """Whether a program's losses are those of the run, missing ones included."""
    expected = run.train_loss
    assert found.shape == expected.shape
    assert np.array_equal(np.isfinite(found), np.isfinite(expected))
    finite = np.isfinite(expected)
    assert np.allclose(found[finite], expected[finite], rtol=rtol, atol=atol)


def check_clean(texts, folder):
    """Programs fit the page, and ruff finds nothing in them with its own settings."""
    for number, text in enumerate(texts):
        assert max(map(len, text.splitlines())) <= WIDTH
        (folder / f"program_{number}.py").write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--isolated"], ["format", "--isolated", "--check"]):
        done = subprocess.run([*ruff, *command, "."], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-2000:]
