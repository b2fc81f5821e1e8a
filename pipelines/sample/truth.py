"""Works out the true value of every indicator for every fictional company: the value expected in the long run.

Values are in the indicator's own unit (METHOD.md 3). They are closed forms where there are any; premium and persistence
come from a long run of the same `draw_counts` that writes the posts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.index import Indicator, Method, TrueScores, huber_line, score_truth
from pipelines.sample.companies import LEVELS, FictionalCompany
from pipelines.sample.counts import (
    ANSWER_LIKES,
    IN_SCOPE_RATE,
    MEDIA,
    MEDIA_SHARES,
    SMALL_TALK_ANSWERED,
    csr_items,
    draw_counts,
    ever_answered,
    expected_people,
    median_answer_hours,
    own_csr_rate,
    own_share,
    person_shares,
    replies_per_post,
)

_QUARTERS = 500
_WEEKS = 13


def true_values(seed: int, companies: Sequence[FictionalCompany]) -> dict[str, dict[str, float]]:
    """True values by company and indicator."""
    peers = {sector: sum(it.sector == sector for it in companies) for sector in {it.sector for it in companies}}
    truth = {}
    for company in companies:
        rng = np.random.default_rng([seed, 2, company.number])
        group = [it for it in companies if it.sector == company.sector or peers[company.sector] < 12]
        premium, persistence = _long_run(rng, company)
        # Growth is slow and steady: the year's mean of followers is that of its middle.
        followers = company.followers * math.exp(-company.growth / 2) / 1_000
        truth[company.company_id] = {
            "outward_sourcing": company.outward_share,
            "active_community": expected_people(company, person_shares(company)) / followers,
            "response_rate": company.response_share,
            "response_time": median_answer_hours(company),
            "virality": company.repost_rate,
            "csr_premium": premium,
            "persistence": persistence,
            "target_ladder": LEVELS[company.status] / 4,
            "outcome_level": (sum(it.outcome < company.outcome for it in group) + 0.5) / len(group),
        }
    return truth


def true_ranks(
    values: Mapping[str, Mapping[str, float]],
    companies: Sequence[FictionalCompany],
    catalogue: Sequence[Indicator],
    method: Method,
) -> TrueScores:
    """Index and ranks of the true values, by the rules that the estimates go through.

    An indicator per 1,000 followers is scored by what size does not explain (METHOD.md 4.9): the residual of
    ln(1 + numerator) on ln followers, the line fitted to the true numerators. A duration is scored by log2(1 + hours).
    """
    followers = np.array([it.followers for it in companies])
    scored = {it.company_id: dict(values[it.company_id]) for it in companies}
    known = set[str]().union(*values.values())
    for name in (it.indicator_id for it in catalogue if it.summary == "median" and it.indicator_id in known):
        for values_of in scored.values():
            values_of[name] = math.log2(1 + values_of[name])
    for name in sorted(it.indicator_id for it in catalogue if it.summary == "per_1000" and it.indicator_id in known):
        rates = np.array([values[it.company_id][name] for it in companies])
        height = np.log1p(rates * followers / 1_000)
        line = huber_line(np.log(followers), height, np.isfinite(height))
        for company, rest in zip(companies, height - line.at(np.log(followers)), strict=True):
            scored[company.company_id][name] = float(rest)
    return score_truth(scored, catalogue, method)


def _long_run(rng: np.random.Generator, company: FictionalCompany) -> tuple[float, float]:
    """Simulates premium and persistence; answers to people are posts too, so they count for an account's median."""
    weeks = _QUARTERS * _WEEKS
    csr_week = np.repeat(np.arange(weeks), rng.binomial(csr_items(rng, company, weeks), own_share(company)))
    other_week = np.repeat(np.arange(weeks), rng.poisson(company.other_rate, weeks))
    week = np.concatenate([csr_week, other_week])
    is_csr = np.arange(len(week)) < len(csr_week)
    media = rng.choice(len(MEDIA), len(week), p=MEDIA_SHARES)
    counts = draw_counts(rng, company, is_csr, media, company.followers)
    engagement = counts.likes + counts.reposts + counts.replies
    logs = np.log(engagement + 0.5)
    premium = sum(
        share * (logs[is_csr & (media == kind)].mean() - logs[~is_csr & (media == kind)].mean())
        for kind, share in enumerate(MEDIA_SHARES)
    )
    answers = rng.poisson(_answers_a_week(company), weeks)
    answer_week = np.repeat(np.arange(weeks), answers)
    medians = _quarter_medians(
        np.concatenate([week, answer_week]),
        np.concatenate([engagement, rng.poisson(ANSWER_LIKES, len(answer_week))]),
    )
    number = np.bincount(csr_week, minlength=weeks)
    total = np.bincount(csr_week, engagement[is_csr], minlength=weeks)
    is_kept = (number > 0) & (total >= np.repeat(medians, _WEEKS) * number)
    return float(premium), float(is_kept.mean())


def _answers_a_week(company: FictionalCompany) -> float:
    replies = replies_per_post(company)
    in_scope = min(0.5, IN_SCOPE_RATE / replies)
    answered = in_scope * ever_answered(company) + (1 - in_scope) * SMALL_TALK_ANSWERED
    return (own_csr_rate(company) + company.other_rate) * replies * answered


def _quarter_medians(week: NDArray[np.int64], engagement: NDArray[np.int64]) -> NDArray[np.float64]:
    order = np.argsort(week // _WEEKS, kind="stable")
    edges = np.searchsorted((week // _WEEKS)[order], np.arange(1, _QUARTERS))
    return np.array([np.median(part) for part in np.split(engagement[order], edges)])
