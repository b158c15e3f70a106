"""What the tests behind the items of a rule cost: a file of the reader, or 1 for each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chorall.analyses.risk.rule_design import NO_TEST
from chorall.errors import DefinitionError, InputError, raise_gathered


@dataclass(frozen=True, slots=True)
class Test:
    """One test: what it costs, and the items that it tells."""

    name: str
    cost: float
    items: tuple[str, ...]


def read_tests(items: Sequence[str], file: str | Path | None) -> tuple[Test, ...]:
    """Return the tests behind the items.

    Parameters
    ----------
    items : sequence of str
        Of the rule.
    file : path or None
        TOML with `[[tests]]`: `name`, `cost`, `items`. An item that stands nowhere is a test of
        cost 1 of its own; age, white cells and other facts of every patient cost nothing.

    Raises
    ------
    InputError
        If there is no such file.
    DefinitionError
        If it is not TOML or not a list of tests, with every problem.
    """
    named = _read_costs(Path(file)) if file is not None else []
    tests = [
        Test(one.name, one.cost, tuple(name for name in items if name in one.items))
        for one in named
    ]
    covered = {item for one in tests for item in one.items}
    rest = [name for name in items if name not in covered]
    alone = [Test(name, 0.0 if name in NO_TEST else 1.0, (name,)) for name in rest]
    return tuple(one for one in (*tests, *alone) if one.items)


def _read_costs(file: Path) -> list[Test]:
    if not file.is_file():
        raise InputError(f"{file}: no such file. Give a TOML file with the costs of tests.")
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{file} is not valid TOML: {error}.") from None
    entries = content.get("tests", [])
    problems = [f"`{key}` is not known" for key in content if key != "tests"]
    if not isinstance(entries, list) or not entries:
        problems.append("there is no [[tests]]")
        entries = []
    problems += [problem for at, one in enumerate(entries, 1) for problem in _check_entry(at, one)]
    seen = [item for one in entries if isinstance(one, dict) for item in one.get("items", ())]
    problems += [
        f"`{item}` is in two tests" for item in sorted({i for i in seen if seen.count(i) > 1})
    ]
    advice = 'Write e.g. [[tests]], name = "MLPA", cost = 3, items = ["IKZF1_del", "PAX5_del"].'
    raise_gathered(DefinitionError, f"{file} holds no costs of tests", problems, advice)
    return [Test(str(one["name"]), float(one["cost"]), tuple(one["items"])) for one in entries]


def _check_entry(place: int, entry: Any) -> Iterator[str]:
    where = f"test {place}"
    if not isinstance(entry, Mapping):
        yield f"{where} is no table"
        return
    if set(entry) != {"name", "cost", "items"}:
        yield f"{where} has {', '.join(sorted(entry)) or 'nothing'}; expected name, cost, items"
        return
    cost, items = entry["cost"], entry["items"]
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not cost >= 0:
        yield f"{where}: `cost` is {cost!r}; expected 0 or more"
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        yield f"{where}: `items` must be a list of names"
