"""Trials as typed objects: `designs.toml`."""

from __future__ import annotations

from typing import Literal

from chorall.simulation.definition_parts import Part


class AssayDesign(Part):
    """Who is tested for what: percent tested at random, percent of the runs that failed."""

    id: str
    method: str
    markers: tuple[str, ...]
    partial_markers: tuple[str, ...] = ()
    further_genes: bool = False
    tested_percent: float
    failed_percent: float = 0
    equivocal_percent: float = 0


class ArmDesign(Part):
    """One arm: its name in the trial and the strategy it stands for."""

    id: str
    label: str
    strategy: str


class QuestionDesign(Part):
    """One randomised question; the second arm is compared with the first.

    `eligible`: everybody in remission, only B-lineage, or only those with low MRD at the end of
    induction. A `reduction` gives less treatment.
    """

    id: str
    arms: tuple[ArmDesign, ArmDesign]
    eligible: Literal["remission", "b_lineage", "mrd_low"] = "remission"
    randomised_percent: float = 80
    relapse_log_hazard_ratio: float = 0
    death_log_hazard_ratio: float = 0
    reduction: bool = False


class TrialDesign(Part):
    """One trial of `designs.toml`.

    `donor_percent`: patients with a suitable donor, where the trial types tissue and tells; no less
    than are transplanted.
    """

    style: str
    trial_id: str
    group: str
    population: str
    only: str | None = None
    share: float
    accrual_years: tuple[int, int]
    cutoff_year: int
    genetics_ascertainment: str
    age_precision: Literal["day", "month", "tenth", "year"]
    age_edges: tuple[float, ...]
    age_weights: tuple[float, ...]
    induction_death_percent: float
    induction_failure_percent: float
    relapse_hazard: float
    death_in_remission_hazard: float
    death_after_failure_hazard: float
    second_malignancy_per_year: float
    transplant_percent: float
    transplant_percent_mrd_high: float
    donor_percent: float | None = None
    mrd_percent: float
    questions: tuple[QuestionDesign, ...]
    assays: tuple[AssayDesign, ...]


class Designs(Part):
    """`designs.toml`."""

    designs: tuple[TrialDesign, ...]
