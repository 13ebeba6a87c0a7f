"""A trained network as a file: plain arrays, and the settings as JSON text; never pickle.

The file is an uncompressed `.npz`, which NumPy reads without this kit. Reading one executes
nothing, and takes no more memory than the file is long: every size is checked before it is read.
"""

import json
import os
import struct
import uuid
import zipfile
from dataclasses import dataclass, fields
from io import BytesIO
from math import prod
from pathlib import Path

import numpy as np

from lessons.config import TrainConfig, widths
from lessons.losses import LOSSES
from lessons.parameters import Layer, Params, parts, sizes_of

FORMAT, VERSION = "knobs network", 1
SETTINGS = "settings"
# More than any network of the kit needs; what is larger is not opened.
LARGEST = 200_000_000
LONGEST_SETTINGS = 100_000
LONGEST_LIST = 500_000
NPY_HEADER = 1_000
# The end of a zip file without a comment: what stands before the last record, which would be the
# mark of a very large file, and of that record its own mark, four counts, the length of the list
# of members, where that begins, and the length of the comment.
END = struct.Struct("<4s16x4s4H2LH")


@dataclass(frozen=True, eq=False)
class Trained:
    """A network that was loaded. Attributes: config and params, as of the Run that was saved."""

    config: TrainConfig
    params: Params


