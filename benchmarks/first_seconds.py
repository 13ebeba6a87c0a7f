"""How long until a lesson can be read, and until its first panel answers, as on Binder?

    python benchmarks/first_seconds.py [--lessons 00_start_here 03_learning_rate]
        [--roads far near] [--caches warm cold] [--rounds 3]

Server and kernels share one core, the browser has another. Far is a road of 120 ms there and back
that carries 8 Mbit/s. With a cold cache, the compiled code of the fast engine is not on the disk.
Each round starts a new server and a new browser, and takes these times, in seconds:

    readable  from opening the page until the lesson's first stored picture is in its place
    picture   from "Run All" until the first live picture is there
    answer    from "Run All" until that has answered a key, pressed as soon as it is there
    end       from "Run All" until the last cell is done

Prints the medians, and with --each every round.
"""

import argparse
import contextlib
import dataclasses
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree
from urllib.parse import urlsplit

import numpy as np
import pytest
from road import road

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))
import lab

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
TIMES = ("readable", "picture", "answer", "end")
DELAY, MBIT = 0.06, 8  # seconds each way, millions of bits per second
READING = 2000  # milliseconds: somebody looks at the lesson before running it
WARM_UP = "from lessons.engines import warm_up; warm_up()"

# Notes when the first picture that the notebook stores is to be seen, from the start of the page.
WATCH = """
const look = () => {
    const image = document.querySelector(".jp-Notebook .jp-OutputArea-output img");
    if (image?.complete && image.naturalWidth) window.readable = performance.now();
    else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""

RUN = """async () => {
    const start = performance.now(), times = {};
    const run = jupyterapp.commands.execute("notebook:run-all-cells").then(() => {
        times.end = performance.now() - start;
    });
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
    const wait = async (find) => {
        for (;;) { const found = find(); if (found) return found; await frame(); }
    };
    const alive = ".jp-OutputArea-output .knobs-panel";
    const image = await wait(() => {
        const picture = document.querySelector(`${alive} img.knobs-picture`);
        return picture?.complete && picture.naturalWidth ? picture : null;
    });
    times.picture = performance.now() - start;
    const panel = image.closest(".knobs-panel");
    const handle = await wait(() => panel.querySelector(".noUi-handle"));
    // Cells move knobs as well: the summary that answers the key begins with the value it led to.
    const readout = handle.closest(".widget-slider").querySelector(".widget-readout");
    handle.dispatchEvent(new KeyboardEvent("keydown", {key: "PageUp", bubbles: true}));
    const value = parseFloat(readout.textContent);
    const first = () => panel.querySelector(".knobs-summary").textContent.match(/[0-9][0-9.e-]*/);
    await wait(() => Math.abs(parseFloat(first()) / value - 1) < 0.05);
    times.answer = performance.now() - start;
    await run;
    return times;
}"""


@contextlib.contextmanager
def on_core(core):
    """Let what is started meanwhile run on this core only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def seen_from(server, road_name):
    """Yield the server as it is seen from the browser."""
    if road_name == "near":
        yield server
        return
    address = urlsplit(server.url)
    with road(address.port, DELAY, MBIT) as port:
        url = address._replace(netloc=f"127.0.0.1:{port}").geturl()
        yield dataclasses.replace(server, url=url)


def measure(lesson, road_name, cache):
    """Open and run a lesson once; return the times in seconds, by name."""
    server_core, *others = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        root = Path(folder, "root")
        copytree(NOTEBOOKS, root / "notebooks")
        environment = {"NUMBA_CACHE_DIR": cache or str(Path(folder, "cache"))}
        with on_core(server_core):
            server = stack.enter_context(lab.server(root, environment))
        stack.enter_context(on_core(others[-1] if others else server_core))
        server = stack.enter_context(seen_from(server, road_name))
        page = stack.enter_context(lab.browser())
        page.set_default_timeout(300_000)
        page.set_default_navigation_timeout(300_000)
        page.add_init_script(WATCH)
        lab.open_notebook(page, server, f"notebooks/{lesson}.ipynb")
        page.wait_for_function("() => window.readable")
        page.wait_for_timeout(READING)
        times = page.evaluate(RUN) | {"readable": page.evaluate("() => window.readable")}
        if page.errors:
            sys.exit("\n".join(["errors in the page:", *page.errors]))
    return {name: times[name] / 1000 for name in TIMES}


def warm_cache(folder):
    """Compile into a cache of its own, as the build does; return its folder."""
    environment = os.environ | {"NUMBA_CACHE_DIR": folder}
    subprocess.run([sys.executable, "-c", WARM_UP], env=environment, check=True)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lessons", nargs="+", default=["00_start_here", "03_learning_rate"])
    parser.add_argument("--roads", nargs="+", choices=("far", "near"), default=("far", "near"))
    parser.add_argument("--caches", nargs="+", choices=("warm", "cold"), default=("warm", "cold"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--each", action="store_true", help="print every round")
    options = parser.parse_args()
    if not hasattr(os, "sched_setaffinity"):
        sys.exit("this system does not let a program choose its core")
    print(f"{'seconds':24}{'road':6}{'cache':6}" + "".join(f"{name:>10}" for name in TIMES))
    with tempfile.TemporaryDirectory() as folder:
        warm = warm_cache(folder) if "warm" in options.caches else None
        for lesson in options.lessons:
            for road_name in options.roads:
                for cache in options.caches:
                    rounds = []
                    for _ in range(options.rounds):
                        times = measure(lesson, road_name, warm if cache == "warm" else None)
                        rounds.append([times[name] for name in TIMES])
                        if options.each:
                            print(" " * 36 + "".join(f"{time:10.2f}" for time in rounds[-1]))
                    row = "".join(f"{time:10.2f}" for time in np.median(rounds, axis=0))
                    print(f"{lesson:24}{road_name:6}{cache:6}{row}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as reason:
        sys.exit(str(reason))
