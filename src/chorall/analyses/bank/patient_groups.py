"""The groups of patients in which a bank is judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.tables.store import Pool

EVERYBODY: Final = "all"
TRIAL: Final = "trial "
AGES: Final = ((0, 16), (16, 40), (40, 60), (60, 111))
SCHEME: Final = "ICC-2022"


def list_groups(
    pool: Pool, trial: NDArray[np.str_], *, subgroups: bool
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the name and the patients of each group.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    trial : ndarray of str, shape (n,)
        Of each patient.
    subgroups : bool
        True adds sex, lineage, age and subtype (ICC 2022) to everybody and each trial.
    """
    yield EVERYBODY, np.ones(len(trial), bool)
    for name in np.unique(trial):
        yield f"{TRIAL}{name}", trial == name
    if not subgroups:
        return
    patients = pool.table("patient")
    for column in ("sex", "lineage"):
        yield from _list_words(column, patients[column].cast(pl.String))
    age = patients["age_years"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    for low, high in AGES:
        yield (
            f"age {low}-{high - 1}" if high < AGES[-1][1] else f"age {low} or more",
            ((age >= low) & (age < high)),
        )
    own = pool.table("subtype").filter(pl.col("scheme") == SCHEME)
    joined = patients.select("patient_id").join(
        own.select("patient_id", "subtype"), on="patient_id", how="left", maintain_order="left"
    )
    yield from _list_words("subtype", joined["subtype"])


def _list_words(name: str, values: pl.Series) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for word in values.drop_nulls().unique().sort():
        yield f"{name} {word}", (values == word).fill_null(False).to_numpy()
