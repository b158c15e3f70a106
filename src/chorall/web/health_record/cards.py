"""Cards of the CDS Hooks service: for information only, and one that says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chorall.knowledge.naming import name_treatment
from chorall.reports.wording import RESEARCH_USE, SYNTHETIC_BANNER
from chorall.web.doctor.answer_words import QUANTITIES, name_item, say_use, write_estimate
from chorall.web.health_record.known import FhirRecord

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction
    from chorall.web.settings import Settings

LONGEST_SUMMARY: Final = 139
RISK: Final = "chorall.risk-assessment"
LABELS: Final = {
    "course": "where the patient is today",
    "lineage": "lineage (B or T)",
    "age_years": "age at diagnosis",
}
NEVER_ASSUMED: Final = "What is missing counts as not known, never as normal or absent."


def write_cards(
    settings: Settings, record: FhirRecord, found: BankPrediction | None, risk: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the cards: the outlook where it could be asked, and what is missing."""
    cards = []
    if found is not None and found.strategies:
        cards.append(_write_outlook(settings, found, record) | {"extension": {RISK: risk}})
    elif found is not None:
        cards.append(_write_refusal(settings, found))
    if record.open_items:
        cards.append(_write_missing(settings, record, found))
    return cards


def _write_outlook(settings: Settings, found: BankPrediction, record: FhirRecord) -> dict[str, Any]:
    strategy = found.strategies[0]
    outlook = found.outcomes[strategy]["overall_survival"]
    years = max(outlook)
    one = outlook[years]
    summary = (
        f"Of 100 patients like this about {100 * one.estimate:.0f} are alive in {years:g} years "
        f"({100 * one.lower:.0f} to {100 * one.upper:.0f})"
    )
    lines = [
        f"{_say_today(record)} Treatment: {name_treatment(strategy)}. 95 % range, whatever any one "
        "missing item shows.",
        "",
        "| of 100 patients | " + " | ".join(f"{when:g} y" for when in outlook) + " |",
        "|---|" + "---|" * len(outlook),
        *(
            f"| {words} | "
            + " | ".join(write_estimate(at) for at in found.outcomes[strategy][quantity].values())
            + " |"
            for quantity, words in QUANTITIES.items()
        ),
        "",
        *found.notes,
    ]
    return _write(settings, summary, lines)


def _write_refusal(settings: Settings, found: BankPrediction) -> dict[str, Any]:
    lines = [f"{name_treatment(name)}: {why}." for name, why in found.refused.items()]
    return _write(settings, "No outlook: the data hold too few patients like this", lines)


def _write_missing(
    settings: Settings, record: FhirRecord, found: BankPrediction | None
) -> dict[str, Any]:
    number = len(record.open_items)
    named = f"{number} item{'s' if number != 1 else ''} of this patient"
    summary = (
        f"No outlook without: {', '.join(_label(one) for one in record.lacking)}"
        if record.lacking
        else f"{named} {'are' if number != 1 else 'is'} not known"
    )
    helpful = [one["item"] for one in found.next_tests] if found else []
    rank = {item: place for place, item in enumerate(helpful)}
    ordered = sorted(record.open_items, key=lambda item: rank.get(item, len(rank)))
    decided = _say_decided(found) if found else {}
    lines = [
        NEVER_ASSUMED,
        "",
        *(f"- {_label(one)}: {record.open_items[one]}{decided.get(one, '')}" for one in ordered),
    ]
    return _write(settings, summary, lines)


def _say_decided(found: BankPrediction) -> dict[str, str]:
    """Return the items that decide whether an answer applies, with the words that say so."""
    return {one["item"]: f"; {say_use(one)}" for one in found.next_tests if one["decides"]}


def _say_today(record: FhirRecord) -> str:
    course = record.patient.get("course", {"state": "induction", "day": 0})
    state = "in first remission" if course["state"] == "remission" else "in induction"
    return f"Counted from today, day {course['day']} after diagnosis, {state}."


def _label(item: str) -> str:
    return LABELS.get(item) or name_item(item)


def _write(settings: Settings, summary: str, lines: list[str]) -> dict[str, Any]:
    warned = [f"**{SYNTHETIC_BANNER}**", ""] if settings.synthetic else []
    return {
        "summary": summary[:LONGEST_SUMMARY],
        "indicator": "info",
        "detail": "\n".join([*warned, *lines, "", f"{RESEARCH_USE}."]),
        "source": {"label": f"Chorall, bank {settings.bank_hash}"},
    }
