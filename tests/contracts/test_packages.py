"""What is imported is declared, and what is declared is used: nothing comes in by way of another package."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from pipelines import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = ("pipelines", "dashboard", "tests")
NOT_IMPORTED = {
    "dagster-webserver": "`seismograph dev` starts it",
    "wordllama": "its word vectors are read as files",
}
"""Needed at run time without an import, and what for."""


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", it)[0].lower() for it in requirements}


@cache
def imported(*folders: str) -> dict[str, str]:
    """Every distribution whose module is imported in these folders, and a file that does."""
    known = packages_distributions()
    found = {}
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for module in _modules(path):
                if module not in sys.stdlib_module_names and module not in OURS:
                    found[_distribution(module, known)] = path.relative_to(ROOT).as_posix()
    return found


def _modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _distribution(module: str, known: Mapping[str, list[str]]) -> str:
    """A module that is not installed keeps its own name, and so is found to be undeclared."""
    return known.get(module, [module])[0].lower().replace("_", "-")


def test_what_runs_imports_only_what_the_project_declares() -> None:
    declared = names(PROJECT["project"]["dependencies"])
    assert {name: path for name, path in imported("pipelines", "dashboard").items() if name not in declared} == {}


def test_every_declared_package_is_used() -> None:
    declared = names(PROJECT["project"]["dependencies"])
    assert declared - set(imported("pipelines", "dashboard")) == set(NOT_IMPORTED)


def test_tests_import_only_what_is_declared() -> None:
    declared = names([*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]])
    assert {name: path for name, path in imported("tests").items() if name not in declared} == {}


def test_types_are_shipped() -> None:
    assert (ROOT / "pipelines" / "py.typed").is_file()
    assert "pipelines" in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
