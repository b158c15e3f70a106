"""Ask a bank about a patient file, with the published classifiers beside the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from chorall.analyses.bank.published import (
    OWN_FIELDS,
    ask_published,
    check_mrd_items,
    is_known_item,
)
from chorall.errors import InputError, raise_gathered
from chorall.knowledge.json_names import take_names_once
from chorall.knowledge.naming import name_item
from chorall.models.bank.bank import Bank
from chorall.models.bank.predict import predict
from chorall.models.bank.prediction import BankPrediction


def predict_patient(
    bank: Bank,
    patient: Mapping[str, Any],
    strategies: Sequence[str],
    *,
    years: Sequence[float] = (1.0, 3.0, 5.0),
    level: float = 0.95,
    draws: int = 500,
    widen_intervals: bool = True,
) -> BankPrediction:
    """Predict the course of one patient under each strategy.

    Parameters
    ----------
    bank : Bank
        As `read_bank` or `fit_pool_bank` returns it.
    patient : mapping of str to object
        As in a patient file (docs/methods/bank.md): items by name, `course` for where the patient
        is today.
    strategies : sequence of str
        Names, parts joined by +.
    years : sequence of float
        From today, up to 10.
    level : float
        Of the intervals.
    draws : int
        100 or more.
    widen_intervals : bool
        True: intervals also cover what each missing item could still turn out to be.

    Returns
    -------
    BankPrediction
        With published classifiers that apply to the patient beside it.

    Raises
    ------
    InputError
        If a field is not known, a value cannot be, or a strategy is not known.
    """
    notes = check_fields(bank, patient)
    own = {name: value for name, value in patient.items() if name != "patient_id"}
    found = predict(
        bank, own, strategies, years=years, level=level, draws=draws,
        widen_intervals=widen_intervals,
    )  # fmt: skip
    return replace(found, published=ask_published(patient), notes=(*found.notes, *notes))


def read_patient_file(file: Path) -> dict[str, Any]:
    """Read a patient file.

    Raises
    ------
    InputError
        If it does not exist, is no JSON object, or says something twice.
    """
    if not file.is_file():
        raise InputError(f"{file}: no such file. Give a JSON file with one patient.")
    try:
        text = file.read_text(encoding="utf-8")
        content = json.loads(text, object_pairs_hook=take_names_once)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{file}: not readable as JSON ({error.__class__.__name__}).") from None
    except ValueError:
        raise InputError(
            f"{file}: a name stands twice in one object.\n  Say once what is known of it."
        ) from None
    if not isinstance(content, dict):
        raise InputError(f"{file}: holds no JSON object, but one patient was expected.")
    return content


def check_fields(bank: Bank, patient: Mapping[str, Any]) -> tuple[str, ...]:
    """Refuse fields that nobody knows; return notes on those that this bank does not use."""
    used = {feature.item for feature in bank.design.features}
    others = [name for name in patient if name not in used and name not in OWN_FIELDS]
    unknown = [name for name in others if not is_known_item(name)]
    raise_gathered(
        InputError,
        "the patient has fields that are not known",
        [f"`{name}`" for name in unknown],
        f"This bank uses: {', '.join(sorted(used))}; and `course`.",
    )
    check_mrd_items({name: patient[name] for name in others})
    if not others:
        return ()
    named = ", ".join(map(name_item, others))
    return (f"Not used, because the bank has too few patients with it: {named}.",)
