"""One company's page: assembled once from a release, rendered as PDF, CSV and JSON with the same numbers."""

from pipelines.scorecard.assemble import UnknownCompany, periods, scorecard
from pipelines.scorecard.card import Scorecard
from pipelines.scorecard.exports import to_csv, to_json
from pipelines.scorecard.pdf import to_pdf

__all__ = ["Scorecard", "UnknownCompany", "periods", "scorecard", "to_csv", "to_json", "to_pdf"]
