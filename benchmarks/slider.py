"""How long from the slider to the painted picture, in a real JupyterLab?

    python benchmarks/slider.py [--ticks 48] [--check]

One notebook in one session holds three sliders, and the ticks go round among them:

    bare      a slider and a one-pixel image: what the messages alone cost
    interact  ipywidgets.interact and a figure drawn inline; trains nothing
    panel     the kit's learning-rate panel; trains a whole run at every tick

A tick is an arrow key pressed on the handle.  The clock starts in the page, when the key event
comes in, and stops when the new picture is decoded and the frame that shows it is on the way to
the screen (two animation frames later).  Before and after each tick everything must be at rest,
and each tick must bring exactly one new picture: so the picture timed is that of the tick.
"""

import argparse
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))
import lab

WARM_UP = 10
SWING = 8  # ticks to either side of where the panel starts: it goes on doing its usual work
TARGETS = {"bare": 1.3, "interact": 0.6}

BARE = """
import struct
import zlib

import ipywidgets


def one_pixel(number):
    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = b"\\0" + number.to_bytes(3, "big")
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(pixel)), (b"IEND", b"")]
    return b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(chunk(*part) for part in parts)


count = 0
slider = ipywidgets.FloatLogSlider(value=0.1, min=-4, max=1, step=0.05)
# A box would stretch it over the whole width of the page.
image = ipywidgets.Image(value=one_pixel(0), layout={"width": "1px", "height": "1px"})


def on_slide(change):
    global count
    count += 1
    image.value = one_pixel(count)


slider.observe(on_slide, "value")
ipywidgets.VBox([slider, image])
"""

INTERACT = """
%matplotlib inline
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

points = np.random.default_rng(0).normal(size=(500, 2))
label = points[:, 0] * points[:, 1] > 0
x, y = np.meshgrid(np.linspace(-3, 3, 60), np.linspace(-3, 3, 60))
update = np.arange(1600)


@ipywidgets.interact(rate=ipywidgets.FloatLogSlider(value=0.1, min=-4, max=1, step=0.05))
def draw(rate):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    left.imshow(np.tanh(x * y * (1 + rate)), extent=(-3, 3, -3, 3), origin="lower", cmap="RdBu")
    left.scatter(*points.T, c=label, s=8, cmap="RdBu", edgecolors="white", linewidths=0.3)
    right.plot(update, np.exp(-update * rate / 100))
    right.plot(update, 0.1 + np.exp(-update * rate / 150))
    right.set_xlabel("update")
    right.set_ylabel("loss")
    plt.show()
"""

PANEL = """
from widgets import learning_rate

panel = learning_rate.panel()
panel
"""

CELLS = {"bare": BARE, "interact": INTERACT, "panel": PANEL}
# Without it Lab asks which kernel to use.
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}

HANDLE = {
    "bare": ".noUi-handle",
    "interact": ".noUi-handle",
    "panel": ".knob-learning_rate .noUi-handle",
}
PICTURE = {"bare": "img.widget-image", "interact": "img", "panel": "img.knobs-picture"}

# Notes the time of the key and of every picture that is new in one cell's output, be it a new
# address in an old <img> (widgets.Image) or a new <img> (interact).
PROBE = """([output, selector]) => {
    window.probe?.observer.disconnect();
    const probe = window.probe = {output, selector, keys: [], arrived: [], painted: []};
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
    const known = new WeakMap();
    const images = () => output.querySelectorAll(selector);
    for (const image of images()) known.set(image, image.src);
    const look = () => images().forEach(async image => {
        if (!image.src || known.get(image) === image.src) return;
        known.set(image, image.src);
        await image.decode();
        probe.arrived.push(performance.now());
        await frame();
        await frame();
        probe.painted.push(performance.now());
    });
    probe.observer = new MutationObserver(look);
    probe.observer.observe(output, {subtree: true, childList: true, attributeFilter: ["src"]});
    if (!window.probeListens) {
        window.probeListens = true;
        window.addEventListener("keydown", () => window.probe.keys.push(performance.now()), true);
    }
}"""

