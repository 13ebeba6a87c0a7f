"""What went wrong with the compiler, in one sentence.

A Numba that cannot be loaded, cannot compile, or cannot keep on disk what it compiled is no error
of whoever trains. The sentence is for those who show it: the panels, the check of lesson 00 and
`python -m widgets.warm`.
"""

import textwrap

# The first sentence of each kind.
sentences = {}


def can_compile():
    """Return whether nothing has gone wrong with compiling so far."""
    return "compile" not in sentences


def cannot_compile(error):
    """Do without the fast engine from now on, and keep why."""
    sentences.setdefault(
        "compile",
        "Trainings take longer here, for the fast engine cannot be compiled and the readable one "
        f"does its work: {in_words(error)}.",
    )


def cannot_keep(error):
    """Keep why compiled code is not found again by the next process."""
    sentences.setdefault(
        "keep",
        "The fast engine is compiled anew (about 20 seconds) whenever a notebook starts, for it "
        f"cannot be kept on disk: {in_words(error)}.",
    )


def in_words(error):
    """Return an exception in one line that is not too long.

    >>> in_words(OSError("libllvm cannot be loaded."))
    'OSError: libllvm cannot be loaded'
    """
    text = textwrap.shorten(str(error), 200, placeholder=" …").rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def trouble():
    """Return what went wrong with the compiler so far, in a sentence, or None.

    That Numba is not installed is nothing wrong: there are machines that it is not made for.
    """
    return sentences.get("compile") or sentences.get("keep")
