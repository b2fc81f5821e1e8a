"""The method's parameters: one versioned list (`sql/seeds/method.csv`), copied into every release."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec
import pyarrow as pa

from pipelines.index.inputs.arrays import MethodError

Normalisation = Literal[
    "goalposts",
    "minmax",
    "zscore",
    "percentile_rank",
    "rank",
    "borda",
    "distance_to_maximum",
    "distance_to_reference",
    "distance_to_target",
    "fraction_of_maximum",
    "scaled",
]
Aggregation = Literal["arithmetic", "geometric", "harmonic", "power", "copeland"]
_FILE = "sql/seeds/method.csv"


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """Every number of the method that is a choice; its file says what each means. Shares are 0-1, points of 100.

    Of alternatives, which stand between spaces, the first or the singular parameter is what is published; the others
    are what the uncertainty analysis tries beside it (METHOD.md 8.3).
    """

    version: float
    half_life_days: float
    half_lives_days: tuple[float, ...]
    window_weeks: float
    peer_group_members: float
    draws: float
    interval: float
    goalpost_low: float
    goalpost_high: float
    fewest_scored: float
    fewest_in_size_control: float
    smallest_stratum: float
    volume_present: float
    widest_interval: float
    weight_present: float
    coverage: float
    widest_rank_interval: float
    most_wide_intervals: float
    fewest_pillars: float
    oldest_disclosure_months: float
    topic_threshold: float
    normalisations: tuple[Normalisation, ...]
    treatments: tuple[str, ...]
    weight_noise: float
    aggregations: tuple[Aggregation, ...]
    missing_disclosures: tuple[Literal["worst", "median", "best"], ...]
    replications: float
    sensitivity_points: float
    fixed_below: float
    least_probability: float
    gap_draws: float
    gap_threshold: float
    gap_probability: float
    gap_fewest_posts: float
    gap_fewest_points: float
    gap_fewest_labels: float
    gap_false_discovery: float
    gap_differential_level: float
    gap_reliability: float

    @classmethod
    def of(cls, rows: Iterable[tuple[str, object]], lines: Mapping[str, int] | None = None) -> Method:
        """The method of `(parameter, value)` rows; `lines` are theirs in the file, where they come from it.

        Raises:
            MethodError: naming parameters that are missing, unknown, no numbers, or outside what they may be.
        """
        given = {name: str(value) for name, value in rows}
        if wrong := sorted(set(given) ^ set(cls.__struct_fields__)):
            raise MethodError(f"{_place(wrong[0], lines)}: missing or unknown parameters: {', '.join(wrong)}")
        hints = typing.get_type_hints(cls)
        method = cls(**{name: _typed(_place(name, lines), name, given[name], hint) for name, hint in hints.items()})
        for name, is_right, rule in method._rules():
            if not is_right:
                raise MethodError(f"{_place(name, lines)}: {name} is {given[name]!r}: {rule}")
        return method

    @classmethod
    def of_table(cls, table: pa.Table) -> Method:
        """The method of its table, columns `parameter` and `value`; errors as of `of`."""
        return cls.of(zip(table["parameter"].to_pylist(), table["value"].to_pylist(), strict=True))

    def rows(self) -> Iterator[tuple[str, str]]:
        """`(parameter, value)` as `of` reads them."""
        for name, value in msgspec.structs.asdict(self).items():
            yield name, _text(value)

    def _rules(self) -> Iterable[tuple[str, bool, str]]:
        for name in ("half_life_days", "draws", "replications", "gap_draws", "sensitivity_points"):
            value = getattr(self, name)
            yield name, value > 0 and (name == "half_life_days" or value >= 1), "it must be positive"
        for name in ("interval", "least_probability", "gap_probability", "gap_false_discovery", "weight_noise"):
            yield name, 0 < getattr(self, name) < 1, "it is a share between 0 and 1"
        is_among = self.half_life_days in self.half_lives_days and min(self.half_lives_days) > 0
        yield "half_lives_days", is_among, "they are positive and half_life_days is one of them"
        # What is published has these; the others are tried beside them (METHOD.md 8.3).
        for name, first, others in (
            ("normalisations", "goalposts", ("minmax", "zscore", "percentile_rank")),
            ("aggregations", "geometric", ("arithmetic", "harmonic")),
        ):
            given = getattr(self, name)
            is_right = given[:1] == (first,) and set(given[1:]) <= set(others)
            yield name, is_right, f"the first is {first}, which is published; others may be {', '.join(others)}"
        yield "treatments", self.treatments[:1] == ("0",), "the first is 0, which is published"
        yield "interval", self.interval == 0.9, "every page and sentence says 90%"
        points = self.sensitivity_points
        yield "sensitivity_points", points >= 1 and int(points) & (int(points) - 1) == 0, "it is a power of two"
        yield "treatments", all(it == "log" or it.isdecimal() for it in self.treatments), "numbers of points, or log"


def _text(value: float | str | tuple[float | str, ...]) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_text, value))
    return value if isinstance(value, str) else f"{value:g}"


def _place(name: str, lines: Mapping[str, int] | None) -> str:
    return f"{_FILE}:{lines[name]}" if lines and name in lines else _FILE


def _typed(place: str, name: str, text: str, hint: object) -> typing.Any:
    try:
        return msgspec.convert(text if hint is float else text.split(), hint, strict=False)
    except msgspec.ValidationError:
        kind = "a number" if hint is float else "numbers, or names that the method knows, with spaces between"
        raise MethodError(f"{place}: {name} cannot be {text!r}: it is {kind}") from None
