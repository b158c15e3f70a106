"""Figures of a bank's validation: differences to its rivals, calibration, net benefit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from chorall.analyses.bank.validate_result import BankValidation
from chorall.reports.figure import Figure
from chorall.reports.numbers import format_ratio
from chorall.reports.risk_table import format_signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

HEADLINE: Final = "leave_one_trial_out"
DIFFERENCE: Final = "difference to "
MOST_TRIALS: Final = 6
"""More calibration curves would not fit on one sheet."""

RESEARCH: Final = "Research use only."
DIFFERENCES_NOTE: Final = (
    "Each trial foretold by a bank, and by rivals, fitted to the others. Limits of 95 % by "
    f"resampling patients within trials, the same for both; models are not fitted again. {RESEARCH}"
)
CALIBRATION_NOTE: Final = (
    "Smooth calibration curves with limits of 95 %. Recalibrated: level of the trial corrected "
    f"from four fifths of its patients, judged in the other fifth. {RESEARCH}"
)
DECISIONS_NOTE: Final = (
    "Net benefit of acting on a risk at or above the threshold: true positives less false ones, "
    f"weighted with the odds of the threshold, per patient. Bands: 95 % by bootstrap. {RESEARCH}"
)


def draw_validation_figures(result: BankValidation) -> list[Figure]:
    """Return for each endpoint the differences, the calibration and the net benefit."""
    figures = []
    for endpoint in result.rows["endpoint"].unique(maintain_order=True):
        made = (
            _draw_differences(result, endpoint), _draw_calibration(result, endpoint),
            _draw_decisions(result, endpoint),
        )  # fmt: skip
        figures += [figure for figure in made if figure is not None]
    return figures


def _draw_differences(result: BankValidation, endpoint: str) -> Figure | None:
    rival = pl.col("model").str.strip_prefix(DIFFERENCE).str.replace_all("_", " ")
    data = result.rows.filter(
        pl.col("model").str.starts_with(DIFFERENCE),
        pl.col("measure").is_in(["concordance", "brier"]),
        scheme=HEADLINE, endpoint=endpoint, group="all",
    ).with_columns(rival=rival)  # fmt: skip
    if not data.height:
        return None
    title = f"The bank less each rival, trials left out: {endpoint}"
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.bank_drawing import draw_differences

        return draw_differences(data, title, DIFFERENCES_NOTE, synthetic=synthetic)

    order = data.filter(measure="concordance")
    seen = "; ".join(
        f"{name} {format_signed(*limits)}"
        for name, *limits in order.select("rival", "estimate", "lower", "upper").iter_rows()
    )
    alt = f"{title}. Concordance: {seen}."
    return Figure(f"bank-differences-{endpoint}", title, alt, data, draw)


def _draw_calibration(result: BankValidation, endpoint: str) -> Figure | None:
    if not result.calibration.height:
        return None
    data = result.calibration.filter(
        pl.col("group").str.starts_with("trial "), endpoint=endpoint
    ).with_columns(trial=pl.col("group").str.strip_prefix("trial "))
    trials = data["trial"].unique(maintain_order=True).to_list()[:MOST_TRIALS]
    if not trials:
        return None
    title = f"Foretold and observed risk at {result.horizon_years:g} years: {endpoint}"
    shown = data.filter(pl.col("trial").is_in(trials))
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.bank_drawing import draw_calibration

        return draw_calibration(shown, trials, title, CALIBRATION_NOTE, synthetic=synthetic)

    ratios = result.rows.filter(
        scheme=HEADLINE, endpoint=endpoint, model="bank", measure="observed_over_expected"
    )
    seen = "; ".join(
        f"{group.removeprefix('trial ')} {format_ratio(value)}"
        for group, value in ratios.select("group", "estimate").iter_rows()
        if group.removeprefix("trial ") in trials
    )
    alt = f"{title}, by trial. Observed over expected: {seen}."
    return Figure(f"bank-calibration-{endpoint}", title, alt, shown, draw)


def _draw_decisions(result: BankValidation, endpoint: str) -> Figure | None:
    if not result.decisions.height:
        return None
    data = result.decisions.filter(
        ~pl.col("model").str.contains(" less "), pl.col("net_benefit").is_finite(),
        endpoint=endpoint,
    )  # fmt: skip
    if not data.height:
        return None
    title = f"Net benefit by threshold of risk at {result.horizon_years:g} years: {endpoint}"
    synthetic = result.pool.synthetic

    def draw() -> Drawing:
        from chorall.reports.bank_drawing import draw_decisions

        return draw_decisions(data, title, DECISIONS_NOTE, synthetic=synthetic)

    benefit = data.filter(model="bank")["net_benefit"].to_list()
    alt = f"{title}. The bank's from {max(benefit):.3f} down to {min(benefit):.3f} per patient."
    return Figure(f"bank-decisions-{endpoint}", title, alt, data, draw)
