"""The catalogue of quality checks: what each looks at, how grave a failure is, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from chorall.harmonise import quality_mrd as mrd
from chorall.harmonise import quality_plausibility as plausibility
from chorall.harmonise import quality_records as records

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """One check.

    Attributes
    ----------
    check_id : str
        Its name, which says what is wrong when it fails.
    kind : {"conformance", "completeness", "plausibility"}
        Kahn's three kinds.
    severity : {"fatal", "serious", "notice"}
        What a failure means for an analysis.
    find : callable
        From the tables to a frame with `trial_id` and `bad`, one row for each thing looked at.
    advice : str
        What a failure may mean and what to do.
    tolerated_share : float
        The check fails where a larger share is bad.
    """

    check_id: str
    kind: Literal["conformance", "completeness", "plausibility"]
    severity: Literal["fatal", "serious", "notice"]
    find: Callable[[Tables], pl.DataFrame]
    advice: str
    tolerated_share: float = 0.0


CHECKS: Final = (
    QualityCheck(
        "rows_quarantined",
        "conformance",
        "serious",
        records.find_quarantined_rows,
        "Whole rows did not enter the pool: see the table quarantine for file, row and reason.",
    ),
    QualityCheck(
        "values_withheld",
        "conformance",
        "notice",
        records.find_withheld_values,
        "Single values could not be used: see the table quarantine.",
    ),
    QualityCheck(
        "duplicate_patients",
        "conformance",
        "serious",
        records.find_duplicate_patients,
        (
            "The same patient id stands in several rows of the register; none was taken. Ask "
            "which is right."
        ),
    ),
    QualityCheck(
        "findings_without_coverage",
        "conformance",
        "serious",
        records.find_uncovered_findings,
        (
            "A lesion was found by an assay that does not list it: complete `covers` of the "
            "assay, or its negatives count for nothing."
        ),
    ),
    QualityCheck(
        "findings_in_doubt",
        "conformance",
        "serious",
        records.find_doubtful_findings,
        (
            "A lesion was delivered that could not be read: the markers it may be are "
            "inconclusive in its patient, not absent. Correct the file or the mapping."
        ),
    ),
    QualityCheck(
        "marker_sources_disagree",
        "conformance",
        "serious",
        records.find_disagreements,
        "Measured and asserted status differ; the measured one was used.",
    ),
    QualityCheck(
        "follow_up_missing",
        "completeness",
        "fatal",
        records.find_missing_follow_up,
        "Patients without follow-up have no endpoint.",
    ),
    QualityCheck(
        "age_missing",
        "completeness",
        "serious",
        records.find_missing("age_years"),
        "More than one in ten lacks age.",
        0.1,
    ),
    QualityCheck(
        "sex_missing",
        "completeness",
        "notice",
        records.find_missing("sex"),
        "More than one in ten lacks sex.",
        0.1,
    ),
    QualityCheck(
        "lineage_missing",
        "completeness",
        "serious",
        records.find_missing("lineage"),
        "More than one in ten lacks lineage.",
        0.1,
    ),
    QualityCheck(
        "wbc_missing",
        "completeness",
        "notice",
        records.find_missing("wbc_10e9_per_l"),
        "More than one in ten lacks the white cell count.",
        0.1,
    ),
    QualityCheck(
        "nothing_tested",
        "completeness",
        "notice",
        records.find_untested_patients,
        "More than one in ten has no tested marker: find out whether that is by chance.",
        0.1,
    ),
    QualityCheck(
        "relapse_without_remission",
        "plausibility",
        "serious",
        plausibility.find_relapse_without_remission,
        (
            "A relapse needs a remission: these count as events but not in endpoints that start "
            "at remission."
        ),
    ),
    QualityCheck(
        "relapse_before_remission",
        "plausibility",
        "serious",
        plausibility.find_relapse_before_remission,
        "Dates are wrong or swapped.",
    ),
    QualityCheck(
        "death_before_last_contact",
        "plausibility",
        "serious",
        plausibility.find_contact_after_death,
        "Somebody was seen alive after death: one of the dates is wrong.",
    ),
    QualityCheck(
        "event_after_last_contact",
        "plausibility",
        "serious",
        plausibility.find_event_after_last_contact,
        "Follow-up ends before the event: one of the dates is wrong.",
    ),
    QualityCheck(
        "dead_without_death",
        "plausibility",
        "serious",
        plausibility.find_dead_without_death,
        "Vital status says dead, no death is dated: the patient counts as censored.",
    ),
    QualityCheck(
        "death_but_alive",
        "plausibility",
        "serious",
        plausibility.find_death_but_alive,
        "A death is dated, vital status says alive.",
    ),
    QualityCheck(
        "several_deaths",
        "plausibility",
        "fatal",
        plausibility.find_several_deaths,
        "A patient dies once.",
    ),
    QualityCheck(
        "event_before_time_zero",
        "plausibility",
        "serious",
        plausibility.find_event_before_time_zero,
        "Events before day 0: wrong date or wrong time zero.",
    ),
    QualityCheck(
        "transplant_after_death",
        "plausibility",
        "serious",
        plausibility.find_transplant_after_death,
        "One of the dates is wrong.",
    ),
    QualityCheck(
        "event_after_data_cutoff",
        "plausibility",
        "serious",
        plausibility.find_event_after_cutoff,
        (
            "Follow-up reaches beyond the stated cut-off: it is complete for the dead only. "
            "Endpoints stop at `follow_up.cutoff_day` where it is known."
        ),
    ),
    QualityCheck(
        "outside_accrual",
        "plausibility",
        "notice",
        plausibility.find_outside_accrual,
        "Year of time zero lies outside the years of accrual.",
    ),
    QualityCheck(
        "unit_slip",
        "plausibility",
        "fatal",
        plausibility.find_unit_slip,
        (
            "The median differs fiftyfold or more from the other trials: check the unit in the "
            "mapping."
        ),
    ),
    QualityCheck(
        "mrd_day_outside_window",
        "plausibility",
        "notice",
        mrd.find_mrd_outside_window,
        "More than a tenth of the samples of residual disease lie outside the window of their "
        "time point (docs/mrd.md): wrong time point, wrong day, or a protocol of its own.",
        tolerated_share=0.1,
    ),
    QualityCheck(
        "same_person_in_two_trials",
        "plausibility",
        "serious",
        plausibility.find_same_person,
        (
            "The same person (or the same sex, age, white cell count and follow-up) in two "
            "trials counts twice."
        ),
    ),
)
