"""What changes at a cut-off, for the eye: means in slices below and above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorall.analyses.cut_offs.result import CutOffResult
from chorall.reports.figure import Figure
from chorall.reports.treatment_table import format_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTE: Final = (
    "Means of four slices on either side (risk: mean pseudo-values at {horizon:g} years). What "
    "counts is whether they jump at the dashed line, not how they rise. NATURAL EXPERIMENT: it "
    "speaks of patients near the cut. Research use only."
)


def draw_cut_off(result: CutOffResult) -> list[Figure]:
    """Return the figure; none where nobody is near the cut."""
    if not result.points.height:
        return []
    first = result.rows.filter(bandwidth=result.bandwidth).row(0, named=True)
    title = f"At the cut-off of {result.variable}: {first['endpoint']} (natural experiment)"
    note, label = NOTE.format(horizon=result.horizon_years), result.variable

    def draw() -> Drawing:
        from chorall.reports.cut_off_drawing import draw_slices

        return draw_slices(result.points, title, note, label, synthetic=result.pool.synthetic)

    figures = [first[f"{side}risk_difference"] for side in ("", "lower_", "upper_")]
    alt = f"{title}. Above less below: {format_points(*figures)} percentage points."
    return [Figure("cut-off", title, alt, result.points, draw)]
