"""The mapping of a simulated trial, from the template of its style."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chorall.simulation.delivery import Cohort
from chorall.simulation.testing import AssayRuns

if TYPE_CHECKING:
    from jinja2 import Environment


def name_column(marker: str) -> str:
    """Return a column name that SPSS accepts too."""
    return marker.replace("::", "_").replace("-", "_")


def name_target(marker: str) -> str:
    """Return the gene, fusion or karyotype that a marker stands for."""
    return marker.removesuffix("_del").removesuffix("-r")


@dataclass(frozen=True, slots=True)
class Cover:
    """One `[[assays.covers]]` of a mapping: targets of one class, all seen wholly or in part."""

    targets: tuple[str, ...]
    alteration_class: str
    scope: str


def list_covers(runs: AssayRuns) -> list[Cover]:
    """Return what an assay can see, by class and scope, as a mapping states it."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for marker, kind, is_partial in zip(runs.markers, runs.classes, runs.is_partial, strict=True):
        scope = "partial" if is_partial else "complete"
        gathered.setdefault((str(kind), scope), []).append(name_target(marker))
    return [Cover(tuple(targets), *kinds) for kinds, targets in gathered.items()]


def render_mapping(cohort: Cohort, **values: Any) -> bytes:
    """Return the mapping of the trial's style as UTF-8 TOML."""
    template = _environment().get_template(f"{cohort.design.style}.toml.j2")
    shown: MappingOf[str, Any] = {"design": cohort.design, "assays": cohort.assays, **values}
    return template.render(shown).encode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "mappings"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    # A JSON string or list of strings is one in TOML as well.
    environment.filters["toml"] = json.dumps
    environment.filters["covers"] = list_covers
    environment.filters["column"] = name_column
    environment.filters["target"] = name_target
    return environment
