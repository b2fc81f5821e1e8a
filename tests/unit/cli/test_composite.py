"""The command for any composite indicator: stages by hand, and mistakes named by file, line and column."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import ROOT
from pipelines.cli import main

VALUES = """uCode,uName,a,b,people,region
CCC,Cee,10,1,1000,north
AAA,"Ay, the first",40,2,2000,north
BBB,Bee,60,NA,2000,south
DDD,Dee,20,4,1000,south
"""
META = """iCode,iName,Type,Level,Parent,Weight,Direction,Denominator,ScaleFactor
a,A,Indicator,1,g,1,1,people,1000
b,B,Indicator,1,g,3,-1,NA,
g,G,Aggregate,2,Index,1,NA,,
Index,The index,Aggregate,3,NA,NA,,,
people,People,Denominator,,,,,,
region,Region,Group,,,,,,
"""


class Tables:
    """The two files and the command over them."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.said = ""
        self.values, self.meta, self.capture = folder / "V.csv", folder / "M.csv", capture
        self.write(VALUES, META)

    def write(self, values: str, meta: str) -> None:
        self.values.write_text(values, encoding="utf-8")
        self.meta.write_text(meta, encoding="utf-8")

    def run(self, *options: str) -> tuple[int, str, str]:
        code = main(["composite", "--values", str(self.values), "--meta", str(self.meta), *options])
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def printed(self, *options: str) -> list[list[str]]:
        code, out, self.said = self.run(*options)
        assert code == 0
        return list(csv.reader(out.splitlines()))

    def refused(self, *options: str) -> str:
        code, out, error = self.run(*options)
        assert (code, out) == (2, "")
        assert "Traceback" not in error
        return error


@pytest.fixture
def tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Tables:
    return Tables(tmp_path, capsys)


def numbers(rows: list[list[str]]) -> dict[str, list[float]]:
    return {code: [float("nan" if it == "NA" else it) for it in cells] for code, *cells in rows[1:]}


def test_denominated_has_every_unit(tables: Tables) -> None:
    rows = tables.printed("--stage", "denominated")
    assert rows[0] == ["uCode", "a", "b"]
    assert rows[1:] == [["CCC", "10.0", "1.0"], ["AAA", "20.0", "2.0"], ["BBB", "30.0", "NA"], ["DDD", "20.0", "4.0"]]


def test_treated_and_normalised_have_the_units_that_are_kept(tables: Tables) -> None:
    """BBB has one of two indicators, less than nine tenths. b counts downwards."""
    assert numbers(tables.printed("--stage", "treated")) == {"CCC": [10, 1], "AAA": [20, 2], "DDD": [20, 4]}
    found = numbers(tables.printed("--stage", "normalised"))
    assert found == {"CCC": [0, 100], "AAA": [100, pytest.approx(200 / 3)], "DDD": [100, 0]}


def test_aggregated_is_sorted_by_rank(tables: Tables) -> None:
    """(0 + 3 x 100) / 4, (100 + 3 x 200/3) / 4 and (100 + 0) / 4."""
    rows = tables.printed("--stage", "aggregated")
    assert rows[0] == ["uCode", "Rank", "Index", "g"]
    assert [row[:2] for row in rows[1:]] == [["AAA", "1"], ["CCC", "1"], ["DDD", "3"]]
    assert numbers(rows)["AAA"][1:] == pytest.approx([75, 75])
    assert rows == tables.printed()


def test_weights_and_contributions_lead_back_to_the_index(tables: Tables) -> None:
    """b weighs three of four. CCC: 0 and 3/4 of 100; AAA: 1/4 of 100 and 3/4 of 200/3; DDD: 1/4 of 100 and 0."""
    assert numbers(tables.printed("--stage", "weights")) == {"a": [0.25], "b": [0.75]}
    rows = tables.printed("--stage", "contributions")
    assert rows[0] == ["uCode", "a", "b"]
    assert numbers(rows) == {"CCC": [0, 75], "AAA": [25, pytest.approx(50)], "DDD": [25, 0]}


