"""Commands that need no release: composite runs any composite indicator, topics shows the causes of a text."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines.cli.common import Flag, Misuse
from pipelines.cli.terminal import complain, print_rows, say

if TYPE_CHECKING:
    from pipelines.index import CoinrTables, Labels, Recipe


def composite(
    *,
    values: Path,
    meta: Path,
    stage: Literal["denominated", "treated", "normalised", "weights", "contributions", "aggregated"] = "aggregated",
    normalise: str = "minmax",
    aggregate: str = "arithmetic",
    low: float | None = None,
    high: float | None = None,
    reference: str | None = None,
    cap: Flag = False,
    exponent: float = 2.0,
    impute_group: str | None = None,
    screen: float = 0.9,
    winmax: int = 5,
    replications: int = 0,
    seed: int = 1,
) -> int:
    """Compute any composite indicator from two CSV tables, stage by stage.

    The tables are in COINr's form; a stage, or rank intervals, is printed as CSV.
    Scores that are 0 to 100 already, as those of the SDG Index: --normalise scaled --winmax -1 --screen 0.

    Parameters
    ----------
    values
        A row a unit: uCode, uName, a column an indicator, group and denominator. An empty cell and NA are missing.
    meta
        A row a column of the values and an aggregate: iCode, Type (Indicator, Aggregate, Group, Denominator), Level,
        Parent, Weight, Direction, Denominator; where needed ScaleFactor, Target, goalpost_lower, goalpost_upper and
        goalpost_scale.
    stage
        What to print: values as they are denominated, treated or normalised, the indicators' weights in the index,
        what each contributes to a unit's, or all that is aggregated.
    normalise
        A rule, as minmax, zscore or percentile_rank; a wrong name lists them all, COINr's (n_minmax) work too.
    aggregate
        A mean, as arithmetic or geometric; a wrong name lists them all, COINr's (a_amean) work too.
    low
        Least of the scale, mean of a z-score.
    high
        Most of the scale, deviation of a z-score.
    reference
        For distance_to_reference: a uCode.
    cap
        What is beyond a target or the reference counts as at it.
    exponent
        Of a power mean.
    impute_group
        Fill what is missing with the mean of this group.
    screen
        Share of the indicators that a unit must have.
    winmax
        Points that may be winsorised; -1: no treatment.
    replications
        Rank intervals over so many of COINr's choices of method; the options above decide the nominal rank only.
    seed
        Of the choices.
    """
    from pipelines.index import Recipe, aggregation_named, normalisation_named, read_coinr, stage_rows

    tables = read_coinr(values, meta)
    rule, mean = normalisation_named(normalise), aggregation_named(aggregate)
    needs_positive = rule == "minmax" and mean in ("geometric", "harmonic")
    usual = (0.0, 1.0) if rule == "zscore" else (1.0 if needs_positive else 0.0, 100.0)
    if reference and reference not in tables.codes:
        raise Misuse(f"{values}: no unit {reference}")
    recipe = Recipe(
        least_present=screen,
        winsorise_most=None if winmax < 0 else winmax,
        normalisation=rule,
        low=usual[0] if low is None else low,
        high=usual[1] if high is None else high,
        reference=tables.codes.index(reference) if reference else None,
        is_capped=cap,
        aggregations=(mean,),
        exponent=exponent,
    )
    groups = tables.group(impute_group)
    if replications < 0 or seed < 0:
        raise Misuse("--replications and --seed: a whole number from 0 up")
    if replications:
        _print_intervals(tables, recipe, groups, replications, seed)
        return 0
    found = stage_rows(tables, recipe, groups, stage)
    for note in found.notes:
        complain(note)
    print_rows(found.columns, found.rows, "csv")
    return 0


def _print_intervals(tables: CoinrTables, recipe: Recipe, groups: Labels | None, replications: int, seed: int) -> None:
    """Each unit's nominal rank beside what it is over the choices of method, best first, and what one took."""
    from pipelines.index import build_tables, method_uncertainty

    nominal = build_tables(tables, recipe, groups)
    for note in nominal.notes(tables.codes):
        complain(note)
    start = time.perf_counter()
    ranks = method_uncertainty(nominal.imputed[:, nominal.units], tables.tree, seed=seed, replications=replications)
    seconds = (time.perf_counter() - start) / replications
    columns = (nominal.ranks, ranks.mean, ranks.median, ranks.lower, ranks.upper)
    by_unit = zip((tables.codes[unit] for unit in nominal.units), zip(*columns, strict=True), strict=True)
    rows = [(code, *(f"{value:.10g}" for value in row)) for code, row in sorted(by_unit, key=lambda unit: unit[1][0])]
    print_rows(("uCode", "Nominal", "Mean", "Median", "Q5", "Q95"), rows, "csv")
    say(f"seconds per replication: {seconds:.6f}")


def topics(*text: str) -> int:
    """Show which causes a text is about, and the words that say so.

    Parameters
    ----------
    text
        One text or several, each in quotes.
    """
    if not text:
        raise Misuse('give a text in quotes: seismograph topics "Net zero by 2040"')
    from pipelines.records import SEEDS
    from pipelines.topics import is_about_causes, label, read_topics, terms_in

    titles = {topic.topic_id: topic.title for topic in read_topics(SEEDS).values()}
    for number, (terms, labels) in enumerate(zip(terms_in(text), label(text), strict=True)):
        if number:
            say()
        if not terms.is_covered:
            say(f"language    {terms.language}: not covered, so nothing is known of its causes")
            continue
        is_unknown = terms.language == "und"
        say(f"language    {'undetermined, so the terms of all languages are read' if is_unknown else terms.language}")
        say(f"causes      {'yes' if is_about_causes(terms) else 'no'}")
        for cause in labels:
            score = "not measured" if cause.score is None else f"{cause.score:.2f}"
            say(f"label       {score}  {titles[cause.topic_id]}: {cause.evidence}")
        for hit in terms.hints:
            say(f"too little        {titles[hit.topic_id]}: {'; '.join(hit.terms)}")
        if terms.cancelled:
            say(f"not meant   {'; '.join(terms.cancelled)}")
    return 0
