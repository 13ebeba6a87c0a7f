"""The stage: a panel's part in the browser, which shows a picture the moment the hand moves.

It holds frames: pictures with their words, each under the key of the place of all knobs that it
belongs to. Those the kernel draws for a move, and those that `ahead.py` draws before it. So a move
to a place that was drawn ahead needs no journey to the kernel and back. It also names controls
for screen readers, and tells how many pixels the screen has for the picture.

Pages without it show the picture and the words by ipywidgets' own means.
"""

from dataclasses import dataclass
from pathlib import Path

import anywidget
import traitlets

from widgets.page import weakly
from widgets.road import Road

SOURCES = (
    "frames",
    "knobs",
    "trip",
    "link",
    "names",
    "size",
    "theme",
    "look",
    "touch",
    "view",
    "stage",
)
TOUCH = "name", "phase", "x", "y", "before"
HELD = 32_000_000  # bytes of frames that the page keeps; js/frames.js has the same


@dataclass(frozen=True)
class Held:
    """A frame that the page has: what it shows, its bytes, and with which number they went."""

    content: tuple
    size: int
    number: int


class Stage(anywidget.AnyWidget):
    """The frames of a panel, as the page has them.

    Parameters: knobs, the controls; clock, the time knob or None; pin, the button; shape, of the
    picture; who, an object that is told: `on_here()`, that a page has come that shows frames;
    `on_look(field)`, that the learner looks at another knob, or at none; `on_got()`, that a frame
    has arrived; `on_link(link)`, that the page was opened with one; `on_touch(name, phase, x, y,
    before)`, that a pointer goes "down" in an area, is on its "move" from there, or is taken "up";
    before, where it has been since the last word.

    Attributes: here, whether there is such a page; held, what the page has, by key; shape, of
    the picture, as a frame carries it.
    """

    _esm = "\n".join(
        (Path(__file__).parent / "js" / f"{name}.js").read_text("utf-8") for name in SOURCES
    )
    _css = """
    /* Only ears notice it. */
    .knobs-stage {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    }
    .knobs-panel { position: relative; }
    .knobs-narrow > :first-child { order: 1; }
    .knobs-narrow > :nth-child(n + 4) { order: 2; }
    .knobs-narrow .widget-inline-hbox, .knobs-narrow .jupyter-button { max-width: 100%; }
    .knobs-touch { position: absolute; pointer-events: none; }
    .knobs-touch > div {
      position: absolute; overflow: hidden; cursor: pointer;
      pointer-events: auto; touch-action: none;
    }
    .knobs-touch > div > div {
      width: 22px; height: 22px; margin: -11px; border-radius: 50%; box-sizing: border-box;
      border: 2px solid var(--jp-ui-font-color2, gray); visibility: hidden; pointer-events: none;
    }
    .knobs-touch > div:hover > div { visibility: visible; }
    """

    room = traitlets.Int(10_000, help="CSS pixels that the page has for the picture").tag(sync=True)
    ratio = traitlets.Float(1, help="pixels of the screen per CSS pixel").tag(sync=True)
    dark = traitlets.Bool(False, help="whether the page is").tag(sync=True)
    knobs = traitlets.List(traitlets.Unicode()).tag(sync=True)
    clock = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    pin = traitlets.Unicode().tag(sync=True)
    areas = traitlets.List(help="what can be touched: name, box, help of each").tag(sync=True)

    def __init__(self, knobs, clock, pin, shape, who):
        ids = [knob.model_id for knob in knobs]
        super().__init__(knobs=ids, clock=clock and clock.model_id, pin=pin.model_id)
        self.add_class("knobs-stage")
        self.here, self.shape = False, shape
        self.generation = self.number = 0
        self.held, self.road = {}, Road()
        self.on_here, self.on_look = weakly(who.on_here), weakly(who.on_look)
        self.on_got, self.on_touch = weakly(who.on_got), weakly(who.on_touch)
        self.on_link = weakly(who.on_link)
        self.on_msg(hear)

    def show(self, key, text, picture, kind, ahead=False):
        """Send a frame; where the page has the same one already, only word that it is right.

        Parameters: key, of the place it belongs to; picture, bytes of that kind of image; ahead,
        whether it was drawn before a hand has moved there.
        """
        self.number += 1
        content, size = (hash(picture), text), len(picture)
        before = self.held.pop(key, None)
        known = before is not None and before.content == content
        held = Held(content, size, before.number if known else self.number)
        frame = {"key": key, "text": text, "kind": kind, "ahead": ahead, "picture": held.number}
        frame |= {"number": self.number, "generation": self.generation} | self.shape
        self.held[key] = held
        self.drop_oldest()
        self.road.sent(self.number, 0 if known else size)
        self.send({"frame": frame}, [] if known else [picture])

    def drop_oldest(self):
        """Forget frames as the page does when it has too many."""
        full = sum(held.size for held in self.held.values())
        while full > HELD and len(self.held) > 1:
            full -= self.held.pop(next(iter(self.held))).size

    def renew(self):
        """Let no frame be shown any more that was made before now."""
        self.generation += 1
        self.held.clear()


def hear(stage, message, buffers):
    """Take what the page says."""
    if "got" in message:
        stage.road.arrived(message["got"])
        stage.on_got()
    elif "look" in message:
        stage.on_look(message["look"])
    elif "link" in message:
        stage.on_link(message["link"])
    elif "touch" in message:
        stage.on_touch(*(message["touch"].get(part, ()) for part in TOUCH))
        stage.send({"touched": True})
    elif "trip" in message:  # it is there, or has lost something
        stage.here = True
        stage.road = Road(message["trip"])
        stage.renew()
        stage.on_here()
