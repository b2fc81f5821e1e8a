"""What the documents name exists: paths, modules, commands, options and tables; and every command is documented."""

from __future__ import annotations

import io
import itertools
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.cli import main

DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        ".github/CONTRIBUTING.md",
        "sql/README.md",
        "pipelines/README.md",
        "pipelines/index/METHOD.md",
        "pipelines/topics/MODEL.md",
        "pipelines/topics/CODEBOOK.md",
    )
    if (ROOT / name).exists()
]
IDS = [it.relative_to(ROOT).as_posix() for it in DOCUMENTS]
ROOTS = ("pipelines/", "dashboard/", "sql/", "tests/", ".github/", ".ci/")
FILE = re.compile(r"[\w./<>*…-]+\.(?:py|sql|md|toml|yaml|csv|typ|txt)")
ELSEWHERE = {
    "panel.toml",
    "companies.csv",
    "accounts.csv",
    "identifiers.csv",
    "goalposts.csv",
    "posts.csv",
    "grants.csv",
    "dagster.yaml",
} | {"sdg_classification_benchmark.csv"}
"""Files that a reader writes, and those of others."""
INVENTED = re.compile(r"\bmy[_-]|[<>*…]|\b[A-Z]+\.csv")
"""Names that stand for a reader's own."""


def code_of(path: Path) -> list[str]:
    """The lines of a document's fenced blocks and its inline spans."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    blocks = [re.sub(r"(?s)<<'(\w+)'\n.*?\n\1$", "", block, flags=re.MULTILINE) for block in blocks]
    # A quoted text may run over several lines of one command.
    blocks = [re.sub(r'"[^"\n]*\n[^"]*"', lambda quoted: " ".join(quoted[0].split()), block) for block in blocks]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [*lines, *(" ".join(it.split()) for it in re.findall(r"`([^`]+)`", prose))]


def paths_of(path: Path) -> set[str]:
    """Every path or file name of the checkout that a document names, in code or as a link."""
    words = {it.strip("\"'(),:;").partition("::")[0] for line in code_of(path) for it in line.split()}
    links = set(re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")))
    named = {it for it in words if it.startswith(ROOTS) or FILE.fullmatch(it)}
    named |= {it for it in links if "://" not in it}
    return {it for it in named if not INVENTED.search(it) and Path(it).name not in ELSEWHERE and it[0] != "/"}


@cache
def file_names() -> frozenset[str]:
    return frozenset(it.name for folder in ROOTS for it in (ROOT / folder).rglob("*"))


def is_there(name: str, document: Path) -> bool:
    """A path is of the root, of the document's folder or of `sql/`; a bare file name is one that there is."""
    if any((folder / name).exists() for folder in (ROOT, document.parent, ROOT / "sql")):
        return True
    return name in file_names() if "/" not in name else (ROOT / "pipelines" / name).exists()


def commands_of(path: Path) -> Iterator[list[str]]:
    """Every `seismograph …` of a document, as words."""
    for line in code_of(path):
        if found := re.match(r"(?:.*(?:&& |\$ |; ))?(?:uv run )?(seismograph .*)", line):
            yield shlex.split(found[1], comments=True)[1:]


def unknown_in(words: list[str]) -> list[str]:
    """The commands and options of a command line that the CLI does not have."""
    command: tuple[str, ...] = ()
    unknown, options = [], options_of() | {"--home"}
    for word in (it.strip("[]") for it in words):
        if word.startswith("-"):
            unknown += [word] if word.partition("=")[0] not in options else []
        elif word not in ("…", "COMMAND") and (parts := parts_of(*command)):
            if word not in parts:
                return [*unknown, word]
            command = (*command, word)
            options |= options_of(*command)
    return unknown


@cache
def help_of(*command: str) -> str:
    """What `seismograph COMMAND --help` prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main([*command, "--help"]) == 0
    return printed.getvalue()


def parts_of(*command: str) -> set[str]:
    """The commands that stand under a command, or under `seismograph` itself."""
    _, found, section = help_of(*command).partition("Commands")
    lines = section.splitlines()[1:] if found else []
    listed = itertools.takewhile(lambda line: re.match(r"[│ ] ", line), lines)
    return {name[1] for line in listed if (name := re.match(r"[│ ] {1,2}([a-z][a-z-]*) ", line))}


def options_of(*command: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", help_of(*command)))


def modules_of(path: Path) -> set[str]:
    text = " ".join(path.read_text(encoding="utf-8").split())
    dotted = re.findall(r"`((?:pipelines|dashboard|tests)\.[a-z_.]+)`", text)
    return {it.rstrip(".") for it in [*re.findall(r"python -m ([\w.]+)", text), *dotted]}


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_path_exists(document: Path) -> None:
    assert {it for it in paths_of(document) if not is_there(it, document)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_command_and_option_exists(document: Path) -> None:
    assert [(words, unknown) for words in commands_of(document) if (unknown := unknown_in(words))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_module_exists(document: Path) -> None:
    places = {it: ROOT / it.replace(".", "/") for it in modules_of(document) if it != "pip"}
    assert {it for it, place in places.items() if not (place.is_dir() or place.with_suffix(".py").is_file())} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_table_exists(document: Path) -> None:
    named = {it for line in code_of(document) for it in re.findall(r"\bcore\.([a-z_]+)\b(?!\()", line)}
    assert named - {it.stem for it in (ROOT / "sql" / "core").rglob("*.sql")} == set()


def test_the_readme_names_every_command() -> None:
    used = {tuple(words[:depth]) for words in commands_of(ROOT / "README.md") for depth in (1, 2)}
    assert {"demo", "run", "sql", "releases"} <= parts_of()
    for name in parts_of():
        assert (name,) in used, name
        for part in parts_of(name):
            assert (name, part) in used, f"{name} {part}"


def test_wrong_names_are_found(tmp_path: Path) -> None:
    page = tmp_path / "PAGE.md"
    page.write_text(
        "See `pipelines/nowhere.py`, `nobody.py`, `core.nothing`, [here](gone.md) and `pipelines/records/`.\n"
        "```sh\nuv run seismograph fly --high     # a comment's --option\n"
        "uv run seismograph sql 'select 1' --format csv --home /h\nuv run seismograph releases burn\n"
        "uv run seismograph run --panel my-study [--slow]\npython -m tests.scale.nothing\n```\n"
    )
    named = paths_of(page)
    assert {it for it in named if not is_there(it, page)} == {"pipelines/nowhere.py", "nobody.py", "gone.md"}
    assert "pipelines/records/" in named
    assert [unknown_in(words) for words in commands_of(page)] == [["fly"], [], ["burn"], ["--slow"]]
    assert modules_of(page) == {"tests.scale.nothing"}


def test_the_documents_are_read() -> None:
    assert {"README.md", ".github/CONTRIBUTING.md", "sql/README.md", "pipelines/README.md"} <= set(IDS)
    assert sum(len(list(commands_of(it))) for it in DOCUMENTS) >= 20
    assert sum(len(paths_of(it)) for it in DOCUMENTS) >= 40
