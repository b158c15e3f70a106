"""Figures of a target trial: the risk under each strategy, and the balance of confounders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.target_trials.result import TargetTrialResult
from chorall.reports.balance_figure import say_balance
from chorall.reports.figure import Figure
from chorall.reports.treatment_table import format_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

NOTE: Final = (
    "Clones of all eligible patients, censored when they leave the strategy and weighted for it; "
    "limits by drawing patients again. OBSERVATIONAL: right only if the confounders stated are "
    "all there are. Research use only."
)
BALANCE_NOTE: Final = (
    "Standardised mean difference between those who follow either strategy at the end of the grace "
    "period, first less second. Open: as they are, filled: as weighted. Balance of what was "
    "measured says nothing of what was not."
)


def draw_target_trial(result: TargetTrialResult) -> list[Figure]:
    """Return the figures; none where the comparison was refused."""
    if not result.curves.height:
        return []
    figures = [_draw_risks(result)]
    return [*figures, _draw_balance(result)] if result.balance.height else figures


def _draw_risks(result: TargetTrialResult) -> Figure:
    row = result.rows.row(0, named=True)
    title = f"{result.definition['name']}: {row['endpoint']} (observational)"
    label, synthetic = f"Probability of the event ({row['endpoint']})", result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.strategy_drawing import draw_risks

        return draw_risks(result.curves, title, NOTE, label, synthetic=synthetic)

    difference = format_points(
        row["risk_difference"], row["lower_risk_difference"], row["upper_risk_difference"]
    )
    alt = f"{title}. {row['first']} less {row['second']}: {difference} percentage points."
    return Figure("target-trial-risk", title, alt, result.curves, draw)


def _draw_balance(result: TargetTrialResult) -> Figure:
    title = f"Balance before and after weights: {result.definition['name']}"
    data: pl.DataFrame = result.balance
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.balance_drawing import draw_differences

        return draw_differences(data, title, BALANCE_NOTE, synthetic=synthetic)

    return Figure("target-trial-balance", title, f"{title}. {say_balance(data)}", data, draw)
