"""Groups: knobs that fold away behind a button, so that a panel of many knobs stays calm."""

import ipywidgets

from widgets.page import weakly

# Which are open, of all panels of this kernel: a cell that is run again finds them as they were.
opened = set()


class Group:
    """A button, and below it a row of knobs that it shows and hides.

    Parameters: name, on the button; row, the widget that holds the knobs.
    """

    def __init__(self, name, row):
        self.name, self.row = name, row
        self.button = ipywidgets.ToggleButton(
            value=name in opened, description=name, tooltip=f"Show or hide the knobs of {name}",
            layout=ipywidgets.Layout(width="auto"),
        )  # fmt: skip
        self.button.add_class("knobs-group")
        self.button.observe(weakly(self.on_button), "value")
        self.show()

    def on_button(self, change):
        (opened.add if self.button.value else opened.discard)(self.name)
        self.show()

    def show(self):
        """Show the knobs if they are wanted; keyboard and ears find them only then."""
        self.button.icon = "caret-down" if self.button.value else "caret-right"
        self.row.layout.display = None if self.button.value else "none"
