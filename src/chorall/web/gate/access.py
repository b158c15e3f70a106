"""Who may ask for what, one line per route; what no line names is refused where one signs in."""

from __future__ import annotations

from functools import cache
from typing import Final

NOBODY: Final = "nobody"
"""The role of those who have not signed in."""

BACK: Final = "/login/back"
"""Where the provider sends browsers back to."""

SIGNED_OUT: Final = "/logout/back"
"""Where it sends those who have signed out there."""

ROLES: Final = ("doctor", "analyst", "reader")

RECORD: Final = "health-record"
"""The role of a health record that calls CDS Hooks with a token of its own; no person has it."""

OPEN: Final = frozenset({NOBODY, RECORD, *ROLES})
SIGNED_IN: Final = frozenset(ROLES)
DOCTORS: Final = frozenset({"doctor"})
ANALYSTS: Final = frozenset({"analyst"})
HOOKS: Final = DOCTORS | {RECORD}

ACCESS: Final[dict[str, frozenset[str]]] = {
    "/": SIGNED_IN,
    "/health": OPEN,
    "/static/{digest}/{name}": OPEN,
    "/login": OPEN,
    BACK: OPEN,
    "/logout": SIGNED_IN,
    SIGNED_OUT: OPEN,
    "/logout/back-channel": OPEN,
    "/doctor": DOCTORS,
    "/doctor/print": DOCTORS,
    "/doctor/summary": DOCTORS,
    "/doctor/card": DOCTORS,
    "/analyst": ANALYSTS,
    "/analyst/marker": ANALYSTS,
    "/analyst/trials.csv": ANALYSTS,
    "/analyst/incidence.csv": ANALYSTS,
    "/analyst/prognosis": ANALYSTS,
    "/analyst/prognosis.csv": ANALYSTS,
    "/analyst/curve.csv": ANALYSTS,
    "/analyst/quality": ANALYSTS,
    "/analyst/quality.csv": ANALYSTS,
    "/analyst/treatment": ANALYSTS,
    "/analyst/treatment.csv": ANALYSTS,
    "/analyst/transplant": ANALYSTS,
    "/analyst/transplant.csv": ANALYSTS,
    "/analyst/not-randomised": ANALYSTS,
    "/analyst/not-randomised.csv": ANALYSTS,
    "/analyst/risk": ANALYSTS,
    "/analyst/risk.csv": ANALYSTS,
    "/analyst/deescalation": ANALYSTS,
    "/analyst/deescalation.csv": ANALYSTS,
    "/patients": SIGNED_IN,
    "/patients/{language}": SIGNED_IN,
    "/patients/{language}/summary": SIGNED_IN,
    "/api/v1/openapi.json": SIGNED_IN,
    "/api/v1/predict": DOCTORS,
    "/api/v1/bank": DOCTORS,
    "/api/v1/missing-tests": DOCTORS,
    "/api/v1/classify": DOCTORS,
    "/api/v1/fhir/risk-assessment": DOCTORS,
    "/cds-services": HOOKS,
    "/cds-services/{service}": HOOKS,
    "/api/v1/incidence": ANALYSTS,
    "/api/v1/prognosis": ANALYSTS,
    "/api/v1/pool": ANALYSTS,
    "/api/v1/marker": ANALYSTS,
    "/api/v1/treatment": ANALYSTS,
    "/api/v1/risk": ANALYSTS,
    "/api/v1/deescalation": ANALYSTS,
}
"""By the path of the route, for all its methods."""


@cache
def _split_patterns() -> dict[str, list[str]]:
    return {entry: entry.split("/") for entry in ACCESS if "{" in entry}


def find_entry(path: str) -> str | None:
    """Return the line of `ACCESS` for the path of a request; None where there is none.

    A path that is written out counts before one with a part in braces, which stands for any text
    without a slash.
    """
    if "{" not in path and path in ACCESS:
        return path
    parts = path.split("/")
    for entry, wanted in _split_patterns().items():
        if len(wanted) == len(parts) and all(map(_is_part, wanted, parts)):
            return entry
    return None


def _is_part(wanted: str, part: str) -> bool:
    return wanted == part or (wanted.startswith("{") and part != "")


def find_roles(entry: str, roles: frozenset[str]) -> frozenset[str]:
    """Return those of `roles` that let somebody in; none: refused."""
    return ACCESS[entry] & roles
