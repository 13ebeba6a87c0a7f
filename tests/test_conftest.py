"""The rule of conftest.py, tried on a small suite in which every test is skipped in its own way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

SKIPS = {
    "test_importorskip.py": """
        import pytest
        pytest.importorskip("no_such_module")
        def test(): pass
    """,
    "test_mark.py": """
        import pytest
        @pytest.mark.skip("too slow")
        def test(): pass
    """,
    "test_call.py": """
        import pytest
        def test(): pytest.skip("no browser")
    """,
    "test_fixture.py": """
        import pytest
        @pytest.fixture
        def page(): pytest.skip("no page")
        def test(page): pass
    """,
    "test_xfail.py": """
        import pytest
        @pytest.mark.xfail(reason="known fault")
        def test(): assert False
    """,
    "test_xfail_call.py": """
        import pytest
        def test(): pytest.xfail("perhaps later")
    """,
    "text.md": """
        >>> 1 + 1  # doctest: +SKIP
        3
    """,
}
REASONS = [
    *("no_such_module", "too slow", "no browser", "no page", "known fault", "perhaps later"),
    "all tests skipped by +SKIP option",
]
PASSES = "def test(): pass\n"


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """A folder with this kit's conftest.py, one passing test, and one skip of every kind."""
    folder = tmp_path_factory.mktemp("suite")
    shutil.copy(CONFTEST, folder)
    (folder / "test_passes.py").write_text(PASSES)
    for name, source in SKIPS.items():
        (folder / name).write_text(source.replace("\n        ", "\n"))
    cell = nbformat.v4.new_code_cell("# NBVAL_SKIP\n1 + 1", execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "skipped.ipynb")
    return folder


def run(*arguments, ci):
    """Run pytest in a process of its own, with CI set or not, under no configuration."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    # Other plug-ins take seconds to load and play no part here.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-rA", "-p", "no:cacheprovider", "--doctest-glob=*.md"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *options, *map(str, arguments)],
        env=environment | ({"CI": "true"} if ci else {}),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_skip_fails_in_ci(suite):
    result = run("-p", "nbval", "--nbval", "--continue-on-collection-errors", suite, ci=True)
    assert result.returncode == 1
    failures = [
        line for line in result.stdout.splitlines() if line.startswith(("FAILED", "ERROR "))
    ]
    for name in [*SKIPS, "skipped.ipynb"]:
        assert any(name in line for line in failures), result.stdout
    assert "In CI nothing may be skipped: " in result.stdout
    for reason in REASONS:
        assert reason in result.stdout
    assert "1 passed" in result.stdout
    assert "skipped in" not in result.stdout
    assert "xfailed" not in result.stdout


@pytest.mark.parametrize("name", SKIPS)
def test_one_skip_is_enough_to_fail(suite, name):
    assert run(suite / "test_passes.py", suite / name, ci=True).returncode in (1, 2)


def test_skips_are_allowed_elsewhere(suite):
    result = run("-p", "nbval", "--nbval", suite, ci=False)
    assert result.returncode == 0, result.stdout
    assert "1 passed, 6 skipped, 2 xfailed" in result.stdout


def test_passing_suite_passes_in_ci(suite):
    assert run(suite / "test_passes.py", ci=True).returncode == 0
