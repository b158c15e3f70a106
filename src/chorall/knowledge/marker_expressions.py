"""Rules over markers as text: `IKZF1_del AND NOT (ERG_del OR DUX4-r)` to a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

TOKEN = re.compile(r"[()]|[^\s()]+")
WORDS = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Atom:
    """One marker by its name in the pool."""

    marker: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts that must all be true (AND), of which one must be true (OR), or the opposite (NOT)."""

    operator: Literal["AND", "OR", "NOT"]
    parts: tuple[Expression, ...]


Expression = Atom | Joined


@cache
def parse_expression(text: str) -> Expression:
    """Return the tree of a rule over markers.

    Parameters
    ----------
    text : str
        Names of markers joined by AND, OR, NOT (in capitals) and parentheses. NOT binds first;
        AND and OR beside each other need parentheses, so that nobody has to know which goes first.

    Raises
    ------
    ValueError
        If the rule is not complete or mixes AND and OR.
    """
    tokens = TOKEN.findall(text)
    found, rest = _read_joined(tokens)
    if rest:
        raise ValueError(f"`{text}`: `{rest[0]}` is one too many")
    return found


def _read_joined(tokens: list[str]) -> tuple[Expression, list[str]]:
    first, rest = _read_one(tokens)
    parts, operator = [first], ""
    while rest and rest[0] in ("AND", "OR"):
        if operator not in ("", rest[0]):
            raise ValueError("AND and OR beside each other need parentheses")
        operator = rest[0]
        part, rest = _read_one(rest[1:])
        parts.append(part)
    if operator == "AND":
        return Joined("AND", tuple(parts)), rest
    return (Joined("OR", tuple(parts)) if operator else first), rest


def _read_one(tokens: list[str]) -> tuple[Expression, list[str]]:
    if not tokens or tokens[0] in ("AND", "OR", ")"):
        raise ValueError("a marker is missing")
    head, rest = tokens[0], tokens[1:]
    if head == "NOT":
        part, rest = _read_one(rest)
        return Joined("NOT", (part,)), rest
    if head != "(":
        return Atom(head), rest
    inner, rest = _read_joined(rest)
    if not rest or rest[0] != ")":
        raise ValueError("a closing parenthesis is missing")
    return inner, rest[1:]


def list_markers(expression: Expression) -> Iterator[str]:
    """Yield the markers of a rule from left to right, each as often as it stands there."""
    if isinstance(expression, Atom):
        yield expression.marker
        return
    for part in expression.parts:
        yield from list_markers(part)
