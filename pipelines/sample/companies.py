"""Draws the companies of the fictional world: evidently invented names, and what is true of each.

Indicators try to measure these traits; `truth.py` works out what each amounts to in an indicator's own unit.
"""

from __future__ import annotations

import base64
import hashlib
from statistics import NormalDist

import msgspec
import numpy as np

from pipelines.sample.texts import CAUSES, SECTORS

_FIRST = (
    "Quill",
    "Mumble",
    "Wobble",
    "Gribble",
    "Fizzle",
    "Crumple",
    "Dapple",
    "Noodle",
    "Pockle",
    "Snicker",
    "Bumble",
)
_LAST = ("feather", "thorp", "worth", "wick", "mere", "nook", "whistle", "combe", "button", "ladle", "spoon", "hatch")
_SECTORS = list(SECTORS)

STATUSES = (
    "",
    "Proposed / in discussion",
    "Declaration / pledge",
    "In corporate strategy",
    "Achieved (self-declared)",
    "Achieved (externally validated)",
)
"""The Net Zero Tracker's words for how far a target has come; the first stands for no target."""
LEVELS = (0, 0, 1, 2, 3, 4)
"""The step on the target ladder of each of `STATUSES`, in quarters (METHOD.md 3, D3)."""
_STATUS_AT = (0.1, 0.25, 0.5, 0.78, 0.92)


class FictionalCompany(msgspec.Struct, frozen=True, kw_only=True):
    """One fictional company and its traits. Rates are per week; people and reposts per 1,000 followers."""

    number: int
    company_id: str
    name: str
    sector: str
    goods: str
    domain: str
    did: str
    followers: float
    """At the world's end; `growth` is the yearly log growth towards it."""
    growth: float
    csr_rate: float
    other_rate: float
    likes: float
    """Expected likes of an ordinary picture post."""
    outward_share: float
    people_rate: float
    response_share: float
    answer_hours: float
    repost_rate: float
    premium: float
    """Log ratio of likes of cause posts to others'."""
    active_share: float
    """Share of weeks in which the company speaks of causes at all."""
    status: int
    outcome: float
    """How good the disclosed outcomes are, 0 to 1, different for every company."""
    causes: tuple[float, ...]
    """Shares of the company's cause posts, in the order of `texts.CAUSES`."""


def draw_companies(seed: int, count: int) -> tuple[FictionalCompany, ...]:
    """Draws companies in sectors of twelve or more; their traits are spread evenly and correlate in part."""
    rng = np.random.default_rng([seed, 0])
    sectors = _SECTORS[: min(len(_SECTORS), max(1, count // 12))]
    spread = _Spread(rng, count)
    outward, people, response, reposts, premium, active = (spread.draw(0.85) for _ in range(6))
    status, outcome = spread.draw(0.6), spread.draw(0.6)
    size = spread.draw(0.0)
    companies = []
    for number in range(count):
        sector = sectors[number % len(sectors)]
        goods = SECTORS[sector][(number // len(sectors)) % len(SECTORS[sector])]
        name = f"{_first(number)} {goods}"
        slug = name.lower().replace(" ", "-")
        followers = 8_000 * 7.5 ** size[number]
        crowd = 150 * (followers / 20_000) ** 0.6 * np.exp(0.8 * NormalDist().inv_cdf(people[number]))
        companies.append(
            FictionalCompany(
                number=number,
                company_id=slug,
                name=name,
                sector=sector,
                goods=goods.lower(),
                domain=f"{slug}.example",
                did=did(seed, slug),
                followers=followers,
                growth=float(rng.uniform(0.01, 0.05)),
                csr_rate=float(rng.uniform(1.8, 2.4)),
                other_rate=float(rng.uniform(1.7, 2.3)),
                likes=float(0.02 * followers**0.85 * rng.uniform(0.8, 1.3)),
                outward_share=float(0.12 + 0.6 * outward[number]),
                people_rate=float(1_000 * min(max(crowd, 60), 600) / followers),
                response_share=float(0.12 + 0.76 * response[number]),
                answer_hours=float(rng.uniform(4, 16)),
                repost_rate=float(0.25 * 7 ** reposts[number] * (followers / 20_000) ** -0.2),
                premium=float(-0.5 + 1.1 * premium[number]),
                active_share=float(0.18 + 0.8 * active[number]),
                status=int(np.searchsorted(_STATUS_AT, status[number])),
                outcome=float(outcome[number]),
                causes=tuple(rng.dirichlet(np.full(len(CAUSES), 0.6)).tolist()),
            )
        )
    return tuple(companies)


def did(seed: int, what: str) -> str:
    """Makes an account's permanent name, `did:plc:` and 24 letters, from the seed and `what` it names."""
    digest = hashlib.sha256(f"{seed}/{what}".encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def _first(number: int) -> str:
    """Makes the invented first half of a name: 132 different ones, then numbered branches."""
    branch, place = divmod(number, len(_FIRST) * len(_LAST))
    # 11 and 12 share no divisor, so stepping both together meets every pair once.
    name = _FIRST[place % len(_FIRST)] + _LAST[place % len(_LAST)]
    return f"{name} {branch + 1}" if branch else name


class _Spread:
    """Draws evenly spaced quantiles in random orders that share a factor, as good practices go together in life."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng = rng
        self.common = rng.standard_normal(count)

    def draw(self, loading: float) -> list[float]:
        """Draws one quantile a company; `loading` is the correlation of the order with the common factor."""
        own = self.rng.standard_normal(len(self.common))
        order = np.argsort(np.argsort(loading * self.common + np.sqrt(1 - loading**2) * own))
        return [float(quantile) for quantile in (order + 0.5) / len(order)]
