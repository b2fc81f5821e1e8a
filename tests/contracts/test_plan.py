"""The plan of the rooms, kept by reading imports: who may import whom, through which door, and how large things grow.

The order of the rooms is written here and nowhere else; `pipelines/README.md` draws it for readers.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines import ROOT

ROOMS = (
    "records", "panel", "archive", "sources", "topics", "release", "index", "warehouse", "scorecard", "sample",
    "observatory", "defs", "cli",
)  # fmt: skip
"""Lowest first: a room imports rooms before it. Below all: `pipelines` and `pipelines.home`; above all: the doors."""
STAGES = ("inputs", "formulas", "composite", "estimators", "uncertainty", "scores", "gap")
"""The rooms inside `pipelines/index/`, lowest first; `score.py` is above them."""

DOORS = {
    "httpx": {"pipelines/archive/http.py": "one client: time limits, retries and what is archived are decided once"},
    "requests": {},
    "aiohttp": {},
    "urllib.request": {},
    "duckdb": {
        "pipelines/warehouse/database.py": "the working database has one writer, behind one lock",
        "pipelines/release/": "a release is a database of its own: written aside by `publish`, then only read",
    },
    "warcio": {"pipelines/archive/warc.py": "its traps are worked around in one place"},
    "dagster": {"pipelines/defs/": "every other room runs without Dagster"},
    "streamlit": {"dashboard/": "every other room runs without Streamlit"},
}
"""Who may import a package with a world behind it, and why; a folder ends in a slash."""

LONG = {
    "pipelines/sources/bluesky.py": "a source is one file, and this one has a timeline, threads, quotes and reposts",
    "pipelines/archive/warc.py": "one format: how a record is written stands beside how it is read back",
}
"""Modules of more than LINES lines, and why each is not two."""
LINES = 300
MODULES = 12
ENTRIES = 18
FULL = {"pipelines/sources"}
"""A folder of one file a source grows with the sources."""

ERRORS = {name for name, it in vars(builtins).items() if isinstance(it, type) and issubclass(it, BaseException)}


class Import(NamedTuple):
    """One imported name: `from module import name`, or `import module` where `name` is None."""

    path: str
    line: int
    module: str
    name: str | None

    def __str__(self) -> str:
        told = f"from {self.module} import {self.name}" if self.name else f"import {self.module}"
        return f"{self.path}:{self.line}: {told}"


class Checkout:
    """The modules of a checkout, read and never run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        paths = [*root.glob("pipelines/**/*.py"), *root.glob("dashboard/**/*.py")]
        self.trees = {it.relative_to(root).as_posix(): ast.parse(it.read_text(encoding="utf-8")) for it in paths}
        self.packages = {
            path.removesuffix("/__init__.py").replace("/", "."): _exports(tree)
            for path, tree in self.trees.items()
            if path.endswith("/__init__.py")
        }

    @cached_property
    def imports(self) -> list[Import]:
        return [it for path, tree in sorted(self.trees.items()) for it in _imports(path, tree)]

    def upward(self) -> Iterator[str]:
        """Imports of a room that is not below, or of what only the outside may open."""
        for it in self.imports:
            for order, folder in ((ROOMS, "pipelines"), (STAGES, "pipelines.index")):
                here, there = _level(order, folder, _module_of(it.path)), _level(order, folder, self._target(it))
                if here is not None and there is not None and there > here:
                    yield f"{it}: a room imports rooms below it"

    def past_the_face(self) -> Iterator[str]:
        """Imports from inside a package by who stands outside it, and names that are not on its face."""
        for it in self.imports:
            package = self._closed_to(it)
            if package is None or (it.module, it.name) in {(package, None), _split(package)}:
                continue
            if it.module != package:
                yield f"{it}: {package} is imported through its face"
            elif it.name not in self.packages[package]:
                yield f"{it}: {it.name} is not in __all__ of {package}"

    def through_other_doors(self) -> Iterator[str]:
        """Imports of a guarded package outside its doors."""
        for it in self.imports:
            for package, doors in DOORS.items():
                full = f"{it.module}.{it.name}" if it.name else it.module
                if f"{full}.".startswith(f"{package}.") and not any(_is_at(it.path, door) for door in doors):
                    yield f"{it}: {package} is imported by {', '.join(doors) or 'nobody'}"

    def too_large(self, long: Iterable[str] = LONG) -> Iterator[str]:
        """Modules with too many lines, folders with too many modules."""
        for path in sorted(self.trees):
            lines = len((self.root / path).read_text(encoding="utf-8").splitlines())
            if lines > LINES and path not in long:
                yield f"{path}: {lines} lines; split it, or say in LONG why not"
            if lines <= LINES and path in long:
                yield f"{path}: {lines} lines; it needs no line in LONG"
        folders = [path.rpartition("/")[0] for path in self.trees if not path.endswith("/__init__.py")]
        for folder in sorted(set(folders) - FULL):
            if folders.count(folder) > MODULES:
                yield f"{folder}: {folders.count(folder)} modules; at most {MODULES}"
        entries = [it.name for it in (self.root / "pipelines").iterdir() if it.name != "__pycache__"]
        if len(entries) > ENTRIES:
            yield f"pipelines: {len(entries)} entries; at most {ENTRIES}"

    def errors(self) -> dict[str, str]:
        """Every public exception class of `pipelines` and its first base."""
        bases = {
            node.name: [_last_name(base) for base in node.bases]
            for path, tree in self.trees.items()
            if path.startswith("pipelines/")
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }
        found: set[str] = set()
        while more := {name for name, its in bases.items() if name not in found and set(its) & (ERRORS | found)}:
            found |= more
        return {name: bases[name][0] for name in found if not name.startswith("_")}

    def drawn_errors(self) -> dict[str, str]:
        """The tree of errors as the docstring of `pipelines` draws it: each class and what it stands under."""
        drawn, above = {}, [(-1, "Exception")]
        for line in (ast.get_docstring(self.trees["pipelines/__init__.py"]) or "").splitlines():
            if found := re.fullmatch(r"( {4,})([A-Z]\w+)(?: {2,}\S.*)?", line):
                above = [(depth, name) for depth, name in above if depth < len(found[1])]
                drawn[found[2]] = above[-1][1]
                above.append((len(found[1]), found[2]))
        return drawn

    def _target(self, it: Import) -> str:
        """The module that an import loads: a submodule where the name is one and the package does not export it."""
        inner = f"{it.module}.{it.name}"
        is_module = f"{inner.replace('.', '/')}.py" in self.trees or inner in self.packages
        return inner if it.name and is_module and it.name not in self.packages.get(it.module, ()) else it.module

    def _closed_to(self, it: Import) -> str | None:
        """The outermost package that holds what is imported and not the importer; `pipelines` is open to all."""
        steps, here = self._target(it).split("."), f"{_module_of(it.path)}."
        around = [".".join(steps[:end]) for end in range(2, len(steps) + 1)]
        return next((it for it in around if it in self.packages and not here.startswith(f"{it}.")), None)


