"""PyTorch as the oracle: same weights, same batches, so the same losses and weights after training.

Its modules, losses, optimizers, clipping and automatic gradients, in double precision.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from reference import ENGINES, orders_of, samples, settings_and_samples

from lessons import TrainConfig, data, evaluate, predict, train
from lessons.activations import ACTIVATIONS
from lessons.batch_norm import batch_norm_place
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS

torch = pytest.importorskip("torch")
F = torch.nn.functional
BatchNorm1d = torch.nn.BatchNorm1d

pytestmark = pytest.mark.slow
every_engine = pytest.mark.parametrize("engine", ENGINES)

# One more entry of a registry needs its counterpart here as well.
MODULES = {
    "identity": torch.nn.Identity,
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "leaky_relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "silu": torch.nn.SiLU,
    "softplus": torch.nn.Softplus,
    "gelu": torch.nn.GELU,
    "gelu_tanh": lambda: torch.nn.GELU(approximate="tanh"),
}
CRITERIA = {
    "cross_entropy": F.cross_entropy,
    "binary_cross_entropy": lambda z, y: F.binary_cross_entropy_with_logits(z[:, 0], y.double()),
    "hinge": lambda z, y: torch.clamp(1 - (2 * y - 1) * z[:, 0], min=0).mean(),
    "brier": lambda z, y: F.mse_loss(torch.sigmoid(z[:, 0]), y.double()),
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "huber": F.huber_loss,
}
STEPPERS = {
    "sgd": lambda c, groups: torch.optim.SGD(groups),
    "momentum": lambda c, groups: torch.optim.SGD(groups, momentum=c.momentum),
    # PyTorch refuses Nesterov's step with momentum 0, which is plain descent.
    "nesterov": lambda c, groups: torch.optim.SGD(
        groups, momentum=c.momentum, nesterov=c.momentum > 0
    ),
    "adagrad": lambda c, groups: torch.optim.Adagrad(groups, eps=c.epsilon),
    "rmsprop": lambda c, groups: torch.optim.RMSprop(groups, alpha=c.beta2, eps=c.epsilon),
    "adam": lambda c, groups: torch.optim.Adam(groups, betas=(c.beta1, c.beta2), eps=c.epsilon),
    "adamw": lambda c, groups: torch.optim.AdamW(groups, betas=(c.beta1, c.beta2), eps=c.epsilon),
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def as_module(params, config):
    """The same network in PyTorch, whose weights are stored (out, in), layer by layer."""
    place, layers = batch_norm_place(config.batch_norm), []
    for layer in params:
        linear = torch.nn.Linear(*layer.W.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.W.T))
            linear.bias.copy_(torch.tensor(layer.b))
        stack = [linear, MODULES[config.activation]()]
        if place:
            norm = BatchNorm1d(len(layer.b), config.bn_eps, config.bn_momentum, dtype=torch.float64)
            stack.insert(1 if place == "before" else 2, norm)
        layers.append(torch.nn.Sequential(*stack))
    layers[-1] = layers[-1][0]
    return torch.nn.Sequential(*layers)


def tensors(X, y):
    y = torch.tensor(np.array(y))
    if y.is_floating_point():
        y = y.double().reshape(len(X), -1)
    return torch.tensor(X.astype(float)), y


def arrays_of(layer):
    """What a layer of the module holds, in the order of the kit's Layer."""
    linear = layer if isinstance(layer, torch.nn.Linear) else layer[0]
    found = [linear.weight.detach().numpy().T, linear.bias.detach().numpy()]
    for part in layer.children():
        if isinstance(part, BatchNorm1d):
            state = (part.weight, part.bias, part.running_mean, part.running_var)
            found += [tensor.detach().numpy() for tensor in state]
    return found


def make_stepper(config, module):
    """The optimizer; AdamW is to shrink the weights only, and not biases, γ and β."""
    weights = [p for p in module.parameters() if p.ndim == 2]
    others = [p for p in module.parameters() if p.ndim == 1]
    groups = [{"params": group, "lr": config.learning_rate} for group in (weights, others)]
    if config.optimizer == "adamw":
        groups[0]["weight_decay"], groups[1]["weight_decay"] = config.l2, 0.0
    return STEPPERS[config.optimizer](config, groups), weights


def train_in_torch(config, split, run):
    """Train from the first snapshot of the run, for as many epochs, at the rates of its schedule.

    Returns: losses of batches and epochs, norms, and the module.
    """
    module = as_module(run.snapshots[0], config)
    criterion = CRITERIA[run.config.loss]
    stepper, weights = make_stepper(config, module)
    X, y = tensors(split.X_train, split.y_train)
    l2 = 0 if config.optimizer == "adamw" else config.l2
    batch_loss, grad_norm = [], []

    def losses():
        module.eval()
        with torch.no_grad():
            return [
                criterion(module(inputs), targets).item()
                for inputs, targets in ((X, y), tensors(split.X_val, split.y_val))
            ]

    epoch_loss = [losses()]
    orders = orders_of(config, len(X))[: run.completed_epochs]
    for epoch, order in enumerate(orders):
        module.train()
        size = config.batch_size(epoch) if callable(config.batch_size) else config.batch_size
        for rows in torch.split(torch.tensor(order), size):
            if config.drop_last and len(rows) < size:
                continue
            for group in stepper.param_groups:
                group["lr"] = run.learning_rate[len(batch_loss)]
            stepper.zero_grad()
            # PyTorch cannot normalize the one sample that may be left over for the last batch.
            alone = len(rows) == 1 < size
            for norm in filter(lambda part: isinstance(part, BatchNorm1d), module.modules()):
                norm.train(not alone)
            loss = criterion(module(X[rows]), y[rows])
            batch_loss.append(loss.item())
            penalty = sum(config.l1 * w.abs().sum() + l2 / 2 * (w**2).sum() for w in weights)
            (loss + penalty).backward()
            parts = [[p.grad.ravel() for p in layer.parameters()] for layer in module]
            grad_norm.append([torch.cat(part).norm().item() for part in parts])
            if config.clip_value:
                torch.nn.utils.clip_grad_value_(module.parameters(), config.clip_value)
            if config.clip_norm:
                torch.nn.utils.clip_grad_norm_(module.parameters(), config.clip_norm)
            stepper.step()
        epoch_loss.append(losses())
    return batch_loss, grad_norm, np.transpose(epoch_loss), module


