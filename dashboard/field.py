"""The companies of a release as what-ifs need them: pillars and their draws as arrays, cached by release id."""

from __future__ import annotations

import datetime as dt

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard import data
from pipelines.index import PILLARS, Columns, Floats, Labels, World, entering, pillar_world, read_columns


class Field(msgspec.Struct, frozen=True):
    """All companies of a release; `pillars` are those that enter the index, in the order of the world's."""

    companies: tuple[data.Company, ...]
    pillars: tuple[str, ...]
    published: Floats
    """The index as published, `[company]`, NaN where there is none."""
    world: World


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


def field(release_id: str, period: dt.date) -> Field | None:
    """The field at a period; None where the release has no draws of pillars for it, or nobody an index."""
    return _field(str(data.home()), release_id, period)


@st.cache_resource(max_entries=4, show_spinner=False)
def _field(home_path: str, release_id: str, period: dt.date) -> Field | None:
    del home_path  # it tells releases of two homes apart
    opened, known = data.release(release_id), data.companies(release_id)
    table = opened.pillar_draws()
    if table is None:
        return None
    coverage = float(data.method(release_id).get("coverage", "nan"))

    def read(kind: type[Columns], source: str) -> Columns:
        columns = ", ".join(kind.__struct_fields__)
        return read_columns(kind, opened.query(f"select {columns} from {source}", [period]))  # noqa: S608 - constants

    companies = {company_id: place for place, company_id in enumerate(known)}
    pillars = {pillar: place for place, pillar in enumerate(PILLARS)}
    index = read(_Index, "index_scores where period = ? and known_at = 'now' and score is not null")
    scored = read(_Scores, "pillar_scores where period = ? and known_at = 'now' and score is not null")
    drawn = read_columns(_Draws, table.filter(pc.equal(table["period"], pa.scalar(period))))
    published = np.full(len(known), np.nan)
    published[index.company_id.within(companies)] = index.score
    scores = np.full((len(PILLARS), len(known)), np.nan)
    scores[scored.pillar.within(pillars), scored.company_id.within(companies)] = scored.score
    draws = np.full((int(drawn.draw.max(initial=-1.0)) + 1, *scores.shape), np.nan)
    place = drawn.draw.astype(np.int64), drawn.pillar.within(pillars), drawn.company_id.within(companies)
    draws[place] = drawn.score
    enters = entering(scores, coverage)
    is_ranked = np.isfinite(published)
    if not len(draws) or not enters.any() or not is_ranked.any():
        return None
    return Field(
        companies=tuple(known.values()),
        pillars=tuple(np.array(PILLARS)[enters].tolist()),
        published=published,
        world=pillar_world(scores[enters], draws[:, enters], is_ranked),
    )
