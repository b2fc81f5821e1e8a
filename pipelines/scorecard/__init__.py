"""Assembles one company's scorecard from a release and renders it as PDF, CSV and JSON with the same numbers."""

from pipelines.scorecard.assemble import UnknownCompany, parts_of, periods, rows_of, scorecard
from pipelines.scorecard.card import IndicatorLine, PillarLine, Scorecard
from pipelines.scorecard.exports import csv_bytes, file_name, to_csv, to_json
from pipelines.scorecard.pdf import to_pdf
from pipelines.scorecard.sentences import INPUTS, LEAST_PROBABILITY, gap, is_above, order, ranks, reversed_order
from pipelines.scorecard.words import (
    PILLARS,
    TITLES,
    commitment,
    day,
    exact,
    interval,
    label,
    number,
    points,
    score,
    share_of,
    with_unit,
)

__all__ = [
    "INPUTS",
    "LEAST_PROBABILITY",
    "PILLARS",
    "TITLES",
    "IndicatorLine",
    "PillarLine",
    "Scorecard",
    "UnknownCompany",
    "commitment",
    "csv_bytes",
    "day",
    "exact",
    "file_name",
    "gap",
    "interval",
    "is_above",
    "label",
    "number",
    "order",
    "parts_of",
    "periods",
    "points",
    "ranks",
    "reversed_order",
    "rows_of",
    "score",
    "scorecard",
    "share_of",
    "to_csv",
    "to_json",
    "to_pdf",
    "with_unit",
]
