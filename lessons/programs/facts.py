"""What a program has to know of a run: its settings, and what follows from them and the data."""

from dataclasses import dataclass
from functools import cached_property

from lessons.batch_norm import batch_norm_place
from lessons.data import Split
from lessons.losses import LOSSES
from lessons.plan import batches, layer_sizes, schedule_of
from lessons.programs.samples import from_recipe, recipe_of
from lessons.programs.schedule import has_formula, uses_math
from lessons.run import Run
from lessons.schedules import Constant, ReduceOnPlateau


@dataclass(frozen=True)
class Facts:
    """A run and its samples, and which knobs are in use.

    Parameters: run; split, what it was trained on; file, of the samples, or None.
    """

    run: Run
    split: Split
    file: str | None = None

    @property
    def config(self):
        return self.run.config

    @cached_property
    def sizes(self):
        return layer_sizes(self.config, self.split)

    @property
    def hidden(self):
        """Whether there are hidden layers, and with them an activation."""
        return len(self.config.hidden) > 0

    @property
    def norm(self):
        """Where batch norm sits: "before" or "after", or None."""
        return batch_norm_place(self.config.batch_norm) if self.hidden else None

    @property
    def dropout(self):
        return self.hidden and self.config.dropout > 0

    @cached_property
    def batch_sizes(self):
        """Of every epoch, as a list."""
        return batches(self.config, len(self.split.X_train))[0].tolist()

    @property
    def growing(self):
        return callable(self.config.batch_size)

    @cached_property
    def schedule(self):
        starts = batches(self.config, len(self.split.X_train))[1]
        return schedule_of(self.config, int(starts[-1]), int(starts[1]))

    @property
    def constant(self):
        return isinstance(self.schedule, Constant)

    @property
    def plateau(self):
        return isinstance(self.schedule, ReduceOnPlateau)

    @property
    def validation(self):
        """Whether the program needs the validation set."""
        return self.plateau or self.config.patience is not None

    @property
    def diverged(self):
        return self.run.status == "diverged"

    @property
    def decoupled(self):
        return self.config.optimizer == "adamw" and self.config.l2 > 0

    @property
    def penalties(self):
        """The names of the penalties that act through the gradient."""
        names = ("l1",) if self.config.optimizer == "adamw" else ("l1", "l2")
        return [name for name in names if getattr(self.config, name)]

    @property
    def classes(self):
        return LOSSES[self.config.loss].task != "regression"

    @cached_property
    def arrays(self):
        """What has to stand in the program, or beside it: arrays by name."""
        split, found = self.split, {}
        parts = [("", split.X_train, split.y_train)]
        parts += [("_val", split.X_val, split.y_val)] if self.validation else []
        for name, X, y in parts:
            found["X" + name] = X
            found["y" + name] = y if self.classes else y.reshape(len(y), -1)
        if not (self.constant or self.plateau or has_formula(self.schedule)):
            found["rates"] = self.run.learning_rate
        return found

    @cached_property
    def scans(self):
        """Whether the samples are scikit-learn's digits, shared out as `data.digits` does."""
        split = self.split
        if split.name != "digits" or not from_recipe(split):
            return False
        whole = len(split.X_train) == len(recipe_of(split).X_train)
        return whole and len(split.X_val) > 0 and len(split.X_test) > 0

    @property
    def needs_math(self):
        """Whether a program calls something of the module math, whatever its kind."""
        patience = self.config.patience is not None
        return self.plateau or patience or self.diverged or uses_math(self.schedule)
