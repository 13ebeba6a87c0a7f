"""A real JupyterLab in a real browser, for the tests and the benchmarks that need one.

    with lab.server(root) as running, lab.browser() as page:
        lab.open_notebook(page, running, "03_learning_rate.ipynb")
        lab.run_all(page)
        before = lab.picture(page)
        lab.drag(page, "learning_rate", 0.8)
        lab.wait_for_change(page, before)
        assert page.errors == []

The helpers move the real mouse and press real keys; what a learner cannot do they do not do
either.  Lab's own commands are used only for "run all" and "save", because a command can be
awaited and a click on a menu cannot.
"""

import base64
import contextlib
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import nbformat
import psutil
import pytest

START_TIMEOUT = 60  # a cold disk and a busy machine
KERNEL_TIMEOUT = 60
RUN_TIMEOUT = 120  # long enough for the one-off compilation of the kernels
CHANGE_TIMEOUT = 15

# ---------------------------------------------------------------------------------------------
# The server


@dataclasses.dataclass
class Server:
    """A running JupyterLab: where it answers, what it serves, how to ask it something.

    `root` is the folder that tests look at; where it lies below the one that is served, `folder`
    says how it is called there, with a slash at its end.
    """

    url: str
    token: str
    root: Path
    folder: str = ""

    def get(self, path):
        """The JSON that the server answers to GET `path`."""
        return self._request("GET", path)

    def post(self, path):
        """The JSON (or None) that the server answers to POST `path`."""
        return self._request("POST", path)

    def below(self, name):
        """The same server, for a new folder below its root."""
        (self.root / name).mkdir()
        return dataclasses.replace(self, root=self.root / name, folder=f"{self.folder}{name}/")

    def stop_kernels(self):
        """Stop what runs for the notebooks of this folder, whose memory others need."""
        for session in self.get("api/sessions"):
            if session["path"].startswith(self.folder):
                self._request("DELETE", f"api/sessions/{session['id']}")

    def lab_settings(self, plugin):
        """The settings in force for one Lab plug-in, as a dict.

        `server.lab_settings("@jupyterlab/apputils-extension:kernels-settings")`: the defaults
        with the overrides shipped beside Lab already applied.
        """
        answer = self.get(f"lab/api/settings/{urllib.parse.quote(plugin)}")
        properties = answer["schema"]["properties"]
        shipped = {name: entry.get("default") for name, entry in properties.items()}
        return shipped | answer.get("settings", {})

    def _request(self, method, path):
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", f"token {self.token}")
        # A proxy set for the outside world would catch 127.0.0.1 as well.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")


@contextlib.contextmanager
def server(root_dir, env=None):
    """A JupyterLab on `root_dir`, stopped with all its kernels at the end.

    Config, data, runtime, settings and workspaces are temporary, so that a developer's own are
    neither read nor changed; what the environment ships in `sys.prefix` is read as always.
    `env` adds or replaces environment variables.
    """
    home = Path(tempfile.mkdtemp(prefix="knobs-lab-"))
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(Path(root_dir).resolve()),
            env=_environment(home) | (env or {}),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = None
    try:
        running = _wait_for_server(process, home / "runtime", log)
        yield running
    finally:
        _stop(process, running)
        shutil.rmtree(home, ignore_errors=True)


def _command(root):
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser"),
        f"--ServerApp.root_dir={root}",
        "--ServerApp.ip=127.0.0.1",
        # Any free one: servers that start at the same moment would all find the same one free.
        "--ServerApp.port=0",
        # The helpers below await Lab's own commands and read its model.
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        # The other manager asks PyPI.
        "--LabApp.extension_manager=readonly",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _environment(home):
    # Whatever a developer or an enclosing Jupyter has set must not reach this server.
    strange = ("JUPYTER", "JPY_", "MPLBACKEND", "PYTHONSTARTUP")
    own = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    return own | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }


