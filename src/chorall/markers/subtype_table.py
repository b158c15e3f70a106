"""The table `subtype`: every patient by every taxonomy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.knowledge.taxonomy_schemes import Scheme, taxonomy_schemes
from chorall.markers.subtype import Subtype, judge_entities
from chorall.markers.truths import (
    TRUTH_OF_STATUS,
    UNKNOWN,
    Truth,
    Truths,
    list_deciding_markers,
)
from chorall.tables.schema import SUBTYPE
from chorall.tables.words import DIAGNOSIS

JOIN: Final = ";"
OPEN: Final = "not_done"

Numbers = NDArray[np.int64]


def derive_subtypes(patients: pl.DataFrame, marker_results: pl.DataFrame) -> pl.DataFrame:
    """Return the table `subtype`.

    Parameters
    ----------
    patients : pl.DataFrame
        The table patient.
    marker_results : pl.DataFrame
        The table marker_result; only diagnosis counts.

    Returns
    -------
    pl.DataFrame
        A row for every patient and scheme, ordered by scheme and then patient. Patients without
        lineage, or of another than B or T, have a row that says so.

    See Also
    --------
    assign_subtype : the rules, for one patient.
    """
    truths = gather_truths(patients, marker_results)
    lineages = patients["lineage"].cast(pl.String).fill_null("").to_numpy()
    parts = [SUBTYPE.empty()]
    for scheme in taxonomy_schemes().values():
        parts.append(_derive_scheme(scheme, patients, lineages, truths))
    return pl.concat(parts)


def gather_truths(patients: pl.DataFrame, marker_results: pl.DataFrame) -> Truths:
    """Return what is known at diagnosis of the markers that decide subtypes, patient by patient."""
    known = marker_results["marker"].unique().sort().to_list()
    deciding = list_deciding_markers(known)
    rows = marker_results.filter(
        pl.col("phase") == DIAGNOSIS, pl.col("marker").is_in(deciding)
    ).select(
        "patient_id",
        "marker",
        truth=pl.col("status").cast(pl.String).replace_strict(
            TRUTH_OF_STATUS, return_dtype=pl.UInt8
        ),
    )  # fmt: skip
    places = patients.select("patient_id").with_row_index("place")
    numbers = pl.DataFrame({"marker": deciding}, schema={"marker": pl.String}).with_row_index(
        "number"
    )
    cells = rows.join(places, on="patient_id").join(numbers, on="marker")
    values = np.full((patients.height, len(deciding)), UNKNOWN, np.uint8)
    values[cells["place"].to_numpy(), cells["number"].to_numpy()] = cells["truth"].to_numpy()
    return Truths(tuple(deciding), values)


def _derive_scheme(
    scheme: Scheme, patients: pl.DataFrame, lineages: NDArray[Any], truths: Truths
) -> pl.DataFrame:
    book: dict[Subtype, int] = {}
    number = np.full(patients.height, -1, np.int64)
    for lineage in scheme.entities:
        chosen = np.flatnonzero(lineages == lineage)
        if chosen.size:
            number[chosen] = _number_subtypes(scheme, lineage, truths, chosen, book)
    missing = {
        -1: "not_reported",
        -2: "not_applicable",
    }
    number[(number == -1) & (lineages != "")] = -2
    rows = [_describe(one) for one in book]
    rows += [_describe_missing(scheme, reason) for reason in missing.values()]
    described = pl.DataFrame(rows, schema=_row_schema())
    order = np.where(number >= 0, number, len(book) - 1 - number)
    who = patients.select("patient_id", "trial_id")
    made = pl.concat([who, described[order]], how="horizontal")
    return made.select(pl.col(name).cast(dtype) for name, dtype in SUBTYPE.schema.items())


def _number_subtypes(
    scheme: Scheme, lineage: str, truths: Truths, chosen: Numbers, book: dict[Subtype, int]
) -> Numbers:
    """Return for each chosen patient the place of the subtype in `book`, which grows.

    Few patterns of what is known occur among many patients: each is judged once.
    """
    values = np.ascontiguousarray(truths.values[chosen])
    distinct, place = _find_distinct(values)
    judged = judge_entities(Truths(truths.markers, distinct), lineage, scheme)
    numbers = [book.setdefault(judged.assign(at), len(book)) for at in range(distinct.shape[0])]
    return np.array(numbers, np.int64)[place]


def _find_distinct(values: Truth) -> tuple[Truth, Numbers]:
    """Return the distinct rows and, for each row, which of them it is."""
    n_rows, n_columns = values.shape
    if n_columns == 0:
        return values[:1], np.zeros(n_rows, np.int64)
    packed = values.view(np.dtype((np.void, n_columns))).ravel()
    _, first, place = np.unique(packed, return_index=True, return_inverse=True)
    return values[first], np.asarray(place, np.int64)


def _row_schema() -> dict[str, pl.DataType]:
    return {
        name: dtype
        for name, dtype in SUBTYPE.schema.items()
        if name not in ("patient_id", "trial_id")
    }


def _describe(found: Subtype) -> dict[str, str | None]:
    reason = OPEN if found.subtype is None else None
    row: dict[str, str | None] = {
        "scheme": found.scheme,
        "subtype": found.subtype,
        "subtype_missing": reason,
        "label": found.label or None,
        "label_missing": reason,
        "basis": found.basis,
        "confidence": found.confidence or None,
        "confidence_missing": reason,
    }
    return row | dict(_describe_lists(found))


def _describe_lists(found: Subtype) -> Iterator[tuple[str, str | None]]:
    for name in ("cannot_be_excluded", "evidence"):
        listed = getattr(found, name)
        yield name, JOIN.join(listed) or None
        yield f"{name}_missing", None if listed else "not_applicable"


def _describe_missing(scheme: Scheme, reason: str) -> dict[str, str | None]:
    names = ("subtype", "label", "cannot_be_excluded", "evidence", "confidence")
    missing: dict[str, str | None] = {f"{name}_missing": reason for name in names}
    return {"scheme": scheme.name, "basis": "none"} | missing
