"""An invented panel of weekly statistics whose truth is known, as typed columns."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipelines import ROOT
from pipelines.index import Indicator, Inputs, Labels, Method
from pipelines.index.inputs import AccountWeeks, Days, Durations, Levels, Means, People, Rates, Shares
from pipelines.index.inputs.inputs import Companies, Periods
from pipelines.index.scores import Results
from pipelines.warehouse import seed_table

Floats = NDArray[np.float64]

WEEK = np.timedelta64(7, "D")
HEADERS = (
    ("outward_sourcing", "SO", "share", "share", 30),
    ("active_community", "C", "people", "per_1000", 20),
    ("response_rate", "I", "share", "share", 30),
    ("virality", "A", "rate", "per_1000", 20),
    ("csr_premium", "LME", "mean", "difference", 10),
    ("persistence", "LME", "share", "share", 26),
    ("target_ladder", "DIA", "level", "mean", 1),
    ("outcome_level", "DIA", "level", "percentile", 3),
)
CATALOGUE = tuple(
    Indicator(name, pillar, 1.0, True, float(minimum), estimator, summary, f"no rows of {name}")
    for name, pillar, estimator, summary, minimum in HEADERS
)


def method(**changes: float) -> Method:
    return msgspec.structs.replace(Method.of_table(seed_table(ROOT / "sql" / "seeds" / "method.csv")), **changes)


def index_reason(results: Results) -> str | None:
    """Why the latest month end has no index, in one sentence; None where it has one."""
    found = results.method.value[results.method.parameter == "index_withheld"]
    return str(found[0]) if len(found) else None


def days(*texts: str) -> Days:
    return np.array(texts, "datetime64[D]")


def periods(*ends: str) -> Periods:
    end = days(*ends)
    latest = end - np.timedelta64(13, "D")
    last = latest - (latest.astype(np.int64) + 3) % 7 * np.timedelta64(1, "D")
    return Periods(end, last - 51 * WEEK, last)


def companies(*names: str, groups: tuple[str, ...] | None = None) -> Companies:
    return Companies(Labels.of(names), Labels.of(groups or ("all",) * len(names)))


def labels(*names: str) -> Labels:
    return Labels.of(names)


NO_LABELS = Labels(np.zeros(0, np.int64), ())
NO_DAYS = days()
NONE: Floats = np.zeros(0)


def empty_inputs(**given: object) -> Inputs:
    """Inputs without any rows, but for what is given."""
    texts = (NO_LABELS,) * 3
    parts: dict[str, object] = {
        "method": method(),
        "catalogue": CATALOGUE,
        "companies": companies("a", "b"),
        "periods": periods("2020-12-31"),
        "account_weeks": AccountWeeks(*texts, NO_DAYS, NONE, NONE),
        "shares": Shares(*texts, NO_DAYS, NONE, NONE),
        "rates": Rates(*texts, NO_DAYS, NONE, NONE, NONE),
        "means": Means(*texts, NO_DAYS, *texts, NONE, NONE, NONE),
        "durations": Durations(*texts, NO_DAYS, NONE, NONE, NONE),
        "people": People(*texts, NO_DAYS, NO_LABELS, NO_LABELS, NO_DAYS, NO_DAYS),
        "levels": Levels(*texts, NO_DAYS, NO_DAYS, NO_DAYS, NONE, NONE),
    }
    return Inputs(**(parts | given))  # type: ignore[arg-type]


class World(msgspec.Struct, frozen=True):
    inputs: Inputs
    truth: dict[str, dict[str, float]]


def world(
    seed: int, *, count: int = 24, ends: tuple[str, ...] = ("2020-12-31",), posts_a_week: float = 6.0, size: float = 0.7
) -> World:
    """A panel of every indicator, good practice going together; larger accounts get fewer answers a head."""
    rng = np.random.default_rng(seed)
    names = tuple(f"c{place:03d}" for place in range(count))
    span = periods(*ends)
    weeks = np.arange(span.first_week.min(), span.last_week.max() + 1, WEEK)
    who, when = (it.ravel() for it in np.meshgrid(np.arange(count), np.arange(len(weeks)), indexing="ij"))
    rows = len(who)
    company = Labels(who.astype(np.int64), names)
    platform = Labels(np.zeros(rows, np.int64), ("bluesky",))
    week = weeks[when]
    followers = np.exp(rng.normal(9.5, 1.0, count))
    posts = 1 + rng.poisson(posts_a_week * np.exp(rng.normal(0, 0.3, count))[who])
    common = rng.normal(0, 1, count)

    def trait(mean: float, deviation: float, loading: float = 0.85) -> Floats:
        own = loading * common + np.sqrt(1 - loading**2) * rng.normal(0, 1, count)
        return np.asarray(mean + deviation * own, np.float64)

    share_truth = {
        "outward_sourcing": 1 / (1 + np.exp(-trait(-0.6, 0.8))),
        "response_rate": 1 / (1 + np.exp(-trait(0.2, 0.9))),
        "persistence": 1 / (1 + np.exp(-trait(0.3, 1.0))),
    }
    shares = []
    for name, share in share_truth.items():
        trials = np.ones(rows, np.int64) if name == "persistence" else posts * (2 if name == "response_rate" else 1)
        hits = rng.binomial(trials, share[who])
        shares.append((name, hits.astype(np.float64), trials.astype(np.float64)))
    beyond = {name: trait(0, 0.5) for name in ("virality", "active_community")}
    level = np.log1p(np.exp(size * np.log(followers) - 5))
    expected = np.expm1(np.maximum(level + beyond["virality"], 0.01))
    events = _viral(rng, expected[who], posts)
    premium = trait(-0.1, 0.35)
    rates = Rates(
        _tile("virality", rows), company, platform, week, posts.astype(np.float64), events, posts * followers[who] / 1e3
    )
    crowd = np.expm1(np.maximum(np.log1p(np.exp(size * np.log(followers) - 1.5)) + beyond["active_community"], 0.01))
    return World(
        Inputs(
            method=method(),
            catalogue=CATALOGUE,
            companies=companies(*names),
            periods=span,
            account_weeks=AccountWeeks(
                company, platform, company, week, followers[who].astype(np.float64), posts.astype(np.float64)
            ),
            shares=_shares(shares, company, platform, week),
            rates=rates,
            means=_means(rng, premium, who, when, weeks, company, platform),
            durations=Durations(*(NO_LABELS,) * 3, NO_DAYS, NONE, NONE, NONE),
            people=_people(rng, crowd, names, weeks),
            levels=_levels([trait(0, 1, 0.6) for _ in range(4)], names),
        ),
        {
            name: {key: float(value[place]) for key, value in (share_truth | beyond | {"csr_premium": premium}).items()}
            for place, name in enumerate(names)
        },
    )


def _tile(name: str, rows: int) -> Labels:
    return Labels(np.zeros(rows, np.int64), (name,))


def _viral(rng: np.random.Generator, mean: Floats, posts: NDArray[np.int64]) -> Floats:
    """Reposts of a week's posts: every post draws its own virality, so that weeks vary more than Poisson."""
    spread = 0.8
    events = [
        rng.poisson(m * np.exp(rng.normal(-(spread**2) / 2, spread, n))).sum() for m, n in zip(mean, posts, strict=True)
    ]
    return np.array(events, np.float64)


