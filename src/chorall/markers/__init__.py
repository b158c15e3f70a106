"""Findings and assay coverage to marker status, and from there to the subtype."""

from chorall.markers.names import marker_name_expr, name_marker
from chorall.markers.results import compare_sources, derive_marker_results
from chorall.markers.subtype import Subtype, assign_subtype
from chorall.markers.subtype_table import derive_subtypes

__all__ = [
    "Subtype",
    "assign_subtype",
    "compare_sources",
    "derive_marker_results",
    "derive_subtypes",
    "marker_name_expr",
    "name_marker",
]
