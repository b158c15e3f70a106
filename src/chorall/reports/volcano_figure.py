"""All lines of one model of a scan as a volcano: how large and how sure, one panel per endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from chorall.analyses.scan.result import ScanResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import count_of, format_count
from chorall.reports.wording import begin_sentence, check_known, clear_nan, name_marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

FOUND: Final = 0.05
"""Bound of the false discovery rate that the colours stand for."""
NAMED: Final = 6
"""Points with a name in each panel, those of the smallest p-values."""
MODEL_WORDS: Final = {
    "marker": "markers, present against absent",
    "pair": "pairs of markers, both against not both",
    "interaction": "interactions of two markers",
    "subtype": "markers within subtypes",
}


@dataclass(frozen=True, slots=True)
class VolcanoPanel:
    """One endpoint of a volcano.

    Attributes
    ----------
    title : str
        The endpoint.
    ratio, height : ndarray of shape (n,)
        Hazard ratio, and -log10 of the p-value.
    found : ndarray of bool, shape (n,)
        True where the false discovery rate is bounded.
    names : list of str
        Of the points, empty for those without a name.
    """

    title: str
    ratio: np.ndarray
    height: np.ndarray
    found: np.ndarray
    names: list[str]


def draw_volcano(result: ScanResult, model: str) -> Figure:
    """Return the volcano of one model, one panel per endpoint.

    Raises
    ------
    InputError
        If the result has no such model; the message lists the known ones.
    """
    check_known("model", model, result.rows["model"])
    rows = clear_nan(result.rows).filter(pl.col("model") == model)
    data = rows.drop_nulls("p_value").select(
        "endpoint", "marker", "subset", "hazard_ratio", "p_value", "q_value"
    )
    panels = [_make_panel(result, name, data) for name in result.endpoints]
    title = f"Scan of {MODEL_WORDS[model]}"
    n_found = int((data["q_value"] < FOUND).sum())
    note = (
        f"Squares and circles: {format_count(n_found)} of {format_count(data.height)} lines with "
        f"q < {FOUND:g} (Benjamini-Hochberg over all panels); dashed: the largest such p-value. "
        "Triangles: beyond the panel. "
        f"Not assessable: {format_count(rows.height - data.height)}. "
        "Hazard ratios as estimated, not shrunken: the highest points are too far out."
    )

    x_label = "ratio of hazard ratios" if model == "interaction" else "hazard ratio"

    def draw() -> Drawing:
        from chorall.reports.volcano_drawing import draw_panels

        return draw_panels(panels, title, note, x_label, synthetic=result.pool.synthetic)

    alt = (
        f"{title}: hazard ratio against p-value in {count_of(len(panels), 'panel')}. "
        f"{format_count(n_found)} of {format_count(data.height)} have q < {FOUND:g}."
    )
    return Figure(f"volcano-{model}", title, alt, data, draw)


def _make_panel(result: ScanResult, endpoint: str, data: pl.DataFrame) -> VolcanoPanel:
    rows = data.filter(pl.col("endpoint") == endpoint)
    p_values = rows["p_value"].to_numpy()
    order = np.argsort(np.argsort(p_values, kind="stable"), kind="stable")
    found = (rows["q_value"] < FOUND).to_numpy()
    names = [
        _name_point(marker, subset) if rank < NAMED and hit else ""
        for marker, subset, rank, hit in zip(
            rows["marker"], rows["subset"], order, found, strict=True
        )
    ]
    return VolcanoPanel(
        title=f"{begin_sentence(result.labels[endpoint])} ({endpoint})",
        ratio=rows["hazard_ratio"].to_numpy(),
        # p-values below the smallest number are as far up as there is
        height=-np.log10(np.maximum(p_values, 1e-300)),
        found=found,
        names=names,
    )


def _name_point(marker: str, subset: str) -> str:
    name = name_marker(marker)
    return name if subset == "all" else f"{name} in {name_marker(subset)}"
