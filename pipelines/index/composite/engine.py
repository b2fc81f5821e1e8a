"""The engine: a table of indicators and their tree through every stage to an index, each stage kept (METHOD.md 2).

On any data set the stages equal those of COINr where both are deterministic. The engagement index goes the same way
with its own statistics in place of a table (`score.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from pipelines.index.composite.aggregate import EXPONENTS, aggregate, ranks
from pipelines.index.composite.normalise import normalise_by, zero_ranges
from pipelines.index.composite.prepare import denominate, impute, screen
from pipelines.index.composite.treat import Treated, treat
from pipelines.index.composite.tree import Tree
from pipelines.index.inputs import (
    Aggregation,
    Flags,
    Floats,
    Integers,
    Labels,
    MethodError,
    Normalisation,
    ratio_or_zero,
)

_LEAST_EXPONENT, _MOST_EXPONENT = 1e-3, 100.0
"""Of a power mean: beyond these its powers leave the range of numbers."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """The choices of a composite indicator. `low`, `high`: the scale, or mean and deviation, of the normalisation."""

    least_present: float = 2 / 3
    """Share of the indicators that a unit must have, else it is left out."""
    winsorise_most: int | None = 5
    """Points of an indicator that may be winsorised; None treats nothing."""
    normalisation: Normalisation = "minmax"
    low: float = 0.0
    high: float = 100.0
    reference: int | None = None
    is_capped: bool = False
    """Whether what is beyond a target or the reference counts as at it."""
    aggregations: Sequence[Aggregation] = ("arithmetic",)
    """One for each level, bottom up; the last serves the levels above it."""
    exponent: float = 2.0
    least_children: float = 0.0


class Composite(msgspec.Struct, frozen=True):
    """Every stage, `[indicator, unit]`; `units` are the places of those that were not screened out.

    `levels` are `[node, unit]`, bottom up; `index` and `ranks` `[unit]`.
    """

    tree: Tree
    recipe: Recipe
    denominated: Floats
    imputed: Floats
    is_imputed: Flags
    units: Integers
    treated: Floats
    winsorised: Integers
    is_logged: Flags
    normalised: Floats
    levels: tuple[Floats, ...]

    @property
    def index(self) -> Floats:
        """The top of the tree."""
        return np.asarray(self.levels[-1][0], np.float64)

    @property
    def ranks(self) -> Floats:
        """Rank 1 for the highest index; what sums of another order may part is a tie."""
        return ranks(np.round(self.index, 9))

    def notes(self, names: Sequence[str]) -> Iterator[str]:
        """Sentences on what a reader would else miss; `names` are those of all units.

        Units left out, groups without a score, and scores that fall as the indicator gets better.
        """
        share = np.isfinite(self.imputed).sum(0)
        for place in np.setdiff1d(np.arange(len(names)), self.units).tolist():
            yield (
                f"unit {names[place]} is left out: it has {share[place]} of {len(self.tree.indicators)} indicators, "
                f"fewer than {self.recipe.least_present:.0%}"
            )
        for level, scores in zip(self.tree.levels, self.levels, strict=True):
            for code, row in zip(level.codes, scores, strict=True):
                if without := [names[self.units[place]] for place in np.flatnonzero(np.isnan(row)).tolist()]:
                    yield f"group {code} has no score where too few of its parts are known: {', '.join(without)}"
        if reversed_ := list(itertools.compress(self.tree.indicators, self._is_reversed())):
            yield (
                f"normalisation {self.recipe.normalisation} gives the better values of {', '.join(reversed_)} the "
                "lower scores: a target that all have passed, or values that are negative once the direction counts"
            )

    def _is_reversed(self) -> Flags:
        better = self.treated * self.tree.directions[:, None]
        found = [
            known.sum() > 1 and own[known][np.argmax(row[known])] < own[known][np.argmin(row[known])]
            for row, own, known in zip(better, self.normalised, np.isfinite(self.normalised), strict=True)
        ]
        return np.array(found, bool)

    def contributions(self) -> Floats:
        """What each indicator adds to each unit's index, `[indicator, unit]`; sums to it.

        A power mean is homogeneous of degree one, so by Euler's theorem it is the sum of x dS/dx: of each child
        S w x^p / sum w x^p, which for the arithmetic mean is w x / sum w. Shares multiply up the tree.

        Raises:
            MethodError: Copeland's score is no mean and has no such parts.
        """
        return contributions(self.tree, (self.normalised, *self.levels), self.recipe)


def build(
    values: Floats,
    tree: Tree,
    recipe: Recipe,
    *,
    denominators: Mapping[str, Floats] | None = None,
    groups: Labels | None = None,
) -> Composite:
    """All stages: denominate, impute by the mean of the unit's group (only with `groups`), screen, treat, normalise,
    aggregate.

    Raises:
        MethodError: naming the indicator and the rule: infinite, nowhere known, no range, not denominable, not to be
            normalised by this rule, or outside what a mean takes.
    """
    if not (recipe.aggregations and _LEAST_EXPONENT <= abs(recipe.exponent) <= _MOST_EXPONENT):
        raise MethodError(
            f"aggregation: {recipe.aggregations or 'none'} with exponent {recipe.exponent:g} is no rule: an exponent "
            f"is {_LEAST_EXPONENT:g} to {_MOST_EXPONENT:g} in size"
        )
    made = prepare(values, tree, recipe, denominators=denominators, groups=groups)
    kept = made.imputed[:, made.units]
    found = treat_kept(kept, recipe)
    if flat := zero_ranges(found.values, tree.indicators):
        when = "" if zero_ranges(kept, tree.indicators) == flat else " once outliers are winsorised"
        raise MethodError(
            f"indicator {', '.join(flat)}: no two units differ{when}, so it cannot be normalised and tells nobody "
            "apart; take it out"
        )
    _check_given(tree, recipe)
    if recipe.reference is not None and recipe.reference not in made.units:
        raise MethodError(
            f"normalisation {recipe.normalisation}: the reference unit has fewer than {recipe.least_present:.0%} of "
            "the indicators and is left out; name another one"
        )
    normalised = normalise_by(
        recipe.normalisation,
        found.values,
        tree.directions,
        low=recipe.low,
        high=recipe.high,
        goalposts=tree.goalposts,
        targets=tree.targets,
        reference=None if recipe.reference is None else int(np.searchsorted(made.units, recipe.reference)),
        is_capped=recipe.is_capped,
    )
    if recipe.normalisation == "goalposts":
        normalised *= tree.goalpost_scales[:, None] / 100
    _check_normalised(found.values, normalised, tree, recipe)
    return Composite(
        tree=tree,
        recipe=recipe,
        denominated=made.denominated,
        imputed=made.imputed,
        is_imputed=made.is_imputed,
        units=made.units,
        treated=found.values,
        winsorised=found.winsorised,
        is_logged=found.is_logged,
        normalised=normalised,
        levels=tuple(_levels(normalised, tree, recipe)),
    )


class Prepared(msgspec.Struct, frozen=True):
    """The first stages, `[indicator, unit]`; `units` are the places of those that are not screened out."""

    denominated: Floats
    imputed: Floats
    is_imputed: Flags
    units: Integers


def prepare(
    values: Floats,
    tree: Tree,
    recipe: Recipe,
    *,
    denominators: Mapping[str, Floats] | None = None,
    groups: Labels | None = None,
) -> Prepared:
    """Denominate, impute and screen.

    Raises:
        MethodError: as `build`, as far as these stages go.
    """
    check_values(values, tree)
    denominated = denominate(values, tree, denominators or {})
    filled, is_imputed = (denominated, np.zeros(values.shape, bool)) if groups is None else impute(denominated, groups)
    units = np.flatnonzero(screen(filled, recipe.least_present))
    if len(units) < 2:
        raise MethodError(
            f"{len(units)} of {values.shape[1]} units have {recipe.least_present:.0%} of the indicators; two are needed"
        )
    return Prepared(denominated, filled, is_imputed, units)


def treat_kept(kept: Floats, recipe: Recipe) -> Treated:
    """The indicators of the units that are kept, treated as the recipe says."""
    if recipe.winsorise_most is None:
        return Treated(kept, np.zeros(len(kept), np.int64), np.zeros(len(kept), bool))
    return treat(kept, recipe.winsorise_most)


def check_values(values: Floats, tree: Tree) -> None:
    """Raises a MethodError naming indicators that hold an infinite value or none at all."""
    for code, row in zip(tree.indicators, values, strict=True):
        if np.isinf(row).any():
            raise MethodError(f"indicator {code}: a value is infinite; write nothing where it is not known")
        if np.isnan(row).all():
            raise MethodError(f"indicator {code}: no unit has a value; take it out")


def _check_given(tree: Tree, recipe: Recipe) -> None:
    needed = {"goalposts": tree.goalposts.sum(1), "distance_to_target": tree.targets}.get(recipe.normalisation)
    if needed is not None and not np.isfinite(needed).all():
        named = ", ".join(itertools.compress(tree.indicators, ~np.isfinite(needed)))
        raise MethodError(f"normalisation {recipe.normalisation}: in its own unit none is given for indicator {named}")


def _check_normalised(treated: Floats, normalised: Floats, tree: Tree, recipe: Recipe) -> None:
    is_lost: Flags = np.any(~np.isfinite(normalised) & np.isfinite(treated), axis=1)
    if is_lost.any():
        named = ", ".join(itertools.compress(tree.indicators, is_lost))
        raise MethodError(
            f"normalisation {recipe.normalisation} gives indicator {named} no score where it has values: its maximum "
            "is zero, its target or reference is its lowest value, or the reference has no value"
        )


def _levels(normalised: Floats, tree: Tree, recipe: Recipe) -> list[Floats]:
    found = [normalised]
    for level, rule in zip(tree.levels, rules(tree, recipe), strict=True):
        found.append(aggregate(found[-1], level, rule, least_present=recipe.least_children, exponent=recipe.exponent))
        if np.isinf(found[-1]).any():
            code = level.codes[int(np.isinf(found[-1]).any(1).argmax())]
            raise MethodError(f"group {code}: a {rule} mean of its values is infinite: they cancel out")
    return found[1:]


def rules(tree: Tree, recipe: Recipe) -> list[Aggregation]:
    """The aggregation of each level; the last that is named serves the levels above it."""
    named = itertools.chain(recipe.aggregations, itertools.repeat(recipe.aggregations[-1]))
    return list(itertools.islice(named, len(tree.levels)))


def contributions(tree: Tree, stages: Sequence[Floats], recipe: Recipe) -> Floats:
    """See `Composite.contributions`; `stages` are the normalised indicators and every level above."""
    found = stages[-1]
    for level, children, rule in zip(
        reversed(tree.levels), reversed(stages[:-1]), reversed(rules(tree, recipe)), strict=True
    ):
        if rule == "copeland":
            raise MethodError("Copeland's score counts pairs won: it has no contributions that sum to it")
        exponent = EXPONENTS.get(rule, recipe.exponent)
        known = np.isfinite(children)
        raised = np.where(known, np.power(np.where(known, children, 1.0), exponent), 0.0) * level.weights[:, None]
        sums = np.zeros((len(level.codes), children.shape[1]))
        np.add.at(sums, level.parent, raised)
        # A mean of zeros is zero, whatever each part's share of it.
        found = ratio_or_zero(raised, sums[level.parent]) * found[level.parent]
    return np.asarray(found, np.float64)
