"""The page of the classifiers, from their definitions: rules, population, source, examples."""

from __future__ import annotations

from typing import Any

from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.knowledge.classifier_items import REPORT_PREFIX, classifier_items
from chorall.knowledge.classifier_parts import Score, ScoreTerm, WorkedExample

INTRODUCTION = """# Classifiers and scores

Published rules that put a patient into a risk group. `chorall classify POOL` asks all of them,
`chorall classifiers` lists them. Research use only; the group of a rule is no advice.

Each answer has a **result** (only where every completion of what is not known gives the same group
and the patient is known to be of the population), the **best** and the **worst** case, and the
items that could still change it. *Not tested* is never taken as *absent*; a rule whose population
the patient is not in answers *not applicable*, with the reason.

**Confidence** *seen*: the rule was read in its source. *unverified*: a part of the rule is from
memory; `--seen` leaves it out. **Completeness** FULL: exactly as seen; FULL-M: complete,
partly from memory; PART or NONE: not known in full, so it cannot be asked until it is supplied.
Keys such as S28 are those of the project's research notes. Every worked example below is a test.

## How a rule is read

The first rule that holds decides. A name alone is a marker that is present. `ITEM is WORD`,
`age_years >= 10` and `mrd_day_15 < 1e-3` are what they say; MRD is a fraction of 1.
`mrd_day_15 is negative` asks for a negative result at a sensitivity of 1e-4 or better. `at least 2
of (A, B, C)`, `exactly 1 of`, `any of`, `all of`, `none of` count. `group of nci is high` asks
another classifier.

An MRD report is a range: `below_limit x` lies below x, an undetected result below its sensitivity
(and, where that is worse than 1e-4 or not known, it may be positive), a positive result that was
not quantified lies anywhere unless its limit of quantification is known.

## A definition of your own

`--score-file FILE` (`score_files=` in Python) takes a TOML file in the form of those in
`src/chorall/knowledge/classifiers`; one with the id of a shipped classifier takes its place. This
is how a score whose coefficients were not obtained is supplied:

```toml
id = "my_score"
name = "My score"
completeness = "FULL"

[[population]]              # every one must hold
requires = "lineage is B"
in_words = "B lineage"
otherwise = "T lineage or mixed phenotype"   # the reason where it does not

[[groups]]                  # the best outlook first
id = "low"
in_words = "low risk"

[[groups]]
id = "high"
in_words = "high risk"

[score]                     # or, for rules: [[rules]] with group and when; the last without when
cut_points = [1.5]          # one fewer than groups; a score at a cut is in the higher group

[[score.terms]]             # coefficient times transform: identity, ln_plus_1 or minus_ln
item = "wbc_10e9_per_l"
coefficient = 0.1
transform = "ln_plus_1"

[[score.terms]]
item = "mrd_end_of_induction"
coefficient = -0.2
transform = "minus_ln"
floor = 1e-6                # smaller values, and undetectable ones, count as this

[[score.terms]]             # or the group of another classifier
classifier = "uk_cytogenetic"
weights = { good = -0.4, high = 1.0 }

[source]
keys = []
cites = "where the numbers come from"
confidence = "seen"         # seen, unverified or computed
```

A score adds its terms; where an item is not known it is a range. The smallest and largest value of
an unknown number are those of the item below.
"""


def describe_classifiers() -> str:
    """Return the whole page."""
    definitions = classifier_definitions().values()
    available = [found for found in definitions if found.is_available]
    missing = [found for found in definitions if not found.is_available]
    parts = [INTRODUCTION, _describe_items(), "\n## Rules and scores\n"]
    parts += [_describe(found) for found in available]
    parts.append("\n## Not known in full\n")
    parts += [_describe(found) for found in missing]
    return "".join(parts)


