"""A bank's answer in the order in which a doctor reads it; the numbers are the bank's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chorall.knowledge.naming import name_treatment
from chorall.models.bank.bank import name_cell
from chorall.models.bank.prediction import HIGHER_IS_BETTER
from chorall.models.bank.restriction import list_open, say_conditions
from chorall.reports.course_figure import draw_course
from chorall.reports.icon_array import FATES, count_in_hundred, draw_icons, share_fates
from chorall.reports.numbers import count_of
from chorall.reports.prediction_table import write_comparable
from chorall.reports.published_words import Lines, list_published
from chorall.reports.wording import begin_sentence
from chorall.web.doctor.answer_words import (
    EVIDENCE,
    QUANTITIES,
    name_item,
    say_survival,
    say_use,
    split_range,
    write_difference,
    write_estimate,
    write_points,
)

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction, Contrast
    from chorall.reports.plain_svg import PlainSvg

MONTHS: Final = 12
AS_OBSERVED: Final = "as_observed"
LEAST_SHARE: Final = 0.005
"""Of the variance: what rounds to 0 % does not help, unless it decides."""
SAME: Final = (
    "What a treatment leaves open counts as the most frequent treatment of each comparison of the "
    "trials: nothing is left to compare."
)


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One line of the table: when, and a cell per strategy."""

    years: str
    cells: tuple[str, ...]
    difference: str


@dataclass(frozen=True, slots=True)
class Side:
    """One strategy with its drawings."""

    letter: str
    name: str
    label: str
    under: str
    comparable: str
    headline: str
    icons: PlainSvg
    counts: tuple[tuple[str, int], ...]
    course: PlainSvg


@dataclass(frozen=True, slots=True)
class Comparison:
    """One difference in words."""

    quantity: str
    verdict: str
    detail: str
    told_apart: bool


@dataclass(frozen=True, slots=True, eq=False)
class AnswerView:
    """Everything that the page of an answer says, in its order."""

    resembles: str
    trials: str
    sides: tuple[Side, ...]
    refused: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    outcomes: tuple[tuple[str, tuple[OutcomeLine, ...]], ...]
    horizon: str
    comparisons: tuple[Comparison, ...]
    evidence: str
    uncertainty: tuple[tuple[str, str], ...]
    next_tests: tuple[tuple[str, str], ...]
    factors: tuple[tuple[str, str], ...]
    published: tuple[Lines, Lines]
    notes: tuple[str, ...]


def view_answer(
    found: BankPrediction, patient: Mapping[str, Any], about: Mapping[str, Any], fewest: int
) -> AnswerView:
    """Return what a page says of an answer."""
    same = _is_same(found)
    years = sorted({when for one in found.outcomes.values() for by in one.values() for when in by})
    trials = about.get("trials", [])
    conditions = say_conditions(list_open(found.restrictions, found.strategies))
    return AnswerView(
        resembles=begin_sentence(name_cell(patient)),
        trials=f"{about.get('n_patients', 'not said')} patients of "
        f"{count_of(len(trials), 'trial')}: {', '.join(trials)}",
        sides=tuple(
            _view_side(found, name, letter, years[-1], fewest)
            for letter, name in zip("AB", found.strategies, strict=False)
        ),
        refused=tuple((name_treatment(name), why) for name, why in found.refused.items()),
        conditions=conditions,
        outcomes=tuple(
            (words, _list_lines(found, quantity, years)) for quantity, words in QUANTITIES.items()
        )
        if years
        else (),
        horizon=f"{years[-1]:g}" if years else "",
        comparisons=tuple(
            _compare(one, same) for one in found.contrasts if years and one.years == years[-1]
        ),
        evidence=""
        if same or not found.contrasts
        else EVIDENCE.get(found.contrasts[0].evidence, ""),
        uncertainty=split_range(found.interval_split),
        next_tests=tuple(
            (name_item(one["item"]), say_use(one)) for one in _list_helpful(found)[:5]
        ),
        factors=tuple(
            (name_item(one["item"]), write_points(one["effect_on_overall_survival"]))
            for one in found.factors
        ),
        published=list_published(found.published),
        notes=tuple(note for note in found.notes if note not in conditions),
    )


def _view_side(found: BankPrediction, name: str, letter: str, longest: float, fewest: int) -> Side:
    label = name_treatment(name)
    occupancy = found.occupancy[name]
    place = round(longest * MONTHS)
    shares = share_fates({state: float(one[place]) for state, one in occupancy.items()})
    counts = count_in_hundred(shares)
    survival = found.outcomes[name]["overall_survival"]
    bars = [(when, one.estimate, one.lower, one.upper) for when, one in survival.items()]
    return Side(
        letter=letter,
        name=name,
        label=label,
        under=begin_sentence(label) if name == AS_OBSERVED else f"Under {label}",
        comparable=write_comparable(found, name, fewest),
        headline=say_survival(survival[longest], longest),
        icons=draw_icons(shares, label, longest),
        counts=tuple((fate, counts[fate]) for fate in FATES),
        course=draw_course(occupancy, bars, label),
    )


def _list_lines(
    found: BankPrediction, quantity: str, years: list[float]
) -> tuple[OutcomeLine, ...]:
    differences = {one.years: one for one in found.contrasts if one.quantity == quantity}
    lines = []
    for when in years:
        own = [found.outcomes[name][quantity][when] for name in found.strategies]
        contrast = differences.get(when)
        difference = write_difference(contrast) if contrast else ""
        cells = tuple(write_estimate(one) for one in own)
        lines.append(OutcomeLine(f"{when:g} year{'' if when == 1 else 's'}", cells, difference))
    return tuple(lines)


def _list_helpful(found: BankPrediction) -> list[dict[str, Any]]:
    return [
        one for one in found.next_tests if one["decides"] or one["share_of_variance"] >= LEAST_SHARE
    ]


def _is_same(found: BankPrediction) -> bool:
    """Return True where both treatments are one to the bank: no draw parts them."""
    limits = [(one.difference.lower, one.difference.upper) for one in found.contrasts]
    return bool(limits) and all(limit == (0.0, 0.0) for limit in limits)


def _compare(one: Contrast, same: bool) -> Comparison:
    words = begin_sentence(QUANTITIES[one.quantity].split(" (")[0])
    if same:
        return Comparison(words, "The bank answers the same to both.", SAME, False)
    found = one.difference
    told = not found.lower <= 0 <= found.upper
    is_better = (found.estimate > 0) == (one.quantity in HIGHER_IS_BETTER)
    verdict = f"{'A' if is_better else 'B'} is better." if told else "Cannot tell these apart."
    detail = (
        f"A less B: {write_difference(one)} of 100 patients at {one.years:g} years. "
        f"A is better in {100 * one.share_better:.0f} % of the draws."
    )
    return Comparison(words, verdict, detail, told)
