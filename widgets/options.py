"""How options are called on the page, in menus, pictures and summaries: their names in print."""

TITLES = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "silu": "SiLU",
    "gelu": "GELU",
    "gelu_tanh": "GELU (tanh)",
    "he_normal": "He normal",
    "he_uniform": "He uniform",
    "xavier_normal": "Xavier normal",
    "xavier_uniform": "Xavier uniform",
    "sgd": "SGD",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
    "warmup": "warm-up",
    "warmup_cosine": "warm-up, cosine",
    "one_cycle": "one-cycle",
    "reduce_on_plateau": "on plateau",
    "cross_entropy": "cross-entropy",
    "binary_cross_entropy": "binary cross-entropy",
    "brier": "squared error",
    "mse": "MSE",
    "mae": "MAE",
    "huber": "Huber",
}


def title(name):
    """Return how an option is written.

    >>> title("relu"), title("tanh"), title("small_normal")
    ('ReLU', 'tanh', 'small normal')
    """
    return TITLES.get(name, name.replace("_", " "))


def menu(names):
    """Return options for a menu: from what is shown to the plain value.

    >>> menu(["tanh", "gelu_tanh"])
    {'tanh': 'tanh', 'GELU (tanh)': 'gelu_tanh'}
    """
    return {title(name): name for name in names}