def test_imputed_by_a_group(tables: Tables) -> None:
    """BBB takes b from DDD, the only other unit of the south: a becomes 100, b 0."""
    found = numbers(tables.printed("--impute-group", "region"))
    assert found["BBB"] == pytest.approx([3, 25, 25])
    assert found["DDD"] == pytest.approx([4, 12.5, 12.5])


def test_units_without_a_group_are_not_filled_by_each_other(tables: Tables) -> None:
    tables.write(VALUES.replace("2000,south", "2000,").replace("1000,south", "1000,NA"), META)
    assert set(numbers(tables.printed("--impute-group", "region"))) == {"AAA", "CCC", "DDD"}


def test_ties_are_sorted_by_code_and_screening_can_be_waived(tables: Tables) -> None:
    rows = tables.printed("--screen", "0", "--stage", "aggregated")
    assert [row[0] for row in rows[1:]] == ["BBB", "CCC", "AAA", "DDD"]


@pytest.mark.parametrize(
    ("name", "of_aaa"),
    [
        ("minmax", [100, 200 / 3]),
        ("n_minmax", [100, 200 / 3]),
        ("zscore", [3**-0.5, 1 / 21**0.5]),
        ("n_zscore", [3**-0.5, 1 / 21**0.5]),
        ("n_prank", [0.5, 0.5]),
        ("percentile-rank", [0.5, 0.5]),
        ("n_rank", [2, 2]),
        ("n_borda", [1, 1]),
        ("n_dist2max", [1, 2 / 3]),
        ("n_fracmax", [1, 2]),
        ("n_scaled", [20, -2]),
    ],
)
def test_names_of_normalisations_and_coinrs(tables: Tables, name: str, of_aaa: list[float]) -> None:
    found = numbers(tables.printed("--stage", "normalised", "--normalise", name))
    assert found["AAA"] == pytest.approx(of_aaa)


def test_distances_and_goalposts(tables: Tables) -> None:
    meta = META.replace("ScaleFactor", "ScaleFactor,Target,goalpost_lower,goalpost_upper,goalpost_scale").splitlines()
    meta = [meta[0], meta[1] + ",15,0,40,1", meta[2] + ",2,0,4,", *(line + ",,,," for line in meta[3:])]
    tables.write(VALUES, "\n".join(meta))
    stage = ("--stage", "normalised", "--normalise")
    assert numbers(tables.printed(*stage, "n_goalposts"))["AAA"] == [0.5, 50]
    assert numbers(tables.printed(*stage, "n_dist2targ"))["AAA"] == [2, 1]
    assert numbers(tables.printed(*stage, "n_dist2targ", "--cap"))["AAA"] == [1, 1]
    assert numbers(tables.printed(*stage, "n_dist2ref", "--reference", "AAA"))["CCC"] == pytest.approx([0, 1.5])


@pytest.mark.parametrize(
    ("name", "of_ccc"),
    [
        ("a_amean", 75.25),
        ("geometric", 100**0.75),
        ("a_gmean", 100**0.75),
        ("a_hmean", 4 / (1 + 3 / 100)),
        ("a_genmean", ((1 + 3 * 100**2) / 4) ** 0.5),
        ("power", ((1 + 3 * 100**2) / 4) ** 0.5),
    ],
)
def test_names_of_means_and_coinrs(tables: Tables, name: str, of_ccc: float) -> None:
    """CCC has 1 and 100 with weights 1 and 3; geometric and harmonic means have that scale by themselves."""
    found = numbers(tables.printed("--aggregate", name, "--low", "1"))
    assert found["CCC"][1] == pytest.approx(of_ccc)
    if name not in ("a_amean", "a_genmean", "power"):
        assert found == numbers(tables.printed("--aggregate", name))


