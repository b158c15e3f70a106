"""Checks the docstrings of the kernels with numpydoc, by the checks named in pyproject.toml."""

from __future__ import annotations

import inspect
import sys
import tomllib
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate

PACKAGE = "chorall.stats"
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def read_checks() -> set[str]:
    """Read the codes to look for."""
    with PYPROJECT.open("rb") as file:
        return set(tomllib.load(file)["tool"]["numpydoc_validation"]["checks"])


def list_public_names() -> list[str]:
    """List the public names of the kernels, with the public methods of their classes."""
    package = import_module(PACKAGE)
    names = []
    for name in package.__all__:
        names.append(f"{PACKAGE}.{name}")
        thing = getattr(package, name)
        if inspect.isclass(thing):
            names += [
                f"{PACKAGE}.{name}.{method}"
                for method, value in vars(thing).items()
                if not method.startswith("_") and inspect.isfunction(value)
            ]
    return names


def find_problems(checks: set[str]) -> list[str]:
    """List one line per fault."""
    problems = []
    for name in list_public_names():
        result = getattr(import_module(PACKAGE), name.removeprefix(f"{PACKAGE}."), None)
        frozen = is_dataclass(result)
        # a result is built by its kernel only: its fields are documented as attributes
        wanted = checks - {"PR01"} if frozen else checks
        faults = [fault for fault in validate(name)["errors"] if fault[0] in wanted]
        problems += [f"{name}: {code} {message}" for code, message in faults]
        if frozen:
            problems += [f"{name}: field {field} is no attribute" for field in find_gaps(result)]
    return problems


def find_gaps(result: type) -> list[str]:
    """List the fields that the Attributes section does not name."""
    entries = get_doc_object(result)["Attributes"]
    documented = {name.strip() for entry in entries for name in entry.name.split(",")}
    return [field.name for field in fields(result) if field.name not in documented]


if __name__ == "__main__":
    problems = find_problems(read_checks())
    print("\n".join(problems), end="\n" if problems else "")
    sys.exit(bool(problems))
