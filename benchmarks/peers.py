"""The same training elsewhere: in C, JAX, PyTorch, scikit-learn, and in both of the kit's engines.

Each function takes a TrainConfig and a Split and returns a function that trains once, from the
start, evaluates the whole training set after each epoch, and returns the milliseconds that took
and the last loss.  What can be prepared (conversion, compilation) is not timed.  All but
scikit-learn's start from the kit's first weights and follow the kit's orders of the samples.
"""

import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from functools import cache, partial, wraps
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from lessons import train
from lessons.compiler import has_numba
from lessons.parameters import count_parameters, unflatten
from lessons.plan import layer_sizes, make_plan
from lessons.randomness import draw_orders

SOURCE = Path(__file__).with_name("train.c")
FLAGS = ("-O3", "-march=native", "-ffast-math")
C_ACTIVATIONS = ("relu", "tanh")
SKLEARN_NAMES = {"identity": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
# Kept for as long as this process runs: the program, and the files it reads.
FOLDER = tempfile.TemporaryDirectory(prefix="knobs-bench-")


class CannotError(Exception):
    """This way cannot do it; the message is for the table."""


def imported(name):
    try:
        return import_module(name)
    except ImportError:
        raise CannotError("not installed") from None


def timed(training):
    """Let a function that returns a loss return the milliseconds it took as well."""

    @wraps(training)
    def run():
        start = time.perf_counter()
        loss = float(training())
        return 1e3 * (time.perf_counter() - start), loss

    return run


def beginning(config, split):
    """Units of the layers, first weights (W row by row, then b, of each), orders (epochs, N)."""
    sizes = layer_sizes(config, split)
    plan = make_plan(replace(config, batch_norm=False, optimizer="sgd"), split)
    w = np.array(plan.w[: count_parameters(sizes)], np.float32)
    return sizes, w, np.concatenate(list(draw_orders(plan))).astype(np.int32)


def fast(config, split):
    if not has_numba():
        raise CannotError("not installed")
    return timed(lambda: train(config, split, engine="numba").train_loss[-1])


def readable(config, split):
    return timed(lambda: train(config, split, engine="numpy").train_loss[-1])


def c(config, split, *defines):
    """Let `train.c` train: a process of its own, which times itself."""
    if config.activation not in C_ACTIVATIONS or config.batch_norm or config.optimizer != "sgd":
        raise CannotError("not written")
    if config.batch_size < 16:
        raise CannotError("written for larger batches")
    program = compiled(*defines)
    sizes, w, orders = beginning(config, split)
    activation = C_ACTIVATIONS.index(config.activation)
    header = len(sizes) - 1, len(split.X_train), config.batch_size, config.epochs, activation
    path = Path(FOLDER.name) / "run.bin"

    def run():
        with path.open("wb") as file:
            for whole in (header, sizes):
                np.array(whole, np.int32).tofile(file)
            for real in (config.learning_rate, w, split.X_train):
                np.array(real, np.float32).tofile(file)
            for whole in (split.y_train, orders):
                np.array(whole, np.int32).tofile(file)
        output = subprocess.check_output([program, path, "1"], text=True)
        milliseconds, loss = map(float, output.split())
        return milliseconds, loss

    return run


@cache
def compiled(*defines):
    """Compile `train.c`; returns the path of the program."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise CannotError("not installed")
    program = Path(FOLDER.name) / "-".join(["train", *defines])
    command = [compiler, *FLAGS, *(f"-D{name}" for name in defines), "-o", program, SOURCE, "-lm"]
    if subprocess.run(command).returncode != 0:
        raise CannotError("does not compile here")
    return program


def jax(config, split):
    """The whole run as one compiled function: a scan over the epochs, in each one over batches."""
    jax = imported("jax")
    jnp, scan = jax.numpy, jax.lax.scan
    if config.batch_norm or config.optimizer != "sgd":
        raise CannotError("not written")
    gelu = partial(jax.nn.gelu, approximate=False)
    activation = {"relu": jax.nn.relu, "tanh": jnp.tanh, "gelu": gelu}[config.activation]
    sizes, w, orders = beginning(config, split)
    whole = len(split.X_train) // config.batch_size * config.batch_size

    def mean_loss(layers, h, y):
        for W, b in layers[:-1]:
            h = activation(h @ W + b)
        W, b = layers[-1]
        log_p = jax.nn.log_softmax(h @ W + b)
        return -(log_p * jax.nn.one_hot(y, sizes[-1])).sum(axis=1).mean()

    @jax.jit
    def training(layers, X, y, orders):
        def update(layers, rows):
            loss, gradient = jax.value_and_grad(mean_loss)(layers, X[rows], y[rows])
            step = partial(jax.tree.map, lambda w, g: w - config.learning_rate * g)
            return step(layers, gradient), loss

        def epoch(layers, order):
            layers, losses = scan(update, layers, order[:whole].reshape(-1, config.batch_size))
            if whole < len(order):
                layers, last = update(layers, order[whole:])
                losses = jnp.append(losses, last)
            return layers, (losses, mean_loss(layers, X, y))

        return scan(epoch, layers, orders)

    layers = [(jnp.array(layer.W), jnp.array(layer.b)) for layer in unflatten(w, sizes)]
    X, y = jnp.array(split.X_train), jnp.array(split.y_train, dtype=jnp.int32)
    orders = jnp.array(orders)

    def run():
        _, (_, train_loss) = jax.block_until_ready(training(layers, X, y, orders))
        return train_loss[-1]

    return timed(run)


def pytorch(config, split):
    """The training loop as it is usually written."""
    torch = imported("torch")
    torch.set_num_threads(1)
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "gelu": torch.nn.GELU}
    sizes, w, orders = beginning(config, split)
    inputs, targets = torch.tensor(split.X_train), torch.tensor(split.y_train)
    orders = torch.tensor(orders)
    criterion = torch.nn.CrossEntropyLoss()

    def network():
        modules = []
        for (n_in, n_out), layer in zip(pairwise(sizes), unflatten(w, sizes), strict=True):
            linear = torch.nn.Linear(n_in, n_out)
            linear.weight.data = torch.tensor(layer.W.T.copy())
            linear.bias.data = torch.tensor(layer.b)
            norm = [torch.nn.BatchNorm1d(n_out)] if config.batch_norm else []
            modules += [linear, *norm, activation[config.activation]()]
        return torch.nn.Sequential(*modules[: -1 - len(norm)])

    def run():
        model = network()
        methods = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        optimizer = methods[config.optimizer](model.parameters(), config.learning_rate)
        for order in orders:
            model.train()
            for rows in order.split(config.batch_size):
                optimizer.zero_grad()
                criterion(model(inputs[rows]), targets[rows]).backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                loss = criterion(model(inputs), targets).item()
        return loss

    return timed(run)


def sklearn(config, split):
    """MLPClassifier, with weights of its own kind, and one output where there are two classes."""
    if config.activation not in SKLEARN_NAMES:
        raise CannotError("has no " + config.activation)
    if config.batch_norm:
        raise CannotError("has no batch norm")
    X, y = np.array(split.X_train), np.array(split.y_train)

    def run():
        model = MLPClassifier(
            config.hidden, activation=SKLEARN_NAMES[config.activation], solver=config.optimizer,
            alpha=0, momentum=0, learning_rate_init=config.learning_rate,
            batch_size=config.batch_size, random_state=config.seed,
        )  # fmt: skip
        for _ in range(config.epochs):
            model.partial_fit(X, y, classes=range(len(split.classes)))  # one epoch
            loss = log_loss(y, model.predict_proba(X))
        return loss

    return timed(run)


PEERS = {
    "fast engine": fast,
    "C": lambda config, split: c(config, split, "PLAIN"),
    "C, blocked": c,
    "JAX": jax,
    "PyTorch": pytorch,
    "scikit-learn": sklearn,
    "readable engine": readable,
}
# These do exactly the kit's arithmetic, so their losses must be the kit's.
SAME = ("C", "C, blocked", "JAX", "PyTorch", "readable engine")
