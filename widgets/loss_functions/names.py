"""How the losses are called and colored in the pictures of lesson 05."""

from widgets.style import BLUE, GREEN, ORANGE, PURPLE

SHORT = {
    "mse": "MSE",
    "mae": "MAE",
    "huber": "Huber",
    "cross_entropy": "cross-entropy",
    "binary_cross_entropy": "binary cross-entropy",
    "brier": "squared error",
    "hinge": "hinge",
    "zero_one": "0/1 loss",
}
COLORS = {
    "mse": ORANGE,
    "mae": BLUE,
    "huber": GREEN,
    "cross_entropy": BLUE,
    "binary_cross_entropy": PURPLE,
    "brier": ORANGE,
    "hinge": GREEN,
    "zero_one": PURPLE,
}
