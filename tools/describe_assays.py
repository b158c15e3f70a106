"""The page docs/assays.md: what the known assays can see."""

from __future__ import annotations

from chorall.knowledge.assay_catalogue import AssayCover, KnownAssay, known_assays

HEADER = "<!-- made by `make docs`; edit src/chorall/knowledge/assays/ instead -->\n\n"
INTRODUCTION = """# Assays

What the assays of the field can see. A mapping names one, `assay = "mlpa_p335"`, instead of
spelling out its coverage, and may add or correct parts under `[[assays.covers]]`: what it spells
out goes first. Panels, exomes and genomes take `genes = [...]` from the mapping.

*Excludes*: a clean run of good quality rules the lesion out, the marker is `absent`. *Finds*: a
lesion found is `present`, but a clean run leaves the marker `inconclusive`. What is not listed is
not seen: the assay says nothing of it.
"""


def describe_assays() -> str:
    """Return the page, from the definitions of the assays."""
    parts = [_describe_assay(name, assay) for name, assay in known_assays().items()]
    return "".join([HEADER, INTRODUCTION, *parts])


def _describe_assay(name: str, assay: KnownAssay) -> str:
    note = f" {assay.note}" if assay.note else ""
    genes = " Takes `genes` from the mapping." if assay.takes_genes else ""
    lines = [_describe_cover(cover) for cover in assay.covers]
    return (
        f"\n## {name}\n\n{assay.label}; method `{assay.method}`.{genes}{note}\n\n"
        f"{''.join(lines)}\nSource: {assay.source}; confidence: {assay.confidence}.\n"
    )


def _describe_cover(cover: AssayCover) -> str:
    excludes = cover.scope == "complete" and cover.negative_capable
    listed = ", ".join(cover.targets) or "the genes that the mapping names"
    return f"- {'Excludes' if excludes else 'Finds'} ({cover.alteration_class}): {listed}\n"
