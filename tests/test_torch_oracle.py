"""PyTorch as the oracle: same weights, same batches, so the same losses and weights after training.

Its modules, losses, optimizers and automatic gradients, in double precision.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import ENGINES, orders_of, samples

from lessons import TrainConfig, data, predict, train
from lessons.activations import ACTIVATIONS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS

torch = pytest.importorskip("torch")

every_engine = pytest.mark.parametrize("engine", ENGINES)

# One more entry of a registry needs its counterpart here as well.
MODULES = {
    "identity": torch.nn.Identity,
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "gelu": torch.nn.GELU,
}
CRITERIA = {"cross_entropy": torch.nn.CrossEntropyLoss, "mse": torch.nn.MSELoss}
STEPPERS = {
    "sgd": lambda config, weights: torch.optim.SGD(weights, config.learning_rate),
    "momentum": lambda config, weights: torch.optim.SGD(
        weights, config.learning_rate, momentum=config.momentum
    ),
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def as_module(params, activation):
    """The same network in PyTorch, whose weights are stored (out, in)."""
    layers = []
    for layer in params:
        linear = torch.nn.Linear(*layer.W.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.W.T))
            linear.bias.copy_(torch.tensor(layer.b))
        layers += [linear, MODULES[activation]()]
    return torch.nn.Sequential(*layers[:-1])


def tensors(X, y):
    y = torch.tensor(np.array(y))
    if y.is_floating_point():
        y = y.double().reshape(len(X), -1)
    return torch.tensor(X.astype(float)), y


def train_in_torch(config, split, run):
    """Train from the first snapshot of the run; losses of batches and epochs, norms, weights."""
    module = as_module(run.snapshots[0], config.activation)
    criterion = CRITERIA[run.config.loss]()
    stepper = STEPPERS[config.optimizer](config, module.parameters())
    X, y = tensors(split.X_train, split.y_train)
    linears = [layer for layer in module if isinstance(layer, torch.nn.Linear)]
    batch_loss, grad_norm = [], []

    def evaluate():
        with torch.no_grad():
            return [
                criterion(module(inputs), targets).item()
                for inputs, targets in ((X, y), tensors(split.X_val, split.y_val))
            ]

    epoch_loss = [evaluate()]
    for order in orders_of(config, len(X)):
        for rows in torch.split(torch.tensor(order), config.batch_size):
            if config.drop_last and len(rows) < config.batch_size:
                continue
            stepper.zero_grad()
            loss = criterion(module(X[rows]), y[rows])
            loss.backward()
            batch_loss.append(loss.item())
            grad_norm.append(
                [
                    torch.cat([linear.weight.grad.ravel(), linear.bias.grad]).norm().item()
                    for linear in linears
                ]
            )
            stepper.step()
        epoch_loss.append(evaluate())
    weights = [
        (linear.weight.detach().numpy().T, linear.bias.detach().numpy()) for linear in linears
    ]
    return batch_loss, grad_norm, np.transpose(epoch_loss), weights, module


def assert_same(config, split, engine, rtol=1e-9):
    run = train(config, split, engine)
    assert run.status == "finished"
    batch_loss, grad_norm, epoch_loss, weights, module = train_in_torch(config, split, run)
    close = {"rtol": rtol, "atol": 1e-12}
    assert np.allclose(run.batch_loss, batch_loss, **close)
    assert np.allclose(run.grad_norm, grad_norm, **close)
    assert np.allclose([run.train_loss, run.val_loss], epoch_loss, **close)
    for layer, (W, b) in zip(run.params, weights, strict=True):
        assert np.allclose(layer.W, W, **close)
        assert np.allclose(layer.b, b, **close)
    outputs = module(torch.tensor(split.X_val.astype(float))).detach()
    if split.task == "classification":
        outputs = torch.softmax(outputs, dim=1)
    expected = outputs.numpy().reshape(len(split.X_val), -1)
    prediction = predict(run.params, config, split.X_val).reshape(expected.shape)
    assert np.allclose(prediction, expected, **close)


def test_every_entry_of_a_registry_has_a_counterpart():
    assert set(MODULES) == set(ACTIVATIONS)
    assert set(CRITERIA) == set(LOSSES)
    assert set(STEPPERS) == set(OPTIMIZERS)


@every_engine
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_training_is_that_of_torch(engine, optimizer, activation, loss):
    split = samples(LOSSES[loss].task, n=43)  # the last batch of an epoch has 3
    config = TrainConfig(
        hidden=(7, 5), activation=activation, optimizer=optimizer, learning_rate=0.05,
        batch_size=8, epochs=4, dtype="float64", seed=2,
    )  # fmt: skip
    assert_same(config, split, engine)


@every_engine
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
def test_batches_are_those_of_torch(engine, shuffle, drop_last):
    config = TrainConfig(
        hidden=(6,), batch_size=8, epochs=3, shuffle=shuffle, drop_last=drop_last, dtype="float64"
    )
    assert_same(config, samples(n=43), engine)


@every_engine
def test_the_default_run_is_that_of_torch(engine):
    config = TrainConfig(dtype="float64", epochs=20)
    assert_same(config, data.spiral(), engine, rtol=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    task=st.sampled_from(["classification", "regression"]),
    outputs=st.integers(1, 4),
    hidden=st.lists(st.integers(1, 8), max_size=3),
    activation=st.sampled_from(list(ACTIVATIONS)),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    momentum=st.floats(0, 0.9),
    batch_size=st.integers(1, 40),
    seed=st.integers(0, 1000),
    engine=st.sampled_from(ENGINES),
)
def test_any_small_run_is_that_of_torch(
    task, outputs, hidden, activation, optimizer, momentum, batch_size, seed, engine
):
    split = samples(task, n=20, outputs=outputs, seed=seed)
    config = TrainConfig(
        hidden=hidden, activation=activation, optimizer=optimizer, momentum=momentum,
        batch_size=batch_size, learning_rate=0.02, epochs=2, dtype="float64", seed=seed,
    )  # fmt: skip
    # A run that blows up magnifies every rounding; divergence has its own tests.
    assume(train(config, split, engine).train_loss.max() < 1e3)
    assert_same(config, split, engine)
