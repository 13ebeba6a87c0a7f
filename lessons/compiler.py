"""Whether this machine can compile: the fast engine needs Numba, the readable one does not."""

from functools import cache


@cache
def has_numba():
    """Return whether Numba can be imported here."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True
