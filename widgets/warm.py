"""Do once what would make the first picture slow: compile the kernels, fill the font cache.

Run by `./postBuild`, through every door: `python -m widgets.warm`.
"""

import time


def main():
    """Compile and draw, and say so."""
    started = time.perf_counter()
    print("Compiling the training kernels, once on this machine (about 20 seconds) …", flush=True)
    from lessons.engines import warm_up
    from lessons.trouble import trouble

    warm_up()
    if trouble():
        print(trouble(), flush=True)
    print("Drawing a first picture …", flush=True)
    from widgets import learning_rate

    learning_rate.panel().close()
    print(f"Ready after {time.perf_counter() - started:.0f} seconds.", flush=True)


if __name__ == "__main__":
    main()
