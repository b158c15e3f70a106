"""The covariates of the adjusted models, and what is missing of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.analyses.choices import check_choices
from chorall.models.design_matrix import Term, TermKind

KINDS: Final[dict[str, TermKind]] = {
    "age_years": "numeric",
    "sex": "categorical",
    "wbc_10e9_per_l": "log2",
    "lineage": "categorical",
    "cns_status": "categorical",
    "down_syndrome": "boolean",
    "year_band": "categorical",
    "subtype": "categorical",
}
SHORT_WORDS: Final = {"age": "age_years", "wbc": "wbc_10e9_per_l"}


def choose_terms(
    patients: pl.DataFrame, adjust: Sequence[str]
) -> tuple[tuple[Term, ...], list[str]]:
    """Return the terms that can be used, and warnings on what is missing.

    Parameters
    ----------
    patients : DataFrame
        The table patient, of the trials in question, with `subtype`.
    adjust : sequence of str
        Columns of the table patient, or `age` and `wbc`.

    Returns
    -------
    terms : tuple of Term
        Without covariates that are missing everywhere.
    warnings : list of str
        Covariates left out; covariates missing in a whole trial; complete cases.

    Raises
    ------
    InputError
        If a covariate does not exist.
    """
    asked = check_choices(adjust, [*KINDS, *SHORT_WORDS], what="covariate")
    names = list(dict.fromkeys(SHORT_WORDS.get(name, name) for name in asked))
    empty = [name for name in names if patients[name].null_count() == patients.height]
    usable = [name for name in names if name not in empty]
    warnings = [
        f"`{name}` is not known for any of the {patients.height:,} patients: "
        "the adjusted models leave it out."
        for name in empty
    ]
    warnings += [line for name in usable for line in _warn_of_trials(patients, name)]
    warnings += _warn_of_incomplete(patients, usable)
    return tuple(Term(name, KINDS[name]) for name in usable), warnings


def _warn_of_trials(patients: pl.DataFrame, name: str) -> list[str]:
    missing = (
        patients.group_by("trial_id")
        .agg(n=pl.len(), n_missing=pl.col(name).null_count())
        .filter(pl.col("n") == pl.col("n_missing"))
        .sort("trial_id")
    )
    return [
        f"`{name}` is missing for all {row['n']:,} patients of trial {row['trial_id']}: "
        f"none of them enters the adjusted models; leave `{name}` out to keep them."
        for row in missing.to_dicts()
    ]


def _warn_of_incomplete(patients: pl.DataFrame, names: list[str]) -> list[str]:
    complete = patients.drop_nulls(names).height if names else patients.height
    if complete == patients.height:
        return []
    listed = ", ".join(f"{name} {patients[name].null_count():,}" for name in names)
    return [
        f"Adjusted figures rest on the {complete:,} of {patients.height:,} patients whose "
        f"covariates are all known (missing: {listed})."
    ]
