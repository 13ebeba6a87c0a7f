"""What lesson 10 measures: how far a fit to few samples is from what it will meet later."""
