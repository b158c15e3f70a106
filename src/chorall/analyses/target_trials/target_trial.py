"""What would have happened had a strategy been assigned: a target trial emulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import polars as pl

from chorall.analyses.arguments import check_conf_level, check_trials
from chorall.analyses.endpoint_choice import choose_endpoints, warn_of_unverified
from chorall.analyses.result import label_pool
from chorall.analyses.target_trials.definition import TargetTrial, read_target_trial
from chorall.analyses.target_trials.eligible import EligibleCohort, find_eligible
from chorall.analyses.target_trials.emulate import CLONES, Emulated, emulate
from chorall.analyses.target_trials.result import TargetTrialResult
from chorall.analyses.treatments.evidence import OBSERVATIONAL
from chorall.tables.store import Pool

OUTCOME, CONTROL = "outcome", "negative control"
SCHEMA: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("endpoint", "role", "method", "evidence", "first", "second"), pl.String()),
    **dict.fromkeys(
        ("n_eligible", "n_started", "n_following_first", "n_following_second", "events_first",
         "events_second"),
        pl.Int64(),
    ),
    **dict.fromkeys(
        (
            "effective_first", "effective_second", "largest_weight", "risk_first", "risk_second",
            "risk_difference", "lower_risk_difference", "upper_risk_difference", "years_gained",
            "lower_years_gained", "upper_years_gained", "hazard_ratio", "lower", "upper",
            "p_value", "e_value", "e_value_limit",
        ),
        pl.Float64(),
    ),
    "n_trials": pl.Int64(),
    "note": pl.String(),
}  # fmt: skip
CURVES: Final[dict[str, pl.DataType]] = {
    "strategy": pl.String(),
    **dict.fromkeys(("time_years", "risk", "lower", "upper"), pl.Float64()),
}
BALANCE: Final[dict[str, pl.DataType]] = {
    "covariate": pl.String(),
    **dict.fromkeys(("before", "after"), pl.Float64()),
}
FLOW: Final[dict[str, pl.DataType]] = {"step": pl.String(), "n": pl.Int64()}
ALWAYS: Final = (
    "Observational: as if the strategies had been assigned at time zero, provided that the "
    "confounders stated are all there are; no method here removes what was not measured."
)


def target_trial(
    pool: Pool, definition: str | Path | TargetTrial, *, conf_level: float = 0.95
) -> TargetTrialResult:
    """Emulate the trial that a file states: clone, censor, weight; and landmarks in sequence.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    definition : str, Path or TargetTrial
        A TOML file (docs/target_trial.md) or what it holds.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    TargetTrialResult
        One line per method, graded `observational`; figures are refused with the reason where
        starts, events or overlap are too few.

    Raises
    ------
    InputError
        If the file is not there, or a name in it does not exist in the pool.
    DefinitionError
        If the file is not a sound target trial.
    DataError
        If nobody was treated, or no trial has the endpoint.

    See Also
    --------
    transplant : Several ways of asking, without a file.
    chorall.stats.compare_cloned_strategies : R: ``survfit(Surv(entry, exit, cause), weights = w)``.

    References
    ----------
    Hernan MA, Robins JM (2016). doi:10.1093/aje/kwv254
    """
    check_conf_level(conf_level)
    stated = definition
    if not isinstance(stated, TargetTrial):
        stated = read_target_trial(Path(stated))
    trial_ids = check_trials(pool, stated.eligibility.trials or None)
    roles = [(stated.endpoint, OUTCOME)]
    if stated.negative_control is not None:
        roles.append((stated.negative_control.endpoint, CONTROL))
    lines: list[dict[str, Any]] = []
    warnings: list[str] = []
    answers: list[tuple[EligibleCohort, Emulated]] = []
    for asked, role in roles:
        (endpoint,), gaps = choose_endpoints(pool, [asked], trial_ids)
        cohort = find_eligible(pool, stated, endpoint)
        found = emulate(stated, cohort, conf_level)
        answers.append((cohort, found))
        warnings += [*gaps, *cohort.warnings, *warn_of_unverified([endpoint])]
        lines += [_label(stated, endpoint, role) | line for line in found.lines]
    cohort, found = answers[0]
    rows = pl.DataFrame(lines, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))
    return TargetTrialResult(
        analysis="target-trial",
        pool=label_pool(pool),
        rows=rows,
        warnings=(*dict.fromkeys(warnings), *say_control(stated, rows), ALWAYS),
        curves=pl.DataFrame(found.curves, schema=CURVES).with_columns(
            pl.col(pl.Float64).fill_nan(None)
        ),
        balance=pl.DataFrame(found.balance, schema=BALANCE),
        flow=_tabulate_flow(cohort, found),
        definition=stated.model_dump(mode="json"),
        conf_level=conf_level,
    )


def _label(stated: TargetTrial, endpoint: str, role: str) -> dict[str, Any]:
    first, second = stated.strategies
    return {
        "endpoint": endpoint, "role": role, "evidence": OBSERVATIONAL, "first": first.name,
        "second": second.name,
    }  # fmt: skip


def _tabulate_flow(cohort: EligibleCohort, found: Emulated) -> pl.DataFrame:
    steps = [*cohort.flow, ("eligible, confounders known", len(cohort.time))]
    compared = found.lines[0]["n_eligible"]
    if compared < len(cohort.time):
        steps.append(("of these in trials with and without starts", compared))
    return pl.DataFrame(steps, schema=FLOW, orient="row")


def say_control(stated: TargetTrial, rows: pl.DataFrame) -> list[str]:
    """Return a sentence on the negative control, or none."""
    if stated.negative_control is None:
        return []
    line = rows.filter(pl.col("role") == CONTROL, pl.col("method") == CLONES).row(0, named=True)
    name = f"Negative control {line['endpoint']} ({stated.negative_control.reason})"
    if line["risk_difference"] is None:
        return [f"{name}: {line['note']}."]
    lower, upper = (100 * line[f"{side}_risk_difference"] for side in ("lower", "upper"))
    figure = f"{100 * line['risk_difference']:+.1f} ({lower:+.1f} to {upper:+.1f}) points"
    if lower > 0 or upper < 0:
        return [
            f"{name}: {figure}, where there can be no effect: the strategies still differ in what "
            "was not measured, and the figures of the outcome may not be read as effects."
        ]
    return [f"{name}: {figure}: no sign of confounding left, as far as this outcome can show it."]
