"""Is it that each weight has a rate of its own? RMSprop with one √s for all weights in common."""

from dataclasses import dataclass

import numpy as np

from lessons.evaluation import evaluate, gradient_at
from lessons.experiments.optimizers.sweeps import RMSPROP_BETA2
from lessons.optimizers import RMSprop
from lessons.parameters import flatten, sizes_of, unflatten

# By whether s is one number for all weights.
RULES = {False: RMSprop(RMSPROP_BETA2, 1e-8)}


@dataclass(frozen=True)
class InCommon:
    """RMSprop whose s is the moving average of the mean of all g²: `w ← w - η·g/(√s + ε)`.

    It divides as RMSprop does, and yet all weights have the same rate.

    >>> rule = InCommon(0.99, 0.0)
    >>> w, s = rule.update(np.zeros(2), np.array([3.0, 1.0]), rule.init(np.zeros(2)), 0.1)
    >>> (w / w[1]).round(6).tolist()
    [3.0, 1.0]
    """

    beta2: float
    epsilon: float

    def init(self, w):
        return 0.0

    def update(self, w, g, s, rate):
        s = self.beta2 * s + (1 - self.beta2) * np.mean(g**2)
        return w - rate * g / (np.sqrt(s) + self.epsilon), s


RULES[True] = InCommon(RMSPROP_BETA2, 1e-8)


def settled_with(in_common, run, split, rate):
    """Train from the first weights of a run, for as many epochs, by RMSprop with either kind of s.

    Parameters: in_common, whether all weights share one s; run, a Run, whose first weights and
    settings count; rate. Returns: the median training loss of the last quarter of the epochs.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=4), split)
    >>> bool(settled_with(True, run, split, 0.01) < run.train_loss[0])
    True
    """
    rule, config, first = RULES[in_common], run.config, run.snapshots[0]
    sizes, w = sizes_of(first), flatten(first)
    state, rng, losses = rule.init(w), np.random.default_rng(config.seed), []
    for _ in range(config.epochs):
        order = rng.permutation(len(split.X_train))
        for start in range(0, len(order), config.batch_size):
            rows = order[start : start + config.batch_size]
            g = gradient_at(unflatten(w, sizes, first.loss), config, split.X_train[rows],
                            split.y_train[rows])  # fmt: skip
            w, state = rule.update(w, g, state, rate)
        params = unflatten(w, sizes, first.loss)
        losses.append(evaluate(params, config, split.X_train, split.y_train)[0])
    return float(np.median(losses[-(len(losses) // 4 or 1) :]))
