"""Write the generated pages of docs/, or with --check fail where a page is not current."""

from __future__ import annotations

import sys
from pathlib import Path

from clinical_book import describe_endpoints, describe_histories, describe_index, load_cases
from describe_assays import describe_assays
from describe_classifiers import describe_classifiers
from describe_frequencies import describe_frequencies
from describe_mrd import describe_mrd
from describe_subtypes import describe_subtypes

from chorall.tables.columns import Column, Table
from chorall.tables.schema import TABLES
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS

ROOT = Path(__file__).parents[1]
HEADER = "<!-- made by `make docs`; edit {origin} instead -->\n\n"


def describe_dictionary() -> str:
    """Return the data dictionary, from the typed tables."""
    parts = [
        HEADER.format(origin="src/chorall/tables/schema.py"),
        "# Data dictionary\n\n",
        "One Parquet file per table. Days are whole days from the trial's time zero. A column "
        "marked *may be missing* has a companion `<column>_missing` with the reason, one of: "
        f"{_list_words(MISSING_REASONS)}; exactly one of the two is set.\n\n",
        f"Marker status is one of: {_list_words(MARKER_STATUSES)}. Only present and absent are "
        "tested.\n",
    ]
    return "".join([*parts, *(_describe_table(table) for table in TABLES.values())])


def _list_words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _describe_table(table: Table) -> str:
    lines = [f"\n## {table.name}\n", f"{table.meaning}"]
    if table.key:
        lines[1] += f" Key: {_list_words(table.key)}."
    lines[1] += "" if table.mappable else " Derived: no mapping writes here."
    lines += ["", "| column | type | meaning |", "|---|---|---|"]
    lines += [
        f"| `{column.name}` | {_describe_type(column)} | {column.meaning} |"
        for column in table.columns
    ]
    return "\n".join(lines) + "\n"


def _describe_type(column: Column) -> str:
    text = _list_words(column.words) if column.kind == "word" else column.kind
    if column.minimum is not None and column.maximum is not None:
        text += f" {column.minimum:g} to {column.maximum:g}"
    return text + (", may be missing" if column.may_be_missing else "")


PAGES = {
    "docs/classifiers.md": describe_classifiers,
    "docs/data-dictionary.md": describe_dictionary,
    "docs/endpoints.md": describe_endpoints,
    "docs/book/histories.md": describe_histories,
    "docs/subtypes.md": lambda: describe_subtypes(
        load_cases("subtype_cases"), load_cases("derived_cases")
    ),
    "docs/assays.md": describe_assays,
    "docs/mrd.md": lambda: describe_mrd(load_cases("mrd_cases")),
    "docs/book/index.md": describe_index,
    "docs/simulated-frequencies.md": describe_frequencies,
}
ORIGINS = {
    "docs/classifiers.md": "src/chorall/knowledge/classifiers/",
    "docs/endpoints.md": "src/chorall/knowledge/endpoints/ and tests/spec/endpoint_cases.py",
    "docs/book/histories.md": "src/chorall/endpoints/ and tests/spec/history_cases.py",
    "docs/book/index.md": "tools/clinical_book.py",
    "docs/simulated-frequencies.md": "src/chorall/simulation/published_frequencies.toml",
}
"""What to edit instead of the page, for pages that do not say it themselves."""


def main() -> int:
    """Write or check every page."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, describe in PAGES.items():
        header = HEADER.format(origin=ORIGINS[name]) if name in ORIGINS else ""
        file, text = ROOT / name, header + describe()
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
    if check and stale:
        print(f"not current: {', '.join(stale)}; run `make docs`")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
