"""Names that a marker may have: what a patient file may hold beside the items of classifiers."""

from __future__ import annotations

from functools import cache

from chorall.knowledge.derived_markers import derived_markers
from chorall.knowledge.gene_names import known_symbols
from chorall.markers.karyotype.targets import list_markers
from chorall.markers.names import JOIN, SUFFIXES


def is_marker_name(name: str) -> bool:
    """Return True for a fusion, a gene's marker, what a karyotype tells, and what follows of these.

    Any fusion is one: KMT2A::EPS15 is no item of a rule but says that KMT2A is rearranged.
    """
    ends = [end for end in SUFFIXES.values() if end and name.endswith(end)]
    gene = name.removesuffix(ends[0]) if ends else name
    return JOIN in name or gene in known_symbols() or name in _list_others()


@cache
def _list_others() -> frozenset[str]:
    """Return the markers that are named otherwise than by one gene."""
    derived = derived_markers()
    return frozenset(
        [*list_markers(), *(one.marker for one in derived.combined + derived.specific)]
    )
