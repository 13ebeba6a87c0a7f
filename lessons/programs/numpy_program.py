"""A run as a program that needs only NumPy: forward, loss, backward, update, as on a board."""

from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
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
from lessons.programs.text import block, textbook

# What each optimizer remembers of every parameter, and what it does with a gradient g.
MEMORIES = {
    "sgd": (),
    "momentum": ("v",),
    "nesterov": ("v",),
    "adagrad": ("s",),
    "rmsprop": ("s",),
    "adam": ("m", "s"),
    "adamw": ("m", "s"),
}
ADAM = (
    "m[:] = beta1 * m + (1 - beta1) * g",
    "s[:] = beta2 * s + (1 - beta2) * g**2",
    "m_hat = m / (1 - beta1**u)",
    "s_hat = s / (1 - beta2**u)",
    "p -= rate * m_hat / (np.sqrt(s_hat) + epsilon)",
)
UPDATES = {
    "sgd": ("p -= rate * g",),
    "momentum": ("v[:] = momentum * v + g", "p -= rate * v"),
    "nesterov": ("v[:] = momentum * v + g", "p -= rate * (g + momentum * v)"),
    "adagrad": ("s += g**2", "p -= rate * g / (np.sqrt(s) + epsilon)"),
    "rmsprop": (
        "s[:] = beta2 * s + (1 - beta2) * g**2",
        "p -= rate * g / (np.sqrt(s) + epsilon)",
    ),
    "adam": ADAM,
    "adamw": ADAM,
}


def numpy_program(facts):
    """Return the program for the Facts of a run."""
    config = facts.config
    loss, activation = LOSSES[config.loss], ACTIVATIONS[config.activation]
    used = [INITIALIZERS[config.init], *(activation if facts.hidden else ())]
    used += [loss.function, loss.gradient]
    sections = [
        textbook(*used),
        first_weights(facts),
        batch_norm(facts) if facts.norm else None,
        forward(facts),
        backward(facts),
        whole_loss(facts),
        None if facts.constant or facts.plateau else rate_text(facts.schedule, config.schedule),
        finite() if facts.diverged else None,
        training(facts),
    ]
    names = ", ".join(sample_names(facts))
    end = f"{samples(facts)}\n\nlayers, train_loss = train({names})\n{report()}"
    head = f"{imports(facts)}\n\n{settings(facts)}\n\n{luck(facts)}"
    return "\n\n\n".join([head, *filter(None, sections), end]) + "\n"


def imports(facts):
    remark = (
        "In single precision the last digits can differ from the panel's. Where training is "
        "chaotic, as at high rates, they grow until the two runs part."
    )
    return block(
        title("NumPy", remark if facts.config.dtype == "float32" else ""),
        "",
        (facts.needs_math or facts.config.clip_norm) and "import math",
        "from itertools import pairwise",
        "",
        "import numpy as np",
        facts.scans and "from sklearn.datasets import load_digits",
        facts.scans and "from sklearn.model_selection import train_test_split",
    )


def settings(facts):
    return block(
        "# The knobs.",
        f"dtype = np.{facts.config.dtype}",
        f"sizes = {list(facts.sizes)}  # inputs, hidden units, outputs",
        knobs(facts),
        facts.diverged and 'np.seterr(all="ignore")  # this run diverges; that is no error',
    )


def first_weights(facts):
    init = INITIALIZERS[facts.config.init].__name__
    shape = "(n_out, dtype)"
    last = "[W.astype(dtype), np.zeros(n_out, dtype)]"
    return block(
        "def first_weights():",
        f'    """init "{facts.config.init}": the weights of every layer, and biases of 0."""',
        "    layers = []",
        "    for n_in, n_out in pairwise(sizes):",
        f"        W = {init}(weights_rng, n_in, n_out)",
        f"        layers.append({last})",
        facts.norm and "    for layer in layers[:-1]:",
        facts.norm and "        n_out = len(layer[1])",
        facts.norm and "        # batch_norm: gamma and beta, then the running mean and variance",
        facts.norm and f"        layer += [np.ones{shape}, np.zeros{shape}]",
        facts.norm and f"        layer += [np.zeros{shape}, np.ones{shape}]",
        "    return layers",
    )


