"""The three doors, `make`, conda and Binder, lead to the same place: same versions, same set-up."""

import contextlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import lab
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from repo2docker.buildpacks.conda import CondaBuildPack

from widgets.originals import KEPT, lessons_in

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
(PIP,) = (entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))
PINS = {canonicalize_name(pin.name): pin for pin in map(Requirement, PIP)}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = json.loads(
    (ROOT / "etc/jupyter/labconfig/default_setting_overrides.json").read_text(encoding="utf-8")
)
SHIPPED = [path.relative_to(ROOT) for path in (ROOT / "etc").rglob("*.json")]


def applies(requirement):
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


HERE = {name: pin for name, pin in PINS.items() if applies(pin)}


def make_environment():
    # The make that runs these tests must not lend its flags to another.
    flags = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    return {name: value for name, value in os.environ.items() if name not in flags}


def run_make(*arguments):
    result = subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=make_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def tracked_files():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_all_files_name_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = PYPROJECT["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (.*)", changes, re.MULTILINE)[1] == project["version"]


# The versions


def test_conda_installs_only_python_and_pip():
    assert CONDA == ["python=3.12", "pip"]
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_each_pin_is_one_exact_version():
    assert len(PINS) == len(PIP)
    for pin in PINS.values():
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
        assert "*" not in str(pin.specifier)
        assert pin.url is None


def test_environment_points_nowhere():
    # A local reference would make Binder install everything again at each edit of a notebook.
    for line in [*CONDA, *PIP]:
        assert not line.startswith(("-", ".", "/")), line
        assert "://" not in line


@pytest.mark.parametrize("needed", PYPROJECT["project"]["dependencies"])
def test_dependency_is_pinned(needed):
    needed = Requirement(needed)
    assert not needed.specifier, "versions belong into environment.yml alone"
    assert needed.marker == PINS[canonicalize_name(needed.name)].marker


