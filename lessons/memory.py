"""How much memory there is, and whether a run fits into it: all is asked for before it starts."""

from pathlib import Path

import numpy as np
import psutil

# Of what is free, this much may be asked for; a panel takes its share, for it trains again and
# again, and several networks at once.
ALL, SHARE = 0.9, 0.25
# Less than this every machine has.
LITTLE = 16_000_000
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


def history_bytes(epochs, updates, layers):
    """Count what a run writes down: of every epoch, and of every update.

    That is its plan, losses and accuracies, and four numbers for each hidden layer; and rate, loss
    and the norms of the gradient.

    >>> history_bytes(epochs=100, updates=1600, layers=3)
    102400
    """
    return 8 * (epochs * (8 + 4 * (layers - 1)) + updates * (4 + layers))


def work_bytes(sizes, parameters, batch_size, dtype):
    """Count what an update works with: ten numbers per parameter, six per unit and sample.

    Of a parameter these are itself, its gradient, the optimizer's memory …; of a unit its values
    before and after the activation, slopes, gradients ….

    >>> work_bytes((2, 16, 16, 2), 354, 32, "float32")
    41808
    """
    return (10 * parameters + 6 * batch_size * sum(sizes)) * np.dtype(dtype).itemsize


def require_room(needed, what, instead):
    """Raise MemoryError unless so many bytes are free; it says what takes them, and what to change.

    >>> require_room(1e30, "the histories", "fewer epochs")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    MemoryError: the histories take 1,000,... bytes, and ... are free: choose fewer epochs
    """
    if needed > LITTLE and needed > ALL * (free := free_bytes()):
        raise MemoryError(
            f"{what} take {int(needed):,} bytes, and {int(free):,} are free: choose {instead}"
        )


def kept_places(last, parameters, dtype, snapshots, beside=0):
    """Choose after which epochs (or updates) the parameters are kept, from 0 to the last.

    Parameters: last, the number of epochs or updates; parameters, how many there are; dtype, of
    each; snapshots, "epoch" or "update" for all of them, "ends" for the first and the last, or
    "fit" for every epoch, or every second, every third … if memory allows no more; beside, the
    bytes that the run takes besides.
    Returns: numbers in order, that begin with 0 and end with last.
    Raises: MemoryError that says how many bytes it would take, and what to change.

    >>> kept_places(3, 354, "float32", "epoch").tolist()
    [0, 1, 2, 3]
    """
    each = parameters * np.dtype(dtype).itemsize
    free = max(0, free_bytes() - (beside if beside > LITTLE else 0))
    step = last if snapshots == "ends" else 1
    if snapshots == "fit":
        rows = max(2, int(SHARE * free / each))
        step = -(-last // (rows - 1))
    places = np.append(np.arange(0, last, step), last)
    needed = len(places) * each
    if needed > ALL * free:
        unit = "updates" if snapshots == "update" else "epochs"
        instead = ', or train(…, snapshots="fit")' if snapshots == "epoch" else ""
        raise MemoryError(
            f"the parameters, {len(places):,} times {parameters:,} numbers, take {needed:,} bytes, "
            f"and {int(free):,} are free: choose fewer {unit} or a smaller hidden{instead}"
        )
    return places
