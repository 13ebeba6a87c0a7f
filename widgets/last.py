"""The last of it: files that say what a notebook would store of a thing if it were shown now.

A notebook stores what its cells showed when they were run. Hands move on after that, and only the
kernel knows what is to be seen then. So it writes that down beside its connection file, for
`widgets.server`, which puts it into the notebooks that are saved. The files outlive their kernel,
for a notebook can be saved after that, too; later kernels clear them away.
"""

import contextlib
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

# How notebooks call the view of a widget, and what may stand beside one.
VIEW = "application/vnd.jupyter.widget-view+json"
KINDS = "image/png", "text/plain", "text/html"
LIMIT = 5_000_000  # bytes
DAYS = 7


def connection_file():
    """Return the path of this kernel's connection file, or None outside a kernel."""
    app = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    return Path(app.instance().connection_file) if app and app.initialized() else None


def kernel_id():
    """Return how the server calls this kernel, or None outside a kernel."""
    file = connection_file()
    return file and file.stem.removeprefix("kernel-")


def folder_of(kernel, runtime):
    """Return where a kernel with its connection file in the folder `runtime` writes."""
    return Path(runtime) / f"knobs-{kernel}"


def write(stills):
    """Write what outputs would be now.

    Parameters: stills, by the model id of the view in an output, a dict of what stands beside the
    view, by MIME type, and as "alt" the alternative text of the picture.
    Returns: the files; none outside a kernel, or where it may not write: then notebooks store what
    the cells showed when they were run.
    """
    connection = connection_file()
    if not connection:
        return []
    folder = folder_of(kernel_id(), connection.parent)
    try:
        if not folder.exists():
            clear_away(connection.parent)
            folder.mkdir(mode=0o700)
        return [replace(folder / f"{view}.json", still) for view, still in stills.items()]
    except OSError:
        return []


def replace(path, still):
    """Write a file, so that whoever reads it meanwhile gets the old one or the new one."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(still), encoding="utf-8")
    os.replace(new, path)
    return path


def remove(files):
    """Remove what `write` wrote."""
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink()


def clear_away(runtime):
    """Remove what kernels wrote that are long gone."""
    for folder in runtime.glob("knobs-*"):
        kernel = folder.name.removeprefix("knobs-")
        gone = not (runtime / f"kernel-{kernel}.json").exists()
        if gone and time.time() - folder.stat().st_mtime > DAYS * 24 * 3600:
            shutil.rmtree(folder, ignore_errors=True)


def read(view, runtime):
    """Return what was written of the output with this view, or an empty dict.

    The view stands in a notebook, which may come from anywhere: it can name no other file.
    """
    kernel, model = names = view.get("kernel"), view.get("model_id")
    if not all(isinstance(name, str) and re.fullmatch(r"[\w-]+", name) for name in names):
        return {}
    path = folder_of(kernel, runtime) / f"{model}.json"
    try:
        if path.stat().st_size > LIMIT:
            return {}
        still = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(still, dict):
        return {}
    return {
        kind: text
        for kind, text in still.items()
        if kind in (*KINDS, "alt") and isinstance(text, str)
    }
