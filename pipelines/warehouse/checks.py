"""Runs the checks of `sql/checks/`: each is a query that returns the rows that offend against its claim."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.release import CheckResult
from pipelines.warehouse.database import Database
from pipelines.warehouse.models import Model, check_models

_EXAMPLES = 5


def run_checks(db: Database, models: Mapping[str, Model]) -> list[CheckResult]:
    """Runs every check; returns for each its claim, its severity, how many rows offend and the first of them."""
    results = []
    for model, header in check_models(models):
        offenders = db.rows(model.sql)
        results.append(
            CheckResult(
                check_id=model.name.removeprefix("checks."),
                claim=model.description,
                severity=header.severity,
                offenders=len(offenders),
                examples=tuple(" ".join(map(str, row.values())) for row in offenders[:_EXAMPLES]),
            )
        )
    return results