def _wait_for_server(process, runtime, log):
    """The server, once it answers.  It writes the port that it was given to a file."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError, OSError):
                info = json.loads(file.read_text())
                running = Server(info["url"], info["token"], Path(info["root_dir"]))
                running.get("api/status")
                return running
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(process, running):
    # Kernels are in process groups of their own: note them while their parent still lives.
    family = [process, *_children(process.pid)]
    if running is not None and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            running.post("api/shutdown")
    else:
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(15)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            if member is process and process.poll() is not None:
                continue
            member.kill()
    process.wait(5)


def _children(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


# ---------------------------------------------------------------------------------------------
# The browser

FLAGS = [
    "--no-sandbox",  # containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    """Path of an installed Chromium or Chrome; skips the test where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("KNOBS_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip("no Chromium found: install one or set KNOBS_CHROMIUM to its path")
    return found


@contextlib.contextmanager
def browser(width=1280, height=800, scale=1, save_data=False):
    """A page in a headless Chromium with a profile of its own.

    `save_data` is what a learner can ask a browser for: then nothing is drawn ahead.

    `page.errors` collects console errors and uncaught exceptions.  Nothing is filtered: a plain
    Lab on its own, from opening to reloading, writes none.
    """
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            page = chrome.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=scale
            )
            _record_errors(page)
            if save_data:
                page.add_init_script(SAVE_DATA)
            yield page
        finally:
            chrome.close()


SAVE_DATA = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"


def _record_errors(page):
    page.errors = []

    def on_console(message):
        if message.type == "error":
            page.errors.append(f"{message.text} [{message.location['url']}]")

    page.on("console", on_console)
    page.on("pageerror", lambda error: page.errors.append(f"{error.message}\n{error.stack}"))
    # "Leave this page?", asked when a notebook has unsaved changes.
    page.on("dialog", lambda dialog: dialog.accept())


# ---------------------------------------------------------------------------------------------
# A notebook in Lab

# The indicator in the toolbar says "idle" before there is a kernel, and cells run then are lost.
KERNEL_READY = """() => {
    const notebook = window.jupyterapp?.shell.currentWidget;
    const kernel = notebook?.sessionContext?.session?.kernel;
    return notebook?.sessionContext?.isReady && notebook.context.isReady
        && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""

RUN_ALL = """async () => {
    const notebook = jupyterapp.shell.currentWidget;
    await jupyterapp.commands.execute("notebook:run-all-cells");
    return notebook.content.widgets.filter(cell => cell.model.type === "code").map(cell => ({
        source: cell.model.sharedModel.getSource(),
        count: cell.model.executionCount,
        outputs: cell.model.outputs.toJSON(),
    }));
}"""

# Widgets arrive after the cell that shows them is done; a failed one leaves its words instead.
WIDGETS_READY = """() => {
    const mime = "application/vnd.jupyter.widget-view+json";
    const shown = [...document.querySelectorAll(`.jp-OutputArea-output[data-mime-type="${mime}"]`)];
    const pictures = [...document.querySelectorAll(".jp-OutputArea-output img.knobs-picture")];
    const there = node => node.querySelector(".jupyter-widgets");
    const failed = node => /error|not found/i.test(node.textContent);
    return shown.every(node => there(node) || failed(node))
        && pictures.every(image => image.complete && image.naturalWidth > 0);
}"""

# The kernel draws each picture as large as the page shows it, once it knows. Lab measures what is
# out of sight only when it comes into sight.
SHARP = """() => [...document.querySelectorAll(".jp-OutputArea-output img.knobs-picture")].every(
    image => !image.checkVisibility({contentVisibilityAuto: true})
        || image.complete && image.naturalWidth === image.clientWidth * devicePixelRatio
)"""

SAVED = "() => !jupyterapp.shell.currentWidget.context.model.dirty"

TROUBLE = ("model not found", "Error displaying widget", "Loading widget", "Error creating widget")


class CellError(AssertionError):
    """A cell of the notebook raised, or was not run at all."""


def write_notebook(server, path, cells):
    """Write a notebook of code cells, given by their source, below the server's root."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), server.root / path)


