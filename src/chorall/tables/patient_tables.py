"""Tables of who was treated how: trials, arms, patients, allocation, treatment."""

from __future__ import annotations

from typing import Final

from chorall.tables import words
from chorall.tables.column_kinds import (
    PATIENT_ID,
    TRIAL_ID,
    day_column,
    text_column,
    word_column,
    year_column,
)
from chorall.tables.columns import Column, Table

TRIAL: Final = Table(
    "trial",
    "One trial or registry.",
    (
        TRIAL_ID,
        text_column("group", "The trial group that delivered the data."),
        word_column("population", "Whom the trial enrolled.", words.POPULATIONS),
        year_column("accrual_from_year", "First year of accrual."),
        year_column("accrual_to_year", "Last year of accrual."),
        word_column("time_zero", "What day 0 is in this trial.", words.TIME_ZEROS),
        year_column("data_cutoff_year", "Year of the data cut-off."),
        word_column(
            "genetics_ascertainment",
            "How patients came to be tested for genetics.",
            words.ASCERTAINMENTS,
            may_be_missing=True,
        ),
        text_column(
            "event_free_survival",
            "The definition in knowledge/endpoints by which the trial itself reports, e.g. EFS.",
            may_be_missing=True,
        ),
        day_column(
            "remission_landmark_day",
            "Day by which the protocol expects remission; none by then is a treatment failure.",
            may_be_missing=True,
        ),
        text_column(
            "events_recorded",
            "Event types that the delivery can tell, e.g. `remission relapse death`; what is not "
            "among them is not known, never absent.",
            may_be_missing=True,
        ),
        Column("synthetic", "boolean", "True where the patients are simulated."),
    ),
    key=("trial_id",),
    mappable=False,
)

ARM: Final = Table(
    "arm",
    "One treatment arm of a trial.",
    (
        TRIAL_ID,
        text_column("arm_id", "The arm, as the trial calls it."),
        text_column("label", "What the arm received, in words."),
        text_column(
            "strategy_id", "The harmonised strategy in knowledge/strategies.", may_be_missing=True
        ),
    ),
    key=("trial_id", "arm_id"),
    mappable=False,
)

PATIENT: Final = Table(
    "patient",
    "One patient in one trial.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column(
            "person_id",
            (
                "Pseudonym shared by the same person in several trials, where the delivery has a "
                "person key."
            ),
            may_be_missing=True,
        ),
        word_column("sex", "Sex as recorded by the trial.", words.SEXES, may_be_missing=True),
        Column(
            "age_years",
            "number",
            "Age at time zero.",
            minimum=0,
            maximum=110,
            may_be_missing=True,
            dimension="age",
        ),
        text_column(
            "year_band",
            "Five-year band of the calendar year of time zero, e.g. 2005-2009.",
            may_be_missing=True,
        ),
        word_column("lineage", "Immunophenotypic lineage.", words.LINEAGES, may_be_missing=True),
        Column(
            "wbc_10e9_per_l",
            "number",
            "White cell count at diagnosis.",
            minimum=0,
            maximum=2000,
            may_be_missing=True,
            dimension="cell_count",
        ),
        word_column(
            "cns_status",
            "Central nervous system status at diagnosis.",
            ("CNS1", "CNS2", "CNS3"),
            may_be_missing=True,
        ),
        Column(
            "down_syndrome",
            "boolean",
            "True where the patient has Down syndrome.",
            may_be_missing=True,
        ),
        Column(
            "eligible",
            "boolean",
            "True where the trial counts the patient as eligible.",
            may_be_missing=True,
        ),
    ),
    key=("patient_id",),
)

ALLOCATION: Final = Table(
    "allocation",
    "One patient's answer to one randomised (or assigned) question.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("question", "The trial's question, e.g. R1."),
        Column("randomised", "boolean", "True where the arm was allocated by chance."),
        day_column("day", "Day of allocation.", may_be_missing=True),
        text_column("assigned_arm", "`arm_id` in the table arm."),
    ),
    key=("patient_id", "question"),
)

TREATMENT: Final = Table(
    "treatment",
    "One treatment a patient received.",
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("kind", "Phase, drug, radiotherapy, immunotherapy or cell therapy."),
        text_column("item", "What was given."),
        text_column(
            "arm_received", "The arm as received, `arm_id` in the table arm.", may_be_missing=True
        ),
        day_column("start_day", "First day.", may_be_missing=True),
        day_column("end_day", "Last day.", may_be_missing=True),
    ),
)

TRANSPLANT: Final = Table(
    "transplant",
    "One haematopoietic stem-cell transplantation.",
    (
        PATIENT_ID,
        TRIAL_ID,
        Column(
            "n",
            "integer",
            "First, second, ... transplantation of the patient.",
            minimum=1,
            maximum=9,
        ),
        day_column("day", "Day of infusion.", may_be_missing=True),
        word_column(
            "donor",
            "Donor of the graft.",
            (*words.ALLOGENEIC_DONORS, "autologous"),
            may_be_missing=True,
        ),
        word_column(
            "conditioning",
            "Conditioning intensity.",
            ("myeloablative", "reduced"),
            may_be_missing=True,
        ),
        word_column(
            "remission_status",
            "Disease status at transplantation.",
            ("first_remission", "later_remission", "not_in_remission"),
            may_be_missing=True,
        ),
    ),
    key=("patient_id", "n"),
)

DONOR_SEARCH: Final = Table(
    "donor_search",
    (
        "The result of one patient's search for a donor, transplanted or not. A patient without a "
        "row was not tissue-typed, as far as the delivery tells: that is not the same as no donor."
    ),
    (
        PATIENT_ID,
        TRIAL_ID,
        word_column("donor", "The kind of donor looked for.", words.SEARCHED_DONORS),
        Column("available", "boolean", "True where such a donor was found."),
        day_column("day", "Day the result of tissue typing was known.", may_be_missing=True),
    ),
    key=("patient_id", "donor"),
)
