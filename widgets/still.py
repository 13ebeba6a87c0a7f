"""The still: what a notebook stores of a panel, for readers without a kernel."""

import base64
import html

from widgets.desk import Desk
from widgets.page import live_view

SLIDE = "Run the cell to slide"


class Still(Desk):
    """A desk with what stands for it where no kernel runs: its picture, and words below it.

    Attributes: picture, a Picture; lock, which whoever draws it holds; both made by who inherits.
    """

    def bundle(self):
        with self.lock:
            return super().bundle() | {"image/png": text_of(self.picture.png())}

    def outputs(self):
        """Return the panel, and the words that stand under its picture where no kernel runs.

        Where one runs, a view of the pulse, which shows nothing, is in their place.
        """
        with self.lock:
            words = caption(repr(self))
            bundle = self._repr_mimebundle_()
            if not self.closed:
                words |= live_view(self.pulse)
            return [(bundle, {"image/png": {"alt": str(self)}}), (words, {})]

    def stills(self):
        """Return the same as it is now. A hand that moves on need not wait: only a copy is made."""
        with self.lock:
            frame, words, alt = self.picture.pixels().copy(), repr(self), str(self)
        png = text_of(self.picture.compact(frame))
        return [{"text/plain": words, "image/png": png, "alt": alt}, caption(words)]

    def _repr_mimebundle_(self, include=None, exclude=None):
        with self.lock:
            if not (self.stage or self.closed):
                self.add_stage()
        return super()._repr_mimebundle_(include, exclude)


def caption(words):
    """Return the bundle of the line under a stored picture."""
    text = f"{words} · {SLIDE}"
    return {"text/html": f"<p>{html.escape(text)}</p>", "text/plain": text}


def text_of(png):
    """Return a picture as notebooks hold it."""
    return base64.b64encode(png).decode()
