"""A small study of files to break or to change: six companies that do not exist, fifteen months of weekly posts."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

COMPANIES = ("ashdown", "birchley", "cobnut", "dapplewick", "elmstow", "fernhollow")
FIRST_MONDAY = dt.date(2020, 11, 30)
WEEKS = 64
COLUMNS = ("id", "account", "time", "text", "likes", "comments", "shares", "followers")
PANEL = """\
title = "Six companies that do not exist"
sources = []

[window]
start = 2021-11-01
end = 2022-01-31

[[files]]
source = "posts_file"
path = "posts.csv"
observed_at = 2022-04-30
platform = "linkedin"
post_id = "id"
created_at = "time"
handle = "account"
text = "text"
likes = "likes"
replies = "comments"
reposts = "shares"
followers = "followers"
"""
CAUSES = ("We fight poverty together.", "A step for gender equality.", "Clean water for all.")
GOODS = ("Our new teapot is out.", "Soup of the week.")

Row = dict[str, str]


def post_rows() -> list[Row]:
    """One post on a cause and two others a week and company; counts differ by company, week and place."""
    rows = []
    for number, company in enumerate(COMPANIES):
        for week in range(WEEKS):
            texts = (CAUSES[(week + number) % 3], *GOODS)
            for place, text in enumerate(texts):
                day = FIRST_MONDAY + dt.timedelta(days=7 * week + place)
                base = 20 + 7 * number + (week * 5 + place * 3 + number * week) % 11
                rows.append(
                    {
                        "id": f"{company}-{week}-{place}",
                        "account": company,
                        "time": f"{day}T12:00:00",
                        "text": text,
                        "likes": str(base + (number * 4 if place == 0 else 6)),
                        "comments": str((week + number) % 4),
                        "shares": str((week * 3 + number * 2 + place) % 6),
                        "followers": str(1000 * (number + 1)),
                    }
                )
    return rows


def write_posts(path: Path, rows: list[Row]) -> None:
    """The posts' CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_study(folder: Path, rows: list[Row] | None = None) -> Path:
    """The study's folder, under a folder of its own as a panel's grounds."""
    study = folder / "grounds" / "studies" / "six"
    study.mkdir(parents=True)
    (study / "panel.toml").write_text(PANEL)
    names = [f"{it},{it.title()},Consumer Staples,GB\n" for it in COMPANIES]
    (study / "companies.csv").write_text("company_id,name,sector,country\n" + "".join(names))
    accounts = [f"{it},linkedin,{it}\n" for it in COMPANIES]
    (study / "accounts.csv").write_text("company_id,platform,handle\n" + "".join(accounts))
    domains = [f"{it},domain,{it}.example\n" for it in COMPANIES]
    (study / "identifiers.csv").write_text("company_id,scheme,value\n" + "".join(domains))
    write_posts(study / "posts.csv", post_rows() if rows is None else rows)
    return study
