"""A bank's answer as a FHIR R4 RiskAssessment: the range is the value, the estimate beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from chorall.knowledge.naming import name_treatment
from chorall.reports.wording import RESEARCH_USE
from chorall.web.doctor.answer_words import QUANTITIES, name_item
from chorall.web.health_record.known import FhirRecord

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction, Estimate

UCUM: Final = "http://unitsofmeasure.org"
ESTIMATE: Final = "urn:chorall:estimate"
STRATEGY: Final = "urn:chorall:strategy"
OUTCOME: Final = "urn:chorall:outcome"
"""Names of our own: FHIR allows a range or a number, and has no place for a treatment."""

DECIMALS: Final = 4


def write_risk_assessment(
    found: BankPrediction, record: FhirRecord, bank_hash: str, today: date
) -> dict[str, Any]:
    """Return the resource.

    Parameters
    ----------
    found : BankPrediction
        The answer.
    record : FhirRecord
        From which it was asked.
    bank_hash : str
        Of the bank.
    today : date
        From which it counts.

    Returns
    -------
    dict
        One prediction per strategy, outcome and year: `probabilityRange` in percent, the estimate
        and the strategy as extensions, `whenPeriod` from today. Without a supported strategy there
        is none, and the notes say why.
    """
    resource: dict[str, Any] = {
        "resourceType": "RiskAssessment",
        "status": "final",
        "method": {"text": f"Chorall multi-state bank {bank_hash}. {RESEARCH_USE}."},
        "subject": {"reference": record.subject} if record.subject else {"display": "not named"},
        "occurrenceDateTime": today.isoformat(),
        "note": [{"text": text} for text in list_notes(found, record)],
    }
    if record.condition:
        resource["condition"] = {"reference": record.condition}
    if record.used:
        resource["basis"] = [{"reference": name} for name in record.used]
    predictions = [
        _predict(strategy, quantity, years, one, today)
        for strategy, quantities in found.outcomes.items()
        for quantity, by_year in quantities.items()
        for years, one in by_year.items()
    ]
    return resource | ({"prediction": predictions} if predictions else {})


def list_notes(found: BankPrediction, record: FhirRecord) -> list[str]:
    """Return what a reader must know: limits, refusals, and what is open with its reason."""
    refused = [
        f"No answer on {name_treatment(name)}: {why}." for name, why in found.refused.items()
    ]
    missing = [f"Not known: {name_item(item)} ({why})." for item, why in record.open_items.items()]
    return [f"{RESEARCH_USE}. Not a medical device.", *found.notes, *refused, *missing]


def add_years(day: date, years: float) -> date:
    """Return the day `years` later; parts of a year in whole months, 29 February as the 28th."""
    month = day.month - 1 + round(12 * years)
    year, place = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, place, last)
            except ValueError:
                continue
    raise AssertionError("every month has 28 days")


def _predict(
    strategy: str, quantity: str, years: float, one: Estimate, today: date
) -> dict[str, Any]:
    ends = {"start": today.isoformat(), "end": add_years(today, years).isoformat()}
    words = f"{QUANTITIES[quantity]}, {name_treatment(strategy)}"
    return {
        "extension": [
            {"url": ESTIMATE, "valueDecimal": round(one.estimate, DECIMALS)},
            {"url": STRATEGY, "valueString": strategy},
        ],
        "outcome": {"coding": [{"system": OUTCOME, "code": quantity}], "text": words},
        "probabilityRange": {"low": _percent(one.lower), "high": _percent(one.upper)},
        "whenPeriod": ends,
        "rationale": f"Of 100 patients like this about {100 * one.estimate:.0f}; 95 % range, "
        "whatever any one missing item shows.",
    }


def _percent(value: float) -> dict[str, Any]:
    return {"value": round(100 * value, DECIMALS - 2), "unit": "%", "system": UCUM, "code": "%"}