def _shares(parts: list[tuple[str, Floats, Floats]], company: Labels, platform: Labels, week: Days) -> Shares:
    copies, rows = len(parts), len(week)
    return Shares(
        Labels(np.repeat(np.arange(copies), rows), tuple(name for name, _, _ in parts)),
        Labels(np.tile(company.codes, copies), company.names),
        Labels(np.tile(platform.codes, copies), platform.names),
        np.tile(week, copies),
        np.concatenate([hits for _, hits, _ in parts]),
        np.concatenate([trials for _, _, trials in parts]),
    )


def _means(
    rng: np.random.Generator,
    premium: Floats,
    who: NDArray[np.int64],
    when: NDArray[np.int64],
    weeks: Days,
    company: Labels,
    platform: Labels,
) -> Means:
    parts = []
    for sample in (0, 1):
        n = rng.poisson(3, len(who)) + 1
        centre = 2 + sample * premium[who]
        values = [rng.normal(m, 1.0, k) for m, k in zip(centre, n, strict=True)]
        parts.append((n, [it.sum() for it in values], [(it**2).sum() for it in values]))
    rows = len(who)
    return Means(
        _tile("csr_premium", 2 * rows),
        Labels(np.tile(company.codes, 2), company.names),
        Labels(np.tile(platform.codes, 2), platform.names),
        np.tile(weeks[when], 2),
        Labels(np.tile(company.codes, 2), company.names),
        _tile("text", 2 * rows),
        Labels(np.repeat([0, 1], rows), ("other", "csr")),
        *(np.concatenate([np.asarray(part[place], np.float64) for part in parts]) for place in range(3)),
    )


def _people(rng: np.random.Generator, crowd: Floats, names: tuple[str, ...], weeks: Days) -> People:
    who, when, person = [], [], []
    for place, mean in enumerate(crowd):
        total = rng.poisson(mean)
        visits = 1 + rng.poisson(0.3, total)
        who.append(np.full(visits.sum(), place))
        person.append(np.repeat(np.arange(total), visits))
        when.append(rng.integers(0, len(weeks), visits.sum()))
    company, week, number = np.concatenate(who), weeks[np.concatenate(when)], np.concatenate(person)
    rows = len(company)
    return People(
        _tile("active_community", rows),
        Labels(company, names),
        Labels(np.zeros(rows, np.int64), ("bluesky",)),
        week,
        Labels(number, tuple(f"p{place}" for place in range(int(number.max(initial=0)) + 1))),
        Labels(np.arange(rows), tuple(f"post{place}" for place in range(rows))),
        week,
        week,
    )


def _levels(traits: list[Floats], names: tuple[str, ...]) -> Levels:
    metrics = ("pay_gap", "emissions", "injuries")
    rows: list[tuple[str, str, str, str, float, float]] = []
    for place, name in enumerate(names):
        level = float(np.clip(np.round(2 + 1.4 * traits[3][place]), 0, 4)) / 4
        rows.append(("target_ladder", name, "net_zero", "2019-06-30", level, 1.0))
        rows += [
            ("outcome_level", name, it, "2019-12-31", -float(own[place]), -1.0)
            for it, own in zip(metrics, traits, strict=False)
        ]
    ends = days(*(row[3] for row in rows))
    times = (ends + np.timedelta64(120, "D")).astype("datetime64[us]")
    indicator, company, metric = (Labels.of([str(row[place]) for row in rows]) for place in range(3))
    return Levels(
        indicator,
        company,
        metric,
        ends,
        times,
        times,
        np.array([row[4] for row in rows]),
        np.array([row[5] for row in rows]),
    )