def _imports(path: str, tree: ast.Module) -> Iterator[Import]:
    """All imports of a module wherever they stand, `if TYPE_CHECKING` included, and what is taken of whole packages."""
    whole: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            package = _module_of(path) if path.endswith("/__init__.py") else _module_of(path).rpartition(".")[0]
            around = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*around, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(path, node.lineno, module, alias.name)
                if module == "pipelines":
                    whole[alias.asname or alias.name] = f"{module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in whole:
            yield Import(path, node.lineno, whole[node.value.id], node.attr)


def _exports(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [_last_name(it) for it in node.targets] == ["__all__"]:
            return [str(it) for it in ast.literal_eval(node.value)]
    return []


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _split(module: str) -> tuple[str, str]:
    package, _, name = module.rpartition(".")
    return package, name


def _level(order: tuple[str, ...], folder: str, module: str) -> int | None:
    """How high a module stands in a folder of rooms; what is in no room of it is a door above all. None: not in it."""
    if module.split(".")[0] == "dashboard" and folder == "pipelines":
        return len(order)
    if module == "pipelines" or not module.startswith(f"{folder}."):
        return -1 if module == "pipelines" == folder else None
    name = module.removeprefix(f"{folder}.").split(".")[0]
    return order.index(name) if name in order else -1 if name == "home" else len(order)


def _is_at(path: str, door: str) -> bool:
    return path.startswith(door) if door.endswith("/") else path == door


@pytest.fixture(scope="module")
def checkout() -> Checkout:
    return Checkout(ROOT)


def test_the_order_names_every_room(checkout: Checkout) -> None:
    names = set(checkout.packages)
    assert {it for it in names if it.count(".") == 1 and it.startswith("pipelines.")} == {
        f"pipelines.{it}" for it in ROOMS
    }
    assert {it for it in names if it.startswith("pipelines.index.")} == {f"pipelines.index.{it}" for it in STAGES}
    assert len(checkout.imports) > 500


@pytest.mark.parametrize("rule", ["upward", "past_the_face", "through_other_doors", "too_large"])
def test_the_plan_is_kept(checkout: Checkout, rule: str) -> None:
    faults = list(getattr(checkout, rule)())
    assert not faults, "\n".join(faults)


def test_the_tree_of_errors_is_the_one_drawn(checkout: Checkout) -> None:
    errors = checkout.errors()
    assert checkout.drawn_errors() == errors
    assert [name for name, base in errors.items() if base in ERRORS] == ["SeismographError"]
