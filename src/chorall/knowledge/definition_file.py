"""Read a TOML definition into a typed model; all problems are told at once, with their lines."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chorall.errors import DefinitionError, InputError, raise_gathered
from chorall.knowledge.definition_lines import KeyPath, index_lines
from chorall.knowledge.definition_problems import describe_problems

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")

__all__ = [
    "DefinitionText",
    "KeyPath",
    "check_definition",
    "count_problems",
    "index_lines",
    "read_definition",
    "read_definition_text",
]


@dataclass(frozen=True, slots=True)
class DefinitionText:
    """The text of a definition and where its keys stand.

    Attributes
    ----------
    path : Path
        As given.
    text : str
        The whole file.
    values : dict
        What tomllib read.
    """

    path: Path
    text: str
    values: dict[str, Any]

    def line_of(self, key_path: KeyPath) -> int:
        """Return the line of a key, or of the nearest enclosing key that is written down."""
        lines = index_lines(self.text)
        while key_path and key_path not in lines:
            key_path = key_path[:-1]
        return lines.get(key_path, 1)

    def locate(self, key_path: KeyPath) -> str:
        """Return `file:line` of a key for a message."""
        return f"{self.path.name}:{self.line_of(key_path)}"


def read_definition_text(path: Path) -> DefinitionText:
    """Read a TOML file.

    Raises
    ------
    InputError
        If there is no such file or it is not UTF-8.
    DefinitionError
        If it is not TOML; the message has the line.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}.")
    try:
        text = path.read_text("utf-8-sig")
        return DefinitionText(path, text, tomllib.loads(text))
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path} is not valid TOML: {error}.") from None


def check_definition(source: DefinitionText, model: type[Model]) -> Model:
    """Return the values of `source` as `model`.

    Raises
    ------
    DefinitionError
        With one line per problem: file, line, key, what came and what was expected.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(source.values)
    except ValidationError as error:
        found = [dict(problem) for problem in error.errors()]
    problems = describe_problems(model, source.values, found, source.locate)
    raise_gathered(
        DefinitionError,
        f"{source.path}: {count_problems(len(problems))}",
        problems,
        "Correct the file.",
    )
    raise AssertionError("unreachable")


def count_problems(n_problems: int) -> str:
    """Return `1 problem` or `2 problems`."""
    return f"{n_problems} problem{'s' if n_problems != 1 else ''}"


def read_definition(path: Path, model: type[Model]) -> tuple[Model, DefinitionText]:
    """Read and check a definition in one step (`read_definition_text`, `check_definition`)."""
    source = read_definition_text(path)
    return check_definition(source, model), source
