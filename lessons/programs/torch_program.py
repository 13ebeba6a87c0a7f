"""A run as a program in PyTorch: its modules, its gradients and its optimizers."""

from itertools import pairwise

from lessons.initializers import INITIALIZERS
from lessons.programs.schedule import plateau_text, rate_text
from lessons.programs.shared import (
    batch_loop,
    before_epochs,
    early_stopping,
    give_up,
    knobs,
    luck,
    pad,
    report,
    sample_names,
    samples,
    title,
)
from lessons.programs.text import block, call, textbook

MODULES = {
    "identity": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU()",
    "elu": "nn.ELU()",
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus()",
    "gelu": "nn.GELU()",
    "gelu_tanh": 'nn.GELU(approximate="tanh")',
}
# The classes y of a loss of one output are 0 and 1, as numbers.
CRITERIA = {
    "cross_entropy": "F.cross_entropy(outputs, y)",
    "binary_cross_entropy": "F.binary_cross_entropy_with_logits(outputs[:, 0], y)",
    "hinge": "torch.clamp(1 - (2 * y - 1) * outputs[:, 0], min=0).mean()",
    "brier": "F.mse_loss(torch.sigmoid(outputs[:, 0]), y)",
    "mse": "F.mse_loss(outputs, y)",
    "mae": "F.l1_loss(outputs, y)",
    "huber": "F.huber_loss(outputs, y)",
}
BETAS = {"betas": "(beta1, beta2)", "eps": "epsilon"}
OPTIMIZERS = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": "momentum"}),
    "nesterov": ("SGD", {"momentum": "momentum", "nesterov": "True"}),
    "adagrad": ("Adagrad", {"eps": "epsilon"}),
    "rmsprop": ("RMSprop", {"alpha": "beta2", "eps": "epsilon"}),
    "adam": ("Adam", BETAS),
    # The weight decay that it has by itself is not the kit's.
    "adamw": ("AdamW", BETAS | {"weight_decay": "0"}),
}


def torch_program(facts):
    """Return the program for the Facts of a run."""
    config = facts.config
    by_formula = not (facts.constant or facts.plateau)
    sections = [
        textbook(INITIALIZERS[config.init]),
        dropout() if facts.dropout else None,
        single_batch_norm() if single(facts) else None,
        network(facts),
        loss(facts),
        rate_text(facts.schedule, config.schedule) if by_formula else None,
        training(facts),
    ]
    names = sample_names(facts)
    numbers = "torch.int64" if config.loss == "cross_entropy" else f"torch.{config.dtype}"
    kinds = [f"torch.{config.dtype}" if name[0] == "X" else numbers for name in names]
    end = block(
        samples(facts),
        "",
        *(f"{n} = torch.tensor({n}, dtype={kind})" for n, kind in zip(names, kinds, strict=True)),
        f"train_loss = train({', '.join(names)})",
        report(),
    )
    head = f"{imports(facts)}\n\n{settings(facts)}\n\n{luck(facts)}"
    return "\n\n\n".join([head, *filter(None, sections), end]) + "\n"


def imports(facts):
    return block(
        title(
            "NumPy and PyTorch",
            "PyTorch adds up in another order than the kit, so that the last digits differ. Where "
            "training is chaotic, as at high rates, they grow until the two runs part.",
        ),
        "",
        facts.needs_math and "import math\n",
        "import numpy as np",
        "import torch",
        "import torch.nn.functional as F" if "F." in CRITERIA[facts.config.loss] else None,
        facts.scans and "from sklearn.datasets import load_digits",
        facts.scans and "from sklearn.model_selection import train_test_split",
        "from torch import nn",
    )


def settings(facts):
    return block(
        "# The knobs. Those of the layers stand in the network.",
        f"torch.set_default_dtype(torch.{facts.config.dtype})  # dtype",
        knobs(facts),
    )


def single(facts):
    """Whether batch norm has batches of one sample that are no left-overs."""
    return bool(facts.norm) and min(facts.batch_sizes) == 1


def dropout():
    return block(
        "class Dropout(nn.Module):",
        '    """dropout with NumPy\'s luck; nn.Dropout does the same with PyTorch\'s own."""',
        "",
        "    def forward(self, h):",
        "        if not self.training:",
        "            return h",
        "        mask = dropout_rng.random(tuple(h.shape)) >= dropout",
        "        return h * torch.tensor(mask / (1 - dropout), dtype=h.dtype)",
    )


def single_batch_norm():
    return block(
        "class BatchNorm1d(nn.BatchNorm1d):",
        '    """batch_norm that takes batches of one, too, which PyTorch refuses."""',
        "",
        "    def forward(self, z):",
        "        if not self.training or len(z) > 1:",
        "            return super().forward(z)",
        "        with torch.no_grad():  # such a batch is its own mean, and has no variance",
        "            self.running_mean += self.momentum * (z[0] - self.running_mean)",
        "            self.running_var *= 1 - self.momentum",
        "        return self.weight * (z - z) + self.bias",
    )


