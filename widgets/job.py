"""A computation that can be watched, waited for and cancelled; here, or in a thread of its own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from lessons import Progress

# The thread that waits is kept: starting one takes longer than a tick of a slider can spare.
guards = ThreadPoolExecutor(1, "knobs-guard")


class Job:
    """A call of `compute(settings, progress)`; listener, if there is one, hears when it is done.

    Attributes: settings, what is computed; result, once it is there; error, the exception
    that came instead, or None; seconds, that it took; used, those of the processor; progress,
    through which the work is watched and cancelled.
    """

    def __init__(self, compute, settings, listener=None):
        self.settings, self.listener = settings, listener
        self.progress = Progress()
        self.result = self.error = None
        self.compute = compute
        self.started = time.perf_counter()
        self.done = threading.Event()
        self.late = False

    def run(self):
        """Do it in this thread."""
        before = time.thread_time()
        try:
            self.result = self.compute(self.settings, self.progress)
        except Exception as error:  # handed to whoever waits, who shows or raises it
            self.error = error
        self.seconds, self.used = self.age, time.thread_time() - before
        self.done.set()
        if self.listener:
            self.listener()

    def run_within(self, seconds):
        """Do it in this thread, but give up when time is up; return whether there was enough.

        In another thread it would take milliseconds longer, on a processor whose caches are cold.
        """
        guards.submit(self.cut_short, seconds)
        self.run()
        return not self.late

    def cut_short(self, seconds):
        """Cancel the job if it is not done in time."""
        if not self.done.wait(seconds):
            self.late = True
            self.cancel()

    def start(self):
        """Do it in a thread of its own."""
        threading.Thread(target=self.run, name="knobs-job", daemon=True).start()
        return self

    def wait(self, seconds=None):
        """Wait until the job is done, at most so many seconds; return whether it is."""
        return self.done.wait(seconds)

    @property
    def age(self):
        """Seconds since it was made."""
        return time.perf_counter() - self.started

    def cancel(self):
        self.progress.cancel()
