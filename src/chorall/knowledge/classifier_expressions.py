"""The little language of a classifier's rules: `wbc_10e9_per_l >= 50 or age_years >= 10`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

TOKEN: Final = re.compile(r"<=|>=|[<>(),]|[^\s<>(),]+")
COMPARISONS: Final = ("<", "<=", ">", ">=")
KEYWORDS: Final = frozenset({"and", "or", "not", "is", "of", "at", "exactly", "any", "all", "none"})


@dataclass(frozen=True, slots=True)
class ItemTest:
    """One question about one item.

    Attributes
    ----------
    item : str
        Name of the item.
    relation : str
        `present`, `is`, or one of COMPARISONS.
    words : tuple of str
        What it may be, for `is`.
    value : float
        What it is compared with, for a comparison.
    """

    item: str
    relation: str
    words: tuple[str, ...] = ()
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class GroupOf:
    """True where another classifier puts the patient into one of `groups`."""

    classifier: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of `part`."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Count:
    """True where at least `low` and at most `high` of `parts` are true."""

    low: int
    high: int
    parts: tuple[Expression, ...]


Expression: TypeAlias = ItemTest | GroupOf | Not | Count


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Read one expression.

    Parameters
    ----------
    text : str
        Tests joined by `and`, `or`, `not` and brackets. A test is a marker (true where present), a
        comparison (`age_years >= 10`), `ITEM is WORD`, `ITEM is one of (WORD, WORD)`,
        `group of CLASSIFIER is GROUP`, or a count: `at least 3 of (A, B, C)`, `exactly 1 of`,
        `any of`, `all of`, `none of`.

    Raises
    ------
    ValueError
        Naming the word that was not expected.
    """
    reader = _Reader(TOKEN.findall(text))
    expression = reader.read_or()
    if reader.peek():
        raise ValueError(f"`{reader.peek()}` was not expected in `{text}`")
    return expression


def list_tests(expression: Expression) -> Iterator[ItemTest | GroupOf]:
    """Yield every test of an expression, from left to right."""
    if isinstance(expression, ItemTest | GroupOf):
        yield expression
    elif isinstance(expression, Not):
        yield from list_tests(expression.part)
    else:
        for part in expression.parts:
            yield from list_tests(part)


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at = tokens, 0

    def peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise ValueError(f"expected `{expected or 'a word'}` but found `{token or 'the end'}`")
        self._at += 1
        return token

    def read_or(self) -> Expression:
        parts = [self._read_and()]
        while self.peek() == "or":
            self.take()
            parts.append(self._read_and())
        return parts[0] if len(parts) == 1 else Count(1, len(parts), tuple(parts))

    def _read_and(self) -> Expression:
        parts = [self._read_not()]
        while self.peek() == "and":
            self.take()
            parts.append(self._read_not())
        return parts[0] if len(parts) == 1 else Count(len(parts), len(parts), tuple(parts))

    def _read_not(self) -> Expression:
        if self.peek() == "not":
            self.take()
            return Not(self._read_not())
        if self.peek() == "(":
            return self._read_list(separator="")[0]
        if self.peek() in ("at", "exactly", "any", "all", "none"):
            return self._read_count()
        return self._read_group() if self.peek(1) == "of" else self._read_test()

    def _read_count(self) -> Expression:
        kind = self.take()
        if kind == "at":
            self.take("least")
        number = int(self.take()) if kind in ("at", "exactly") else 0
        self.take("of")
        parts = self._read_list()
        n = len(parts)
        low, high = {
            "at": (number, n),
            "exactly": (number, number),
            "any": (1, n),
            "all": (n, n),
            "none": (0, 0),
        }[kind]
        return Count(low, high, parts)

    def _read_list(self, separator: str = ",") -> tuple[Expression, ...]:
        self.take("(")
        parts = [self.read_or()]
        while separator and self.peek() == separator:
            self.take()
            parts.append(self.read_or())
        self.take(")")
        return tuple(parts)

    def _read_group(self) -> Expression:
        self.take("group")
        self.take("of")
        classifier = self.take()
        self.take("is")
        return GroupOf(classifier, self._read_words())

    def _read_test(self) -> Expression:
        item = self.take()
        if item in KEYWORDS or not re.match(r"\w", item):
            raise ValueError(f"expected the name of an item but found `{item}`")
        if self.peek() in COMPARISONS:
            relation = self.take()
            return ItemTest(item, relation, value=float(self.take()))
        if self.peek() == "is":
            self.take()
            return ItemTest(item, "is", self._read_words())
        return ItemTest(item, "present")

    def _read_words(self) -> tuple[str, ...]:
        if self.peek() != "one":
            return (self.take(),)
        self.take("one")
        self.take("of")
        self.take("(")
        words = [self.take()]
        while self.peek() == ",":
            self.take()
            words.append(self.take())
        self.take(")")
        return tuple(words)
