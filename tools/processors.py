"""Compiled code for every processor that an image may meet: Binder builds on one for all others.

    python tools/processors.py compile    for each class of processors, without running it
    python tools/processors.py name       the class of this one, as settings for a shell

Numba compiles for the very processor it runs on, and looks for code made for just that one. Told of
a class instead, it makes code that all of the class can run, and finds it on all of them. What it
is told is written out: it would add to a bare name whatever else the processor at hand can do.
"""

import os
import subprocess
import sys

# The levels of the x86-64 ABI, as LLVM calls what each adds; those with vectors of 16 and of 8.
# On older ones, and on others, Numba compiles for the processor itself, at the first use.
LEVEL_2 = "cx16 sahf popcnt sse3 sse4.1 sse4.2 ssse3"
LEVEL_3 = f"{LEVEL_2} avx avx2 bmi bmi2 f16c fma lzcnt movbe xsave"
LEVEL_4 = f"{LEVEL_3} avx512f avx512bw avx512cd avx512dq avx512vl"
CLASSES = {"x86-64-v4": LEVEL_4.split(), "x86-64-v3": LEVEL_3.split()}


def class_of(features):
    """Return the name of the best class all of whose features a processor has, or None.

    >>> class_of({*CLASSES["x86-64-v4"]} - {"avx512bw"})
    'x86-64-v3'
    """
    return next((name for name, needed in CLASSES.items() if features.issuperset(needed)), None)


def features_here():
    """Return what this processor, and its operating system, can do, as LLVM sees it."""
    try:
        from llvmlite import binding

        return {name for name, there in binding.get_host_cpu_features().items() if there}
    except (ImportError, RuntimeError):  # not installed, or it does not know this kind of processor
        return set()


def settings(name):
    """Return the environment variables that tell Numba of a class."""
    features = ",".join(f"+{feature}" for feature in CLASSES[name])
    return {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}


def compile_for_all():
    """Compile for each class in a process of its own, for Numba knows one processor at a time."""
    for name in CLASSES if class_of(features_here()) else ():
        print(f"Compiling the training kernels for {name} (about 20 seconds) …", flush=True)
        command = [sys.executable, __file__, "compile-only"]
        # Without one, its processors compile for themselves: that is no reason not to build.
        subprocess.run(command, env=os.environ | settings(name), check=False)


def compile_only():
    """Compile what `lessons.engines.warm_up` uses, and run none of it: it may not run here."""
    import numpy as np
    from numba import typeof

    from lessons import Progress, fast, kernels
    from lessons.engines import smallest_run
    from lessons.plan import make_plan
    from lessons.record import make_record

    config, split = smallest_run()
    plan = make_plan(config, split)
    engine, record = fast.Engine(plan), make_record(plan)
    orders = np.empty((0, len(split.X_train)), int)
    training = engine.arguments(orders, 1, record, Progress().shared)
    using = fast.output_arguments(plan.unflatten(plan.w), config, split.X_train)
    for kernel, arguments in ((kernels.train, training), (kernels.run_through, using)):
        kernel.compile(tuple(map(typeof, arguments)))


def print_name():
    """Print the class of this processor; nothing if it is in none, or if somebody has chosen."""
    chosen = {"NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"} & os.environ.keys()
    name = None if chosen else class_of(features_here())
    for variable, value in settings(name).items() if name else ():
        print(f"{variable}={value}")


if __name__ == "__main__":
    {"compile": compile_for_all, "compile-only": compile_only, "name": print_name}[sys.argv[1]]()
