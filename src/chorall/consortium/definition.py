"""The consortium file: which trials are pooled, by which mappings, with which key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from chorall.consortium.several_errors import raise_together
from chorall.errors import DefinitionError, InputError, UserError
from chorall.harmonise.mapping import Mapping, Strict
from chorall.harmonise.mapping_file import read_mapping
from chorall.knowledge.definition_file import read_definition
from chorall.tables.manifest import hash_file


class ConsortiumFile(Strict):
    """`consortium.toml` as written."""

    format: Literal[1]
    name: str
    synthetic: bool = False
    pseudonym_key: str
    mappings: tuple[str, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class TrialDefinition:
    """One trial of a consortium.

    Attributes
    ----------
    path : Path
        Its mapping file; the files of the delivery are named relative to it.
    sha256 : str
        Of the mapping file.
    mapping : Mapping
        Checked.
    """

    path: Path
    sha256: str
    mapping: Mapping


@dataclass(frozen=True, slots=True)
class Consortium:
    """A consortium whose mappings are all valid.

    Attributes
    ----------
    path : Path
        Of consortium.toml.
    name : str
        For pages and tables.
    synthetic : bool
        True where the patients are simulated.
    key_path : Path
        The secret key of the pseudonyms.
    trials : tuple of TrialDefinition
        In the order of the file.
    """

    path: Path
    name: str
    synthetic: bool
    key_path: Path
    trials: tuple[TrialDefinition, ...]


def read_consortium(path: str | Path) -> Consortium:
    """Read a consortium and all its mappings.

    Parameters
    ----------
    path : path
        Of consortium.toml.

    Raises
    ------
    InputError
        If a file is not there.
    DefinitionError
        With the problems of all mappings together.
    """
    where = Path(path)
    written, source = read_definition(where, ConsortiumFile)
    trials: list[TrialDefinition] = []
    errors: list[UserError] = []
    for position, name in enumerate(written.mappings):
        file = where.parent / name
        if not file.is_file():
            line = source.locate(("mappings", position))
            errors.append(InputError(f"{line}: there is no mapping {file}."))
            continue
        try:
            trials.append(TrialDefinition(file, *_read_trial(file)))
        except UserError as error:
            errors.append(error)
    raise_together(errors, DefinitionError)
    _check_names(where, trials)
    key_path = where.parent / written.pseudonym_key
    return Consortium(where, written.name, written.synthetic, key_path, tuple(trials))


def _read_trial(file: Path) -> tuple[str, Mapping]:
    mapping = read_mapping(file)
    return hash_file(file), mapping


def _check_names(where: Path, trials: list[TrialDefinition]) -> None:
    names = [trial.mapping.trial_id for trial in trials]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise DefinitionError(
            f"{where}: several mappings have the trial_id {', '.join(doubled)}.\n"
            "  Each trial needs a name of its own: it keeps the pseudonyms apart."
        )
