"""A group of patients as a file of one's own defines it: a classifier, and how it was chosen."""

from __future__ import annotations

from pathlib import Path

from pydantic import model_validator

from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.knowledge.definition_file import (
    DefinitionText,
    check_definition,
    read_definition,
)


class CandidateDefinition(ClassifierDefinition):
    """A classifier (docs/classifiers.md) of which one group is looked at.

    Attributes
    ----------
    candidate : str
        Id of the group; the first one, with the best outlook, where it is not given.
    chosen_on : tuple of str
        Trials on whose outcomes rule, cut-points or group were chosen: no headline comes from them.
    """

    candidate: str = ""
    chosen_on: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_candidate(self) -> CandidateDefinition:
        known = [group.id for group in self.groups]
        if not self.is_available or not known:
            raise ValueError("a candidate group needs [[groups]] with [[rules]] or a [score]")
        if self.candidate and self.candidate not in known:
            raise ValueError(f"`candidate` is `{self.candidate}`, none of the groups: {known}")
        return self

    @property
    def group(self) -> str:
        """Id of the group that is looked at."""
        return self.candidate or self.groups[0].id


def read_candidate_definition(path: Path) -> CandidateDefinition:
    """Read and check one file.

    Parameters
    ----------
    path : Path
        TOML file in the form of those in knowledge/classifiers, with `candidate` and `chosen_on`.

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        If it is not TOML or not a sound definition; the message lists every problem.
    """
    return read_definition(path, CandidateDefinition)[0]


def define_by_rule(rule: str) -> CandidateDefinition:
    """Return the candidate group of those for whom one condition holds.

    Raises
    ------
    DefinitionError
        If the condition cannot be read or asks for an item that does not exist.
    """
    values = {
        "id": "rule",
        "name": rule,
        "completeness": "FULL",
        "groups": [
            {"id": "candidate", "in_words": rule},
            {"id": "others", "in_words": "all others"},
        ],
        "rules": [{"group": "candidate", "when": rule}, {"group": "others"}],
        "source": {"keys": [], "cites": "the reader's own rule", "confidence": "computed"},
    }
    return check_definition(DefinitionText(Path(rule), "", values), CandidateDefinition)
