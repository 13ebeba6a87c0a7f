"""How much memory there is, and which parameters of a run fit into it."""

from pathlib import Path

import numpy as np
import psutil

# Of what is free, this much may be asked for; a panel takes its share, for it trains again and
# again, and several networks at once.
ALL, SHARE = 0.9, 0.25
# Linux limits the memory of a container (on Binder: 2 GB): limit, use, and what of it is only
# files that were read and can be read again.
CGROUPS = (
    ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
     "total_inactive_file"),
)  # fmt: skip


def free_bytes():
    """Count the bytes that this process may still take: of the machine, or of its container.

    >>> free_bytes() > 1_000_000
    True
    """
    free = psutil.virtual_memory().available
    return max(0, min([free, *(left_of(*cgroup) for cgroup in CGROUPS)]))


def left_of(folder, limit, use, files):
    """Count what is left of a container's memory; infinite where there is no limit."""
    folder = Path(folder)
    try:
        most = int((folder / limit).read_text())
        taken = int((folder / use).read_text())
        lines = (folder / "memory.stat").read_text().splitlines()
    except (OSError, ValueError):  # no such container, or "max", which is no limit
        return float("inf")
    return most - taken + int(dict(line.split() for line in lines).get(files, 0))


def kept_places(last, parameters, dtype, snapshots):
    """Choose after which epochs (or updates) the parameters are kept, from 0 to the last.

    Parameters: last, the number of epochs or updates; parameters, how many there are; dtype, of
    each; snapshots, "epoch" or "update" for all of them, or "fit" for every epoch, or every second,
    every third … if memory allows no more.
    Returns: numbers in order, that begin with 0 and end with last.
    Raises: MemoryError that says how many bytes it would take, and what to change.

    >>> kept_places(3, 354, "float32", "epoch").tolist()
    [0, 1, 2, 3]
    """
    each, free = parameters * np.dtype(dtype).itemsize, free_bytes()
    places = np.arange(last + 1)
    if snapshots == "fit":
        rows = max(2, int(SHARE * free / each))
        places = np.unique([*range(0, last, -(-last // (rows - 1))), last])
    needed = len(places) * each
    if needed > ALL * free:
        unit = "updates" if snapshots == "update" else "epochs"
        instead = ', or train(…, snapshots="fit")' if snapshots == "epoch" else ""
        raise MemoryError(
            f"the parameters, {len(places):,} times {parameters:,} numbers, take {needed:,} bytes, "
            f"and {int(free):,} are free: choose fewer {unit} or a smaller hidden{instead}"
        )
    return places