def save(path, config, params):
    """Write a trained network to a file, whole or not at all.

    Parameters: path, where; a file that is there is replaced in one moment, when all of the new
    one is on the disk. config and params, as of a Run.
    Raises: ValueError for settings that are functions, and for parameters that are not finite.
    """
    path = Path(path)
    settings = {
        "format": FORMAT, "version": VERSION, "sizes": sizes_of(params),
        "config": {field.name: plain(field.name, getattr(config, field.name))
                   for field in fields(config)},
    }  # fmt: skip
    arrays = named(params)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite to be saved, got NaN or inf")
    text = np.frombuffer(json.dumps(settings, indent=1).encode(), np.uint8)
    # Not one of tempfile's, which only its owner can read.
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with draft.open("xb") as file:
            np.savez(file, **{SETTINGS: text}, **arrays)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def plain(name, value):
    """Return a setting as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float | str | tuple):
        return value
    raise ValueError(f"{name} must be a name or a number to be saved, got {value!r}")


def named(params):
    """Return the arrays of all layers by name, as "layer0.W"; little-endian on every machine."""
    return {
        f"layer{depth}.{part}": np.asarray(array, array.dtype.newbyteorder("<"))
        for depth, layer in enumerate(params)
        for part, array in layer._asdict().items()
        if array is not None
    }


# --- reading ------------------------------------------------------------------------------------


def load(path):
    """Read a trained network that `Run.save` wrote.

    Returns: a Trained: `predict(trained.params, trained.config, X)` answers bit for bit what the
    run did before it was saved, for the same X.
    Raises: ValueError that says what is wrong with the file; FileNotFoundError if there is none.

    >>> import tempfile
    >>> from lessons import TrainConfig, data, predict, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=2), split)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run.save(f"{folder}/moons.npz")
    ...     trained = load(f"{folder}/moons.npz")
    >>> before = predict(run.params, run.config, split.X_test)
    >>> bool((predict(trained.params, trained.config, split.X_test) == before).all())
    True
    """
    path = Path(path)
    with path.open("rb") as file:
        check_outside(path, file)
        try:
            with zipfile.ZipFile(file) as archive:
                return read(path, archive)
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
            raise refused(path, f"it is damaged ({error})") from None


def check_outside(path, file):
    """Check what can be known without reading the list of members."""
    length = file.seek(0, os.SEEK_END)
    if length > LARGEST:
        raise refused(path, f"it has {length:,} bytes; a network has at most {LARGEST:,}")
    if length < END.size:
        raise refused(path, "it is too short to be one, or was cut off")
    file.seek(length - END.size)
    large, mark, *_, listed, _, _ = END.unpack(file.read(END.size))
    if mark != b"PK\x05\x06":
        raise refused(path, "it is no .npz file, or was cut off")
    if large == b"PK\x06\x07" or listed > LONGEST_LIST:
        raise refused(path, "it lists more arrays than a network has")
    file.seek(0)


def read(path, archive):
    """Read settings, then the arrays that these speak of."""
    members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
    if sum(member.file_size for member in archive.infolist()) > path.stat().st_size:
        raise refused(path, "its arrays would be larger than the file")
    for name, member in members.items():
        if member.compress_type != zipfile.ZIP_STORED:
            raise refused(path, f"{name!r} is compressed, which `save` never does")
    config, sizes = read_settings(path, archive, members)
    expected = expected_shapes(config, sizes)
    if members.keys() - {SETTINGS} != expected.keys():
        raise refused(path, "its arrays are not those that its settings speak of")
    found = {
        name: read_array(path, archive, members[name], shape, np.dtype(config.dtype))
        for name, shape in expected.items()
    }
    layers = [
        Layer(*[found.get(f"layer{depth}.{part}") for part in Layer._fields])
        for depth in range(len(sizes) - 1)
    ]
    return Trained(config, Params(layers, config.loss))


def read_settings(path, archive, members):
    """Return the TrainConfig and the units of every layer."""
    if SETTINGS not in members:
        raise refused(path, "it holds no settings, so it is not one of this kit's")
    member = members[SETTINGS]
    if member.file_size > LONGEST_SETTINGS:
        raise refused(path, f"its settings are {member.file_size:,} bytes long")
    text = read_numbers(path, archive, member, np.dtype(np.uint8))
    try:
        settings = json.loads(text.tobytes().decode())
        kind, version = settings["format"], settings["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise refused(path, "its settings cannot be read") from None
    if kind != FORMAT:
        raise refused(path, "it is not one of this kit's")
    if version != VERSION or isinstance(version, bool):
        raise refused(
            path, f"it has format version {version!r}, and this kit reads {VERSION}: "
            "a newer kit may have written it"
        )  # fmt: skip
    try:
        config = TrainConfig(**settings["config"])
        sizes = widths("sizes", settings["sizes"])
    except (ValueError, KeyError, TypeError) as error:
        raise refused(path, f"its settings are wrong: {error}") from None
    if len(sizes) < 2 or sizes[1:-1] != config.hidden or config.loss not in LOSSES:
        raise refused(path, "its settings contradict each other")
    return config, sizes


def expected_shapes(config, sizes):
    """Return the shape of every array that the settings speak of, by name."""
    return {
        f"layer{depth}.{part}": shape
        for depth, shapes in enumerate(parts(sizes, bool(config.batch_norm)))
        for part, shape in zip(Layer._fields, shapes, strict=False)
    }


def read_array(path, archive, member, shape, dtype):
    """Return one array of numbers, which must be finite."""
    length = prod(shape) * dtype.itemsize
    if not length < member.file_size <= length + NPY_HEADER:
        raise refused(path, f"{member.filename!r} has another size than its settings say")
    array = read_numbers(path, archive, member, dtype)
    if array.shape != shape:
        raise refused(path, f"{member.filename!r} has another shape than its settings say")
    if not np.isfinite(array).all():
        raise refused(path, f"{member.filename!r} holds NaN or inf")
    if member.filename.endswith(".running_var.npy") and (array < 0).any():
        raise refused(path, f"{member.filename!r} holds negative variances")
    return array


def read_numbers(path, archive, member, dtype):
    """Return the array of a member whose size has been checked, if it is one of this kind."""
    raw = archive.read(member)
    stream = BytesIO(raw)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError
        shape, by_column, kind = np.lib.format.read_array_header_1_0(stream, NPY_HEADER)
    except ValueError:
        raise refused(path, f"{member.filename!r} is no plain array") from None
    body = memoryview(raw)[stream.tell() :]
    whole = len(body) == prod(shape) * dtype.itemsize
    if not whole or by_column or kind != dtype.newbyteorder("<"):
        raise refused(path, f"{member.filename!r} is not an array of {dtype}")
    return np.frombuffer(body, kind).reshape(shape).astype(dtype)


def refused(path, why):
    """Return the error that says which file is not read, and why."""
    return ValueError(f"{path.name} is not read as a trained network: {why}")
