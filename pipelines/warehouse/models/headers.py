"""What the comment on top of a statement must say, and what an indicator's estimator expects of its columns."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
import yaml

from pipelines import UserMistake
from pipelines.index import PILLARS, SUMMARIES

_WEEKLY = {"indicator_id": "varchar", "company_id": "varchar", "platform": "varchar", "week": "date"}
_VARIANT = _WEEKLY | {"variant": "varchar"}
STATISTICS: dict[str, dict[str, str]] = {
    "share": _VARIANT | {"successes": "double", "trials": "double"},
    "rate": _VARIANT | {"n": "bigint", "events": "double", "exposure": "double"},
    "mean": _VARIANT
    | {"account_id": "varchar", "media_kind": "varchar", "sample": "varchar"}
    | {"n": "bigint", "total": "double", "total_of_squares": "double"},
    "duration": _VARIANT | {"hours": "double", "is_censored": "boolean", "n": "bigint"},
    "people": _VARIANT | {"person_id": "varchar", "post_id": "varchar", "first_date": "date", "last_date": "date"},
    "level": {"indicator_id": "varchar", "company_id": "varchar", "metric_id": "varchar", "period_end": "date"}
    | {"published_at": "timestamp", "observed_at": "timestamp", "value": "double", "direction": "double"},
}
"""The sufficient statistics of each estimator: column and type."""

_GRAINS = {
    "share": "company, platform and week",
    "rate": "company, platform and week",
    "mean": "account, week, media kind and sample",
    "duration": "company, platform, week and duration",
    "people": "person, post and week",
    "level": "company, metric and period",
}
Words = Annotated[str, msgspec.Meta(min_length=1)]


class ModelError(UserMistake):
    """What is wrong in `sql/`, a line each, naming file and line."""


class IndicatorHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an indicator says of itself; see `sql/README.md`."""

    code: Words
    title: Words
    unit: Words
    direction: Literal[1, -1]
    is_headline: bool
    minimum_sample: Annotated[int, msgspec.Meta(ge=1)]
    estimator: Literal["share", "rate", "mean", "duration", "people", "level"]
    summary: Words
    measures: Words
    does_not_measure: Words
    reference: Words
    when_absent: Words


class CheckHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check that fails withholds the release (contract) or warns (judgement)."""

    severity: Literal["contract", "judgement"]


def read_header(shown: str, sql: str, schema: str, folder: str) -> tuple[dict[str, object], str]:
    """What a statement's header says, and its description.

    `shown`: how to call the file; `folder`: the one it stands in.

    Raises:
        ModelError: naming what the header lacks.
    """
    lines = _comment(sql)
    if not lines:
        raise ModelError(f"{shown}:1: no header: a statement begins with a comment")
    if schema == "indicators":
        return _indicator(shown, lines, folder)
    if schema == "checks":
        if not re.fullmatch(r"[A-Z].*\.", lines[0]):
            raise ModelError(f"{shown}:1: the first line is the check's claim, one English sentence")
        return _convert(shown, lines[1:], CheckHeader), lines[0].removesuffix(".")
    if not lines[0].startswith("One row per "):
        raise ModelError(f"{shown}:1: the first line says 'One row per …'")
    return {}, " ".join(lines)


def _comment(sql: str) -> list[str]:
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").removeprefix(" ").rstrip())
    return lines


def _indicator(shown: str, lines: list[str], folder: str) -> tuple[dict[str, object], str]:
    if folder.upper() not in PILLARS:
        raise ModelError(f"{shown}: an indicator stands in the folder of its pillar: {', '.join(PILLARS).lower()}")
    header = _convert(shown, lines, IndicatorHeader)
    estimator, summary = str(header["estimator"]), header["summary"]
    if summary not in SUMMARIES[estimator]:
        raise ModelError(f"{shown}: summary of a {estimator} is {' or '.join(SUMMARIES[estimator])}, not {summary}")
    return header, f"One row per {_GRAINS[estimator]}: {header['title']}. {header['measures']}"


def _convert(shown: str, lines: list[str], kind: type[IndicatorHeader] | type[CheckHeader]) -> dict[str, object]:
    try:
        said = yaml.safe_load("\n".join(lines)) or {}
        header: dict[str, object] = msgspec.to_builtins(msgspec.convert(said, kind))
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        reason = " ".join(str(error).split()).replace("Object ", "the header ")
        raise ModelError(f"{shown}: {reason}") from None
    return header
