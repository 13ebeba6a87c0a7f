"""However often a panel is moved, made, or run again: nothing grows."""

import gc
import itertools
import threading

import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from matplotlib.figure import Figure
from panels import live_widgets, settle, slide

from widgets import learning_rate

pytestmark = [pytest.mark.usefixtures("compiled"), pytest.mark.slow]

MAKERS = (learning_rate.panel, learning_rate.valley, learning_rate.sweep)


@pytest.fixture
def live():
    """The panel of lesson 03."""
    panel = learning_rate.panel(epochs=10)
    yield panel
    panel.close()


def figures():
    gc.collect()
    return sum(issubclass(type(thing), Figure) for thing in gc.get_objects())


def observers(panel):
    watched = [panel.pin, panel.clock, *(knob.control for knob in panel.knobs.values())]
    return [len(control._trait_notifiers["value"]["change"]) for control in watched]


def test_nothing_grows_with_a_thousand_moves(live):
    process, rates = psutil.Process(), live.knobs["learning_rate"].steps[::2]

    def move(count):
        for k, rate in zip(range(count), itertools.cycle(rates)):
            slide(live, "learning_rate", rate)
            if k % 100 == 0:
                live.clock.value = k % 10
                live.pin.value = not live.pin.value
        settle(live)

    move(200)
    counts = live_widgets(), figures(), observers(live), threading.active_count()
    memory = process.memory_info().rss
    move(1000)
    assert (live_widgets(), figures(), observers(live), threading.active_count()) == counts
    assert process.memory_info().rss - memory < 20e6


@pytest.mark.parametrize(("make", "times"), list(zip(MAKERS, (50, 10, 10), strict=True)))
def test_nothing_grows_with_new_panels(make, times):
    few = {} if make is learning_rate.valley else {"epochs": 2}
    # Until the allocator has what it needs for panels that wait to be collected.
    for _ in range(20):
        make(**few).close()
    counts, memory = (live_widgets(), figures()), psutil.Process().memory_info().rss
    for _ in range(times):
        panel = make(**few)
        panel.set(**few)
        panel.close()
    del panel
    assert (live_widgets(), figures()) == counts
    assert psutil.Process().memory_info().rss - memory < 20e6


COUNT = """
import gc, threading, comm, psutil
from ipywidgets.widgets import widget
from matplotlib.figure import Figure
gc.collect()
print(len(widget._instances), len(comm.get_comm_manager().comms),
      sum(issubclass(type(thing), Figure) for thing in gc.get_objects()),
      psutil.Process().memory_info().rss)
"""


def test_nothing_grows_when_a_cell_is_run_fifty_times_in_a_kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    try:

        def run(code):
            texts = []

            def listen(message):
                kind, content = message["msg_type"], message["content"]
                assert kind != "error", "\n".join(content["traceback"])
                if kind == "stream":
                    texts.append(content["text"])

            client.execute_interactive(code, output_hook=listen, timeout=60)
            return "".join(texts)

        cell = (
            "from widgets import learning_rate\n"
            "panel = learning_rate.panel(epochs=10)\n"
            "panel"
        )  # fmt: skip
        for _ in range(10):
            assert run(cell) == ""
        *counts, memory = map(int, run(COUNT).split())
        assert counts[2] <= 4  # the one shown, and what IPython calls _, __ and ___
        for _ in range(50):
            assert run(cell) == ""
        *after, memory_after = map(int, run(COUNT).split())
        assert after == counts
        assert memory_after - memory < 20e6
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
