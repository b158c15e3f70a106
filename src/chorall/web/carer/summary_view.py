"""A bank's answer in the words of a patient: of 100 people, with the range, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chorall.models.bank.features import encode_patient
from chorall.models.bank.prediction import QUANTITIES
from chorall.models.bank.states import FIRST_STATE
from chorall.reports.icon_array import FATES, count_in_hundred, draw_icons, draw_key, share_fates
from chorall.web.carer.summary_words import (
    judge,
    name_for_patient,
    name_for_reader,
    say_comparable,
    say_conditions,
    say_difference,
    say_outlook,
    say_refused,
    write_people,
    write_value,
)
from chorall.web.doctor.plausible import is_infant

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank
    from chorall.models.bank.prediction import BankPrediction
    from chorall.reports.plain_svg import PlainSvg
    from chorall.web.carer.catalogue import SummaryWords

MONTHS: Final = 12
MOST_TESTS: Final = 6
MARKER_WORDS: Final = ("present", "absent")
HORIZON: Final = 5.0
OUTLOOK: Final = "overall_survival"


@dataclass(frozen=True, slots=True)
class SummarySide:
    """One treatment: a sentence, 100 icons, and how much is behind them."""

    heading: str
    conditions: tuple[str, ...]
    sentence: str
    icons: PlainSvg
    key: tuple[tuple[PlainSvg, str], ...]
    comparable: str


@dataclass(frozen=True, slots=True, eq=False)
class SummaryView:
    """Everything that the summary says, in its order."""

    years: str
    asked: tuple[tuple[str, str], ...]
    today: str
    infant: str
    sides: tuple[SummarySide, ...]
    refused: tuple[str, ...]
    verdict: str
    difference: str
    evidence: str
    missing: tuple[str, ...]
    further_missing: str
    to_come: str
    table: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]


def view_summary(
    found: BankPrediction,
    patient: Mapping[str, Any],
    bank: Bank,
    words: SummaryWords,
    fewest: int,
) -> SummaryView:
    """Return what the summary says of an answer.

    Parameters
    ----------
    found : BankPrediction
        Of one or two strategies.
    patient : mapping of str to object
        As in a patient file.
    bank : Bank
        That was asked.
    words : SummaryWords
        In the language of the reader.
    fewest : int
        Smaller counts of patients are not told.
    """
    years = sorted({when for one in found.outcomes.values() for by in one.values() for when in by})
    longest = years[-1] if years else HORIZON
    pairs = list(zip("AB", found.strategies, strict=False))
    contrast = next(
        (one for one in found.contrasts if (one.quantity, one.years) == (OUTLOOK, longest)), None
    )
    missing, to_come = list_missing(found, patient, bank)
    further = len(missing) - MOST_TESTS
    return SummaryView(
        years=f"{longest:g}",
        asked=_list_asked(patient, words),
        today=words.in_remission if found.today["state"] == "remission" else words.at_diagnosis,
        infant=words.infant if is_infant(patient) else "",
        sides=tuple(_view_side(found, pair, longest, words, fewest) for pair in pairs),
        refused=tuple(say_refused(name, found, words) for name in found.refused),
        verdict=judge(contrast, words) if contrast else "",
        difference=say_difference(contrast, words) if contrast else "",
        evidence=words.evidence[contrast.evidence] if contrast else "",
        missing=tuple(name_for_reader(item, words) for item in missing[:MOST_TESTS]),
        further_missing=words.missing_more.format(n=further) if further > 0 else "",
        to_come=words.to_come if to_come else "",
        table=tuple(
            (words.quantities[quantity], _list_lines(found, quantity, years, words))
            for quantity in QUANTITIES
            if years
        ),
    )


def _list_lines(
    found: BankPrediction, quantity: str, years: list[float], words: SummaryWords
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (
            words.one_year if when == 1 else words.years.format(years=f"{when:g}"),
            tuple(write_people(found.outcomes[name][quantity][when]) for name in found.strategies),
        )
        for when in years
    )


def _list_asked(patient: Mapping[str, Any], words: SummaryWords) -> tuple[tuple[str, str], ...]:
    """List what is known, and under one line each the markers found and not found."""
    plain = tuple(
        (name_for_reader(item, words), write_value(value, words))
        for item, value in patient.items()
        if item != "course" and value not in MARKER_WORDS
    )
    markers = {
        word: [name_for_reader(item, words) for item, value in patient.items() if value == word]
        for word in MARKER_WORDS
    }
    return plain + tuple(
        (words.values[w], ", ".join(names)) for w, names in markers.items() if names
    )


def list_missing(
    found: BankPrediction, patient: Mapping[str, Any], bank: Bank
) -> tuple[list[str], list[str]]:
    """Return the items of a bank that are not known: those that could be, and those to come.

    Those that would help most come first. In induction residual disease is to come.
    """
    features = bank.design.features
    numbers = encode_patient(features, patient)
    items = {
        one.item: one for one, number in zip(features, numbers, strict=True) if number != number
    }
    helpful = [one["item"] for one in found.next_tests if one["item"] in items]
    ordered = list(dict.fromkeys([*helpful, *items]))
    is_early = found.today["state"] == FIRST_STATE
    to_come = [item for item in ordered if is_early and items[item].kind == "mrd"]
    return [item for item in ordered if item not in to_come], to_come


def _view_side(
    found: BankPrediction, pair: tuple[str, str], longest: float, words: SummaryWords, fewest: int
) -> SummarySide:
    letter, name = pair
    label = name_for_patient(name, words)
    place = round(longest * MONTHS)
    shares = share_fates({state: float(one[place]) for state, one in found.occupancy[name].items()})
    counts = count_in_hundred(shares)
    outlook = found.outcomes[name][OUTLOOK][longest]
    return SummarySide(
        heading=words.treatment.format(letter=letter, name=label),
        conditions=say_conditions(name, found, words),
        sentence=say_outlook(outlook, longest, words),
        icons=draw_icons(shares, label, longest, words=words.fates, title=words.icons_title),
        key=tuple(
            (draw_key(fate, words.fates), f"{counts[fate]} {words.fates[fate]}") for fate in FATES
        ),
        comparable=say_comparable(found.comparable.get(name, 0), letter, words, fewest),
    )
