"""A small, exactly known period for tests of the say-do gap. What is asserted of it is in the tests."""

from __future__ import annotations

import numpy as np

from pipelines.index import Flags, Floats
from pipelines.index.gap import SayDo
from pipelines.index.inputs import Integers
from tests.scale.estimators import the_method

METHOD = the_method()
WEEKS = 20


def say_do(companies: int = 12, topics: int = 1, metrics: int = 10, **given: Floats | Integers | Flags) -> SayDo:
    """Companies that talk the more the later they come; the last does least, others in no order. 200 posts each."""
    place = np.arange(companies)
    posts = np.full((WEEKS, 1, companies), 10.0)
    on_topic = np.empty((WEEKS, 1, topics, companies))
    on_topic[:] = np.round(1 + 6 * place / max(companies - 1, 1))
    level = 0.2 + 0.6 * (7 * place[::-1] % companies) / max(companies - 1, 1)
    points = np.clip(level + np.linspace(-0.15, 0.15, topics * metrics)[:, None], 0, 1)
    # Metrics differ and companies scatter about their levels.
    points = np.clip(points + np.random.default_rng(1).normal(0, 0.05, points.shape), 0, 1)
    labels = np.full((topics, 1), 1.0)
    base: dict[str, object] = {
        "companies": tuple(f"c{it}" for it in place),
        "topics": tuple(f"sdg_{it + 1}" for it in range(topics)),
        "groups": np.zeros(companies, np.int64),
        "weights": np.ones(WEEKS),
        "posts": posts,
        "on_topic": on_topic,
        "points": points,
        "point_topic": np.arange(topics * metrics) % topics,
        "restatement": np.full(points.shape, np.nan),
        "log_followers": np.linspace(8, 12, companies) ** 2 % 3,
        "log_revenue": np.full(companies, np.nan),
        "industry": np.zeros(companies, np.int64),
        "error_class": np.zeros(companies, np.int64),
        "true_positives": labels * 900,
        "false_negatives": labels * 100,
        "true_negatives": labels * 980,
        "false_positives": labels * 20,
    }
    made = base | given
    told = np.isfinite(np.asarray(made["points"]))
    of_topic = np.asarray(made["point_topic"])
    disclosed = np.array([told[of_topic == it].any(0) for it in range(topics)])
    return SayDo(**({"disclosed": disclosed} | made))  # type: ignore[arg-type]
