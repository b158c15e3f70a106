"""Continuous markers: white cell count, residual disease, allele fraction. They stay continuous."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import chdtrc

from chorall.analyses.across_trials import TrialSynthesis, pool_trials
from chorall.analyses.cohort_spans import enter_later, take_rows
from chorall.analyses.effect_batch import EffectBatch
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.prognosis_rows import list_batch, list_synthesis
from chorall.analyses.rarity import judge_sparsity
from chorall.errors import ConvergenceError, InputError
from chorall.models.design_matrix import LOG2_OFFSET
from chorall.models.estimability import find_estimable, find_eventless, find_informative
from chorall.models.splines import build_natural_basis
from chorall.stats import CoxFit, fit_cox
from chorall.tables.store import Pool

VAF: Final = "vaf:"
_CUT: Final = re.compile(r"[<>≤≥=]|cut|optimal|maxstat|threshold", re.IGNORECASE)
_WORDS: Final = ("wbc", "mrd")


@dataclass(frozen=True, slots=True)
class ContinuousMarker:
    """A number of each patient that may carry prognosis.

    Attributes
    ----------
    name : str
        As asked for, e.g. `wbc`, `mrd`, `vaf:TP53`.
    unit : str
        What one step of the hazard ratio is.
    column : str
        In the table of patients.
    """

    name: str
    unit: str
    column: str


def refuse_cut_points(names: Sequence[str]) -> None:
    """Raise InputError where a name asks for a cut-point."""
    asked = [name for name in names if name not in _WORDS and _CUT.search(name.split(":")[0])]
    if asked:
        raise InputError(
            f"a cut-point was asked for: {', '.join(asked)}.\n"
            "  Continuous markers stay continuous here: a cut-point chosen from the data makes the "
            "marker look stronger than it is and does not replicate, and any cut throws "
            "information away.\n"
            "  Ask for the marker itself (`wbc` per doubling, `mrd` per factor of 10, `vaf:GENE` "
            "per 10 percentage points); a published group is a classifier (`chorall classify`)."
        )


def split_markers(
    markers: Sequence[str] | None,
) -> tuple[Sequence[str] | None, tuple[str, ...]]:
    """Return the markers of the pool and the continuous ones, or raise on a cut-point."""
    if markers is None:
        return None, ()
    names = [markers] if isinstance(markers, str) else list(markers)
    continuous = tuple(
        dict.fromkeys(name for name in names if name in _WORDS or name.startswith(VAF))
    )  # fmt: skip
    return [name for name in names if name not in continuous], continuous


def add_continuous(
    pool: Pool, patients: pl.DataFrame, names: Sequence[str]
) -> tuple[pl.DataFrame, list[ContinuousMarker]]:
    """Add the columns of continuous markers; null where there is no number.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    patients : DataFrame
        With residual disease (`add_mrd`).
    names : sequence of str
        `wbc`, `mrd` or `vaf:GENE`.

    Raises
    ------
    InputError
        If no allele fraction of a gene is in the pool.
    """
    markers = []
    for name in names:
        if name == "wbc":
            markers.append(ContinuousMarker(name, "doubling", "wbc_log2"))
            count = (pl.col("wbc_10e9_per_l") + LOG2_OFFSET).log(2)
            patients = patients.with_columns(wbc_log2=count)
        elif name == "mrd":
            markers.append(ContinuousMarker(name, "factor of 10", "mrd_level"))
            level = pl.when(pl.col("mrd_quantified")).then(pl.col("mrd_log10"))
            patients = patients.with_columns(mrd_level=level)
        else:
            markers.append(ContinuousMarker(name, "10 percentage points", name))
            patients = _add_vaf(pool, patients, name)
    return patients, markers


def _add_vaf(pool: Pool, patients: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the highest allele fraction at diagnosis; without a finding there is none, not a 0."""
    gene = name.removeprefix(VAF)
    runs = pool.table("assay_run").filter(phase="diagnosis").select("run_id", "patient_id")
    found = (
        pool.table("finding")
        .filter(pl.col("gene") == gene, pl.col("vaf").is_not_null())
        .join(runs.select("run_id", owner="patient_id"), on="run_id")
        .group_by("owner")
        .agg((10 * pl.col("vaf").max()).alias(name))
    )
    if not found.height:
        raise InputError(
            f"no allele fraction of `{gene}` at diagnosis is in the pool (table finding, column "
            "vaf). Map it, or ask for the mutation itself."
        )
    return patients.join(
        found, left_on="patient_id", right_on="owner", how="left", maintain_order="left"
    )


def list_continuous(
    cohort: EndpointCohort,
    model_cohort: EndpointCohort,
    markers: Sequence[ContinuousMarker],
    adjust: str,
    conf_level: float,
) -> list[pl.DataFrame]:
    """Return the rows of continuous markers on one endpoint: one stage, trials, two stages.

    Parameters
    ----------
    cohort, model_cohort : EndpointCohort
        The endpoint: one row per patient, and what the adjusted models are fitted to.
    markers : sequence of ContinuousMarker
        Columns of `cohort.people`.
    adjust : str
        The covariates in words, or `none`.
    conf_level : float
        Two-sided level of all limits.
    """
    parts: list[pl.DataFrame] = []
    flags = (False, True) if adjust != "none" else (False,)
    for marker in markers:
        for adjusted in flags:
            fitted, words = (model_cohort, adjust) if adjusted else (cohort, "none")
            parts += _list_one(fitted, marker, words, conf_level)
    return parts


