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

# Of each panel: how many are made until the allocator has what it needs for those that wait to be
# collected, and how many then. With 20 panels, growth by half a megabyte each is seen: the pixels
# of one picture, or one figure, are more. Leaked widgets and figures are counted one by one.
MAKERS = [
    (learning_rate.panel, 20, 20), (learning_rate.valley, 5, 5), (learning_rate.sweep, 10, 5)
]  # fmt: skip


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


def test_nothing_grows_with_hundreds_of_moves(live):
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
    move(300)
    assert (live_widgets(), figures(), observers(live), threading.active_count()) == counts
    # 20 kB a move would be seen.
    assert process.memory_info().rss - memory < 6e6


@pytest.mark.parametrize(("make", "first", "times"), MAKERS)
def test_nothing_grows_with_new_panels(make, first, times):
    few = {} if make is learning_rate.valley else {"epochs": 2}
    for _ in range(first):
        make(**few).close()
    counts, memory = (live_widgets(), figures()), psutil.Process().memory_info().rss
    for _ in range(times):
        panel = make(**few)
        panel.set(**few)
        panel.close()
    del panel
    assert (live_widgets(), figures()) == counts
    assert psutil.Process().memory_info().rss - memory < 10e6


# The fast engine takes memory when it is loaded.
ENGINE = "from lessons import engines; engines.engine_at_hand(); engines.warming.join()"
COUNT = """
import gc, threading, comm, psutil
from ipywidgets.widgets import widget
from matplotlib.figure import Figure
gc.collect()
print(len(widget._instances), len(comm.get_comm_manager().comms),
      sum(issubclass(type(thing), Figure) for thing in gc.get_objects()),
      psutil.Process().memory_info().rss)
"""


def test_nothing_grows_when_a_cell_is_run_again_and_again_in_a_kernel():
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
        assert run(ENGINE) == ""
        for _ in range(10):
            assert run(cell) == ""
        *counts, memory = map(int, run(COUNT).split())
        assert counts[2] <= 4  # the one shown, and what IPython calls _, __ and ___
        for _ in range(20):
            assert run(cell) == ""
        *after, memory_after = map(int, run(COUNT).split())
        assert after == counts
        # As above, half a megabyte a run would be seen.
        assert memory_after - memory < 10e6
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
