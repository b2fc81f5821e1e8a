"""The working database: raw records loaded from the archive, tables made from `sql/` and remade where inputs changed.

The only room, with `release`, that imports duckdb to write.
"""

from pipelines.warehouse.checks import run_checks
from pipelines.warehouse.database import Database, Warehouse
from pipelines.warehouse.derived import drop_expired_texts, expire_texts
from pipelines.warehouse.labels import label_texts
from pipelines.warehouse.load import LoadReport, load
from pipelines.warehouse.models import Model, ModelError, catalogue, check_models, load_models, views
from pipelines.warehouse.panel_tables import panel_tables
from pipelines.warehouse.raw import raw_schema
from pipelines.warehouse.refresh import Fingerprints, refresh_models, refresh_rows, refresh_views
from pipelines.warehouse.seeds import seed_table, seed_tables

__all__ = [
    "Database",
    "Fingerprints",
    "LoadReport",
    "Model",
    "ModelError",
    "Warehouse",
    "catalogue",
    "check_models",
    "drop_expired_texts",
    "expire_texts",
    "label_texts",
    "load",
    "load_models",
    "panel_tables",
    "raw_schema",
    "refresh_models",
    "refresh_rows",
    "refresh_views",
    "run_checks",
    "seed_table",
    "seed_tables",
    "views",
]
