"""A race: every optimizer from the same start, at many rates at once."""

from dataclasses import dataclass

import numpy as np

from lessons.optimizers import OPTIMIZERS, decoupled

# With a single start the best rate would be luck: so many more lie on a ring around it.
NEIGHBORS, RING = 7, 0.15


@dataclass(frozen=True, eq=False)
class Race:
    """Who got how far.

    Attributes: names, of K optimizers; rates, (R,); paths, from the very start, after each step,
    (steps + 1, K, 2, R); final, the median of the last losses of all starts, (K, R), infinity
    where that is no number.
    """

    names: tuple
    rates: np.ndarray
    paths: np.ndarray
    final: np.ndarray

    def best(self, name):
        """Return the place of an optimizer's best rate in `rates`."""
        return int(self.final[self.names.index(name)].argmin())


def starts_around(start):
    """Return a start, and those on a ring around it: shape (2, 1 + NEIGHBORS).

    >>> starts_around((1.0, 0.5)).shape
    (2, 8)
    """
    turn = 2 * np.pi * np.arange(NEIGHBORS) / NEIGHBORS
    ring = np.array(start)[:, None] + RING * np.array([np.cos(turn), np.sin(turn)])
    return np.column_stack([start, ring])


def race(surface, config, start, rates, steps, names=tuple(OPTIMIZERS)):
    """Let every optimizer take so many steps, with every rate, from a start and those around it.

    Parameters: surface, a Surface; config, a TrainConfig, of which the settings of optimizers and
    `l2` count; start, a pair; rates, shape (R,); steps; names, of optimizers.
    Returns: a Race.

    >>> from lessons import TrainConfig
    >>> from lessons.experiments.optimizers.surfaces import ravine
    >>> result = race(ravine(), TrainConfig(), (-1.5, 1.0), [0.001, 0.01, 0.1], steps=100)
    >>> result.rates[result.best("sgd")].item()
    0.01
    """
    starts = starts_around(start)
    rates = np.asarray(rates, float)
    shape = len(names), 2, len(rates), starts.shape[1]
    w = np.broadcast_to(starts[:, None, :], shape).copy()
    optimizers = [OPTIMIZERS[name](config) for name in names]
    states = [optimizer.init(w[k]) for k, optimizer in enumerate(optimizers)]
    column = rates[:, None]
    aside = [decoupled(name) for name in names]
    paths = np.empty((steps + 1, *shape[:3]))
    paths[0] = w[..., 0]
    # Far too large rates end in infinity, which is an answer, too.
    with np.errstate(all="ignore"):
        for step in range(steps):
            g = surface.gradient(w.swapaxes(0, 1)).swapaxes(0, 1)
            for k, optimizer in enumerate(optimizers):
                w[k], states[k] = step_with(
                    optimizer, aside[k], w[k], g[k], states[k], column, config.l2
                )
            paths[step + 1] = w[..., 0]
        losses = surface.loss(w.swapaxes(0, 1))
        final = np.median(np.nan_to_num(losses, nan=np.inf), axis=-1)
    return Race(tuple(names), rates, paths, final)


def step_with(optimizer, is_decoupled, w, g, state, rate, decay):
    """Take one step with weight decay, as the trainer does: by the side, or through the gradient.

    Parameters: optimizer, with its state; is_decoupled, which of the two; w, g, weights and their
    gradient; rate η; decay λ ≥ 0. Returns: new w, new state.
    """
    if decay and is_decoupled:
        w = w - rate * decay * w
    elif decay:
        g = g + decay * w
    return optimizer.update(w, g, state, rate)
