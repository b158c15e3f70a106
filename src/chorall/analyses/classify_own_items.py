"""Items of classifiers that the reader supplies beside the pool, such as the genetic subtype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.knowledge.classifier_items import ClassifierItem, classifier_items
from chorall.knowledge.definition_problems import name_choices
from chorall.markers.classifiers.columns import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    Column,
    MarkerColumn,
    NumberColumn,
    WordColumn,
)
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS, TESTED_STATUSES


def read_own_items(
    extra: pl.DataFrame, ids: pl.Series, columns: Mapping[str, Column]
) -> dict[str, Column]:
    """Return the items that the reader supplies, laid over those of the pool.

    Parameters
    ----------
    extra : DataFrame
        patient_id and one column per item; null means that the pool decides.
    ids : Series
        The patients, in the order of the columns.
    columns : mapping of str to Column
        What the pool knows.

    Raises
    ------
    InputError
        If a column is no item, a patient stands there twice, a marker has another word than the
        six (or true and false), a word is not one of its item, or a number is out of range.
    """
    names = [name for name in extra.columns if name != "patient_id"]
    problems = [
        f"`{name}` is no item: {name_choices(name, classifier_items())}"
        for name in names
        if name not in classifier_items() or classifier_items()[name].kind.startswith("mrd")
    ]
    if "patient_id" not in extra.columns or extra["patient_id"].is_duplicated().any():
        problems.append("there must be one row per patient, with its `patient_id`")
    raise_gathered(
        InputError,
        "the items of your own cannot be used",
        problems,
        "Give one column per item; MRD comes from the table mrd.",
    )
    aligned = align(extra, ids)
    return {name: _overlay(name, aligned[name], columns.get(name)) for name in names}


def _overlay(name: str, given: pl.Series, of_pool: Column | None) -> Column:
    item = classifier_items()[name]
    if item.kind == "number":
        own = _read_numbers(item, given).fill_null(np.nan).to_numpy()
        if isinstance(of_pool, NumberColumn):
            own = np.where(np.isnan(own), of_pool.values, own)
        return NumberColumn(own)
    if item.kind == "word":
        words = _read_words(item, given)
        if isinstance(of_pool, WordColumn):
            pool_words = pl.Series([*of_pool.words, None], dtype=pl.String).gather(
                np.where(of_pool.codes < 0, len(of_pool.words), of_pool.codes)
            )
            words = words.fill_null(pool_words)
        return encode_words(words)
    return MarkerColumn(_read_statuses(name, given, of_pool))


def _read_numbers(item: ClassifierItem, given: pl.Series) -> pl.Series:
    numbers = given.cast(pl.Float64, strict=False).fill_nan(None)
    in_range = numbers.is_between(item.minimum, item.maximum).fill_null(False)
    n_wrong = int((given.is_not_null() & ~in_range).sum())
    if n_wrong:
        raise InputError(
            f"the column `{item.name}` holds {n_wrong} values that are no number from "
            f"{item.minimum:g} to {item.maximum:g}.\n  Leave the cell empty where it is not known."
        )
    return numbers


def _read_words(item: ClassifierItem, given: pl.Series) -> pl.Series:
    text = given.cast(pl.String)
    unknown = text.is_in(_unknown_words())
    n_wrong = int((text.is_not_null() & ~unknown & ~text.is_in(item.values)).sum())
    if n_wrong and not item.is_open:
        raise InputError(
            f"the column `{item.name}` holds {n_wrong} words that are none of its own.\n"
            f"  Known: {', '.join(item.values)}"
        )
    return text.set(unknown.fill_null(False), None)


def _unknown_words() -> Sequence[str]:
    return [*(set(MARKER_STATUSES) - set(TESTED_STATUSES)), *MISSING_REASONS]


def _read_statuses(name: str, given: pl.Series, of_pool: Column | None) -> NDArray[np.int8]:
    text = given.cast(pl.String)
    known = {"present": PRESENT, "true": PRESENT, "absent": ABSENT, "false": ABSENT}
    wrong = set(text.drop_nulls().unique()) - set(known) - set(_unknown_words())
    if wrong:
        raise InputError(
            f"the column `{name}` holds words that are no marker status.\n"
            f"  Known: {', '.join(MARKER_STATUSES)}, or true and false"
        )
    codes = text.replace_strict(known, default=UNKNOWN, return_dtype=pl.Int8).to_numpy()
    if not isinstance(of_pool, MarkerColumn):
        return np.where(text.is_null(), UNKNOWN, codes).astype(np.int8)
    return np.where(text.is_null(), of_pool.codes, codes).astype(np.int8)


def encode_words(words: pl.Series) -> WordColumn:
    """Return words as codes; null is not known."""
    text = words.cast(pl.String)
    known = text.drop_nulls().unique().sort().to_list()
    places = {word: place for place, word in enumerate(known)}
    codes = text.replace_strict(places, default=-1, return_dtype=pl.Int64) if known else None
    filled = np.full(len(text), -1) if codes is None else codes.fill_null(-1).to_numpy()
    return WordColumn(filled.astype(np.int64), tuple(known))


def align(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Return one row per patient, in the order of `ids`."""
    return ids.to_frame("patient_id").join(
        frame, on="patient_id", how="left", maintain_order="left"
    )
