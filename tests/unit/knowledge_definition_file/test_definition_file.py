"""Keys of a definition are found on their lines; what is wrong is told in plain words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from chorall.errors import DefinitionError
from chorall.knowledge.definition_file import index_lines, read_definition
from chorall.knowledge.definition_problems import list_known_keys, name_choices

TEXT = """format = 1
[trial]
trial_id = "A"
"odd.key" = 1
'literal key' = 2
"K\\u00f6ln" = 3
[sources."my file"]
file = "x"
a.b.c = 3
[[rules]]
id = "P1"
[rules.set]
age = { from = "x", deep = [ { z = 1 },
  { z = 2 } ] }
[rules.set.sex]
from = "a"
[[rules]] # comment
id = "P2"
set.x = { from = "y" }
[[assays]]
[[assays.covers]]
targets = [
  "A", # a
  # the second
  "B",
]
[[assays.covers]]
targets = ["C"]
[[assays]]
[[assays.covers]]
text = \"\"\"
two
lines\"\"\"
last = 1
"""
LINES = [
    (("format",), 1),
    (("trial",), 2),
    (("trial", "odd.key"), 4),
    (("trial", "literal key"), 5),
    (("trial", "Köln"), 6),
    (("sources", "my file"), 7),
    (("sources", "my file", "a", "b", "c"), 9),
    (("rules", 0), 10),
    (("rules", 0, "id"), 11),
    (("rules", 0, "set", "age", "from"), 13),
    (("rules", 0, "set", "age", "deep", 1, "z"), 14),
    (("rules", 0, "set", "sex"), 15),
    (("rules", 0, "set", "sex", "from"), 16),
    (("rules", 1), 17),
    (("rules", 1, "set", "x", "from"), 19),
    (("assays", 0, "covers", 0), 21),
    (("assays", 0, "covers", 0, "targets", 1), 25),
    (("assays", 0, "covers", 1, "targets", 0), 28),
    (("assays", 1, "covers", 0), 30),
    (("assays", 1, "covers", 0, "last"), 34),
]


@pytest.mark.parametrize(("key_path", "line"), LINES)
def test_a_key_is_found_on_its_line(key_path: tuple[str | int, ...], line: int) -> None:
    assert index_lines(TEXT)[key_path] == line


def test_every_line_belongs_to_a_value_that_tomllib_reads() -> None:
    values = tomllib.loads(TEXT)
    for key_path in index_lines(TEXT):
        found = values
        for part in key_path:
            found = found[part]  # type: ignore[index]


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    from_: str | None = Field(default=None, alias="from")
    value: str | int | float | bool | None = None
    limit: float | None = None


class Branch(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    set: dict[str, Leaf] = {}


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    format: int
    branches: list[Branch] = []
    files: dict[str, Branch] = {}


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ((), ["format", "branches", "files"]),
        (("branches", 0), ["name", "set"]),
        (("branches", 0, "set", "value"), ["from", "value", "limit"]),  # a column called `value`
        (("files", "name"), ["name", "set"]),
        (("files", "x", "set", "set"), ["from", "value", "limit"]),
        (("format",), []),
    ],
)
def test_known_keys_are_found_for_every_place(
    path: tuple[str | int, ...], known: list[str]
) -> None:
    assert list_known_keys(Tree, path) == known


def problems_of(text: str, folder: Path) -> list[str]:
    path = folder / "tree.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_definition(path, Tree)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "tree.toml:1: `format`: this key is required and missing."),
        ("format = true", "tree.toml:1: `format`: expected a whole number. Got true."),
        ('format = "1"', "tree.toml:1: `format`: expected a whole number. Got '1'."),
        (
            "format = 2001-02-03",
            "tree.toml:1: `format`: expected a whole number. Got the date or time 2001-02-03: "
            "write it in quotes.",
        ),
        ("format = 1\nbranches = 5", "tree.toml:2: `branches`: expected a list in [ ]. Got 5."),
        ("format = 1\nfiles = []", "tree.toml:2: `files`: expected a table."),
        (
            "format = 1\n[[branches]]\nnmae = 'x'",
            "tree.toml:3: `branches.1.nmae`: this key is not known here: did you mean `name`?",
        ),
        (
            "format = 1\nwhatever = 2",
            "tree.toml:2: `whatever`: this key is not known here: expected one of: format, "
            "branches, files",
        ),
        (
            "format = 1\n[[branches]]\nname = 'x'\nset.a = { value = 2001-02-03 }",
            "tree.toml:4: `branches.1.set.a.value`: expected text in quotes or a whole number or "
            "a number or true or false. Got the date or time 2001-02-03: write it in quotes.",
        ),
        (
            "format = 1\n[[branches]]\nname = 'x'\n[branches.set.value]\nlimitt = 1",
            "tree.toml:5: `branches.1.set.value.limitt`: this key is not known here: did you mean "
            "`limit`?",
        ),
    ],
)
def test_a_problem_is_told_once_with_line_and_expectation(
    tmp_path: Path, text: str, problem: str
) -> None:
    heading, *found, advice = problems_of(text, tmp_path)
    assert heading.endswith("tree.toml: 1 problem" + ("s" if len(found) > 1 else "") + ":") or found
    assert problem in [line.strip() for line in found]
    assert advice == "  Correct the file."


def test_whole_numbers_are_taken_where_numbers_are_expected(tmp_path: Path) -> None:
    path = tmp_path / "tree.toml"
    path.write_text('format = 1\n[files.a]\nname = "x"\nset.a = { limit = 1 }\n', "utf-8")
    tree, source = read_definition(path, Tree)
    assert tree.files["a"].set["a"].limit == 1.0
    assert source.locate(("files", "a", "set", "a", "limit")) == "tree.toml:4"


def test_choices_are_close_matches_or_all() -> None:
    assert name_choices("sxe", ["sex", "age"]) == "did you mean `sex`?"
    assert name_choices("q", ["sex", "age"]) == "expected one of: sex, age"
    assert name_choices("q", []) == "there is none."