def batch_norm(facts):
    single = facts.config.dtype == "float32"
    lone = facts.run.lone_last_batch
    return block(
        "def normalize(z, gamma, beta, mean, var, own):",
        '    """batch_norm: in training with the batch\'s own mean and variance."""',
        "    if own:",
        single and "        # In single precision a mean far from 0 would lose digits.",
        single and "        mean = z.mean(axis=0, dtype=np.float64)",
        not single and "        mean = z.mean(axis=0)",
        "        centered = (z - mean).astype(dtype)",
        "        var = np.mean(centered**2, axis=0)",
        "    else:",
        "        centered = z - mean",
        "    sigma = np.sqrt(var + bn_eps)",
        "    z_hat = centered / sigma",
        f"    return gamma * z_hat + beta, (z_hat, sigma, mean, var{', own' if lone else ''})",
        "",
        "",
        "def normalize_backward(g, gamma, normalized):",
        '    """Back through batch_norm, whose mean and variance depend on every sample."""',
        "    z_hat, sigma = normalized[:2]",
        "    d_gamma, d_beta = np.sum(g * z_hat, axis=0), g.sum(axis=0)",
        lone and "    if not normalized[4]:  # running averages, which no sample changes",
        lone and "        return gamma / sigma * g, d_gamma, d_beta",
        "    g = g - d_beta / len(g) - z_hat * (d_gamma / len(g))",
        "    return gamma / sigma * g, d_gamma, d_beta",
        "",
        "",
        "def update_averages(layer, normalized, m):",
        '    """bn_momentum: how fast the running averages follow a batch of m samples."""',
        "    running_mean, running_var = layer[4:]",
        "    mean, var = normalized[2:4]",
        "    running_mean += bn_momentum * (mean.astype(dtype) - running_mean)",
        "    unbiased = var * (m / max(m - 1, 1))",
        "    running_var += bn_momentum * (unbiased - running_var)",
    )


def forward(facts):
    config = facts.config
    f, place = ACTIVATIONS[config.activation].function.__name__, facts.norm
    step = "h, z" + (", normalized" if place else "") + (", mask" if facts.dropout else "")
    own = "own" if facts.run.lone_last_batch else "training"
    training = ", training=False" if place or facts.dropout else ""
    training += ", own=False" if facts.run.lone_last_batch else ""
    hidden = block(
        f"    for W, b{', *norm' if place else ''} in layers[:-1]:",
        "        inputs = h",
        "        z = h @ W + b",
        place == "before" and f"        z, normalized = normalize(z, *norm, {own})",
        f"        h = {f}(z)",
        place == "after" and f"        h, normalized = normalize(h, *norm, {own})",
        facts.dropout and "        mask = None",
        facts.dropout and "        if training:  # dropout: some units are left out",
        facts.dropout and "            mask = dropout_rng.random(h.shape) >= dropout",
        facts.dropout and "            mask = (mask / (1 - dropout)).astype(dtype)",
        facts.dropout and "            h = h * mask",
        f"        steps.append(({step.replace('h', 'inputs', 1)}))",
    )
    return block(
        f"def forward(layers, X{training}):",
        '    """Outputs of the network, and what every layer was given, h, and made, z."""',
        "    h, steps = X, []",
        facts.hidden and hidden,
        "    W, b = layers[-1]",
        "    z = h @ W + b",
        "    return z, [*steps, (h, z)]",
    )


def backward(facts):
    derivative = ACTIVATIONS[facts.config.activation].derivative.__name__
    place = facts.norm
    step = "h, z" + (", normalized" if place else "") + (", mask" if facts.dropout else "")
    back = "g, *d_norm = normalize_backward(g, layers[k][2], normalized)"
    bias = "g.sum(axis=0)"
    if place == "before":
        bias = "np.zeros_like(d_norm[1])"
        bias += " if normalized[4] else g.sum(axis=0)" if facts.run.lone_last_batch else ""
    hidden = block(
        "    for k in reversed(range(len(layers) - 1)):",
        f"        {step} = steps[k]",
        "        g = g @ layers[k + 1][0].T",
        facts.dropout and "        g = g * mask",
        place == "after" and f"        {back}",
        f"        g = g * {derivative}(z)",
        place == "before" and f"        {back}",
        place == "before" and "        # batch_norm takes away whatever a bias adds",
        f"        d_b = {bias}",
        f"        gradients.insert(0, [h.T @ g, d_b{', *d_norm' if place else ''}])",
    )
    return block(
        "def backward(layers, steps, g):",
        '    """The chain rule, from the last layer to the first; g is the slope along z."""',
        "    h = steps[-1][0]",
        "    gradients = [[h.T @ g, g.sum(axis=0)]]",
        facts.hidden and hidden,
        "    return [g for layer in gradients for g in layer]",
    )


def whole_loss(facts):
    loss = LOSSES[facts.config.loss].function.__name__
    return block(
        "def whole_loss(layers, X, y):",
        f'    """loss "{facts.config.loss}": of all samples, as the network is now."""',
        f"    return float({loss}(forward(layers, X)[0], y))",
    )


def finite():
    return block(
        "def finite(*arrays):",
        '    """Whether no number is infinite or none at all."""',
        "    return all(np.isfinite(array).all() for array in arrays)",
    )


