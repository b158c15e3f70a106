"""The harmonisation-potential matrix: what each trial can give to each variable of the pool."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Final

import polars as pl

from chorall.harmonise.mapped_fields import mapped_fields
from chorall.harmonise.mapping import Mapping
from chorall.tables.schema import TABLES
from chorall.tables.words import EVENT_TYPES

MEASURED: Final = "measured"
DERIVABLE: Final = "derivable"
NOT_COLLECTED: Final = "not collected"
UNMAPPED: Final = "unmapped"

WHOLE_TABLES: Final = (
    "allocation",
    "treatment",
    "transplant",
    "donor_search",
    "mrd",
    "measurement",
    "response",
    "karyotype",
)
"""Tables that stand in the matrix as one variable."""


def judge_potential(
    mappings: Sequence[Mapping], assayed: MappingOf[str, Sequence[str]]
) -> pl.DataFrame:
    """Return the matrix: column `variable`, then one column for each trial.

    Parameters
    ----------
    mappings : sequence of Mapping
        One for each trial.
    assayed : mapping of str to sequence of str
        Trial id to the markers that its assays can see.

    Returns
    -------
    DataFrame
        `measured`: read from a column of the delivery or seen by an assay. `derivable`: follows
        from something else (a date, the design of the trial). `not collected`: declared under
        `[[impossible]]` or as `missing`. `unmapped`: the mapping says nothing.
    """
    variables = [*_list_clinical(), *_list_markers(mappings, assayed)]
    columns: dict[str, list[str]] = {"variable": variables}
    for mapping in mappings:
        seen = {f"marker.{marker}" for marker in assayed.get(mapping.trial_id, ())}
        columns[mapping.trial_id] = [_judge(mapping, variable, seen) for variable in variables]
    return pl.DataFrame(columns)


def _list_clinical() -> list[str]:
    hidden = {"patient_id", "trial_id"}
    listed = [
        f"{table}.{column}"
        for table in ("patient", "follow_up")
        for column in TABLES[table].column_names
        if column not in hidden
    ]
    return [*listed, *(f"event.{kind}" for kind in EVENT_TYPES), *WHOLE_TABLES]


def _list_markers(mappings: Sequence[Mapping], assayed: MappingOf[str, Sequence[str]]) -> list[str]:
    named = {f"marker.{marker}" for markers in assayed.values() for marker in markers}
    for mapping in mappings:
        named |= {field for field in mapped_fields(mapping) if field.startswith("marker.")}
        named |= {f for part in mapping.impossible for f in part.fields if f.startswith("marker.")}
    return sorted(named)


def _judge(mapping: Mapping, variable: str, seen: set[str]) -> str:
    if variable in mapped_fields(mapping) or variable in seen:
        return DERIVABLE if _is_derived(mapping, variable) else MEASURED
    dated = mapping.time_zero is not None
    if dated and variable == "patient.year_band":
        return DERIVABLE
    if dated and variable == "follow_up.cutoff_day" and mapping.trial.data_cutoff is not None:
        return DERIVABLE
    table = variable.split(".")[0]
    impossible = {field for part in mapping.impossible for field in part.fields}
    impossible |= {
        f"{rule.to}.{column}"
        for rule in mapping.rules
        for column, spec in rule.set.items()
        if spec.missing is not None
    }
    return NOT_COLLECTED if variable in impossible or table in impossible else UNMAPPED


def _is_derived(mapping: Mapping, variable: str) -> bool:
    """Return True for a value stated for all patients alike, or computed from a date."""
    table, _, column = variable.partition(".")
    specs = [rule.set[column] for rule in mapping.rules if rule.to == table and column in rule.set]
    return bool(specs) and all(
        spec.is_constant or (column == "age_years" and spec.date_format is not None)
        for spec in specs
    )