def test_copeland(tables: Tables) -> None:
    """b decides with three of four: CCC before AAA before DDD. The index of one group is its order again."""
    found = numbers(tables.printed("--aggregate", "a_copeland"))
    assert found == {"CCC": [1, 2, 2], "AAA": [2, 0, 0], "DDD": [3, -2, -2]}


def test_replications_print_rank_intervals_and_the_time(tables: Tables) -> None:
    code, out, error = tables.run("--replications", "50", "--screen", "0")
    rows = list(csv.reader(out.splitlines()))
    assert (code, error) == (0, "")
    assert rows[0] == ["uCode", "Nominal", "Mean", "Median", "Q5", "Q95"]
    assert {row[0] for row in rows[1:-1]} == {"AAA", "BBB", "CCC", "DDD"}
    assert rows[-1][0].startswith("seconds per replication: 0.")
    for _, nominal, mean, median, low, high in rows[1:-1]:
        assert 1 <= float(low) <= float(median) <= float(high) <= 4
        assert 1 <= float(mean) <= 4
        assert 1 <= float(nominal) <= 4
    again = tables.run("--replications", "50", "--screen", "0")[1]
    assert again.splitlines()[:-1] == out.splitlines()[:-1]


def values(old: str, new: str) -> tuple[str, str]:
    assert old in VALUES
    return VALUES.replace(old, new), META


def meta(old: str, new: str) -> tuple[str, str]:
    assert old in META
    return VALUES, META.replace(old, new)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (values("40,2,", "forty,2,"), "V.csv:3: column a: 'forty' is no number"),
        (values("40,2,", "inf,2,"), "V.csv:3: column a: 'inf' is no number"),
        (values("40,2,2000", "40,2,2_000"), "V.csv:3: column people: '2_000' is no number"),
        (values('"Ay, the first",40', '"Ay,\nthe first",x'), "V.csv:4: column a: 'x' is no number"),
        (values("Bee,60", "Bee,5,60"), "V.csv:4: 7 cells in 6 columns"),
        (values("Bee,60,", "60,"), "V.csv:4: 5 cells in 6 columns"),
        (values("DDD", "AAA"), "V.csv:5: column uCode: AAA is there twice, first on line 3"),
        (meta("g,G,", "Rank,G,"), "M.csv:4: column iCode: Rank is a column of what is printed"),
        (
            (VALUES, META.replace("Index", "top").replace("g,G", "Index,G").replace(",g,", ",Index,")),
            "only the top may be",
        ),
        (meta("people,People,Denominator", "a,People,Denominator"), "M.csv:6: column iCode: a is there twice"),
        (meta("Aggregate,3,NA,NA", "Aggregate,1000000000000,NA,NA"), "M.csv:4: node g: it is on level 2"),
        (values("DDD,", ","), "V.csv:5: column uCode: it is empty"),
        (values("uCode", "code"), "V.csv:1: no column uCode"),
        (values("uName", "a"), "V.csv:1: no column uCode, or a column that is there twice"),
        (values("a,b,people", "a,c,people"), "V.csv:1: no column b, which M.csv:3 describes"),
        (values("region", "area"), "V.csv:1: no column region, which M.csv:7 describes"),
        (("uCode,a\n", META), "V.csv: no rows"),
        (("", META), "V.csv:1: no column uCode"),
        (meta("iCode", "code"), "M.csv:1: no column iCode"),
        (meta("a,A,Indicator,1", "a,A,Indicator,one"), "M.csv:2: column Level: 'one' is no number"),
        (meta("a,A,Indicator,1", "a,A,Indicator,1.5"), "M.csv:2: column Level: 1.5 is no whole number"),
        (meta("a,A,Indicator,1", "a,A,Indicator,inf"), "M.csv:2: column Level: 'inf' is no number"),
        (meta("a,A,Indicator,1", "a,A,Indicator,"), "M.csv:2: column Level: '' is no number"),
        (meta("g,3,-1", "g,,-1"), "M.csv:3: column Weight: '' is no number"),
        (meta("g,3,-1", "g,3,NA"), "M.csv:3: column Direction: 'NA' is no number"),
        (meta("b,B,Indicator", "b,B,Indikator"), "M.csv:3: column Type of b: 'Indikator' is none of"),
        (meta("g,3,-1", "g,3,2"), "M.csv:3: node b: direction 2 is neither 1 nor -1"),
        (meta("g,3,-1", "g,-3,-1"), "M.csv:3: node b: weight -3 is not a number from 0 up"),
        (meta("g,3,-1", "h,3,-1"), "M.csv:3: node b: its parent h is not in the table"),
        (meta("b,B,", "a,B,"), "M.csv:3: column iCode: a is there twice, first on line 2"),
        (meta("Aggregate,3,NA,NA", "Aggregate,3,Index,1"), "M.csv:2: node a: its parents run in a circle"),
        (meta("Index,The index,Aggregate,3,NA", "Index,The index,Other,3,NA"), "V.csv:1: no column Index"),
        (meta("Aggregate,2,Index", "Aggregate,2,NA"), "M.csv: one node on the top level has no parent"),
        (meta("people,1000", "area,1000"), "indicator a: its denominator area is no column of the data"),
        (meta("people,1000", "people,0"), "M.csv:2: node a: the scale of its denominator, 0,"),
        (values("2000,north", "0,north"), "indicator a: its denominator people is infinite, zero or negative"),
    ],
)
def test_mistakes_in_the_tables_are_named(tables: Tables, files: tuple[str, str], named: str) -> None:
    tables.write(*files)
    assert named in tables.refused()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--normalise", "best"), "no normalisation best: there are goalposts, minmax"),
        (("--aggregate", "mode"), "no aggregation mode: there are arithmetic"),
        (("--impute-group", "sector"), "no group column sector: there are region"),
        (("--normalise", "distance_to_reference", "--reference", "ZZZ"), "no unit ZZZ"),
        (("--normalise", "distance_to_reference"), "no unit is named as the reference"),
        (("--normalise", "distance_to_target"), "none is given for indicator a, b"),
        (("--aggregate", "geometric", "--low", "0"), "group g: a geometric mean cannot take the values of a"),
        (("--normalise", "distance_to_reference", "--reference", "BBB"), "the reference unit has fewer than 90%"),
        (("--aggregate", "power", "--exponent", "400"), "an exponent is 0.001 to 100 in size"),
        (("--screen", "1.1"), "0 of 4 units have 110% of the indicators"),
        (("--replications", "-1"), "--replications and --seed"),
        (("--seed", "-1", "--replications", "5"), "--replications and --seed"),
    ],
)
def test_mistakes_in_the_options_are_named(tables: Tables, options: tuple[str, ...], named: str) -> None:
    assert named in tables.refused(*options)


