"""A computation in a thread of its own, that can be watched, waited for and cancelled."""

import threading
import time

from lessons import Progress


class Job:
    """Run `compute(settings, progress)` in a thread.

    Attributes: settings, what is computed; result, once it is there; error, the exception
    that came instead, or None; seconds, that it took; progress, through which the work is watched
    and cancelled.
    """

    def __init__(self, compute, settings):
        self.settings = settings
        self.progress = Progress()
        self.result = self.error = None
        self.compute = compute
        self.started = time.perf_counter()
        self.thread = threading.Thread(target=self.run, name="knobs-job", daemon=True)
        self.thread.start()

    def run(self):
        try:
            self.result = self.compute(self.settings, self.progress)
        except Exception as error:  # handed to whoever waits, who shows or raises it
            self.error = error
        self.seconds = self.age

    def wait(self, seconds=None):
        """Wait until the job is done, at most so many seconds; return whether it is."""
        self.thread.join(seconds)
        return not self.thread.is_alive()

    @property
    def age(self):
        """Seconds since it started."""
        return time.perf_counter() - self.started

    def cancel(self):
        self.progress.cancel()
