"""`METHOD.md` against the code: what cites a section finds it, and every parameter of the method is explained."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

PAGE = ROOT / "pipelines" / "index" / "METHOD.md"
PARAMETERS = ROOT / "sql" / "seeds" / "method.csv"
FOLDERS = ("pipelines", "sql", "dashboard", "tests")
KINDS = (".py", ".sql", ".md", ".csv", ".typ")
# `METHOD.md 8.3`, `METHOD.md 6.3-6.5`, `METHOD.md 9.1 and 9.2`, `METHOD.md 9.1, 9.4`.
CITED = re.compile(r"METHOD(?:\.md)? (\d+(?:\.\d+)?(?:(?:-|, | and | to )\d+(?:\.\d+)?)*)")


def headings() -> dict[str, str]:
    """The number and the text of each section, without its subsections."""
    parts = re.split(r"^##+ (\d+(?:\.\d+)?) ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        paths = sorted((ROOT / folder).rglob("*"))
        yield from (path for path in paths if path.suffix in KINDS and path != Path(__file__).resolve())


def citations(text: str) -> set[str]:
    # A citation may be broken over two lines of a docstring or comment.
    joined = re.sub(r"\s*\n\s*(?:--|#)?\s*", " ", text)
    return {number for found in CITED.findall(joined) for number in re.findall(r"\d+(?:\.\d+)?", found)}


def test_citations_are_found_in_every_form() -> None:
    text = "(METHOD.md 8.3). See METHOD.md\n    6.3-6.5 and METHOD.md 9.1, 9.4; METHOD.md 2 and 7.1 to 7.3."
    assert citations(text) == {"8.3", "6.3", "6.5", "9.1", "9.4", "2", "7.1", "7.3"}


def test_every_section_that_is_cited_exists() -> None:
    cited = {path: citations(path.read_text(encoding="utf-8")) for path in files() if path != PAGE}
    assert any(cited.values())
    unknown = {str(path.relative_to(ROOT)): wrong for path, own in cited.items() if (wrong := own - headings().keys())}
    assert not unknown


def test_no_file_cites_a_document_that_is_not_here() -> None:
    assert not [str(path.relative_to(ROOT)) for path in files() if "METHODOLOGY" in path.read_text(encoding="utf-8")]


def test_section_numbers_are_in_order_without_gaps() -> None:
    numbers = list(headings())
    expected, chapter, section = [], 0, 0
    for number in numbers:
        chapter, section = (chapter, section + 1) if "." in number else (chapter + 1, 0)
        expected.append(f"{chapter}.{section}" if section else str(chapter))
    assert numbers == expected


def test_the_page_lists_every_parameter_once_and_no_other() -> None:
    with PARAMETERS.open(encoding="utf-8", newline="") as rows:
        parameters = [row["parameter"] for row in csv.DictReader(rows)]
    table = [line for line in headings()["12"].splitlines() if re.match(r"\| \d", line)]
    listed = re.findall(r"`(\w+)`", "\n".join(table))
    assert sorted(listed) == sorted(parameters)


def test_a_parameter_is_explained_in_the_section_that_its_row_names() -> None:
    sections = headings()
    for line in headings()["12"].splitlines():
        if row := re.match(r"\| (\d+) \|(.*)\|", line):
            text = "".join(own for number, own in sections.items() if number.split(".")[0] == row[1])
            missing = [name for name in re.findall(r"`(\w+)`", row[2]) if name not in text]
            assert not missing, f"section {row[1]} does not name {missing}"


def test_the_page_is_of_the_version_of_the_method() -> None:
    with PARAMETERS.open(encoding="utf-8", newline="") as rows:
        version = next(row["value"] for row in csv.DictReader(rows) if row["parameter"] == "version")
    assert f"**version {version}**" in PAGE.read_text(encoding="utf-8")
