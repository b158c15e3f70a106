"""The model card of a bank, for people."""

from __future__ import annotations

from collections import Counter

from chorall.models.bank.bank import Bank


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
        "## What to know",
        "",
        *(f"- {warning}" for warning in bank.warnings),
        (
            "- The hash in the names of the files and the seal show changes; who made the bank is "
            "shown only where it was signed with a key."
        ),
    ]
    return "\n".join(lines) + "\n"
