"""Survival or cumulative incidence with a marker present, absent and not tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.prognosis_result import PrognosisResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import (
    count_of,
    format_count,
    format_p_with_sign,
    format_percent_interval,
    format_ratio_interval,
)
from chorall.reports.wording import (
    GROUPS,
    begin_sentence,
    check_known,
    clear_nan,
    name_causes,
    name_endpoint,
    name_marker,
    name_single_curve,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

SMALLEST_AT_RISK: Final = 10
_SIZES: Final = {"present": "n_present", "absent": "n_absent", "not tested": "n_unknown"}


@dataclass(frozen=True, slots=True)
class SurvivalView:
    """What one figure shows, ready to be drawn.

    Attributes
    ----------
    title, subtitle, note : str
        The words on the figure.
    axis : str
        What the height of a curve is.
    causes : dict of int to str
        One panel each, with its label.
    competing : bool
        True: cumulative incidence rises from 0. False: survival falls from 1.
    curves : DataFrame
        cause, group, time_years, estimate, lower, upper; each curve ends where it is cut.
    at_risk : DataFrame
        group, time_years, n_at_risk.
    sizes : dict of str to int
        Patients in each group; fewer are at risk at 0 where some come under observation later.
    last_years : float
        Right end of the time axis.
    conf_level : float
        Level of the bands.
    synthetic : bool
        True for simulated patients.
    """

    title: str
    subtitle: str
    note: str
    axis: str
    causes: dict[int, str]
    competing: bool
    curves: pl.DataFrame
    at_risk: pl.DataFrame
    sizes: dict[str, int]
    last_years: float
    conf_level: float
    synthetic: bool


def draw_survival(result: PrognosisResult, marker: str, endpoint: str) -> Figure:
    """Return the curves of one marker and endpoint with aligned numbers at risk.

    Survival where only one cause exists, otherwise the cumulative incidence of every cause in
    panels of one scale. Not tested is a third, dashed curve; a curve ends at the last whole year
    with at least 10 patients at risk.

    Raises
    ------
    InputError
        If the result has no such marker or endpoint; the message lists the known ones.
    """
    view = arrange_curves(result, marker, endpoint)
    row = _find_row(result, marker, endpoint)

    def draw() -> Drawing:
        from chorall.reports.survival_drawing import draw_view

        return draw_view(view)

    alt = _describe(row, view, result.horizon_years)
    return Figure(f"survival-{endpoint}-{marker}", view.title, alt, _tidy(view), draw)


def _find_row(result: PrognosisResult, marker: str, endpoint: str) -> dict[str, Any]:
    chosen = (pl.col("marker") == marker) & (pl.col("endpoint") == endpoint)
    return clear_nan(result.summary).filter(chosen).row(0, named=True)


def arrange_curves(result: PrognosisResult, marker: str, endpoint: str) -> SurvivalView:
    """Return what a figure of curves shows, each curve cut where few are at risk.

    Raises
    ------
    InputError
        If the result has no such marker or endpoint; the message lists the known ones.
    """
    label = name_endpoint(result, endpoint)
    check_known("marker", marker, result.summary["marker"])
    row = _find_row(result, marker, endpoint)
    chosen = (pl.col("marker") == marker) & (pl.col("endpoint") == endpoint)
    at_risk = result.at_risk.filter(chosen).select("group", "time_years", "n_at_risk")
    curves = clear_nan(result.curves).filter(chosen)
    causes = name_causes(row["endpoint"], curves["cause"].unique().sort().to_list())
    cuts = _find_cuts(at_risk)
    return SurvivalView(
        title=f"{begin_sentence(label)}: {name_marker(row['marker'])}",
        subtitle=_summarise(row, result.horizon_years),
        note=_write_note(result, at_risk, cuts),
        axis="Cumulative incidence (%)" if len(causes) > 1 else f"{begin_sentence(label)} (%)",
        causes=causes,
        competing=len(causes) > 1,
        curves=_cut_curves(curves, cuts),
        at_risk=at_risk,
        sizes={group: row[_SIZES[group]] for group in GROUPS},
        last_years=max(cuts.values(), default=0.0),
        conf_level=result.conf_level,
        synthetic=result.pool.synthetic,
    )


def _find_cuts(at_risk: pl.DataFrame) -> dict[str, float]:
    """Return group to the last listed year with enough patients, without groups that had none."""
    enough = at_risk.filter(pl.col("n_at_risk") >= SMALLEST_AT_RISK)
    last = dict(enough.group_by("group").agg(pl.col("time_years").max()).iter_rows())
    return {group: float(last[group]) for group in GROUPS if last.get(group)}


def _cut_curves(curves: pl.DataFrame, cuts: dict[str, float]) -> pl.DataFrame:
    """Keep each curve up to its cut and draw its last step on to the cut."""
    columns = ["cause", "group", "time_years", "estimate", "lower", "upper"]
    limit = pl.col("group").replace_strict(cuts, default=None, return_dtype=pl.Float64)
    kept = curves.filter(pl.col("time_years") <= limit).select(columns)
    ends = (
        kept.sort("time_years")
        .group_by("cause", "group", maintain_order=True)
        .last()
        .with_columns(time_years=limit)
    )
    return pl.concat([kept, ends.select(columns)]).unique(maintain_order=True)


def _summarise(row: dict[str, Any], horizon: float) -> str:
    present = format_percent_interval(*_figures(row, "present"))
    absent = format_percent_interval(*_figures(row, "absent"))
    names = ("adjusted_hazard_ratio", "adjusted_lower", "adjusted_upper")
    ratio = format_ratio_interval(*(row[name] for name in names))
    q_value = f", {format_p_with_sign('q', row['q_value'])}" if row["q_value"] is not None else ""
    return (
        f"At {horizon:g} years: present {present}, absent {absent}. "
        f"Adjusted hazard ratio {ratio}{q_value}."
    )


def _figures(row: dict[str, Any], group: str) -> tuple[float | None, ...]:
    return tuple(row[f"{name}_{group}"] for name in ("estimate", "lower", "upper"))


def _write_note(result: PrognosisResult, at_risk: pl.DataFrame, cuts: dict[str, float]) -> str:
    few = [
        group for group in GROUPS if group in set(at_risk["group"].to_list()) and group not in cuts
    ]
    omitted = f" No curve for {' and '.join(few)}: too few patients." if few else ""
    return (
        f"Curves end where fewer than {SMALLEST_AT_RISK} patients are at risk. Bands: "
        f"{result.conf_level * 100:g} % confidence.{omitted} Not tested: no usable result (failed, "
        "inconclusive and not reported included); not the same as absent."
    )


def _describe(row: dict[str, Any], view: SurvivalView, horizon: float) -> str:
    unit = "cumulative incidence" if view.competing else name_single_curve(row["endpoint"])
    parts = [
        f"{group} {format_percent_interval(*_figures(row, group))}, "
        f"n = {format_count(row[f'n_{group}'])}"
        for group in ("present", "absent")
    ]
    return (
        f"{view.title}. {begin_sentence(unit)} at {horizon:g} years: "
        f"{'; '.join(parts)}. {count_of(row['n_unknown'], 'patient')} without a test result "
        "drawn as a dashed grey curve. Numbers at risk stand under the curves."
    )


def _tidy(view: SurvivalView) -> pl.DataFrame:
    curves = view.curves.with_columns(part=pl.lit("curve"))
    at_risk = view.at_risk.with_columns(part=pl.lit("at risk"))
    return pl.concat([curves, at_risk], how="diagonal_relaxed")
