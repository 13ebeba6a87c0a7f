"""Rest: what can wait until nothing moves any more does, on one thread for all that is shown."""

import threading
import time

REST = 0.5  # seconds without a change

due = {}  # thing -> when it will have rested
awake = threading.Event()
guard = threading.Lock()
watchers = []  # at most one that is alive


def at_rest(thing):
    """Have `thing.settled()` called once it has not changed any more for a while.

    This stands in the live path: here the moment is noted, and nothing is done.
    """
    due[thing] = time.monotonic() + REST
    awake.set()
    with guard:
        # One that an error has ended, which Python then reports, gets a successor.
        if not any(watcher.is_alive() for watcher in watchers):
            watchers[:] = [threading.Thread(target=watch, name="knobs-rest", daemon=True)]
            watchers[0].start()


def watch():
    """Look again and again, while something moves, for what has come to rest."""
    while awake.wait():
        awake.clear()
        while due:
            time.sleep(REST / 5)
            for thing, moment in due.copy().items():
                if time.monotonic() >= moment:
                    due.pop(thing, None)
                    thing.settled()
