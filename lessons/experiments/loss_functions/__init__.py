"""What lesson 05 measures: lines fitted by three losses, margins, and what a loss hides."""
