"""Little tables written with bars: text to rows, and endpoint happenings to pooled tables."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from chorall.tables import schema

TRIAL = "T"


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


def build_happenings(table: str) -> dict[str, pl.DataFrame]:
    """Return the pooled tables event, follow_up and transplant of a table of happenings."""
    days: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(table):
        days[row["patient"]][row["what"]].append(int(row["day"]))
    event, follow_up, transplant = [], [], []
    for patient, happened in days.items():
        who = {"patient_id": patient, "trial_id": TRIAL}
        entry = happened.pop("entry", [0])[0]
        dead = "death" in happened
        last = happened.pop("last_contact", None) or happened["death"]
        contact = {"entry_day": entry, "last_contact_day": last[0]}
        follow_up.append({**who, **contact, "vital_status": "dead" if dead else "alive"})
        for n, day in enumerate(happened.pop("transplant", []), start=1):
            transplant.append({**who, "n": n, "day": day})
        event += [{**who, "type": what, "day": day} for what, on in happened.items() for day in on]
    return {
        "event": fill_table("event", event),
        "follow_up": fill_table("follow_up", follow_up),
        "transplant": fill_table("transplant", transplant),
    }
