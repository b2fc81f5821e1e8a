"""Measures how far ranks and scores depend on method and sampling: replications, sensitivity, what-ifs."""

from pipelines.index.uncertainty.any_data import method_uncertainty
from pipelines.index.uncertainty.choices import INPUTS
from pipelines.index.uncertainty.measurements import (
    Measurement,
    Measurements,
    Published,
    all_measurements,
    quantity_draws,
    world_of,
)
from pipelines.index.uncertainty.replications import (
    DECIMALS,
    METHOD,
    SAMPLING,
    ReplicationError,
    World,
    monte_carlo,
    sensitivities,
    varying,
)
from pipelines.index.uncertainty.what_if import WhatIf, pillar_world, what_if

__all__ = [
    "DECIMALS",
    "INPUTS",
    "METHOD",
    "SAMPLING",
    "Measurement",
    "Measurements",
    "Published",
    "ReplicationError",
    "WhatIf",
    "World",
    "all_measurements",
    "method_uncertainty",
    "monte_carlo",
    "pillar_world",
    "quantity_draws",
    "sensitivities",
    "varying",
    "what_if",
    "world_of",
]
