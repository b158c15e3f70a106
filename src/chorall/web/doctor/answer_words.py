"""How the page of an answer says a number, a range, a difference and a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from chorall.knowledge import naming
from chorall.models.bank.states import FIRST_STATE, TRANSITIONS
from chorall.reports.numbers import EN_DASH
from chorall.web.doctor.fields import LABELS

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank
    from chorall.models.bank.prediction import Contrast, Estimate

QUANTITIES: Final = {
    "overall_survival": "alive",
    "event_free_survival": "alive without failure or relapse",
    "relapse": "relapsed",
    "death_in_remission": "died in remission (harm of treatment, other causes)",
}
HARMFUL: Final = ("relapse", "death")
"""Targets of transitions."""
HARMS: Final = ("Died in remission",)
"""Outcomes, as a comparison names them, that are harm of treatment."""
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


def name_item(item: str) -> str:
    """Return an item as a doctor reads it."""
    return LABELS.get(item) or naming.name_item(item)


def say_never(bank: Bank) -> str:
    """Say which deaths and relapses the bank saw too seldom to know of; empty where none."""
    fitted = {model.transition for model in bank.transitions}
    reached = {FIRST_STATE, *(one.target for one in fitted)}
    never = [
        f"{one.origin} to {one.target}".replace("_", " ")
        for one in TRANSITIONS
        if one.target in HARMFUL and one.origin in reached and one not in fitted
    ]
    if not never:
        return ""
    return (
        f"The bank saw too few of these, and takes them as never happening: {', '.join(never)}. "
        "What it says of those alive is too good."
    )


def say_use(test: Mapping[str, Any]) -> str:
    """Say what a test that is missing is good for: it decides, or it takes variance away."""
    share = f"{100 * test['share_of_variance']:.0f} %"
    if not test["decides"]:
        return share
    treatments = " and ".join(map(naming.name_treatment, test["decides"]))
    return f"decides whether the answer on {treatments} applies ({share})"


def write_estimate(one: Estimate) -> str:
    """Return an estimate with its range, of 100."""
    return f"{100 * one.estimate:.0f} ({100 * one.lower:.0f}{EN_DASH}{100 * one.upper:.0f})"


def write_points(value: float) -> str:
    """Return points of 100 with their sign; what rounds to nothing has none."""
    points = round(100 * value, 1)
    return f"{points:+.1f}".replace("-", "\N{MINUS SIGN}") if points else "0.0"


def say_survival(one: Estimate, years: float) -> str:
    """Say how many of 100 are alive, and the range; where tests are missing, both ranges."""
    said = (
        f"of 100 patients like this, about {100 * one.estimate:.0f} are alive {years:g} years "
        f"from today; it may be as few as {100 * one.drawn_lower:.0f} or as many as "
        f"{100 * one.drawn_upper:.0f}"
    )
    if (one.lower, one.upper) == (one.drawn_lower, one.drawn_upper):
        return said
    return (
        f"{said}, or from {100 * one.lower:.0f} to {100 * one.upper:.0f} whatever any one "
        "missing test shows"
    )


def write_difference(one: Contrast) -> str:
    """Return a difference of 100 with its limits."""
    found = one.difference
    limits = f"{write_points(found.lower)} to {write_points(found.upper)}"
    return f"{write_points(found.estimate)} ({limits})"


def split_range(parts: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    """Return where the range comes from, shares of the variance, largest first."""
    whole = sum(value**2 for value in parts.values())
    if not whole:
        return ()
    return tuple(
        (SOURCES.get(name, name), f"{100 * value**2 / whole:.0f} %")
        for name, value in sorted(parts.items(), key=lambda pair: -pair[1])
    )
