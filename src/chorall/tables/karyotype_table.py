"""The table of karyotypes: what a laboratory wrote, and how far it was read."""

from __future__ import annotations

from typing import Final

from chorall.tables import words
from chorall.tables.column_kinds import (
    HIGHEST_COUNT,
    PATIENT_ID,
    TRIAL_ID,
    day_column,
    text_column,
    word_column,
)
from chorall.tables.columns import Column, Table

LARGEST_KARYOTYPE: Final = 999.0
"""More metaphases than any laboratory looks at."""

KARYOTYPE: Final = Table(
    "karyotype",
    (
        "One karyotype of one patient, as text; runs, findings and marker statuses are made from "
        "it when trials meet."
    ),
    (
        text_column("run_id", "Patient, assay and phase."),
        PATIENT_ID,
        TRIAL_ID,
        text_column("assay_id", "The assay whose result it is."),
        text_column("phase", "diagnosis, relapse_1, ..."),
        day_column("day", "Day of the sample.", may_be_missing=True),
        text_column(
            "text",
            (
                "The karyotype in the notation of the laboratory. Free text around it and "
                "tokens that could not be read do not enter the pool."
            ),
            may_be_missing=True,
        ),
        Column(
            "n_metaphases",
            "integer",
            "Metaphases looked at: counted in the text, else as stated beside it.",
            minimum=0.0,
            maximum=LARGEST_KARYOTYPE,
            may_be_missing=True,
        ),
        word_column(
            "ascertainment",
            "How the patient came to be tested.",
            words.ASCERTAINMENTS,
            may_be_missing=True,
        ),
        word_column("outcome", "What the text is.", words.KARYOTYPE_OUTCOMES, may_be_missing=True),
        word_column(
            "reading", "How much of it was read.", words.KARYOTYPE_READINGS, may_be_missing=True
        ),
        Column(
            "n_unread",
            "integer",
            "Tokens that could not be read.",
            minimum=0.0,
            maximum=HIGHEST_COUNT,
            may_be_missing=True,
        ),
        text_column("ploidy", "Ploidy class, the first where clones differ.", may_be_missing=True),
    ),
    key=("run_id",),
)
