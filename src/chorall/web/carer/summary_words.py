"""How the summary for a patient says a number, a range, a difference and a treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chorall.models.bank.bank import ABSENT
from chorall.models.bank.restriction import list_open
from chorall.reports.numbers import EN_DASH
from chorall.web.doctor.answer_words import name_item

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction, Contrast, Estimate
    from chorall.models.bank.restriction import Restriction
    from chorall.web.carer.catalogue import SummaryWords


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
    if is_told_apart(one):
        small, large = sorted((abs(low), abs(high)))
        return f"{said} {words.range_one.format(low=small, high=large)}"
    return f"{said} {words.range_both.format(first=max(high, 0), second=max(-low, 0))}"


def is_told_apart(one: Contrast) -> bool:
    """Return True where the interval of a difference leaves out 0."""
    return not one.difference.lower <= 0 <= one.difference.upper


def judge(one: Contrast, words: SummaryWords) -> str:
    """Say under which treatment more are alive, or that this cannot be told."""
    if not is_told_apart(one):
        return words.cannot_tell
    return words.better.format(letter="A" if one.difference.estimate > 0 else "B")


def say_comparable(count: int | None, letter: str, words: SummaryWords, fewest: int) -> str:
    """Say how many comparable patients had a treatment; a small number is not told."""
    if count is None:
        return words.comparable_hidden.format(letter=letter)
    if count < fewest:
        return words.comparable_few.format(letter=letter, n=fewest)
    return words.comparable.format(letter=letter, n=count)


def say_restriction(one: Restriction, words: SummaryWords) -> str:
    """Say with what a treatment was hardly ever given, or that it was given almost only with it."""
    said = words.only_with if one.status == ABSENT else words.hardly_with
    return said.format(marker=name_for_reader(one.item, words))


def say_refused(strategy: str, found: BankPrediction, words: SummaryWords) -> str:
    """Say that there is no answer on a treatment, and why."""
    met = [one for one in found.restrictions if one.is_met and one.strategy == strategy]
    whys = [say_restriction(one, words) for one in met] or [words.too_few]
    return " ".join([words.refused.format(name=name_for_patient(strategy, words)), *whys])


def say_conditions(strategy: str, found: BankPrediction, words: SummaryWords) -> tuple[str, ...]:
    """Say on which tests it hangs whether the numbers of a treatment are right."""
    return tuple(
        f"{say_restriction(one, words)} {words.not_known_yet}"
        for one in list_open(found.restrictions, [strategy])
    )


def name_for_reader(item: str, words: SummaryWords) -> str:
    """Return an item in the words of a patient; a marker as everywhere."""
    return words.items.get(item) or name_item(item)


def write_value(value: Any, words: SummaryWords) -> str:
    """Return a value in the words of a patient, a number with the mark of the language."""
    if isinstance(value, str):
        return words.values.get(value, value)
    return f"{value:g}".replace(".", words.decimal)
