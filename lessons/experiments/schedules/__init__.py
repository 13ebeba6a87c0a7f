"""What lesson 08 measures: rates that change during a run, and what that is good for."""
