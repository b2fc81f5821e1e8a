"""Every example in a docstring of `pipelines/` prints what it says; only modules that have one are imported."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

from pipelines import ROOT

EXAMPLE = re.compile(r"^ *>>> ", re.MULTILINE)
PATHS = [it for it in sorted((ROOT / "pipelines").rglob("*.py")) if EXAMPLE.search(it.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", PATHS, ids=lambda it: f"{it.parent.name}.{it.stem}")
def test_examples_print_what_they_say(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0, capsys.readouterr().out
    # What a decorator hides from doctest would never run.
    assert result.attempted == len(EXAMPLE.findall(path.read_text(encoding="utf-8")))


def test_the_rooms_that_are_called_most_have_examples() -> None:
    assert {"records", "panel", "topics"} <= {it.parent.name for it in PATHS}
