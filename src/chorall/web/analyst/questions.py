"""What the analyst's pages and the JSON interface ask the pool; small counts never leave here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.marker_groups import GROUP_LABELS, UNKNOWN
from chorall.reports.disclosure import OVERALL, hide_in_words, hide_incidence
from chorall.reports.disclosure_counts import uncover
from chorall.reports.disclosure_outcomes import Outcomes, find_hidden_outcomes, read_outcomes
from chorall.reports.disclosure_sets import Pair
from chorall.reports.disclosure_tables import (
    cut_curves,
    has_few_steps,
    hide_overview,
    hide_prognosis,
)
from chorall.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from chorall.analyses.overview_result import OverviewResult
    from chorall.analyses.prognosis_result import PrognosisResult
    from chorall.tables.store import Pool
    from chorall.web.settings import Settings

GROUPINGS: Final = ("overall", "age_band", "lineage", "sex")
"""Always the same, so that what is hidden does not depend on what is asked."""
ENDPOINTS: Final = ("OS", "EFS", "CIR")
"""All that can be asked, so that what is hidden can be decided over all of them."""
COMPARED: Final = ("n_present", "n_absent", "events_present", "events_absent")
REMEMBERED: Final = 256
NO_POOL: Final = Problem(
    404,
    "No pool is served",
    "Start again with one: chorall serve POOL (make it with `chorall pool`).",
)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A result and the rows of it that may be shown.

    Attributes
    ----------
    result : AnalysisResult
        Says which analysis and pool; its own rows must not be shown.
    rows : DataFrame
        Small counts hidden.
    """

    result: Any
    rows: pl.DataFrame


def find_pool(settings: Settings) -> Pool:
    """Return the pool that is served.

    Raises
    ------
    ProblemError
        404 where there is none.
    """
    if settings.pool is None:
        raise ProblemError(NO_POOL)
    return settings.pool


@lru_cache(maxsize=4)
def _count_all(settings: Settings) -> Shown:
    from chorall.analyses import incidence

    result = incidence(find_pool(settings), by=(*GROUPINGS, "trial"))
    said = hide_in_words(result.warnings, settings.fewest_shown)
    rows = hide_incidence(result.rows, settings.fewest_shown)
    return Shown(replace(result, warnings=said), rows)


def ask_incidence(
    settings: Settings, *, markers: Sequence[str] | None = None, by: Sequence[str] | None = None
) -> Shown:
    """Return frequencies: of all markers unless some are named, in all groupings unless named.

    Raises
    ------
    InputError
        If a marker or grouping is not known.
    """
    shown = _count_all(settings)
    known = shown.rows["marker"].unique(maintain_order=True).to_list()
    chosen = check_choices(markers or known, known, what="marker")
    groups = check_choices(by or GROUPINGS, GROUPINGS, what="grouping")
    rows = shown.rows.filter(pl.col("marker").is_in(chosen) & pl.col("by").is_in(groups))
    return Shown(shown.result, rows)


@lru_cache(maxsize=REMEMBERED)
def warn_of_marker(settings: Settings, marker: str) -> tuple[str, ...]:
    """Return what must be known before the frequency of one marker is used.

    Raises
    ------
    InputError
        If the marker is not known.
    """
    from chorall.analyses import incidence

    result = incidence(find_pool(settings), markers=[marker], by=["overall"])
    return hide_in_words(result.warnings, settings.fewest_shown)


def ask_prognosis(
    settings: Settings, *, markers: Sequence[str], endpoints: Sequence[str] | None = None
) -> Shown:
    """Return how markers go with outcome; small counts are hidden in rows, curves and at-risk.

    Without a marker all are asked: that takes long. What is hidden of a marker is decided over all
    endpoints, whichever are asked.

    Raises
    ------
    InputError
        If a marker or an endpoint is not known.
    """
    asked = check_choices(endpoints or ENDPOINTS, ENDPOINTS, what="endpoint")
    return _compare(settings, tuple(markers), asked)


@lru_cache(maxsize=REMEMBERED)
def _compare(settings: Settings, markers: tuple[str, ...], endpoints: tuple[str, ...]) -> Shown:
    from chorall.analyses import prognosis

    result = prognosis(find_pool(settings), markers=markers or None, endpoints=endpoints)
    hidden = {one: find_outcomes_hidden(settings, one) for one in result.summary["marker"].unique()}
    rows = hide_prognosis(result.summary, hidden, settings.fewest_shown)
    return Shown(_make_safe(result, rows, settings.fewest_shown), rows)


@lru_cache(maxsize=4)
def find_outcomes(settings: Settings) -> Outcomes:
    """Return who has which endpoint and its event."""
    return read_outcomes(find_pool(settings), ENDPOINTS, settings.fewest_shown)


@lru_cache(maxsize=REMEMBERED)
def find_outcomes_hidden(settings: Settings, marker: str) -> frozenset[Pair]:
    """Return which counts of a marker and the endpoints are hidden, wherever they stand."""
    (frequency,) = (
        _count_all(settings).rows.filter(pl.col("trial").is_null(), marker=marker, by=OVERALL)
    ).to_dicts()
    results = find_pool(settings).table("marker_result")
    return find_hidden_outcomes(
        find_outcomes(settings), results, marker, frequency, settings.fewest_shown
    )


def _make_safe(result: PrognosisResult, rows: pl.DataFrame, fewest: int) -> PrognosisResult:
    """Leave nothing that may not be drawn: lines with something hidden have no curve."""
    keys = ["marker", "endpoint"]
    whole = rows.drop_nulls(COMPARED).select(keys)
    unknown = rows.drop_nulls(["n_unknown", "events_unknown"]).select(keys)
    curves, at_risk = cut_curves(
        _leave_out_unknown(result.curves, unknown), _leave_out_unknown(result.at_risk, unknown),
        fewest,
    )  # fmt: skip
    few = [
        key
        for key, one in curves.partition_by(*keys, as_dict=True).items()
        if has_few_steps(one, fewest)
    ]
    whole = whole.filter(~pl.struct(keys).is_in([dict(zip(keys, key, strict=True)) for key in few]))
    return replace(
        result,
        rows=result.rows.clear(),
        warnings=hide_in_words(result.warnings, fewest),
        by_trial=result.by_trial.clear(),
        transplant_curves=result.transplant_curves.clear(),
        summary=uncover(rows).join(whole, on=keys, how="semi", maintain_order="left"),
        curves=curves.join(whole, on=keys, how="semi", maintain_order="left"),
        at_risk=at_risk.join(whole, on=keys, how="semi", maintain_order="left"),
    )


def _leave_out_unknown(frame: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Leave out the patients without a result where their number is hidden."""
    own = frame.join(told, on=["marker", "endpoint"], how="semi", maintain_order="left")
    compared = pl.col("group") != GROUP_LABELS[UNKNOWN]
    lacking = frame.join(told, on=["marker", "endpoint"], how="anti", maintain_order="left")
    return pl.concat([own, lacking.filter(compared)])


@lru_cache(maxsize=4)
def ask_overview(settings: Settings) -> tuple[OverviewResult, pl.DataFrame]:
    """Return the overview of the pool and its table of trials with small counts hidden."""
    from chorall.analyses import overview

    result = overview(find_pool(settings))
    return result, hide_overview(result.rows, settings.fewest_shown)
