"""One line of the result: both answers of a marker on an endpoint."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.imputing.agreement import NOT_ASSESSABLE, judge_agreement, write_statement
from chorall.analyses.imputing.answers import Answer, answer_imputed, answer_tested
from chorall.analyses.imputing.incomplete import IncompleteCohort
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN
from chorall.analyses.rarity import SMALLEST_GROUP
from chorall.stats import ChainedImputations


def write_line(
    incomplete: IncompleteCohort,
    imputations: ChainedImputations,
    marker: str,
    conf_level: float,
) -> dict[str, Any]:
    """Return the line of a marker that can be imputed."""
    tested = answer_tested(incomplete, marker, conf_level)
    imputed = answer_imputed(incomplete, imputations.values, marker, conf_level)
    place = incomplete.markers.index(marker)
    column = len(incomplete.covariates) + place
    n_imputed = int(imputations.n_imputed[column])
    n_unknown = int((incomplete.groups[:, place] == UNKNOWN).sum())
    return {
        **_write_head(incomplete, marker),
        "n": tested.n,
        "n_events": tested.n_events,
        "n_present": int(tested.n_present),
        **_write_figures(tested, ""),
        "imputed_n": imputed.n,
        "imputed_n_events": imputed.n_events,
        "imputed_n_present": imputed.n_present,
        **_write_figures(imputed, "imputed_"),
        "n_marker_imputed": n_imputed,
        "n_not_imputed": n_unknown - n_imputed,
        "missing_fraction": imputed.missing_fraction,
        "degrees_of_freedom": imputed.degrees_of_freedom,
        "monte_carlo_error": imputed.monte_carlo_error,
        "scale_reduction": float(imputations.scale_reduction[column]),
        "agreement": judge_agreement(tested, imputed),
        "statement": write_statement(marker, incomplete.cohort.endpoint, tested, imputed),
        "note": "; ".join(part for part in (tested.note, imputed.note) if part),
    }


def write_absent_line(
    incomplete: IncompleteCohort, marker: str, group: NDArray[np.int8]
) -> dict[str, Any]:
    """Return the line of a marker with too few carriers or non-carriers to learn from."""
    n_present, n_absent = int((group == PRESENT).sum()), int((group == ABSENT).sum())
    note = (
        f"{n_present} patients with and {n_absent} without the marker: {SMALLEST_GROUP} of each "
        "are needed"
    )
    return {
        **dict.fromkeys(("imputed_n", "imputed_n_events")),
        **_write_head(incomplete, marker),
        "n": n_present + n_absent,
        "n_events": int(incomplete.cohort.event[group != UNKNOWN].sum()),
        "n_present": n_present,
        "n_marker_imputed": 0,
        "n_not_imputed": int((group == UNKNOWN).sum()),
        "agreement": NOT_ASSESSABLE,
        "statement": f"{marker}, {incomplete.cohort.endpoint}: not assessable ({note}).",
        "note": note,
    }


def _write_head(incomplete: IncompleteCohort, marker: str) -> dict[str, Any]:
    labels = [part.label for part in incomplete.covariates]
    return {
        "marker": marker,
        "endpoint": incomplete.cohort.endpoint,
        "model": "cox",
        "adjust": " + ".join(labels) or "none",
    }


def _write_figures(answer: Answer, prefix: str) -> dict[str, float]:
    ratio, lower, upper = np.exp([answer.estimate, answer.lower, answer.upper]).tolist()
    return {
        f"{prefix}hazard_ratio": ratio,
        f"{prefix}lower": lower,
        f"{prefix}upper": upper,
        f"{prefix}p_value": answer.p_value,
    }
