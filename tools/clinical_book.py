"""Pages of the clinical book: definitions, sources, confidence, and worked examples from the tests.

A new part of the book: write its page (here or in a module of its own), add it to PAGES of
generate_docs.py, and name it in PARTS, which makes the index.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from chorall.analyses.endpoint_gaps import WHAT_IS_MISSING
from chorall.endpoints.history_states import SAME_DAY_ORDER, STATES
from chorall.knowledge.endpoint_definitions import (
    EndpointDefinition,
    endpoint_definitions,
    endpoints_not_given,
)

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "tests" / "spec"

PARTS = (
    ("docs/endpoints.md", "Endpoints", "when the clock starts, what counts, what competes"),
    ("docs/book/histories.md", "Histories", "states of the course and their dates"),
    ("docs/subtypes.md", "Subtypes", "WHO-HAEM5 and ICC 2022, with what cannot be excluded"),
    ("docs/karyotypes.md", "Karyotypes", "what is read from an ISCN string"),
    ("docs/assays.md", "Assays", "what each test of the field can see"),
    ("docs/markers.md", "Markers", "measured and derived, and when one is absent"),
    ("docs/mrd.md", "Minimal residual disease", "results, time points and response"),
    ("docs/classifiers.md", "Classifiers and scores", "result, best case and worst case"),
)
"""Page, title and one line; the index lists those that are written."""

CONFIDENCE = {
    "seen": "somebody read it in the source named",
    "unverified": "from memory, to be verified; do not cite it",
    "computed": "computed by us from a source named",
}

PLACES = {
    "dated_day": "on its own day",
    "origin_day": "at time zero",
    "day_one": "on day 1",
    "landmark_day": "on the day of the trial's landmark",
}


def describe_index() -> str:
    """Return the index of the book."""
    there = [part for part in PARTS if (ROOT / part[0]).is_file() or part[0] in OWN_PAGES]
    lines = [f"- [{title}]({_link(page)}): {line}." for page, title, line in there]
    words = [f"- *{word}*: {meaning}." for word, meaning in CONFIDENCE.items()]
    return (
        "# The clinical book\n\nWhat Chorall takes for a fact or a definition, with its source. "
        "The worked examples are the tests: a page that says something else than the program "
        "cannot be published.\n\n" + "\n".join(lines) + "\n\n## How sure each entry is\n\n"
        "Every entry carries its source and one of three words.\n\n" + "\n".join(words) + "\n"
    )


OWN_PAGES = ("docs/endpoints.md", "docs/book/histories.md")


def _link(page: str) -> str:
    return page.removeprefix("docs/book/") if "/book/" in page else f"../{Path(page).name}"


def describe_endpoints() -> str:
    """Return the page of endpoints, from their definitions and the cases of the tests."""
    cases = load_cases("endpoint_cases").ENDPOINT_CASES
    parts = [
        "# Endpoints\n\nEach rule below is a test: little patient tables, day by day. Ask for one "
        "by its short name or the name of its file: `chorall prognosis POOL -e CIR`. `chorall "
        "endpoints POOL` lists who has which.\n\n",
        _tabulate_endpoints(),
        _describe_common(),
    ]
    for definition in endpoint_definitions().values():
        parts.append(_describe_endpoint(definition))
        parts += [_describe_case(case) for case in cases if case.endpoint == definition.short_name]
    return "".join(parts)


def _tabulate_endpoints() -> str:
    lines = ["| endpoint | name | source | confidence |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {each.name} | {each.source.where} | {each.source.confidence} |"
        for name, each in endpoint_definitions().items()
    ]
    return "\n".join(lines) + "\n"


def _describe_common() -> str:
    missing = "\n".join(f"- {name}: {why}" for name, why in endpoints_not_given().items())
    reasons = "\n".join(f"- `{word}`: {text}" for word, text in WHAT_IS_MISSING.items())
    return (
        "\n## What holds for all of them\n\n"
        "Who comes under observation late is at risk from that day on. With a stated data cut-off "
        "(`follow_up.cutoff_day`) later events are not counted and nobody is followed beyond it. "
        "An event later than the last contact counts, and the quality report tells the "
        "contradiction. A trial may name its own event-free survival (`event_free_survival` under "
        "[trial] of its mapping); `chorall compare-endpoints POOL own EFS` lists the patients in "
        "whom it differs from the common one.\n\n"
        f"Who has no row in an endpoint has a reason:\n\n{reasons}\n\n"
        f"No pool can give, so asking is an error:\n\n{missing}\n"
    )


def _describe_endpoint(definition: EndpointDefinition) -> str:
    causes = "; ".join(
        f"cause {cause.cause} ({cause.label}): {list_words(cause.events)}"
        for cause in definition.causes
    )
    order = ", then ".join(f"`{word}`" for word in definition.same_day_order)
    source = definition.source
    return (
        f"\n## {definition.short_name}: {definition.name}\n\n{definition.label}\n\n"
        f"Clock starts at: {definition.origin.replace('_', ' ')}. {causes}. "
        f"{_describe_censoring(definition)}{_describe_failure(definition)}"
        f"On the same day: {order}.\n\n"
        f"Source: {source.cites} ({source.where}), confidence: {source.confidence}.\n"
    )


def _describe_censoring(definition: EndpointDefinition) -> str:
    by = f"{list_words(definition.censored_by)} censors. " if definition.censored_by else ""
    return f"{by}Others are censored at last contact. "


def _describe_failure(definition: EndpointDefinition) -> str:
    if definition.induction_failure is None:
        return ""
    place = PLACES[definition.induction_failure]
    if definition.failure_is == "recorded":
        return f"A recorded induction failure counts {place}. "
    return f"No remission by `trial.remission_landmark_day` is a failure and counts {place}. "


def _describe_case(case: object) -> str:
    title, landmark, without = (getattr(case, name) for name in ("title", "landmark", "without"))
    stated = f"\nThe trial's landmark is day {landmark}.\n" if landmark is not None else ""
    left_out = f"\nNo row: {without}.\n" if without else ""
    tables = "\n\n".join(dedent(getattr(case, name)) for name in ("happenings", "expected"))
    return f"\n{title}\n{stated}\n```\n{tables}\n```\n{left_out}"


def describe_histories() -> str:
    """Return the page of multi-state histories."""
    cases = load_cases("history_cases").HISTORY_CASES
    states = "\n".join(f"{number}. `{state}`" for number, state in enumerate(STATES, start=1))
    parts = [
        "# Histories\n\nThe course of a patient as stays in one state, dated: transplantation is "
        "a state with a day, so that nobody counts as transplanted before. "
        "`chorall.endpoints.derive_histories` makes them, `history_arrays` hands them to "
        f"`chorall.stats.transition_probabilities`. The states:\n\n{states}\n\n"
        "`transplant_other` is a transplantation without a recorded remission before it and "
        "without a status that says one. Dated remissions and relapses decide; "
        "`transplant.remission_status` only where there are none. On one day: "
        f"{', then '.join(SAME_DAY_ORDER).replace('_', ' ')}. These rules are ours "
        "(confidence: unverified).\n",
    ]
    for case in cases:
        zero = case.time_zero
        stated = "" if zero == "diagnosis" else f"\nDay 0 is {zero}.\n"
        tables = f"{dedent(case.happenings)}\n\n{dedent(case.expected)}"
        parts.append(f"\n{case.title}\n{stated}\n```\n{tables}\n```\n")
    return "".join(parts)


def load_cases(name: str) -> ModuleType:
    """Return the module of worked examples `tests/spec/NAME.py`."""
    spec = importlib.util.spec_from_file_location(name, SPEC / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def list_words(words: tuple[str, ...]) -> str:
    """Return words as code, with commas."""
    return ", ".join(f"`{word}`" for word in words)


def dedent(table: str) -> str:
    """Return a table of a test without its indentation."""
    return "\n".join(line.strip() for line in table.strip().splitlines())
