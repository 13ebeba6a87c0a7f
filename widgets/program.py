"""The program of a panel: what a learner found with its knobs, to be taken away."""

from pathlib import Path


class Program:
    """What a panel's run looks like as a program. Who inherits has what Panel has."""

    def code(self, kind="kit", file=None):
        """Return a program that makes the run that is shown, as text.

        It leaves its losses in `train_loss`, epochs + 1 values as in `panel.run.train_loss`.
        Parameters: kind, "kit" (a few lines with `lessons.train`), "numpy" or "torch", which need
        no kit, or "sklearn" or "keras", which only come near and say where they differ; file, the
        path of a `.npz` file that is written for its numbers where they would be too much text. The
        program looks for it in the folder in which it runs.
        Raises: ValueError for another kind, for a panel that trains no network, for a knob that
        such a library does not have, and for numbers that would be too much text without a file.
        """
        # Imported here: a first picture need not wait for it.
        from lessons.programs import program, samples_of, write_samples

        with self.lock:
            run, split = self.run, getattr(self.result, "split", None)
        if run is None:
            raise ValueError("this panel has no program: what it shows is no training of a network")
        if file is None:
            return program(run, split, kind)
        text = program(run, split, kind, Path(file).name)
        write_samples(file, samples_of(run, split, kind))
        return text
