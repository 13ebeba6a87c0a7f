"""The panel: knobs above, picture, summary and time knob below, and everything that moves them.

It knows nothing of any lesson. A lesson declares its knobs and four functions: `compute` trains,
`draw` makes the artists once, `update` moves them, `describe` says in words what they show.
"""

import base64
import html
import threading
import time
from numbers import Integral

import ipywidgets

from lessons import Progress
from lessons.engines import compiling
from widgets.browser import Browser
from widgets.job import Job
from widgets.page import OnPage, spoken, weakly
from widgets.picture import Picture

# A run that takes longer goes on in the background and shows its progress.
LIVE_SECONDS = 0.2
LONG_SECONDS = 0.5
LANGUAGES = ("en",)
COMPILING = (
    "The fast engine is being compiled, once on this machine (about 20 seconds). "
    "Until then every move takes a little longer."
)


class Panel(OnPage):
    """A set of knobs and the picture that follows them.

    Parameters:
        knobs: a list of Knob.
        compute: `compute(settings, progress) -> result`, pure; progress is a lessons.Progress.
            A result may have a `rest(progress) -> result`, for what takes longer: it is computed
            once the picture is on the page.
        draw: `draw(figure) -> artists`, called once; the attributes of artists will move.
        update: `update(artists, result, moment, pinned)`; pinned is a result or None.
        describe: `describe(result, moment) -> str`, the summary.
        brief: as describe, for the repr, which notebooks store: only what is the same on every
            machine; where it is None, all of the summary is.
        size: of the picture, in units of 100 CSS pixels.
        settings: initial values of the knobs; also "time", "pinned" and "lang".
        steps: `steps(settings) -> int`, how far the time knob goes; None for a panel without time.
        time_label: what the time knob counts.
        frame: `frame(result, time) -> moment`, what is to be seen at that time.

    Raises: ValueError for a setting that is unknown or not allowed.
    """

    def __init__(
        self, knobs, compute, draw, update, describe, size, settings,
        brief=None, steps=None, time_label="epoch", frame=lambda result, time: time,
    ):  # fmt: skip
        self.knobs = {knob.field: knob for knob in knobs}
        self.compute, self.update, self.describe = compute, update, describe
        self.brief = brief or describe
        self.steps, self.frame = steps, frame
        self.result = self.moment = self.pinned = self.pinned_settings = self.time = None
        self.text = ""
        # The settings of the result: those of the knobs, unless a computation is under way.
        self.computed = {}
        self.timings = {}
        self.job = self.browser = None
        # Whether the last computation was too long for one tick.
        self.long = False
        self.muted = False
        self.listeners = []
        self.lock = threading.RLock()
        self.picture = Picture(size, draw)
        self.build(size, time_label)
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
            self.listeners.clear()
            super().close()

    def bundle(self):
        with self.lock:
            png = base64.b64encode(self.picture.png()).decode()
        return super().bundle() | {"image/png": png}

    def _repr_mimebundle_(self, include=None, exclude=None):
        with self.lock:
            if not (self.browser or self.closed):
                self.add_browser()
        return super()._repr_mimebundle_(include, exclude)

    def __str__(self):
        return self.text

    def __repr__(self):
        return self.brief(self.result, self.moment)

    # --- the page -----------------------------------------------------------------------------

    def build(self, size, time_label):
        """Make the widgets and listen to them, without keeping the panel alive by doing so."""
        width, height = (round(100 * length) for length in size)
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 12px")
        # A layout that is set later would leave the first one behind in Jupyter's registry.
        self.image = ipywidgets.Image(
            format="jpeg", width=width, height=height,
            layout=ipywidgets.Layout(max_width="100%", height="auto"),
        )  # fmt: skip
        self.summary = ipywidgets.HTML(layout=ipywidgets.Layout(min_height="36px"))
        self.pin = ipywidgets.ToggleButton(
            description="Pin", tooltip="Keep this curve, to compare the next setting with it",
            layout=ipywidgets.Layout(width="70px"),
        )  # fmt: skip
        self.reset = ipywidgets.Button(
            description="Reset", tooltip="Put every knob back where it was at first",
            layout=ipywidgets.Layout(width="70px"),
        )  # fmt: skip
        self.bar = ipywidgets.FloatProgress(max=1, layout=ipywidgets.Layout(width="140px"))
        self.stop = ipywidgets.Button(
            description="Stop", tooltip="Stop this run", layout=ipywidgets.Layout(width="60px")
        )
        self.message = ipywidgets.HTML()
        self.working = ipywidgets.HBox([self.bar, self.stop])
        self.working.layout.visibility = "hidden"
        controls = [knob.control for knob in self.knobs.values()]
        last_row = []
        if self.steps:
            self.clock = ipywidgets.IntSlider(
                description=time_label, min=0, max=0, tooltip=f"Go to any {time_label} of this run",
                layout=ipywidgets.Layout(width="330px"),
            )  # fmt: skip
            self.play = ipywidgets.Play(min=0, max=0, interval=80)
            self.link = ipywidgets.jslink((self.play, "value"), (self.clock, "value"))
            self.clock.observe(weakly(self.on_time), "value")
            last_row = [self.play, self.clock]
            self.clock.add_class("knob-time")
            self.play.add_class("knobs-play")
        box = ipywidgets.VBox(
            [
                ipywidgets.HBox(controls, layout=row),
                self.image,
                self.summary,
                ipywidgets.HBox([*last_row, self.pin, self.reset, self.working], layout=row),
                self.message,
            ]
        )
        classes = {
            box: "knobs-panel", self.image: "knobs-picture", self.summary: "knobs-summary",
            self.pin: "knobs-pin", self.reset: "knobs-reset", self.stop: "knobs-stop",
            self.message: "knobs-message", self.bar: "knobs-progress",
        }  # fmt: skip
        for widget, name in classes.items():
            widget.add_class(name)
        for control in controls:
            control.observe(weakly(self.on_knob), "value")
        self.pin.observe(weakly(self.on_pin), "value")
        self.reset.on_click(weakly(self.on_reset))
        self.stop.on_click(weakly(self.on_stop))
        self.put_together(box, *([self.link] if self.steps else []))

    def add_browser(self):
        """Make the panel's part in the browser, which complains if closed before it has loaded.

        So a panel that is never shown has none.
        """
        self.browser = Browser(layout=ipywidgets.Layout(display="none"))
        self.browser.observe(weakly(self.on_density), "density")
        self.add(self.browser)

    # --- what the learner's hand does ---------------------------------------------------------

    # Each takes the lock before it looks whether the panel itself is moving the controls: another
    # thread may be doing that just now, and then a hand's move must wait and not be lost.

    def on_knob(self, change):
        with self.lock:
            by_hand = not self.muted
        if by_hand:
            self.guarded(self.retrain, LIVE_SECONDS)

    def on_time(self, change):
        with self.lock:
            if not self.muted:
                self.time = None if self.clock.value == self.clock.max else self.clock.value
                self.guarded(self.redraw)

    def on_density(self, change):
        with self.lock:
            self.picture.set_density(self.browser.density)
            self.guarded(self.redraw)

    def on_pin(self, change):
        with self.lock:
            if not self.muted:
                self.pinned = self.result if self.pin.value else None
                self.pinned_settings = self.computed if self.pin.value else None
                self.guarded(self.redraw)

    def on_reset(self, button):
        def put_back():
            with self.lock:
                self.apply(self.checked(self.start))
            self.retrain(LIVE_SECONDS)

        self.guarded(put_back)

    def on_stop(self, button):
        with self.lock:
            if self.job:
                self.job.cancel()

    def guarded(self, action, *arguments):
        """Do what a callback has to do; show an error, for a callback has no one to raise it to."""
        try:
            action(*arguments)
        except Exception as error:
            self.complain(error)

    # --- settings -----------------------------------------------------------------------------

    def knob_settings(self):
        return {field: knob.value for field, knob in self.knobs.items()}

    def checked(self, settings):
        """Return the settings as the controls want them; raise ValueError, and change nothing."""
        known = [*self.knobs, "pinned", "lang", *(["time"] if self.steps else [])]
        for field in settings:
            if field not in known:
                raise ValueError(f"there is no knob {field!r}, only {', '.join(known)}")
        changes = {
            field: knob.check(settings[field])
            for field, knob in self.knobs.items()
            if field in settings
        }
        if settings.get("lang", "en") not in LANGUAGES:
            raise ValueError(
                f"lang must be one of {', '.join(LANGUAGES)}, got {settings['lang']!r}"
            )
        if settings.get("pinned") is not None:
            if not isinstance(settings["pinned"], dict):
                given = settings["pinned"]
                raise ValueError(f"pinned must be a dict of settings or None, got {given!r}")
            for field in settings["pinned"]:
                if field not in self.knobs:
                    raise ValueError(
                        f"pinned must hold knobs only ({', '.join(self.knobs)}), got {field!r}"
                    )
            # What is not said about it is as the knobs will be.
            now = self.knob_settings() | changes
            changes["pinned"] = now | self.checked(settings["pinned"])
        elif "pinned" in settings:
            changes["pinned"] = None
        if "time" in settings:
            changes["time"] = self.checked_time(settings["time"], self.knob_settings() | changes)
        return changes

    def checked_time(self, value, settings):
        """Check a setting of the time knob, whose end depends on the other settings."""
        end = self.steps(settings)
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if value is None or (whole and 0 <= value <= end):
            return None if value == end else value
        raise ValueError(f"time must be a whole number from 0 to {end}, got {value!r}")

    def apply(self, changes):
        """Put checked settings into the controls, without acting on them yet."""
        # First what can fail, so that then nothing has changed.
        pinned = self.compute(changes["pinned"], Progress()) if changes.get("pinned") else None
        self.muted = True
        try:
            for field in self.knobs.keys() & changes.keys():
                self.knobs[field].put(changes[field])
            self.time = changes.get("time", self.time)
            if "pinned" in changes:
                self.pinned_settings = changes["pinned"]
                self.pin.value = self.pinned_settings is not None
                self.pinned = pinned
        finally:
            self.muted = False

    # --- the live path ------------------------------------------------------------------------

    def retrain(self, patience):
        """Compute for the present settings, and show it when it is there; the newest value wins.

        Parameters: patience, seconds to wait before going on in the background; None: no end.
        Returns: the Job.
        """
        with self.lock:
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
            # What follows the first picture never makes a hand wait.
            patience = None if patience is None else 0
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
                    self.bar.value = job.progress.fraction
                    self.working.layout.visibility = "visible"

    def show(self, job):
        """Show what a job brought, unless a newer one is under way.

        Returns: the Job that computes the rest, where the result has one, or None.
        """
        with self.lock:
            if self.job is not job:
                return None
            self.job = None
            self.working.layout.visibility = "hidden"
            if job.error:
                self.complain(job.error)
                return None
            self.result, self.computed = job.result, job.settings
            if job.compute is self.compute:
                self.timings = {"train": job.seconds}
                self.long = job.seconds > LIVE_SECONDS
            self.redraw()
            rest = getattr(self.result, "rest", None)
            if not rest:
                return None
            return self.next_job(lambda settings, progress: rest(progress), job.settings).start()

    def redraw(self):
        """Draw the present moment, and put picture and summary on the page."""
        with self.lock:
            started = time.perf_counter()
            if self.steps:
                self.move_clock()
            self.moment = self.frame(self.result, self.clock.value) if self.steps else None
            framed = time.perf_counter()
            self.update(self.artists, self.result, self.moment, self.pinned)
            text = self.describe(self.result, self.moment)
            self.picture.render()
            drawn = time.perf_counter()
            self.image.value = self.picture.jpeg()
            self.text = text
            self.summary.value = spoken(self.text)
            self.message.value = html.escape(COMPILING) if compiling() else ""
            sent = time.perf_counter()
            self.timings |= {
                "map": framed - started, "draw": drawn - framed, "encode and send": sent - drawn
            }  # fmt: skip
            for function in self.listeners:
                function(self)

    def move_clock(self):
        """Fit the time knob to the run: its end, and where it stands."""
        end = self.steps(self.computed)
        at = end if self.time is None else min(self.time, end)
        self.muted = True
        try:
            for widget in (self.clock, self.play):
                widget.max = end
                widget.value = at
        finally:
            self.muted = False

    def complain(self, error):
        """Say on the page what went wrong, and what to do."""
        self.message.value = (
            f'<span style="color:#b00">{html.escape(str(error) or type(error).__name__)}. '
            "The picture shows the last setting that worked: move a knob to go on.</span>"
        )

    def announce_compiling(self):
        """Take the words about compiling away when it is done."""
        thread = compiling()
        if thread:
            done = weakly(self.on_compiled)
            threading.Thread(target=lambda: (thread.join(), done()), daemon=True).start()

    def on_compiled(self):
        with self.lock:
            if not self.closed and self.message.value == html.escape(COMPILING):
                self.message.value = ""
