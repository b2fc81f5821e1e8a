"""Draws how many likes, reposts and replies posts of the fictional world get, and how counts grow with age."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines.sample.companies import FictionalCompany

MEDIA = ("image", "link", "video")
MEDIA_SHARES = (0.5, 0.4, 0.1)
_MEDIA_FACTOR = np.array([1.0, 0.7, 1.5])
_NOISE = 0.35
_CLUMPING = 1.0  # shape of the negative binomial of replies: many posts get none, some get a dozen
_GROWTH_HOURS = 6.0
QUOTED_SHARE = 0.15
REPLIES_PER_PERSON = 1.7
CHATTER_SHARE = 0.1
"""Share of people's replies that another person answers."""
IN_SCOPE_RATE = 0.45
REPOSTED_SHARE = 0.2
"""Share of outward cause items that are reposts and not posts with a link."""
SMALL_TALK_ANSWERED = 0.05
ANSWER_LIKES = 0.6
ANSWER_SPREAD = 1.0
LONGEST_WAIT = 168.0
"""Hours after which an answer is no longer waited for (METHOD.md 3, I2)."""


class Counts(msgspec.Struct):
    """Final counts of posts, one element a post; `reposts` include quotes."""

    likes: NDArray[np.int64]
    reposts: NDArray[np.int64]
    replies: NDArray[np.int64]


def draw_counts(
    rng: np.random.Generator,
    company: FictionalCompany,
    is_csr: NDArray[np.bool_],
    media: NDArray[np.int64],
    followers: NDArray[np.float64] | float,
) -> Counts:
    """Draws the final counts of posts, which depend on cause or not, kind of media, and followers."""
    size = len(is_csr)
    noise = rng.normal(-(_NOISE**2) / 2, _NOISE, (2, size))
    likes = company.likes * _MEDIA_FACTOR[media] * np.exp(np.where(is_csr, company.premium, 0.0) + noise[0])
    reposts = company.repost_rate * followers / 1_000 * np.exp(noise[1])
    share = _CLUMPING / (_CLUMPING + replies_per_post(company))
    return Counts(rng.poisson(likes), rng.poisson(reposts), rng.negative_binomial(_CLUMPING, share, size))


def csr_items(rng: np.random.Generator, company: FictionalCompany, weeks: int) -> NDArray[np.int64]:
    """Draws the number of cause posts and reposts of each week: none in weeks without causes, else one or more."""
    is_active = rng.random(weeks) < company.active_share
    return (1 + rng.poisson(company.csr_rate / company.active_share - 1, weeks)) * is_active


def own_share(company: FictionalCompany) -> float:
    """Share of the company's own posts among its cause posts and reposts."""
    return 1 - REPOSTED_SHARE * company.outward_share


def own_csr_rate(company: FictionalCompany) -> float:
    """Expected number of the company's own cause posts in a week, without reposts of others."""
    return company.csr_rate * own_share(company)


def people_a_year(company: FictionalCompany) -> float:
    """Number of different people whom the cause posts of 52 weeks are meant to draw."""
    return company.people_rate * company.followers / 1_000


def replies_per_post(company: FictionalCompany) -> float:
    """Expected number of people's direct replies to a post."""
    return REPLIES_PER_PERSON * people_a_year(company) / ((1 + CHATTER_SHARE) * 52 * own_csr_rate(company))


def ever_answered(company: FictionalCompany) -> float:
    """Share of in-scope messages answered however late, set so that `response_share` are answered within 72 hours."""
    return company.response_share / NormalDist(math.log(company.answer_hours), ANSWER_SPREAD).cdf(math.log(72))


def median_answer_hours(company: FictionalCompany) -> float:
    """Hours after which half of the in-scope messages are answered; a week where that takes longer or never happens."""
    share = 0.5 / ever_answered(company)
    if share >= 1:
        return LONGEST_WAIT
    return min(math.exp(NormalDist(math.log(company.answer_hours), ANSWER_SPREAD).inv_cdf(share)), LONGEST_WAIT)


def person_shares(company: FictionalCompany) -> NDArray[np.float64]:
    """Each person's share of the replies, heavy-tailed, in a pool just large enough for `people_a_year` to reply."""
    wanted = people_a_year(company)
    low, high = int(wanted), int(wanted) * 100
    while low < high:
        middle = (low + high) // 2
        if expected_people(company, _tail(middle)) < wanted:
            low = middle + 1
        else:
            high = middle
    return _tail(low)


def expected_people(company: FictionalCompany, shares: NDArray[np.float64]) -> float:
    """Expected number of different people who reply to the cause posts of 52 weeks, replies falling by `shares`.

    The year's replies are Poisson about a mean that varies, as posts do, like a gamma variable: a person of share s is
    missing with the gamma's Laplace transform, (1 + s v / m) ** (-m² / v).
    """
    rate, active, own = company.csr_rate, company.active_share, own_share(company)
    items = (rate - active) + rate**2 / active - rate**2  # variance of a week's items
    posts, spread = 52 * rate * own, 52 * (own**2 * items + own * (1 - own) * rate)
    each = (1 + CHATTER_SHARE) * replies_per_post(company)
    mean, variance = posts * each, each**2 * (posts / _CLUMPING + spread)
    missing = (1 + shares * variance / mean) ** (-(mean**2) / variance)
    return float((1 - missing).sum())


def _tail(size: int) -> NDArray[np.float64]:
    weights = np.arange(1, size + 1) ** -0.7
    return np.asarray(weights / weights.sum())


def grown(final: int, age_hours: float) -> int:
    """The part of a final count that has come in at an age: a quarter after an hour, nearly all after a week."""
    return int(final * -math.expm1(-((max(age_hours, 0.0) / _GROWTH_HOURS) ** 0.7)) + 0.5)


def cumulative(shares: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative shares, as upper edges for `searchsorted` with a uniform draw."""
    edges = np.cumsum(shares)
    return np.asarray(edges / edges[-1])
