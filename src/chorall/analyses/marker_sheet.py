"""One marker: how frequent it is, where, and how patients with it fare; what a sheet shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from chorall.analyses.arguments import list_markers
from chorall.analyses.choices import check_choices
from chorall.analyses.incidence import Method, incidence
from chorall.analyses.marker_sheet_result import MarkerSheet
from chorall.analyses.prognosis import COVARIATES, prognosis
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.errors import InputError
from chorall.stats.task_runner import Progress
from chorall.tables.store import Pool

GROUPINGS: Final = ("overall", "age_band", "lineage", "trial")
"""What the frequencies of a sheet are broken down by."""

ENDPOINTS: Final = ("OS", "EFS", "RFS", "CIR", "NRM")

_PER_MARKER: Final = ("rows", "summary", "curves", "at_risk", "by_trial")


def marker(
    pool: Pool,
    marker: str,
    *,
    endpoints: Sequence[str] = ENDPOINTS,
    adjust: Sequence[str] = COVARIATES,
    trials: Sequence[str] | None = None,
    horizon_years: float = 5.0,
    conf_level: float = 0.95,
    method: Method = "wilson",
    progress: Progress | None = None,
) -> MarkerSheet:
    """Gather what a pool says of one marker.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    marker : str
        Its name in the pool.
    endpoints : sequence of str
        Short names.
    adjust : sequence of str
        Covariates, by the words of `prognosis`.
    trials : sequence of str, optional
        Only these trials; all of the pool where not given.
    horizon_years : float
        Where the k-year figures are read.
    conf_level : float
        Two-sided level of all limits.
    method : {"wilson", "clopper-pearson"}
        How the limits of a trial's own frequency are computed.
    progress : callable, optional
        Called with the number of comparisons done and their total.

    Returns
    -------
    MarkerSheet
        All markers of the pool are the family of the q-values, and with them of the grades, so
        that a sheet says what the report says.

    Raises
    ------
    InputError
        If the marker, an endpoint, covariate or trial does not exist, or a number is out of range.

    See Also
    --------
    chorall.analyses.incidence.incidence : How frequent all markers are.
    chorall.analyses.prognosis.prognosis : All markers; continuous ones as well.
    """
    if not isinstance(marker, str):
        raise InputError(f"`marker` is {marker!r}; expected the name of one marker.")
    name = check_choices(marker, list_markers(pool), what="marker")[0]
    outcomes = prognosis(
        pool, endpoints=endpoints, adjust=adjust, trials=trials, horizon_years=horizon_years,
        conf_level=conf_level, progress=progress,
    )  # fmt: skip
    return lay_out_sheet(pool, name, outcomes, trials=trials, method=method)


def lay_out_sheet(
    pool: Pool,
    marker: str,
    prognosis: PrognosisResult,
    *,
    trials: Sequence[str] | None = None,
    method: Method = "wilson",
) -> MarkerSheet:
    """Put the frequencies of one marker beside its part of a prognosis of all.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    marker : str
        Its name.
    prognosis : PrognosisResult
        Of all markers, of the same trials.
    trials : sequence of str, optional
        All of the pool where not given.
    method : {"wilson", "clopper-pearson"}
        How the limits of a trial's own frequency are computed.
    """
    frequencies = incidence(
        pool, markers=[marker], trials=trials, by=GROUPINGS, conf_level=prognosis.conf_level,
        method=method,
    )  # fmt: skip
    mine = pl.col("marker") == marker
    others = set(prognosis.summary["marker"].unique()) - {marker}
    general = [line for line in prognosis.warnings if not names_one(line, others)]
    outcomes = replace(
        prognosis, **{name: getattr(prognosis, name).filter(mine) for name in _PER_MARKER}
    )
    return MarkerSheet(
        analysis="marker",
        pool=prognosis.pool,
        rows=outcomes.rows,
        warnings=tuple(dict.fromkeys((*frequencies.warnings, *general))),
        marker=marker,
        incidence=frequencies,
        prognosis=outcomes,
    )


def names_one(text: str, markers: Iterable[str]) -> bool:
    """Return True where one of the markers stands in a text as a word of its own."""
    words = "|".join(re.escape(marker) for marker in markers)
    return bool(words) and re.search(rf"(?<![\w:])(?:{words})(?![\w:]*\w)", text) is not None