def open_notebook(page, server, path, end=""):
    """Open `path` (relative to the server's root) in a fresh workspace; wait for its kernel.

    `end` is what the address ends with, from "#" on.
    """
    workspace = f"test-{uuid.uuid4().hex[:8]}"
    page.goto(
        f"{server.url}lab/workspaces/{workspace}/tree/{urllib.parse.quote(server.folder + path)}"
        f"?reset&token={server.token}{end}"
    )
    wait_for_kernel(page)


def run_all(page, timeout=RUN_TIMEOUT):
    """Run all cells and wait until they are done and every picture is there.

    Raises `CellError` with the traceback if a cell shows an error.
    """
    cells = _evaluate(page, RUN_ALL, timeout)
    for cell in cells:
        errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
        if errors:
            raise CellError(f"{cell['source']}\n\n" + _plain("\n".join(errors[0]["traceback"])))
        if cell["count"] is None and cell["source"].strip():
            raise CellError(f"this cell was not run:\n{cell['source']}")
    wait_for_kernel(page)
    wait_for_pictures(page)


def wait_for_pictures(page):
    """Wait until every picture is there, with as many pixels as the screen shows of it."""
    page.wait_for_function(WIDGETS_READY, timeout=CHANGE_TIMEOUT * 1000)
    page.wait_for_function(SHARP, timeout=CHANGE_TIMEOUT * 1000)


def save(page):
    """Save the notebook and wait until it is on the disk."""
    _evaluate(page, "() => jupyterapp.commands.execute('docmanager:save')", CHANGE_TIMEOUT)
    page.wait_for_function(SAVED, timeout=CHANGE_TIMEOUT * 1000)


def reload(page):
    """Reload the page, as a learner does; wait for the same kernel and for the pictures.

    A panel that does not come back shows up as a time-out of `picture`, or in `trouble`.
    """
    page.reload()
    wait_for_kernel(page)
    wait_for_pictures(page)


def trouble(page):
    """What ipywidgets writes in place of a widget it cannot show; empty when all is well."""
    # textContent, not innerText: a cell out of sight is not rendered, and has no innerText.
    text = " ".join(page.locator(".jp-OutputArea-output").all_text_contents()).lower()
    return [words for words in TROUBLE if words.lower() in text]


def wait_for_kernel(page):
    """Wait until the open notebook has a connected, idle kernel: cells run before that are lost."""
    from playwright.sync_api import TimeoutError

    try:
        page.wait_for_selector(".jp-NotebookPanel-notebook", timeout=KERNEL_TIMEOUT * 1000)
        page.wait_for_function(KERNEL_READY, timeout=KERNEL_TIMEOUT * 1000)
    except TimeoutError as error:
        # Most often a question: which kernel? reload or overwrite?
        dialogs = page.locator(".jp-Dialog").all_inner_texts()
        raise TimeoutError(f"no idle kernel in {KERNEL_TIMEOUT} s; dialogs: {dialogs}") from error


def _evaluate(page, script, timeout):
    """`page.evaluate` with an end: a promise in a page can hang for ever."""
    fail = f"() => reject(new Error('no end after {timeout} s'))"
    late = f"new Promise((_, reject) => setTimeout({fail}, {timeout * 1000}))"
    return page.evaluate(f"() => Promise.race([({script})(), {late}])")


def _plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# ---------------------------------------------------------------------------------------------
# A panel in a notebook

FETCH_PICTURE = """async image => {
    // Each new picture revokes the address of the one before: try again with the newer one.
    for (let attempt = 0; ; attempt++) {
        try {
            const bytes = await (await fetch(image.src)).arrayBuffer();
            let text = "";
            for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
            return btoa(text);
        } catch (error) {
            if (attempt === 20) throw error;
            await new Promise(resolve => setTimeout(resolve, 25));
        }
    }
}"""

