"""How the kernels are compiled, and how they are kept on disk."""

import hashlib
from pathlib import Path

from numba import config, njit

# Products and sums may be fused; nothing is reordered, so NaN and infinity keep their meaning.
OPTIONS = {"fastmath": {"contract"}, "nogil": True, "error_model": "numpy"}

if config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and the kernels run only when compiled")


def compiled(function):
    """Compile for the callers in this folder."""
    return njit(**OPTIONS)(function)


def compiled_once(function):
    """Compile on first use and keep the result on disk, where a disk can be written."""
    try:
        return njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        return compiled(function)


def sources():
    """Return a number that changes when any file of this folder does.

    Numba's cache notices edits in the file of a function, and not in what that function calls. But
    it looks at the variables that a function takes from the function around it: this is one.
    """
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
