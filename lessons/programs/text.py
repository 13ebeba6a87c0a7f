"""Text of programs: lines that are there or not, and the textbook's functions as they stand."""

import ast
import inspect
import json
import textwrap

WIDTH = 88


def block(*lines):
    """Join the lines that are there: what is false or None, for a knob not in use, is left out.

    >>> print(block("a = 1", False and "b = 2", "c = 3"))
    a = 1
    c = 3
    """
    return "\n".join(line for line in lines if line or line == "")


def wrapped(words, start="", then=None):
    """Fill lines of words, the first after `start` and the others after `then`."""
    return textwrap.fill(
        words, WIDTH, initial_indent=start, subsequent_indent=start if then is None else then,
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip


def literal(value):
    """Write a value as Python does, but text in double quotes.

    >>> print(literal("a"), literal(("b", 1)), literal((0.5,)))
    "a" ("b", 1) (0.5,)
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        inside = ", ".join(map(literal, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return repr(value)


def call(head, arguments, first=(), indent=""):
    """Return a call, on several lines where it is too long for one.

    >>> call("f", {"a": "1"}, ["x"])
    'f(x, a=1)'
    """
    parts = [*first, *(f"{name}={text}" for name, text in arguments.items())]
    line = f"{indent}{head}({', '.join(parts)})"
    if len(line) <= WIDTH:
        return line
    return block(f"{indent}{head}(", *(f"{indent}    {part}," for part in parts), f"{indent})")


def textbook(*functions):
    """Return the source of functions of the textbook, with all of the textbook that they use.

    Of their docstrings only the summary stays.

    >>> from lessons.activations import silu
    >>> print(textbook(silu).replace('"', "'"))
    def sigmoid(z):
        '''The logistic sigmoid `f(z) = 1 / (1 + e^(-z)) = e^z / (1 + e^z)`, with values in
        (0, 1).'''
        power = np.exp(-np.abs(z))
        return np.where(z > 0, 1, power) / (1 + power)
    <BLANKLINE>
    <BLANKLINE>
    def silu(z):
        '''The sigmoid linear unit, also called swish: `f(z) = z·σ(z)`, with the sigmoid
        σ.'''
        return z * sigmoid(z)
    """
    constants, sources = {}, {}
    for function in functions:
        gather(function, constants, sources)
    names = "\n".join(f"{name} = {value!r}" for name, value in constants.items())
    return "\n\n\n".join([names, *sources.values()] if names else sources.values())


def gather(function, constants, sources):
    """Collect a function's source, after that of the functions and the constants that it uses."""
    if function.__name__ in sources:
        return
    names = (node.id for node in ast.walk(parsed(function)) if isinstance(node, ast.Name))
    for name in names:
        used = function.__globals__.get(name)
        if isinstance(used, int | float):
            constants[name] = used
        elif inspect.isfunction(used):
            gather(used, constants, sources)
    sources[function.__name__] = with_summary(function)


def with_summary(function):
    """Return a function's source with the first sentence of its docstring."""
    doc = parsed(function).body[0]
    lines = inspect.getsource(function).splitlines()
    summary = inspect.getdoc(function).split("\n\n")[0].replace("\n", " ")
    lines[doc.lineno - 1 : doc.end_lineno] = [wrapped(f'"""{summary}"""', "    ")]
    return "\n".join(lines)


def parsed(function):
    """Return a function as a tree."""
    return ast.parse(inspect.getsource(function)).body[0]
