"""Draw the README's picture with the kit itself.

make notebooks
"""

from pathlib import Path

from widgets import learning_rate

PICTURE = Path(__file__).parent.parent / "docs" / "panel.png"


def main():
    """Pin a slow run, and draw a quick one beside it."""
    pinned = {"learning_rate": 0.03}
    panel = learning_rate.panel(learning_rate=0.3, pinned=pinned)
    PICTURE.write_bytes(panel.picture.png())
    panel.close()


if __name__ == "__main__":
    main()
