"""What several files of tests use; and in CI nothing may be skipped: what did not run failed."""

import os
import shutil
from pathlib import Path

import pytest

from lessons import engines

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


@pytest.fixture(scope="session")
def compiled():
    """Wait for the fast engine, so that no panel starts with the readable one."""
    engines.engine_at_hand()
    engines.warming.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Lab on a copy of the notebooks: it saves what it shows, and the originals must stay."""
    import lab

    root = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(NOTEBOOKS, root, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with lab.server(root) as running:
        yield running


@pytest.fixture(scope="module")
def page(server):
    """A page in a real browser, for the tests of one file."""
    import lab

    with lab.browser() as page:
        yield page


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
