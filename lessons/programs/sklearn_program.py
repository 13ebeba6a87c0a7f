"""The program in scikit-learn that comes nearest to a run, and what it does otherwise."""

from lessons.losses import LOSSES
from lessons.programs.shared import knobs, report, samples
from lessons.programs.text import block, call, wrapped

ACTIVATIONS = {"identity": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
SOLVERS = {
    "sgd": {"solver": '"sgd"', "momentum": "0.0"},
    "momentum": {"solver": '"sgd"', "momentum": "momentum", "nesterovs_momentum": "False"},
    "nesterov": {"solver": '"sgd"', "momentum": "momentum", "nesterovs_momentum": "True"},
    "adam": {"solver": '"adam"', "beta_1": "beta1", "beta_2": "beta2", "epsilon": "epsilon"},
}
LOSS_NAMES = "cross_entropy", "binary_cross_entropy", "mse"


def sklearn_program(facts):
    """Return the program for the Facts of a run.

    Raises: ValueError that names the knobs in use that scikit-learn's networks do not have.
    """
    require_knobs(facts)
    double = facts.config.dtype == "float64"
    name = "MLPClassifier" if facts.classes else "MLPRegressor"
    return block(
        '"""What scikit-learn has that comes nearest to a training run of a panel of Knobs.',
        "",
        "train_loss is the loss of the whole training set after each epoch; that before the",
        "first, which scikit-learn does not tell, is missing. What is not as in the panel:",
        *(wrapped(words, "- ", "  ") for words in differences(facts)),
        '"""',
        "",
        "import numpy as np",
        facts.scans and "from sklearn.datasets import load_digits",
        f"from sklearn.metrics import {'log_loss' if facts.classes else 'mean_squared_error'}",
        facts.scans and "from sklearn.model_selection import train_test_split",
        f"from sklearn.neural_network import {name}",
        "",
        "# The knobs.",
        knobs(facts),
        "",
        samples(facts),
        double and "X = X.astype(np.float64)  # dtype",
        not facts.classes and facts.sizes[-1] == 1 and "y = y[:, 0]",
        double and not facts.classes and "y = y.astype(np.float64)",
        "",
        call(f"model = {name}", arguments(facts)),
        "train_loss = [np.nan]",
        "for epoch in range(epochs):",
        *one_epoch(facts),
        report().replace("[0]", "[1]") + "\n",
    )


def require_knobs(facts):
    """Raise ValueError for knobs in use that do not exist there."""
    config = facts.config
    wrong = {
        "activation": facts.hidden and config.activation not in ACTIVATIONS,
        "loss": config.loss not in LOSS_NAMES,
        "optimizer": config.optimizer not in SOLVERS,
        "schedule": not facts.constant,
        "batch_size": facts.growing,
        "drop_last": config.drop_last,
        "l1": config.l1 > 0,
        "dropout": facts.dropout,
        "batch_norm": facts.norm is not None,
        "clip_norm": config.clip_norm is not None,
        "clip_value": config.clip_value is not None,
        "patience": config.patience is not None,
    }
    missing = [f"{name}={getattr(config, name)!r}" for name, is_wrong in wrong.items() if is_wrong]
    if missing:
        raise ValueError(
            f"scikit-learn's networks have no {', '.join(missing)}: no program comes near enough"
        )
    if facts.classes and len(facts.split.classes) < 2:
        raise ValueError("scikit-learn's networks need at least two classes, got one")


def differences(facts):
    """Yield what the program does otherwise, one thing at a time."""
    config = facts.config
    # As MLPClassifier's `_init_coef` has it: Glorot's width, but for sigmoid.
    width = f"sqrt({2 if config.activation == 'sigmoid' else 6} / (inputs + units))"
    yield f'init: first weights and biases are uniform up to {width}, not "{config.init}".'
    yield "seed: its luck is another one, for first weights and for orders of the samples."
    if LOSSES[config.loss].task == "classification" and len(facts.split.classes) == 2:
        yield "outputs: it tells two classes apart by one output, and not by two."
    if config.loss == "mse":
        yield (
            "loss: it takes half the squared error, summed over the outputs; the rate and alpha "
            "make up for that" + (", and Adam's epsilon does not." if adam(facts) else ".")
        )
    if adam(facts):
        yield "optimizer: Adam's epsilon is added before the correction of the second average."
    if config.l2:
        yield (
            "l2: alpha is divided by the size of the batch, so that it is l2 times batch_size "
            "here. A smaller last batch is pulled harder."
        )
    else:
        yield "l2: alpha, which is 0.0001 by default, is 0."


def adam(facts):
    return facts.config.optimizer == "adam"


def arguments(facts):
    """Return the arguments of the network, as text by name."""
    config, outputs = facts.config, facts.sizes[-1]
    # Its gradient of the squared error is K/2 of the kit's, with K outputs.
    halved = config.loss == "mse"
    rate = f"learning_rate * {2 / outputs!r}" if halved and not adam(facts) else "learning_rate"
    alpha = f"l2 * batch_size * {outputs / 2!r}" if halved else "l2 * batch_size"
    return {
        "hidden_layer_sizes": repr(config.hidden),
        "activation": f'"{ACTIVATIONS.get(config.activation, "relu")}"',
        **SOLVERS[config.optimizer],
        "learning_rate_init": rate,
        "batch_size": "batch_size",
        "alpha": alpha if config.l2 else "0.0",
        "shuffle": repr(config.shuffle),
        "random_state": "seed" if config.seed < 2**32 else "seed % 2**32",
    }


def one_epoch(facts):
    if not facts.classes:
        yield "    model.partial_fit(X, y)"
        yield "    train_loss.append(float(mean_squared_error(y, model.predict(X))))"
        return
    yield f"    model.partial_fit(X, y, classes=range({len(facts.split.classes)}))"
    yield "    p = model.predict_proba(X)"
    yield "    train_loss.append(float(log_loss(y, p, labels=model.classes_)))"
