"""The panel: knobs above, picture, summary and time knob below, and everything that moves them.

It knows nothing of any lesson. A lesson declares its knobs and four functions: `compute` trains,
`draw` makes the artists once, `update` moves them, `describe` says in words what they show.
"""

import threading
import time

from lessons import Progress
from lessons.engines import compiling_for_long
from widgets.ahead import Ahead
from widgets.desk import about_the_engine
from widgets.hand import Hand
from widgets.handout import HandedOut
from widgets.idle import Idle
from widgets.job import Job
from widgets.link import Linked
from widgets.picture import Picture
from widgets.places import Places
from widgets.program import Program
from widgets.settings import check_settings
from widgets.still import Still
from widgets.touch import Touchable

# A run that takes longer goes on in the background and shows its progress.
LIVE_SECONDS = 0.2
LONG_SECONDS = 0.5


class Panel(Places, Idle, Touchable, Hand, Linked, HandedOut, Program, Still):
    """A set of knobs and the picture that follows them.

    Parameters:
        knobs: a list of Knob.
        compute: `compute(settings, progress) -> result`, pure; progress is a lessons.Progress.
            A result may have a `rest(progress) -> result`, for what takes longer: it follows the
            picture, also for a pinned result, and can show what is there by `progress.so_far`.
        draw: `draw(figure) -> artists`, called once; the attributes of artists will move.
        update: `update(artists, result, moment, pinned)`; pinned is a result with a label, see
            widgets.pinned, or None.
        describe: `describe(result, moment) -> str`, the summary.
        brief: as describe, for the repr, which notebooks store: only what is the same on every
            machine; where it is None, all of the summary is.
        size: of the picture, in units of 100 CSS pixels.
        settings: initial values of the knobs; also "time", "pinned" and "lang"; "hide", a list of
            knobs that are not shown, and "lock", a dict of those that no hand moves.
        steps: `steps(settings) -> int`, how far the time knob goes; None for a panel without time.
        time_label: what the time knob counts.
        frame: `frame(result, time) -> moment`, what is to be seen at that time.
        blocks: in which the picture is cut on a narrow page, see widgets.arrangement.
        touch: what of the picture can be touched, by the label of its axes: functions that return
            settings, see widgets.touch.
        idle: `idle(settings) -> fields` of the knobs that change nothing there; they are hidden.
        groups: of knobs that fold away, a dict from their name to fields; the others always show.

    Raises: ValueError for a setting that is unknown or not allowed.
    """

    def __init__(
        self, knobs, compute, draw, update, describe, size, settings,
        brief=None, steps=None, time_label="epoch", frame=lambda result, time: time,
        touch=None, blocks=(), idle=None, groups=None,
    ):  # fmt: skip
        self.knobs = {knob.field: knob for knob in knobs}
        self.compute, self.update, self.describe = compute, update, describe
        self.brief = brief or describe
        self.steps, self.frame, self.touch = steps, frame, touch or {}
        self.idle = idle or (lambda settings: ())
        self.result = self.moment = self.pinned = self.pinned_settings = self.time = self.job = None
        # The settings of the result: those of the knobs, unless a computation is under way.
        self.computed, self.timings, self.text = {}, {}, ""
        # Whether the last computation was too long for one tick.
        self.long = False
        self.listeners = []
        self.lock = threading.RLock()
        self.ahead = Ahead(self)
        self.picture = Picture(size, draw, blocks)
        self.build(size, time_label if steps else None, groups or {})
        self.set(**settings)
        self.start = self.settings
        self.announce_compiling()

    # --- what a notebook uses ---------------------------------------------------------------

    @property
    def settings(self):
        """The values of all knobs, as plain values: `panel(**settings)` is the same panel."""
        values = self.knob_settings() | {"pinned": self.pinned_settings, "lang": "en"}
        if self.steps:
            end = self.steps(self.knob_settings())
            values["time"] = end if self.time is None else min(self.time, end)
        if self.hidden:
            values["hide"] = list(self.hidden)
        if self.locked:
            values["lock"] = {field: values[field] for field in self.locked}
        return values

    def set(self, **settings):
        """Turn knobs, and return when the picture shows it: what sliding does, in one call.

        Parameters: settings, values by field name, as in `panel.settings`.
        Raises: ValueError that names the field, what is allowed, and what came; then nothing
        has changed.
        """
        changes = self.checked(settings)
        with self.lock:
            self.apply(changes)
        job = self.retrain(patience=None)
        if job.error:
            raise job.error

    @property
    def run(self):
        """The last lessons.Run, or None in a panel that trains no network."""
        return getattr(self.result, "run", None)

    @property
    def figure(self):
        """The matplotlib Figure; its artists hold the data that is shown."""
        return self.picture.figure

    @property
    def artists(self):
        """The artists that move, as `draw` returned them."""
        return self.picture.artists

    def on_change(self, function):
        """Call `function(panel)` now and after every change of the picture."""
        self.listeners.append(function)
        function(self)

    def close(self):
        """Stop work, and remove the panel from the page and from the kernel."""
        with self.lock:
            if self.job:
                self.job.cancel()
                self.job = None
            self.ahead.close()
            self.listeners.clear()
            super().close()

    def __str__(self):
        return self.text

    def __repr__(self):
        return self.words(self.brief, self.result, self.moment, self.pinned_beside(self.computed))

    # --- settings -----------------------------------------------------------------------------

    def checked(self, settings):
        """Return the settings as the controls want them; raise ValueError, and change nothing."""
        return check_settings(settings, self.knobs, self.knob_settings(), self.steps)

    def apply(self, changes):
        """Put checked settings into the controls, without acting on them yet."""
        # First what can fail, so that then nothing has changed.
        pinned = self.compute(changes["pinned"], Progress()) if changes.get("pinned") else None
        self.muted = True
        try:
            for field in self.knobs.keys() & changes.keys():
                self.knobs[field].put(changes[field])
            self.time = changes.get("time", self.time)
            self.hidden = changes.get("hide", self.hidden)
            self.locked = changes.get("lock", self.locked)
            if "pinned" in changes:
                self.pinned_settings = changes["pinned"]
                self.pin.value = self.pinned_settings is not None
                self.pinned = pinned
                self.renew()
        finally:
            self.muted = False

    def renew(self):
        """Forget what was drawn ahead: something has changed that is no knob."""
        if self.stage:
            self.stage.renew()

    # --- the live path ------------------------------------------------------------------------

    def move(self, settings):
        """Turn knobs as a hand does."""
        with self.lock:
            self.apply(self.checked(settings))
        self.retrain(LIVE_SECONDS)

    def retrain(self, patience):
        """Compute for the present settings, and show it when it is there; the newest value wins.

        Parameters: patience, seconds to wait before going on in the background; None: no end.
        Returns: the Job.
        """
        self.ahead.give_way()
        with self.lock:
            self.show_knobs()
            first = job = self.next_job(self.compute, self.knob_settings())
        if patience is None:
            job.run()
        elif self.long:
            job.start()
        elif not job.run_within(patience):
            with self.lock:
                if self.job is not job:
                    return job
                # What was cut short begins again.
                self.long, patience = True, 0
                first = job = self.next_job(job.compute, job.settings).start()
        while job and job.wait(patience):
            job = self.show(job)
            # What follows the first picture never makes a hand wait; nor a cell, until the fast
            # engine is there.
            patience = None if patience is None and not compiling_for_long() else 0
        if job:
            threading.Thread(target=self.guarded, args=(self.watch, job), daemon=True).start()
        return first

    def next_job(self, compute, settings):
        """Make a job that takes the place of the one that may be under way."""
        if self.job:
            self.job.cancel()
        self.job = Job(compute, settings)
        return self.job

    def watch(self, job):
        """Show the progress of a long job until it is done, or until a newer one replaces it."""
        while job:
            if job.wait(0.1):
                job = self.show(job)
                continue
            with self.lock:
                if self.job is not job:
                    return
                if job.age > LONG_SECONDS:
                    self.show_progress(job.progress.fraction)
                if job.progress.so_far and job.compute != self.with_rest:
                    self.result = job.progress.so_far()
                    self.redraw()

    def show(self, job):
        """Show what a job brought, unless a newer one is under way.

        Returns: the Job that computes the rest, where the result has one, or None.
        """
        with self.lock:
            if self.job is not job:
                return None
            self.job = None
            self.hide_progress()
            if job.error:
                self.complain(job.error)
                return None
            if job.compute == self.with_rest:
                if job.settings is self.pinned_settings and not job.progress.cancelled:
                    self.pinned = job.result
                    self.renew()
            else:
                self.result, self.computed = job.result, job.settings
            if job.compute is self.compute:
                self.timings = {"train": job.seconds}
                self.long = job.seconds > LIVE_SECONDS
            self.redraw()
            rest = getattr(self.result, "rest", None)
            if rest:
                job = self.next_job(lambda settings, progress: rest(progress), job.settings)
            elif getattr(self.pinned, "rest", None) and not job.progress.cancelled:
                job = self.next_job(self.with_rest, self.pinned_settings)
            else:
                return None
            return job.start()

    def with_rest(self, settings, progress):
        """Compute all of a pinned result, which is set, or was pinned before its rest was there."""
        result = self.compute(settings, progress)
        return result.rest(progress) if getattr(result, "rest", None) else result

    def redraw(self):
        """Show the present moment, which is another one than before."""
        self.paint()
        self.message.value = about_the_engine()
        self.changed()

    def paint(self):
        """Draw the present moment, and put picture and summary on the page."""
        with self.lock:
            started = time.perf_counter()
            at = self.time_in(self.computed)
            if self.steps:
                end = self.steps(self.computed)
                self.move_clock(end, end if at is None else at)
            self.moment = self.moment_at(self.result, self.computed, at)
            framed = time.perf_counter()
            pinned = self.pinned_beside(self.computed)
            self.update(self.artists, self.result, self.moment, pinned)
            text = self.words(self.describe, self.result, self.moment, pinned)
            self.picture.render()
            drawn = time.perf_counter()
            frame = self.picture.encoded(far=self.stage is not None and self.stage.road.is_far)
            self.text = text
            self.put_on_page(self.key(self.computed, at), text, *frame)
            sent = time.perf_counter()
            self.timings |= {
                "map": framed - started, "draw": drawn - framed, "encode and send": sent - drawn
            }  # fmt: skip
            self.ahead.follow()
            for function in self.listeners:
                function(self)
