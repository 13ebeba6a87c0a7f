"""Which engine is at hand while the fast one is being compiled, and who compiles it."""

import os
import subprocess
import sys
import threading
import time

import pytest

from lessons import Progress, engines
from lessons.compiler import has_numba


@pytest.fixture
def compiler(monkeypatch):
    """A compilation that takes until it is let go; counts how often it was started."""

    class Compiler:
        started, missing, let_go = 0, False, threading.Event()

        def warm_up(self):
            self.started += 1
            if self.missing:
                engines.missing.set()
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


def test_nobody_waits_for_what_is_not_on_the_disk(compiler):
    compiler.missing = True
    started = time.monotonic()
    assert engines.engine_at_hand(patience=60) == "numpy"
    assert time.monotonic() - started < 30
    assert engines.compiling_for_long()
    compiler.let_go.set()
    engines.warming.join()
    assert not engines.compiling_for_long()


def test_what_is_only_loaded_does_not_take_long(compiler):
    assert engines.engine_at_hand(patience=0.01) == "numpy"
    assert engines.compiling()
    assert not engines.compiling_for_long()


def test_long_work_waits_for_the_fast_engine(compiler):
    engines.engine_at_hand(patience=0.01)
    answers = []
    worker = threading.Thread(
        target=lambda: answers.append(engines.engine_for_long_work(Progress()))
    )
    worker.start()
    worker.join(0.2)
    assert answers == []
    compiler.let_go.set()
    worker.join()
    assert answers == ["auto"]


def test_long_work_that_is_cancelled_does_not_wait(compiler):
    engines.engine_at_hand(patience=0.01)
    progress = Progress()
    progress.cancel()
    assert engines.engine_for_long_work(progress) == "numpy"


@pytest.fixture
def child(monkeypatch):
    """What was to run in another process, and how."""
    calls = []
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: calls.append((command, options))
    )
    return calls


def test_another_process_compiles_which_no_interrupt_reaches_and_which_says_nothing(child):
    engines.missing.clear()
    engines.compile_elsewhere()
    assert engines.missing.is_set()
    ((command, options),) = child
    assert command[0] == sys.executable
    assert "give_way" in command[-1]
    assert (options["cwd"] / "lessons" / "engines.py").samefile(engines.__file__)
    assert options["process_group"] == 0
    assert {options[name] for name in ("stdin", "stdout", "stderr")} == {subprocess.DEVNULL}


def test_no_process_can_be_started(monkeypatch):
    def fail(*_, **__):
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(subprocess, "run", fail)
    engines.compile_elsewhere()  # and then it is compiled here


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no niceness")
def test_the_other_process_gives_way():
    script = (
        "import os; from lessons import engines; engines.warm_up = lambda: None; "
        "before = os.nice(0); engines.give_way(); print(os.nice(0) - before)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "10"


@pytest.mark.skipif(not has_numba(), reason="there is nothing to compile without Numba")
def test_another_process_compiles_only_while_a_panel_prepares(monkeypatch):
    from lessons.kernels.compiling import Kept

    seen = []
    monkeypatch.setattr(engines, "warm_up", lambda: seen.append(Kept.supply))
    engines.load_or_compile()
    assert seen == [engines.compile_elsewhere]
    assert Kept.supply is None


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