def assert_same(config, split, engine, rtol=1e-9, atol=1e-12):
    run = train(config, split, engine)
    # After early stopping the parameters are those of the best epoch; compare the last.
    last = run.snapshots[-1]
    batch_loss, grad_norm, epoch_loss, module = train_in_torch(config, split, run)
    updates, epochs = len(batch_loss), run.completed_epochs + 1
    close = {"rtol": rtol, "atol": atol}
    assert updates == run.updates
    assert np.allclose(run.batch_loss[:updates], batch_loss, **close)
    assert np.allclose(run.grad_norm[:updates], grad_norm, **close)
    assert np.allclose([run.train_loss[:epochs], run.val_loss[:epochs]], epoch_loss, **close)
    for layer, expected in zip(last, map(arrays_of, module), strict=True):
        found = [array for array in layer if array is not None]
        for ours, theirs in zip(found, expected, strict=True):
            assert np.allclose(ours, theirs, **close)
    outputs = module(torch.tensor(split.X_val.astype(float))).detach()
    if run.config.loss == "cross_entropy":
        outputs = torch.softmax(outputs, dim=1)
    elif run.config.loss in ("binary_cross_entropy", "brier"):
        outputs = torch.sigmoid(torch.cat([-outputs, outputs], dim=1))
    elif run.config.loss == "hinge":
        outputs = torch.cat([outputs <= 0, outputs > 0], dim=1).double()
    expected = outputs.numpy().reshape(len(split.X_val), -1)
    prediction = predict(last, config, split.X_val).reshape(expected.shape)
    assert np.allclose(prediction, expected, **close)
    loss, _ = evaluate(last, config, split.X_val, split.y_val)
    assert np.allclose(loss, epoch_loss[1, -1], **close)


def fitting(loss, **settings):
    """Samples for the task of a loss."""
    task = LOSSES[loss].task
    if task == "two classes":
        return samples("classification", outputs=2, **settings)
    return samples(task, **settings)


def test_every_entry_of_a_registry_has_a_counterpart():
    assert set(MODULES) == set(ACTIVATIONS)
    assert set(CRITERIA) == set(LOSSES)
    assert set(STEPPERS) == set(OPTIMIZERS)


@every_engine
@pytest.mark.parametrize("batch_norm", [False, "before", "after"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_training_is_that_of_torch(engine, batch_norm, activation, loss):
    split = fitting(loss, n=43)  # the last batch of an epoch has 3
    config = TrainConfig(
        hidden=(7, 5), activation=activation, loss=loss, batch_norm=batch_norm,
        learning_rate=0.05, batch_size=8, epochs=4, dtype="float64", seed=2,
    )  # fmt: skip
    assert_same(config, split, engine)


@every_engine
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_is_that_of_torch(engine, optimizer, l2, batch_norm):
    config = TrainConfig(
        hidden=(7, 5), activation="tanh", optimizer=optimizer, learning_rate=0.005, l2=l2,
        batch_norm=batch_norm, batch_size=8, epochs=4, dtype="float64", seed=2,
    )  # fmt: skip
    # A gradient that is 0 but for rounding is divided by its own size.
    assert_same(config, samples(n=43), engine, rtol=1e-7, atol=1e-7)


@every_engine
@pytest.mark.parametrize(
    "settings",
    [
        {"clip_norm": 0.1},
        {"clip_value": 0.01},
        {"clip_norm": 0.1, "clip_value": 0.03, "l1": 0.01, "l2": 0.1},
        {"l1": 0.03},
        {"schedule": "one_cycle"},
        {"batch_size": lambda epoch: 4 * 2**epoch},
        {"batch_size": 43},
        {"batch_size": 1},
        {"patience": 1, "learning_rate": 0.5},
    ],
    ids=lambda settings: "-".join(settings),  # a function has another address in every process
)
def test_every_other_knob_is_that_of_torch(engine, settings):
    knobs = {"hidden": (7, 5), "activation": "tanh", "epochs": 4, "dtype": "float64"} | settings
    assert_same(TrainConfig(**knobs), samples(n=43), engine)


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


@every_engine
@settings(max_examples=200)
@given(settings_and_samples(dropout=False))
def test_any_small_run_is_that_of_torch(engine, example):
    config, split = example
    run = train(config, split, engine)
    # A run that blows up magnifies every rounding; divergence has its own tests.
    assume(run.status != "diverged" and run.train_loss[run.completed_epochs] < 1e3)
    # PyTorch refuses to normalize batches of one.
    first = config.batch_size(0) if callable(config.batch_size) else config.batch_size
    one = min(first, len(split.X_train)) == 1
    assume(not (config.batch_norm and config.hidden and one))
    assert_same(config, split, engine, rtol=1e-6, atol=1e-7)
