"""The server's part: no message waits, and a lesson that was saved is whole the next day.

What a kernel tells a page is sent at once.

JupyterLab shows the live view of a widget in an output wherever the notebook names one, and where
the kernel that made it is gone it shows an error, never the picture and the text stored beside it.
So views that nothing can fill any more are left out of the notebooks that are *served*; the files
stay as they are. And notebooks that are *saved* get, beside a view, the picture and the text that
it shows at that moment, not those of when its cell was run. Jupyter loads this through
etc/jupyter/jupyter_server_config.d.
"""

from jupyter_core.utils import ensure_async

from widgets import last
from widgets.last import VIEW

STATE = "application/vnd.jupyter.widget-state+json"
PREPROCESSOR = "widgets.export.StillPanels"


def _jupyter_server_extension_points():
    return [{"module": "widgets.server"}]


def _load_jupyter_server_extension(server):
    # What answers requests looks here. The server's own manager, which also copies and signs
    # notebooks, must go on seeing them whole.
    settings = server.web_app.settings
    settings["contents_manager"] = Served(
        server.contents_manager, server.session_manager, server.kernel_manager
    )
    settings["kernel_websocket_connection_class"] = prompt(
        settings["kernel_websocket_connection_class"]
    )
    # The server does not read the configuration of `jupyter nbconvert`.
    exporter = server.config.HTMLExporter
    exporter.preprocessors = [*exporter.get("preprocessors", []), PREPROCESSOR]


def prompt(connection):
    """Return a class of connections between kernels and pages on which no message waits.

    Otherwise the system keeps a small message back until the page has confirmed the one before
    (RFC 896), which a page puts off for 40 ms where it has nothing to say (RFC 1122, 4.2.3.2).

    Parameters: connection, the class that the server would use.
    """

    class Prompt(connection):
        def connect(self):
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    return Prompt


class Served:
    """A contents manager that is any other, except for the views in notebooks.

    It serves them without dead ones, and saves them with what is shown.

    Parameters: contents, sessions, kernels, the managers of a Jupyter server.
    """

    def __init__(self, contents, sessions, kernels):
        self.contents, self.sessions, self.kernels = contents, sessions, kernels

    def __getattr__(self, name):
        return getattr(self.contents, name)

    async def get(self, path, *arguments, **options):
        """Return the model of a file or folder, as every contents manager does."""
        model = await ensure_async(self.contents.get(path, *arguments, **options))
        if model["type"] == "notebook" and model["content"] is not None:
            leave_out_dead_views(model["content"], *await self.running(path))
        return model

    async def save(self, model, path=""):
        """Save the model of a file or folder, as every contents manager does."""
        self.bring_up_to_date(model)
        return await ensure_async(self.contents.save(model, path))

    async def new(self, model=None, path=""):
        """Make a file or folder: also what is saved for the first time."""
        self.bring_up_to_date(model)
        return await ensure_async(self.contents.new(model, path))

    def bring_up_to_date(self, model):
        if model and model.get("type") == "notebook" and model.get("content"):
            store_what_is_shown(model["content"], self.kernels.connection_dir)

    async def running(self, path):
        """Return the kernel of the notebook at `path` and its process, each None if unknown."""
        for session in await ensure_async(self.sessions.list_sessions()):
            if session["path"].strip("/") == path.strip("/"):
                kernel = session["kernel"]["id"]
                provisioner = self.kernels.get_kernel(kernel).provisioner
                return kernel, getattr(provisioner, "pid", None)
        return None, None


def leave_out_dead_views(notebook, kernel, process):
    """Take the views that `kernel`, as it now runs, cannot fill out of a notebook's outputs."""
    stored = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(VIEW)
            if view and view.get("model_id") not in stored and not lives(view, kernel, process):
                del output["data"][VIEW]
        if "outputs" in cell:
            cell["outputs"] = [output for output in cell["outputs"] if output.get("data") != {}]


def store_what_is_shown(notebook, runtime):
    """Put what kernels have written down of their views beside these in a notebook's outputs."""
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            still = last.read(output.get("data", {}).get(VIEW, {}), runtime)
            alt = still.pop("alt", None)
            if still:
                output["data"].update(still)
            if alt:
                output.setdefault("metadata", {}).setdefault("image/png", {})["alt"] = alt


def lives(view, kernel, process):
    """Return whether a view was made by this kernel; one that was started anew keeps its id.

    Views of other kits do not name their makers: they are taken for alive while there is a kernel.
    """
    if kernel is None or view.get("kernel", kernel) != kernel:
        return False
    return process is None or process in view.get("processes", [process])
