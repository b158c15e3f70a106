"""Which markers come together, and which exclude each other, within subtypes and trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.arguments import check_trials
from chorall.analyses.choices import check_choices
from chorall.analyses.co_occurrence_result import CoOccurrenceResult
from chorall.analyses.incidence_cells import keep_trials, list_cells
from chorall.analyses.incidence_groups import TRIAL
from chorall.analyses.result import label_pool
from chorall.analyses.subtypes import OPEN
from chorall.knowledge.derived_markers import derived_markers
from chorall.stats import adjust_p_values, mantel_haenszel
from chorall.tables.store import Pool
from chorall.tables.words import DIAGNOSIS, TESTED_STATUSES

Counts = NDArray[np.int64]

FEWEST_CARRIERS: Final = 5
ALL_SUBTYPES: Final = "all"
FEW: Final = f"fewer than {FEWEST_CARRIERS} carriers of one marker tested for both"
SAME: Final = "one marker is made from the other"
CONSTANT: Final = "within subtypes and trials one of them never varies"


class Joint(NamedTuple):
    """Joint counts of all pairs of m markers in s strata, of shape (s, m, m) each.

    Attributes
    ----------
    both, first, second, neither : ndarray of int
        Both present; only the marker of the row; only that of the column; both absent.
    """

    both: Counts
    first: Counts
    second: Counts
    neither: Counts


def co_occurrence(
    pool: Pool,
    *,
    markers: Sequence[str] | None = None,
    trials: Sequence[str] | None = None,
    phase: str = DIAGNOSIS,
    conf_level: float = 0.95,
) -> CoOccurrenceResult:
    """Compare each pair of markers among the patients tested for both.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    markers : sequence of str, optional
        All markers of the pool where not given.
    trials : sequence of str, optional
        Only these.
    phase : str
        `diagnosis`, or a relapse whose samples are in the pool.
    conf_level : float
        Two-sided level of the limits.

    Returns
    -------
    CoOccurrenceResult
        Rows of `subtype` = all: every pair, stratified by trial, subtype (ICC 2022; patients whose
        subtype is open are one by lineage) and so never by what a subtype brings with it. Rows of
        one subtype: the pairs that can be assessed in it, stratified by trial. A pair needs 5
        carriers of each among those tested for both; q values (Benjamini and Hochberg) are taken
        over all pairs of the first kind, and over all of the second.

    Raises
    ------
    InputError
        If a marker, trial or phase does not exist.

    See Also
    --------
    chorall.stats.mantel_haenszel : R: ``mantelhaen.test(exact = TRUE)``.
    """
    results = pool.table("marker_result")
    check_choices(phase, results["phase"].unique().sort().to_list(), what="phase")
    known = results["marker"].unique().sort().to_list()
    chosen = check_choices(known if markers is None else markers, known, what="marker")
    kept = check_trials(pool, trials)
    cells = keep_trials(list_cells(pool, chosen, phase, ("subtype",)), kept)
    strata, joint = count_pairs(cells, chosen)
    overall = _test_pairs(joint, chosen, ALL_SUBTYPES, conf_level)
    single = [
        row
        for subtype in strata["subtype"].unique(maintain_order=True)
        for row in _test_pairs(
            Joint(*(part[(strata["subtype"] == subtype).to_numpy()] for part in joint)),
            chosen, str(subtype), conf_level,
        )
        if not row["note"]
    ]  # fmt: skip
    tables = [_add_q_values(overall), _add_q_values(single)]
    rows = pl.concat(tables).sort("p_value", nulls_last=True, maintain_order=True)
    return CoOccurrenceResult(
        analysis="co-occurrence",
        pool=label_pool(pool),
        rows=rows.sort(pl.col("subtype") != ALL_SUBTYPES, maintain_order=True),
        warnings=tuple(_warn(overall, cells)),
        phase=phase,
        conf_level=conf_level,
        markers=chosen,
    )


def count_pairs(cells: pl.DataFrame, markers: Sequence[str]) -> tuple[pl.DataFrame, Joint]:
    """Count all pairs within trial, subtype and lineage, among those tested for both.

    Parameters
    ----------
    cells : DataFrame
        patient_id, marker, status, rules_out, trial, subtype, lineage.
    markers : sequence of str
        The order of the counts.

    Returns
    -------
    strata : DataFrame
        trial, subtype, lineage: one row per stratum.
    joint : Joint
        The counts of each stratum.
    """
    key = [TRIAL, "subtype", "lineage"]
    known = pl.col("status").is_in(TESTED_STATUSES) & pl.col("rules_out")
    state = pl.when(known).then((pl.col("status") == "present").cast(pl.Int8))
    wide = cells.with_columns(_state=state).pivot(
        "marker", index=["patient_id", *key], values="_state", aggregate_function="first"
    )
    wide = wide.with_columns(
        pl.lit(None, pl.Int8).alias(marker) for marker in markers if marker not in wide.columns
    ).sort(key)
    strata = wide.select(key).unique(maintain_order=True)
    blocks = [
        _count_block(part.select(markers).to_numpy().astype(np.float64))
        for part in wide.partition_by(key, maintain_order=True)
    ]
    return strata, Joint(*(np.array(part) for part in zip(*blocks, strict=True)))


def _count_block(values: NDArray[np.float64]) -> Joint:
    """Count one stratum: values are 1 present, 0 absent, NaN not tested."""
    present, absent = ((values == word).astype(np.float64) for word in (1, 0))
    products = (present.T @ present, present.T @ absent, absent.T @ present, absent.T @ absent)
    return Joint(*(product.astype(np.int64) for product in products))


def _test_pairs(
    joint: Joint, markers: Sequence[str], subtype: str, conf_level: float
) -> list[dict[str, Any]]:
    same = set(_list_related(markers))
    rows = []
    for (i, first), (j, second) in combinations(enumerate(markers), 2):
        tables = np.stack([part[:, i, j] for part in joint], axis=1).reshape(-1, 2, 2)
        sums = tables.sum(axis=0)
        row: dict[str, Any] = {"marker_a": first, "marker_b": second, "subtype": subtype}
        row |= dict(zip(_COUNTS, (int(n) for n in sums.ravel()), strict=True))
        row["n_tested"] = int(sums.sum())
        few = min(sums[0].sum(), sums[:, 0].sum()) < FEWEST_CARRIERS
        note = SAME if (first, second) in same else FEW if few else ""
        rows.append(row | _assess(tables, note, conf_level))
    return rows


_COUNTS: Final = ("n_both", "n_a_only", "n_b_only", "n_neither")


def _assess(tables: Counts, note: str, conf_level: float) -> dict[str, Any]:
    names = ("odds_ratio", "lower", "upper", "p_value")
    if note:
        return dict.fromkeys(names) | {"n_strata": 0, "note": note}
    found = mantel_haenszel(tables, exact="test", conf_level=conf_level)
    if not found.n_tables:
        return dict.fromkeys(names) | {"n_strata": 0, "note": CONSTANT}
    return {name: getattr(found, name) for name in names} | {
        "n_strata": found.n_tables,
        "note": "",
    }


def _list_related(markers: Sequence[str]) -> Iterator[tuple[str, str]]:
    """List the pairs that are made from the same finding, as N/KRAS and NRAS are."""
    parts = {marker: _find_parts(marker) for marker in markers}
    yield from (pair for pair in combinations(markers, 2) if parts[pair[0]] & parts[pair[1]])


def _find_parts(marker: str) -> set[str]:
    """Return the findings from which a marker is made, its own name among them."""
    facts = derived_markers()
    inputs = [part for one in facts.combined if one.marker == marker for part in one.inputs]
    genes = [one.gene for one in facts.specific if one.marker == marker]
    fused = [f"{gene}-r" for gene in marker.split("::")] if "::" in marker else []
    return {marker, *inputs, *genes, *fused}


_SCHEMA: Final = {
    "marker_a": pl.String, "marker_b": pl.String, "subtype": pl.String, "n_tested": pl.Int64,
    **dict.fromkeys(_COUNTS, pl.Int64), "n_strata": pl.Int64,
    "odds_ratio": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "p_value": pl.Float64,
    "note": pl.String,
}  # fmt: skip


def _add_q_values(rows: list[dict[str, Any]]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema=_SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))
    p_values = table["p_value"].fill_null(float("nan")).to_numpy()
    q_column = pl.Series("q_value", adjust_p_values(p_values), nan_to_null=True)
    return table.insert_column(table.columns.index("p_value") + 1, q_column)


def _warn(overall: list[dict[str, Any]], cells: pl.DataFrame) -> list[str]:
    warnings = []
    n_open = cells.filter(pl.col("subtype") == OPEN)["patient_id"].n_unique()
    if n_open:
        warnings.append(
            f"The subtype of {n_open:,} of {cells['patient_id'].n_unique():,} patients is open: "
            "among them pairs can still come together because a subtype was not found."
        )
    refused = sum(bool(row["note"]) for row in overall)
    if refused:
        warnings.append(
            f"{refused:,} of {len(overall):,} pairs could not be assessed: too few carriers tested "
            "for both, one marker made from the other, or no variation within subtypes and trials."
        )
    return warnings
