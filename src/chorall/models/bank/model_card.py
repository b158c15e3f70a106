"""The model card of a bank, for people."""

from __future__ import annotations

from collections import Counter

from chorall.knowledge.naming import name_treatment
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.models.bank.bank import (
    ANY_AGE,
    ANY_LINEAGE,
    Bank,
    write_cell,
)
from chorall.models.bank.restriction import say_hardly_given


def write_card(bank: Bank, name: str) -> str:
    """Return the model card as Markdown.

    Parameters
    ----------
    bank : Bank
        The fitted bank.
    name : str
        Its hash.
    """
    about = bank.about
    groups = Counter(feature.group for feature in bank.design.features)
    lines = [
        f"# Knowledge bank {name}",
        "",
        "Research use only. No medical device. No patient's data is in this folder.",
        "",
        f"- pool: {about.get('pool', 'not said')}",
        f"- synthetic: {'yes' if about.get('synthetic') else 'no'}",
        f"- trials: {', '.join(about.get('trials', []))}",
        f"- patients: {about.get('n_patients', 'not said')}",
        f"- features: {', '.join(f'{n} {group}' for group, n in sorted(groups.items()))}",
        "",
        "## Transitions",
        "",
        "| from | to | stays | events | covariates | spread between trials |",
        "|---|---|---|---|---|---|",
        *(
            f"| {model.transition.origin} | {model.transition.target} | {model.n_at_risk} "
            f"| {model.n_events} | {len(model.effect)} | {model.between_trials:.2f} |"
            for model in bank.transitions
        ),
        "",
        "## Strategies compared",
        "",
        *(
            f"- {', '.join(one.strategies)}: "
            f"{'randomised' if one.randomised else 'not randomised'}, {one.n_trials} trials"
            for one in bank.comparisons
        ),
        "",
        "## Patients by strategy and trial",
        "",
        "Of all ages and lineages; a number below 5, or one that would tell such, is hidden.",
        "",
        *(f"- {line}" for line in list_support(bank)),
        "",
        "## Hardly ever given",
        "",
        "Fewer than 5 patients with this result had the treatment, though many might have: no "
        "answer is given on it to such a patient.",
        "",
        *(f"- {line}" for line in say_hardly_given(bank) or ["none was found"]),
        "",
        "## What to know",
        "",
        *(f"- {warning}" for warning in bank.warnings),
        (
            "- The hash in the names of the files and the seal show changes; who made the bank is "
            "shown only where it was signed with a key."
        ),
    ]
    return "\n".join(lines) + "\n"


def list_support(bank: Bank) -> list[str]:
    """Return how many patients had each strategy, of all ages and lineages, and in which trials."""
    cell = write_cell(ANY_AGE, ANY_LINEAGE)
    by_trial = bank.support_by_trial.get(cell, {})
    return [
        ", ".join(
            [
                f"{name_treatment(strategy)}: {_write_count(count)}",
                *(f"{trial} {_write_count(n)}" for trial, n in by_trial.get(strategy, {}).items()),
            ]
        )
        for strategy, count in bank.support.get(cell, {}).items()
    ]


def _write_count(count: int | None) -> str:
    if count is None:
        return "hidden"
    return str(count) if count >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"
