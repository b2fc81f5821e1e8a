"""Companies with two employers each: shown apart, both weighed by size, and no figure where a size is unknown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.archive import evidence_of
from pipelines.observatory import Settings, build
from tests.pipeline.homes import rows

pytestmark = pytest.mark.slow

RULE = "mean of its units, weighed by the least number of employees that each states"


def ran(shared: Path, home: Path, employer_id: str, size: str) -> Path:
    """A home in which the case was run, after one employer's size was changed."""
    study = home / "study"
    study.mkdir()
    for file in (shared / "cases" / "two-employers").iterdir():
        shutil.copyfile(file, study / file.name)
    (file,) = study.glob("gpg*.csv")
    lines = file.read_text(encoding="utf-8").splitlines()
    lines = [line.replace("250 to 499", size) if f'Ltd","{employer_id}"' in line else line for line in lines]
    file.write_text("\n".join(lines), encoding="utf-8")
    build(Settings(home=home / "home"), study).run()
    return home / "home"


def figures(home: Path, company_id: str, metric_id: str = "gender_pay_gap_mean_hourly") -> list[tuple[str, float]]:
    found = rows(
        home,
        "select reporter_name, value from disclosures where "  # noqa: S608 - our own names
        f"company_id = '{company_id}' and metric_id = '{metric_id}' order by reporter_id nulls last",
    )
    return [(row["reporter_name"], row["value"]) for row in found]


def test_8_employers_are_shown_apart_and_weighed_by_size_with_the_rule(shared: Path, tmp_path: Path) -> None:
    """Acme: (250 x 10 + 1000 x 20) / 1250 = 18. Bolt, two employers of one company number: (7 + 12) / 2 = 9.5."""
    home = ran(shared, tmp_path, "2", "1000 to 4999")
    assert figures(home, "acme") == [("Acme Ops Ltd", 10.0), ("Acme Shops Ltd", 20.0), (RULE, pytest.approx(18.0))]
    assert figures(home, "bolt") == [("Bolt Old Ltd", 7.0), ("Bolt New Ltd", 12.0), (RULE, pytest.approx(9.5))]
    parts = rows(
        home,
        "select * from disclosure_parts where company_id = 'acme' and metric_id = 'gender_pay_gap_mean_hourly' "
        "order by part",
    )
    assert [(row["part"], row["value"], row["share"]) for row in parts] == [
        ("Acme Ops Ltd (1)", 10.0, pytest.approx(0.2)),
        ("Acme Shops Ltd (2)", 20.0, pytest.approx(0.8)),
    ]
    shown = evidence_of(home, parts[1]["share_response_id"], parts[1]["share_locator"])
    assert str(shown.excerpt).split("\n")[0].split(maxsplit=1) == ["EmployerSize", "1000 to 4999"]
    # Acme's second employer leaves its mean bonus blank: nothing is weighed.
    assert figures(home, "acme", "gender_pay_gap_mean_bonus") == [("Acme Ops Ltd", -5000.5)]
    assert rows(home, "select * from rejects") == rows(home, "select * from checks where not passed") == []


def test_8_where_a_size_is_unknown_no_figure_is_made_and_the_reason_says_so(shared: Path, tmp_path: Path) -> None:
    home = ran(shared, tmp_path, "9", "Not Provided")
    assert figures(home, "bolt") == [("Bolt Old Ltd", 7.0), ("Bolt New Ltd", 12.0)]
    assert rows(home, "select * from disclosure_parts where company_id = 'bolt'") == []
    (why,) = rows(
        home,
        "select value, reason from indicator_values where company_id = 'bolt' and indicator_id = 'outcome_level' "
        "and platform = 'all' and known_at = 'now' and period = '2022-12-31'",
    )
    assert why == {
        "value": None,
        "reason": "several of its units gave figures, and their sizes, which would weigh them, are not known",
    }
