"""Read a mapping: types first, then every rule against the data model, all problems with lines."""

from __future__ import annotations

from pathlib import Path

from chorall.errors import DefinitionError, raise_gathered
from chorall.harmonise.mapping import Mapping
from chorall.harmonise.mapping_checks import find_problems
from chorall.knowledge.definition_file import (
    check_definition,
    count_problems,
    read_definition_text,
)


def read_mapping(path: Path) -> Mapping:
    """Return the checked mapping of one trial.

    Parameters
    ----------
    path : Path
        A TOML file, see docs/mapping.md.

    Raises
    ------
    InputError
        If the file is not there.
    DefinitionError
        With every problem of the mapping: file, line, what came and what was expected.
    """
    source = read_definition_text(path)
    mapping = check_definition(source, Mapping)
    problems = [
        f"{source.locate(problem.key_path)}: {problem.message}"
        for problem in find_problems(mapping)
    ]
    heading = f"{path}: {count_problems(len(problems))} in the mapping"
    advice = "See docs/mapping.md for what a rule may say."
    raise_gathered(DefinitionError, heading, problems, advice)
    return mapping
