"""Programs: a run that was shown, as text that makes it again.

    text = program(run, split, "numpy")

Whoever adds an optimizer, a loss or an activation adds its line to the programs, too.
"""

from lessons.checks import one_of
from lessons.programs.facts import Facts
from lessons.programs.keras_program import keras_program
from lessons.programs.kit import kit_numbers, kit_program
from lessons.programs.numpy_program import numpy_program
from lessons.programs.samples import write_samples
from lessons.programs.shared import numbers
from lessons.programs.sklearn_program import sklearn_program
from lessons.programs.torch_program import torch_program

__all__ = ["PROGRAMS", "program", "samples_of", "write_samples"]

PROGRAMS = {
    "kit": kit_program,
    "numpy": numpy_program,
    "torch": torch_program,
    "sklearn": sklearn_program,
    "keras": keras_program,
}


def program(run, split, kind, file=None):
    r"""Return a program that makes a run again, as text; it leaves its losses in `train_loss`.

    Parameters: run, a Run that was trained from the weights of its seed; split, what it was trained
    on; kind, "kit" (a few lines with `lessons.train`), "numpy" or "torch" (programs of their own),
    or "sklearn" or "keras", whose programs only come near, and say where they differ; file, the
    name of a `.npz` file beside the program from which it takes its numbers, or None: then they
    stand in it.
    Raises: ValueError for another kind, for a knob that such a library does not have, and for
    numbers that would be too much text.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=100)
    >>> run = train(TrainConfig(learning_rate=0.3), split)
    >>> print(*program(run, split, "kit").splitlines()[4:8], sep="\n")
    split = data.moons(n=100, noise=0.1, seed=0)
    config = TrainConfig(learning_rate=0.3)
    run = train(config, split)
    train_loss = run.train_loss.tolist()
    """
    one_of(PROGRAMS)("kind", kind)
    return PROGRAMS[kind](Facts(run, split, file))


def samples_of(run, split, kind):
    """Return the numbers of a program, arrays by name: what its file has to hold."""
    one_of(PROGRAMS)("kind", kind)
    return (kit_numbers if kind == "kit" else numbers)(Facts(run, split))
