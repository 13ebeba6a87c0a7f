"""What is compiled is kept on disk: found again, never mistaken, and no disk stops a training."""

import errno
import importlib
import pkgutil
import shutil
from collections import Counter
from pathlib import Path

import pytest
from reference import run_python

from lessons import trouble as troubles
from lessons.compiler import has_numba
from lessons.trouble import trouble

numba = pytest.importorskip("numba", exc_type=ImportError)
kernels, compiling = (importlib.import_module(f"lessons.kernels{n}") for n in ("", ".compiling"))

PARTS = [part.name for part in pkgutil.iter_modules(kernels.__path__)]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder for compiled code, and a record of trouble, for this test alone."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(troubles, "sentences", {})
    return tmp_path / "cache"


def triple(x):
    return 3 * x


def found(number=2):
    """Compile a small kernel, or find it on disk, as a new process does; return which it was."""
    kernel = compiling.compiled_once(triple)
    assert kernel(number) == 3 * number
    return bool(sum(kernel.stats.cache_hits.values()))


def files(cache):
    return [path for path in cache.rglob("*") if path.is_file()]


def test_it_is_found_again(cache):
    assert not found()
    assert found()
    assert len(files(cache)) == 1
    assert trouble() is None


def test_what_is_missing_can_be_supplied(cache, monkeypatch):
    calls = []

    def another_process():
        with monkeypatch.context() as there:
            there.setattr(compiling.Kept, "supply", None)
            calls.append(found())

    monkeypatch.setattr(compiling.Kept, "supply", another_process)
    assert found()
    assert found()
    assert calls == [False]
    assert trouble() is None


def test_what_is_not_supplied_is_compiled_here(cache, monkeypatch):
    monkeypatch.setattr(compiling.Kept, "supply", lambda: None)
    assert not found()
    assert found()
    assert trouble() is None


def test_another_type_of_number_is_another_entry(cache):
    assert not found(2)
    assert not found(2.0)
    assert found(2)
    assert found(2.0)


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (compiling, "SOURCES", "edited"),
        # Two machines that Numba calls by one name, whose vectors are not equally wide.
        (compiling, "LANES", 2),
        (numba, "__version__", "another"),
        (numba.config, "OPT", 0),
    ],
    ids=lambda value: str(value),
)
def test_what_shapes_the_code_is_part_of_its_name(cache, monkeypatch, where, name, value):
    assert not found()
    with monkeypatch.context() as changed:
        changed.setattr(where, name, value)
        assert not found()
        assert found()
    assert found()
    assert len(files(cache)) == 2


def test_another_processor_is_another_entry(cache, monkeypatch):
    codegen = type(numba.core.registry.cpu_target.target_context.codegen())
    assert not found()
    with monkeypatch.context() as changed:
        changed.setattr(codegen, "magic_tuple", lambda self: ("triple", "znver9", "+avx"))
        assert not found()
    assert found()


def test_an_edit_in_any_kernel_file_is_a_new_source(tmp_path, monkeypatch):
    folder = tmp_path / "kernels"
    shutil.copytree(kernels.__path__[0], folder)
    monkeypatch.setattr(compiling, "__file__", str(folder / "compiling.py"))
    assert compiling.sources() == compiling.SOURCES
    with (folder / "losses.py").open("a") as file:
        file.write("# an edit\n")
    assert compiling.sources() != compiling.SOURCES


def cut_short(content):
    return content[: len(content) // 2]


def zeros_at_the_end(content):
    return content[:-500] + bytes(500)


def one_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("spoil", [cut_short, zeros_at_the_end, one_bit, lambda content: b""])
def test_a_spoiled_file_is_compiled_and_written_anew(cache, spoil):
    found()
    (file,) = files(cache)
    file.write_bytes(spoil(file.read_bytes()))
    assert not found()
    assert found()
    assert files(cache) == [file]


def test_a_file_that_cannot_be_read_is_compiled_anew(cache):
    found()
    (file,) = files(cache)
    file.unlink()
    file.mkdir()
    assert not found()
    assert "IsADirectoryError" in trouble()


def test_a_disk_that_is_full_keeps_nothing_and_stops_nobody(cache, monkeypatch):
    def write_half(path, data):
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    assert not found()
    assert not found()
    assert files(cache) == []
    assert trouble().startswith("The fast engine is compiled anew (about 20 seconds) whenever ")
    assert "No space left on device" in trouble()
    assert has_numba()


def test_no_folder_to_write_to_keeps_nothing_and_stops_nobody(tmp_path, cache, monkeypatch):
    # A folder inside a file can be made by nobody, not even by root.
    (tmp_path / "file").touch()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(numba.config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")
    assert not found()
    assert not found()
    assert "cannot be kept on disk" in trouble()
    assert has_numba()


def test_a_folder_that_vanishes_is_made_again(cache):
    kernel = compiling.compiled_once(triple)
    shutil.rmtree(cache)
    assert kernel(2) == 6
    assert found()


# A kernel with vectors, in a file of its own, for two processes that share a folder.
SUM = """
from lessons.kernels.compiling import compiled_once
from lessons.kernels.lanes import LANES, address, load, total, zeros

@compiled_once
def add_up(x):
    a, sums = address(x), zeros(address(x))
    for i in range(0, len(x), LANES):
        sums += load(a, i)
    return total(sums)
"""
ADD_UP = """
import numpy as np
from one_kernel import LANES, add_up
x = np.arange(4 * LANES, dtype=np.float32)
assert add_up(x) == x.sum()
print(LANES, sum(add_up.stats.cache_hits.values()))
"""


@pytest.mark.slow
def test_processes_told_to_compile_for_unlike_processors_share_nothing(tmp_path):
    (tmp_path / "one_kernel.py").write_text(SUM)
    shared = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)}
    told = [{}, {"NUMBA_CPU_NAME": "generic"}] * 2
    results = [run_python(ADD_UP, **shared, **processor) for processor in told]
    # Of a generic processor nothing is known, so its vectors are the shortest there are.
    assert results == [f"{compiling.LANES} 0", "4 0", f"{compiling.LANES} 1", "4 1"]
    assert len(files(tmp_path / "cache")) == 2


def test_no_two_compiled_functions_have_one_name():
    # Compiled by two processes and loaded by a third, one would be taken for the other.
    modules = [importlib.import_module(f"lessons.kernels.{name}") for name in PARTS]
    functions = {
        thing.py_func
        for module in (kernels, *modules)
        for thing in vars(module).values()
        if isinstance(thing, numba.core.registry.CPUDispatcher)
    }
    names = Counter((function.__module__, function.__qualname__) for function in functions)
    assert len(names) > 50
    assert [name for name, count in names.items() if count > 1] == []