# Whether any panel has work under way, in the words of the kernel. A panel that is just showing
# what it did holds its lock.
BUSY = (
    "any((thing.lock.acquire(), thing.job is not None, thing.lock.release())[1] for _, things in "
    "__import__('widgets.page', fromlist=['shown']).shown.values() for thing in things "
    "if hasattr(thing, 'lock'))"
)

# The kernel takes messages one after the other: when it has answered, all that the page had sent
# before is done, and what that made the page show has arrived. What the page held back in the
# meantime (it sends one message at a time) is done when the kernel has answered once more. Who asks
# all the time slows down what takes long.
SETTLED = """async ([image, busy, seconds]) => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const options = {code: "", silent: true, user_expressions: {busy}};
    const idle = async () => {
        const reply = await kernel.requestExecute(options).done;
        return reply.content.user_expressions?.busy.data["text/plain"] === "False";
    };
    const atRest = async () => {
        const src = image.src;
        if (!await idle() || !await idle()) return false;
        await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
        return image.src === src && image.complete && !image.closest("[aria-busy]");
    };
    const end = performance.now() + 1000 * seconds;
    for (let pause = 10; performance.now() < end; pause = Math.min(2 * pause, 200)) {
        if (await atRest()) return true;
        await new Promise(resolve => setTimeout(resolve, pause));
    }
    return false;
}"""

# Notes in `painted` what a panel tells of every frame that is painted.
LISTEN = """panel => {
    window.painted = [];
    panel.addEventListener("knobs:painted", ({detail}) => painted.push(detail));
}"""

ASK = """async expression => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const options = {code: "", silent: true, user_expressions: {answer: expression}};
    const reply = await kernel.requestExecute(options).done;
    return reply.content.user_expressions.answer.data["text/plain"];
}"""

IN_SIGHT = "node => node.scrollIntoView({block: 'center', behavior: 'instant'})"

HIT = """(node, [x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return node === hit || node.contains(hit) || (hit ? hit.outerHTML.slice(0, 200) : "nothing");
}"""


def ask(page, expression):
    """What the kernel of the open notebook writes for a Python expression."""
    return page.evaluate(ASK, expression)


def panel(page, panel=0):
    """The `panel`-th panel of the notebook, counted from the top."""
    return page.locator(".jp-OutputArea-output .knobs-panel").nth(panel)


def knob(page, field, panel=0):
    """The control for `field`."""
    return _in_panel(page, f".knob-{field}", panel)


def picture(page, panel=0):
    """The bytes of the picture shown now."""
    return base64.b64decode(_image(page, panel).evaluate(FETCH_PICTURE))


def summary(page, panel=0):
    """The text under the picture, on one line."""
    text = _in_panel(page, ".knobs-summary", panel).locator(".widget-html-content").text_content()
    return " ".join(text.split())


def look(page, panel=0, timeout=CHANGE_TIMEOUT):
    """What the learner sees once all is at rest: the bytes of the picture, and the text."""
    settle(page, panel, timeout)
    return picture(page, panel), summary(page, panel)


def reading(page, field, panel=0):
    """The number that a slider shows beside its track."""
    return knob(page, field, panel).locator(".widget-readout").text_content().strip()


