"""What published classifiers say of the patient, in words: those that decide, and those open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.naming import name_item, name_marker
from chorall.reports.wording import join_words

AT_RELAPSE: Final = "first_relapse"
"""Item that rules for a relapse ask for: they say nothing of a patient before one."""

MOST_MISSING: Final = 3

Lines = tuple[tuple[str, str], ...]
"""Names of classifiers, and what they say."""


def list_published(
    published: Mapping[str, Mapping[str, Any]], *, at_relapse: bool = False
) -> tuple[Lines, Lines]:
    """Return the classifiers that decide, and those that lack an item, each in words.

    Rules for a relapse are among them where `at_relapse` is True.
    """
    decided: list[tuple[str, str]] = []
    still_open: list[tuple[str, str]] = []
    for classifier, answer in published.items():
        definition = classifier_definitions()[classifier]
        if not at_relapse and any(AT_RELAPSE in one.requires for one in definition.population):
            continue
        is_open = answer["result"] is None and answer.get("score") is None
        lines = still_open if is_open else decided
        said = say_published(classifier, answer)
        lines.append((definition.name, f"{said}{_say_missing(answer['missing'])}"))
    return tuple(decided), tuple(still_open)


def say_published(classifier: str, answer: Mapping[str, Any]) -> str:
    """Say the group and what it is, or between which groups it is open."""
    words = {one.id: one.in_words for one in classifier_definitions()[classifier].groups}
    doubt = "" if answer["confidence"] == "seen" else f" (rule {answer['confidence']})"
    result, best, worst = answer["result"], answer["best"], answer["worst"]
    if result is not None:
        own, said = name_marker(result), words[result]
        return f"{said if said.startswith(own) else f'{own}: {said}'}{doubt}"
    if best is None or worst is None:
        return f"{_say_score(answer)}{doubt}"
    if best == worst:
        return f"{_name_group(words, best)}, where the rule is meant for this patient{doubt}"
    return f"{_name_group(words, best)} to {_name_group(words, worst)}{doubt}"


def _say_missing(items: Sequence[str]) -> str:
    """Say which items are missing, the first of them by name."""
    shown = [name_item(item) for item in items[:MOST_MISSING]]
    if len(items) > MOST_MISSING:
        shown.append(f"{len(items) - MOST_MISSING} more")
    return f"; missing: {join_words(shown)}" if shown else ""


def _name_group(words: Mapping[str, str], group: str) -> str:
    """Return the name of a group, or its words where the name is a code such as `n44`."""
    return words[group] if any(letter.isdigit() for letter in group) else name_marker(group)


def _say_score(answer: Mapping[str, Any]) -> str:
    lower, upper = answer.get("score_lower"), answer.get("score_upper")
    if lower is None or upper is None:
        return "cannot be worked out"
    ends = dict.fromkeys(f"{end:.2f}".replace("-", "\N{MINUS SIGN}") for end in (lower, upper))
    return f"score {' to '.join(ends)}"
