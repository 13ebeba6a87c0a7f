"""The server leaves out the views that no kernel can fill, and saves what the others show."""

import asyncio
import socket
from copy import deepcopy
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from stored import outputs
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from widgets import last
from widgets.page import VIEW
from widgets.server import (
    STATE,
    Served,
    _load_jupyter_server_extension,
    leave_out_dead_views,
    lives,
)


@pytest.mark.parametrize(
    ("view", "kernel", "process", "alive"),
    [
        ({"kernel": "k", "processes": [7, 1]}, "k", 7, True),
        ({"kernel": "k", "processes": [8, 7]}, "k", 7, True),
        ({"kernel": "k", "processes": [6, 1]}, "k", 7, False),
        ({"kernel": "k", "processes": [7, 1]}, "j", 7, False),
        ({"kernel": "k", "processes": [7, 1]}, None, None, False),
        ({"kernel": "k", "processes": [7, 1]}, "k", None, True),
        ({}, "k", 7, True),
        ({}, None, None, False),
    ],
)
def test_a_view_lives_as_long_as_the_process_that_made_it(view, kernel, process, alive):
    assert lives(view, kernel, process) is alive


def saved(*bundles, **metadata):
    """A notebook as Lab saves it, with one cell and these outputs."""
    stored = [nbformat.v4.new_output("display_data", bundle) for bundle in bundles]
    return new_notebook(cells=[new_code_cell("show()", outputs=stored)], metadata=metadata)


def test_dead_views_give_way_to_what_is_stored_beside_them():
    dead = {VIEW: {"model_id": "a"}}
    notebook = saved({**dead, "text/plain": "words"}, dead, {"text/plain": "more"})
    leave_out_dead_views(notebook, None, None)
    assert [output.data for output in outputs(notebook)] == [
        {"text/plain": "words"},
        {"text/plain": "more"},
    ]


def test_views_whose_state_is_stored_need_no_kernel():
    notebook = saved({VIEW: {"model_id": "a"}}, widgets={STATE: {"state": {"a": {}}}})
    leave_out_dead_views(notebook, None, None)
    assert VIEW in outputs(notebook)[0].data


@pytest.mark.parametrize("awaited", [True, False])
@pytest.mark.parametrize(("path", "views"), [("/a.ipynb", 1), ("b.ipynb", 0)])
def test_every_manager_of_contents_is_served(awaited, path, views):
    def get(path, content=True, **options):
        notebook = saved({VIEW: {"kernel": "k", "processes": [7]}, "text/plain": ""})
        return {"type": "notebook", "content": notebook if content else None}

    async def get_later(path, **options):
        return get(path, **options)

    async def list_sessions():
        return [{"path": "a.ipynb", "kernel": {"id": "k"}}]

    contents = SimpleNamespace(get=get_later if awaited else get, allow_hidden=False)
    kernel = SimpleNamespace(provisioner=SimpleNamespace(pid=7))
    served = Served(
        contents,
        SimpleNamespace(list_sessions=list_sessions),
        SimpleNamespace(get_kernel=lambda name: kernel),
    )
    model = asyncio.run(served.get(path))
    assert sum(VIEW in output.data for output in outputs(model["content"])) == views
    assert asyncio.run(served.get(path, content=False))["content"] is None
    assert served.allow_hidden is False


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A folder in which kernel k has written what the view m shows now."""
    monkeypatch.setattr(last, "connection_file", lambda: tmp_path / "kernel-k.json")
    last.write({"m": {"text/plain": "now", "image/png": "BBBB", "alt": "now, in words"}})
    return tmp_path


def made_by(kernel, model, **data):
    return {VIEW: {"kernel": kernel, "model_id": model}, "text/plain": "then"} | data


@pytest.mark.parametrize("awaited", [True, False])
@pytest.mark.parametrize("method", ["save", "new"])
def test_a_notebook_is_saved_with_what_is_shown(written, awaited, method):
    def save(model, path):
        return {"path": path, "saved": model}

    async def save_later(model, path):
        return save(model, path)

    contents = SimpleNamespace(**{method: save_later if awaited else save})
    served = Served(contents, None, SimpleNamespace(connection_dir=str(written)))
    notebook = saved(
        made_by("k", "m", **{"image/png": "AAAA"}),
        made_by("k", "other"),
        made_by("j", "m"),
        {"text/plain": "then"},
        mine=1,
    )
    before = deepcopy(notebook)
    notebook.cells.append(new_markdown_cell("text"))
    model = {"type": "notebook", "content": notebook, "format": "json"}
    answer = asyncio.run(getattr(served, method)(model, "a.ipynb"))
    assert answer == {"path": "a.ipynb", "saved": model}
    first, *others = outputs(notebook)
    assert first.data == made_by("k", "m", **{"image/png": "BBBB"}) | {"text/plain": "now"}
    assert first.metadata == {"image/png": {"alt": "now, in words"}}
    assert others == outputs(before)[1:]
    assert notebook.metadata == before.metadata


@pytest.mark.parametrize(
    "model", [None, {"type": "file", "content": "x"}, {"type": "directory"}, {"type": "notebook"}]
)
def test_what_is_no_notebook_is_saved_as_it_came(written, model):
    contents = SimpleNamespace(new=lambda model, path: model)
    served = Served(contents, None, SimpleNamespace(connection_dir=str(written)))
    before = deepcopy(model)
    assert asyncio.run(served.new(model, "a")) == before


class Connection:
    """Of a page with a kernel, as far as it matters here."""

    def __init__(self, websocket_handler):
        self.websocket_handler = websocket_handler

    def connect(self):
        stream = self.websocket_handler.ws_connection.stream
        nodelay = stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        self.websocket_handler.write_message(f"nodelay {bool(nodelay)}")


def test_what_a_kernel_tells_a_page_is_sent_at_once():
    web_app = Application()
    web_app.settings["kernel_websocket_connection_class"] = Connection
    managers = dict.fromkeys(("contents_manager", "session_manager", "kernel_manager"))
    config = SimpleNamespace(HTMLExporter=SimpleNamespace(get=lambda name, default: default))
    _load_jupyter_server_extension(SimpleNamespace(web_app=web_app, config=config, **managers))

    class Handler(WebSocketHandler):
        def open(self):
            self.settings["kernel_websocket_connection_class"](self).connect()

    web_app.add_handlers(".*", [("/", Handler)])

    async def first_message():
        listening, port = bind_unused_port()
        server = HTTPServer(web_app)
        server.add_socket(listening)
        client = await websocket_connect(f"ws://127.0.0.1:{port}/")
        message = await client.read_message()
        client.close()
        # The server says when the page has gone.
        assert await client.read_message() is None
        server.stop()
        return message

    assert asyncio.run(first_message()) == "nodelay True"
