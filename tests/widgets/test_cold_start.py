"""The first panel on a machine that has compiled nothing yet: at once, and with words about it.

And what it compiled is there for the next process.
"""

import json
import os
import subprocess
import sys

import pytest

from lessons.compiler import has_numba

SCRIPT = """
import json, time
from lessons import engines, kernels, trainer
from widgets import learning_rate

used = []
for name in ("readable_engine", "fast_engine"):
    def note(plan, name=name, make=getattr(trainer, name)):
        # The smallest network there is belongs to the compilation itself.
        if plan.config.epochs > 1:
            used.append(name)
        return make(plan)
    setattr(trainer, name, note)

panel = learning_rate.panel(epochs=5)
first = {"compiling": engines.compiling() is not None, "message": panel.message.value,
         "used": sorted(set(used)), "text": str(panel)}
used.clear()
panel.set(learning_rate=0.2)
meanwhile = {"compiling": engines.compiling() is not None, "message": panel.message.value,
             "used": sorted(set(used)), "text": str(panel)}
engines.warming.join()
deadline = time.monotonic() + 10
while panel.message.value and time.monotonic() < deadline:
    time.sleep(0.01)
message = panel.message.value
used.clear()
learning_rate.network.stable_rates.clear()
panel.set(learning_rate=0.1)
last = {"compiling": engines.compiling() is not None, "message": message,
        "used": sorted(set(used)), "text": str(panel)}
here = [sum(k.stats.cache_misses.values()) for k in (kernels.train, kernels.run_through)]
print(json.dumps([first, meanwhile, last, here]))
"""
AGAIN = """
import json, time
import numba
from lessons import engines
started = time.process_time()
engines.warm_up()
seconds = time.process_time() - started
from lessons import kernels
hits = [sum(k.stats.cache_hits.values()) for k in (kernels.train, kernels.run_through)]
print(json.dumps([hits, seconds]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not has_numba(), reason="there is nothing to compile without Numba")
def test_the_panel_does_not_wait_for_the_compiler(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    first, meanwhile, last, compiled_here = json.loads(result.stdout)
    for seen in (first, meanwhile):
        assert seen["compiling"]
        assert seen["used"] == ["readable_engine"]
        assert "being compiled" in seen["message"]
    assert not last["compiling"]
    assert last["used"] == ["fast_engine"]
    assert last["message"] == ""
    # The two engines agree to all digits that are shown. What follows the picture came later.
    assert last["text"].startswith(first["text"])
    # Another process has compiled: here that would have held up every move.
    assert compiled_here == [0, 0]

    # The next process compiles nothing; that took this one many seconds.
    result = subprocess.run(
        [sys.executable, "-c", AGAIN], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    hits, seconds = json.loads(result.stdout)
    assert hits == [1, 1]
    assert seconds < 2
