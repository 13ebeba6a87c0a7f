"""What the tests of panels share."""

import gc

import pytest


@pytest.fixture(autouse=True, scope="module")
def little_to_collect():
    """Leave out of garbage collection what was there before: libraries, which take it a second."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
