"""Little tables written with bars: text to rows, and endpoint happenings to pooled tables."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from chorall.tables import schema
from chorall.tables.words import EVENT_TYPES

TRIAL = "T"
IN = " in "
"""Parts a happening from its site, its status or its result: `relapse in CNS`."""


def read_rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a table `name | name` with a heading line."""
    lines = [line for line in table.splitlines() if line.strip()]
    heading, *body = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(heading, cells, strict=True)) for cells in body]


def fill_table(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return a pooled table; what `rows` do not say is null."""
    table = schema.table_named(name)
    full = [{column: row.get(column) for column in table.schema} for row in rows]
    return pl.DataFrame(full, schema=table.schema, orient="row")


def build_happenings(
    table: str, *, time_zero: str = "diagnosis", landmark: int | None = None
) -> dict[str, pl.DataFrame]:
    """Return the pooled tables that endpoints are derived from, of a table of happenings.

    What happens is an event type (`relapse in CNS` has a site), `transplant` (`transplant in
    later_remission` has a status; day `?` is not known), `entry`, `last_contact`, `cutoff`,
    `remission assessed` (in the table response, without a day) or `mrd negative to 1e-5`,
    `mrd 2e-3`, `mrd negative`. Without `last_contact` the death is the last contact.
    """
    found: defaultdict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for row in read_rows(table):
        day = None if row["day"] == "?" else int(row["day"])
        found[row["patient"]].append((row["what"], day))
    rows: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for patient, happened in found.items():
        who = {"patient_id": patient, "trial_id": TRIAL}
        rows["follow_up"].append(who | _read_follow_up(happened))
        for what, day in happened:
            for name, row in _read_happening(what, day, rows["transplant"], patient):
                rows[name].append(who | row)
    rows["trial"] = [
        {"trial_id": TRIAL, "time_zero": time_zero, "remission_landmark_day": landmark}
    ]
    names = ("event", "follow_up", "transplant", "response", "mrd", "trial")
    return {name: fill_table(name, rows[name]) for name in names}


def _read_follow_up(happened: list[tuple[str, int | None]]) -> dict[str, object]:
    days = dict(reversed(happened))
    return {
        "entry_day": days.get("entry", 0),
        "last_contact_day": days["last_contact"] if "last_contact" in days else days["death"],
        "cutoff_day": days.get("cutoff"),
        "vital_status": "dead" if "death" in days else "alive",
    }


def _read_happening(
    what: str, day: int | None, transplants: list[dict[str, object]], patient: str
) -> list[tuple[str, dict[str, object]]]:
    kind, _, more = what.partition(IN)
    if kind in EVENT_TYPES:
        return [("event", {"type": kind, "day": day, "site": more or None})]
    if kind == "transplant":
        n = 1 + sum(row["patient_id"] == patient for row in transplants)
        return [("transplant", {"n": n, "day": day, "remission_status": more or None})]
    if what == "remission assessed":
        return [("response", {"timepoint": "end_of_induction", "status": "remission"})]
    if what.startswith("mrd"):
        return [("mrd", {"timepoint": "end_of_induction", "day": day} | _read_mrd(what))]
    assert what in ("entry", "last_contact", "cutoff"), what
    return []


def _read_mrd(what: str) -> dict[str, object]:
    _, result, *rest = what.split()
    if result != "negative":
        return {"category": "quantified", "mrd_fraction": float(result), "sensitivity": 1e-5}
    return {"category": "undetected", "sensitivity": float(rest[-1]) if rest else None}
