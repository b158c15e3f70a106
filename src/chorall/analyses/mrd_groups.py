"""Groups by a marker, or by residual disease at the end of induction from a level on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.arguments import check_markers
from chorall.analyses.marker_groups import ABSENT, PRESENT, UNKNOWN, read_marker_groups
from chorall.analyses.mrd_cut import add_mrd_cut, name_mrd_cut
from chorall.errors import InputError
from chorall.tables.store import Pool

MRD_WORD: Final = re.compile(r"mrd>=(.+)", re.IGNORECASE)


def check_groups(pool: Pool, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the words asked for, each once: markers of the pool, or `mrd>=` with a fraction.

    Raises
    ------
    InputError
        If a marker does not exist or a level is no fraction of cells.
    """
    words = [asked] if isinstance(asked, str) else list(asked)
    check_markers(pool, [word for word in words if not MRD_WORD.fullmatch(word)])
    for word in words:
        read_mrd_level(word)
    return tuple(dict.fromkeys(words))


def read_mrd_level(word: str) -> float | None:
    """Return the level of `mrd>=1e-3`, or None where the word is a marker."""
    found = MRD_WORD.fullmatch(word)
    if found is None:
        return None
    try:
        level = float(found.group(1))
    except ValueError:
        level = float("nan")
    if not 0 < level < 1:
        raise InputError(f"`{word}`: expected a fraction of cells above 0, e.g. mrd>=1e-3.")
    return level


def read_groups(pool: Pool, patient_ids: pl.Series, asked: Sequence[str]) -> NDArray[np.int8]:
    """Lay out who belongs to which group, shape (n, m).

    Parameters
    ----------
    pool : Pool
        The pooled data.
    patient_ids : Series, length n
        One row each.
    asked : sequence of str, length m
        As `check_groups` gives them.

    Returns
    -------
    ndarray of int8, shape (n, m)
        `PRESENT`, `ABSENT` or `UNKNOWN`; of residual disease `PRESENT` from the level on, and
        `UNKNOWN` where the report leaves it open.
    """
    columns = [_read_one(pool, patient_ids, word) for word in asked]
    return np.column_stack(columns) if columns else np.empty((len(patient_ids), 0), np.int8)


def _read_one(pool: Pool, patient_ids: pl.Series, word: str) -> NDArray[np.int8]:
    level = read_mrd_level(word)
    if level is None:
        return read_marker_groups(pool.table("marker_result"), patient_ids, [word])[:, 0]
    people = pl.DataFrame({"patient_id": patient_ids})
    judged = add_mrd_cut(pool, people, level)[name_mrd_cut(level)]
    coded = judged.cast(pl.Int8).replace({1: PRESENT, 0: ABSENT}).fill_null(UNKNOWN)
    return np.asarray(coded.to_numpy(), dtype=np.int8)