def wait_for_change(page, before, panel=0, timeout=CHANGE_TIMEOUT):
    """The first picture that is not `before`."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        now = picture(page, panel)
        if now != before:
            return now
        page.wait_for_timeout(30)
    raise AssertionError(f"the picture of panel {panel} is the same after {timeout} s")


def settle(page, panel=0, timeout=CHANGE_TIMEOUT):
    """Wait until no panel has anything left to do, and the page shows what came of it."""
    image = _image(page, panel).element_handle()
    done = page.evaluate(SETTLED, [image, BUSY, timeout])
    assert done, f"the picture of panel {panel} does not come to rest in {timeout} s"


def drag(page, field, fraction, panel=0, moves=12):
    """Drag the handle of a slider with the mouse to `fraction` (0 to 1) of its track."""
    control = knob(page, field, panel)
    handle = control.locator(".noUi-handle")
    x, y = _aim(handle)
    track = control.locator(".noUi-base").bounding_box()
    target = track["x"] + fraction * track["width"]
    # The mouse moves by whole pixels, which can be more than a step: go beyond the ends.
    target += {0: -5, 1: 5}.get(fraction, 0)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, moves + 1):
        page.mouse.move(x + (target - x) * step / moves, y)
        # A hand takes its time: without a pause the browser merges all moves into one.
        page.wait_for_timeout(20)
    page.mouse.up()


def finger(page):
    """Return a function that puts a finger down, moves it, and takes it up: as the system does."""
    session = page.context.new_cdp_session(page)

    def touch(kind, *at):
        points = [{"x": x, "y": y} for x, y in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        # A finger takes its time: without a pause the browser merges all moves into one.
        page.wait_for_timeout(20)

    return touch


def pen(page):
    """Return a function that moves a pen and puts it down: as the system does.

    Its kinds of events are called those of a mouse.
    """
    session = page.context.new_cdp_session(page)
    down = False

    def move(kind, at):
        nonlocal down
        down = kind == "mousePressed" or (down and kind == "mouseMoved")
        held = down or kind == "mouseReleased"
        x, y = at
        event = {"type": kind, "x": x, "y": y, "pointerType": "pen", "buttons": int(down)}
        button = {"button": "left" if held else "none", "clickCount": int(kind != "mouseMoved")}
        session.send("Input.dispatchMouseEvent", event | button)
        # A hand takes its time: without a pause the browser merges all moves into one.
        page.wait_for_timeout(10)

    return move


def click_track(page, field, fraction, panel=0):
    """Click on the track of a slider, at `fraction` of its length."""
    slider = knob(page, field, panel).locator(".slider")
    _aim(slider)
    # The slider is wider than the track, by half a handle on each side.
    track = slider.locator(".noUi-base").bounding_box()
    page.mouse.click(track["x"] + fraction * track["width"], track["y"] + track["height"] / 2)


def press(page, field, key, times=1, panel=0):
    """Focus a control and press a key, such as "ArrowRight" or "Home".

    Lab itself takes the arrow keys of a focused drop-down (the next cell is selected): there,
    use `choose`.
    """
    focusable = ".noUi-handle, select, input, button"
    knob(page, field, panel).locator(focusable).first.focus()
    for _ in range(times):
        page.keyboard.press(key)


def choose(page, field, label, panel=0):
    """Choose `label` in a drop-down or among toggle buttons."""
    control = knob(page, field, panel)
    menu = control.locator("select")
    if menu.count():
        # By value: what is read there has no-break spaces.
        menu.select_option(value=label)
    else:
        control.get_by_role("button", name=label, exact=True).click()


def click(page, name, panel=0):
    """Click `.knobs-<name>`: "pin", "reset", or "play" (its first button starts and pauses)."""
    node = _in_panel(page, f".knobs-{name}", panel)
    inner = node.locator("button")
    (inner.first if inner.count() else node).click()


def _in_panel(page, selector, index):
    node = panel(page, index).locator(selector).first
    node.wait_for(state="attached", timeout=CHANGE_TIMEOUT * 1000)
    return node


def _image(page, index):
    # ipywidgets puts the class of an Image on the <img> itself.
    return _in_panel(page, "img.knobs-picture", index)


def _aim(node):
    """Bring `node` into sight; the point to put the mouse on.  Refuses a covered node."""
    node.evaluate(IN_SIGHT)
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hit = node.evaluate(HIT, [x, y])
    assert hit is True, f"the mouse would hit something else: {hit}"
    return x, y
