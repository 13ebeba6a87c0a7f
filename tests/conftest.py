"""In CI nothing may be skipped: a test that did not run has not passed."""

import os

import pytest

from lessons import engines


@pytest.fixture(scope="session")
def compiled():
    """Wait for the fast engine, so that no panel starts with the readable one."""
    engines.engine_at_hand()
    engines.warming.join()


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
