"""Response to induction: with and without a marker, and by randomised arm in both groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.arguments import check_conf_level, check_markers, check_trials
from chorall.analyses.choices import check_choices
from chorall.analyses.marker_groups import PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.responses.comparisons import compare_presence
from chorall.analyses.responses.outcomes import OUTCOMES, read_outcome
from chorall.analyses.responses.randomised import compare_arms_by_marker
from chorall.analyses.responses.result import ResponseResult
from chorall.analyses.result import label_pool
from chorall.analyses.treatments.questions import choose_questions, find_questions
from chorall.errors import DataError, InputError
from chorall.knowledge.mrd_timepoints import mrd_timepoints
from chorall.stats import adjust_p_values
from chorall.tables.store import Pool

SCHEMA: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(
        ("outcome", "marker", "term", "group", "component", "strategy", "control", "evidence",
         "method"),
        pl.String(),
    ),
    **dict.fromkeys(
        ("n_patients", "n_unknown_marker", "n_unknown_outcome", "n_present", "responded_present",
         "responded_absent", "n_treated", "responded_treated", "responded_control"),
        pl.Int64(),
    ),
    **dict.fromkeys(
        ("difference", "lower_difference", "upper_difference", "odds_ratio", "lower", "upper",
         "p_value"),
        pl.Float64(),
    ),
    "n_trials": pl.Int64(),
    "claim": pl.String(),
    "note": pl.String(),
}  # fmt: skip


def response(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    strategies: Sequence[str] | None = None,
    trials: Sequence[str] | None = None,
    remission_by_day: int = 90,
    mrd_timepoint: str = "end_of_induction",
    conf_level: float = 0.95,
) -> ResponseResult:
    """Compare response between patients with and without each marker, and by randomised arm.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All of the pool where not given; present against absent at diagnosis.
    outcomes : sequence of str
        `remission`, `mrd_negative`, `induction_death`.
    strategies : sequence of str, optional
        Randomised strategies as in `treatment`; all where not given. Questions randomised after
        the response are no questions of response: a warning names them.
    trials : sequence of str, optional
        Only these trials.
    remission_by_day : int
        Remission counts by this day.
    mrd_timepoint : str
        Harmonised time point of the samples.
    conf_level : float
        Two-sided level of all limits.

    Returns
    -------
    ResponseResult
        Lines of markers (stratified by trial), then of randomised treatment by marker (within
        trials, by intention to treat).

    Raises
    ------
    InputError
        If a name does not exist or a number is out of range.
    DataError
        If an outcome is not known of any patient, or no trial randomises the strategy asked for.

    See Also
    --------
    treatment : Survival endpoints.
    chorall.stats.fit_logistic : R: ``glm(responded ~ present + factor(trial), binomial)``.
    chorall.stats.mantel_haenszel : R: ``mantelhaen.test(x, exact = TRUE)``, where cells are small.
    """
    _check_numbers(remission_by_day, conf_level)
    trial_ids = check_trials(pool, trials)
    chosen = check_markers(pool, markers)
    asked = check_choices(outcomes, OUTCOMES, what="outcome")
    check_choices([mrd_timepoint], list(mrd_timepoints().timepoints), what="time point")
    questions, gaps = find_questions(pool, trial_ids)
    wanted = choose_questions(questions, strategies) if questions or strategies else ()
    lines: list[dict[str, Any]] = []
    warnings = list(gaps)
    for outcome in asked:
        try:
            frame = read_outcome(pool, outcome, list(trial_ids), remission_by_day, mrd_timepoint)
        except DataError as error:
            if len(asked) == 1:
                raise
            warnings.append(f"{outcome}: {str(error).splitlines()[0]} It is left out.")
            continue
        groups = read_marker_groups(pool.table("marker_result"), frame["patient_id"], chosen)
        lines += _compare_markers(outcome, frame, chosen, groups, conf_level)
        more, notes = compare_arms_by_marker(
            pool, outcome, frame, wanted, chosen, groups, conf_level
        )
        lines += more
        warnings += notes
    rows = pl.DataFrame(lines, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))
    return ResponseResult(
        analysis="response",
        pool=label_pool(pool),
        rows=_add_q_values(rows),
        warnings=tuple(warnings),
        remission_by_day=remission_by_day,
        mrd_timepoint=mrd_timepoint,
        conf_level=conf_level,
    )


def _compare_markers(
    outcome: str,
    frame: pl.DataFrame,
    markers: Sequence[str],
    groups: np.ndarray[Any, np.dtype[np.int8]],
    conf_level: float,
) -> Iterator[dict[str, Any]]:
    known = frame["responded"].is_not_null().to_numpy()
    responded = frame["responded"].fill_null(False).to_numpy()
    trial = frame["trial_id"].rank("dense").to_numpy().astype(np.int64)
    for column, marker in enumerate(markers):
        group = groups[:, column]
        used = known & (group != UNKNOWN)
        yield {
            "outcome": outcome,
            "marker": marker,
            "term": "marker",
            "group": "all",
            "evidence": "none",
            "n_unknown_marker": int((known & (group == UNKNOWN)).sum()),
            "n_unknown_outcome": int((~known).sum()),
            "note": "",
            **compare_presence(group[used] == PRESENT, responded[used], trial[used], conf_level),
        }


def _add_q_values(rows: pl.DataFrame) -> pl.DataFrame:
    """Adjust over the markers of all outcomes, and over all interactions."""
    p_values = rows["p_value"].fill_null(np.nan).to_numpy()
    q_values = np.full(rows.height, np.nan)
    for term, group in (("marker", "all"), ("marker x treatment", "interaction")):
        family = ((rows["term"] == term) & (rows["group"] == group)).to_numpy()
        if family.any():
            q_values[family] = adjust_p_values(p_values[family], method="BH")
    return rows.with_columns(pl.Series("q_value", q_values).fill_nan(None))


def _check_numbers(remission_by_day: int, conf_level: float) -> None:
    if not 1 <= remission_by_day <= 365:
        raise InputError(f"`remission_by_day` is {remission_by_day!r}; expected 1 to 365.")
    check_conf_level(conf_level)
