"""The method of the release, whole: what it warns of, what moves its ranks, every parameter and every fitted number."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import streamlit as st

from dashboard import charts, data
from dashboard.safe import plain
from pipelines.scorecard import INPUTS, label, number

Parameters = Mapping[str, str]
_SAID_APART = ("index_withheld", "inputs_that_may_be_fixed")


def main() -> None:
    """The page."""
    release_id = data.current()
    if release_id is None:
        return
    method = data.method(release_id)
    st.title("Method")
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    version = f"version {plain(method['version'])} of the method" if "version" in method else "its method"
    left.caption(f"Release {release_id} was made by {version}. Nothing that a number depends on is left out here.")
    right.download_button(
        "Method CSV",
        _csv(method),
        file_name=f"method-{release_id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    if "index_withheld" in method:
        st.info(plain(method["index_withheld"]))
    for text in _under(method, "warning").values():
        st.warning(plain(text))
    _sensitivity(release_id, method)
    _parameters(method)
    _scales(release_id, method)
    _notes(method)


def _csv(method: Parameters) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("parameter", "value"), *method.items()])
    return text.getvalue()


def _under(method: Parameters, name: str) -> dict[str, str]:
    """Rows `name.x` by their x."""
    return {key.removeprefix(f"{name}."): value for key, value in method.items() if key.startswith(f"{name}.")}


def _sensitivity(release_id: str, method: Parameters) -> None:
    st.header("What moves the ranks", divider="gray")
    rows = [row | {"name": INPUTS.get(row["input"], label(row["input"]))} for row in data.sensitivity(release_id)]
    varied = [row for row in rows if row["total"] is not None]
    if not varied:
        st.info("No company has an index, so there are no ranks to move.")
        return
    st.altair_chart(
        charts.sensitivity(varied),
        width="stretch",
        alt="Total index of each uncertain input: "
        + "; ".join(f"{row['name']} {number(row['total'])}" for row in varied),
    )
    st.caption(
        "Of the variation of ranks between replications, the share that each choice or chance has a part in (bar, with "
        "its 90% interval) and the share that it makes alone (tick): Sobol' indices, Jansen 1999 and Saltelli 2010. "
        "Bars may sum to more than one where inputs act together."
    )
    still = [row["name"] for row in rows if row["total"] is None]
    idle = [INPUTS.get(name, label(name)) for name in method.get("inputs_that_may_be_fixed", "").split()]
    for names, what in ((still, "Cannot vary in this release"), (idle, "Moves next to nothing and may be fixed")):
        if names:
            st.caption(plain(f"{what}: {', '.join(names)}."))
    widths = _under(method, "mean_rank_interval")
    titles = {"total": "together", "method": "from method alone", "sampling": "from sampling alone"}
    for place, (kind, title) in zip(st.columns(3), titles.items(), strict=True):
        if kind in widths:
            place.metric(f"Places in a mean rank interval, {title}", plain(widths[kind]))


def _parameters(method: Parameters) -> None:
    st.header("Parameters", divider="gray")
    meanings = data.meanings() | {"seed": "of all draws; the same seed gives the same numbers"}
    others = [name for name in method if "." not in name and name not in (*_SAID_APART, *meanings)]
    st.dataframe(
        [
            {"Parameter": label(name), "Value": method[name], "Meaning": meanings.get(name, "")}
            for name in (*meanings, *others)
            if name in method
        ],
        hide_index=True,
        width="stretch",
        height="content",
    )


def _scales(release_id: str, method: Parameters) -> None:
    low, high, period = (_under(method, f"goalpost_{part}") for part in ("low", "high", "period"))
    unscored = _under(method, "unscored")
    if not low and not unscored:
        return
    st.header("Scale of each indicator", divider="gray")
    titles = data.titles(release_id)
    slopes, errors = _under(method, "slope"), _under(method, "slope_error")
    lines = []
    for name in sorted({*low, *unscored}, key=lambda it: titles.get(it, it)):
        of_size = [
            f"{place.removeprefix(f'{name}.')} {number(float(slope))} ± {number(float(errors.get(place, 'nan')))}"
            for place, slope in slopes.items()
            if place.startswith(f"{name}.")
        ]
        lines.append(
            {
                "Indicator": titles.get(name, label(name)),
                "Scored 0": number(float(low[name])) if name in low else "",
                "Scored 100": number(float(high[name])) if name in high else "",
                "Set at": period.get(name, ""),
                "Grows with followers by the power": "; ".join(of_size),
                "Not scored": unscored.get(name, ""),
            }
        )
    st.dataframe(lines, hide_index=True, width="stretch", height="content")
    st.caption(
        "Goalposts are percentiles of the companies (goalpost low and high above) at the month end that set them, or "
        "what the panel fixes; of indicators whose less is better the sign is turned. What size alone explains is "
        "taken out before scoring."
    )


def _notes(method: Parameters) -> None:
    reversed_pairs = _under(method, "reversed_when_platforms_are_pooled")
    defaulted = _under(method, "defaulted")
    if not reversed_pairs and not defaulted:
        return
    st.header("Read with care", divider="gray")
    for name, pairs in reversed_pairs.items():
        st.text(f"{label(name)}: pooling platforms would turn the order of {pairs}.")
    for name, count in defaulted.items():
        st.text(f"{name}: {count}.")


main()
