"""What the lessons measure: one folder for each, named as its notebook and its panels are."""
