"""Measures how far ranks and scores depend on method and sampling: replications, sensitivity, what-ifs."""

from pipelines.index.uncertainty.any_data import method_uncertainty
from pipelines.index.uncertainty.choices import INPUTS
from pipelines.index.uncertainty.measurements import (
    Measurement,
    Measurements,
    Published,
    all_measurements,
    quantity_draws,
    replication_inputs,
)
from pipelines.index.uncertainty.replications import (
    DECIMALS,
    METHOD,
    SAMPLING,
    ReplicationError,
    ReplicationInputs,
    monte_carlo,
    sensitivities,
    varying,
)
from pipelines.index.uncertainty.what_if import WhatIf, pillar_inputs, what_if

__all__ = [
    "DECIMALS",
    "INPUTS",
    "METHOD",
    "SAMPLING",
    "Measurement",
    "Measurements",
    "Published",
    "ReplicationError",
    "ReplicationInputs",
    "WhatIf",
    "all_measurements",
    "method_uncertainty",
    "monte_carlo",
    "pillar_inputs",
    "quantity_draws",
    "replication_inputs",
    "sensitivities",
    "varying",
    "what_if",
]
