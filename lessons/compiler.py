"""Whether this machine can compile and, if not, why.

The fast engine needs a compiler, Numba; the readable engine does not. Numba may be missing, or be
there and fail: when it is loaded, when it compiles, when it keeps on disk what it compiled. None of
that is an error of whoever trains: the kit goes on without, and keeps one sentence about it for
those who show it, which are the panels, the check of lesson 00 and `python -m widgets.warm`.
"""

import textwrap
from functools import cache

# The first sentence of each kind.
sentences = {}


def has_numba():
    """Return whether the fast engine can be used here, as far as is known."""
    return loads() and "compile" not in sentences


@cache
def loads():
    """Return whether the kernels can be imported; that loads Numba."""
    try:
        import lessons.kernels  # noqa: F401
    except Exception as error:  # a library may fail to load in any way
        missing = isinstance(error, ModuleNotFoundError) and error.name == "numba"
        if not missing:
            cannot_compile(error)
        return False
    return True


def works(kernel, *arguments):
    """Call compiled code, which is compiled now if it was not yet; return whether that worked."""
    try:
        kernel(*arguments)
    except Exception as error:  # a compiler may fail in any way; the code itself raises nothing
        cannot_compile(error)
        return False
    return True


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
