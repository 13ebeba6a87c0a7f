"""The server's part: a lesson that was run and saved is whole when it is opened the next day.

JupyterLab shows the live view of a widget in an output wherever the notebook names one, and where
the kernel that made it is gone it shows an error, never the picture and the text stored beside it.
So views that nothing can fill any more are left out of the notebooks that are *served*; the files
stay as they are. Jupyter loads this through etc/jupyter/jupyter_server_config.d.
"""

from jupyter_core.utils import ensure_async

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
PREPROCESSOR = "widgets.export.StillPanels"


def _jupyter_server_extension_points():
    return [{"module": "widgets.server"}]


def _load_jupyter_server_extension(server):
    # What answers requests looks here. The server's own manager, which also copies and signs
    # notebooks, must go on seeing them whole.
    server.web_app.settings["contents_manager"] = Served(
        server.contents_manager, server.session_manager, server.kernel_manager
    )
    # The server does not read the configuration of `jupyter nbconvert`.
    exporter = server.config.HTMLExporter
    exporter.preprocessors = [*exporter.get("preprocessors", []), PREPROCESSOR]


class Served:
    """A contents manager that is any other, except that it serves notebooks without dead views.

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


def lives(view, kernel, process):
    """Return whether a view was made by this kernel; one that was started anew keeps its id.

    Views of other kits do not name their makers: they are taken for alive while there is a kernel.
    """
    if kernel is None or view.get("kernel", kernel) != kernel:
        return False
    return process is None or process in view.get("processes", [process])
