"""Findings and assay coverage to marker status."""

from chorall.markers.names import marker_name_expr, name_marker
from chorall.markers.results import compare_sources, derive_marker_results

__all__ = ["compare_sources", "derive_marker_results", "marker_name_expr", "name_marker"]
