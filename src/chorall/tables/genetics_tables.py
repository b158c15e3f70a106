"""Tables of genetics: assays, what they can see, their runs and findings, and marker status."""

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

ASSAY: Final = Table(
    "assay",
    "One kind of test, in one version, of one trial.",
    (
        text_column("assay_id", "Trial and name of the assay."),
        TRIAL_ID,
        text_column(
            "method", "Karyotype, FISH, MLPA, SNP array, PCR, panel, exome, RNA sequencing, ..."
        ),
        text_column("version", "Version of panel or kit."),
        word_column(
            "no_run",
            "What a patient without a run of this assay means, as the trial says.",
            ("not_tested", "not_reported"),
        ),
    ),
    key=("assay_id",),
    mappable=False,
)

ASSAY_COVERAGE: Final = Table(
    "assay_coverage",
    "One lesion that an assay can see.",
    (
        text_column("assay_id", "The assay."),
        text_column("target", "HGNC gene symbol, fusion or region."),
        word_column("alteration_class", "Kind of lesion.", words.ALTERATION_CLASSES),
        text_column("marker", "The marker this target and class stand for."),
        word_column(
            "scope",
            "Complete: the whole target. Partial: some exons or breakpoints.",
            words.ASSAY_SCOPES,
        ),
        Column("negative_capable", "boolean", "True where a clean result rules the lesion out."),
    ),
    key=("assay_id", "target", "alteration_class"),
    mappable=False,
)

ASSAY_RUN: Final = Table(
    "assay_run",
    "One run of an assay on one patient.",
    (
        text_column("run_id", "Patient, assay and phase."),
        PATIENT_ID,
        TRIAL_ID,
        text_column("assay_id", "The assay."),
        text_column("phase", "diagnosis, relapse_1, ..."),
        day_column("day", "Day of the sample.", may_be_missing=True),
        word_column("performed", "Whether the assay was run at all.", words.RUN_PERFORMED),
        word_column(
            "quality",
            "Whether the run gave a usable result.",
            words.RUN_QUALITIES,
            may_be_missing=True,
        ),
        word_column(
            "ascertainment",
            "How the patient came to be tested.",
            words.ASCERTAINMENTS,
            may_be_missing=True,
        ),
    ),
    key=("run_id",),
)

FINDING: Final = Table(
    "finding",
    "One lesion found by one run.",
    (
        text_column("run_id", "The run."),
        PATIENT_ID,
        TRIAL_ID,
        text_column("gene", "HGNC symbol."),
        text_column("partner", "Fusion partner, HGNC symbol.", may_be_missing=True),
        word_column("alteration_class", "Kind of lesion.", words.ALTERATION_CLASSES),
        text_column("marker", "The marker this lesion stands for."),
        text_column("hgvs_p", "Protein change.", may_be_missing=True),
        text_column("region", "Exons or breakpoints.", may_be_missing=True),
        word_column(
            "copy_state",
            "Copy state of a deletion or gain.",
            ("heterozygous", "homozygous", "gain", "amplification"),
            may_be_missing=True,
        ),
        fraction_column("vaf", "Variant allele fraction."),
        word_column("call", "Whether the laboratory is sure.", words.FINDING_CALLS),
        text_column(
            "raw_text", "The kind of lesion in the laboratory's own words.", may_be_missing=True
        ),
    ),
)

MARKER_RESULT: Final = Table(
    "marker_result",
    (
        "What is known of one marker in one patient at one phase; every patient has a row for "
        "every marker of the pool."
    ),
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("phase", "diagnosis, relapse_1, ..."),
        text_column("marker", "The marker, e.g. TP53 (mutation), IKZF1_del, BCR::ABL1."),
        word_column(
            "status", "Six words; only present and absent are tested.", words.MARKER_STATUSES
        ),
        word_column(
            "basis",
            (
                "Measured: from findings, runs and coverage. Source_asserted: the delivery says "
                "so. Derived: it follows from other markers (docs/subtypes.md)."
            ),
            words.STATUS_BASES,
        ),
        Column(
            "rules_out",
            "boolean",
            (
                "True where the tests done could also have shown absence: only these patients "
                "belong in a frequency."
            ),
        ),
        text_column(
            "evidence", "Assays, mapping rule or other markers that decided.", may_be_missing=True
        ),
    ),
    key=("patient_id", "phase", "marker"),
)

SUBTYPE: Final = Table(
    "subtype",
    (
        "The subtype of one patient at diagnosis by one taxonomy; patients whose subtype is open "
        "have a row as well."
    ),
    (
        PATIENT_ID,
        TRIAL_ID,
        text_column("scheme", "Taxonomy of knowledge/taxonomy, e.g. ICC-2022."),
        text_column(
            "subtype",
            (
                "Name of the entity. Missing because not_done: tests that would decide are not "
                "there; not_reported: no lineage; not_applicable: no B or T lineage."
            ),
            may_be_missing=True,
        ),
        text_column("label", "What the taxonomy calls it.", may_be_missing=True),
        text_column(
            "cannot_be_excluded",
            "Entities no test has excluded that would change the subtype, joined by semicolons.",
            may_be_missing=True,
        ),
        text_column("evidence", "Markers that decided, joined by semicolons.", may_be_missing=True),
        word_column("basis", "How the subtype was decided.", words.SUBTYPE_BASES),
        word_column(
            "confidence",
            "Whether someone has read the definition in its source.",
            words.CONFIDENCES,
            may_be_missing=True,
        ),
    ),
    key=("patient_id", "scheme"),
    mappable=False,
)
