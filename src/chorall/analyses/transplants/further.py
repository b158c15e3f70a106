"""More answers to the same question: doubly robust, multi-state, and donor against no donor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.donors import donor
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.analyses.transplants.fits import FEWEST_EVENTS, describe_risks
from chorall.analyses.transplants.overlap import FEWEST_EFFECTIVE
from chorall.analyses.transplants.sides import lay_out_sides
from chorall.analyses.treatments.evidence import NATURAL, OBSERVATIONAL
from chorall.errors import DataError
from chorall.knowledge.units import DAYS_PER_YEAR
from chorall.models.design_matrix import DesignMatrix
from chorall.models.time_dependent import Spans, split_at_start
from chorall.stats import cumulative_incidence, doubly_robust_risk
from chorall.tables.store import Pool
from chorall.tables.words import SEARCHED_DONORS

DOUBLY_ROBUST: Final = "landmark, doubly robust"
MULTI_STATE: Final = "multi-state"
DONOR: Final = "donor against no donor"


def answer_doubly_robust(
    spans: Spans,
    cause: NDArray[np.int64],
    covariates: DesignMatrix,
    horizon_days: float,
    conf_level: float,
) -> dict[str, Any]:
    """Return the difference of risks by augmented weights at a landmark, or the reason why not.

    Parameters are those of `answer_by_overlap`; `conf_level` is that of the limits.
    """
    sides = lay_out_sides(spans, cause, covariates)
    if sides.note:
        return sides.line | {"note": sides.note}
    found = doubly_robust_risk(
        sides.x, sides.treated, sides.time, sides.kind,
        horizon=horizon_days, strata=sides.strata, conf_level=conf_level,
    )  # fmt: skip
    after, other = (float(one) for one in found.effective)
    if found.separated or min(after, other) < FEWEST_EFFECTIVE:
        return sides.line | {
            "note": f"refused: too little overlap (effective numbers {after:.0f} transplanted and "
            f"{other:.0f} others, weighed to all; {FEWEST_EFFECTIVE:.0f} are needed)"
        }
    if not np.isfinite(found.risk_difference):
        return sides.line | {"note": "refused: a side is not followed to the horizon"}
    return sides.line | {
        "risk_transplanted": float(found.risk[0]),
        "risk_other": float(found.risk[1]),
        "risk_difference": found.risk_difference,
        "lower_risk_difference": found.lower,
        "upper_risk_difference": found.upper,
        "p_value": found.p_value,
        "note": f"effective numbers {after:.0f} transplanted, {other:.0f} others, weighed to all",
    }


def answer_by_states(
    cohort: EndpointCohort,
    start: NDArray[np.float64],
    rows: NDArray[np.bool_],
    landmark: float,
    horizon_years: float,
    width: float,
) -> dict[str, Any]:
    """Return the risk from a landmark on if transplanted then, and if never: a Markov model.

    Patients are at risk in the state they are in: transplanted from the day of transplantation on,
    not transplanted until it. Not adjusted. Other parameters are those of `answer_all`.
    """
    survival = cohort.survival(rows, stratified=False)
    spans = split_at_start(survival, start[rows])
    whole, end = cohort.time[rows], spans.survival.time
    last = end >= whole[spans.patient]
    cause = np.where(last, cohort.cause[rows][spans.patient], 0)
    entry = np.maximum(np.asarray(spans.survival.entry_time), landmark)
    seen = end > entry
    sides = [seen & spans.treated, seen & ~spans.treated]
    events = [int((cause[side] == 1).sum()) for side in sides]
    line: dict[str, Any] = {
        "n_patients": len(np.unique(spans.patient[seen])),
        "n_transplanted": len(np.unique(spans.patient[sides[0]])),
        "events_transplanted": events[0],
        "events_other": events[1],
    }
    if min(events) < FEWEST_EVENTS:
        return line | {
            "note": f"refused: {events[0]} events after transplantation and {events[1]} without; "
            f"at least {FEWEST_EVENTS} on either side are needed"
        }
    horizon, found = horizon_years * DAYS_PER_YEAR, []
    for side in sides:
        time = end[side] - landmark
        if time.max() < horizon:
            return line | {"note": "refused: a side is not followed to the horizon"}
        curve = cumulative_incidence(time, cause[side], entry_time=entry[side] - landmark)
        at = curve.at([horizon])
        found.append((float(at.cumulative_incidence[0, 0]), float(at.standard_error[0, 0])))
    return line | describe_risks(found[0], found[1], width) | {"note": ""}


def answer_by_donors(
    pool: Pool,
    endpoint: str,
    donors: Sequence[str],
    trial_ids: Sequence[str],
    horizon_years: float,
    conf_level: float,
) -> dict[str, Any]:
    """Return the natural experiment as a line beside the others, or why there is none."""
    line = {"endpoint": endpoint, "method": DONOR, "evidence": NATURAL, "group": "all"}
    kinds = [kind for kind in donors if kind in SEARCHED_DONORS]
    try:
        found = donor(
            pool, endpoints=[endpoint], donors=kinds, trials=trial_ids,
            horizon_years=horizon_years, conf_level=conf_level,
        )  # fmt: skip
    except DataError:
        return line | {"note": "not answered: the pool does not hold who was typed and had a donor"}
    row = found.rows.row(0, named=True)
    done, others = row["transplanted_donor"], row["transplanted_no_donor"]
    taken = {"risk_transplanted": "risk_donor", "risk_other": "risk_no_donor",
             "n_transplanted": "n_donor", "events_transplanted": "events_donor",
             "events_other": "events_no_donor"}  # fmt: skip
    same = ("risk_difference", "lower_risk_difference", "upper_risk_difference", "hazard_ratio",
            "lower", "upper", "p_value", "n_trials")  # fmt: skip
    note = (
        f"donor, not transplantation: {_share(done)} with and {_share(others)} without were "
        "transplanted"
    )
    return (
        line
        | {"n_patients": row["n_donor"] + row["n_no_donor"]}
        | {name: row[other] for name, other in taken.items()}
        | {name: row[name] for name in same}
        | {"note": "; ".join(filter(None, (note, row["note"])))}
    )


def _share(value: float | None) -> str:
    return "?" if value is None else f"{100 * value:.0f} %"


def label_observational(cohort: EndpointCohort, method: str, landmark: float) -> dict[str, Any]:
    """Return what lines at a landmark have in common."""
    return {
        "endpoint": cohort.endpoint, "method": method, "evidence": OBSERVATIONAL, "group": "all",
        "landmark_days": landmark, "n_trials": len(cohort.trial_ids),
    }  # fmt: skip
