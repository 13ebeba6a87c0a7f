"""What lesson 11 measures: penalties, dropout, noise on the inputs, early stopping."""
