"""The page on the method of the release: its warnings, what its ranks depend on, all parameters and fitted numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import streamlit as st

from dashboard import charts, data
from dashboard.views import page
from dashboard.views.escaping import plain, table
from pipelines.release import OpenRelease
from pipelines.scorecard import INPUTS, csv_bytes, label, number

Parameters = Mapping[str, str]
_SHOWN_ELSEWHERE = ("index_withheld", "inputs_that_may_be_fixed")


def main() -> None:
    """Show the page."""
    release = page.begin_page()
    if release is None:
        return
    method = data.method(release)
    st.title("Method")
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    version = f"version {plain(method['version'])} of the method" if "version" in method else "a method without version"
    left.caption(f"Release {release.release_id} was made by {version}. This page shows all that its numbers depend on.")
    right.download_button(
        "Method CSV",
        _csv(method),
        file_name=f"method-{release.release_id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    if "index_withheld" in method:
        st.info(plain(method["index_withheld"]))
    for text in _under(method, "warning").values():
        st.warning(plain(text))
    _sensitivity(release, method)
    _parameters(method)
    _scales(release, method)
    _notes(method)


def _csv(method: Parameters) -> bytes:
    return csv_bytes(("parameter", "value"), ((name, _typed(value)) for name, value in method.items()))


def _typed(value: str) -> str | float:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(value)
    return value


def _under(method: Parameters, name: str) -> dict[str, str]:
    """The values of the parameters `name.x`, by x."""
    return {key.removeprefix(f"{name}."): value for key, value in method.items() if key.startswith(f"{name}.")}


def _sensitivity(release: OpenRelease, method: Parameters) -> None:
    st.header("What the ranks depend on", divider="gray")
    rows = [row | {"name": INPUTS.get(row["input"], label(row["input"]))} for row in data.sensitivity(release)]
    varied = [row for row in rows if row["total"] is not None]
    if not varied:
        st.info("No company has an index, so there are no ranks.")
        return
    st.altair_chart(
        charts.sensitivity(varied),
        width="stretch",
        alt="Total index of each uncertain input: "
        + "; ".join(f"{row['name']} {number(row['total'])}" for row in varied),
    )
    st.caption(
        "How much of the variation of ranks between replications each uncertain input explains: alone (tick) and with "
        "all its interactions (bar, with its 90% interval). These are Sobol' indices of first and of total order "
        "(Jansen 1999, Saltelli 2010). The bars may sum to more than 100%, because inputs interact."
    )
    fixed = [row["name"] for row in rows if row["total"] is None]
    idle = [INPUTS.get(name, label(name)) for name in method.get("inputs_that_may_be_fixed", "").split()]
    for names, what in ((fixed, "Cannot vary in this release"), (idle, "Have next to no effect and may be fixed")):
        if names:
            st.caption(plain(f"{what}: {', '.join(names)}."))
    widths = _under(method, "mean_rank_interval")
    titles = {"total": "in all", "method": "from the method alone", "sampling": "from sampling alone"}
    for column, (kind, title) in zip(st.columns(3), titles.items(), strict=True):
        if kind in widths:
            column.metric(f"Mean width of rank intervals, {title}", plain(widths[kind]))


def _parameters(method: Parameters) -> None:
    st.header("Parameters", divider="gray")
    meanings = data.meanings() | {"seed": "seed of all random draws; the same seed gives the same numbers"}
    others = [name for name in method if "." not in name and name not in (*_SHOWN_ELSEWHERE, *meanings)]
    table(
        st,
        [
            {"Parameter": label(name), "Value": method[name], "Meaning": meanings.get(name, "")}
            for name in (*meanings, *others)
            if name in method
        ],
        hide_index=True,
        width="stretch",
        height="content",
    )


def _scales(release: OpenRelease, method: Parameters) -> None:
    low, high, period = (_under(method, f"goalpost_{part}") for part in ("low", "high", "period"))
    unscored = _under(method, "unscored")
    if not low and not unscored:
        return
    st.header("Scale of each indicator", divider="gray")
    titles = data.titles(release)
    slopes, errors = _under(method, "slope"), _under(method, "slope_error")
    lines = []
    for name in sorted({*low, *unscored}, key=lambda indicator_id: titles.get(indicator_id, indicator_id)):
        exponents = [
            f"{key.removeprefix(f'{name}.')} {number(float(slope))} ± {number(float(errors.get(key, 'nan')))}"
            for key, slope in slopes.items()
            if key.startswith(f"{name}.")
        ]
        lines.append(
            {
                "Indicator": titles.get(name, label(name)),
                "Value scored 0": number(float(low[name])) if name in low else "",
                "Value scored 100": number(float(high[name])) if name in high else "",
                "Set at": period.get(name, ""),
                "Exponent of followers": "; ".join(exponents),
                "Not scored": unscored.get(name, ""),
            }
        )
    table(st, lines, hide_index=True, width="stretch", height="content")
    st.caption(
        "A value is scored by its place between two goalposts: the percentiles of the companies that the parameters "
        "goalpost low and goalpost high name, at the month end in column Set at, or what the panel fixes. Indicators "
        "of which less is better have their sign reversed. The effect of size, a power of followers, is removed before "
        "scoring."
    )


def _notes(method: Parameters) -> None:
    reversed_pairs = _under(method, "reversed_when_platforms_are_pooled")
    defaulted = _under(method, "defaulted")
    if not reversed_pairs and not defaulted:
        return
    st.header("Read with care", divider="gray")
    for name, pairs in reversed_pairs.items():
        st.text(f"{label(name)}: pooling the platforms would reverse the order of {pairs}.")
    for name, count in defaulted.items():
        st.text(f"{name}: {count}.")


main()
