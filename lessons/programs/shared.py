"""What programs of different kinds say alike: the knobs, the luck, the samples, the epochs."""

import math

from lessons.programs.samples import digits_text, samples_text
from lessons.programs.schedule import peak_of
from lessons.programs.text import block, wrapped

# The settings that each optimizer reads besides the rate.
OWN_SETTINGS = {
    "sgd": (),
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "adagrad": ("epsilon",),
    "rmsprop": ("beta2", "epsilon"),
    "adam": ("beta1", "beta2", "epsilon"),
    "adamw": ("beta1", "beta2", "epsilon"),
}


def title(needs, remark=""):
    """Return the docstring of a program."""
    about = f"It needs {needs}, and leaves train_loss: the loss of the whole training set before "
    about += f"training and after each epoch. {remark}"
    first = '"""A training run that a panel of Knobs showed, as a program of its own.'
    return f'{first}\n\n{wrapped(about)}\n"""'


def knobs(facts):
    """Return the settings in use, one on a line."""
    config = facts.config
    optional = "l1", "l2", "clip_norm", "clip_value", "patience"
    names = [*OWN_SETTINGS[config.optimizer]]
    names += [name for name in optional if getattr(config, name)]
    names += ["dropout"] if facts.dropout else []
    names += ["bn_eps", "bn_momentum"] if facts.norm else []
    rate = peak_of(facts.schedule)
    return block(
        f"seed = {config.seed}",
        rate is not None and f"learning_rate = {float(rate)!r}",
        not facts.growing and f"batch_size = {facts.batch_sizes[0]}",
        f"epochs = {config.epochs}",
        *(f"{name} = {getattr(config, name)!r}" for name in names),
    )


def luck(facts):
    """Return lines that make the generators, one for each purpose, as the kit makes them."""
    return block(
        "# Each purpose has luck of its own, so that no knob reshuffles another's.",
        "streams = np.random.SeedSequence(seed).spawn(3)",
        "weights_rng = np.random.default_rng(streams[0])",
        facts.config.shuffle and "order_rng = np.random.default_rng(streams[1])",
        facts.dropout and "dropout_rng = np.random.default_rng(streams[2])",
    )


def numbers(facts):
    """Return what has to stand in the program, or beside it: arrays by name."""
    loaded = ("X", "y", "X_val", "y_val") if facts.scans else ()
    return {name: array for name, array in facts.arrays.items() if name not in loaded}


def samples(facts):
    """Return lines that make X and y, and what else the program has in numbers."""
    sizes = len(facts.split.X_test), len(facts.split.X_val)
    scans = facts.scans and digits_text(facts.split.recipe, sizes, facts.validation)
    arrays = numbers(facts)
    return block(scans, arrays and samples_text(arrays, facts.file))


def sample_names(facts):
    """Return the names of the arrays that `train` is given."""
    return ["X", "y", "X_val", "y_val"] if facts.validation else ["X", "y"]


def report():
    return 'print(f"training loss {train_loss[0]:.4g} -> {train_loss[-1]:.4g}")'


def before_epochs(facts, val_loss):
    """Yield what `train` does before the first epoch; val_loss, how it gets that loss."""
    if facts.config.patience:
        yield f"    best, best_epoch = {val_loss}, 0"
        if not math.isfinite(facts.run.val_loss[0]):
            yield "    best = math.inf"
    if facts.growing:
        yield sizes_text(facts, "    ")
    yield "    for epoch in range(epochs):"
    if facts.growing:
        yield "        batch_size = batch_sizes[epoch]"


def sizes_text(facts, indent=""):
    """Return lines with the batch size of every epoch."""
    sizes = wrapped(", ".join(map(str, facts.batch_sizes)), indent + "    ")
    return f"{indent}batch_sizes = [\n{sizes},\n{indent}]"


def batch_loop(facts):
    """Yield the order of an epoch, and the head of the loop over its batches."""
    config = facts.config
    order = "order_rng.permuted(np.arange(len(X)))" if config.shuffle else "np.arange(len(X))"
    yield f"        order = {order}  # shuffle: {'yes' if config.shuffle else 'no'}"
    end = "len(X) - batch_size + 1" if config.drop_last else "len(X)"
    note = "  # drop_last" if config.drop_last else ""
    yield f"        for start in range(0, {end}, batch_size):{note}"
    yield "            rows = order[start : start + batch_size]"


def give_up(returns):
    """Yield what `train` does in the middle of an epoch where a number is not finite."""
    yield "                missing = epochs + 1 - len(train_loss)"
    yield f"                return {returns}train_loss + [math.nan] * missing"


def early_stopping(facts, copy=None):
    """Yield what patience does after an epoch; copy, of the parameters, if they are kept."""
    if not facts.config.patience:
        return
    yield "        if val_loss < best:"
    yield "            best, best_epoch = val_loss, epoch + 1"
    if copy:
        yield f"            best_layers = {copy}"
    yield "        if epoch + 1 - best_epoch >= patience:"
    yield "            break"


def pad(facts):
    """Yield what makes the history complete after a run that may have stopped."""
    if facts.config.patience or facts.diverged:
        yield "    # Epochs that were not trained have no loss."
        yield "    train_loss += [math.nan] * (epochs + 1 - len(train_loss))"
