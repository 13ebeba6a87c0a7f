"""Binder's image holds code for every processor it may meet, and none runs what it cannot."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lessons import engines
from lessons.compiler import has_numba

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("processors", ROOT / "tools/processors.py")
processors = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(processors)

with_numba = pytest.mark.skipif(not has_numba(), reason="Numba is not installed")

# What LLVM says of processors that clouds have, as far as it matters here.
SANDY_BRIDGE = {
    "cx16", "sahf", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3", "avx", "xsave", "xsaveopt",
    "pclmul", "aes", "cmov", "cx8", "fxsr", "mmx", "sse", "sse2", "crc32", "64bit",
}  # fmt: skip
HASWELL = SANDY_BRIDGE | {
    "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "rdrnd", "fsgsbase", "invpcid",
}  # fmt: skip
ZEN_2 = HASWELL | {"adx", "clwb", "clzero", "sha", "sse4a", "rdseed", "rdpid"}
SKYLAKE_SERVER = HASWELL | {
    "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "adx", "clwb", "pku",
}  # fmt: skip
ZEN_4 = SKYLAKE_SERVER | ZEN_2 | {"avx512bf16", "avx512vbmi", "avx512vnni", "gfni", "vaes"}
KNIGHTS_LANDING = HASWELL | {"avx512f", "avx512cd"}


@pytest.mark.parametrize(
    ("features", "name"),
    [
        (SANDY_BRIDGE, None),
        (HASWELL, "x86-64-v3"),
        (ZEN_2, "x86-64-v3"),
        (KNIGHTS_LANDING, "x86-64-v3"),
        (SKYLAKE_SERVER, "x86-64-v4"),
        (ZEN_4, "x86-64-v4"),
        ({"neon", "fp-armv8"}, None),
        (set(), None),
    ],
)
def test_a_processor_is_in_the_best_class_that_it_has_all_of(features, name):
    assert processors.class_of(features) == name


@pytest.mark.parametrize("name", processors.CLASSES)
def test_no_feature_of_a_class_may_be_missing(name):
    for feature in processors.CLASSES[name]:
        lower = processors.class_of(set(processors.CLASSES[name]) - {feature})
        assert lower != name
        assert lower is None or feature not in processors.CLASSES[lower]


def told(**environment):
    """What Numba is told of the processor in a program that is started as on Binder."""
    show = "import os; print(*[os.environ.get(f'NUMBA_CPU_{x}') for x in ('NAME', 'FEATURES')])"
    here = Path(sys.executable).parent
    result = subprocess.run(
        [ROOT / "start", sys.executable, "-c", show],
        env=os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.split()


def test_on_binder_numba_is_told_of_nothing_that_the_processor_lacks():
    name, features = told()
    assert name == str(processors.class_of(processors.features_here()))
    if name != "None":
        assert {f"+{feature}" for feature in processors.features_here()} >= set(features.split(","))


def test_on_binder_a_choice_is_left_alone():
    assert told(NUMBA_CPU_NAME="generic") == ["generic", "None"]


def test_on_binder_the_server_starts_without_llvm(tmp_path):
    (tmp_path / "llvmlite").mkdir()
    (tmp_path / "llvmlite" / "__init__.py").write_text("raise ImportError('broken')")
    assert told(PYTHONPATH=str(tmp_path)) == ["None", "None"]


@with_numba
def test_what_may_not_run_here_is_compiled_and_not_run(monkeypatch):
    from lessons import kernels

    compiled = {}

    class Kernel:
        """Takes the place of one, and cannot be called."""

        def __init__(self, name):
            self.name = name

        def compile(self, signature):
            compiled[self.name] = signature

    engines.warm_up()
    used = {name: getattr(kernels, name).signatures for name in ("train", "run_through")}
    for name in used:
        monkeypatch.setattr(kernels, name, Kernel(name))
    processors.compile_only()
    # Code for other arguments than those of the panels would never be found.
    assert compiled.keys() == used.keys()
    for name, signature in compiled.items():
        assert signature in used[name]


FOUND = """
from lessons import engines
engines.warm_up()
from lessons import kernels
pair = kernels.train, kernels.run_through
print(kernels.LANES, *[sum(kernel.stats.cache_hits.values()) for kernel in pair])
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not processors.class_of(processors.features_here()), reason="this processor is in no class"
)
def test_what_is_compiled_for_a_class_is_found_on_its_processors(tmp_path):
    # Processors of the better class can run this, too.
    told = processors.settings("x86-64-v3")
    environment = os.environ | told | {"NUMBA_CACHE_DIR": str(tmp_path)}
    for command in (["tools/processors.py", "compile-only"], ["-c", FOUND]):
        result = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["8", "1", "1"]


@pytest.fixture
def build(tmp_path):
    """Run postBuild with a Python that only notes what it is asked; return that."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(
        "#!/bin/sh\n"
        'echo "$* $NUMBA_CPU_NAME" >>"$ASKED"\n'
        'if [ "$2" = name ]; then echo NUMBA_CPU_NAME=a-class; fi\n'
    )
    python.chmod(0o755)
    folder = tmp_path / "repository"
    folder.mkdir()
    shutil.copy(ROOT / "postBuild", folder)

    def run(**environment):
        asked = tmp_path / "asked"
        own = {name: value for name, value in os.environ.items() if name != "REPO_DIR"}
        path = f"{python.parent}{os.pathsep}{own['PATH']}"
        environment = own | {"PATH": path, "ASKED": str(asked)} | environment
        subprocess.run([folder / "postBuild"], env=environment, check=True)
        return [line.strip() for line in asked.read_text().splitlines()]

    run.folder = folder
    return run


def test_binder_compiles_for_all_classes_and_draws_as_on_its_processors(build):
    asked = build(REPO_DIR=str(build.folder))
    assert asked[1:4] == [
        "tools/processors.py compile",
        "tools/processors.py name",
        "-m widgets.warm a-class",
    ]


@pytest.mark.parametrize("elsewhere", [{}, {"REPO_DIR": ""}, {"REPO_DIR": "/"}])
def test_other_doors_compile_for_their_own_processor(build, elsewhere):
    asked = build(**elsewhere)
    assert asked[1:] == ["-m widgets.warm", "tools/notebooks.py keep"]