def test_a_file_that_is_not_there_or_no_text_is_named(tables: Tables) -> None:
    tables.values.write_bytes(b"\xff\xfe\x00")
    assert "V.csv: " in tables.refused()
    tables.values.unlink()
    assert "V.csv: " in tables.refused()


def test_a_stage_that_is_none_ends_with_2(tables: Tables) -> None:
    assert "scored" in tables.refused("--stage", "scored")


FLAT_META = """iCode,Type,Level,Parent,Weight,Direction
a,Indicator,1,P,1,1
b,Indicator,1,P,1,1
P,Aggregate,2,,1,1
"""


def test_the_reference_is_found_among_the_units_that_are_kept(tables: Tables) -> None:
    """A is left out. From C, a: 1, 2, 4, 5 of which the least is 1, so (4 - 1) / (2 - 1) is 3; b: 1, 5, 2, 9."""
    tables.write("uCode,a,b\nA,,\nB,1,1\nC,2,5\nD,4,2\nE,5,9\n", FLAT_META)
    found = numbers(tables.printed("--normalise", "dist2ref", "--reference", "C", "--stage", "normalised"))
    assert found == {"B": [0, 0], "C": [1, 1], "D": [3, 0.25], "E": [4, 2]}


def test_the_mean_of_like_values_is_like_them(tables: Tables) -> None:
    """Three times 0.1 divided by three is not 0.1 to the last bit; it must not set the filled unit apart."""
    given = "uCode,g,a,b\nA,x,0.1,1\nB,x,0.1,3\nC,x,0.1,5\nD,x,NA,6\n"
    tables.write(given, FLAT_META + "g,Group,,,,\n")
    assert "indicator a: no two units differ" in tables.refused("--impute-group", "g", "--screen", "0")