def network(facts):
    config, lines = facts.config, []
    name = "BatchNorm1d" if single(facts) else "nn.BatchNorm1d"
    # Batch norm takes away whatever a bias adds, unless it has its averages from elsewhere.
    bias = ", bias=False" if facts.norm == "before" and not facts.run.lone_last_batch else ""
    for n_in, n_out in pairwise(facts.sizes[:-1]):
        norm = f"{name}({n_out}, eps=bn_eps, momentum=bn_momentum)"
        lines += [f"nn.Linear({n_in}, {n_out}{bias})"]
        lines += [norm] if facts.norm == "before" else []
        lines += [MODULES[config.activation]]
        lines += [norm] if facts.norm == "after" else []
        lines += ["Dropout()"] if facts.dropout else []
    lines.append(f"nn.Linear({facts.sizes[-2]}, {facts.sizes[-1]})")
    return block(
        "network = nn.Sequential(",
        *(f"    {line}," for line in lines),
        ")",
        f'# init "{config.init}": the weights, which PyTorch stores the other way round.',
        "linear = [layer for layer in network if isinstance(layer, nn.Linear)]",
        "weights = [layer.weight for layer in linear]"
        if facts.penalties or facts.decoupled
        else None,
        "with torch.no_grad():",
        "    for layer in linear:",
        f"        W = {INITIALIZERS[config.init].__name__}("
        "weights_rng, layer.in_features, layer.out_features)",
        "        layer.weight.copy_(torch.tensor(W.T))",
        "        if layer.bias is not None:" if bias else None,
        f"        {'    ' if bias else ''}layer.bias.zero_()",
    )


def loss(facts):
    return block(
        "def loss(outputs, y):",
        f'    """loss "{facts.config.loss}"."""',
        f"    return {CRITERIA[facts.config.loss]}",
        "",
        "",
        "def whole_loss(X, y):",
        '    """The loss of all samples, as the network is now."""',
        "    network.eval()",
        "    with torch.no_grad():",
        "        return loss(network(X), y).item()",
    )


def optimizer(facts):
    config = facts.config
    rate = "learning_rate" if facts.constant or facts.plateau else "schedule(0)"
    groups = "groups" if facts.decoupled else "network.parameters()"
    if facts.decoupled:
        yield "    others = [p for p in network.parameters() if p.ndim == 1]"
        yield "    groups = [  # l2 shrinks the weights only"
        yield '        {"params": weights, "weight_decay": l2},'
        yield '        {"params": others, "weight_decay": 0.0},'
        yield "    ]"
    name, arguments = OPTIMIZERS[config.optimizer]
    if config.optimizer == "nesterov" and config.momentum == 0:
        arguments = {}  # PyTorch refuses what is plain descent
    arguments = {"lr": rate} | arguments
    if facts.decoupled:
        del arguments["weight_decay"]  # each group has its own
    yield call(f"optimizer = torch.optim.{name}", arguments, [groups], "    ")


def training(facts):
    begin, follow = plateau_text(facts.schedule) if facts.plateau else ((), ())
    return block(
        f"def train({', '.join(sample_names(facts))}):",
        '    """One whole run: the loss before it and after each epoch."""',
        *optimizer(facts),
        not (facts.constant or facts.plateau) and "    u = 0  # updates so far",
        *(f"    {line}" for line in begin),
        "    train_loss = [whole_loss(X, y)]",
        *before_epochs(facts, "whole_loss(X_val, y_val)"),
        "        network.train()" if facts.norm or facts.dropout else None,
        *batch_loop(facts),
        *update(facts),
        "        train_loss.append(whole_loss(X, y))",
        facts.validation and "        val_loss = whole_loss(X_val, y_val)",
        facts.diverged and "        if not np.isfinite(train_loss[-1]):",
        facts.diverged and "            break",
        *early_stopping(facts),
        *(f"        {line}" for line in follow),
        *pad(facts),
        "    return train_loss",
    )


def update(facts):
    config = facts.config
    if not facts.constant:
        yield "            for group in optimizer.param_groups:"
        yield f'                group["lr"] = {"rate" if facts.plateau else "schedule(u)"}'
        if not facts.plateau:
            yield "            u += 1"
    if facts.run.lone_last_batch:
        yield "            for layer in network:  # one sample that is left over has no variance"
        yield "                if isinstance(layer, nn.BatchNorm1d):"
        yield "                    layer.train(not len(rows) == 1 < batch_size)"
    yield "            batch_loss = loss(network(X[rows]), y[rows])"
    terms = {"l1": "l1 * W.abs().sum()", "l2": "l2 / 2 * (W**2).sum()"}
    terms = " + ".join(terms[name] for name in facts.penalties)
    if terms:
        yield f"            penalty = sum({terms} for W in weights)"
    yield "            optimizer.zero_grad()"
    yield f"            {'(batch_loss + penalty)' if terms else 'batch_loss'}.backward()"
    if facts.diverged:
        yield "            slopes = [p.grad.norm().item() for p in network.parameters()]"
    if config.clip_value:
        yield "            nn.utils.clip_grad_value_(network.parameters(), clip_value)"
    if config.clip_norm:
        yield "            nn.utils.clip_grad_norm_(network.parameters(), clip_norm)"
    yield "            optimizer.step()"
    if facts.diverged:
        yield "            sizes = [p.detach().abs().max().item() for p in network.parameters()]"
        yield "            if not np.isfinite([batch_loss.item(), *slopes, *sizes]).all():"
        yield from give_up("")
