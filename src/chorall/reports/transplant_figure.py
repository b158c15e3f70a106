"""Curves of Simon and Makuch: patients change group on the day of transplantation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.transplants.result import TransplantResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import format_ratio_interval
from chorall.reports.survival_figure import SMALLEST_AT_RISK

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTE: Final = (
    "Curves of Simon and Makuch from the first landmark on: a patient leaves one risk set and "
    "enters the other on the day of transplantation. OBSERVATIONAL: patients were chosen for "
    "transplantation, and the curves are not adjusted. They end where fewer than "
    f"{SMALLEST_AT_RISK} patients are at risk."
)


def draw_transplant(result: TransplantResult, endpoint: str) -> Figure:
    """Return the figure of one endpoint."""
    data = cut_curves(result.curves.filter(endpoint=endpoint))
    title = f"After transplantation in first remission, and without: {endpoint} (observational)"
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.transplant_drawing import draw_curves

        return draw_curves(data, title, NOTE, synthetic=synthetic)

    alt = f"{title}. {_describe(result, endpoint)}"
    return Figure(f"transplant-{endpoint}", title, alt, data, draw)


def cut_curves(curves: pl.DataFrame) -> pl.DataFrame:
    """Return the curves up to the last time with enough patients at risk."""
    enough = pl.col("n_at_risk") >= SMALLEST_AT_RISK
    last = pl.col("time_years").filter(enough).max().over("group")
    return curves.filter(pl.col("time_years") <= last)


def _describe(result: TransplantResult, endpoint: str) -> str:
    rows = result.rows.filter(pl.col("group") == "all", endpoint=endpoint)
    return " ".join(
        f"{method}: {format_ratio_interval(*limits)}."
        for method, *limits in rows.select("method", "hazard_ratio", "lower", "upper").iter_rows()
    )
