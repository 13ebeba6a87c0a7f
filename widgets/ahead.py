"""Ahead: frames for places where the hand may go next, drawn while nothing else is to be done.

Where the learner looks at a knob, its other positions are drawn, the nearest first, and sent to
the stage. It is done in short slices, between which everything else comes first: a real move, a
cell, another panel. It gives way, too, when other processes want the processor. At any time there
is at most one result besides the one that is shown.
"""

import asyncio
import time
import weakref
from functools import partial

from widgets.job import Job

LIVE = 0.1  # seconds; what takes longer to compute is left to the hand
BREATH = 0.001  # seconds between two slices
# Where work had to wait for the processor for more than this part of its time, others need it: then
# pauses double, from the shortest to the longest, in seconds.
CROWDED, SHORTEST, LONGEST = 0.8, 0.05, 2.0


class Ahead:
    """Draws for the knob that is looked at. Parameters: panel, a Panel.

    Attributes: field, of that knob, or None where the learner looks at none.
    """

    def __init__(self, panel):
        self.owner = weakref.ref(panel)
        self.field = self.job = self.task = None
        self.given_up, self.too_long = set(), False
        # Seconds of the processor that the present frame has used, and waited for; and the pause
        # after it.
        self.used = self.waited = self.pause = 0.0
        # Where the hand was, and which way it moved each knob last.
        self.before, self.directions = {}, {}

    # --- what happens -------------------------------------------------------------------------

    def look(self, field):
        """The learner looks at this knob now, or at none."""
        self.field = field
        self.wake()

    def give_way(self):
        """The hand moves: nothing is trained for it meanwhile."""
        if self.job:
            self.job.cancel()

    def follow(self):
        """The hand has moved, and the panel shows it."""
        panel = self.owner()
        now = {
            field: value if knob.is_of_numbers else knob.values.index(value)
            for field, value in panel.computed.items()
            if not (knob := panel.knobs[field]).is_drawn
        }
        now["time"] = panel.clock.value if panel.steps else 0
        if self.before and now != self.before:
            self.too_long = panel.timings["train"] > LIVE
        for field, before in self.before.items():
            self.directions[field] = now[field] - before or self.directions.get(field, 0)
        self.before = now
        self.given_up.clear()
        self.wake()

    def close(self):
        """No more of it."""
        self.field = None
        self.give_way()
        self.wake()

    def wake(self):
        """See again whether there is something to do."""
        if self.task and not self.task.done() and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.woken.set)
        elif self.field is not None:
            try:
                self.loop = asyncio.get_running_loop()
            except RuntimeError:  # a script, where nobody looks
                return
            self.woken = asyncio.Event()
            self.task = self.loop.create_task(self.work())

    # --- what is done then --------------------------------------------------------------------

    async def work(self):
        """Draw one place after the other, as long as the learner looks."""
        while self.field is not None:
            self.woken.clear()
            place = self.next_place()
            if place:
                self.used = self.waited = 0.0
                await self.draw(place)
                crowded = self.waited > CROWDED * self.used
                self.pause = min(2 * self.pause + SHORTEST, LONGEST) if crowded else self.pause / 2
                await asyncio.sleep(self.pause)
            else:
                await self.woken.wait()

    def next_place(self):
        """Return the nearest place that the page has no frame of, or None."""
        panel = self.owner()
        if not panel or panel.closed or panel.job or not panel.stage.road.is_free:
            return None
        if self.field != "time" and self.too_long:
            return None
        done = panel.stage.held.keys() | self.given_up
        places = panel.neighbors(self.field, self.directions.get(self.field, 0))
        return next((place for place in places if place.key not in done), None)

    async def draw(self, place):
        """Draw a place and send it, unless the hand has been there meanwhile."""
        panel = self.owner()
        stage, generation = panel.stage, panel.stage.generation
        # Whatever fails here fails where a hand moves there, too, and is told then.
        try:
            result = panel.result if self.field == "time" else await self.compute(panel, place)
            if result is None:
                return
            text, picture, kind = await self.paint(panel, result, place)
        except Exception:
            self.given_up.add(place.key)
            return
        if generation == stage.generation and place.key not in stage.held and not panel.closed:
            stage.show(place.key, text, picture, kind, ahead=True)

    async def compute(self, panel, place):
        """Return the result of a place, or None where the hand has moved.

        Raises: TimeoutError if it takes too long; the error of the computation.
        """
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        tell = partial(loop.call_soon_threadsafe, done.set)
        job = self.job = Job(panel.compute, place.settings, tell).start()
        end = loop.call_later(LIVE, job.cut_short, 0)
        await done.wait()
        end.cancel()
        self.job = None
        self.note(job.seconds, job.used)
        if job.error:
            raise job.error
        if job.late:
            # So will the next ones.
            self.too_long = True
            raise TimeoutError(f"more than {LIVE} s")
        return None if job.progress.cancelled else job.result

    async def paint(self, panel, result, place):
        """Draw a place beside the one that is shown. Returns: its words, bytes, their kind."""
        moment = await self.slice(
            panel, lambda: panel.moment_at(result, place.settings, place.time)
        )
        pinned, here = panel.pinned_beside(place.settings), panel.pinned_beside(panel.computed)
        drawing = panel.picture.aside(
            there=lambda: panel.update(panel.artists, result, moment, pinned),
            back=lambda: panel.update(panel.artists, panel.result, panel.moment, here),
        )
        frame = None
        while frame is None:
            frame = await self.slice(panel, lambda: next(drawing))
        far = panel.stage.road.is_far
        return await self.slice(
            panel,
            lambda: (
                panel.words(panel.describe, result, moment, pinned),
                *panel.picture.encoded(frame, far),
            ),
        )

    async def slice(self, panel, work):
        """Do a little work; then let everything else go first that is to be done."""
        wall, used = time.perf_counter(), time.thread_time()
        with panel.lock:
            made = work()
        self.note(time.perf_counter() - wall, time.thread_time() - used)
        await asyncio.sleep(BREATH)
        return made

    def note(self, seconds, used):
        """Note how long some work took, and how long the processor worked for it."""
        self.used += used
        self.waited += seconds - used
