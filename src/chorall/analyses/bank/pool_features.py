"""What a pool knows of each patient, as the features of a bank."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.marker_groups import ABSENT, PRESENT, read_marker_groups
from chorall.knowledge.measurements import measurement_items
from chorall.models.bank.design import MRD
from chorall.models.bank.features import LOWEST_MRD, Feature
from chorall.tables.store import Pool

Floats = NDArray[np.float64]

LEAST_CARRIERS: Final = 8
LEAST_KNOWN: Final = 0.25
"""A measurement is a feature where at least this part of the patients has it."""

MRD_ITEM: Final = "mrd_end_of_induction"
ENDS: Final = (0.005, 0.995)
COPY_NUMBER: Final = ("_del", "_gain", "trisomy_", "monosomy_")
SUBTYPES: Final = (
    "::", "-r", "-like", "high_hyperdiploidy", "low_hypodiploidy", "near_haploidy", "iAMP21",
    "hypodiploidy_44_45",
)  # fmt: skip
WORDS: Final = {"sex": ("female", "male"), "lineage": ("B", "T", "MPAL")}


def read_features(pool: Pool) -> tuple[tuple[Feature, ...], Floats]:
    """Return the features of a bank and the number of each patient, NaN where not known.

    Parameters
    ----------
    pool : Pool
        The pooled data; patients in the order of the table patient.

    Returns
    -------
    features : tuple of Feature, length f
        Age, sex, lineage, white cells, measurements, markers with 8 carriers or more, MRD at the
        end of induction: those that vary.
    values : ndarray of shape (n, f)
    """
    patients = pool.table("patient")
    found = [
        *_read_numbers(patients),
        *_read_words(patients),
        *_read_measurements(pool, patients["patient_id"]),
        *_read_markers(pool, patients["patient_id"]),
        *_read_mrd(pool, patients["patient_id"]),
    ]
    return tuple(feature for feature, _ in found), np.column_stack([one for _, one in found])


def _scale(
    item: str, group: str, raw: Floats, *, transform: str, low: float, high: float, kind: str
) -> list[tuple[Feature, Floats]]:
    """Return a number as a feature with mean 0 and deviation 1 among those known, if it varies."""
    plain = Feature(item, kind, group, transform=transform, low=low, high=high)
    moved = plain.encode(raw)
    known = np.isfinite(moved)
    if known.sum() < LEAST_CARRIERS or moved[known].std() == 0:
        return []
    ends = np.quantile(raw[np.isfinite(raw)], ENDS)
    feature = Feature(
        item, kind, group, transform=transform, low=low, high=high,
        centre=float(moved[known].mean()), scale=float(moved[known].std()),
        supported_low=float(f"{ends[0]:.2g}"), supported_high=float(f"{ends[1]:.2g}"),
    )  # fmt: skip
    values = feature.encode(raw)
    return [(feature, np.where(np.isfinite(values), values, np.nan))]


def _read_numbers(patients: pl.DataFrame) -> list[tuple[Feature, Floats]]:
    age, wbc = (_as_floats(patients[name]) for name in ("age_years", "wbc_10e9_per_l"))
    return [
        *_scale(
            "age_years", "demographics", age, transform="plain", low=0, high=110, kind="number"
        ),
        *_scale(
            "wbc_10e9_per_l", "clinical", np.maximum(wbc, 0.1), transform="log2", low=0, high=2000,
            kind="number",
        ),
    ]  # fmt: skip


def _as_floats(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()


def _read_words(patients: pl.DataFrame) -> list[tuple[Feature, Floats]]:
    found = []
    for item, words in WORDS.items():
        column = patients[item].cast(pl.String)
        for word in words[1:]:
            flags = _as_floats(column == word)
            if np.nansum(flags) >= LEAST_CARRIERS and np.nansum(1 - flags) >= LEAST_CARRIERS:
                feature = Feature(item, "word", "demographics", word=word, words=words)
                found.append((feature, flags))
    flags = _as_floats(patients["down_syndrome"])
    if np.nansum(flags) >= LEAST_CARRIERS:
        found.append((Feature("down_syndrome", "marker", "clinical"), flags))
    return found


def _read_measurements(pool: Pool, ids: pl.Series) -> list[tuple[Feature, Floats]]:
    found = []
    known = measurement_items()
    rows = pool.table("measurement").drop_nulls("value").sort("day", nulls_last=True)
    for (item,), own in rows.group_by("item", maintain_order=True):
        first = own.unique("patient_id", keep="first", maintain_order=True)
        raw = _align(first.select("patient_id", "value"), ids)
        if np.isfinite(raw).mean() < LEAST_KNOWN or item not in known:
            continue
        low, high = known[str(item)].minimum, known[str(item)].maximum
        found += _scale(
            str(item), "clinical", raw, transform="plain", low=low, high=high, kind="number"
        )
    return found


def _align(rows: pl.DataFrame, ids: pl.Series) -> Floats:
    frame = pl.DataFrame({"patient_id": ids})
    joined = frame.join(rows, on="patient_id", how="left", maintain_order="left")
    return _as_floats(joined.to_series(1))


def _read_markers(pool: Pool, ids: pl.Series) -> list[tuple[Feature, Floats]]:
    results = pool.table("marker_result")
    # a marker that is one of several, such as N/KRAS, says what its parts say
    names = [name for name in results["marker"].unique().sort().to_list() if "/" not in name]
    groups = read_marker_groups(results, ids, names)
    found = []
    for place, name in enumerate(names):
        own = groups[:, place]
        if min((own == PRESENT).sum(), (own == ABSENT).sum()) < LEAST_CARRIERS:
            continue
        values = np.where(own == PRESENT, 1.0, np.where(own == ABSENT, 0.0, np.nan))
        found.append((Feature(name, "marker", name_group(name)), values))
    return found


def name_group(marker: str) -> str:
    """Return the group of coefficients of a marker."""
    if any(part in marker for part in SUBTYPES):
        return "subtype"
    is_copy_number = any(part in marker for part in COPY_NUMBER)
    return "copy number" if is_copy_number else "secondary lesions"


def _read_mrd(pool: Pool, ids: pl.Series) -> list[tuple[Feature, Floats]]:
    category = pl.col("category").cast(pl.String)
    below = pl.coalesce("limit_fraction", "sensitivity", pl.lit(1e-4)) / 2
    fraction = (
        pl.when(category == "quantified").then("mrd_fraction")
        .when(category == "undetected").then(pl.lit(LOWEST_MRD))
        .when(category.is_not_null()).then(below)
    )  # fmt: skip
    rows = (
        pool.table("mrd")
        .filter(pl.col("timepoint") == "end_of_induction")
        .select("patient_id", "sensitivity", "day", fraction=fraction)
        .drop_nulls("fraction")
        .sort("sensitivity", "day", nulls_last=True, maintain_order=True)
        .unique("patient_id", keep="first", maintain_order=True)
        .select("patient_id", "fraction")
    )
    raw = _align(rows, ids)
    return _scale(MRD_ITEM, MRD, raw, transform="log10", low=0, high=1, kind="mrd")
