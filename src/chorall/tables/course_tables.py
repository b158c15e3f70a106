"""Tables of the course of the disease: measurements, response, events, follow-up, endpoints."""

from __future__ import annotations

from typing import Final

from chorall.tables import words
from chorall.tables.column_kinds import (
    PATIENT_ID,
    TRIAL_ID,
    day_column,
    fraction_column,
    text_column,
    word_column,
)
from chorall.tables.columns import Column, Table

LOWEST_MRD: Final = 1e-9
"""No assay sees fewer cells; a zero is no fraction but `undetected`."""

MRD: Final = Table(
    "mrd",
    "One measurement of minimal residual disease.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("timepoint", "Harmonised time point of knowledge/mrd_timepoints.toml."),
        text_column(
            "protocol_timepoint", "What the protocol calls it, e.g. d33, TP1.", may_be_missing=True
        ),
        day_column("day", "Day of the sample.", may_be_missing=True),
        text_column("method", "Flow, Ig/TR PCR, fusion PCR, NGS.", may_be_missing=True),
        word_column(
            "category",
            "What the laboratory reported.",
            words.MRD_CATEGORIES,
            may_be_missing=True,
        ),
        fraction_column(
            "mrd_fraction",
            "Leukaemic cells as a fraction of 1, where quantified; never 0, which is undetected.",
            minimum=LOWEST_MRD,
        ),
        fraction_column(
            "limit_fraction",
            "What the result lies below: of below_limit, or the limit of the quantifiable range.",
            minimum=LOWEST_MRD,
        ),
        fraction_column(
            "sensitivity",
            "Smallest fraction the assay could see in this sample.",
            minimum=LOWEST_MRD,
        ),
    ),
)

MEASUREMENT: Final = Table(
    "measurement",
    "One laboratory value that has no column of its own.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column(
            "item", "Name with unit, from knowledge/measurements.csv, e.g. haemoglobin_g_per_l."
        ),
        day_column("day", "Day of the sample.", may_be_missing=True),
        Column("value", "number", "In the unit of the item."),
    ),
)

RESPONSE: Final = Table(
    "response",
    "One assessment of response.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("timepoint", "Harmonised time point."),
        day_column("day", "Day of the assessment.", may_be_missing=True),
        word_column(
            "status", "Result of the assessment.", ("remission", "no_remission", "not_evaluable")
        ),
        text_column("criteria", "Criteria used.", may_be_missing=True),
    ),
)

EVENT: Final = Table(
    "event",
    "One dated happening.",
    (
        PATIENT_ID,
        TRIAL_ID,
        word_column("type", "What happened.", words.EVENT_TYPES),
        day_column("day", "Day it happened."),
        text_column("site", "Site of a relapse.", may_be_missing=True),
        text_column("cause", "Cause of a death.", may_be_missing=True),
    ),
)

FOLLOW_UP: Final = Table(
    "follow_up",
    "How long a patient was observed.",
    (
        PATIENT_ID,
        TRIAL_ID,
        day_column("entry_day", "First day under observation; later than 0 means delayed entry."),
        day_column("last_contact_day", "Last day known alive, or day of death."),
        word_column("vital_status", "At last contact.", ("alive", "dead")),
        day_column(
            "cutoff_day",
            "Day of the data cut-off where the trial states one: no endpoint looks beyond it.",
            may_be_missing=True,
        ),
    ),
    key=("patient_id",),
)

ENDPOINT: Final = Table(
    "endpoint",
    "One patient's time and outcome for one endpoint; patients not at risk have no row.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("endpoint", "Short name of the definition in knowledge/endpoints, e.g. OS."),
        day_column("origin_day", "Day the clock starts (0, day of remission, ...)."),
        day_column("entry_day", "First day at risk under observation, >= origin_day."),
        day_column("exit_day", "Day of the event or of censoring."),
        Column(
            "cause",
            "integer",
            "0 censored, 1 the event, 2 and above competing events.",
            minimum=0,
            maximum=9,
        ),
        text_column(
            "event_type",
            "The happening that decided, or `censored`; with cause 0 it is the one that censored.",
        ),
    ),
    key=("patient_id", "endpoint"),
    mappable=False,
)
