"""The server leaves out the views that no kernel can fill any more."""

import asyncio
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from stored import outputs

from widgets.page import VIEW
from widgets.server import STATE, Served, leave_out_dead_views, lives


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
