"""The answers on transplantation in first remission side by side, each with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.transplants.result import TransplantResult
from chorall.reports.figure import Figure
from chorall.reports.forest_figure import ForestLine
from chorall.reports.numbers import format_count, format_ratio_interval
from chorall.reports.treatment_table import format_points
from chorall.reports.wording import clear_nan

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

HEADS: Final = ("Hazard ratio", "After / all", "Points")
NOTE: Final = (
    "Hazard ratio after transplantation against without (left favours it); points: difference of "
    "risk at {horizon:g} years (from the landmark where there is one). OBSERVATIONAL, but for "
    "donor against no donor: a natural experiment on having a donor. Research use only."
)


def draw_side_by_side(result: TransplantResult, endpoint: str) -> Figure:
    """Return the forest of all answers to one endpoint, those that are wrong named as such."""
    data = clear_nan(result.rows).filter(pl.col("group") == "all", endpoint=endpoint)
    lines = [_make_line(row) for row in data.to_dicts()]
    title = f"Transplantation in first remission, answers side by side: {endpoint} (observational)"
    note, synthetic = NOTE.format(horizon=result.horizon_years), result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.forest_drawing import draw_lines

        return draw_lines(lines, title, note, synthetic=synthetic, heads=HEADS)

    spoken = "; ".join(f"{line.label} {line.figure}, {line.q_value} points" for line in lines)
    return Figure(f"answers-{endpoint}", title, f"{title}. {spoken}.", data, draw)


def _make_line(row: dict[str, Any]) -> ForestLine:
    points = format_points(row["risk_difference"], None, None).split(" (")[0]
    return ForestLine(
        label=row["method"].replace("negative control", "control"),
        ratio=row["hazard_ratio"],
        lower=row["lower"],
        upper=row["upper"],
        n_present=f"{format_count(row['n_transplanted'])} / {format_count(row['n_patients'])}",
        figure=format_ratio_interval(row["hazard_ratio"], row["lower"], row["upper"]),
        q_value=points if row["risk_difference"] is not None else "",
    )
