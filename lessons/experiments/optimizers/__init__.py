"""What lesson 07 measures: how optimizers move, what they remember, and how they end."""
