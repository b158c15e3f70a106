"""Write the generated pages of docs/, or with --check fail where a page is not current."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from describe_assays import describe_assays
from describe_mrd import describe_mrd
from describe_subtypes import describe_subtypes

from chorall.knowledge.endpoint_definitions import EndpointDefinition, endpoint_definitions
from chorall.tables.columns import Column, Table
from chorall.tables.schema import TABLES
from chorall.tables.words import MARKER_STATUSES, MISSING_REASONS

ROOT = Path(__file__).parents[1]
HEADER = "<!-- made by `make docs`; edit {origin} instead -->\n\n"
CASES = ROOT / "tests" / "spec"


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


def describe_endpoints() -> str:
    """Return the page of endpoints, from their definitions and the cases of the tests."""
    cases = load_cases("endpoint_cases")
    parts = [
        HEADER.format(origin="src/chorall/knowledge/endpoints/ and tests/spec/endpoint_cases.py"),
        "# Endpoints\n\nEach rule below is a test: little patient tables, day by day.\n",
    ]
    for definition in endpoint_definitions().values():
        parts.append(_describe_endpoint(definition))
        for case in cases.ENDPOINT_CASES:
            if case.endpoint == definition.short_name:
                parts.append(
                    f"\n{case.title}\n\n```\n{_dedent(case.happenings)}\n\n"
                    f"{_dedent(case.expected)}\n```\n"
                )
    return "".join(parts)


def load_cases(name: str) -> ModuleType:
    """Return a module of cases of tests/spec."""
    spec = importlib.util.spec_from_file_location(name, CASES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _describe_endpoint(definition: EndpointDefinition) -> str:
    causes = "; ".join(
        f"cause {cause.cause} ({cause.label}): {_list_words(cause.events)}"
        for cause in definition.causes
    )
    order = ", then ".join(f"`{word}`" for word in definition.same_day_order)
    source = definition.source
    return (
        f"\n## {definition.short_name}: {definition.name}\n\n{definition.label}\n\n"
        f"Clock starts at: {definition.origin.replace('_', ' ')}. {causes}. "
        f"Others are censored at last contact. On the same day: {order}.\n\n"
        f"Source: {source.cites} ({source.where}), confidence: {source.confidence}.\n"
    )


def _dedent(table: str) -> str:
    return "\n".join(line.strip() for line in table.strip().splitlines())


PAGES = {
    "docs/data-dictionary.md": describe_dictionary,
    "docs/endpoints.md": describe_endpoints,
    "docs/subtypes.md": lambda: describe_subtypes(
        load_cases("subtype_cases"), load_cases("derived_cases")
    ),
    "docs/assays.md": describe_assays,
    "docs/mrd.md": lambda: describe_mrd(load_cases("mrd_cases")),
}


def main() -> int:
    """Write or check every page."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, describe in PAGES.items():
        file, text = ROOT / name, describe()
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.write_text(text, "utf-8")
    if check and stale:
        print(f"not current: {', '.join(stale)}; run `make docs`")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
