"""Dated happenings to entry, exit and cause, by the definition of an endpoint."""

from chorall.endpoints.derive import derive_endpoints, endpoint_times, explain_exclusions

__all__ = ["derive_endpoints", "endpoint_times", "explain_exclusions"]
