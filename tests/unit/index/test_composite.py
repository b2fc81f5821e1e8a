"""The engine's stages by hand on a table of four indicators and five units, contributions, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.index import Aggregation, Floats, Labels, MethodError
from pipelines.index.composite import Tree
from pipelines.index.composite.engine import Composite, Recipe, build
from pipelines.index.composite.prepare import denominate, impute, screen
from pipelines.index.composite.tree import Node

NAN = np.nan
TREE = Tree.of(
    [
        Node(code="a", parent="g", denominator="people", scale=1000),
        Node(code="b", parent="g", weight=3),
        Node(code="c", parent="h", direction=-1),
        Node(code="d", parent="h"),
        Node(code="g", parent="top", level=2, kind="Aggregate", weight=1),
        Node(code="h", parent="top", level=2, kind="Aggregate", weight=2),
        Node(code="top", parent=None, level=3, kind="Aggregate"),
    ]
)
VALUES = np.array(
    [
        [10.0, 40, 60, NAN, NAN],
        [1.0, 2, 3, 4, NAN],
        [0.0, 10, 20, 40, NAN],
        [7.0, 5, NAN, 9, 1],
    ]
)
PEOPLE = np.array([1000.0, 2000, 2000, NAN, 0])
GROUPS = Labels.of(["x", "x", "y", "y", "y"])
SCREENED = Recipe(least_present=0.5, winsorise_most=None)


def build_it(recipe: Recipe = SCREENED, values: Floats = VALUES, groups: Labels | None = None) -> Composite:
    return build(values, TREE, recipe, denominators={"people": PEOPLE}, groups=groups)


def test_denominated_by_hand() -> None:
    """10 for 1,000 people are 10 in a thousand; a unit without value may have no people."""
    assert denominate(VALUES, TREE, {"people": PEOPLE})[0] == pytest.approx([10, 20, 30, NAN, NAN], nan_ok=True)


def test_imputed_by_the_mean_of_the_group_by_hand() -> None:
    found, is_imputed = impute(VALUES, GROUPS)
    expected = np.array([[10, 40, 60, 60, 60], [1, 2, 3, 4, 3.5], [0, 10, 20, 40, 30], [7, 5, 5, 9, 1]])
    assert found.tolist() == expected.tolist()
    assert np.array_equal(is_imputed, np.isnan(VALUES))


def test_a_group_in_which_nobody_has_a_value_stays_without() -> None:
    found, is_imputed = impute(np.array([[1.0, NAN, NAN]]), Labels.of(["x", "y", "y"]))
    assert found == pytest.approx(np.array([[1, NAN, NAN]]), nan_ok=True)
    assert not is_imputed.any()


def test_screened_by_the_share_of_values() -> None:
    assert screen(VALUES, 0.75).tolist() == [True, True, True, True, False]
    assert screen(VALUES, 0.76).tolist() == [True, True, False, False, False]
    assert screen(VALUES, 0.25).all()
    assert screen(np.array([[1.0], [1.0], [NAN]])).tolist() == [True]


def test_every_stage_by_hand() -> None:
    """The last unit has one value of four and goes. c counts downwards; in g b weighs three times a, h twice g."""
    found = build_it()
    assert found.units.tolist() == [0, 1, 2, 3]
    normalised = np.array([[0, 50, 100, NAN], [0, 100 / 3, 200 / 3, 100], [100, 75, 50, 0], [50, 0, NAN, 100]])
    assert found.normalised == pytest.approx(normalised, nan_ok=True)
    assert found.levels[0] == pytest.approx(np.array([[0, 37.5, 75, 100], [75, 37.5, 50, 50]]))
    assert found.index == pytest.approx([50, 37.5, 175 / 3, 200 / 3])
    assert found.ranks.tolist() == [3, 4, 2, 1]


def test_imputed_units_are_not_screened_out() -> None:
    found = build_it(groups=GROUPS)
    assert found.units.tolist() == [0, 1, 2, 3, 4]
    assert found.imputed[0].tolist() == [10, 20, 30, 30, 30]
    assert found.is_imputed.sum() == 5


def test_outliers_are_treated_among_the_units_that_stay() -> None:
    values = np.vstack([[*range(1, 20), 300.0, NAN], [*np.arange(20.0), NAN]])
    tree = Tree.of(
        [
            Node(code="a", parent="top"),
            Node(code="b", parent="top"),
            Node(code="top", parent=None, level=2, kind="Aggregate"),
        ]
    )
    found = build(values, tree, Recipe())
    assert found.winsorised.tolist() == [1, 0]
    assert found.treated[0, -1] == 19
    assert found.index[-1] == 100
    logged = build(values, tree, Recipe(winsorise_most=0))
    assert logged.is_logged.tolist() == [True, False]


def test_each_level_may_have_its_own_mean() -> None:
    found = build_it(Recipe(least_present=0.5, winsorise_most=None, low=1, aggregations=("arithmetic", "geometric")))
    lower = np.array([1 + 0.99 * np.array([0, 37.5, 75, 100]), 1 + 0.99 * np.array([75, 37.5, 50, 50])])
    assert found.levels[0] == pytest.approx(lower)
    assert found.index == pytest.approx(lower[0] ** (1 / 3) * lower[1] ** (2 / 3))


def test_a_group_with_too_few_children_is_left_out() -> None:
    recipe = Recipe(least_present=0.5, winsorise_most=None, least_children=0.6)
    found = build_it(recipe)
    assert found.levels[0] == pytest.approx(np.array([[0, 37.5, 75, NAN], [75, 37.5, NAN, 50]]), nan_ok=True)
    assert found.index == pytest.approx([50, 37.5, NAN, NAN], nan_ok=True)


def test_contributions_by_hand() -> None:
    """Of the first unit: c 100 at half of two thirds, d 50 at the same. The last lacks a: b is all of g."""
    found = build_it().contributions()
    assert found[:, 0] == pytest.approx([0, 0, 100 / 3, 50 / 3])
    assert found[:, 3] == pytest.approx([0, 100 / 3, 0, 100 / 3])


def random_table(seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    values = rng.normal(50, 20, (4, 12))
    values[rng.random(values.shape) < 0.2] = NAN
    values[:, :2] = [[1, 99]] * 4
    return values


PLAIN = Tree.of(
    [
        Node(code="a", parent="g"),
        Node(code="b", parent="g", weight=3),
        Node(code="c", parent="h", direction=-1),
        Node(code="d", parent="h", weight=0.5),
        Node(code="g", parent="top", level=2, kind="Aggregate"),
        Node(code="h", parent="top", level=2, kind="Aggregate", weight=2),
        Node(code="top", parent=None, level=3, kind="Aggregate"),
    ]
)
MEANS = st.sampled_from(["arithmetic", "geometric", "harmonic", "power"])


@given(st.integers(0, 10_000), MEANS, MEANS)
def test_contributions_sum_to_the_score(seed: int, lower: Aggregation, upper: Aggregation) -> None:
    recipe = Recipe(least_present=0.25, low=1, aggregations=(lower, upper), exponent=3)
    found = build(random_table(seed), PLAIN, recipe)
    assert found.contributions().sum(0) == pytest.approx(found.index, rel=1e-9)
    assert np.all(found.contributions() >= 0)
    absent = np.isnan(found.normalised)
    assert np.all(found.contributions()[absent] == 0)


def test_contributions_are_what_the_score_gains() -> None:
    """x dS/dx by a small step of each normalised indicator, for nested geometric means."""
    found = build(random_table(1), PLAIN, Recipe(least_present=1.0, low=1, aggregations=("geometric",)))
    parts = found.contributions()
    for place, code in enumerate(PLAIN.indicators):
        share = PLAIN.effective_weights()[PLAIN.indicators.index(code)]
        assert parts[place] == pytest.approx(share * found.index)


def test_a_score_of_zero_has_contributions_of_zero() -> None:
    values = np.array([[0.0, 1, 2]] * 4)
    values[2] = [2, 1, 0]
    found = build(values, PLAIN, Recipe())
    assert found.index[0] == 0
    assert found.contributions()[:, 0].tolist() == [0, 0, 0, 0]


PUBLISHED = {
    "CHE": (68.38, 62.79, 73.98, 63.41, 32.87, 74.78, 85.94, 56.93, 77.21, 87.85, 56.88),
    "NLD": (64.82, 61.94, 67.70, 64.87, 46.62, 84.55, 71.74, 41.92, 58.73, 86.58, 57.78),
    "DNK": (64.80, 57.10, 72.51, 50.52, 30.43, 78.13, 75.35, 51.04, 69.83, 86.40, 61.29),
    "NOR": (64.47, 57.44, 71.50, 58.18, 25.70, 80.03, 89.46, 33.80, 70.90, 87.00, 56.59),
    "BEL": (63.54, 63.99, 63.09, 71.97, 48.22, 80.84, 75.60, 43.32, 53.01, 86.17, 50.09),
    "SWE": (63.00, 53.87, 72.12, 51.51, 23.87, 80.98, 74.51, 38.50, 66.37, 87.74, 62.27),
}
"""The first of COINr's example (https://bluefoxr.github.io/COINr/articles/results.html): index, two halves, pillars."""


