"""The page docs/subtypes.md: entities, what shows and excludes them, derived markers, cases."""

from __future__ import annotations

from types import ModuleType

from chorall.knowledge.derived_markers import derived_markers
from chorall.knowledge.taxonomy_schemes import Entity, Scheme, taxonomy_schemes

HEADER = (
    "<!-- made by `make docs`; edit src/chorall/knowledge/taxonomy/, derived_markers.toml or the "
    "cases of tests/spec instead -->\n\n"
)
INTRODUCTION = """# Subtypes

A subtype is found at diagnosis by a taxonomy, for every patient and every taxonomy of the pool
(table `subtype`). The first entity below that is shown is the subtype. Where none is shown, the
rest (`b_other`, `t_other`) is given only if a test has excluded **every** entity; otherwise the
subtype is open and `cannot_be_excluded` says which tests are missing. A test that failed, was
inconclusive or was not done excludes nothing. An assigned subtype lists the entities that go
before it and were not excluded, unless its finding settles the matter.

`basis` says how: `lesion` the defining lesion was found; `call` a delivery or an expression assay
names the entity; `surrogate` lesions stand for an expression profile that was not done;
`exclusion` every entity was excluded; `none` open. `X-r` means X with any partner.

The order of precedence and which findings settle the matter are from memory: unverified.
`chorall subtypes POOL` counts the patients of each; `--seen` counts those as open whose subtype
is defined from memory.
"""


def describe_subtypes(cases: ModuleType, derived_cases: ModuleType) -> str:
    """Return the page."""
    parts = [HEADER, INTRODUCTION]
    for scheme in taxonomy_schemes().values():
        parts.append(
            f"\n## {scheme.name}: {scheme.label}\n\n{scheme.cites}. Source: {scheme.source}; "
            f"confidence: {scheme.confidence}.\n"
        )
        parts += [_describe_lineage(scheme, lineage) for lineage in scheme.entities]
    parts.append("\n## Examples\n\nEach is a test.\n\n| rule | taxonomy | known | others | subtype "
                 "| cannot be excluded | basis |\n|---|---|---|---|---|---|---|\n")  # fmt: skip
    for case in cases.SUBTYPE_CASES:
        cells = (
            case.title, case.scheme, case.known, case.others, f"`{case.subtype}`",
            case.still_open or "-", case.basis,
        )  # fmt: skip
        parts.append(f"| {' | '.join(cells)} |\n")
    return "".join([*parts, *_describe_derived(derived_cases)])


def _describe_lineage(scheme: Scheme, lineage: str) -> str:
    rows = [_describe_entity(entity) for entity in scheme.entities[lineage]]
    name, label = scheme.rest[lineage]
    rows.append(f"| `{name}`: {label} | none of the above | every one excluded | no | | |\n")
    return (
        f"\n### {lineage}-ALL\n\n| entity | shown by | excluded by | settles | source | confidence "
        f"|\n|---|---|---|---|---|---|\n{''.join(rows)}"
    )


def _describe_entity(entity: Entity) -> str:
    called = ", ".join(f"`{name}`" for name in entity.called)
    shown = [f"`{entity.lesions_text}`"] if entity.lesions_text else []
    shown += [f"the call {called}"] if called else []
    by = "; or ".join(shown)
    settles = "yes" if entity.settles else "no"
    return (
        f"| `{entity.name}`: {entity.label} | {by} | {entity.excluded_by} | {settles} | "
        f"{entity.source} | {entity.confidence} |\n"
    )


def _describe_derived(cases: ModuleType) -> list[str]:
    known = derived_markers()
    parts = [
        "\n## Derived markers\n\nThey stand in `marker_result` beside the others, with the basis "
        "`derived`. A combination is there where the pool has all of its markers, and counts in a "
        "frequency where all were tested. Any fusion of X is `X-r`. What a clean test of `X-r` "
        "with any partner excludes is used for the subtype only.\n\n"
        "| marker | follows from | source | confidence |\n|---|---|---|---|\n"
    ]
    parts += [f"| `{one.marker}`: {one.label} | `{one.rule}` | {one.source} | {one.confidence} |\n"
              for one in known.combined]  # fmt: skip
    parts += [
        f"| `{one.marker}`: {one.label} | {one.gene} with {' or '.join(one.hgvs_p)} | "
        f"{one.source} | {one.confidence} |\n"
        for one in known.specific
    ]
    parts += [
        f"| `{one.gene}-r` | any fusion of {one.gene}"
        f"{'; absent, it excludes each of them' if one.excludes else ''} | {one.source} | "
        f"{one.confidence} |\n"
        for one in known.rearranged
    ]
    for case in cases.DERIVED_CASES:
        known_table, expected = _dedent(case.known), _dedent(case.expected)
        parts.append(f"\n{case.title}\n\n```\n{known_table}\n\n{expected}\n```\n")
    return parts


def _dedent(table: str) -> str:
    return "\n".join(line.strip() for line in table.strip().splitlines())
