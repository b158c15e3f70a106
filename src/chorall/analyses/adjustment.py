"""The covariates of the adjusted models, and what is missing of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from chorall.analyses.age_spline import AGE_SPLINE, add_age_spline
from chorall.analyses.choices import check_choices
from chorall.analyses.mrd_covariate import MRD, MRD_TERMS
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


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the adjusted models hold.

    Attributes
    ----------
    terms : tuple of Term
        Columns of `patients`.
    labels : tuple of str
        One per word asked for, as a reader sees it, e.g. `age (spline)`.
    patients : DataFrame
        As given, with the columns of the spline.
    warnings : tuple of str
        Covariates left out; covariates missing in a whole trial; complete cases.
    """

    terms: tuple[Term, ...]
    labels: tuple[str, ...]
    patients: pl.DataFrame
    warnings: tuple[str, ...]

    @property
    def words(self) -> str:
        """The labels joined by ` + `, or `none`."""
        return " + ".join(self.labels) or "none"


def choose_adjustment(patients: pl.DataFrame, adjust: Sequence[str]) -> Adjustment:
    """Return the covariates that can be used, and warnings on what is missing.

    Parameters
    ----------
    patients : DataFrame
        The table patient, of the trials in question, with `subtype`, and with the columns of
        residual disease where that is asked for.
    adjust : sequence of str
        Columns of the table patient, or the words `age`, `age_spline`, `wbc`, `mrd`.

    Raises
    ------
    InputError
        If a covariate does not exist.
    """
    asked = check_choices(adjust, [*KINDS, *SHORT_WORDS, AGE_SPLINE, MRD], what="covariate")
    names = list(dict.fromkeys(SHORT_WORDS.get(name, name) for name in asked))
    source = {AGE_SPLINE: "age_years", MRD: MRD_TERMS[0].column}
    column = {name: source.get(name, name) for name in names}
    empty = [
        name for name in names if patients[column[name]].null_count() == patients.height
    ]  # fmt: skip
    usable = [name for name in names if name not in empty]
    warnings = [
        f"`{column[name]}` is not known for any of the {patients.height:,} patients: "
        "the adjusted models leave it out."
        for name in empty
    ]
    columns = list(dict.fromkeys(column[name] for name in usable))
    warnings += [line for name in columns for line in _warn_of_trials(patients, name)]
    warnings += _warn_of_incomplete(patients, columns)
    terms: list[Term] = []
    labels: list[str] = []
    for name in usable:
        if name == AGE_SPLINE:
            patients, found, notes = add_age_spline(patients)
            warnings += notes
            label = "age_years (spline)" if len(found) > 1 else "age_years"
        elif name == MRD:
            found, label = MRD_TERMS, "log10 mrd"
        else:
            found = (Term(name, KINDS[name]),)
            label = found[0].label
        terms += found
        labels.append(label)
    return Adjustment(tuple(terms), tuple(labels), patients, tuple(warnings))


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
