"""Dated happenings to entry, exit and cause, by the definition of an endpoint; to histories."""

from chorall.endpoints.derive import derive_endpoints, endpoint_times, explain_exclusions
from chorall.endpoints.happenings import course_tables
from chorall.endpoints.histories import derive_histories, explain_missing_histories
from chorall.endpoints.history_arrays import HistoryArrays, history_arrays

__all__ = [
    "HistoryArrays",
    "course_tables",
    "derive_endpoints",
    "derive_histories",
    "endpoint_times",
    "explain_exclusions",
    "explain_missing_histories",
    "history_arrays",
]