def test_what_differs_by_rounding_alone_does_not_differ(tables: Tables) -> None:
    given = "uCode,d,a,b\nA,0.1,0.3,1\nB,1,3,3\nC,0.1,0.3,5\nD,10,30,6\n"
    header, rows = FLAT_META.split("\n", 1)
    described = rows.replace("1,1\n", "1,1,\n").replace("a,Indicator,1,P,1,1,", "a,Indicator,1,P,1,1,d")
    tables.write(given, f"{header},Denominator\n{described}d,Denominator,,,,,\n")
    assert "indicator a: no two units differ" in tables.refused()


def test_units_that_are_left_out_and_scores_that_are_missing_have_a_reason(tables: Tables) -> None:
    tables.write("uCode,a,b\nA,1,\nB,2,3\nC,3,5\nD,4,9\nE,,\n", FLAT_META)
    assert set(numbers(tables.printed())) == {"B", "C", "D"}
    assert "unit A is left out: it has 1 of 2 indicators, fewer than 90%" in tables.said
    assert set(numbers(tables.printed("--screen", "0"))) == {"A", "B", "C", "D", "E"}
    assert "group P has no score where too few of its parts are known: E" in tables.said


def test_a_rule_that_turns_an_indicator_round_says_so(tables: Tables) -> None:
    tables.write(
        "uCode,a,b\nA,10,1\nB,20,3\nC,30,5\nD,40,9\n", FLAT_META.replace("b,Indicator,1,P,1,1", "b,Indicator,1,P,1,-1")
    )
    found = numbers(tables.printed("--normalise", "n_fracmax", "--stage", "normalised"))
    assert found["A"] == [0.25, 1] and found["D"] == [1, 9]
    assert "gives the better values of b the lower scores" in tables.said
    tables.printed("--normalise", "minmax")
    assert tables.said == ""


def test_early_stages_do_not_need_the_later_ones(tables: Tables) -> None:
    given = "".join(f"U{place},{int(place == 7)},{place}\n" for place in range(12))
    tables.write("uCode,a,b\n" + given, FLAT_META)
    assert len(tables.printed("--stage", "denominated")) == 13
    assert numbers(tables.printed("--stage", "treated"))["U7"] == [0, 7]
    assert "once outliers are winsorised" in tables.refused()


def test_a_replication_that_fails_names_its_choices(tables: Tables) -> None:
    """Two outliers that balance are no skew; as z-scores of mean 10 and deviation 2 one lies below zero."""
    given = "".join(f"U{place},{[-100, 100][place] if place < 2 else place % 7 - 3},{place}\n" for place in range(80))
    tables.write("uCode,a,b\n" + given, FLAT_META)
    assert "a replication with z-scores of mean 10 and deviation 2" in tables.refused("--replications", "20")


@pytest.mark.slow
@pytest.mark.parametrize("door", [("pipelines.cli", "composite"), ("tests.scale.index",)])
def test_a_reader_that_leaves_is_no_error(tmp_path: Path, door: tuple[str, ...]) -> None:
    values, meta = tmp_path / "V.csv", tmp_path / "M.csv"
    values.write_text("uCode,a,b\n" + "".join(f"U{place},{place},{place % 17}\n" for place in range(20_000)))
    meta.write_text(FLAT_META)
    command = [sys.executable, "-m", *door, "--values", str(values), "--meta", str(meta)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout and running.stderr
        assert running.stdout.readline() == "uCode,Rank,Index\n"
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 0
