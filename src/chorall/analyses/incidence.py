"""How frequent each marker is, overall and by group, among those actually tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import polars as pl

from chorall.analyses.arguments import check_trials
from chorall.analyses.choices import check_choices
from chorall.analyses.incidence_ages import compare_adults, fit_age_curves, select_tested
from chorall.analyses.incidence_cells import keep_trials, list_cells
from chorall.analyses.incidence_counts import COUNTS, count_statuses, select_overall, sum_strata
from chorall.analyses.incidence_groups import (
    GROUPINGS,
    OVERALL,
    TRIAL,
    list_strata,
    name_strata,
    read_groupings,
)
from chorall.analyses.incidence_pooling import POOLED, add_trial_limits, pool_trials
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.incidence_warnings import (
    warn_of_ascertainment,
    warn_of_entry,
    warn_of_informative_testing,
    warn_of_selection,
    warn_of_testing,
)
from chorall.analyses.result import label_pool
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS

Method = Literal["wilson", "clopper-pearson"]
METHODS: Final = ("wilson", "clopper-pearson")


def incidence(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    trials: Sequence[str] | None = None,
    by: Sequence[str] = GROUPINGS,
    phase: str = DIAGNOSIS,
    conf_level: float = 0.95,
    method: Method = "wilson",
) -> IncidenceResult:
    """Count every marker among the patients tested for it.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given.
    trials : sequence of str, optional
        Only these. Leave out a trial that enrols by the marker itself; a warning names such.
    by : sequence of str
        The groupings, in the order of the rows: overall, age_band, lineage, sex, ph_status
        (BCR::ABL1 present, absent or unknown), subtype (ICC 2022; `open` where no test has settled
        it), ascertainment (how the patient came to be tested for the marker) and assay (each
        method by itself: the denominator is those whose assay could have found the lesion).
        Joined by + they make strata, e.g. ``"lineage+age_band"``. ``"trial"`` adds a row for each
        trial beside every pooled one.
    phase : str
        `diagnosis`, or a relapse whose samples are in the pool.
    conf_level : float
        Two-sided level of all limits.
    method : {"wilson", "clopper-pearson"}
        How the limits of a trial's own frequency are computed.

    Returns
    -------
    IncidenceResult
        The denominator is `n_tested` = present + absent. Inconclusive, failed, not tested and not
        reported are counted beside it and never count as negative, nor do lesions found by assays
        that cannot show absence (`n_positive_only`); the seven add up to `n_patients`.

    Raises
    ------
    InputError
        If a marker, trial, grouping, phase or method does not exist; the message lists those known.

    See Also
    --------
    co_occurrence : Which markers come together within subtypes.
    oncoprint : Every patient and marker.
    chorall.stats.proportion_interval : R: ``prop.test(correct = FALSE)``, ``binom.test``.
    chorall.stats.pool_many_proportions : R: ``metafor::rma.glmm(measure = "PLO", test = "t")``.
    chorall.models.age_curve.fit_age_curve : R: ``glm(present ~ 0 + trial + ns(age, df = 3))``.
    """
    results = pool.table("marker_result")
    groupings = read_groupings(by)
    check_choices(method, METHODS, what="method")
    check_choices(phase, results["phase"].unique().sort().to_list(), what="phase")
    known = results["marker"].unique().sort().to_list()
    chosen = check_choices(known if markers is None else markers, known, what="marker")
    kept = check_trials(pool, trials)

    cells = keep_trials(list_cells(pool, chosen, phase, _list_plain(groupings)), kept)
    counts = _count_strata(pool, cells, groupings, chosen, phase, kept)
    overall = select_overall(counts)
    rows = _lay_out_rows(counts, groupings, conf_level, method)
    tested = select_tested(pool, cells)
    order = rows["marker"].unique(maintain_order=True).to_list()
    trend, curve = fit_age_curves(tested, order, conf_level)
    return IncidenceResult(
        analysis="incidence",
        pool=label_pool(pool),
        rows=rows,
        warnings=(
            *warn_of_testing(overall),
            *warn_of_entry(counts),
            *warn_of_ascertainment(pool, phase, kept),
            *warn_of_selection(cells),
            *warn_of_informative_testing(pool, cells),
        ),
        phase=phase,
        conf_level=conf_level,
        method=method,
        age_trend=trend,
        age_curve=curve,
        adults=compare_adults(tested, order, conf_level),
    )


def _list_plain(groupings: Sequence[str]) -> list[str]:
    """Return the labels of strata in which each patient stands once."""
    strata = [parts for parts in list_strata(groupings) if "assay" not in parts]
    return list(dict.fromkeys(part for parts in strata for part in parts))


def _count_strata(
    pool: Pool,
    cells: pl.DataFrame,
    groupings: Sequence[str],
    markers: Sequence[str],
    phase: str,
    trials: Sequence[str],
) -> pl.DataFrame:
    """Count overall and every stratum asked for, by trial; columns of other strata are null."""
    strata = list_strata((OVERALL, *groupings))
    cube = count_statuses(cells, _list_plain(groupings))
    tables = [sum_strata(cube, parts, markers) for parts in strata if "assay" not in parts]
    by_assay = [parts for parts in strata if "assay" in parts]
    if by_assay:
        labels = list(dict.fromkeys(part for parts in by_assay for part in parts))
        assay_cube = count_statuses(
            keep_trials(list_cells(pool, markers, phase, labels), trials), labels
        )
        seen = assay_cube["marker"].unique().to_list()
        known = [marker for marker in markers if marker in seen]
        tables += [_drop_unseen(sum_strata(assay_cube, parts, known)) for parts in by_assay]
    return pl.concat(tables, how="diagonal")


def _drop_unseen(counts: pl.DataFrame) -> pl.DataFrame:
    """Drop markers that an assay of a trial cannot see: it has no patient there."""
    return counts.filter(pl.col("n_patients") > 0)


def _lay_out_rows(
    counts: pl.DataFrame, groupings: Sequence[str], conf_level: float, method: Method
) -> pl.DataFrame:
    """Frequent markers first, groupings as asked for, groups in their natural order."""
    strata = list_strata(groupings)
    overall = pool_trials(counts.filter(pl.col("by") == OVERALL), conf_level, method)
    share = overall.select("marker", _share="crude_proportion")
    sequence = pl.Enum([name_strata(parts) for parts in strata])
    asked = counts.filter(pl.col("by").is_in(sequence.categories.to_list()))
    tables = [pool_trials(asked, conf_level, method)]
    if any(TRIAL in one.split("+") for one in groupings):
        tables.append(add_trial_limits(asked, conf_level, method))
    parts = list(dict.fromkeys(part for stratum in strata for part in stratum))
    rows = pl.concat(tables, how="diagonal").join(share, on="marker", how="left")
    return rows.sort(
        "_share", "marker", pl.col("by").cast(sequence), "position", TRIAL,
        descending=[True, False, False, False, False], nulls_last=[True, *[False] * 4],
    ).select(
        "marker", "by", "group", *parts, pl.col(TRIAL).cast(pl.String), "n_trials", "n_patients",
        "n_tested", *COUNTS, "crude_proportion", *POOLED, "note",
    )  # fmt: skip
