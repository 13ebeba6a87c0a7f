"""The desk: what a panel consists of on the page, and where it stands.

Knobs above; picture and summary; below them time, pin, reset and the progress of long runs; last a
line for messages. What happens when they are used, `panel.py` says.
"""

import html
import threading

import ipywidgets
import traitlets

from lessons.engines import compiling
from lessons.trouble import trouble
from widgets.groups import Group
from widgets.knobs import WHOLE
from widgets.page import OnPage, spoken, weakly
from widgets.stage import Stage

COMPILING = (
    "The fast engine is being compiled, once on this machine (about 20 seconds). "
    "Until then every move takes a little longer."
)


class Untold:
    """A widget that can change without the page being told, which then knows it otherwise.

    A page that is loaded anew finds it as it is now.
    """

    told = True

    def notify_change(self, change):
        told = ipywidgets.Widget if self.told else traitlets.HasTraits
        told.notify_change(self, change)


class PlainPicture(Untold, ipywidgets.Image):
    """The picture, by ipywidgets' own means."""


class PlainWords(Untold, ipywidgets.HTML):
    """The words, by ipywidgets' own means."""


# That of Lab's theme, which can be read on its ground, be it light or dark.
ALARM = "var(--jp-error-color1, #b00)"


class Desk(OnPage):
    """The widgets of a panel.

    Who inherits says what moves of the hand do: `on_knob`, `on_time`, `on_screen`, `on_pin`,
    `on_reset` and `on_stop`; and what to do for the stage: `on_here`,
    `on_look`, `on_got`, `on_link` and `on_touch`.

    Attributes: knobs, by field; image, summary, clock, play, pin, reset, bar, stop, message, the
    widgets; muted, whether the panel itself is moving the controls; stage, its part in the
    browser, or None.
    """

    muted = False
    clock = stage = None

    def build(self, size, time_label, groups):
        """Make the widgets and listen to them, without keeping the panel alive by doing so."""
        self.make_picture(size)
        self.make_buttons()
        self.make_progress()
        time = self.make_time(time_label) if time_label else []
        self.message = ipywidgets.HTML()
        controls = [knob.control for knob in self.knobs.values()]
        for control in controls:
            control.observe(weakly(self.on_knob), "value")
        folded = [field for fields in groups.values() for field in fields]
        self.groups = [Group(name, self.row_of(fields)) for name, fields in groups.items()]
        box = ipywidgets.VBox(
            [
                self.row_of(field for field in self.knobs if field not in folded),
                *self.stand_of_groups(),
                self.image,
                self.summary,
                in_a_row([*time, self.pin, self.reset, self.working]),
                self.message,
            ]
        )
        self.name_for_the_page(box)
        self.put_together(box, *([self.played] if time_label else []))

    def row_of(self, fields):
        return in_a_row([self.knobs[field].control for field in fields])

    def stand_of_groups(self):
        """Return the buttons of the groups in a row, and below them the groups that are open."""
        if not self.groups:
            return []
        return [in_a_row([group.button for group in self.groups]), *(g.row for g in self.groups)]

    def make_picture(self, size):
        width, height = (round(100 * length) for length in size)
        # A layout that is set later would leave the first one behind in Jupyter's registry.
        self.image = PlainPicture(
            format="jpeg", width=width, height=height,
            layout=ipywidgets.Layout(max_width="100%", height="auto"),
        )  # fmt: skip
        self.summary = PlainWords(layout=ipywidgets.Layout(min_height="36px"))

    def make_buttons(self):
        self.pin = ipywidgets.ToggleButton(
            description="Pin", tooltip="Keep this curve, to compare the next setting with it",
            layout=ipywidgets.Layout(width="70px"),
        )  # fmt: skip
        self.reset = ipywidgets.Button(
            description="Reset", tooltip="Put every knob back where it was at first",
            layout=ipywidgets.Layout(width="70px"),
        )  # fmt: skip
        self.pin.observe(weakly(self.on_pin), "value")
        self.reset.on_click(weakly(self.on_reset))

    def make_progress(self):
        self.bar = ipywidgets.FloatProgress(max=1, layout=ipywidgets.Layout(width="140px"))
        self.stop = ipywidgets.Button(
            description="Stop", tooltip="Stop this run", layout=ipywidgets.Layout(width="60px")
        )
        self.stop.on_click(weakly(self.on_stop))
        self.working = ipywidgets.HBox([self.bar, self.stop])
        self.working.layout.visibility = "hidden"

    def make_time(self, label):
        """Make the time knob, and the button that only moves it; return both."""
        self.clock = ipywidgets.IntSlider(
            description=label, min=0, max=0, tooltip=f"Go to any {label} of this run",
            readout_format=WHOLE, layout=ipywidgets.Layout(width="330px"),
        )  # fmt: skip
        self.play = ipywidgets.Play(min=0, max=0, interval=80)
        self.played = ipywidgets.jslink((self.play, "value"), (self.clock, "value"))
        self.clock.observe(weakly(self.on_time), "value")
        self.clock.add_class("knob-time")
        self.play.add_class("knobs-play")
        return [self.play, self.clock]

    def name_for_the_page(self, box):
        """Give the widgets the CSS classes by which they are found on the page."""
        classes = {
            box: "knobs-panel", self.image: "knobs-picture", self.summary: "knobs-summary",
            self.pin: "knobs-pin", self.reset: "knobs-reset", self.stop: "knobs-stop",
            self.message: "knobs-message", self.bar: "knobs-progress",
        }  # fmt: skip
        for widget, name in classes.items():
            widget.add_class(name)

    def add_stage(self):
        """Make the panel's part in the browser, which complains if closed before it has loaded.

        So a panel that is never shown has none.
        """
        controls = [knob.control for knob in self.knobs.values()]
        self.stage = Stage(controls, self.clock, self.pin, self.picture.shape, self)
        self.stage.observe(weakly(self.on_screen), ["room", "ratio", "dark"])
        self.stage.areas = self.areas()
        self.add(self.stage)

    def put_on_page(self, key, text, picture, kind):
        """Show a picture and words. Where the stage does, the plain widgets only hold them."""
        staged = self.stage is not None and self.stage.here
        for widget, name, value in (
            (self.image, "width", str(self.picture.shape["width"])),
            (self.image, "height", str(self.picture.shape["height"])),
            (self.image, "format", kind), (self.image, "value", picture),
            (self.summary, "value", spoken(text)),
        ):  # fmt: skip
            widget.told = not staged
            setattr(widget, name, value)
        if staged:
            self.stage.show(key, text, picture, kind)

    def move_clock(self, end, at):
        """Put the time knob to `at`, of `end`; nobody's hand did."""
        self.muted = True
        try:
            for widget in (self.clock, self.play):
                widget.max = end
                widget.value = at
        finally:
            self.muted = False

    def show_progress(self, fraction):
        """Show how far a long run is."""
        self.bar.value = fraction
        self.working.layout.visibility = "visible"

    def hide_progress(self):
        self.working.layout.visibility = "hidden"

    def announce_compiling(self):
        """Take the words about compiling away when it is done, or say why it was not."""
        thread = compiling()
        if thread:
            done = weakly(self.on_compiled)
            threading.Thread(target=lambda: (thread.join(), done()), daemon=True).start()

    def on_compiled(self):
        with self.lock:
            if not self.closed and self.message.value == html.escape(COMPILING):
                self.message.value = about_the_engine()

    def complain(self, error):
        """Say on the page what went wrong, and what to do."""
        self.message.value = (
            f'<span style="color:{ALARM}">{html.escape(str(error) or type(error).__name__)}. '
            "The picture shows the last setting that worked: move a knob to go on.</span>"
        )


def in_a_row(widgets):
    """Put widgets beside each other, and below where the page is too narrow."""
    row = ipywidgets.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 12px")
    return ipywidgets.HBox(widgets, layout=row)


def about_the_engine():
    """Say that the fast engine is being compiled, or why it cannot be, if there is such a thing."""
    return html.escape(COMPILING if compiling() else trouble() or "")