def test_the_published_example_adds_up_from_its_pillars() -> None:
    """Five pillars under the first half, three under the second; what is published has two decimals."""
    half = [Node(code=f"p{place}", parent="conn" if place < 5 else "sust") for place in range(8)]
    top = [Node(code=code, parent="index", level=2, kind="Aggregate") for code in ("conn", "sust")]
    tree = Tree.of([*half, *top, Node(code="index", parent=None, level=3, kind="Aggregate")])
    rows = np.array(list(PUBLISHED.values()))
    found = build(rows[:, 3:].T, tree, Recipe(normalisation="scaled", winsorise_most=None))
    assert found.index == pytest.approx(rows[:, 0], abs=0.0101)
    assert found.levels[0] == pytest.approx(rows[:, 1:3].T, abs=0.0101)
    assert found.ranks.tolist() == [1, 2, 3, 4, 5, 6]


def test_copeland_has_no_contributions() -> None:
    found = build_it(Recipe(least_present=0.5, winsorise_most=None, aggregations=("copeland",)))
    with pytest.raises(MethodError, match="no contributions"):
        found.contributions()


@given(st.integers(0, 1000), st.permutations(range(12)))
def test_the_order_of_units_does_not_matter(seed: int, order: list[int]) -> None:
    values = random_table(seed)
    recipe = Recipe(least_present=0.25, aggregations=("arithmetic", "copeland"))
    found, other = build(values, PLAIN, recipe), build(values[:, order], PLAIN, recipe)
    scores = np.full((2, 12), NAN)
    scores[0, found.units] = found.index
    scores[1, np.array(order)[other.units]] = other.index
    assert scores[1] == pytest.approx(scores[0], nan_ok=True)


