"""Simulated trials as a pool that was never written: drawn, tested and derived in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from unit.analyses.pool_builder import complete_table

from chorall.endpoints.derive import derive_endpoints
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.simulation.delivery import Cohort, collect_statuses
from chorall.tables.schema import TABLES
from chorall.tables.store import Pool
from chorall.tables.words import MARKER_STATUSES

HAPPENINGS = ("induction_failure", "remission", "relapse", "second_malignancy", "death")


def pool_in_memory(cohorts: Sequence[Cohort], endpoints: Sequence[str]) -> Pool:
    """Return a pool with patients, markers, events, transplants, donors and some endpoints."""
    parts = [_tabulate(cohort, f"T{place}") for place, cohort in enumerate(cohorts)]
    given = {name: pl.concat([part[name] for part in parts], how="diagonal") for name in parts[0]}
    tables = {
        name: complete_table(name, given[name]) if name in given else table.empty()
        for name, table in TABLES.items()
    }
    definitions = endpoint_definitions()
    tables["endpoint"] = derive_endpoints(tables, [definitions[name] for name in endpoints])
    return Pool(Path("memory"), {"pool_hash": "0" * 64, "synthetic": True, "name": "m"}, tables)


def _tabulate(cohort: Cohort, trial: str) -> dict[str, pl.DataFrame]:
    patients, course = cohort.patients, cohort.course
    ids = [f"{trial}-{name}" for name in cohort.name_patients("P")]
    names = {"patient_id": ids, "trial_id": [trial] * len(ids)}
    drawn = names | {
        "sex": np.where(patients.is_male, "male", "female"),
        "age_years": patients.age_years,
        "lineage": np.where(patients.is_t, "T", "B"),
        "wbc_10e9_per_l": patients.wbc_10e9_per_l,
    }
    events = [
        pl.DataFrame(names | {"type": word, "day": getattr(course, word)}).filter(
            pl.col("day") >= 0
        )
        for word in HAPPENINGS
    ]
    statuses = [
        pl.DataFrame(names | {"marker": marker, "status": np.array(MARKER_STATUSES)[column]})
        for marker, column in collect_statuses(cohort).items()
    ]
    followed = names | {
        "entry_day": 0,
        "last_contact_day": course.last_contact,
        "vital_status": np.where(course.death >= 0, "dead", "alive"),
    }
    transplants = names | {"n": 1, "day": course.transplant, "remission_status": "first_remission"}
    typed = {"donor": "any", "available": course.has_donor, "day": course.typing_day}
    mrd = {
        "timepoint": "end_of_induction",
        "day": course.remission,
        "category": "quantified",
        "mrd_fraction": course.mrd_fraction,
    }
    rules_out = pl.col("status").is_in(["present", "absent"])
    return {
        "trial": pl.DataFrame({"trial_id": [trial]}),
        "patient": pl.DataFrame(drawn),
        "event": pl.concat(events),
        "follow_up": pl.DataFrame(followed),
        "mrd": pl.DataFrame(names | mrd)
        .filter(pl.col("mrd_fraction").is_not_nan())
        .with_columns(mrd_fraction=pl.col("mrd_fraction").clip(1e-9, 1)),
        "transplant": pl.DataFrame(transplants).filter(pl.col("day") >= 0),
        "donor_search": pl.DataFrame(names | typed).filter(pl.col("day") >= 0),
        "marker_result": pl.concat(statuses).with_columns(rules_out=rules_out),
    }
