"""Several trainings on the same data, side by side on the cores of this machine."""

from concurrent.futures import ThreadPoolExecutor

from joblib import Parallel, cpu_count, delayed

from lessons.progress import Progress
from lessons.trainer import train

# The fast engine lets go of Python's lock while it trains, so that threads suffice. They are kept:
# starting two takes as long as a training.
pool = ThreadPoolExecutor(cpu_count(), "knobs-train")


def train_side_by_side(configs, split, engine="auto", progress=None, snapshots="epoch"):
    """Train once per config.

    Parameters: configs, a list of TrainConfig; split, a data set; engine, progress and snapshots,
    as in `train`: progress counts the runs that are done, and can stop them all.
    Returns: a list of Run, in the order of the configs.

    >>> from lessons import TrainConfig, data
    >>> configs = [TrainConfig(activation=name, epochs=2) for name in ("tanh", "relu")]
    >>> [run.config.activation for run in train_side_by_side(configs, data.moons(n=50))]
    ['tanh', 'relu']
    """
    progress = progress or Progress()
    results = pool.map(
        lambda config: train(config, split, engine, progress.part(), snapshots), configs
    )
    return counted(results, len(configs), progress)


def measure_side_by_side(measure, configs, split, engine="auto", progress=None):
    """Train once per config, and keep only what `measure` says of each run: for hundreds of them.

    Parameters: measure, a function of a Run; the others as in `train_side_by_side`.
    Returns: a list in the order of the configs, with None for each run that was stopped.

    >>> from lessons import TrainConfig, data
    >>> configs = [TrainConfig(epochs=epochs) for epochs in (2, 3)]
    >>> measure_side_by_side(lambda run: len(run.train_loss), configs, data.moons(n=50))
    [3, 4]
    """

    def one(config):
        run = train(config, split, engine, progress.part(), "fit")
        return None if run.status == "cancelled" else measure(run)

    progress = progress or Progress()
    # Threads of their own, so that what is live meanwhile need not wait until all are done.
    parallel = Parallel(n_jobs=-1, prefer="threads", return_as="generator")
    return counted(parallel(delayed(one)(config) for config in configs), len(configs), progress)


def counted(results, total, progress):
    """Collect results as they come, and report how many of the total are there."""
    collected = []
    for result in results:
        collected.append(result)
        progress.report(len(collected), total)
    return collected