def changed(place: tuple[int, int] | int, value: float) -> Floats:
    values = VALUES.copy()
    values[place] = value
    return values


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (changed((1, 1), np.inf), "indicator b: a value is infinite"),
        (changed((1, 1), -np.inf), "indicator b: a value is infinite"),
        (changed(3, NAN), "indicator d: no unit has a value"),
        (changed(2, 5), "indicator c: no two units differ"),
        (changed((slice(None), slice(1, None)), NAN), "1 of 5 units have 50% of the indicators; two are needed"),  # type: ignore[arg-type]
    ],
)
def test_bad_values_are_named(values: Floats, named: str) -> None:
    with pytest.raises(MethodError) as error:
        build_it(values=values)
    assert named in str(error.value)


def test_a_range_lost_with_the_units_screened_out_is_named() -> None:
    values = np.array([[1.0, 1, 1, 9], [1, 2, 3, NAN], [1, 2, 3, NAN], [1, 2, 3, NAN]])
    with pytest.raises(MethodError, match="indicator a: no two units differ"):
        build(values, PLAIN, Recipe(least_present=0.5))


def test_a_range_lost_by_treatment_is_named() -> None:
    """One unit in ten alone has any: moved to the next value, it is as all others."""
    values = np.vstack([[0.0] * 9 + [5], *[np.arange(10.0)] * 3])
    with pytest.raises(MethodError, match="indicator a: no two units differ once outliers are winsorised"):
        build(values, PLAIN, Recipe())


