"""Which markers a report draws: the choice is made by plain rules that the page states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.prognosis_result import PrognosisResult
from chorall.reports.numbers import count_of
from chorall.reports.wording import OVERALL, adult_bands, clear_nan, is_competing

MOST_FREQUENCIES: Final = 6
MOST_CURVES: Final = 4
MOST_SHEETS: Final = 8
SHEET_GRADES: Final = ("replicated", "consistent", "heterogeneous")
"""Of an effect that is shown, or of trials that differ: worth a page of its own."""
FEWEST_TESTED: Final = 30
FEWEST_TRIALS: Final = 2
"""With fewer trials that tested a marker, a row of the figure would say one thing only."""


def select_frequency_markers(result: IncidenceResult) -> list[str]:
    """Return up to six markers whose frequency differs most between adults and the younger.

    Only markers with at least 30 tested on both sides compete; where fewer than two qualify, the
    first markers of the table are taken instead.
    """
    contrast = compare_adults(result)
    chosen = contrast.sort("difference", descending=True, maintain_order=True)
    names = chosen.head(MOST_FREQUENCIES)["marker"].to_list()
    if len(names) >= 2:
        return names
    ordered = result.rows["marker"].unique(maintain_order=True).to_list()
    return [str(marker) for marker in ordered[:MOST_FREQUENCIES]]


def compare_adults(result: IncidenceResult) -> pl.DataFrame:
    """Return marker, n_tested and n_present of `adults` and `younger`, and their difference."""
    pooled = select_lines(result)
    bands = pooled.filter((pl.col("by") == "age_band") & (pl.col("group") != "unknown"))
    adult = pl.col("group").is_in(adult_bands())
    sums = [
        pl.col(name).filter(side).sum().alias(f"{name}_{label}")
        for label, side in (("adults", adult), ("younger", ~adult))
        for name in ("n_tested", "n_present")
    ]
    counts = bands.group_by("marker", maintain_order=True).agg(sums)
    enough = pl.min_horizontal("n_tested_adults", "n_tested_younger") >= FEWEST_TESTED
    shares = [pl.col(f"n_present_{side}") / pl.col(f"n_tested_{side}") for side in _SIDES]
    return counts.filter(enough).with_columns(difference=(shares[0] - shares[1]).abs())


_SIDES: Final = ("adults", "younger")


def select_curve_endpoints(result: PrognosisResult) -> list[str]:
    """Return overall survival (or the first endpoint without competing causes) and relapse.

    Relapse is the first endpoint with competing causes.
    """
    competing = [name for name in result.endpoints if is_competing(result, name)]
    single = [name for name in result.endpoints if name not in competing]
    survival = "OS" if "OS" in single else next(iter(single), None)
    return [name for name in (survival, *competing[:1]) if name is not None]


def select_curve_markers(result: PrognosisResult, endpoints: Sequence[str]) -> list[str]:
    """Return the four markers with the smallest adjusted p value on any of `endpoints`."""
    rows = clear_nan(result.summary).filter(pl.col("endpoint").is_in(list(endpoints)))
    return _rank_by_evidence(rows)[:MOST_CURVES]


def select_lines(result: IncidenceResult) -> pl.DataFrame:
    """Return the rows that are shown: pooled ones, and each trial's own of all its patients.

    The latter are a grouping by trial; those of a trial within a stratum are in the files only.
    """
    rows = clear_nan(result.rows)
    own = pl.col("trial").is_not_null()
    shown = rows.filter(~own | (pl.col("by") == OVERALL))
    return shown.with_columns(
        by=pl.when(own).then(pl.lit("trial")).otherwise("by"),
        group=pl.when(own).then("trial").otherwise("group"),
    )


def select_age_markers(result: IncidenceResult) -> list[str]:
    """Return up to six markers with a curve over age, the smallest p value of the trend first."""
    shown = result.rows["marker"].unique().to_list()
    drawn = result.age_trend.filter(
        pl.col("marker").is_in(result.age_curve["marker"].to_list()), pl.col("marker").is_in(shown)
    )
    ordered = drawn.sort("p_value", nulls_last=True, maintain_order=True)
    return [str(marker) for marker in ordered["marker"].head(MOST_FREQUENCIES)]


def select_overall(result: IncidenceResult) -> pl.DataFrame:
    """Return the rows of all patients together."""
    return select_lines(result).filter(pl.col("by") == OVERALL)


def select_age_bands(result: IncidenceResult) -> pl.DataFrame:
    """Return overall and by age band, without lines of nobody."""
    rows = select_lines(result).filter(pl.col("by").is_in([OVERALL, "age_band"]))
    return rows.filter(pl.col("n_patients") > 0)


def select_covered(coverage: pl.DataFrame) -> tuple[list[str], str]:
    """Return the markers whose coverage is drawn, and in words how many are left out and why.

    Drawn are markers that somebody carries and that two trials tested (one, in a pool of one
    trial); all of them, without words, where none would be left.
    """
    fewest = min(FEWEST_TRIALS, coverage["trial_id"].n_unique())
    sums = coverage.group_by("marker", maintain_order=True).agg(
        pl.col("n_present").sum(), n_trials=(pl.col("n_tested") > 0).sum()
    )
    carried = sums.filter(pl.col("n_present") > 0)
    kept = carried.filter(pl.col("n_trials") >= fewest)
    n_uncarried, n_rare = sums.height - carried.height, carried.height - kept.height
    if kept.is_empty() or not n_uncarried + n_rare:
        return sums["marker"].to_list(), ""
    reasons = [
        *([f"{n_uncarried:,} that no patient is known to carry"] if n_uncarried else []),
        *([f"{n_rare:,} tested in fewer than two trials"] if n_rare else []),
    ]
    return kept["marker"].to_list(), (
        f" Left out of {count_of(sums.height, 'marker')}: {' and '.join(reasons)}; the table of "
        "frequencies holds them all."
    )


def select_sheets(result: PrognosisResult, asked: Sequence[str] = ()) -> tuple[list[str], str]:
    """Return the markers that get a sheet, and the rule in words.

    Those asked for; else those graded replicated, consistent or heterogeneous on any endpoint, at
    most eight, the smallest adjusted p value first; where there are none, the four with the
    smallest p value.

    Raises
    ------
    InputError
        If the result has no such marker.
    """
    if asked:
        known = result.summary["marker"].unique(maintain_order=True).to_list()
        return list(check_choices(asked, known, what="marker")), "The markers that were asked for."
    rows = clear_nan(result.summary)
    graded = _rank_by_evidence(rows.filter(pl.col("grade").is_in(SHEET_GRADES)))
    if not graded:
        chosen = _rank_by_evidence(rows)[:MOST_CURVES]
        words = "No marker is graded " + " or ".join(SHEET_GRADES)
        return chosen, f"{words}: those with the smallest adjusted p value."
    rule = f"Markers graded {', '.join(SHEET_GRADES[:2])} or {SHEET_GRADES[2]} on an endpoint"
    if len(graded) <= MOST_SHEETS:
        return graded, f"{rule}."
    return graded[:MOST_SHEETS], (
        f"{rule}: {len(graded):,}, of which the {MOST_SHEETS} with the smallest adjusted p value "
        "are here. Others can be asked for by name."
    )


def _rank_by_evidence(rows: pl.DataFrame) -> list[str]:
    """Return the markers by their smallest adjusted p value."""
    known = rows.drop_nulls("adjusted_p_value")
    evidence = known.group_by("marker", maintain_order=True).agg(pl.col("adjusted_p_value").min())
    ordered = evidence.sort("adjusted_p_value", maintain_order=True)
    return [str(marker) for marker in ordered["marker"]]
