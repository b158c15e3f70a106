"""Does the marker change what the treatment does? Randomised questions, within trials only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.arguments import check_conf_level, check_markers, check_trials, check_years
from chorall.analyses.endpoint_choice import choose_endpoints, warn_of_unverified
from chorall.analyses.result import label_pool
from chorall.analyses.treatments.arms import ArmCohort, read_arm_cohorts
from chorall.analyses.treatments.contrasts import ContrastScan, scan_contrast
from chorall.analyses.treatments.layout import (
    frame_left_out,
    frame_questions,
    order_rows,
)
from chorall.analyses.treatments.notices import warn_of_cohorts
from chorall.analyses.treatments.questions import (
    TreatmentQuestion,
    choose_questions,
    find_questions,
)
from chorall.analyses.treatments.received import refuse_received
from chorall.analyses.treatments.result import TreatmentResult
from chorall.analyses.treatments.rows import add_verdicts, frame_contrast
from chorall.analyses.treatments.statuses import read_statuses
from chorall.errors import InputError
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

ENDPOINTS: Final = ("OS", "EFS", "CIR")


def treatment(
    pool: Pool,
    *,
    markers: Sequence[str],
    strategies: Sequence[str] | None = None,
    endpoints: Sequence[str] = ENDPOINTS,
    modifier: str | None = None,
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
) -> TreatmentResult:
    """Compare randomised strategies with and without a marker, within trials only.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str
        Compared at diagnosis, present against absent; any other status enters nothing.
    strategies : sequence of str, optional
        Components of treatment (`steroid`) or their levels (`steroid_dexamethasone`), as in
        knowledge/strategies. All randomised questions where not given.
    endpoints : sequence of str
        Short names; days count from randomisation, or from the endpoint's origin where it is later.
    modifier : str, optional
        A second marker: the term is then marker x modifier x treatment, and exploratory unless
        two trials show it.
    trials : sequence of str, optional
        Only these trials.
    horizon_years : float
        Where absolute figures are read.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    TreatmentResult
        Per contrast and endpoint all trials together, then each trial. Every line is graded
        `randomised`: assigned arm, intention to treat.

    Raises
    ------
    InputError
        If a marker, strategy, endpoint or trial does not exist, or a number is out of range.
    DataError
        If no trial randomises the strategy, or it was given without randomisation.

    See Also
    --------
    scan_treatment : All markers and questions.
    chorall.stats.scan_interactions : R: ``coxph(Surv(time, event) ~ marker * treated)``.
    chorall.stats.pool_effect_rows : R: ``metafor::rma(..., method = "REML", test = "knha")``.
    """
    return _ask(
        pool, markers, strategies, endpoints, modifier, trials, horizon_years, conf_level,
        scan=False, progress=None,
    )  # fmt: skip


def scan_treatment(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    strategies: Sequence[str] | None = None,
    endpoints: Sequence[str] = ENDPOINTS,
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
    progress: Progress | None = None,
) -> TreatmentResult:
    """Ask every marker of every randomised question; q-values decide what may be claimed.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given. Markers, questions and endpoints together are the
        family of the q-values.
    strategies, endpoints, trials, horizon_years, conf_level
        As in `treatment`.
    progress : callable, optional
        Called with the number of contrasts done and their total after each.

    Returns
    -------
    TreatmentResult
        One line per marker, contrast and endpoint.

    Raises
    ------
    InputError
        As `treatment`.
    DataError
        If no trial randomises the strategy.

    See Also
    --------
    treatment : One marker, with every trial.
    """
    return _ask(
        pool, markers, strategies, endpoints, None, trials, horizon_years, conf_level,
        scan=True, progress=progress,
    )  # fmt: skip


def _ask(
    pool: Pool,
    markers: Sequence[str] | None,
    strategies: Sequence[str] | None,
    endpoints: Sequence[str],
    modifier: str | None,
    trials: Sequence[str] | None,
    horizon_years: float,
    conf_level: float,
    *,
    scan: bool,
    progress: Progress | None,
) -> TreatmentResult:
    check_years(horizon_years=horizon_years)
    check_conf_level(conf_level)
    trial_ids = check_trials(pool, trials)
    results = pool.table("marker_result").filter(pl.col("trial_id").is_in(list(trial_ids)))
    chosen = _choose_markers(pool, markers, modifier)
    refuse_received(pool, strategies, trial_ids)
    questions, gaps = find_questions(pool, trial_ids)
    asked = choose_questions(questions, strategies)
    available, missing = choose_endpoints(pool, endpoints, trial_ids)
    cohorts = read_arm_cohorts(pool, asked, available)
    groups = _group(cohorts, asked, available)
    wanted = [*chosen, *([modifier] if modifier else [])]
    statuses = read_statuses(results, [one.patient_ids for one in cohorts], wanted)
    found: list[ContrastScan] = []
    for group in groups:
        found.append(
            scan_contrast(
                group, statuses, chosen,
                modifier=modifier, horizon_years=horizon_years, conf_level=conf_level,
            )
        )  # fmt: skip
        if progress is not None:
            progress(len(found), len(groups))
    frames = [frame_contrast(one, chosen, modifier, conf_level, not scan) for one in found]
    rows = add_verdicts(pl.concat(frames), found, scan)
    return TreatmentResult(
        analysis="treatment",
        pool=label_pool(pool),
        rows=order_rows(rows, chosen),
        warnings=(
            *missing,
            *gaps,
            *warn_of_cohorts(cohorts, groups),
            *warn_of_unverified(available),
        ),
        leave_one_out=frame_left_out(found, chosen),
        questions=frame_questions(cohorts),
        horizon_years=float(horizon_years),
        conf_level=conf_level,
    )


def _group(
    cohorts: Sequence[ArmCohort], asked: Sequence[TreatmentQuestion], endpoints: Sequence[str]
) -> list[list[ArmCohort]]:
    """Put together what may be pooled: one contrast, one endpoint."""
    contrasts = dict.fromkeys(one.contrast for one in asked)
    return [
        [one for one in cohorts if one.question.contrast == contrast and one.endpoint == endpoint]
        for contrast in contrasts
        for endpoint in endpoints
    ]


def _choose_markers(
    pool: Pool, markers: Sequence[str] | None, modifier: str | None
) -> tuple[str, ...]:
    chosen = check_markers(pool, markers)
    if not chosen:
        raise InputError("no marker is asked for: name at least one, or use scan_treatment.")
    if modifier is not None:
        check_markers(pool, [modifier])
        if modifier in chosen:
            raise InputError(f"`{modifier}` cannot modify itself: give another marker.")
    return chosen