@pytest.mark.parametrize(
    ("people", "named"),
    [
        ({}, "indicator a: its denominator people is no column of the data; there are: none"),
        ({"area": PEOPLE}, "there are: area"),
        ({"people": np.array([1.0, 0, 1, 1, 1])}, "indicator a: its denominator people is infinite, zero or negative"),
        ({"people": np.array([1.0, -5, 1, 1, 1])}, "indicator a: its denominator people is infinite, zero or negative"),
        ({"people": np.array([1.0, np.inf, 1, 1, 1])}, "indicator a: its denominator people is infinite"),
    ],
)
def test_bad_denominators_are_named(people: dict[str, Floats], named: str) -> None:
    with pytest.raises(MethodError) as error:
        build(VALUES, TREE, SCREENED, denominators=people)
    assert named in str(error.value)


def with_changes(**changes: float) -> Tree:
    return Tree.of(
        [
            Node(code="a", parent="top", **changes),  # type: ignore[arg-type]
            Node(code="b", parent="top", target=9, goalpost_low=0, goalpost_high=9),
            Node(code="top", parent=None, level=2, kind="Aggregate"),
        ]
    )


TWO = np.array([[-2.0, -1, 0], [1, 2, 3]])


@pytest.mark.parametrize(
    ("recipe", "tree", "named"),
    [
        (Recipe(normalisation="goalposts"), with_changes(), "goalposts: in its own unit none is given for indicator a"),
        (Recipe(normalisation="distance_to_target"), with_changes(), "none is given for indicator a"),
        (Recipe(normalisation="distance_to_target"), with_changes(target=-2), "gives indicator a no score"),
        (Recipe(normalisation="distance_to_reference", reference=0), with_changes(), "gives indicator a, b no score"),
        (Recipe(normalisation="fraction_of_maximum"), with_changes(), "gives indicator a no score"),
        (Recipe(normalisation="distance_to_reference"), with_changes(), "no unit is named as the reference"),
        (
            Recipe(aggregations=("geometric",)),
            with_changes(),
            "group top: a geometric mean cannot take the values of a",
        ),
        (Recipe(aggregations=("harmonic",)), with_changes(), "group top: a harmonic mean cannot take the values of a"),
        (Recipe(normalisation="zscore", high=1, aggregations=("power",)), with_changes(), "values of a, which are neg"),
        (Recipe(aggregations=()), with_changes(), "aggregation: none with exponent 2 is no rule"),
        (Recipe(aggregations=("power",), exponent=np.nan), with_changes(), "with exponent nan is no rule"),
        (Recipe(low=100), with_changes(), "normalisation minmax: 100 and 100 are no range"),
    ],
)
def test_what_a_recipe_cannot_do_is_named(recipe: Recipe, tree: Tree, named: str) -> None:
    with pytest.raises(MethodError) as error:
        build(TWO, tree, recipe)
    assert named in str(error.value)


def test_a_harmonic_mean_of_values_that_cancel_is_named() -> None:
    with pytest.raises(MethodError, match="group top: a harmonic mean of its values is infinite"):
        build(
            np.array([[-2.0, 1], [2, 3]]),
            with_changes(),
            Recipe(normalisation="scaled", winsorise_most=None, aggregations=("harmonic",)),
        )
