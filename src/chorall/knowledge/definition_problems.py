"""What a typed model did not accept in a definition, in words for the person who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args, get_origin

from chorall.knowledge.definition_lines import KeyPath

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

EXPECTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "tuple_type": "a list in [ ]",
    "list_type": "a list in [ ]",
}


def name_choices(given: str, known: Iterable[str]) -> str:
    """Return the close matches of a word, or all known ones."""
    listed = list(known)
    close = get_close_matches(given, listed, n=3)
    if close:
        return f"did you mean {' or '.join(f'`{match}`' for match in close)}?"
    return f"expected one of: {', '.join(listed)}" if listed else "there is none."


def describe_problems(
    model: type[BaseModel],
    values: dict[str, Any],
    found: list[dict[str, Any]],
    locate: Callable[[KeyPath], str],
) -> list[str]:
    """Return one line per key that is wrong: file, line, key, what came and what was expected.

    Parameters
    ----------
    model : type of BaseModel
        What the definition was checked against.
    values : dict
        What stands in the definition.
    found : list of dict
        As pydantic tells them; the alternatives of one value are told together.
    locate : callable
        From a key to its `file:line`.
    """
    grouped: dict[KeyPath, list[dict[str, Any]]] = {}
    for problem in found:
        grouped.setdefault(_trim(tuple(problem["loc"]), values), []).append(problem)
    return [
        f"{locate(path)}: `{_dotted(path)}`: {_phrase(model, path, problems)}"
        for path, problems in grouped.items()
    ]


def _trim(location: KeyPath, values: Any) -> KeyPath:
    """Return the location without the names of the types that were tried for its value."""
    for depth, part in enumerate(location):
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            # A key that is missing is not in the values either, and is the end of its location.
            ends = depth == len(location) - 1 and isinstance(values, dict)
            return location if ends else location[:depth]
    return location


def _dotted(path: KeyPath) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "file"


def _phrase(model: type[BaseModel], path: KeyPath, problems: list[dict[str, Any]]) -> str:
    first = problems[0]
    if first["type"] == "extra_forbidden":
        choices = name_choices(str(path[-1]), list_known_keys(model, path[:-1]))
        return f"this key is not known here: {choices}"
    if first["type"] == "missing":
        return "this key is required and missing."
    expected = dict.fromkeys(EXPECTED[p["type"]] for p in problems if p["type"] in EXPECTED)
    message = (
        f"expected {' or '.join(expected)}"
        if expected
        else str(first["msg"]).removeprefix("Value error, ")
    )
    return f"{message[:1].lower()}{message[1:]}.{_show(first.get('input'))}".replace("..", ".")


def _show(given: Any) -> str:
    if isinstance(given, date | time):
        return f" Got the date or time {given}: write it in quotes."
    if isinstance(given, bool):
        return f" Got {str(given).lower()}."
    return f" Got {given!r}." if isinstance(given, str | int | float) else ""


def list_known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that `model` knows in the table at `path`."""
    here: type[BaseModel] | None = model
    names_follow = False
    for part in path:
        if isinstance(part, int) or names_follow or here is None:
            names_follow = False
            continue
        fields = _fields_by_key(here)
        here = next(_models_in(fields[part].annotation), None)
        names_follow = _is_table_of_names(fields[part].annotation)
    return list(_fields_by_key(here)) if here is not None else []


def _fields_by_key(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _is_table_of_names(annotation: Any) -> bool:
    """Return True for a table whose keys are the writer's own names, such as `[sources.NAME]`."""
    return get_origin(annotation) is dict or any(
        get_origin(part) is dict for part in get_args(annotation)
    )
