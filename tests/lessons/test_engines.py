"""Which engine is at hand while the fast one is being compiled."""

import threading

import pytest

from lessons import engines
from lessons.compiler import has_numba


@pytest.fixture
def compiler(monkeypatch):
    """A compilation that takes until it is let go; counts how often it was started."""

    class Compiler:
        started, let_go = 0, threading.Event()

        def warm_up(self):
            self.started += 1
            self.let_go.wait()

    compiler = Compiler()
    monkeypatch.setattr(engines, "warming", None)
    monkeypatch.setattr(engines, "warm_up", compiler.warm_up)
    yield compiler
    compiler.let_go.set()
    if engines.warming:
        engines.warming.join()


def test_the_readable_engine_serves_until_the_fast_one_is_ready(compiler):
    assert engines.compiling() is None
    assert engines.engine_at_hand(patience=0.01) == "numpy"
    thread = engines.compiling()
    assert thread.is_alive()
    assert thread.daemon
    assert engines.engine_at_hand() == "numpy"
    compiler.let_go.set()
    thread.join()
    assert engines.compiling() is None
    assert engines.engine_at_hand() == "auto"


def test_a_short_compilation_is_waited_for(compiler):
    compiler.let_go.set()
    assert engines.engine_at_hand(patience=60) == "auto"


def test_it_is_started_once_however_many_ask(compiler):
    answers = []
    askers = [
        threading.Thread(target=lambda: answers.append(engines.engine_at_hand(patience=0.05)))
        for _ in range(8)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert answers == ["numpy"] * 8
    assert compiler.started == 1


def test_warm_up_compiles_what_training_needs():
    engines.warm_up()
    if has_numba():
        from lessons import kernels

        assert len(kernels.train.signatures) >= 1


def test_warm_up_has_nothing_to_do_without_numba(monkeypatch):
    monkeypatch.setattr(engines, "has_numba", lambda: False)
    monkeypatch.setattr(engines, "train", lambda *_: pytest.fail("trained"))
    engines.warm_up()
