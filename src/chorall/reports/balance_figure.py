"""The love plot: how unlike both sides were in each covariate, before and after weighting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.transplants.result import TransplantResult
from chorall.reports.figure import Figure
from chorall.reports.numbers import NOT_ESTIMATED, is_known

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTE: Final = (
    "Standardised mean difference, transplanted less others, at the landmark. Open: before, "
    "filled: after overlap weights. Balance of what was measured says nothing of what was not."
)


def draw_balance(result: TransplantResult, endpoint: str) -> Figure:
    """Return the figure of one endpoint, at its first landmark."""
    data = result.balance.filter(endpoint=endpoint)
    data = data.filter(landmark_days=data["landmark_days"][0])
    title = f"Balance before and after overlap weights: {endpoint} (observational)"
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.balance_drawing import draw_differences

        return draw_differences(data, title, NOTE, synthetic=synthetic)

    return Figure(f"balance-{endpoint}", title, f"{title}. {say_balance(data)}", data, draw)


def say_balance(data: pl.DataFrame) -> str:
    """Return the differences of every covariate in words."""
    return " ".join(
        f"{name}: {_sign(before)} before, {_sign(after)} after."
        for name, before, after in data.select("covariate", "before", "after").iter_rows()
    )


def _sign(difference: float | None) -> str:
    known = difference is not None and is_known(difference)
    return f"{difference:+.2f}" if known else NOT_ESTIMATED