def _list_one(
    cohort: EndpointCohort, marker: ContinuousMarker, adjust: str, conf_level: float
) -> list[pl.DataFrame]:
    if marker.name == "mrd":
        # a level is known only of those who lived to have it measured
        cohort = enter_later(cohort, cohort.days_from_origin("mrd_day"))
    names = {"endpoint": cohort.endpoint, "adjust": adjust}
    adjusted = adjust != "none"
    everybody = np.arange(len(cohort.time))
    whole = fit_continuous(cohort, marker, everybody, adjusted=adjusted, curved=True)
    parts = [
        list_batch(whole, [marker.name], model="cox", trial=None, conf_level=conf_level, **names)
    ]
    batches = []
    for code, trial in enumerate(cohort.trial_ids):
        rows = np.flatnonzero(cohort.trial == code)
        batch = fit_continuous(cohort, marker, rows, adjusted=adjusted, curved=False)
        batches.append(batch)
        parts.append(
            list_batch(
                batch, [marker.name], model="cox", trial=trial, conf_level=conf_level, **names
            )
        )
    values = np.array([batch.log_hazard_ratio[0] for batch in batches])
    errors = np.array([batch.standard_error[0] for batch in batches])
    pooled: list[TrialSynthesis] = [pool_trials(values, errors, conf_level)]
    parts.append(list_synthesis(pooled, batches, [marker.name], model="two_stage", **names))
    return parts


def fit_continuous(
    cohort: EndpointCohort,
    marker: ContinuousMarker,
    rows: NDArray[np.int64],
    *,
    adjusted: bool,
    curved: bool,
) -> EffectBatch:
    """Fit a continuous marker per unit, stratified by trial.

    Parameters
    ----------
    cohort : EndpointCohort
        The endpoint.
    marker : ContinuousMarker
        A column of `cohort.people`.
    rows : ndarray of int
        Places of the rows in question.
    adjusted : bool
        True: with the covariates; one that says the same as the marker leaves the model.
    curved : bool
        True: test a natural spline (3 degrees of freedom) against the straight line, and say so.
    """
    values = cohort.numbers(marker.column)[rows]
    part = take_rows(cohort, rows[np.isfinite(values)])
    x = part.numbers(marker.column)
    design = part.covariates.values if adjusted else np.empty((len(x), 0))
    design = np.column_stack([x, design])
    used = np.asarray(np.isfinite(design).all(axis=1), dtype=bool)
    n_events = int(part.event[used].sum())
    n_used = int(part.counted(used).sum())
    sparsity = judge_sparsity(n_used, n_events, design.shape[1] - 1)
    note = f"per {marker.unit}"
    if sparsity.firth or sparsity.too_sparse or not n_events:
        return _shape(np.nan, np.nan, n_used, n_events, f"{note}; too few events")
    survival = part.survival(used)
    _, without = find_eventless(design[used], survival.event)
    kept = ~without & find_informative(survival.time, survival.event, survival.strata)
    outcome = survival.take(kept)
    columns = design[used][kept]
    estimable, _ = find_estimable(columns, outcome.strata)
    if not estimable[0]:
        return _shape(np.nan, np.nan, n_used, n_events, f"{note}; does not vary")
    arguments: dict[str, Any] = {"entry_time": outcome.entry_time, "strata": outcome.strata}
    if not estimable.all():
        note += "; a covariate that says the same or does not vary is left out"
    try:
        fit = fit_cox(columns[:, estimable], outcome.time, outcome.event, **arguments)
        if curved:
            p_value = _test_curve(columns, estimable, outcome.time, outcome.event, arguments, fit)
            note += f"; p = {p_value:.2g} against a curve (natural spline)"
    except (InputError, ConvergenceError):
        return _shape(np.nan, np.nan, n_used, n_events, f"{note}; no solution")
    estimate, error = float(fit.log_hazard_ratio[0]), float(fit.standard_error[0])
    return _shape(estimate, error, n_used, n_events, note)


def _test_curve(
    columns: NDArray[np.float64],
    estimable: NDArray[np.bool_],
    time: NDArray[np.float64],
    event: NDArray[np.bool_],
    arguments: dict[str, Any],
    straight: CoxFit,
) -> float:
    """Return the likelihood-ratio p-value of a natural spline against the straight line, or NaN."""
    x = columns[:, 0]
    boundary = np.array([x.min(), x.max()])
    knots = np.quantile(x, (1 / 3, 2 / 3))
    if not (np.diff(np.concatenate([boundary[:1], knots, boundary[1:]])) > 0).all():
        return float("nan")
    curve = build_natural_basis(x, knots, boundary)
    others = columns[:, 1:][:, estimable[1:]]
    whole = np.column_stack([curve, others])
    kept, _ = find_estimable(whole, arguments["strata"])
    bent = fit_cox(whole[:, kept], time, event, **arguments)
    spare = int(kept.sum()) - int(estimable.sum())
    gain = 2 * (bent.log_likelihood - straight.log_likelihood)
    return float(chdtrc(spare, max(gain, 0.0))) if spare > 0 else float("nan")


def _shape(estimate: float, error: float, n: int, n_events: int, note: str) -> EffectBatch:
    nobody = np.zeros(1, dtype=np.int64)
    return EffectBatch(
        log_hazard_ratio=np.array([estimate]),
        standard_error=np.array([error]),
        n=np.array([n]),
        n_events=np.array([n_events]),
        n_present=nobody,
        n_absent=nobody,
        events_present=nobody,
        firth=np.zeros(1, dtype=bool),
        notes=(note,),
    )
