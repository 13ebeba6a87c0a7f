"""The program in Keras that comes nearest to a run, and what it does otherwise."""

from lessons.initializers import INITIALIZERS
from lessons.programs.shared import knobs, luck, report, sample_names, samples
from lessons.programs.text import block, call, textbook, wrapped
from lessons.schedules import Cosine, Exponential, Polynomial, Step

LAYERS = {
    "identity": 'layers.Activation("linear")',
    "leaky_relu": "layers.LeakyReLU(negative_slope=0.01)",
    "gelu_tanh": "layers.Activation(lambda z: keras.activations.gelu(z, approximate=True))",
}
LAYERS |= {
    name: f'layers.Activation("{name}")'
    for name in ("sigmoid", "tanh", "relu", "elu", "silu", "softplus", "gelu")
}
LOSS_CLASSES = {
    "cross_entropy": "SparseCategoricalCrossentropy(from_logits=True)",
    "binary_cross_entropy": "BinaryCrossentropy(from_logits=True)",
    "hinge": "Hinge()",
    "mse": "MeanSquaredError()",
    "mae": "MeanAbsoluteError()",
    "huber": "Huber(delta=1.0)",
}
BETAS = {"beta_1": "beta1", "beta_2": "beta2", "epsilon": "epsilon"}
OPTIMIZERS = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": "momentum"}),
    "nesterov": ("SGD", {"momentum": "momentum", "nesterov": "True"}),
    "adagrad": ("Adagrad", {"initial_accumulator_value": "0.0", "epsilon": "epsilon"}),
    "rmsprop": ("RMSprop", {"rho": "beta2", "epsilon": "epsilon"}),
    "adam": ("Adam", BETAS),
    "adamw": ("AdamW", BETAS | {"weight_decay": "0.0"}),
}
# Of every kind of schedule that Keras has, its class there and what it is given after the rate.
SCHEDULES = {
    Step: lambda s: ("ExponentialDecay", [f"{s.every}", f"{s.factor!r}", "staircase=True"]),
    Exponential: lambda s: ("ExponentialDecay", ["1", f"{s.factor!r}"]),
    Cosine: lambda s: ("CosineDecay", [f"{s.updates}", f"alpha={share(s)!r}"]),
    Polynomial: lambda s: (
        "PolynomialDecay",
        [f"{s.updates}", "end_learning_rate=0.0", f"power={s.power!r}"],
    ),
}


def share(schedule):
    """Return what is left of the rate at the end of a Cosine."""
    return schedule.final / schedule.rate if schedule.rate else 0.0


def keras_program(facts):
    """Return the program for the Facts of a run.

    Raises: ValueError that names the knobs in use that Keras does not have.
    """
    require_knobs(facts)
    config, names = facts.config, sample_names(facts)
    numbers = [name for name in names if name[0] == "X" or not facts.classes]
    one_score = [name for name in names if name[0] == "y" and facts.sizes[-1] == 1]
    one_score = one_score if facts.classes and config.loss != "cross_entropy" else []
    head = block(
        '"""What Keras has that comes nearest to a training run of a panel of Knobs.',
        "",
        "train_loss is the loss of the whole training set before training and after each",
        "epoch. What is not as in the panel:",
        *(wrapped(words, "- ", "  ") for words in differences(facts)),
        '"""',
        "",
        "import keras",
        "import numpy as np",
        "from keras import layers",
        facts.scans and "from sklearn.datasets import load_digits",
        facts.scans and "from sklearn.model_selection import train_test_split",
        "",
        "# The knobs.",
        f'keras.config.set_floatx("{config.dtype}")  # dtype',
        f'keras.config.set_dtype_policy("{config.dtype}")',
        knobs(facts),
        "",
        luck(facts).split("\norder_rng")[0],
        "keras.utils.set_random_seed(seed)"
        if config.seed < 2**32
        else "keras.utils.set_random_seed(seed % 2**32)",
    )
    end = block(
        samples(facts),
        *(f"{name} = {name}.astype(np.{config.dtype})" for name in numbers),
        *(f"{name} = {name}.reshape(-1, 1).astype(np.{config.dtype})" for name in one_score),
        "",
        network(facts),
        f"loss = keras.losses.{LOSS_CLASSES[config.loss]}",
        optimizer(facts),
        "model.compile(optimizer=optimizer, loss=loss)",
        "",
        "train_loss = [whole_loss()]",
        "record = keras.callbacks.LambdaCallback(",
        "    on_epoch_end=lambda epoch, logs: train_loss.append(whole_loss())",
        ")",
        *fit(facts),
        report(),
    )
    whole = block(
        "def whole_loss():",
        '    """The loss of all training samples, without penalties."""',
        "    return float(keras.ops.convert_to_numpy(loss(y, model(X, training=False))))",
    )
    return "\n\n\n".join([head, textbook(INITIALIZERS[config.init]), whole, end]) + "\n"


