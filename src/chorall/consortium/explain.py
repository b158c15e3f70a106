"""The way of one value: from the pool back to rule, file, row and column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.consortium.origins import describe_origins, find_setting_rules, may_make
from chorall.endpoints import course_tables, explain_exclusions
from chorall.errors import InputError
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool

ROW_TABLES = tuple(
    name
    for name, table in TABLES.items()
    if table.mappable and name not in ("event", "finding", "marker_result")
)
"""Tables whose columns are explained as they stand; the others by marker and by event."""

NEVER_NAMED = ("patient_id", "trial_id", "run_id")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where one value of one patient comes from.

    Attributes
    ----------
    patient_id, trial_id : str
        Whose value.
    field : str
        As resolved, e.g. `patient.sex`, `marker.TP53`, `endpoint.OS`, `event.relapse`.
    value : str
        The value, or `missing: REASON`; several where the patient has several rows.
    steps : tuple of str
        From the value back to the delivery, one sentence each.
    """

    patient_id: str
    trial_id: str
    field: str
    value: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be explained: patient, trial and name of a field."""

    pool: Pool
    patient_id: str
    trial_id: str
    name: str

    def rows(self, table: str) -> pl.DataFrame:
        """Return the patient's rows of a table."""
        return self.pool.table(table).filter(pl.col("patient_id") == self.patient_id)


Explained = tuple[str, list[str]]


def explain_value(pool: Pool, patient: str, field: str) -> Explanation:
    """Tell where a value came from.

    Parameters
    ----------
    pool : Pool
        An opened pool.
    patient : str
        Pseudonym in the pool.
    field : str
        `table.column`, `marker.NAME`, `endpoint.NAME`, `event.TYPE`, or the bare name of a column
        of the patient, a marker, an endpoint or an event.

    Raises
    ------
    InputError
        If the pool has no such patient or field; the message lists what there is.
    """
    found = pool.table("patient").filter(pl.col("patient_id") == patient)
    if found.is_empty():
        raise InputError(
            f"the pool has no patient {patient!r}.\n  A patient is named by the pseudonym in the "
            "column patient_id of the table patient."
        )
    kind, name = _resolve(pool, field)
    trial_id = str(found["trial_id"][0])
    explain = _EXPLAINERS.get(kind)
    asked = Asked(pool, patient, trial_id, name)
    value, steps = explain(asked) if explain else _explain_column(asked, kind)
    return Explanation(patient, trial_id, f"{kind}.{name}", value, tuple(steps))


def _resolve(pool: Pool, field: str) -> tuple[str, str]:
    known = _list_fields(pool)
    kind, dot, name = field.partition(".")
    if dot and name in known.get(kind, ()):
        return kind, name
    matches = [(kind, field) for kind, names in known.items() if field in names]
    if matches:
        return matches[0]
    listed = "\n".join(f"  {kind}: {', '.join(sorted(names))}" for kind, names in known.items())
    raise InputError(f"the pool has no field {field!r}. Fields are:\n{listed}")


def _list_fields(pool: Pool) -> dict[str, set[str]]:
    columns = {
        table: set(TABLES[table].column_names).difference(NEVER_NAMED) for table in ROW_TABLES
    }
    return {
        "patient": columns.pop("patient"),
        "follow_up": columns.pop("follow_up"),
        "event": set(TABLES["event"].column("type").words),
        "endpoint": {*endpoint_definitions(), *pool.table("endpoint")["endpoint"].unique()},
        "marker": set(pool.table("marker_result")["marker"].unique()),
        **columns,
    }


def _explain_column(asked: Asked, table: str) -> Explained:
    rows = asked.rows(table)
    if rows.is_empty():
        return "no row", [f"the table {table} has no row for this patient"]
    values = [_write_value(row, asked.name) for row in rows.iter_rows(named=True)]
    rules = find_setting_rules(asked.pool, asked.trial_id, table, asked.name)
    steps = describe_origins(asked.pool, asked.patient_id, table, asked.name, rules)
    declared = asked.pool.manifest["impossible"][asked.trial_id].get(f"{table}.{asked.name}")
    if declared:
        steps.append(f"the mapping declares it impossible: {declared}")
    return "; ".join(values), steps or [_tell_derived(table, asked.name)]


def _write_value(row: dict[str, Any], name: str) -> str:
    reason = row.get(f"{name}_missing")
    return f"missing: {reason}" if reason else str(row[name])


def _tell_derived(table: str, name: str) -> str:
    if (table, name) == ("patient", "year_band"):
        return "no rule of the mapping sets it; it follows from the date of day 0, if there is one"
    return "no rule of the mapping sets it"


def _explain_marker(asked: Asked) -> Explained:
    rows = asked.rows("marker_result").filter(pl.col("marker") == asked.name)
    value = "; ".join(f"{row['status']} at {row['phase']}" for row in rows.iter_rows(named=True))
    steps = [
        f"{row['phase']}: {row['status']} ({row['basis']}), decided by "
        f"{row['evidence'] or 'nothing'}"
        for row in rows.iter_rows(named=True)
    ]
    return value, [*steps, *_explain_assertions(asked), *_explain_runs(asked)]


