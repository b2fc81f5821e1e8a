"""That a breach of the plan is found: each is written into a small checkout, beside what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.test_plan import Checkout

SOUND = {
    "pipelines/__init__.py": '"""Errors.\n\nTheir tree:\n\n    Base\n      Leaf   under it\n"""\n\n'
    "class Base(Exception): ...\n",
    "pipelines/home.py": "from pipelines import Base\n",
    "pipelines/records/__init__.py": "from pipelines.records.types import Post\n__all__ = ['Post']\n",
    "pipelines/records/types.py": "from pipelines.home import place\nclass Post: ...\n",
    "pipelines/archive/__init__.py": "from pipelines.archive.store import Archive\n__all__ = ['Archive']\n",
    "pipelines/archive/store.py": "from pipelines import Base\nfrom pipelines.records import Post\n"
    "class Leaf(Base): ...\nclass _Signal(Exception): ...\n",
    "pipelines/archive/http.py": "import httpx\n",
    "pipelines/index/__init__.py": "from pipelines.index.score import score\n__all__ = ['score']\n",
    "pipelines/index/score.py": "from pipelines.index.gap import gaps\n",
    "pipelines/index/inputs/__init__.py": "from pipelines.index.inputs.axes import Axes\n__all__ = ['Axes']\n",
    "pipelines/index/inputs/axes.py": "",
    "pipelines/index/gap/__init__.py": "from pipelines.index.gap.rows import gaps\n__all__ = ['gaps']\n",
    "pipelines/index/gap/rows.py": "from pipelines.index.inputs import Axes\n",
    "pipelines/release/__init__.py": "",
    "pipelines/release/reading.py": "import duckdb\n",
    "pipelines/definitions.py": "from pipelines import index, archive\nindex.score(archive.Archive)\n",
    "dashboard/__init__.py": "",
    "dashboard/app.py": "import streamlit\nfrom pipelines.archive import Archive\n",
}


def write(root: Path, added: dict[str, str]) -> Checkout:
    for name, text in {**SOUND, **added}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Checkout(root)


def faults(checkout: Checkout) -> list[str]:
    rules = (checkout.upward(), checkout.past_the_face(), checkout.through_other_doors(), checkout.too_large(()))
    return [fault for rule in rules for fault in rule]


def test_a_sound_checkout_has_no_faults(tmp_path: Path) -> None:
    checkout = write(tmp_path, {})
    assert faults(checkout) == []
    assert checkout.errors() == checkout.drawn_errors() == {"Base": "Exception", "Leaf": "Base"}


UP = "a room imports rooms below it"
FACE = "is imported through its face"


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("pipelines/records/a.py", "from pipelines.archive import Archive", UP),
        ("pipelines/records/a.py", "def f():\n    from pipelines.archive import Archive", UP),
        ("pipelines/records/a.py", "from pipelines import archive", UP),
        ("pipelines/records/a.py", "import pipelines.archive", UP),
        ("pipelines/records/a.py", "from .. import archive", UP),
        ("pipelines/home.py", "from pipelines.records import Post", UP),
        ("pipelines/archive/a.py", "from pipelines.definitions import defs", UP),
        ("pipelines/archive/a.py", "from dashboard import app", UP),
        ("pipelines/index/inputs/a.py", "from pipelines.index.gap import gaps", UP),
        ("pipelines/index/gap/a.py", "from pipelines.index.score import score", UP),
        ("dashboard/a.py", "from pipelines.archive.store import Archive", FACE),
        ("dashboard/a.py", "import pipelines.archive.store", FACE),
        (
            "dashboard/a.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pipelines.archive.store import A",
            FACE,
        ),
        ("dashboard/a.py", "from pipelines.archive import store", "store is not in __all__ of pipelines.archive"),
        ("pipelines/index/gap/a.py", "from pipelines.index.inputs.axes import Axes", FACE),
        ("dashboard/a.py", "from pipelines.archive import Hidden", "Hidden is not in __all__ of pipelines.archive"),
        ("dashboard/a.py", "from pipelines import archive\narchive.Hidden", "Hidden is not in __all__"),
        ("dashboard/a.py", "import httpx", "httpx is imported by pipelines/archive/http.py"),
        ("pipelines/archive/a.py", "from httpx import Client", "httpx is imported by"),
        ("pipelines/archive/a.py", "import urllib.request", "urllib.request is imported by nobody"),
        ("pipelines/archive/a.py", "from urllib import request", "urllib.request is imported by nobody"),
        ("dashboard/a.py", "import duckdb", "duckdb is imported by"),
        ("pipelines/index/a.py", "import streamlit", "streamlit is imported by dashboard/"),
        ("dashboard/a.py", "\n" * 301, "dashboard/a.py: 301 lines"),
    ],
)
def test_a_breach_is_found(tmp_path: Path, path: str, text: str, fault: str) -> None:
    (found,) = faults(write(tmp_path, {path: text}))
    assert found.startswith(path) and fault in found


def test_a_full_folder_is_found(tmp_path: Path) -> None:
    many = {f"pipelines/sources/s{number}.py": "" for number in range(13)}
    assert faults(write(tmp_path / "sources", many)) == []
    crowd = {f"dashboard/a{number}.py": "" for number in range(12)}
    assert faults(write(tmp_path / "crowd", crowd)) == ["dashboard: 13 modules; at most 12"]
    entries = {f"pipelines/a{number}.csv": "" for number in range(13)}
    assert faults(write(tmp_path / "entries", entries)) == ["pipelines: 20 entries; at most 18"]


def test_a_reason_that_is_no_longer_needed_is_found(tmp_path: Path) -> None:
    path = "dashboard/app.py"
    assert list(write(tmp_path, {}).too_large([path])) == [f"{path}: 2 lines; it needs no line in LONG"]
    assert list(write(tmp_path, {path: "\n" * 301}).too_large([path])) == []


def test_an_error_outside_the_tree_or_the_drawing_is_found(tmp_path: Path) -> None:
    checkout = write(tmp_path, {"pipelines/records/a.py": "class Stray(ValueError): ...\nclass Grown(Leaf): ...\n"})
    assert checkout.errors() == {"Base": "Exception", "Leaf": "Base", "Stray": "ValueError", "Grown": "Leaf"}
    assert checkout.drawn_errors() == {"Base": "Exception", "Leaf": "Base"}
