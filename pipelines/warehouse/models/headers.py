"""What the comment on top of a statement must say."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

import msgspec
import yaml

from pipelines import UserMistake
from pipelines.index import ESTIMATORS, PILLARS

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
    estimator: Words
    summary: Words
    measures: Words
    does_not_measure: Words
    reference: Words
    when_absent: Words


class CheckHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check that fails withholds the release (contract) or warns (judgement)."""

    severity: Literal["contract", "judgement"]


Header = IndicatorHeader | CheckHeader | None
Kind = TypeVar("Kind", IndicatorHeader, CheckHeader)


def read_header(shown: str, sql: str, schema: str, folder: str) -> tuple[Header, str]:
    """What a statement's header says, None where it is a description alone; and the description.

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
    return None, " ".join(lines)


def _comment(sql: str) -> list[str]:
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").removeprefix(" ").rstrip())
    return lines


def _indicator(shown: str, lines: list[str], folder: str) -> tuple[IndicatorHeader, str]:
    if folder.upper() not in PILLARS:
        raise ModelError(f"{shown}: an indicator stands in the folder of its pillar: {', '.join(PILLARS).lower()}")
    header = _convert(shown, lines, IndicatorHeader)
    estimator = ESTIMATORS.get(header.estimator)
    if estimator is None:
        raise ModelError(f"{shown}: estimator is {', '.join(ESTIMATORS)}, not {header.estimator}")
    if header.summary not in estimator.summaries:
        allowed = " or ".join(estimator.summaries)
        raise ModelError(f"{shown}: summary of a {header.estimator} is {allowed}, not {header.summary}")
    return header, f"One row per {estimator.grain}: {header.title}. {header.measures}"


def _convert(shown: str, lines: list[str], kind: type[Kind]) -> Kind:
    try:
        return msgspec.convert(yaml.safe_load("\n".join(lines)) or {}, kind)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        reason = " ".join(str(error).split()).replace("Object ", "the header ")
        raise ModelError(f"{shown}: {reason}") from None
