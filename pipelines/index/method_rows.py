"""The method as it was used: its parameters, what was fitted to the data, why there is no index if there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from pipelines.index.aggregate import is_index_given
from pipelines.index.arrays import Flags
from pipelines.index.frame import Frame
from pipelines.index.inputs import PILLARS
from pipelines.index.measure import Measured
from pipelines.index.method import Method
from pipelines.index.normalise import Goalposts
from pipelines.index.results import MethodRows
from pipelines.index.scoring import Moment

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six")


def method_rows(
    measured: Sequence[Measured],
    posts: Sequence[Goalposts],
    moments: Sequence[Mapping[str, Moment]],
    frame: Frame,
    method: Method,
    seed: int,
) -> MethodRows:
    """Rows of table `method`; fitted ones are `name.indicator[.platform]`, of the latest month end."""
    rows = [(name, f"{value:g}") for name, value in msgspec.structs.asdict(method).items()]
    rows.append(("seed", str(seed)))
    for it, ends in zip(measured, posts, strict=True):
        rows += _fitted(it, ends, frame)
    if moments and (why := withheld(moments[-1]["now"], method)):
        rows.append(("index_withheld", why))
    columns = zip(*rows, strict=True)
    return MethodRows(*(np.array(column, np.object_) for column in columns))


def _fitted(it: Measured, ends: Goalposts, frame: Frame) -> Iterator[tuple[str, str]]:
    name = it.indicator.indicator_id
    if ends.reason:
        yield f"unscored.{name}", ends.reason
    else:
        yield f"goalpost_low.{name}", f"{ends.low:.10g}"
        yield f"goalpost_high.{name}", f"{ends.high:.10g}"
        yield f"goalpost_period.{name}", str(frame.periods[ends.period])
    for parameter, values in it.strata.notes if it.strata else ():
        for platform, value in zip(frame.platforms, values[-1], strict=True):
            if np.isfinite(value):
                yield f"{parameter}.{name}.{platform}", f"{value:.10g}"


def withheld(moment: Moment, method: Method) -> str | None:
    """Why nobody has an index at this month end; None where someone has."""
    if np.isfinite(moment.index.score).any():
        return None
    has_data = np.asarray(np.isfinite(moment.pillars.score).any(1))
    fewest = _NUMBERS[int(method.fewest_pillars)]
    if has_data.sum() < method.fewest_pillars:
        return f"No index: {_named(has_data)} have data{_list(has_data)}; at least {fewest} are needed."
    if moment.enters.sum() < method.fewest_pillars:
        return (
            f"No index: {_named(moment.enters)} have scores for {method.coverage:.0%} of the companies"
            f"{_list(moment.enters)}; at least {fewest} are needed."
        )
    if not is_index_given(moment.enters, method):
        return "No index: DIA, the pillar of conduct, has too little data; it is always needed."
    return f"No index: no company has {fewest} pillars."


def _named(pillars: Flags) -> str:
    return f"{int(pillars.sum())} of {len(PILLARS)} pillars"


def _list(pillars: Flags) -> str:
    names = [name for name, is_in in zip(PILLARS, pillars, strict=True) if is_in]
    return f" ({', '.join(sorted(names))})" if names else ""
