"""Whether this machine can compile.

The fast engine needs a compiler, Numba; the readable engine does not. Numba may be missing, or be
there and fail: when it is loaded, or when it compiles. That is no error of whoever trains: the kit
goes on without, and `trouble.py` keeps why.
"""

from functools import cache

from lessons.trouble import can_compile, cannot_compile


def has_numba():
    """Return whether the fast engine can be used here, as far as is known."""
    return loads() and can_compile()


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
