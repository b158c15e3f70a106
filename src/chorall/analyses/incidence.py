"""How frequent each marker is, overall and by group, among those actually tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import polars as pl

from chorall.analyses.choices import check_choices
from chorall.analyses.incidence_groups import (
    COUNTS,
    FURTHER_GROUPINGS,
    GROUPINGS,
    count_statuses,
    label_groups,
)
from chorall.analyses.incidence_result import IncidenceResult
from chorall.analyses.incidence_warnings import warn_of_ascertainment, warn_of_testing
from chorall.analyses.result import label_pool
from chorall.stats import proportion_interval
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS

Method = Literal["wilson", "clopper-pearson"]
METHODS: Final = ("wilson", "clopper-pearson")


def incidence(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
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
    by : sequence of {"overall", "age_band", "lineage", "trial", "subtype"}
        The groupings, in the order of the rows. Subtypes are those of ICC 2022; `open` are the
        patients whose subtype no test has settled.
    phase : str
        `diagnosis`, or a relapse whose samples are in the pool.
    conf_level : float
        Two-sided level of the limits.
    method : {"wilson", "clopper-pearson"}
        How the limits of a frequency are computed.

    Returns
    -------
    IncidenceResult
        The denominator is `n_tested` = present + absent. Inconclusive, failed, not tested and not
        reported are counted beside it and never count as negative, nor do lesions found by assays
        that cannot show absence (`n_positive_only`); the seven add up to `n_patients`.

    Raises
    ------
    InputError
        If a marker, grouping, phase or method does not exist; the message lists the known ones.

    See Also
    --------
    chorall.stats.proportion_interval : R: ``prop.test(correct = FALSE)``, ``binom.test``.
    """
    results = pool.table("marker_result")
    groupings = check_choices(by, (*GROUPINGS, *FURTHER_GROUPINGS), what="grouping")
    check_choices(method, METHODS, what="method")
    check_choices(phase, results["phase"].unique().sort().to_list(), what="phase")
    known = results["marker"].unique().sort().to_list()
    chosen = check_choices(known if markers is None else markers, known, what="marker")

    cube = count_statuses(results, label_groups(pool, groupings), chosen, phase)
    counts = pl.concat(
        [_sum_by(cube, grouping, chosen) for grouping in dict.fromkeys(("overall", *groupings))]
    )
    overall = counts.filter(pl.col("by") == "overall")
    rows = _order_rows(_add_limits(counts, conf_level, method), overall, groupings)
    return IncidenceResult(
        analysis="incidence",
        pool=label_pool(pool),
        rows=rows,
        warnings=(*warn_of_testing(overall), *warn_of_ascertainment(pool, phase)),
        phase=phase,
        conf_level=conf_level,
        method=method,
    )


def _sum_by(cube: pl.DataFrame, grouping: str, markers: Sequence[str]) -> pl.DataFrame:
    """Add up the cube over all groupings but one; markers without a row get zeros."""
    numbers = list(COUNTS)
    groups = cube.select(pl.col(grouping).alias("group")).unique()
    sums = cube.group_by("marker", pl.col(grouping).alias("group")).agg(pl.col(numbers).sum())
    grid = pl.DataFrame({"marker": markers}).join(groups, how="cross")
    return (
        grid.join(sums, on=["marker", "group"], how="left")
        .with_columns(pl.col(numbers).fill_null(0).cast(pl.Int64))
        .with_columns(
            by=pl.lit(grouping),
            position=pl.col("group").to_physical().cast(pl.Int64),
            group=pl.col("group").cast(pl.String),
            n_patients=pl.sum_horizontal(numbers),
            n_tested=pl.col("n_present") + pl.col("n_absent"),
        )
    )


def _add_limits(counts: pl.DataFrame, conf_level: float, method: Method) -> pl.DataFrame:
    tested = counts["n_tested"].to_numpy()
    lower, upper = np.full((2, counts.height), np.nan)
    some = tested > 0
    interval = proportion_interval(
        counts["n_present"].to_numpy()[some], tested[some], conf_level=conf_level, method=method
    )
    lower[some], upper[some] = interval.lower, interval.upper
    limits = {"lower": lower, "upper": upper}
    return counts.with_columns(
        pl.when(pl.col("n_tested") > 0)
        .then(pl.col("n_present") / pl.col("n_tested"))
        .alias("frequency"),
        *(pl.Series(name, values, nan_to_null=True) for name, values in limits.items()),
    )


def _order_rows(
    counts: pl.DataFrame, overall: pl.DataFrame, groupings: Sequence[str]
) -> pl.DataFrame:
    """Frequent markers first, groupings as asked for, groups in their natural order."""
    share = overall.select("marker", _share=pl.col("n_present") / pl.col("n_tested")).fill_nan(None)
    sequence = pl.Enum(groupings)
    return (
        counts.filter(pl.col("by").is_in(groupings))
        .join(share, on="marker", how="left")
        .sort(
            "_share", "marker", pl.col("by").cast(sequence, strict=False), "position",
            descending=[True, False, False, False], nulls_last=True,
        )
        .select(
            "marker", "by", "group", "n_patients", "n_tested", *COUNTS,
            "frequency", "lower", "upper",
        )
    )  # fmt: skip
