"""Idle knobs: those that change nothing where the others are. The page does not show them.

A panel says which they are, by `idle(settings)`. They keep their values and stay in
`panel.settings`, in what is pinned, in reset, and in the keys of frames. Only menus and boxes
should decide, so that no knob comes or goes while a hand slides another; but for the last one in
its row, which moves no other.

So do the knobs that a teacher hides; those that are locked are shown, and no hand moves them.
"""


class Idle:
    """Which knobs of a panel count. Who inherits has what Panel has.

    Attributes: hidden and locked, the fields of those knobs.
    """

    hidden = locked = ()

    def knob_settings(self):
        return {field: knob.value for field, knob in self.knobs.items()}

    def counting(self, *settings):
        """Return the knobs, by field, that count at all of these settings."""
        idle = {field for each in settings for field in self.idle(each)}
        return {field: knob for field, knob in self.knobs.items() if field not in idle}

    def show_knobs(self):
        """Show the knobs that count where all are now; keyboard and ears find no others either."""
        counting = self.counting(self.knob_settings()).keys() - set(self.hidden)
        for field, knob in self.knobs.items():
            seen = field in counting and not knob.is_drawn
            knob.control.layout.display = None if seen else "none"
            knob.control.disabled = field in self.locked