def require_knobs(facts):
    """Raise ValueError for knobs in use that do not exist there."""
    config = facts.config
    wrong = {
        "loss": config.loss not in LOSS_CLASSES,
        "schedule": not (facts.constant or type(facts.schedule) in SCHEDULES),
        "batch_size": facts.growing,
        "drop_last": config.drop_last,
        "clip_value": config.clip_value is not None and config.clip_norm is not None,
    }
    missing = [f"{name}={getattr(config, name)!r}" for name, is_wrong in wrong.items() if is_wrong]
    if missing:
        beside = " beside clip_norm" if wrong["clip_value"] else ""
        raise ValueError(f"Keras has no {', '.join(missing)}{beside}: no program comes near enough")


def differences(facts):
    """Yield what the program does otherwise, one thing at a time."""
    config = facts.config
    if config.shuffle or facts.dropout:
        what = ["orders of the samples"] * config.shuffle + ["dropout"] * facts.dropout
        yield f"seed: the first weights are the same; the luck of {' and '.join(what)} is not."
    if facts.norm:
        yield "batch_norm: the running variance follows that of the batch as it is, biased."
        yield "batch_norm: biases before it are left to rounding, and a batch of one is normalized."
    if config.optimizer in ("adagrad", "rmsprop"):
        yield "epsilon: it stands inside the root."
    if config.optimizer in ("adam", "adamw"):
        yield "epsilon: it is added before the correction of the second average."
    if config.optimizer in ("momentum", "nesterov") and not facts.constant:
        yield "schedule: the rate is in the velocity, so that a change of it comes later."
    if config.l2 and not facts.decoupled:
        yield "l2: its L2 adds l2 times the square of a weight, and so it is half of the panel's."
    if config.patience:
        yield "patience: the epoch before training does not count, and penalties do."
    yield "defaults: every setting is written out, for Keras' own are others."


def network(facts):
    config, lines = facts.config, [f"keras.Input(({facts.sizes[0]},))"]
    place = facts.norm
    norm = "layers.BatchNormalization(momentum=1 - bn_momentum, epsilon=bn_eps)"
    terms = {"l1": "l1=l1", "l2": "l2=l2 / 2"}
    inside = ", ".join(terms[name] for name in facts.penalties)
    penalty = ", kernel_regularizer=penalty" if inside else ""
    for units in config.hidden:
        lines.append(f"layers.Dense({units}{penalty})")
        lines += [norm] if place == "before" else []
        lines.append(LAYERS[config.activation])
        lines += [norm] if place == "after" else []
        lines += ["layers.Dropout(dropout)"] if facts.dropout else []
    lines.append(f"layers.Dense({facts.sizes[-1]}{penalty})")
    return block(
        inside and f"penalty = keras.regularizers.L1L2({inside})",
        "model = keras.Sequential(",
        "    [",
        *(f"        {line}," for line in lines),
        "    ]",
        ")",
        "for layer in model.layers:",
        "    if isinstance(layer, layers.Dense):",
        "        n_in, n_out = layer.kernel.shape",
        f"        W = {INITIALIZERS[config.init].__name__}(weights_rng, n_in, n_out)  # init",
        "        layer.set_weights([W, np.zeros(n_out)])",
    )


def optimizer(facts):
    config = facts.config
    name, arguments = OPTIMIZERS[config.optimizer]
    arguments = {"learning_rate": "learning_rate" if facts.constant else "rate"} | arguments
    if facts.decoupled:
        arguments["weight_decay"] = "l2"
    if config.clip_norm:
        arguments["global_clipnorm"] = "clip_norm"
    if config.clip_value:
        arguments["clipvalue"] = "clip_value"
    return block(
        rate(facts),
        call(f"optimizer = keras.optimizers.{name}", arguments),
        facts.decoupled
        and 'optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])',
    )


def rate(facts):
    """Return the line that makes the rate a schedule, or None for one that is constant."""
    if facts.constant:
        return None
    name, rest = SCHEDULES[type(facts.schedule)](facts.schedule)
    return call(f"rate = keras.optimizers.schedules.{name}", {}, ["learning_rate", *rest])


def fit(facts):
    patience = facts.config.patience is not None
    callbacks = "record"
    if patience:
        yield "stop = keras.callbacks.EarlyStopping("
        yield '    monitor="val_loss", patience=patience, restore_best_weights=True'
        yield ")"
        callbacks = "record, stop"
    arguments = {
        "batch_size": "batch_size", "epochs": "epochs", "shuffle": repr(facts.config.shuffle),
        "callbacks": f"[{callbacks}]",
    }  # fmt: skip
    if facts.validation:
        arguments["validation_data"] = "(X_val, y_val)"
    arguments["verbose"] = "0"
    yield call("model.fit", arguments, ["X", "y"])
    if patience:
        yield "# Epochs that were not trained have no loss."
        yield "train_loss += [np.nan] * (epochs + 1 - len(train_loss))"
