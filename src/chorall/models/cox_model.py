"""Cox's proportional-hazards model over a table: named terms, complete cases counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from chorall.errors import ConvergenceError, DataError, InputError, raise_gathered
from chorall.models.cox_model_result import CoxModel, CoxTerm
from chorall.models.design_matrix import DesignColumn, DesignMatrix, Term, build_design
from chorall.models.estimability import find_estimable, find_eventless, find_informative
from chorall.models.formula_design import build_formula_design
from chorall.models.survival import Survival
from chorall.stats import fit_cox

TIME, EVENT, ENTRY_TIME = "time", "event", "entry_time"


def fit_cox_model(
    frame: pl.DataFrame,
    *,
    terms: Sequence[Term] | str,
    strata: str | None = None,
    conf_level: float = 0.95,
) -> CoxModel:
    """Fit Cox's model to the complete cases of a table.

    Parameters
    ----------
    frame : DataFrame, n rows
        Columns `time` (days from the origin), `event` (True = happened), `entry_time` where
        patients enter late, and those of the terms; null is missing.
    terms : sequence of Term
        The covariates. Categorical: treatment coding, the most frequent level is the reference (of
        equally frequent ones the first in the alphabet). `log2` is log2(x + 0.1). Or a formula,
        such as ``"sex * ns(age_years, df=3)"``: see `build_formula_design`.
    strata : str or None
        Column whose values have a baseline hazard each.
    conf_level : float
        Two-sided level of the limits.

    Returns
    -------
    CoxModel
        A column that is constant within strata, or determined by earlier ones, keeps its place
        among the terms with NaN, and a note says so.

    Raises
    ------
    InputError
        If a column is not there.
    DataError
        If no complete case has an event.
    ConvergenceError
        If the fit does not reach its optimum.

    See Also
    --------
    chorall.stats.fit_cox : The kernel; R: ``coxph(Surv(time, event) ~ ... + strata(s))``.
    """
    _check_columns(frame, strata)
    if isinstance(terms, str):
        design = build_formula_design(frame, terms).design
    else:
        design = build_design(frame, terms)
    outcome = [name for name in (TIME, EVENT, ENTRY_TIME, strata) if name in frame.columns]
    known = ~frame.select(pl.any_horizontal(pl.col(outcome).is_null())).to_series().to_numpy()
    used = design.complete & known
    survival = _read_survival(frame.filter(used), strata)
    n_events = int(survival.event.sum())
    if n_events == 0:
        raise DataError(
            f"no model can be fitted: none of the {used.sum()} rows with all values known "
            f"(of {frame.height}) has an event."
        )
    fitted, notes = fit_design(design, used, survival, conf_level)
    missing = design.missing | {name: frame[name].null_count() for name in outcome}
    left_out_by = {name: count for name, count in missing.items() if count}
    n_used = int(used.sum())
    return CoxModel(fitted, n_used, n_events, frame.height - n_used, left_out_by, notes, conf_level)


def fit_design(
    design: DesignMatrix,
    used: NDArray[np.bool_],
    survival: Survival,
    conf_level: float,
    *,
    firth: bool = False,
) -> tuple[tuple[CoxTerm, ...], tuple[str, ...]]:
    """Fit the estimable columns of a design.

    Parameters
    ----------
    design : DesignMatrix, n rows
        The covariates.
    used : ndarray of bool, shape (n,)
        True where the row enters; m rows.
    survival : Survival, m rows
        The outcome of the rows used.
    conf_level : float
        Two-sided level of the limits.
    firth : bool
        True: Firth's penalised likelihood, for few events.

    Returns
    -------
    terms : tuple of CoxTerm
        One per column of the design.
    notes : tuple of str
        Columns that could not be estimated, and why.

    Raises
    ------
    ConvergenceError
        If the fit does not reach its optimum.
    """
    values, names = design.values[used], [column.name for column in design.columns]
    eventless, without = find_eventless(values, survival.event)
    kept = ~without & find_informative(survival.time, survival.event, survival.strata)
    estimable, constant = find_estimable(values[kept], survival.strata_of(kept))
    notes = explain_gaps(names, estimable, constant, eventless, survival.strata is not None)
    estimates = np.full((len(names), 2), np.nan)
    if estimable.any():
        outcome = survival.take(kept)
        fit = fit_cox(
            values[kept][:, estimable],
            outcome.time,
            outcome.event,
            entry_time=outcome.entry_time,
            strata=outcome.strata,
            firth=firth,
        )
        if not fit.converged:
            raise ConvergenceError(
                f"the Cox model of {', '.join(names)} did not reach its optimum in "
                f"{fit.n_iterations} steps. Leave covariates out or join rare groups."
            )
        estimates[estimable] = np.column_stack([fit.log_hazard_ratio, fit.standard_error])
    terms = [
        describe_term(column, estimates[j], conf_level) for j, column in enumerate(design.columns)
    ]
    return tuple(terms), tuple(notes)


def _check_columns(frame: pl.DataFrame, strata: str | None) -> None:
    needed = [TIME, EVENT, *([strata] if strata else [])]
    lacking = [f"`{name}`" for name in needed if name not in frame.columns]
    advice = f"The frame has: {', '.join(frame.columns)}"
    raise_gathered(InputError, "the frame lacks columns of the model", lacking, advice)


def _read_survival(frame: pl.DataFrame, strata: str | None) -> Survival:
    entry = frame[ENTRY_TIME].to_numpy().astype(np.float64) if ENTRY_TIME in frame.columns else None
    codes = None
    if strata:
        codes = frame[strata].rank("dense").to_numpy().astype(np.int64) - 1
    return Survival(
        frame[TIME].to_numpy().astype(np.float64),
        frame[EVENT].to_numpy().astype(bool),
        entry,
        codes,
    )


def explain_gaps(
    names: Sequence[str],
    estimable: NDArray[np.bool_],
    constant: NDArray[np.bool_],
    eventless: NDArray[np.bool_],
    stratified: bool,
) -> list[str]:
    """Say of each column without a coefficient why it has none."""
    where = " within each stratum" if stratified else ""
    notes = []
    for j, name in enumerate(names):
        if eventless[j]:
            notes.append(f"{name}: one of its groups has no event and says nothing in the fit")
        elif constant[j]:
            notes.append(f"{name}: the same for all patients at risk{where}, so it was left out")
        elif not estimable[j]:
            notes.append(f"{name}: determined by the other covariates, so it was left out")
    return notes


def describe_term(
    column: DesignColumn, estimate: NDArray[np.float64], conf_level: float
) -> CoxTerm:
    """Return Wald's figures of an estimate and its standard error, shape (2,)."""
    log_hazard_ratio, standard_error = (float(value) for value in estimate)
    half = float(ndtri((1 + conf_level) / 2)) * standard_error
    z = log_hazard_ratio / standard_error
    with np.errstate(over="ignore"):  # limits without an end are infinite
        ratio, lower, upper = np.exp(log_hazard_ratio + half * np.array([0.0, -1.0, 1.0]))
    return CoxTerm(
        name=column.name,
        term=column.term,
        level=column.level,
        reference=column.reference,
        log_hazard_ratio=log_hazard_ratio,
        standard_error=standard_error,
        hazard_ratio=float(ratio),
        lower=float(lower),
        upper=float(upper),
        z=z,
        p_value=float(2 * ndtr(-abs(z))),
    )
