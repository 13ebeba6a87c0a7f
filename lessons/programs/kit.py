"""A run as a program of a few lines with the kit itself."""

from dataclasses import fields

from lessons.config import TrainConfig
from lessons.losses import loss_name
from lessons.programs.samples import PARTS, from_recipe, recipe_of, samples_text
from lessons.programs.schedule import has_formula
from lessons.programs.shared import report, sizes_text
from lessons.programs.text import block, call, literal
from lessons.schedules import ReduceOnPlateau, Warmup


def kit_program(facts):
    """Return the program for the Facts of a run."""
    split, arrays = facts.split, kit_numbers(facts)
    own = "X_train" in arrays
    names = schedule_names(facts)
    return block(
        '"""A training run that a panel of Knobs showed."""',
        "",
        is_cut(split) and "from dataclasses import replace\n",
        arrays and "import numpy as np",
        "from lessons import TrainConfig, data, train",
        names and f"from lessons.schedules import {', '.join(names)}",
        "",
        arrays and samples_text(arrays, facts.file),
        facts.growing and sizes_text(facts),
        own_split(split) if own else recipe_text(split),
        call("config = TrainConfig", changed(facts)),
        "run = train(config, split)",
        "train_loss = run.train_loss.tolist()",
        report() + "\n",
    )


def kit_numbers(facts):
    """Return what has to stand in the program, or beside it: arrays by name."""
    own = not from_recipe(facts.split)
    arrays = {part: getattr(facts.split, part) for part in PARTS} if own else {}
    return arrays | ({"rates": facts.run.learning_rate} if by_number(facts) else {})


def by_number(facts):
    """Return whether the schedule is a function that only its rates can be told of."""
    named = isinstance(facts.config.schedule, str | float | ReduceOnPlateau)
    return not (named or has_formula(facts.config.schedule))


def schedule_names(facts):
    """Return which classes of schedules the program has to import."""
    schedule = facts.config.schedule
    if isinstance(schedule, str | float) or by_number(facts):
        return []
    inner = [schedule.after] if isinstance(schedule, Warmup) else []
    return sorted({type(each).__name__ for each in (schedule, *inner)})


def changed(facts):
    """Return the settings that are not the defaults, as arguments."""
    split = facts.split
    usual = {field.name: field.default for field in fields(TrainConfig)}
    usual["loss"] = loss_name("auto", split.task, len(split.classes))
    found = {name: getattr(facts.config, name) for name in usual}
    texts = {name: literal(value) for name, value in found.items() if value != usual[name]}
    if facts.growing:
        texts["batch_size"] = "lambda epoch: batch_sizes[epoch]"
    if by_number(facts):
        texts["schedule"] = "lambda u: rates[u]"
    return texts


def recipe_text(split):
    """Return lines that draw or load a data set of the kit again."""
    shares = {"val": 0.2, "test": 0.2}
    given = {name: x for name, x in split.recipe.items() if x != shares.get(name)}
    drawn = call(f"split = data.{split.name}", {name: repr(x) for name, x in given.items()})
    n = len(split.X_train)
    cut = {"X_train": f"split.X_train[:{n}]", "y_train": f"split.y_train[:{n}]"}
    return block(drawn, is_cut(split) and call("split = replace", cut, ["split"]))


def is_cut(split):
    """Return whether the split has fewer training samples than its recipe gives."""
    return from_recipe(split) and len(split.X_train) < len(recipe_of(split).X_train)


def own_split(split):
    """Return lines that put arrays into a Split."""
    classes = {"classes": literal(split.classes)} if split.classes else {}
    texts = {part: part for part in PARTS} | {"task": literal(split.task)} | classes
    return call("split = data.Split", texts)
