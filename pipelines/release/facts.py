"""How a release came to be, for its manifest: versions, inputs, when sources were asked."""

from __future__ import annotations

from importlib.metadata import version

from pipelines import ROOT, SQL
from pipelines.panel import Panel
from pipelines.records import SEEDS, code_version, list_place
from pipelines.release.files import Facts, digest_of
from pipelines.release.tables import Tables

_METHOD = SEEDS / "method.csv"
_CODE = (ROOT / "pipelines", SQL)
"""All that a number can depend on beside data and method, and some that it cannot."""


def facts_of(database: Tables, settings: dict[str, str], panel: Panel) -> Facts:
    """Collects the facts of the release that the working database would make; `settings` are passed on as given."""

    def rows(sql: str) -> list[dict[str, str]]:
        return list(database.query(sql).to_pylist())

    files = rows("select url, digest from raw.responses where pass_id is null")
    fetched = rows("select source, cast(max(fetched_at) as varchar) as at from raw.responses group by source")
    runs = rows("select distinct strftime(as_of, '%Y%m%dT%H%M%SZ') as run from raw.passes order by run")
    method = rows("select value from seeds.method where parameter = 'version'")
    return Facts(
        panel_title=panel.title,
        is_fictional=panel.is_fictional,
        code_version=f"{version('seismograph')}+{code_version(*_CODE, apart=_METHOD)[:8]}",
        method_version=method[0]["value"],
        settings=settings,
        inputs={row["url"].removeprefix("file:"): row["digest"] for row in files}
        | {list_place(_METHOD): digest_of(_METHOD)},
        fetched={row["source"]: row["at"] for row in fetched},
        runs=tuple(row["run"] for row in runs),
    )