def _explain_assertions(asked: Asked) -> list[str]:
    rules = {
        rule_id: rule
        for rule_id, rule in asked.pool.manifest["rules"][asked.trial_id].items()
        if rule["to"] == "marker_result"
    }
    wide = [rule_id for rule_id, rule in rules.items() if asked.name in _markers(rule)]
    long = [rule_id for rule_id, rule in rules.items() if "markers" not in rule]
    return [
        *_origins(asked, "marker_result", "status", wide),
        *_origins(asked, "marker_result", "status", long, items=[asked.name]),
    ]


def _markers(rule: dict[str, Any]) -> list[str]:
    return list(rule.get("markers", {}).values())


def _origins(
    asked: Asked, table: str, column: str, rules: list[str], items: list[str] | None = None
) -> list[str]:
    return describe_origins(
        asked.pool, asked.patient_id, table, column, rules, items=items, marker=asked.name
    )


def _explain_runs(asked: Asked) -> list[str]:
    coverage = asked.pool.table("assay_coverage").filter(pl.col("marker") == asked.name)
    runs = asked.rows("assay_run").join(coverage, on="assay_id", maintain_order="left")
    steps = [
        f"assay {run['assay_id']} at {run['phase']}: performed {run['performed']}, quality "
        f"{run['quality'] or run['quality_missing']}; scope {run['scope']}, "
        f"{'can' if run['negative_capable'] else 'cannot'} rule the lesion out"
        for run in runs.iter_rows(named=True)
    ]
    steps += _explain_karyotypes(asked, runs)
    found = asked.rows("finding").filter(pl.col("marker") == asked.name)
    steps += [
        f"finding in run {row['run_id']}: {row['call']} ({row['raw_text'] or 'no detail'})"
        for row in found.iter_rows(named=True)
    ]
    if found.height:
        rules = find_setting_rules(asked.pool, asked.trial_id, "finding", "gene")
        genes = found["gene"].unique(maintain_order=True).to_list()
        steps += _origins(asked, "finding", "gene", rules, items=genes)
    return steps or ["no assay run of this patient covers the marker"]


def _explain_karyotypes(asked: Asked, runs: pl.DataFrame) -> list[str]:
    """Return where the karyotypes of these runs came from and how far they were read."""
    steps = []
    for read in asked.rows("karyotype").join(runs, on="run_id", how="semi").iter_rows(named=True):
        steps.append(
            f"karyotype of run {read['run_id']}: {read['outcome']}, {read['reading']}, "
            f"{read['n_unread']} tokens not read"
        )
        rules = find_setting_rules(asked.pool, asked.trial_id, "karyotype", "text")
        steps += _origins(asked, "karyotype", "text", rules, items=[read["assay_id"]])
    return steps


def _explain_event(asked: Asked) -> Explained:
    rows = asked.rows("event").filter(pl.col("type").cast(pl.String) == asked.name)
    rules = [
        rule_id
        for rule_id, rule in asked.pool.manifest["rules"][asked.trial_id].items()
        if rule["to"] == "event" and may_make(rule["set"]["type"], asked.name)
    ]
    steps = _origins(asked, "event", "day", rules, items=[asked.name])
    value = ", ".join(f"day {day}" for day in rows["day"]) or "none"
    return value, steps or ["no source row of this patient gave such an event"]


def _explain_endpoint(asked: Asked) -> Explained:
    rows = asked.rows("endpoint").filter(pl.col("endpoint") == asked.name)
    steps = [
        f"event {row['type']} on day {row['day']}"
        for row in asked.rows("event").sort("day", maintain_order=True).iter_rows(named=True)
    ]
    steps += [
        f"observed from day {row['entry_day']} to day {row['last_contact_day']}, "
        f"{row['vital_status']}"
        for row in asked.rows("follow_up").iter_rows(named=True)
    ]
    if rows.is_empty():
        left_out = f"the definition of {asked.name} leaves this patient out"
        return "not at risk", [*steps, left_out + _tell_exclusion(asked)]
    row = rows.row(0, named=True)
    days = row["exit_day"] - row["origin_day"]
    clock = f"the clock runs from day {row['origin_day']} to day {row['exit_day']}"
    return (
        f"cause {row['cause']} ({row['event_type']}) after {days} days",
        [*steps, f"{clock} by knowledge/endpoints, definition {asked.name}"],
    )


def _tell_exclusion(asked: Asked) -> str:
    definition = endpoint_definitions().get(asked.name)
    if definition is None:
        return ""
    excluded = explain_exclusions(course_tables(asked.pool), [definition])
    reasons = excluded.filter(pl.col("patient_id") == asked.patient_id)["reason"].to_list()
    return f": {reasons[0].replace('_', ' ')}" if reasons else ""


_EXPLAINERS: dict[str, Callable[[Asked], Explained]] = {
    "marker": _explain_marker,
    "endpoint": _explain_endpoint,
    "event": _explain_event,
}
