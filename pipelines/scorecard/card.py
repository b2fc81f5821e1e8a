"""Holds what stands on a company's scorecard. Every export renders this one struct, so that all say the same.

`assemble` fills it from a release; `pdf` and `exports` render it.
"""

from __future__ import annotations

import datetime as dt

import msgspec

CAVEAT = (
    "This is an engagement index, not a responsibility score. Five of its six pillars measure how a company "
    "communicates; only Determined Initiatives measures what it discloses doing. Scores of communication carry a 90% "
    "interval, that of conduct none; where intervals leave the order open, companies are not distinguishable."
)
SCALE = (
    "Scores run from 0 to 100: 0 is the 5th and 100 the 95th percentile of the companies of this panel that have a "
    "value, at the latest month end or where the panel fixed them. A score compares with this panel, not with an ideal."
)
OF_SAMPLING = "which posts there happened to be, the method as published"
OF_BOTH = "which posts there happened to be and the choices of the method"
OF_NOTHING = "no interval: disclosed figures count as they are"
INTERVALS = (
    f"90% intervals hold different things. Of scores, pillars of communication and the index: {OF_SAMPLING}. "
    f"Of ranks: {OF_BOTH}. Of conduct: {OF_NOTHING}, in its own score and within the index."
)
LABELS = "Posts on causes are counted as the classifier labels them, not corrected for its errors as say-do gaps are."
FICTION = "FICTIONAL: the companies and all figures are invented"


class CardCompany(msgspec.Struct, frozen=True, kw_only=True):
    """The company that the scorecard is about; `peers` counts its peer group with itself, `panel` all companies."""

    company_id: str
    name: str
    sector: str | None
    country: str | None
    peer_group: str | None
    peers: int
    panel: int = 0


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The engagement index with its 90% interval and its rank interval among `companies`, or the `reason` for none.

    The interval holds sampling alone, the rank interval the choices of the method as well. `pillars` are the ids of
    those that the index rests on.
    """

    score: float | None = None
    lower: float | None = None
    upper: float | None = None
    rank: int | None = None
    rank_lower: float | None = None
    rank_upper: float | None = None
    companies: int = 0
    pillars: tuple[str, ...] = ()
    reason: str | None = None


class PillarLine(msgspec.Struct, frozen=True, kw_only=True):
    """A pillar's score (0-100) with its 90% interval, or why there is none; `peer_scores` are the other companies'."""

    pillar: str
    title: str
    question: str
    score: float | None
    lower: float | None
    upper: float | None
    weight_present: float | None
    reason: str | None
    peer_scores: tuple[float, ...]


class IndicatorLine(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator on one platform; `score` (0-100) stands only on the line of all platforms together.

    Where `is_lower_bound`, the true value is more than `value`: more than half of the waits outlast the look.
    """

    indicator_id: str
    pillar: str
    title: str
    unit: str
    is_headline: bool
    platform: str
    value: float | None
    lower: float | None
    upper: float | None
    sample_size: float | None
    minimum_sample: float | None
    is_published: bool
    reason: str | None
    score: float | None
    score_lower: float | None
    score_upper: float | None
    description: str | None
    caveat: str | None
    reference: str | None
    estimator: str | None
    direction: float | None
    is_lower_bound: bool = False


class TopicLine(msgspec.Struct, frozen=True, kw_only=True):
    """A cause, and how many posts of the year up to the period speak of it."""

    topic_id: str
    title: str
    posts: int


class PartLine(msgspec.Struct, frozen=True, kw_only=True):
    """A part's figure, the share it counts with, and where each is stated.

    A part is a facility, counted by the share owned, or a unit, counted by its share of all units' employees.
    """

    part: str
    value: float | None
    share: float | None
    response_id: str | None
    locator: str | None
    share_response_id: str | None
    share_locator: str | None


class DisclosureLine(msgspec.Struct, frozen=True, kw_only=True):
    """A metric, and a figure of the latest year that the company, or a unit of it, disclosed up to the period.

    A figure stands at a place of a response, or is the sum of `parts`, each its value times its share. Of a sum of
    units, `reporter_name` is the rule by which they are weighed.
    """

    metric_id: str
    period_end: dt.date
    value: float | None
    unit: str
    source: str
    url: str | None
    published_at: dt.datetime | None
    response_id: str | None = None
    locator: str | None = None
    reporter_id: str | None = None
    reporter_name: str | None = None
    parts: tuple[PartLine, ...] = ()


class CommitmentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A target of the company's, and how far it has come."""

    topic_id: str
    title: str
    kind: str
    status: str
    target_year: int | None
    target_value: float | None
    unit: str | None
    source: str
    published_at: dt.datetime | None


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a pillar (or of the index: pillar `index`) at a period."""

    pillar: str
    period: dt.date
    score: float | None
    lower: float | None
    upper: float | None


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A source of the release and its licence."""

    source: str
    publisher: str | None
    licence: str | None
    url: str | None
    measures: str | None
    does_not_measure: str | None
    last_fetched_at: dt.datetime | None


class ReleaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """The release that the numbers are from."""

    release_id: str
    content: str
    made_at: dt.datetime
    panel: str
    code_version: str
    method_version: str
    panel_title: str = ""
    data_until: dt.datetime | None = None
    """When the latest of the data was fetched."""


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """One company at one period. Scores run from 0 to 100; intervals are of 90%."""

    company: CardCompany
    period: dt.date
    index: Index
    pillars: tuple[PillarLine, ...]
    indicators: tuple[IndicatorLine, ...]
    posts: int
    topic_posts: int
    topics: tuple[TopicLine, ...]
    disclosures: tuple[DisclosureLine, ...]
    commitments: tuple[CommitmentLine, ...]
    trend: tuple[TrendPoint, ...]
    sources: tuple[SourceLine, ...]
    release: ReleaseLine
    is_fictional: bool = False
    caveat: str = CAVEAT
    scale: str = SCALE
    intervals: str = INTERVALS
    labels: str = LABELS

    @property
    def compared_with(self) -> str:
        """With whom the company's figures are compared."""
        company = self.company
        whole = f"scored and ranked among the {company.panel} companies of the panel"
        if company.peer_group in (None, "all"):
            return whole
        return (
            f"{whole}; estimates and disclosed outcomes lean on its peer group, {company.peer_group} ({company.peers})"
        )
