"""Every patient and marker in three states: present, absent, not tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.arguments import check_trials
from chorall.analyses.choices import check_choices
from chorall.analyses.incidence_cells import keep_trials, list_cells
from chorall.analyses.incidence_groups import TRIAL, label_groups
from chorall.analyses.result import AnalysisResult, label_pool
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS

PRESENT: Final = "present"
ABSENT: Final = "absent"
NOT_TESTED: Final = "not tested"
STATES: Final = (PRESENT, ABSENT, NOT_TESTED)
"""In the order of the sorting."""


@dataclass(frozen=True, kw_only=True)
class Oncoprint(AnalysisResult):
    """Every patient and marker in three states.

    `rows` has one line per marker, the most frequent first: marker, n_patients, n_present,
    n_absent, n_not_tested. Not tested is everything that is neither present nor absent: failed,
    inconclusive and not reported as well, and results that could not have shown absence.

    Attributes
    ----------
    cells : DataFrame
        position (0, 1, ... from left to right), patient_id, trial, subtype, marker, state: every
        patient of the pool with every marker.
    phase : str
        `diagnosis`, or the relapse whose samples were looked at.
    """

    cells: pl.DataFrame
    phase: str


def oncoprint(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    trials: Sequence[str] | None = None,
    phase: str = DIAGNOSIS,
) -> Oncoprint:
    """Lay out every patient by the markers present.

    Patients are sorted by the first marker, within it by the second and so on; present comes
    before absent, absent before not tested. Nobody is left out.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given.
    trials : sequence of str, optional
        Only these; everybody in them is kept.
    phase : str
        `diagnosis`, or a relapse whose samples are in the pool.

    Returns
    -------
    Oncoprint
        Counts by marker, and the cells.

    Raises
    ------
    InputError
        If a marker, trial or phase does not exist.

    See Also
    --------
    incidence : The frequencies.
    """
    results = pool.table("marker_result")
    check_choices(phase, results["phase"].unique().sort().to_list(), what="phase")
    known = results["marker"].unique().sort().to_list()
    chosen = check_choices(known if markers is None else markers, known, what="marker")
    kept = check_trials(pool, trials)
    states = keep_trials(_find_states(pool, chosen, phase), kept)
    rows = _count_states(states, chosen)
    return Oncoprint(
        analysis="oncoprint",
        pool=label_pool(pool),
        rows=rows,
        cells=_lay_out(states, rows["marker"].to_list()),
        phase=phase,
    )


def _find_states(pool: Pool, markers: Sequence[str], phase: str) -> pl.DataFrame:
    """Return a row per patient of the pool and a column per marker."""
    words = pl.Enum(STATES)
    # a lesion is there whatever the assay; absence needs one that could have shown the lesion
    state = (
        pl.when(pl.col("status") == "present")
        .then(pl.lit(PRESENT))
        .when((pl.col("status") == "absent") & pl.col("rules_out"))
        .then(pl.lit(ABSENT))
        .otherwise(pl.lit(NOT_TESTED))
    )
    cells = list_cells(pool, markers, phase, ("subtype",)).with_columns(_state=state.cast(words))
    wide = cells.pivot("marker", index="patient_id", values="_state", aggregate_function="first")
    patients = label_groups(pool, ("subtype",)).select("patient_id", TRIAL, "subtype")
    joined = patients.join(wide, on="patient_id", how="left", maintain_order="left")
    lacking = [pl.lit(None, words).alias(name) for name in markers if name not in joined.columns]
    return joined.with_columns(lacking).with_columns(
        pl.col(list(markers)).fill_null(pl.lit(NOT_TESTED, words))
    )


def _count_states(states: pl.DataFrame, markers: Sequence[str]) -> pl.DataFrame:
    """Count the states of each marker, the most frequent marker first."""
    counts = [
        {"marker": marker, "n_patients": states.height}
        | {f"n_{word.replace(' ', '_')}": int((states[marker] == word).sum()) for word in STATES}
        for marker in markers
    ]
    schema = {"marker": pl.String} | dict.fromkeys(
        ("n_patients", "n_present", "n_absent", "n_not_tested"), pl.Int64
    )
    return pl.DataFrame(counts, schema=schema).sort("n_present", "marker", descending=[True, False])


def _lay_out(states: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    """Sort the patients by the markers in their order and return the cells in long form."""
    ranked = states.sort([*order, TRIAL, "patient_id"]).with_row_index("position")
    return ranked.unpivot(
        list(order), index=["position", "patient_id", TRIAL, "subtype"],
        variable_name="marker", value_name="state",
    )  # fmt: skip
