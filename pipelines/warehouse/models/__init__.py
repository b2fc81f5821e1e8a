"""Reads `sql/`: what a statement is called, what it reads, what it may hold. Runs nothing."""

from pipelines.warehouse.models.files import Model, check_models, load_models
from pipelines.warehouse.models.headers import ModelError
from pipelines.warehouse.models.lint import parse
from pipelines.warehouse.models.views import catalogue, views

__all__ = [
    "Model",
    "ModelError",
    "catalogue",
    "check_models",
    "load_models",
    "parse",
    "views",
]
