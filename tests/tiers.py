"""Keeps the tests apart by cost, refuses what is filed wrongly, and starts the costliest files first.

A test without a mark is fast: five seconds at most. `slow` takes longer. `heavy` repeats what another test shows once
(more worlds, more moments, more engines); it runs only when asked for, `pytest -m heavy`, as .ci/run does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from types import FunctionType

import pytest

FOLDERS = ("pipeline", "contracts", "dashboard", "unit", "scale")
"""Folders of tests, the costliest first: a file of minutes that starts last keeps everybody waiting."""
ROOMS_ELSEWHERE = {"sql", "dashboard", "home"}
"""What has unit tests and is no room of `pipelines/`."""
WHOLE = {"build_demo": "builds a whole demo", "demo_home": "builds a whole demo", "sync_playwright": "starts a browser"}
"""What a unit test may do only when it is marked slow, by the name that it does it by."""

Report = pytest.CollectReport
_spent = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the rule's own test set a limit that it soon reaches."""
    parser.addini("fast_seconds", "what a test without a mark may take, with the fixtures of its own", default="5")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Count a heavy test among the slow ones, so that `-m "not slow"` leaves it out as well."""
    if item.get_closest_marker("heavy"):
        item.add_marker("slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put files with slow tests first, and of those the ones of whole runs."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[bool, int]:
        named = [folder for folder in FOLDERS if item.path.is_relative_to(config.rootpath / "tests" / folder)]
        return item.path not in slow, FOLDERS.index(named[0]) if named else len(FOLDERS)

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Report, Report]:
    """Make a file that is filed wrongly an error of collection."""
    report = yield
    if isinstance(collector, pytest.Module) and report.passed:
        functions = [item for item in report.result if isinstance(item, pytest.Function)]
        wrong = [*_misplaced(collector), *(said for item in functions for said in _unmarked(item))]
        if wrong:
            report.outcome, report.result, report.longrepr = "failed", [], "\n".join(wrong)
    return report


def _misplaced(module: pytest.Module) -> list[str]:
    root = module.config.rootpath
    if not module.path.is_relative_to(root / "tests"):
        return []
    where, *inner = module.path.relative_to(root / "tests").parts[:-1] or ("",)
    if where not in FOLDERS:
        return [f"{module.path}: tests belong into a folder of tests/: {', '.join(FOLDERS)}"]
    rooms = {path.name for path in (root / "pipelines").iterdir() if path.is_dir()} | ROOMS_ELSEWHERE
    if where == "unit" and (len(inner) != 1 or inner[0] not in rooms):
        return [
            f"{module.path}: a unit test belongs into tests/unit/<room>/, the rooms being {', '.join(sorted(rooms))}"
        ]
    return []


def _unmarked(item: pytest.Function) -> list[str]:
    if not item.path.is_relative_to(item.config.rootpath / "tests" / "unit") or item.get_closest_marker("slow"):
        return []
    names = {*item.fixturenames, *_names_in(item.function)}
    for fixtures in item._fixtureinfo.name2fixturedefs.values():
        names |= _names_in(fixtures[-1].func)
    return [f"{item.nodeid} {what} ({name}): mark it slow" for name, what in WHOLE.items() if name in names]


def _names_in(function: object, seen: frozenset[object] = frozenset()) -> set[str]:
    """Names that a function of the tests uses, and those that the functions of the tests which it calls use."""
    if not isinstance(function, FunctionType) or function in seen or not function.__module__.startswith("test"):
        return set()
    names = set(function.__code__.co_names)
    for name in function.__code__.co_names:
        names |= _names_in(function.__globals__.get(name), seen | {function})
    return names


def _processor_seconds() -> float:
    """Of this process and of those that it started and has seen end."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> Generator[None]:
    """Count what a test's own fixtures take; what others share is on nobody's account."""
    before = _processor_seconds()
    result = yield
    if fixturedef.scope == "function":
        item = request.node
        item.stash[_spent] = item.stash.get(_spent, 0.0) + _processor_seconds() - before
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test without a mark that is not fast, by the processor's time: waiting for it is not counted."""
    processor, clock = _processor_seconds(), time.monotonic()
    result = yield
    own = item.stash.get(_spent, 0.0)
    taken = own + min(_processor_seconds() - processor, time.monotonic() - clock)
    most = float(item.config.getini("fast_seconds"))
    # Processes that share a core take its caches from each other, so that even the processor's time grows.
    crowd = min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1), 2)
    if taken > most * crowd and not item.get_closest_marker("slow"):
        pytest.fail(f"took {taken:.1f} s where {most:g} s are fast: make it faster, or mark it slow", pytrace=False)
    return result
