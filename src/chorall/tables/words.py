"""The closed vocabularies of the pooled data model: each word is spelled here and nowhere else."""

from __future__ import annotations

from typing import Final

MISSING_REASONS: Final = (
    "not_done",
    "failed",
    "insufficient",
    "not_reported",
    "not_applicable",
    "withheld",
)
"""Why a value is not there. A missing value is one of these words, never a bare null."""

MARKER_STATUSES: Final = (
    "present",
    "absent",
    "inconclusive",
    "failed",
    "not_tested",
    "not_reported",
)
"""What is known of a marker in a patient. `not_tested` is never `absent`."""

TESTED_STATUSES: Final = ("present", "absent")
"""The two statuses that count as tested in a denominator."""

MRD_CATEGORIES: Final = (
    "undetected",
    "detected_not_quantifiable",
    "below_limit",
    "quantified",
)
"""What a laboratory reports; `below_limit` leaves open whether leukaemic cells were found."""

EVENT_TYPES: Final = (
    "induction_failure",
    "remission",
    "relapse",
    "second_malignancy",
    "death",
)

ALTERATION_CLASSES: Final = (
    "mutation",
    "deletion",
    "gain",
    "fusion",
    "rearrangement",
    "karyotype",
    "expression",
)
ASSAY_SCOPES: Final = ("complete", "partial")
FINDING_CALLS: Final = ("present", "equivocal")
RUN_PERFORMED: Final = ("yes", "no")
RUN_QUALITIES: Final = ("passed", "failed", "insufficient")
ASCERTAINMENTS: Final = ("mandated", "routine", "retrospective", "at_relapse")
SEXES: Final = ("female", "male", "other")
LINEAGES: Final = ("B", "T", "MPAL")
POPULATIONS: Final = ("infant", "paediatric", "aya", "adult", "older_adult", "all_ages")
ALLOGENEIC_DONORS: Final = (
    "matched_sibling",
    "other_related",
    "unrelated",
    "haploidentical",
    "cord",
)
SEARCHED_DONORS: Final = (*ALLOGENEIC_DONORS, "any")
"""What a search for a donor looked for; `any`: the trial does not tell kinds apart."""
TIME_ZEROS: Final = ("diagnosis", "registration", "transplant")
STATUS_BASES: Final = ("measured", "source_asserted", "derived", "none")
SUBTYPE_BASES: Final = ("lesion", "call", "surrogate", "exclusion", "none")
"""How a subtype was decided; see docs/subtypes.md."""

CONFIDENCES: Final = ("seen", "unverified", "computed")
KARYOTYPE_OUTCOMES: Final = (
    "abnormal",
    "normal",
    "failed",
    "not_done",
    "not_reported",
    "in_words",
    "unread",
)
KARYOTYPE_READINGS: Final = ("fully_read", "partly_read", "unread")
DIAGNOSIS: Final = "diagnosis"