def test_what_a_cluster_needs_is_pinned_and_installed_by_no_door():
    printed = subprocess.run(
        [sys.executable, "-c", "import pins; print(*pins.pins(pins.CLUSTER), sep='\\n')"],
        cwd=ROOT / "tools", capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    pinned = {
        canonicalize_name(pin.name): pin
        for pin in map(Requirement, (line.split("  #")[0] for line in printed))
    }
    (needed,) = map(Requirement, PYPROJECT["project"]["optional-dependencies"]["cluster"])
    assert not needed.specifier, "versions belong into environment.yml alone"
    assert needed.name in pinned
    assert not pinned.keys() & PINS.keys()
    if importlib.util.find_spec("distributed"):
        for name in filter(lambda name: applies(pinned[name]), pinned):
            assert f"=={importlib.metadata.version(name)}" == str(pinned[name].specifier)
            for other in map(Requirement, importlib.metadata.requires(name) or []):
                assert not applies(other) or canonicalize_name(other.name) in pinned | PINS


def test_build_backend_is_pinned():
    for needed in PYPROJECT["build-system"]["requires"]:
        assert canonicalize_name(needed) in PINS


def test_installed_versions_are_the_pinned_ones():
    installed = {name: importlib.metadata.version(name) for name in HERE}
    assert installed == {name: str(pin.specifier)[2:] for name, pin in HERE.items()}


def test_what_a_pin_needs_is_pinned_too():
    needs = {
        (name, canonicalize_name(needed.name))
        for name in HERE
        for needed in map(Requirement, importlib.metadata.requires(name) or [])
        if applies(needed)
    }
    assert {(name, needed) for name, needed in needs if needed not in PINS} == set()


def test_pins_take_the_first_python_3_11():
    # Debian's is 3.11.2, and some packages ask for 3.11.5.
    for name in HERE:
        python = importlib.metadata.metadata(name).get("Requires-Python", "")
        assert "3.11.0" in SpecifierSet(python), name


# make


def test_make_prints_the_pins_of_environment_yml():
    printed = [line.split("  #")[0] for line in run_make("--silent", "pins").splitlines()]
    assert printed == PIP


def test_make_installs_exactly_these_pins(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("pins", ROOT / "tools/pins.py")
    pins = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pins)
    asked = []
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(pins, "run_pip", lambda arguments, log: asked.append(arguments))

    pins.install()

    (arguments,) = asked
    assert arguments[0] == "install"
    assert arguments[-2] == "-r"
    requirements = Path(arguments[-1]).read_text(encoding="utf-8").splitlines()
    assert [line.split("  #")[0] for line in requirements] == PIP


def test_make_installs_the_pins_and_then_runs_postbuild():
    planned = run_make("--dry-run", "--always-make", "env")
    assert 0 < planned.index("tools/pins.py install") < planned.index("./postBuild")


def test_scripts_are_executable():
    for name in ("postBuild", "start", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name


def test_start_limits_threads_and_passes_arguments_on():
    program = "import os; print(os.environ['NUMBA_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    result = subprocess.run(
        [ROOT / "start", sys.executable, "-c", program], capture_output=True, text=True
    )
    assert result.stdout == "1 1\n"


@pytest.mark.slow
def test_make_lab_opens_the_first_lesson(tmp_path):
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip("these tests do not run in the environment that make set up")
    # Any free port: servers that start at the same moment would all find the same one free.
    arguments = (
        "LAB_ARGS=--no-browser --ServerApp.ip=127.0.0.1 --ServerApp.port=0 "
        "--LabApp.extension_manager=readonly"
    )
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "lab", arguments],
            cwd=ROOT,
            env=make_environment() | {"JUPYTER_RUNTIME_DIR": str(tmp_path)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        info = wait_for_server(process, tmp_path)
        assert info, log.read_text()
        assert Path(info["root_dir"]) == ROOT
        with open_url(f"{info['url']}?token={info['token']}") as answer:
            assert answer.url.split("?")[0].endswith("/lab/tree/notebooks/00_start_here.ipynb")
            assert b"JupyterLab" in answer.read()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_server(process, folder):
    """What a server says of itself once it answers; None if it ends, or after a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for file in folder.glob("jpserver-*.json"):
            # It writes the file before it listens.
            with contextlib.suppress(ValueError, OSError):
                info = json.loads(file.read_text())
                open_url(f"{info['url']}?token={info['token']}").close()
                return info
        time.sleep(0.1)
    return None


def open_url(url):
    # A proxy set for the outside world would catch 127.0.0.1 as well.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    return opener.open(url, timeout=30)


# Binder


@pytest.fixture
def binder(monkeypatch):
    """repo2docker's own reader of this repository."""
    monkeypatch.chdir(ROOT)
    logging.getLogger("repo2docker").setLevel(logging.ERROR)
    pack = CondaBuildPack("ubuntu")
    pack.platform = "linux/amd64"
    return pack


@pytest.fixture
def dockerfile(binder):
    return binder.render({"NB_USER": "jovyan", "NB_UID": "1000"})


def test_binder_reads_the_files_at_the_root(binder):
    # Either folder would make repo2docker ignore environment.yml, postBuild and start.
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()
    assert binder.detect()
    assert binder.environment_yaml_path == "environment.yml"


def test_binder_uses_the_python_of_environment_yml(binder):
    assert binder.python_version == "3.12"
    assert "conda/environment.py-3.12-linux-64.lock" in binder.get_build_script_files()


def test_editing_a_notebook_does_not_install_anew_on_binder(dockerfile):
    copies_pins = dockerfile.index("COPY --chown=1000:1000 src/environment.yml")
    installs = dockerfile.index("env update")
    copies_all = dockerfile.index("COPY --chown=1000:1000 src/ ")
    assert copies_pins < installs < copies_all


def test_binder_runs_postbuild_after_the_copy_and_start_before_the_server(dockerfile):
    copies_all = dockerfile.index("COPY --chown=1000:1000 src/ ")
    assert copies_all < dockerfile.index("RUN ./postBuild")
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/start"' in dockerfile


# What Jupyter reads


@pytest.mark.parametrize("file", SHIPPED, ids=str)
def test_what_jupyter_reads_is_installed_where_it_looks(file):
    assert Path(sys.prefix, file).read_bytes() == (ROOT / file).read_bytes()


@pytest.mark.parametrize("file", SHIPPED, ids=str)
def test_make_installs_it_again_when_it_was_edited(file):
    assert "./postBuild" in run_make("--dry-run", f"--what-if={file}", "env")


def test_every_lesson_is_kept_as_it_came_before_lab_can_save_over_it():
    assert lessons_in(KEPT) >= lessons_in(ROOT / "notebooks")
    planned = run_make("--dry-run", "lab")
    assert 0 < planned.index("tools/notebooks.py keep") < planned.index("jupyterlab")


# JupyterLab's settings


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with lab.server(tmp_path_factory.mktemp("root")) as running:
        yield running


@pytest.mark.parametrize("plugin", SETTINGS)
def test_jupyterlab_takes_the_settings(server, plugin):
    in_force = server.lab_settings(plugin)
    assert SETTINGS[plugin].items() <= in_force.items()


@pytest.mark.parametrize("plugin", SETTINGS)
def test_jupyterlab_knows_the_settings(plugin):
    # A misspelled name would be taken without a word.
    package, _, name = plugin.partition(":")
    schema = json.loads(
        Path(sys.prefix, "share/jupyter/lab/schemas", package, f"{name}.json").read_text()
    )
    for setting, value in SETTINGS[plugin].items():
        known = schema["properties"][setting]
        assert value != known["default"]
        if "oneOf" in known:
            assert value in [choice["const"] for choice in known["oneOf"]]


def test_the_server_compresses_what_it_sends(server):
    # Binder is far away, and opening a lesson is 7 MB of text.
    request = urllib.request.Request(f"{server.url}lab?token={server.token}")
    request.add_header("Accept-Encoding", "gzip")
    with open_url(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"


# What no file may hold


def test_no_file_names_a_registry_or_a_place_on_one_machine():
    hosts = re.compile(r"p[y]pi[.]org|pythonh[o]sted|npm[j]s[.]|deb[.]deb[i]an", re.I)
    places = re.compile(r"(?<![\w.])/(?:w[o]rk|r[o]ot|t[m]p|h[o]me)/(?!jovyan)")
    found = []
    for file in tracked_files():
        with contextlib.suppress(UnicodeDecodeError):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                # A picture inside a notebook is one long line of letters and slashes.
                if len(line) < 2000 and (hosts.search(line) or places.search(line)):
                    found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []
