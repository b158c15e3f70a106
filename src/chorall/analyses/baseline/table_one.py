"""Who the patients are: baseline characteristics by any grouping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from chorall.analyses.arguments import check_markers, check_trials
from chorall.analyses.baseline.characteristics import (
    FURTHER_VARIABLES,
    list_variables,
    read_characteristics,
)
from chorall.analyses.baseline.groups import (
    ALL,
    JOINED_BY,
    Grouping,
    group_patients,
    read_grouping,
)
from chorall.analyses.baseline.result import DIFFERENCES, LINES, BaselineTable
from chorall.analyses.baseline.summaries import summarise
from chorall.analyses.choices import check_choices
from chorall.analyses.result import label_pool
from chorall.errors import DataError, InputError
from chorall.tables.store import Pool

SMALLEST: Final = 5


def table_one(
    pool: Pool,
    by: str = "trial",
    *,
    variables: Sequence[str] | None = None,
    markers: Sequence[str] | None = None,
    trials: Sequence[str] | None = None,
    question: str | None = None,
    smallest: int = SMALLEST,
) -> BaselineTable:
    """Describe the patients at baseline, by group.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    by : str
        trial, arm (as randomised), age_band, lineage, sex, ph_status, subtype, `marker:NAME`
        (present, absent, not tested), several of them joined by + (trial+age_band: every group of
        the one within every group of the other), or `all` for one column.
    variables : sequence of str, optional
        age_years, age_band, sex, lineage, wbc_10e9_per_l, cns_status, down_syndrome, subtype,
        year_band and measured items; all but year_band where not given.
    markers : sequence of str, optional
        All markers of the pool where not given; an empty list for none.
    trials : sequence of str, optional
        Only these.
    question : str, optional
        The randomised question whose arms are compared, e.g. R1.
    smallest : int
        Counts from 1 to one less are hidden, and whatever would give them away; 1 hides nothing.

    Returns
    -------
    BaselineTable
        Percentages are of those known; of a marker, of those tested (present + absent by a test
        that could have shown either). Those not known stand on lines of their own, by reason.

    Raises
    ------
    InputError
        If a grouping, variable, marker, trial or question does not exist; the message lists those
        known.
    DataError
        If there are fewer than `smallest` patients.

    Notes
    -----
    Standardised differences after Austin 2009, doi:10.1002/sim.3697; no P values: in a randomised
    trial baseline differences are by chance, elsewhere P measures the number of patients.
    Medians and quartiles as R ``quantile(type = 7)``.
    """
    if smallest < 1:
        raise InputError(f"`smallest` is {smallest}; expected 1 (hide nothing) or more.")
    chosen = check_trials(pool, trials)
    grouping = group_patients(pool, read_grouping(by), chosen, question, smallest)
    if len(grouping.patient_ids) < smallest:
        raise DataError(
            f"these trials have fewer than {smallest} patients: there is no table of so few."
        )
    known = list_variables(pool)
    usual = [name for name in known if name not in FURTHER_VARIABLES]
    named = check_choices(usual if variables is None else variables, known, what="variable")
    genes = check_markers(pool, markers)
    lines: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for one in read_characteristics(pool, grouping.patient_ids, named, genes):
        found, apart = summarise(one, grouping, smallest)
        lines += found
        differences += apart
    return BaselineTable(
        analysis="table1",
        pool=label_pool(pool),
        rows=pl.DataFrame(lines, schema=LINES),
        warnings=(*grouping.warnings, *_warn_of_sums(grouping, smallest)),
        groups=_count_groups(grouping),
        differences=pl.DataFrame(differences, schema=DIFFERENCES),
        by=grouping.by,
        smallest=smallest,
    )


def _warn_of_sums(grouping: Grouping, smallest: int) -> list[str]:
    """Say what a second table of the same patients would give away."""
    if JOINED_BY not in grouping.by or smallest == 1:
        return []
    parts = " or ".join(grouping.by.split(JOINED_BY))
    return [
        "Hidden counts cannot be worked out from this table. Beside a table of the same patients "
        f"by {parts} alone, which adds sums, they might be: publish one of them."
    ]


def _count_groups(grouping: Grouping) -> pl.DataFrame:
    sizes = grouping.groups.to_numpy()
    rows = [
        (name, int((sizes == place).sum()), grouping.unknown[place])
        for place, name in enumerate(grouping.names)
    ]
    schema = {"group": pl.String(), "n_patients": pl.Int64(), "unknown": pl.Boolean()}
    return pl.DataFrame([*rows, (ALL, len(sizes), False)], schema=schema, orient="row")
