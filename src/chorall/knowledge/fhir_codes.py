"""Codes by which a health record (FHIR R4) says what a patient file holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import Confidence

FHIR_CODES_TOML: Final = Path(__file__).parent / "fhir_codes.toml"

About = Literal[
    "diagnosis", "lineage", "state", "wbc", "gene_test", "gene", "change", "copies",
    "one_variant", "change_kind", "answer", "interpretation",
]  # fmt: skip


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FhirCode(_Frozen):
    """One code and what it means for one question.

    Attributes
    ----------
    about : str
        The question that it answers.
    system, code, display : str
        As in a Coding.
    means : str
        The answer.
    source, confidence : str
        Where the code was read; seen, unverified or computed.
    """

    about: About
    system: str
    code: str
    display: str
    means: str
    source: str
    confidence: Confidence


class FhirUnit(_Frozen):
    """A UCUM unit of an item and the factor to the unit of the patient file."""

    of: str
    code: str
    factor: float


class FhirWindows(_Frozen):
    """Days from diagnosis in which a result is one of the time of diagnosis."""

    wbc_from_day: int
    wbc_to_day: int
    marker_from_day: int
    marker_to_day: int
    absent_to_day: int
    induction_to_day: int
    source: str
    confidence: Confidence


class FhirCodes(_Frozen):
    """All codes, units and windows; `own_system` is that of codes which are names of items."""

    own_system: str
    windows: FhirWindows
    codes: tuple[FhirCode, ...]
    units: tuple[FhirUnit, ...]

    def find_meanings(self, about: About, codings: Iterable[tuple[str, str]]) -> set[str]:
        """Return what codings, as pairs of system and code, say about a question."""
        given = set(codings)
        return {
            one.means
            for one in self.codes
            if one.about == about and (one.system, one.code) in given
        }

    def find_factor(self, of: str, code: str) -> float | None:
        """Return the factor of a unit, or None where it is not known."""
        return next((one.factor for one in self.units if (one.of, one.code) == (of, code)), None)


@cache
def fhir_codes() -> FhirCodes:
    """Return the shipped codes."""
    return read_fhir_codes(FHIR_CODES_TOML)


def read_fhir_codes(path: Path) -> FhirCodes:
    """Read and check codes in the form of knowledge/fhir_codes.toml.

    Raises
    ------
    DefinitionError
        If the file is not sound, or a code stands twice for one question.
    """
    read, _ = read_definition(path, FhirCodes)
    keys = [(one.about, one.system, one.code) for one in read.codes]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    problems = [f"`{code}` of {system} stands twice for `{about}`" for about, system, code in twice]
    raise_gathered(DefinitionError, f"{path.name}: codes", problems, "Correct the file.")
    return read
