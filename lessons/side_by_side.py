"""Several trainings on the same data, side by side on the cores of this machine."""

from concurrent.futures import ThreadPoolExecutor

from lessons.run import Progress
from lessons.trainer import train

# The fast engine lets go of Python's lock while it trains, so that threads suffice. They are kept:
# starting two takes as long as a training.
pool = ThreadPoolExecutor(2, "knobs-train")


def train_side_by_side(configs, split, engine="auto", progress=None):
    """Train once per config.

    Parameters: configs, a list of TrainConfig; split, a data set; engine and progress, as in
    `train`: progress counts the runs that are done, and can stop them all.
    Returns: a list of Run, in the order of the configs.

    >>> from lessons import TrainConfig, data
    >>> configs = [TrainConfig(activation=name, epochs=2) for name in ("tanh", "relu")]
    >>> [run.config.activation for run in train_side_by_side(configs, data.moons(n=50))]
    ['tanh', 'relu']
    """
    progress = progress or Progress()
    runs = []
    for run in pool.map(lambda config: train(config, split, engine, progress.part()), configs):
        runs.append(run)
        progress.report(len(runs), len(configs))
    return runs
