"""What lesson 13 measures: many settings, many seeds, and what can be told from them."""