def training(facts):
    config = facts.config
    cast = ".astype(dtype)"
    names = ["X", "X_val"] if facts.validation else ["X"]
    names += [] if facts.classes else [name.replace("X", "y") for name in names]
    memories = MEMORIES[config.optimizer]
    counted = "m" in memories or not (facts.constant or facts.plateau)
    begin, follow = plateau_text(facts.schedule) if facts.plateau else ((), ())
    return block(
        f"def train({', '.join(sample_names(facts))}):",
        '    """One whole run: the layers, and the loss before it and after each epoch."""',
        *(f"    {name} = {name}{cast}" for name in names),
        "    layers = first_weights()",
        facts.norm and "    params = [p for layer in layers for p in layer[:4]]  # what is trained",
        not facts.norm and "    params = [p for layer in layers for p in layer]",
        *(f"    {name}s = [np.zeros_like(p) for p in params]" for name in memories),
        counted and "    u = 0  # updates so far",
        *(f"    {line}" for line in begin),
        "    train_loss = [whole_loss(layers, X, y)]",
        config.patience and "    best_layers = [[p.copy() for p in layer] for layer in layers]",
        *before_epochs(facts, "whole_loss(layers, X_val, y_val)"),
        *batch_loop(facts),
        *gradients(facts),
        *update(facts),
        *after_epoch(facts, follow),
        *pad(facts),
        f"    return {'best_layers' if config.patience else 'layers'}, train_loss",
    )


def gradients(facts):
    config, lone = facts.config, facts.run.lone_last_batch
    training = ", training=True" if facts.norm or facts.dropout else ""
    training += ", own=own" if lone else ""
    gradient = LOSSES[config.loss].gradient.__name__
    loss = LOSSES[config.loss].function.__name__
    if lone:
        yield "            own = not len(rows) == 1 < batch_size  # one sample has no variance"
    yield f"            z, steps = forward(layers, X[rows]{training})"
    yield f"            slope = {gradient}(z, y[rows])"
    yield "            gradients = backward(layers, steps, slope)"
    if facts.penalties:
        pull = {"l1": "l1 * np.sign(p)", "l2": "l2 * p"}
        terms = " + ".join(pull[name] for name in facts.penalties)
        yield "            for p, g in zip(params, gradients):"
        yield "                if p.ndim == 2:  # of weights, not of biases"
        yield f"                    g += {terms}"
    if facts.diverged:
        yield f"            losses = {loss}(z, y[rows]), *(np.sum(g**2) for g in gradients)"
    if config.clip_value:
        yield "            # clip_value: each component by itself"
        yield "            gradients = [np.clip(g, -clip_value, clip_value) for g in gradients]"
    if config.clip_norm:
        yield "            # clip_norm: all together, so that the direction stays"
        yield "            norm = math.sqrt(sum(float(np.sum(g**2)) for g in gradients))"
        yield "            shorter = min(1.0, clip_norm / (norm + 1e-6))"
        yield "            gradients = [g * shorter for g in gradients]"


def update(facts):
    config, memories = facts.config, MEMORIES[facts.config.optimizer]
    follows = not (facts.constant or facts.plateau)
    if follows:
        yield "            rate = schedule(u)"
    if follows or "m" in memories:
        yield "            u += 1"
    rate = "learning_rate" if facts.constant else "rate"
    names = "".join(f", {name}" for name in memories)
    lists = "".join(f", {name}s" for name in memories)
    yield f"            # optimizer: {config.optimizer}"
    yield f"            for p, g{names} in zip(params, gradients{lists}):"
    if facts.decoupled:
        yield "                if p.ndim == 2:"
        yield f"                    p -= {rate} * l2 * p  # l2 shrinks the weights directly"
    for line in UPDATES[config.optimizer]:
        yield f"                {line.replace('rate', rate)}"
    if facts.diverged:
        yield "            if not finite(*losses, *params):"
        yield from give_up("layers, ")
    if facts.norm:
        lone = facts.run.lone_last_batch
        yield "            for layer, step in zip(layers[:-1], steps):"
        if lone:
            yield "                if own:"
        yield f"                {'    ' if lone else ''}update_averages(layer, step[2], len(rows))"


def after_epoch(facts, follow):
    yield "        train_loss.append(whole_loss(layers, X, y))"
    if facts.validation:
        yield "        val_loss = whole_loss(layers, X_val, y_val)"
    if facts.diverged:
        yield "        if not finite(train_loss[-1]):"
        yield "            break"
    yield from early_stopping(facts, "[[p.copy() for p in layer] for layer in layers]")
    yield from (f"        {line}" for line in follow)
