"""A bank's answer in the words of a patient: of 100 people, with the range, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chorall.models.bank.features import encode_patient
from chorall.models.bank.prediction import QUANTITIES
from chorall.models.bank.states import FIRST_STATE
from chorall.reports.icon_array import FATES, count_in_hundred, draw_icons, draw_key, share_fates
from chorall.reports.numbers import EN_DASH
from chorall.web.answer_words import name_item

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank
    from chorall.models.bank.prediction import BankPrediction, Contrast, Estimate
    from chorall.reports.plain_svg import PlainSvg
    from chorall.web.catalogue import SummaryWords

MONTHS: Final = 12
MOST_TESTS: Final = 6
MARKER_WORDS: Final = ("present", "absent")
HORIZON: Final = 5.0
OUTLOOK: Final = "overall_survival"


@dataclass(frozen=True, slots=True)
class SummarySide:
    """One treatment: a sentence, 100 icons, and how much is behind them."""

    heading: str
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
        sides=tuple(_view_side(found, pair, longest, words, fewest) for pair in pairs),
        refused=tuple(
            words.refused.format(name=name_for_patient(name, words)) for name in found.refused
        ),
        verdict=_judge(contrast, words) if contrast else "",
        difference=say_difference(contrast, words) if contrast else "",
        evidence=words.evidence[contrast.evidence] if contrast else "",
        missing=tuple(_name(item, words) for item in missing[:MOST_TESTS]),
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
            words.years.format(years=f"{when:g}"),
            tuple(write_people(found.outcomes[name][quantity][when]) for name in found.strategies),
        )
        for when in years
    )


def _list_asked(patient: Mapping[str, Any], words: SummaryWords) -> tuple[tuple[str, str], ...]:
    """List what is known, and under one line each the markers found and not found."""
    plain = tuple(
        (_name(item, words), _write(value, words))
        for item, value in patient.items()
        if item != "course" and value not in MARKER_WORDS
    )
    markers = {
        word: [_name(item, words) for item, value in patient.items() if value == word]
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


def name_for_patient(strategy: str, words: SummaryWords) -> str:
    """Return a strategy, its parts joined by commas, in the words of a patient."""
    return ", ".join(
        words.treatments.get(one, one.replace("_", " ")) for one in strategy.split("+")
    )


def write_people(one: Estimate) -> str:
    """Return people of 100 and between what they may be."""
    return f"{100 * one.estimate:.0f} ({100 * one.lower:.0f}{EN_DASH}{100 * one.upper:.0f})"


def say_outlook(one: Estimate, years: float, words: SummaryWords) -> str:
    """Say how many of 100 are alive, and the range; where tests are missing, both ranges."""
    said = words.alive.format(
        n=f"{100 * one.estimate:.0f}",
        low=f"{100 * one.drawn_lower:.0f}",
        high=f"{100 * one.drawn_upper:.0f}",
        years=f"{years:g}",
    )
    if (one.lower, one.upper) == (one.drawn_lower, one.drawn_upper):
        return said
    wide = {"low": f"{100 * one.lower:.0f}", "high": f"{100 * one.upper:.0f}"}
    return f"{said} {words.open_range.format(**wide)}"


def say_difference(one: Contrast, words: SummaryWords) -> str:
    """Say how many more of 100 are alive, and between what it may be."""
    found, years = one.difference, f"{one.years:g}"
    points = round(100 * found.estimate)
    letters = {"letter": "A", "other": "B"} if points > 0 else {"letter": "B", "other": "A"}
    said = (
        words.difference.format(n=abs(points), years=years, **letters)
        if points
        else words.no_difference.format(years=years)
    )
    low, high = (round(100 * limit) for limit in (found.lower, found.upper))
    if _is_told_apart(one):
        small, large = sorted((abs(low), abs(high)))
        return f"{said} {words.range_one.format(low=small, high=large)}"
    return f"{said} {words.range_both.format(first=max(high, 0), second=max(-low, 0))}"


def _is_told_apart(one: Contrast) -> bool:
    return not one.difference.lower <= 0 <= one.difference.upper


def _judge(one: Contrast, words: SummaryWords) -> str:
    if not _is_told_apart(one):
        return words.cannot_tell
    return words.better.format(letter="A" if one.difference.estimate > 0 else "B")


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
        sentence=say_outlook(outlook, longest, words),
        icons=draw_icons(shares, label, longest, words=words.fates, title=words.icons_title),
        key=tuple(
            (draw_key(fate, words.fates), f"{counts[fate]} {words.fates[fate]}") for fate in FATES
        ),
        comparable=_say_comparable(found.comparable.get(name, 0), letter, words, fewest),
    )


def _say_comparable(count: int | None, letter: str, words: SummaryWords, fewest: int) -> str:
    if count is None:
        return words.comparable_hidden.format(letter=letter)
    if count < fewest:
        return words.comparable_few.format(letter=letter, n=fewest)
    return words.comparable.format(letter=letter, n=count)


def _name(item: str, words: SummaryWords) -> str:
    return words.items.get(item) or name_item(item)


def _write(value: Any, words: SummaryWords) -> str:
    if isinstance(value, str):
        return words.values.get(value, value)
    return f"{value:g}".replace(".", words.decimal)
