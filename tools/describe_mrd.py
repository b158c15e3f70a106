"""The page docs/mrd.md: what texts of laboratories mean, and the harmonised time points."""

from __future__ import annotations

from types import ModuleType

from chorall.knowledge.mrd_timepoints import MrdTimepoint, mrd_timepoints
from chorall.knowledge.mrd_words import mrd_words

HEADER = (
    "<!-- made by `make docs`; edit src/chorall/knowledge/mrd_words.toml, mrd_timepoints.toml or "
    "tests/spec/mrd_cases.py instead -->\n\n"
)
INTRODUCTION = """# Residual disease (MRD)

A laboratory's text becomes a category, a fraction, the limit it lies below, a sensitivity and a
method. Nothing is guessed: what can be read in two ways is refused, goes to quarantine and is
withheld. A negative result without a stated sensitivity stays `undetected` with an unknown
sensitivity: it is never a complete MRD response. `below_limit` leaves open whether cells were
found. Zero is `undetected`, for no assay measures zero.
"""


def describe_mrd(cases: ModuleType) -> str:
    """Return the page, from the words, the time points and the cases of the tests."""
    words = mrd_words()
    return "".join(
        [
            HEADER,
            INTRODUCTION,
            "\n## What texts mean\n\nEach row is a test; `-` is nothing. The unit is what the "
            "mapping says of numbers without a sign.\n\n",
            write_table(cases.READ),
            "\n## What is refused\n\n",
            write_table(cases.REFUSED),
            "\n## Words\n\n| meaning | words |\n|---|---|\n",
            *(_describe_words(meaning, label) for meaning, label in words.labels.items()),
            f"| only the mapping can say | {', '.join(sorted(words.ambiguous))} |\n",
            f"\nSource: {words.source.cites} ({words.source.where}), "
            f"confidence: {words.source.confidence}.\n",
            "\n## Time points\n\nDays from diagnosis unless the window says otherwise. A sample "
            "outside its window is shown by a quality check and never moved.\n\n"
            "| time point | names | window | source | confidence |\n|---|---|---|---|---|\n",
            *(_describe_timepoint(*item) for item in mrd_timepoints().timepoints.items()),
            "\nNumbers of time points mean something only within a protocol:\n\n"
            "| protocol | names | source | confidence |\n|---|---|---|---|\n",
            *(_describe_protocol(name) for name in mrd_timepoints().protocols),
        ]
    )


def write_table(table: str) -> str:
    """Return a Markdown table of a little table with bars."""
    lines = [line for line in table.splitlines() if line.strip()]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    heading = f"| {' | '.join(rows[0])} |\n|{'---|' * len(rows[0])}\n"
    body = [[f"`{row[0]}`", *row[1:]] for row in rows[1:]]
    return heading + "".join(f"| {' | '.join(row)} |\n" for row in body)


def _describe_words(meaning: str, label: str) -> str:
    listed = sorted(word for word, found in mrd_words().meanings.items() if found == meaning)
    return f"| `{meaning}`: {label} | {', '.join(listed)} |\n"


def _describe_timepoint(name: str, point: MrdTimepoint) -> str:
    clock = "" if point.clock == "diagnosis" else f" from {point.clock}"
    window = f"{point.from_day} to {point.to_day}{clock}"
    names = ", ".join(point.names)
    return (
        f"| `{name}`: {point.label} | {names} | {window} | {point.source} | {point.confidence} |\n"
    )


def _describe_protocol(name: str) -> str:
    protocol = mrd_timepoints().protocols[name]
    names = ", ".join(f"{short} = `{point}`" for short, point in protocol.names.items())
    return f"| `{name}`: {protocol.label} | {names} | {protocol.source} | {protocol.confidence} |\n"
