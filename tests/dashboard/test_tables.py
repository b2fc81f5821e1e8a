"""No table of a page, and no download of one, holds text that a spreadsheet would run."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.escaping import table
from dashboard.views.method import _csv
from pipelines.records import inert
from tests.conftest import ROOT
from tests.dashboard.fictional import HOSTILE

VIEWS = ROOT / "dashboard" / "views"


class Place:
    """Takes what a table would show."""

    def dataframe(self, rows: object, **options: object) -> tuple[object, object]:
        return rows, options


def test_28_a_table_shows_text_that_is_inert_and_numbers_as_they_are() -> None:
    rows = [{"=a": "=HYPERLINK(1)", "b": -0.5, "c": "-", "d": None, "e": "−0.5"}]
    assert table(Place(), rows, height=9) == (
        [{"'=a": "'=HYPERLINK(1)", "b": -0.5, "c": "'-", "d": None, "e": "−0.5"}],
        {"height": 9},
    )


def test_28_every_table_of_the_pages_goes_that_way() -> None:
    others = [path for path in sorted(VIEWS.glob("*.py")) if path.name != "escaping.py"]
    assert len(others) >= 6
    for path in others:
        text = path.read_text()
        for way in (".dataframe(", ".data_editor(", "st.table(", "csv.writer"):
            assert way not in text, f"{path.name}: {way} bypasses `escaping.table`"


def test_28_no_cell_of_a_hostile_company_is_a_formula(fictional_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(fictional_home))
    assert HOSTILE.startswith("=")
    for name, query in (("company", {"company": "brash"}), ("compare", {"company": "brash"}), ("method", {})):
        app = AppTest.from_file(VIEWS / f"{name}.py", default_timeout=30)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        frames = [frame.value for frame in app.dataframe]
        assert frames
        cells = [cell for frame in frames for column in frame.columns for cell in (column, *frame[column])]
        assert [cell for cell in cells if inert(cell) != cell] == []


def test_28_the_download_of_the_method_keeps_numbers_and_no_formula() -> None:
    body = _csv({"goalpost_low.virality": "-0.5", "draws": "500", "warning.1": "=1+1", "house_rule": "none"})
    assert body.decode("utf-8-sig").splitlines() == [
        "parameter,value",
        "goalpost_low.virality,-0.5",
        "draws,500",
        "warning.1,'=1+1",
        "house_rule,none",
    ]
