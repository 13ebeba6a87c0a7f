"""A compiler that does not work: the readable engine does all, and one sentence says why."""

import json
import threading

import numpy as np
import pytest
from panels import Fake, wait_for
from reference import run_python

from lessons import TrainConfig, compiler, data, engines, predict, train
from lessons import trouble as troubles
from lessons.compiler import has_numba
from lessons.trouble import trouble

with_numba = pytest.mark.skipif(not has_numba(), reason="Numba is not installed")

# What somebody does who knows nothing of compilers: train, predict, open a panel, check, prepare.
DAY = """
import contextlib, io, json
from lessons import TrainConfig, data, engines, predict, train
from lessons.trouble import trouble
from widgets import learning_rate, start, warm

panel = learning_rate.panel(epochs=2)
engines.warming.join()
panel.set(learning_rate=0.2)
config, split = TrainConfig(epochs=2), data.moons(n=50)
run = train(config, split)
predict(run.params, config, split.X_test, "auto")
try:
    train(config, split, engine="numba")
except ImportError as error:
    refusal = str(error)
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    start.check()
    warm.main()
print(json.dumps([trouble(), panel.message.value, run.status, refusal, printed.getvalue()]))
"""
NO_COMPILER = """
from numba.core import dispatcher
def compile(*arguments):
    raise MemoryError("LLVM wants more")
dispatcher._FunctionCompiler.compile = compile
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("numba", "prelude", "environment", "cause"),
    [
        ("raise ImportError('Numba needs NumPy 2.5')", "", {}, "ImportError: Numba needs NumPy"),
        pytest.param("", "", {"NUMBA_DISABLE_JIT": "1"}, "NUMBA_DISABLE_JIT", marks=with_numba),
        pytest.param("", NO_COMPILER, {}, "MemoryError: LLVM wants more", marks=with_numba),
    ],
    ids=["import", "disabled", "compiling"],
)
def test_the_readable_engine_does_all_and_one_sentence_says_why(
    tmp_path, numba, prelude, environment, cause
):
    if numba:
        (tmp_path / "numba.py").write_text(numba)
        environment = {"PYTHONPATH": str(tmp_path)}
    if prelude:
        # Python runs it first in every process, also in one that is started to compile.
        (tmp_path / "sitecustomize.py").write_text(prelude)
        environment = {"PYTHONPATH": str(tmp_path)}
    # Nothing that was compiled before is found.
    environment |= {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    sentence, message, status, refusal, printed = json.loads(run_python(DAY, **environment))
    assert sentence.startswith("Trainings take longer here, for ")
    assert cause in sentence
    assert sentence.endswith(".")
    assert message == sentence
    assert status == "finished"
    assert refusal.startswith("engine 'numba' needs a Numba that works; 'auto' does not. ")
    assert refusal.endswith(sentence)
    assert printed.count(sentence) == 2


@pytest.fixture
def untroubled(monkeypatch):
    """A record of trouble for this test alone."""
    monkeypatch.setattr(troubles, "sentences", {})


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SystemError("initialization failed"), "SystemError: initialization failed."),
        (OSError("libllvm cannot be loaded"), "OSError: libllvm cannot be loaded."),
        (ModuleNotFoundError("No llvmlite", name="llvmlite"), "ModuleNotFoundError: No llvmlite."),
        (ModuleNotFoundError("No numba", name="numba"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numba_may_fail_to_load_in_any_way(untroubled, monkeypatch, error, sentence):
    def load(name, *arguments):
        raise error

    with monkeypatch.context() as failing:
        failing.setattr("builtins.__import__", load)
        loads = compiler.loads.__wrapped__()
    assert not loads
    # Only that it is not installed is nothing to speak of.
    assert trouble() is None if sentence is None else trouble().endswith(f"its work: {sentence}")


def broken(*arguments):
    raise RuntimeError("out of registers.")


@with_numba
def test_a_training_that_cannot_be_compiled_is_done_by_the_readable_engine(untroubled, monkeypatch):
    from lessons import kernels

    config, split = TrainConfig(epochs=3, optimizer="adam", dropout=0.2), data.moons(n=50)
    monkeypatch.setattr(kernels, "train", broken)
    run = train(config, split)
    assert np.array_equal(run.batch_loss, train(config, split, "numpy").batch_loss)
    assert trouble().endswith("does its work: RuntimeError: out of registers.")
    assert not has_numba()
    # Nobody waits for the compiler a second time.
    monkeypatch.setattr(kernels, "train", lambda *_: pytest.fail("compiled again"))
    assert train(config, split).status == "finished"
    with pytest.raises(ImportError, match="out of registers"):
        train(config, split, "numba")


@with_numba
def test_a_prediction_that_cannot_be_compiled_is_made_by_the_readable_engine(
    untroubled, monkeypatch
):
    from lessons import kernels

    config, split = TrainConfig(epochs=1), data.moons(n=50)
    params = train(config, split).params
    monkeypatch.setattr(kernels, "run_through", broken)
    fast, slow = (predict(params, config, split.X_test, engine) for engine in ("auto", "numpy"))
    assert np.array_equal(fast, slow)
    assert "out of registers" in trouble()
    assert not has_numba()


@with_numba
def test_memory_that_a_run_needs_is_not_the_compilers_trouble(untroubled, monkeypatch):
    from lessons import fast

    def no_memory(*_):
        raise MemoryError

    monkeypatch.setattr(fast, "make_workspace", no_memory)
    with pytest.raises(MemoryError):
        train(TrainConfig(epochs=1), data.moons(n=50))
    assert trouble() is None
    assert has_numba()


def test_an_open_panel_says_it_when_the_compiler_gives_up(untroubled, monkeypatch):
    give_up = threading.Event()
    compiling = threading.Thread(target=give_up.wait)
    compiling.start()
    monkeypatch.setattr(engines, "warming", compiling)
    panel = Fake().panel()
    assert "being compiled" in panel.message.value
    troubles.cannot_compile(RuntimeError("1 < 2"))
    give_up.set()
    wait_for(lambda: "RuntimeError: 1 &lt; 2" in panel.message.value)
    assert "being compiled" not in panel.message.value
    panel.close()


def test_there_is_no_trouble_where_all_is_well():
    engines.warm_up()
    assert trouble() is None


def test_a_long_cause_is_cut_short():
    words = troubles.in_words(ValueError("one\n  two " + "three " * 100))
    assert words.startswith("ValueError: one two three")
    assert words.endswith(" …")
    assert len(words) < 220
    assert troubles.in_words(MemoryError()) == "MemoryError"
