"""What every file of `pipelines/sources/` owes, found by walking the folder: a new source is tested as it appears."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import io
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

import pipelines.sources
from pipelines.records import (
    COMMON_SCHEMES,
    RECORD_TYPES,
    Engagement,
    Record,
    Reject,
    Response,
    Source,
    SourceError,
    find_sources,
)

FOLDER = Path(pipelines.sources.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
FETCHED_AT = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
LINES = 400

# Options of the files that are mapped by the user; a name that is a column of all shared samples is not to be had.
OPTIONS = {"platform": "x", "handle": "username", "post_id": "tweet_id", "created_at": "created_at", "text": "text"}
MAPPED = "data/social/twitter_yum_brands_2012_2020.csv"

GARBAGE = [
    b"",
    b"\n\n \n",
    b"\x00" * 100,
    b"\xff\xfe\x00",
    b"\xff\xfe\x00\xd8\x00\x00",
    bytes(range(256)) * 8,
    b"PAR1\x00\x00\x00\x00PAR1",
    b"<!DOCTYPE html><html><body>Service unavailable</body></html>",
    b"[]",
    b"{}",
    b"null",
    b"{" * 5000,
    b"[" * 5000,
    b'"' * 999,
    b'{"feed": 3, "posts": {}, "thread": [], "id_str": {}}',
    b"a,b,c\n1,2,3\n",
    b"a;b\rc;d\r",
    "ü€😀\u2028,\x0b\n".encode() * 50,
]


def test_the_folder_is_walked() -> None:
    assert sorted(find_sources()) == NAMES
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_origin_is_complete(name: str) -> None:
    source = find_sources()[name]
    origin = source.origin
    for field in ("title", "publisher", "licence", "measures", "does_not_measure", "limits"):
        text = getattr(origin, field)
        assert len(text) >= 3 and text == text.strip() and "\n" not in text, field
    # A file that users bring themselves has no publisher's page; everything else has.
    is_mapped = source.file is not None and "platform" in source.file.options
    for link in (origin.home_page, origin.terms_url):
        assert is_mapped or urlsplit(link).scheme == "https", link
    assert not set(origin.schemes) & set(COMMON_SCHEMES)
    if source.requests is not None:
        assert urlsplit(source.base_url).scheme == "https"


@pytest.mark.parametrize("name", NAMES)
def test_module_says_what_it_is_and_opens_no_door(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree)
    assert docstring and docstring.splitlines()[0].endswith((".", ","))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    doors = {"httpx", "duckdb", "requests", "socket", "urllib.request", "sqlite3", "os", "pathlib", "random", "time"}
    assert not {module for module in imported if module in doors or module.split(".")[0] in doors - {"urllib.request"}}
    calls = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "utcnow", "today"}, "time is passed in, never read"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", GARBAGE, ids=lambda body: repr(body[:12]))
def test_garbage_is_an_error_or_a_reject_and_nothing_else(name: str, body: bytes) -> None:
    source = find_sources()[name]
    roles = ("path", *(source.file.paths if source.file else ()))
    for role in roles:
        try:
            said = list(source.parse(_response(source, body, role=role)))
        except SourceError as error:
            assert str(error) and "\n" not in str(error)
            continue
        assert not [it for it in said if not isinstance(it, Reject)]
        assert all(it.reason and "\n" not in it.reason for it in said if isinstance(it, Reject))


def test_files_of_the_real_panel_obey(shared: Path) -> None:
    checked = set()
    for source, response in _real_files(shared):
        _obeys(source, response)
        checked.add(source.name)
    # The real panel's seven file sources and a file of mapped columns; a stranger's source brings its own test.
    assert len(checked) >= 8


def test_recorded_responses_obey(shared: Path) -> None:
    spoke = set[str]()
    for source, response in _recorded(shared):
        try:
            said = list(source.parse(response))
        except SourceError:
            continue  # recorded, but no answer to what this source asks
        spoke |= {source.name for it in said if isinstance(it, Record)}
        _obeys(source, response)
    assert spoke == {source.name for source, _ in _recorded(shared)}


def _obeys(source: Source, response: Response) -> None:
    said = list(source.parse(response))
    assert said == list(source.parse(response)), "parse is deterministic"
    schemes = {*COMMON_SCHEMES, *source.origin.schemes, source.origin.platform or response.options.get("platform")}
    locators: set[str] = set()
    for record in said:
        if isinstance(record, Reject):
            assert record.reason and record.record_type
            continue
        assert type(record) in RECORD_TYPES
        assert {scheme for scheme, _ in record.subject.identifiers} <= schemes
        assert record.subject.identifiers or record.subject.name, "somebody is spoken of"
        assert all(value for _, value in record.subject.identifiers)
        for moment in _moments(record):
            assert moment.utcoffset() == dt.timedelta(0), "times are aware and UTC"
        if not (isinstance(record, Engagement) and record.is_deleted):
            locators.add(record.locator)
    places = _places(response.body, response)
    for locator in locators:
        assert places.resolves(locator), f"{source.name}: {locator}"


def _moments(record: Record) -> Iterator[dt.datetime]:
    for value in msgspec.structs.astuple(record):
        if isinstance(value, dt.datetime):
            yield value


class _places:  # noqa: N801
    """Resolves locators on its own, from the words of the contract alone."""

    def __init__(self, body: bytes, response: Response) -> None:
        text = body.decode("utf-8-sig")
        self.lines = text.split("\n")
        self.is_json = text.lstrip()[:1] in "{["
        self.is_json_lines = self.is_json and len([line for line in self.lines if line.strip()]) > 1
        self.starts: dict[int, list[str]] = {}
        if not self.is_json:
            reader, line = csv.reader(io.StringIO(text, newline="\n")), 1
            for cells in reader:
                self.starts[line] = cells
                line = reader.line_num + 1

    def resolves(self, locator: str) -> bool:
        if not self.is_json:
            found = re.fullmatch(r"line:(\d+)(?:;column:(.+))?", locator)
            assert found, locator
            cells = self.starts[int(found[1])]
            if found[2] is None:
                return any(cells) and int(found[1]) > 1
            return bool(cells[self.starts[1].index(found[2])].strip())
        pointer, value = locator, None
        if locator.startswith("line:"):
            line, _, pointer = locator.removeprefix("line:").partition("#")
            value = json.loads(self.lines[int(line) - 1])
        else:
            value = json.loads("\n".join(self.lines))
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if key:
                value = value[int(key)] if isinstance(value, list) else value[key]
        return value is not None


def _real_files(shared: Path) -> Iterator[tuple[Source, Response]]:
    """The first lines of every file that the real panel names, and of one that its user maps."""
    sources = find_sources()
    folder = shared / "panels/companies-2020"
    for entry in tomllib.loads((folder / "panel.toml").read_text())["files"]:
        source = sources[entry["source"]]
        for role in ("path", *(source.file.paths if source.file else ())):
            for path in sorted(folder.glob(entry[role])):
                yield source, _response(source, _head(path), role=role)
    for source in sources.values():
        if source.file and "platform" in source.file.options:
            yield source, _response(source, _head(shared / MAPPED))


def _head(path: Path) -> bytes:
    """The first lines of a file, up to the end of a record."""
    lines = path.read_bytes().split(b"\n")
    for end in range(min(LINES, len(lines)), 0, -1):
        head = b"\n".join(lines[:end]) + b"\n"
        if head.count(b'"') % 2 == 0:
            return head
    raise AssertionError(path)


def _recorded(shared: Path) -> Iterator[tuple[Source, Response]]:
    for source in find_sources().values():
        folder = shared / "sources/payloads" / source.name.replace("_", "-")
        if source.requests is None or not (folder / "_index.json").is_file():
            continue
        for entry in json.loads((folder / "_index.json").read_text()):
            method, _, url = str(entry.get("request", "")).partition(" ")
            if method != "GET" or entry.get("status") != 200:
                continue
            body = (folder / entry["file"]).read_bytes()
            yield source, _response(source, body, url=url.split()[0])


def _response(source: Source, body: bytes, *, role: str = "path", url: str = "") -> Response:
    parts = urlsplit(url)
    options = OPTIONS if source.file and "platform" in source.file.options else {}
    return Response(
        response_id="r-1",
        source=source.name,
        url=url or f"{source.base_url or 'file:'}/file",
        body=body,
        fetched_at=FETCHED_AT,
        request_key=f"{parts.path}?{parts.query}" if url else "",
        media_type="application/json" if body[:1] in b"{[" else "text/csv",
        role=role,
        options=options,
    )
