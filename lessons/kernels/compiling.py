"""How the kernels are compiled, and how they are kept on disk."""

import pickle
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import numba
from numba import config, njit
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

from lessons.kernels.lanes import LANES
from lessons.trouble import cannot_keep

# Products and sums may be fused; nothing is reordered, so NaN and infinity keep their meaning.
OPTIONS = {"fastmath": {"contract"}, "nogil": True, "error_model": "numpy"}

# Bytes of a digest.
SEAL = sha256().digest_size

if config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and the kernels run only when compiled")


def compiled(function):
    """Compile for the callers in this folder."""
    return njit(**OPTIONS)(function)


def compiled_with(inner):
    """Compile a loop around a compiled function, for the callers in this folder.

    It is called after that function. Loops of one name would be told apart by numbers that count
    what a process has compiled: two files on the disk that were compiled by two processes would
    take each other's loops, where both are loaded, for their own.
    """

    def decorate(loop):
        loop.__qualname__ += f".{inner.__name__}"
        return compiled(loop)

    return decorate


def compiled_once(function):
    """Compile on first use and keep the result on disk, where a disk can be written."""
    kernel = compiled(function)
    try:
        kernel._cache = Kept(function)
    except Exception as error:  # of any folder and any file system; it is told, and one compiles
        cannot_keep(error)
    return kernel


class Kept(FunctionCache):
    """Numba's cache, which compiles where the disk fails, and has files of its own kind.

    Attributes: supply, None, or a function that is called for code that is not on the disk, and
    may put it there; of all kernels.
    """

    supply = None

    def __init__(self, function):
        super().__init__(function)
        self._cache_file = Files(Path(self.cache_path), self._impl.filename_base)

    def load_overload(self, sig, target_context):
        try:
            found = super().load_overload(sig, target_context)
            if found is None and Kept.supply:
                Kept.supply()
                found = super().load_overload(sig, target_context)
            return found
        except Exception as error:  # as above
            cannot_keep(error)
            return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except Exception as error:  # as above: a disk may be full
            cannot_keep(error)


class Files:
    """Compiled code on disk, one file for each key, which begins with a digest of the rest.

    Numba has an index of such files, and two processes that write at once can enter one's code
    under the other's key. Machines that share a folder would run code made for other processors.
    """

    def __init__(self, folder, name):
        self.folder, self.name = folder, name

    def path(self, key):
        """Return the file for a key of Numba's: signature, processor, code of the function.

        What else shapes compiled code counts as well: the sources of all that it calls, the width
        of its vectors, Numba's version, and what it was told about optimizing and checking.
        """
        shape = (key, SOURCES, LANES, numba.__version__, config.OPT, config.BOUNDSCHECK)
        return self.folder / f"{self.name}.{sha256(repr(shape).encode()).hexdigest()[:20]}"

    def load(self, key):
        """Return what was saved, or None: for nothing, and for a file that is not whole."""
        try:
            content = self.path(key).read_bytes()
        except FileNotFoundError:
            return None
        seal, data = content[:SEAL], content[SEAL:]
        return pickle.loads(data) if seal == sha256(data).digest() else None

    def save(self, key, data):
        """Write a new file and put it in place, so that nobody ever reads half of one."""
        path, data = self.path(key), dumps(data)
        new = path.with_name(f"{path.name}.{uuid4().hex}")
        try:
            new.write_bytes(sha256(data).digest() + data)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)


def sources():
    """Return a text that changes when any file of this folder does."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


# Read when they are imported: what is edited later is not what gets compiled.
SOURCES = sources()
