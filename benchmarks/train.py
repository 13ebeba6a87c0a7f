"""How long does one whole training take, here and elsewhere?

    python benchmarks/train.py [--rounds 7]

Trains the same networks on the same samples with the same settings in four ways, in turns, each
on one thread and in single precision: the fast engine, the readable one, scikit-learn's
MLPClassifier, and PyTorch in eager mode where it is installed.  Each evaluates the whole training
set after every epoch.  Prints the median in milliseconds, how many times as long as the fast
engine that is, and the last loss, which shows that all have done the same work.  (scikit-learn
starts from weights of its own kind, and has one output where there are two classes.)
"""

import argparse
import time
from dataclasses import replace

import numpy as np
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from lessons import TrainConfig, data, train
from lessons.trainer import has_numba

try:
    import torch
except ImportError:
    torch = None

DEFAULT = TrainConfig()
CASES = {
    "relu": DEFAULT,
    "tanh": replace(DEFAULT, activation="tanh"),
    "gelu": replace(DEFAULT, activation="gelu"),
    "batches of 1": replace(DEFAULT, batch_size=1, epochs=20, learning_rate=0.01),
    "digits": replace(DEFAULT, hidden=(64, 32), epochs=30),
}
SKLEARN_NAMES = {"identity": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


class CannotError(Exception):
    """This way cannot do it; the message is for the table."""


def fast(config, X, y, split):
    if not has_numba():
        raise CannotError("not installed")
    return train(config, split, engine="numba").train_loss[-1]


def readable(config, X, y, split):
    return train(config, split, engine="numpy").train_loss[-1]


def sklearn(config, X, y, split):
    if config.activation not in SKLEARN_NAMES:
        raise CannotError("has no " + config.activation)
    model = MLPClassifier(
        config.hidden, activation=SKLEARN_NAMES[config.activation], solver="sgd", alpha=0,
        momentum=0, learning_rate_init=config.learning_rate, batch_size=config.batch_size,
        random_state=config.seed,
    )  # fmt: skip
    for _ in range(config.epochs):
        model.partial_fit(X, y, classes=split.classes)  # one epoch
        loss = log_loss(y, model.predict_proba(X))
    return loss


def pytorch(config, X, y, split):
    if torch is None:
        raise CannotError("not installed")
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "gelu": torch.nn.GELU}
    torch.manual_seed(config.seed)
    layers, n_in = [], X.shape[1]
    for n_out in config.hidden:
        layers += [torch.nn.Linear(n_in, n_out), activation[config.activation]()]
        torch.nn.init.kaiming_normal_(layers[-2].weight)
        n_in = n_out
    model = torch.nn.Sequential(*layers, torch.nn.Linear(n_in, len(split.classes)))
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), config.learning_rate)
    inputs, targets = torch.tensor(X), torch.tensor(y)
    for _ in range(config.epochs):
        for rows in torch.randperm(len(X)).split(config.batch_size):
            optimizer.zero_grad()
            criterion(model(inputs[rows]), targets[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            loss = criterion(model(inputs), targets).item()
    return loss


WAYS = {
    "fast engine": fast,
    "readable engine": readable,
    "scikit-learn": sklearn,
    "PyTorch eager": pytorch,
}


def measure(config, split, rounds):
    """Milliseconds of every round and the last loss of each way, or why it cannot."""
    X, y = np.array(split.X_train), np.array(split.y_train)
    times, losses = {way: [] for way in WAYS}, {}
    for round_ in range(-1, rounds):  # the first warms up, and is not counted
        for way, run in WAYS.items():
            if way in losses and isinstance(losses[way], str):
                continue
            start = time.perf_counter()
            try:
                losses[way] = float(run(config, X, y, split))
            except CannotError as reason:
                losses[way] = str(reason)
                continue
            if round_ >= 0:
                times[way].append(1e3 * (time.perf_counter() - start))
    return times, losses


def describe(name, config, split):
    sizes = "-".join(map(str, (split.X_train.shape[1], *config.hidden, len(split.classes))))
    batch = f"batch {config.batch_size}, {config.epochs} epochs"
    return f"{name}: {len(split.X_train)} samples, {sizes} {config.activation}, {batch}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="measured trainings of each kind")
    options = parser.parse_args()
    if torch is not None:
        torch.set_num_threads(1)
    with threadpool_limits(1):
        for name, config in CASES.items():
            make = data.digits if name == "digits" else data.spiral
            split = make(val=0, test=0.2)
            print(describe(name, config, split))
            print(f"    {'':16}{'ms':>9}{'ratio':>8}{'loss':>8}")
            times, losses = measure(config, split, options.rounds)
            base = np.median(times["fast engine"]) if times["fast engine"] else np.nan
            for way, loss in losses.items():
                if isinstance(loss, str):
                    print(f"    {way:16}{loss:>25}")
                    continue
                ms = np.median(times[way])
                print(f"    {way:16}{ms:9.1f}{ms / base:8.1f}{loss:8.4f}")


if __name__ == "__main__":
    main()