def _describe_items() -> str:
    lines = ["\n## Items\n", "| item | kind | meaning |", "|---|---|---|"]
    plain = []
    for item in classifier_items().values():
        if item.name.startswith(REPORT_PREFIX):
            continue
        linked = item.follows_from or item.same_as or item.either_of or item.subtype
        if item.kind == "marker" and not linked:
            plain.append(f"`{item.name}`")
            continue
        kind = item.kind
        if kind == "number":
            kind += f" {item.minimum:g} to {item.maximum:g}"
        if item.kind == "word":
            kind += ": " + ", ".join(item.values)
        implied = [f"follows from `{pattern}`" for pattern in item.follows_from]
        if item.either_of:
            implied.append("present where either of " + ", ".join(item.either_of) + " is")
        implied += [f"the same as `{name}`" for name in item.same_as]
        implied += [f"follows from subtype `{item.subtype}`"] if item.subtype else []
        meaning = "; ".join([item.label, *implied])
        lines.append(f"| `{item.name}` | {kind} | {meaning} |")
    rest = f"\nMarkers of which nothing else is concluded: {', '.join(plain)}.\n"
    return "\n".join(lines) + "\n" + rest


def _describe(found: ClassifierDefinition) -> str:
    mark = " (unverified)" if found.confidence == "unverified" else ""
    population = "; ".join(part.in_words for part in found.population) or "not stated"
    source = found.source
    where = f", <{source.url}>" if source.url else ""
    parts = [
        f"\n### {found.id}: {found.name}{mark}\n",
        f"\nPopulation: {population}.\n\n" if found.is_available else "\n",
        f"Source: {', '.join(source.keys)}: {source.cites}{where}. "
        f"Completeness: {found.completeness}. Confidence: {source.confidence}.\n",
        *(f"\n{note}\n" for note in found.notes),
    ]
    if found.missing:
        parts.append(f"\nMissing: {found.missing} To supply it: {found.supply}\n")
    parts += [_describe_groups(found), _describe_rules(found)]
    if found.score:
        parts.append(_describe_score(found.score))
    return "".join([*parts, _describe_examples(found)])


def _describe_groups(found: ClassifierDefinition) -> str:
    if not found.groups:
        return ""
    lines = ["", "| group, best first | definition | published outcome |", "|---|---|---|"]
    lines += [f"| {g.id} | {g.in_words} | {g.outcome} |" for g in found.groups]
    return "\n".join(lines) + "\n"


def _describe_rules(found: ClassifierDefinition) -> str:
    if not found.rules:
        return ""
    lines = [f"{rule.group}: {rule.when or 'otherwise'}" for rule in found.rules]
    return "\n```\n" + "\n".join(lines) + "\n```\n"


def _describe_score(score: Score) -> str:
    terms = "\n".join(_describe_term(term) for term in score.terms)
    cuts = f"\ncut at {', '.join(map(str, score.cut_points))}" if score.cut_points else ""
    return f"\n```\n{terms}{cuts}\n```\n"


def _describe_term(term: ScoreTerm) -> str:
    if term.classifier:
        weights = ", ".join(f"{group} {weight:+g}" for group, weight in term.weights.items())
        return f"{term.classifier}: {weights}"
    text = {
        "ln_plus_1": f"ln({term.item} + 1)",
        "minus_ln": f"-ln(max({term.item}, {term.floor:g}))",
    }.get(term.transform, term.item)
    return f"{term.coefficient:+g} * {text}"


def _describe_examples(found: ClassifierDefinition) -> str:
    if not found.examples:
        return ""
    lines = [f"| {_list_items(e)} | {_say(e)} |" for e in found.examples]
    return "\n".join(["", "| worked example | answer |", "|---|---|", *lines]) + "\n"


def _list_items(example: WorkedExample) -> str:
    return ", ".join(f"`{name}` {_write(value)}" for name, value in example.items.items())


def _write(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    level = f" {value['mrd_fraction']:g}" if "mrd_fraction" in value else ""
    seen = f" at sensitivity {value['sensitivity']:g}" if "sensitivity" in value else ""
    return f"{value['category'].replace('_', ' ')}{level}{seen}"


def _say(example: WorkedExample) -> str:
    if not example.applicable:
        return "not applicable"
    if example.score is not None:
        return f"score {example.score:g}"
    return example.result or f"open: {example.best} to {example.worst}"
