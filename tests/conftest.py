"""What several files of tests use; and in CI nothing may be skipped: what did not run failed."""

import os
import re
import shutil
import uuid
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from lessons import engines

# How long an example takes depends on what else the machine does.
settings.register_profile("kit", deadline=None)
settings.load_profile("kit")

TESTS = Path(__file__).resolve().parent
NOTEBOOKS = TESTS.parent / "notebooks"


@pytest.fixture(scope="session")
def compiled():
    """Wait for the fast engine, so that no panel starts with the readable one."""
    engines.engine_at_hand()
    engines.warming.join()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    """One Lab for all tests of a core."""
    import lab

    with lab.server(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def server(lab_server):
    """That Lab, with a copy of the notebooks for one file of tests: it saves what it shows."""
    running = lab_server.below(uuid.uuid4().hex[:8])
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(path, running.root)
    yield running
    running.stop_kernels()


@pytest.fixture(scope="module")
def page(server):
    """A page in a real browser, for the tests of one file."""
    import lab

    with lab.browser() as page:
        yield page


@pytest.fixture
def seeds(request):
    """The seeds of a claim's experiment: 20, or as many as its mark says, `seeds=40`."""
    return range(request.node.get_closest_marker("claim").kwargs.get("seeds", 20))


@pytest.fixture
def measured(request):
    """Report what a claim's experiment found: `measured("39 of 40 seeds learn at 1.0")`."""
    used = request.getfixturevalue("seeds") if "seeds" in request.fixturenames else ()

    def report(figures):
        for mark in request.node.iter_markers("claim"):
            experiment = request.function.__doc__
            claim = (*mark.args, experiment, len(used), figures)
            request.node.user_properties.append(("claim", claim))

    return report


def pytest_collection_modifyitems(items):
    """Say what is slow by its kind, and let it begin first, so that no core ends late.

    Slow is all that runs a notebook, a server or a browser, and the panels of the lessons, which
    train for a minute.
    """
    for item in items:
        notebook = item.path.suffix == ".ipynb" or TESTS / "notebooks" in item.path.parents
        lesson = item.path.parent.parent == TESTS / "widgets"
        if notebook or lesson or {"page", "server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


class Together(LoadScopeScheduling):
    """Deals out to the cores what has to stay together: a file, or of a file what is of a lesson.

    Its tests share panels, servers and kernels.
    """

    def _split_scope(self, nodeid):
        lesson = re.search(r"\b\d\d_\w+(?=(\.ipynb)?\]$)", nodeid)
        return f"{nodeid.split('::')[0]} {lesson[0] if lesson else ''}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Together(config, log)


def pytest_configure(config):
    if os.environ.get("CI"):
        # A plug-in of its own, because hooks written in this file would see only tests/,
        # and not the notebooks and the doctests.
        config.pluginmanager.register(NoSkips(), "no-skips")


class NoSkips:
    """Turns every skip and every expected failure into a failure that says so."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self):
        return fail_if_skipped((yield))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self):
        return fail_if_skipped((yield))


def fail_if_skipped(report):
    if report.skipped:
        report.longrepr = f"In CI nothing may be skipped: {reason(report)}"
        report.outcome = "failed"
        # pytest does not count a failure that still carries this.
        vars(report).pop("wasxfail", None)
    return report


def reason(report):
    if hasattr(report, "wasxfail"):
        return f"xfail, {report.wasxfail}"
    if isinstance(report.longrepr, tuple):
        path, line, message = report.longrepr
        return f"{path}:{line}: {message}"
    return str(report.longrepr)
