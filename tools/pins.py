"""The pinned versions of environment.yml, for a Python that has nothing installed yet.

    python tools/pins.py                    print them, one requirement per line
    python tools/pins.py install            install them, with one line of progress
    python tools/pins.py install cluster    install those that only a cluster needs

No YAML reader is needed: what is pinned is a list item with `==` in it, and pip reads the rest of
the line, marker and comment, as it stands. What only a cluster needs is a comment to other readers.
"""

import pathlib
import re
import subprocess
import sys

ENVIRONMENT = pathlib.Path(__file__).resolve().parent.parent / "environment.yml"
PIN, CLUSTER = (re.compile(start + r" *- ([\w.-]+==.*)") for start in ("", "#"))


def pins(kind=PIN):
    """Read the requirements, markers and comments included, in the order of the file."""
    lines = ENVIRONMENT.read_text(encoding="utf-8").splitlines()
    return [found[1] for found in map(kind.fullmatch, lines) if found]


def install(kind=PIN):
    """Install the pins where this Python is; everything pip says is kept in install.log."""
    wanted = pathlib.Path(sys.prefix, "pins.txt")
    log = pathlib.Path(sys.prefix, "install.log")
    wanted.write_text("\n".join(pins(kind)) + "\n", encoding="utf-8")
    failed = run_pip(["install", "--no-input", "-r", str(wanted)], log)
    if sys.stdout.isatty():
        print()
    if failed:
        errors = [line[:300] for line in log.read_text(encoding="utf-8").splitlines()[-5:]]
        print("\nThe installation failed. pip said:", *errors, f"All of it: {log}", sep="\n")
    return failed


def run_pip(arguments, log):
    """Run pip, show how far it is, and return its exit code."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    total, seen = len(pins()), 0
    with (
        log.open("w", encoding="utf-8") as record,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as pip,
    ):
        for line in pip.stdout:
            record.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                show(f"Fetching {seen} of {total} packages")
            elif line.startswith("Installing collected packages"):
                show("Unpacking them, about half a minute")
    return pip.returncode


def show(text):
    """Write over the last line on a terminal; elsewhere print only what is new."""
    if sys.stdout.isatty():
        print(f"\r{text:<40}", end="", flush=True)
    elif not text.startswith("Fetching") or " 1 of " in text:
        print(text, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["install"]:
        sys.exit(install(CLUSTER if sys.argv[2:] == ["cluster"] else PIN))
    print(*pins(), sep="\n")
