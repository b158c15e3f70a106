"""Donor against no donor as a forest: all trials, each trial, and by marker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chorall.analyses.donors.result import DonorResult
from chorall.reports.figure import Figure
from chorall.reports.forest_figure import ForestLine
from chorall.reports.numbers import format_count, format_ratio_interval
from chorall.reports.treatment_table import format_points
from chorall.reports.wording import clear_nan, name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

HEADS: Final = ("Hazard ratio", "Donor / none", "Points")
NOTE: Final = (
    "Hazard ratio of having a donor against having none, within trials, from the result of tissue "
    "typing on (left favours a donor); points: difference of risk at {horizon:g} years. NATURAL "
    "EXPERIMENT, by intention to treat: not the effect of transplantation itself. Research use "
    "only."
)


def draw_donor(result: DonorResult, endpoint: str) -> Figure:
    """Return the forest of one endpoint."""
    data = clear_nan(result.rows).filter(endpoint=endpoint)
    lines = [_make_line(row) for row in data.to_dicts()]
    title = f"Donor against no donor: {endpoint} (natural experiment)"
    note, synthetic = NOTE.format(horizon=result.horizon_years), result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.forest_drawing import draw_lines

        return draw_lines(lines, title, note, synthetic=synthetic, heads=HEADS)

    spoken = "; ".join(f"{line.label} {line.figure}" for line in lines)
    return Figure(f"donor-{endpoint}", title, f"{title}. {spoken}.", data, draw)


def _make_line(row: dict[str, Any]) -> ForestLine:
    if row["marker"] is not None:
        label = f"{name_marker(row['marker'])} {row['group']}"
    else:
        label = row["trial"] or "All trials"
    points = format_points(row["risk_difference"], None, None).split(" (")[0]
    return ForestLine(
        label=label,
        ratio=row["hazard_ratio"],
        lower=row["lower"],
        upper=row["upper"],
        n_present=f"{format_count(row['n_donor'])} / {format_count(row['n_no_donor'])}",
        figure=format_ratio_interval(row["hazard_ratio"], row["lower"], row["upper"]),
        q_value=points if row["risk_difference"] is not None else "",
        kind="diamond" if row["trial"] is None and row["marker"] is None else "estimate",
    )
