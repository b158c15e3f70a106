"""A bank's answer in the order in which a doctor reads it; the numbers are the bank's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.models.bank.bank import name_cell
from chorall.models.bank.prediction import HIGHER_IS_BETTER
from chorall.reports.course_figure import draw_course
from chorall.reports.icon_array import FATES, count_in_hundred, draw_icons, share_fates
from chorall.reports.numbers import EN_DASH
from chorall.reports.wording import begin_sentence, name_marker
from chorall.web.doctor_fields import LABELS, name_treatment

if TYPE_CHECKING:
    from chorall.models.bank.prediction import BankPrediction, Contrast, Estimate
    from chorall.reports.plain_svg import PlainSvg

QUANTITIES: Final = {
    "overall_survival": "alive",
    "event_free_survival": "alive without failure or relapse",
    "relapse": "relapsed",
    "death_in_remission": "died in remission (harm of treatment, other causes)",
}
EVIDENCE: Final = {
    "randomised": "Randomised: trials in the bank allocated these two at random.",
    "adjusted": "Adjusted: patients were seen under both, but choice decided, not chance.",
    "extrapolated": "Extrapolated: no trial in the bank saw both of these.",
}
SOURCES: Final = {
    "model": "the model (few patients, few events)",
    "missing_inputs": "what is not known of this patient",
    "between_trials": "differences between trials",
}
MONTHS: Final = 12


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
    outcomes: tuple[tuple[str, tuple[OutcomeLine, ...]], ...]
    horizon: str
    comparisons: tuple[Comparison, ...]
    evidence: str
    uncertainty: tuple[tuple[str, str], ...]
    next_tests: tuple[tuple[str, str], ...]
    factors: tuple[tuple[str, str], ...]
    published: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def view_answer(
    found: BankPrediction, patient: Mapping[str, Any], about: Mapping[str, Any], fewest: int
) -> AnswerView:
    """Return what a page says of an answer."""
    years = sorted({when for one in found.outcomes.values() for by in one.values() for when in by})
    trials = about.get("trials", [])
    return AnswerView(
        resembles=begin_sentence(name_cell(patient)),
        trials=f"{about.get('n_patients', 'not said')} patients of {len(trials)} trials: "
        f"{', '.join(trials)}",
        sides=tuple(
            _view_side(found, name, letter, years[-1], fewest)
            for letter, name in zip("AB", found.strategies, strict=False)
        ),
        refused=tuple((name_treatment(name), why) for name, why in found.refused.items()),
        outcomes=tuple(
            (words, _list_lines(found, quantity, years)) for quantity, words in QUANTITIES.items()
        )
        if years
        else (),
        horizon=f"{years[-1]:g}" if years else "",
        comparisons=tuple(
            _compare(one) for one in found.contrasts if years and one.years == years[-1]
        ),
        evidence=EVIDENCE.get(found.contrasts[0].evidence, "") if found.contrasts else "",
        uncertainty=_split(found.interval_split),
        next_tests=tuple(
            (name_item(one["item"]), f"{100 * one['share_of_variance']:.0f} %")
            for one in found.next_tests[:5]
        ),
        factors=tuple(
            (name_item(one["item"]), _points(one["effect_on_overall_survival"]))
            for one in found.factors
        ),
        published=tuple(
            (_name_classifier(name), _say_published(answer))
            for name, answer in found.published.items()
        ),
        notes=found.notes,
    )


def name_item(item: str) -> str:
    """Return an item as a doctor reads it."""
    return LABELS.get(item, name_marker(item))


def write_estimate(one: Estimate) -> str:
    """Return an estimate with its range, of 100."""
    return f"{100 * one.estimate:.0f} ({100 * one.lower:.0f}{EN_DASH}{100 * one.upper:.0f})"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _view_side(found: BankPrediction, name: str, letter: str, longest: float, fewest: int) -> Side:
    label = name_treatment(name)
    occupancy = found.occupancy[name]
    place = round(longest * MONTHS)
    shares = share_fates({state: float(one[place]) for state, one in occupancy.items()})
    counts = count_in_hundred(shares)
    survival = found.outcomes[name]["overall_survival"]
    bars = [(when, one.estimate, one.lower, one.upper) for when, one in survival.items()]
    number = found.comparable.get(name, 0)
    return Side(
        letter=letter,
        name=name,
        label=label,
        comparable=str(number) if number >= fewest else f"fewer than {fewest}",
        headline=_say_survival(survival[longest], longest),
        icons=draw_icons(shares, label, longest),
        counts=tuple((fate, counts[fate]) for fate in FATES),
        course=draw_course(occupancy, bars, label),
    )


def _say_survival(one: Estimate, years: float) -> str:
    return (
        f"of 100 patients like this, about {100 * one.estimate:.0f} are alive {years:g} years "
        f"from today; it may be as few as {100 * one.lower:.0f} or as many as "
        f"{100 * one.upper:.0f}"
    )


def _list_lines(
    found: BankPrediction, quantity: str, years: list[float]
) -> tuple[OutcomeLine, ...]:
    differences = {one.years: one for one in found.contrasts if one.quantity == quantity}
    lines = []
    for when in years:
        own = [found.outcomes[name][quantity][when] for name in found.strategies]
        contrast = differences.get(when)
        difference = _write_difference(contrast) if contrast else ""
        cells = tuple(write_estimate(one) for one in own)
        lines.append(OutcomeLine(f"{when:g} year{'' if when == 1 else 's'}", cells, difference))
    return tuple(lines)


def _write_difference(one: Contrast) -> str:
    found = one.difference
    return f"{_points(found.estimate)} ({_points(found.lower)} to {_points(found.upper)})"


def _compare(one: Contrast) -> Comparison:
    words = begin_sentence(QUANTITIES[one.quantity].split(" (")[0])
    found = one.difference
    told = not found.lower <= 0 <= found.upper
    is_better = (found.estimate > 0) == (one.quantity in HIGHER_IS_BETTER)
    verdict = f"{'A' if is_better else 'B'} is better." if told else "Cannot tell these apart."
    detail = (
        f"A less B: {_write_difference(one)} of 100 patients at {one.years:g} years. "
        f"A is better in {100 * one.share_better:.0f} % of the draws."
    )
    return Comparison(words, verdict, detail, told)


def _split(parts: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    whole = sum(value**2 for value in parts.values())
    if not whole:
        return ()
    return tuple(
        (SOURCES.get(name, name), f"{100 * value**2 / whole:.0f} %")
        for name, value in sorted(parts.items(), key=lambda pair: -pair[1])
    )


def _name_classifier(name: str) -> str:
    definition = classifier_definitions().get(name)
    return definition.name if definition else name


def _say_published(answer: Mapping[str, Any]) -> str:
    doubt = "" if answer["confidence"] == "seen" else f" (rule {answer['confidence']})"
    if answer["result"] is not None:
        return f"{answer['result']}{doubt}"
    if answer["best"] is None and answer["worst"] is None:
        return f"open{doubt}"
    return f"open: from {answer['best']} to {answer['worst']}{doubt}"
