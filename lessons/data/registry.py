"""The sets that need no arguments, by name: what menus and tests go through."""

from lessons.data.generated import GENERATED
from lessons.data.scans import digits

DATASETS = {function.__name__: function for function in (*GENERATED, digits)}
