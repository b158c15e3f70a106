"""Transplanted by a landmark or not: who can be compared, and why not."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.transplants.fits import FEWEST_EVENTS
from chorall.models.design_matrix import DesignMatrix
from chorall.models.estimability import find_estimable
from chorall.models.time_dependent import Spans

Floats = NDArray[np.float64]


class Sides(NamedTuple):
    """The m patients at a landmark with complete covariates, in trials with both sides.

    Attributes
    ----------
    used : ndarray of bool
        Rows of the spans that are here.
    x : ndarray of float, shape (m, p)
        Covariates that can be estimated.
    treated : ndarray of bool, shape (m,)
        True where transplanted by the landmark.
    strata, kind : ndarray of int, shape (m,)
        Trial, and cause.
    time : ndarray of float, shape (m,)
        From the landmark.
    line : dict
        Counts for the result's rows.
    note : str
        Why nothing can be said, or empty.
    """

    used: NDArray[np.bool_]
    x: Floats
    treated: NDArray[np.bool_]
    strata: NDArray[np.int64]
    kind: NDArray[np.int64]
    time: Floats
    line: dict[str, Any]
    note: str


def lay_out_sides(spans: Spans, cause: NDArray[np.int64], covariates: DesignMatrix) -> Sides:
    """Lay out both sides of a landmark.

    Parameters
    ----------
    spans : Spans, m rows
        From the landmark on, with strata.
    cause : ndarray of int, shape (m,)
        0 censored, 1 the event, 2 and above competing.
    covariates : DesignMatrix
        Of the patients the spans point to.
    """
    used = covariates.complete[spans.patient] & _has_both(spans)
    x, treated = covariates.values[spans.patient][used], spans.treated[used]
    strata, kind = np.asarray(spans.survival.strata)[used], cause[used]
    line: dict[str, Any] = {
        "n_patients": len(kind),
        "n_transplanted": int(treated.sum()),
        "events_transplanted": int((kind[treated] == 1).sum()),
        "events_other": int((kind[~treated] == 1).sum()),
    }
    note = ""
    if min(line["events_transplanted"], line["events_other"]) < FEWEST_EVENTS:
        note = (
            f"refused: {line['events_transplanted']} events after transplantation and "
            f"{line['events_other']} without in trials with both; at least {FEWEST_EVENTS} on "
            "either side are needed"
        )
    elif not x.shape[1]:
        note = "refused: no covariate to weigh by (`adjust`)"
    else:
        x = x[:, find_estimable(x, strata)[0]]
    return Sides(used, x, treated, strata, kind, spans.survival.time[used], line, note)


def _has_both(spans: Spans) -> NDArray[np.bool_]:
    """Tell who is in a trial with patients on both sides: elsewhere nobody can be compared."""
    strata = np.asarray(spans.survival.strata)
    both = set(strata[spans.treated]) & set(strata[~spans.treated])
    return np.isin(strata, list(both))
