"""What the assays of the field can see, as data that mappings may name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chorall.errors import DefinitionError
from chorall.knowledge.definition_file import read_definition
from chorall.knowledge.fact_source import Confidence

ASSAYS_FOLDER = Path(__file__).parent / "assays"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AssayCover(_Frozen):
    """Lesions of one class that an assay sees, all wholly or all in part.

    Attributes
    ----------
    targets : tuple of str
        HGNC symbols, fusions, regions or names of karyotype groups.
    alteration_class : str
        Kind of lesion, as in the table assay_coverage.
    scope : str
        complete or partial.
    negative_capable : bool
        True where a clean result may rule the lesion out.
    """

    targets: tuple[str, ...]
    alteration_class: str
    scope: str
    negative_capable: bool


class KnownAssay(_Frozen):
    """One assay of the field.

    Attributes
    ----------
    label, method, note : str
        For people.
    takes_genes : bool
        True where the mapping names genes that are covered beside those listed.
    covers : tuple of AssayCover
        What it sees. Of an assay that takes genes the first part is the one that gets them.
    source, confidence : str
        Keys of the sources; seen, unverified or computed.
    """

    label: str
    method: str
    note: str = ""
    takes_genes: bool = False
    covers: tuple[AssayCover, ...]
    source: str
    confidence: Confidence

    def cover(self, genes: tuple[str, ...]) -> tuple[AssayCover, ...]:
        """Return what the assay sees with the genes that a mapping names."""
        if not genes:
            return self.covers
        first, *others = self.covers
        further = tuple(gene for gene in genes if gene not in first.targets)
        return (first.model_copy(update={"targets": (*first.targets, *further)}), *others)


class _AssaysFile(_Frozen):
    assays: dict[str, KnownAssay]


@cache
def known_assays() -> dict[str, KnownAssay]:
    """Return the shipped assays by name, in the order of the files.

    Raises
    ------
    DefinitionError
        If a file is not sound or two files define one name.
    """
    return read_assays(ASSAYS_FOLDER)


def read_assays(folder: Path) -> dict[str, KnownAssay]:
    """Read and check the assays in a folder.

    Raises
    ------
    DefinitionError
        If a file is not sound or two files define one name.
    """
    found: dict[str, KnownAssay] = {}
    for path in sorted(folder.glob("*.toml")):
        read, _ = read_definition(path, _AssaysFile)
        twice = sorted(found.keys() & read.assays.keys())
        if twice:
            raise DefinitionError(f"{path}: `{twice[0]}` is defined twice.")
        found |= read.assays
    return found
