"""Which role the claims of a token give, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["doctor", "analyst", "reader"]
Claim = str | tuple[str, ...]
"""Name of a claim; names one within another where it is nested."""

SCOPE = "scope"
"""The one claim whose text is a list, parted by spaces (RFC 8693, RFC 9068)."""


def find_roles(
    claims: Mapping[str, object], claim: Claim, roles: Mapping[Role, tuple[str, ...]]
) -> frozenset[str]:
    """Return the roles that claims give; none where they give none.

    Parameters
    ----------
    claims : mapping
        Of a token that has been judged.
    claim : str or tuple of str
        Where the groups stand.
    roles : mapping of str to tuple of str
        For each role the groups that give it.
    """
    path = (claim,) if isinstance(claim, str) else claim
    found: object = claims
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        found = found.split(" ") if path == (SCOPE,) else [found]
    values = {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()
    return frozenset(role for role, given in roles.items() if values & set(given))
