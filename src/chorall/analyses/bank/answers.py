"""Answers of a bank as results that a run can hold: about one patient, about a table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from chorall.analyses.bank.tripod_known import fill_tripod_of_bank
from chorall.analyses.result import AnalysisResult, PoolLabel
from chorall.models.bank.bank import Bank
from chorall.models.bank.prediction import BankPrediction

OF_TABLES: Final = (
    "Intervals are those of the draws. What is not known is drawn, but they are not widened as "
    "those of a single patient file are."
)
_ESTIMATE: Final = dict.fromkeys(
    ("years", "estimate", "lower", "upper", "drawn_lower", "drawn_upper"), pl.Float64()
)
_OUTCOMES: Final = {"strategy": pl.String(), "quantity": pl.String(), **_ESTIMATE}
_CONTRASTS: Final = {
    "first": pl.String(), "second": pl.String(), "quantity": pl.String(), **_ESTIMATE,
    "share_better": pl.Float64(), "evidence": pl.String(), "words": pl.String(),
}  # fmt: skip
_OCCUPANCY: Final = {
    "strategy": pl.String(), "state": pl.String(), "month": pl.Int64(), "probability": pl.Float64(),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PatientAnswer(AnalysisResult):
    """What a bank foretells of one patient.

    `rows`: strategy, quantity, years (from today), estimate, lower, upper (whatever any
    one missing item turns out to be), drawn_lower, drawn_upper (if they are what is usual).

    Attributes
    ----------
    pool : PoolLabel
        Of the patients the bank was fitted to.
    found : BankPrediction
        Everything.
    contrasts : DataFrame
        The first strategy against each other one.
    occupancy : DataFrame
        strategy, state, month, probability: the course from today.
    tripod : DataFrame
        The TRIPOD+AI checklist with what the bank knows: item, topic, known, to_fill.
    told : str
        The answer in sentences.
    """

    found: BankPrediction
    contrasts: pl.DataFrame
    occupancy: pl.DataFrame
    tripod: pl.DataFrame
    told: str

    @property
    def further_texts(self) -> dict[str, str]:
        """The answer in sentences."""
        return {"words": self.told}

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction, with rows and warnings as every analysis has them."""
        return AnalysisResult.to_dict(self) | self.found.to_dict()


@dataclass(frozen=True, kw_only=True)
class TableAnswers(AnalysisResult):
    """What a bank foretells of a table of patients; `rows` are those of `predict_table`.

    Attributes
    ----------
    pool : PoolLabel
        Of the patients the bank was fitted to.
    years : tuple of float
        Times asked for, from today.
    tripod : DataFrame
        The TRIPOD+AI checklist with what the bank knows.
    """

    years: tuple[float, ...]
    tripod: pl.DataFrame


def answer_for_patient(bank: Bank, found: BankPrediction, told: str) -> PatientAnswer:
    """Return a prediction as a result; `told` are its sentences."""
    occupancy = [
        (strategy, state, month, float(value))
        for strategy, states in found.occupancy.items()
        for state, values in states.items()
        for month, value in enumerate(values)
    ]
    return PatientAnswer(
        analysis="predict",
        pool=label_bank(bank),
        rows=list_outcomes(found),
        warnings=found.notes,
        found=found,
        contrasts=pl.DataFrame(found.to_dict()["contrasts"], schema=_CONTRASTS),
        occupancy=pl.DataFrame(occupancy, schema=_OCCUPANCY, orient="row"),
        tripod=fill_tripod_of_bank(bank),
        told=told,
    )


def answer_for_table(bank: Bank, found: pl.DataFrame, years: tuple[float, ...]) -> TableAnswers:
    """Return the answers about a table as a result."""
    return TableAnswers(
        analysis="predict",
        pool=label_bank(bank),
        rows=found,
        warnings=(OF_TABLES,),
        years=years,
        tripod=fill_tripod_of_bank(bank),
    )


def list_outcomes(found: BankPrediction) -> pl.DataFrame:
    """Return one row per strategy, quantity and time; without rows where all were refused."""
    return pl.DataFrame(found.to_dict()["outcomes"], schema=_OUTCOMES)


def label_bank(bank: Bank) -> PoolLabel:
    """Return the label of the pool that a bank was fitted to, as far as the bank tells it."""
    about = bank.about
    return PoolLabel(
        hash=str(about.get("pool", "")),
        synthetic=bool(about.get("synthetic")),
        trials=tuple(map(str, about.get("trials", ()))),
        n_patients=int(about.get("n_patients", 0)),
    )
