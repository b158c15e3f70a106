"""The pooled data model: every table, once. The data dictionary is made from this file.

Times are whole days from the trial's time zero (diagnosis unless `trial.time_zero` says otherwise);
day 0 is time zero itself and earlier days are negative. No calendar date enters the pool.
"""

from __future__ import annotations

from typing import Final

from chorall.errors import InputError
from chorall.tables.columns import Table
from chorall.tables.course_tables import ENDPOINT, EVENT, FOLLOW_UP, MEASUREMENT, MRD, RESPONSE
from chorall.tables.genetics_tables import (
    ASSAY,
    ASSAY_COVERAGE,
    ASSAY_RUN,
    FINDING,
    MARKER_RESULT,
    SUBTYPE,
)
from chorall.tables.karyotype_table import KARYOTYPE
from chorall.tables.patient_tables import (
    ALLOCATION,
    ARM,
    DONOR_SEARCH,
    PATIENT,
    TRANSPLANT,
    TREATMENT,
    TRIAL,
)
from chorall.tables.record_tables import LINEAGE, QUALITY, QUARANTINE

__all__ = [
    "ALLOCATION",
    "ARM",
    "ASSAY",
    "ASSAY_COVERAGE",
    "ASSAY_RUN",
    "DONOR_SEARCH",
    "ENDPOINT",
    "EVENT",
    "FINDING",
    "FOLLOW_UP",
    "KARYOTYPE",
    "LINEAGE",
    "MARKER_RESULT",
    "MEASUREMENT",
    "MRD",
    "PATIENT",
    "QUALITY",
    "QUARANTINE",
    "RESPONSE",
    "SUBTYPE",
    "TABLES",
    "TRANSPLANT",
    "TREATMENT",
    "TRIAL",
    "table_named",
]

TABLES: Final = {
    table.name: table
    for table in (
        TRIAL,
        ARM,
        PATIENT,
        ALLOCATION,
        TREATMENT,
        TRANSPLANT,
        DONOR_SEARCH,
        ASSAY,
        ASSAY_COVERAGE,
        ASSAY_RUN,
        KARYOTYPE,
        FINDING,
        MARKER_RESULT,
        SUBTYPE,
        MRD,
        MEASUREMENT,
        RESPONSE,
        EVENT,
        FOLLOW_UP,
        ENDPOINT,
        QUARANTINE,
        QUALITY,
        LINEAGE,
    )
}


def table_named(name: str) -> Table:
    """Return the table called `name`.

    Raises
    ------
    InputError
        If there is none; the message lists the known ones.
    """
    if name not in TABLES:
        raise InputError(f"the pool has no table `{name}`.\n  It has: {', '.join(TABLES)}")
    return TABLES[name]
