"""A class on one server: how long does a move take when many learners slide at once?

    python benchmarks/classroom.py [--learners 30] [--seconds 70] [--plain]

So many kernels, each with the panel of lesson 03. Their learners slide the learning rate for 10 s
of every minute, 20 moves a second, by Jupyter's own messages; no browser takes part. The page of
each says what it has got, as the stage does, and where its learner looks: so frames are drawn
ahead. With --plain it has no stage, and nothing is. Prints what a move takes, from the message to
the kernel's word that it is done, frames drawn ahead, and memory.
"""

import argparse
import json
import os
import random
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from jupyter_client import KernelManager

ROOT = Path(__file__).resolve().parents[1]
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
PANEL = """
import json, time
from lessons import engines
from widgets import learning_rate
panel = learning_rate.panel()
panel._repr_mimebundle_()
engines.warming.join()
control = panel.knobs["learning_rate"].control
print(json.dumps([control.model_id, panel.stage.model_id, len(control.options)]))
"""
SLIDES, PERIOD, PAUSE = 10, 60, 0.05  # seconds


class Learner:
    """A kernel with a panel, and who slides in it."""

    def __init__(self, plain):
        self.plain = plain
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=ROOT / "notebooks", env=os.environ | THREADS)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(120)
        printed = []
        self.client.execute_interactive(
            PANEL, output_hook=lambda message: printed.append(message["content"].get("text", ""))
        )
        self.knob, self.stage, self.positions = json.loads("".join(printed))
        self.moves, self.ahead = [], 0
        if not plain:
            self.send(self.stage, {"method": "custom", "content": {"trip": 0}})

    def send(self, model, data):
        content = {"comm_id": model, "data": data, "buffer_paths": []}
        message = self.client.session.msg("comm_msg", content)
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def say(self, **content):
        if not self.plain:
            self.send(self.stage, {"method": "custom", "content": content})

    def hear(self, until, deadline):
        """Take what comes, and say what was got, until the kernel is done with a message."""
        while time.monotonic() < deadline:
            try:
                message = self.client.get_iopub_msg(timeout=deadline - time.monotonic())
            except Exception:  # nothing came in time
                return
            content = message["content"]
            frame = content.get("data", {}).get("content", {})
            if message["msg_type"] == "comm_msg" and isinstance(frame, dict) and "frame" in frame:
                self.ahead += frame["frame"]["ahead"]
                self.say(got=frame["frame"]["number"])
            answered = message["parent_header"].get("msg_id") == until
            if answered and content.get("execution_state") == "idle":
                return

    def play(self, end):
        """Slide, rest, and slide again."""
        chance = random.Random(id(self))
        at = self.positions // 2
        self.hear(None, min(end, time.monotonic() + chance.uniform(0, PERIOD - SLIDES)))
        while time.monotonic() < end:
            self.say(look="learning_rate")
            stop = min(end, time.monotonic() + SLIDES)
            while time.monotonic() < stop:
                at = min(max(at + chance.choice((-1, 1)), 0), self.positions - 1)
                started = time.monotonic()
                self.hear(self.send(self.knob, update(at)), started + 60)
                self.moves.append(1e3 * (time.monotonic() - started))
                self.hear(None, started + PAUSE)
            self.say(look=None)
            self.hear(None, min(end, time.monotonic() + PERIOD - SLIDES))

    def memory(self):
        """Megabytes that this kernel has for itself, and its share of the rest."""
        return psutil.Process(self.manager.provisioner.process.pid).memory_full_info().pss / 1e6

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def update(position):
    return {"method": "update", "state": {"index": position}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=70)
    parser.add_argument("--plain", action="store_true", help="without the stage")
    options = parser.parse_args()
    learners = [Learner(options.plain) for _ in range(options.learners)]
    end = time.monotonic() + options.seconds
    threads = [threading.Thread(target=learner.play, args=(end,)) for learner in learners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moves = np.concatenate([learner.moves for learner in learners])
    median, p95, p99 = np.percentile(moves, [50, 95, 99])
    print(
        f"{options.learners} learners, {'plain' if options.plain else 'with the stage'}: "
        f"{len(moves)} moves, ms: median {median:.0f}, p95 {p95:.0f}, p99 {p99:.0f}; "
        f"{sum(learner.ahead for learner in learners)} frames drawn ahead; "
        f"{np.mean([learner.memory() for learner in learners]):.0f} MB each"
    )
    for learner in learners:
        learner.stop()


if __name__ == "__main__":
    main()
