"""Pillar scores and draws of all companies as the arrays that a what-if needs."""

from __future__ import annotations

import datetime as dt

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard import data
from pipelines.index import PILLARS, Columns, Floats, Labels, ReplicationInputs, entering, pillar_inputs, read_columns
from pipelines.release import OpenRelease


class WhatIfData(msgspec.Struct, frozen=True):
    """All companies of a release; `pillars` are those that enter the index, in the order of `world`."""

    companies: tuple[data.ReleasedCompany, ...]
    pillars: tuple[str, ...]
    published: Floats
    """The index as published, `[company]`, NaN where there is none."""
    world: ReplicationInputs


class _Index(msgspec.Struct, frozen=True):
    company_id: Labels
    score: Floats


class _Scores(msgspec.Struct, frozen=True):
    company_id: Labels
    pillar: Labels
    score: Floats


class _Draws(msgspec.Struct, frozen=True):
    company_id: Labels
    pillar: Labels
    draw: Floats
    score: Floats


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=data.BY_RELEASE)
def what_if_data(release: OpenRelease, period: dt.date) -> WhatIfData | None:
    """The companies at a period; None if the release has no draws of pillars for it, or no company has an index.

    Raises:
        ReleaseError: the draws cannot be read.
    """
    table = release.pillar_draws()
    if table is None:
        return None
    companies = data.companies(release)
    coverage = float(data.method(release).get("coverage", "nan"))

    def read(kind: type[Columns], source: str) -> Columns:
        columns = ", ".join(kind.__struct_fields__)
        return read_columns(kind, release.query(f"select {columns} from {source}", [period]))  # noqa: S608 - constants

    company_axis = {company_id: number for number, company_id in enumerate(companies)}
    pillar_axis = {pillar: number for number, pillar in enumerate(PILLARS)}
    index = read(_Index, "index_scores where period = ? and known_at = 'now' and score is not null")
    scored = read(_Scores, "pillar_scores where period = ? and known_at = 'now' and score is not null")
    drawn = read_columns(_Draws, table.filter(pc.equal(table["period"], pa.scalar(period))))
    published = np.full(len(companies), np.nan)
    published[index.company_id.within(company_axis)] = index.score
    scores = np.full((len(PILLARS), len(companies)), np.nan)
    scores[scored.pillar.within(pillar_axis), scored.company_id.within(company_axis)] = scored.score
    draws = np.full((int(drawn.draw.max(initial=-1.0)) + 1, *scores.shape), np.nan)
    draw = drawn.draw.astype(np.int64)
    draws[draw, drawn.pillar.within(pillar_axis), drawn.company_id.within(company_axis)] = drawn.score
    enters = entering(scores, coverage)
    is_ranked = np.isfinite(published)
    if not len(draws) or not enters.any() or not is_ranked.any():
        return None
    return WhatIfData(
        companies=tuple(companies.values()),
        pillars=tuple(np.array(PILLARS)[enters].tolist()),
        published=published,
        world=pillar_inputs(scores[enters], draws[:, enters], is_ranked),
    )
