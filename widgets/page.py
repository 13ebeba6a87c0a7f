"""What is on the page: how a thing made of widgets is shown, kept alive, and closed.

It must live as long as it can be seen, even if no variable holds it, and no longer. So running a
cell again closes what the cell showed before.
"""

import html
import os
import sys
import weakref

from IPython.display import publish_display_data

from widgets import last
from widgets.last import VIEW
from widgets.pulse import Pulse
from widgets.rest import at_rest

shown = {}  # cell -> (execution, what it shows)


class OnPage:
    """Something made of widgets, with a text that says what it shows.

    A subclass makes its widgets and calls `put_together` with the outermost one; its repr is the
    text that is stored in notebooks.
    """

    closed = False
    pulse = None
    files = ()  # that say what it shows now

    def put_together(self, box, *others):
        """Take `box` for what is shown; `others` are widgets that are not inside it."""
        self.box = box
        self.widgets = [part for widget in (box, *others) for part in family(widget)]
        self.remove = weakref.finalize(self, close_all, self.widgets)
        self.remove.atexit = False

    def add(self, widget):
        """Append a widget to the box."""
        self.widgets += family(widget)
        self.box.children += (widget,)

    def close(self):
        """Take it from the page, and free what the kernel held for it."""
        self.closed = True
        last.remove(self.files)
        self.remove()
        forget(self)

    def bundle(self):
        """Return what is stored for readers without a kernel, by MIME type."""
        return {"text/plain": repr(self)}

    def outputs(self):
        """Return what a cell shows and stores: a bundle and its metadata for each output."""
        return [(self._repr_mimebundle_(), {})]

    def stills(self):
        """Return what would be stored of it now, in the order of its outputs."""
        return [self.bundle()]

    def changed(self):
        """Let what notebooks store of it follow, once it rests. Costs a live path nothing."""
        if self.pulse and last.connection_file():
            at_rest(self)

    def settled(self):
        """Write down what it shows now, and tell the page that there is something to save."""
        self.files = last.write(dict(zip(self.views, self.stills(), strict=False)))
        # It may have been closed meanwhile, by another thread.
        if self.closed:
            last.remove(self.files)
        elif self.files:
            self.pulse.send({"unsaved": True})

    def _ipython_display_(self):
        for bundle, metadata in self.outputs():
            publish_display_data(bundle, metadata)

    def _repr_mimebundle_(self, include=None, exclude=None):
        keep(self)
        if self.closed:
            return self.bundle()
        # The browser's part of a widget complains if closed before it has loaded: so only now.
        if not self.pulse:
            self.pulse = Pulse()
            self.add(self.pulse)
            self.views = self.box.model_id, self.pulse.model_id
        return self.bundle() | live_view(self.box)

    def __repr__(self):
        return str(self)


def live_view(widget):
    """Return the bundle of a widget's view, which only the kernel that made it can fill.

    So it also names the kernel and its process, by which widgets.server sees whether that lives on.
    """
    kernel = last.kernel_id()
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    if kernel:
        # On Windows a virtual environment's Python is started by a process that the server knows.
        view |= {"kernel": kernel, "processes": [os.getpid(), os.getppid()]}
    return {VIEW: view}


def keep(thing):
    """Hold on to what the running cell shows; close what the cell showed before."""
    cell, execution = running_cell()
    if cell is None:
        return
    before, things = shown.get(cell, (None, []))
    if before == execution:
        if thing not in things:
            things.append(thing)
        return
    shown[cell] = (execution, [thing])
    for old in things:
        if not any(old in others for _, others in shown.values()):
            old.close()
            drop_result(old)


def drop_result(thing):
    """Take it out of IPython's list of results, which would keep it in memory for good."""
    shell = sys.modules["IPython"].get_ipython()
    results = shell.user_ns.get("Out", {})
    for number in [number for number, result in results.items() if result is thing]:
        del results[number]
        for names in (shell.user_ns, shell.user_ns_hidden):
            names.pop(f"_{number}", None)


def forget(thing):
    """Let go of something that was closed."""
    for _, things in shown.values():
        if thing in things:
            things.remove(thing)


def running_cell():
    """Return what names the running cell, and its execution; (None, None) outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None, None
    request = kernel.get_parent()
    # JupyterLab says which cell it runs; elsewhere the same code counts as the same cell.
    cell = request.get("metadata", {}).get("cellId") or request.get("content", {}).get("code")
    return cell, request.get("header", {}).get("msg_id")


def weakly(method):
    """Return a callback that does not keep the owner of its method alive."""
    reference = weakref.WeakMethod(method)

    def callback(*arguments):
        alive = reference()
        if alive:
            alive(*arguments)

    return callback


def family(widget):
    """Yield a widget, all that it contains, and their layouts and styles, which are widgets too."""
    yield widget
    for name in ("layout", "style"):
        if hasattr(widget, name):
            yield getattr(widget, name)
    for child in getattr(widget, "children", ()):
        yield from family(child)


def close_all(widgets):
    """Close widgets, so that Jupyter's registry lets go of them."""
    for widget in widgets:
        widget.close()


def spoken(text, headline=""):
    """Return HTML that a screen reader reads aloud whenever it changes; the headline is bold."""
    bold = f"<b>{html.escape(headline)}</b> " if headline else ""
    live = 'role="status" aria-live="polite" style="line-height:1.5"'
    return f"<div {live}>{bold}{html.escape(text)}</div>"
