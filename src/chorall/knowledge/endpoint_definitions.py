"""The shipped endpoints, read from knowledge/endpoints, and those that no pool can give."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from chorall.errors import DefinitionError
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.endpoint_language import (
    EndpointCause,
    EndpointDefinition,
    EndpointSource,
)

__all__ = [
    "ENDPOINTS_FOLDER",
    "ORDER_OF_ENDPOINTS",
    "EndpointCause",
    "EndpointDefinition",
    "EndpointSource",
    "endpoint_aliases",
    "endpoint_definitions",
    "endpoints_not_given",
    "read_endpoint_definition",
]

ENDPOINTS_FOLDER: Final = Path(__file__).parent / "endpoints"
NOT_GIVEN_FILE: Final = Path(__file__).parent / "endpoints_not_given.toml"
ORDER_OF_ENDPOINTS: Final = (
    "OS",
    "EFS",
    "EFS_TIME0",
    "EFS_UKALL",
    "EFS_ELN",
    "EFS_ELN_LANDMARK",
    "EFS_LANDMARK",
    "RFS",
    "DFS",
    "CIR",
    "relapse_rate_km",
    "NRM",
    "TRM",
    "INDUCTION_DEATH",
    "INDUCTION_FAILURE",
    "REMISSION",
    "MRD_RESPONSE",
    "OS_RELAPSE",
    "SMN",
    "OS_HCT",
    "RFS_HCT",
    "CIR_HCT",
    "NRM_HCT",
)


class _NotGiven(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoints: dict[str, str]


def read_endpoint_definition(path: Path) -> EndpointDefinition:
    """Read and check one definition.

    Parameters
    ----------
    path : Path
        TOML file in the form of those in knowledge/endpoints.

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        If it is not TOML or not a sound definition; the message lists every problem.
    """
    definition, _ = read_definition(path, EndpointDefinition)
    return definition


@cache
def endpoint_definitions() -> dict[str, EndpointDefinition]:
    """Return the shipped endpoints by short name, in the order in which tables show them.

    Raises
    ------
    DefinitionError
        If two files define the same short name, or a file is not sound.
    """
    found: dict[str, EndpointDefinition] = {}
    for path in sorted(ENDPOINTS_FOLDER.glob("*.toml")):
        definition = read_endpoint_definition(path)
        if definition.short_name in found:
            raise DefinitionError(f"{path}: `{definition.short_name}` is defined twice.")
        found[definition.short_name] = definition
    ranks = {name: rank for rank, name in enumerate(ORDER_OF_ENDPOINTS)}
    return dict(sorted(found.items(), key=lambda item: ranks.get(item[0], len(ranks))))


@cache
def endpoint_aliases() -> dict[str, str]:
    """Return the long name of each endpoint (`overall_survival`) to its short one (`OS`)."""
    return {
        path.stem: read_endpoint_definition(path).short_name
        for path in sorted(ENDPOINTS_FOLDER.glob("*.toml"))
    }


@cache
def endpoints_not_given() -> dict[str, str]:
    """Return endpoints of the literature that no pool can give, each with what is missing."""
    return dict(read_definition(NOT_GIVEN_FILE, _NotGiven)[0].endpoints)
