"""One problem of a mapping, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from chorall.knowledge.definition_file import KeyPath


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """One problem of a mapping.

    Attributes
    ----------
    key_path : tuple
        Where in the TOML file.
    message : str
        What is wrong and what was expected.
    """

    key_path: KeyPath
    message: str