# Everything at rest: the kernel idle and no new picture for `quiet` ms, at least `some` seen.
REST = """([quiet, some]) => new Promise((resolve, reject) => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const start = performance.now();
    const look = () => {
        const now = performance.now();
        const last = Math.max(start, ...probe.arrived, ...probe.painted);
        const done = probe.painted.length >= some && probe.painted.length === probe.arrived.length;
        if (done && kernel.status === "idle" && now - last > quiet)
            resolve({keys: probe.keys, arrived: probe.arrived, painted: probe.painted});
        else if (now - start > 10000) reject(new Error("no picture came"));
        else setTimeout(look, 20);
    };
    look();
})"""


class Slider:
    """One of the three cells: moves its slider by a tick and times the picture."""

    def __init__(self, page, name):
        self.page, self.name, self.ticks = page, name, 0
        cell = page.locator(".jp-CodeCell").nth(list(CELLS).index(name))
        self.output = cell.locator(".jp-Cell-outputArea")
        self.handle = self.output.locator(HANDLE[name]).first

    def tick(self):
        """Press an arrow key once; milliseconds until the picture was decoded and was painted."""
        self.handle.evaluate("node => node.focus({preventScroll: true})")
        # Keep the slider just above the picture in sight, whatever the height of the output.
        self.handle.evaluate("node => node.scrollIntoView({block: 'center'})")
        self.page.evaluate(PROBE, [self.output.element_handle(), PICTURE[self.name]])
        self.page.evaluate(REST, [200, 0])
        before = self.handle.get_attribute("aria-valuetext")
        self.page.keyboard.press(self._key())
        seen = self.page.evaluate(REST, [200, 1])
        self._check(seen, before)
        return seen["arrived"][0] - seen["keys"][0], seen["painted"][0] - seen["keys"][0]

    def _key(self):
        up = (self.ticks + SWING) // (2 * SWING) % 2 == 0
        self.ticks += 1
        return "ArrowRight" if up else "ArrowLeft"

    def _check(self, seen, before):
        pictures = len(seen["painted"])
        if len(seen["keys"]) != 1 or pictures != 1:
            sys.exit(f"{self.name}: one tick, {len(seen['keys'])} keys, {pictures} pictures")
        if self.handle.get_attribute("aria-valuetext") == before:
            sys.exit(f"{self.name}: the slider did not move")


def measure(ticks):
    """Milliseconds (ticks, 2) to the decoded and to the painted picture, for each slider."""
    with tempfile.TemporaryDirectory() as root:
        cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        nbformat.write(notebook, Path(root) / "slider.ipynb")
        with lab.server(root) as server, lab.browser() as page:
            lab.open_notebook(page, server, "slider.ipynb")
            lab.run_all(page)
            sliders = {name: Slider(page, name) for name in CELLS}
            times = {name: [] for name in CELLS}
            for _ in range(WARM_UP + ticks):
                for name, slider in sliders.items():
                    times[name].append(slider.tick())
            if page.errors:
                sys.exit("\n".join(["errors in the page:", *page.errors]))
    return {name: np.array(rows[WARM_UP:]) for name, rows in times.items()}


def report(times):
    """Print the table and the ratios; whether all targets are met."""
    packages = ("jupyterlab", "ipywidgets", "ipykernel", "matplotlib")
    print(", ".join(f"{name} {version(name)}" for name in packages), f"· {os.cpu_count()} CPUs")
    print(f"{'ms':12}{'decoded':>10}{'painted':>10}{'p95':>8}{'ticks':>8}")
    for name, rows in times.items():
        arrived, painted = np.median(rows, axis=0)
        p95 = np.percentile(rows[:, 1], 95)
        print(f"{name:12}{arrived:10.1f}{painted:10.1f}{p95:8.1f}{len(rows):8}")
    median = {name: np.median(rows[:, 1]) for name, rows in times.items()}
    met = True
    for name, target in TARGETS.items():
        ratio = median["panel"] / median[name]
        met &= bool(ratio <= target)
        verdict = "met" if ratio <= target else "not met"
        print(f"panel / {name:8} {ratio:5.2f}  (at most {target})  {verdict}")
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ticks", type=int, default=48, help="ticks of each slider")
    parser.add_argument("--check", action="store_true", help="fail when a target is not met")
    options = parser.parse_args()
    try:
        met = report(measure(options.ticks))
    except pytest.skip.Exception as reason:
        sys.exit(str(reason))
    sys.exit(1 if options.check and not met else 0)


if __name__ == "__main__":
    main()
