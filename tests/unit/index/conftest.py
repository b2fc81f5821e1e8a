"""What the tests of the index compare with, imported only where a test does so."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def stats() -> ModuleType:
    """`scipy.stats`, which takes a second to import."""
    return importlib.import_module("scipy.stats")
