"""The frozen result: who might be treated less in a trial, how sure, at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.analyses.result import AnalysisResult, plain_rows

FRAMES = (
    "stacked", "conditional", "salvage", "subgroups", "backbone", "reductions",
    "difference_curves", "plans", "chosen",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DeescalationResult(AnalysisResult):
    """Candidate groups among children for a randomised trial of less treatment.

    `rows` has one line per group with all trials together (`trial` null), followed by one per
    trial:

    - group, label, origin (`published classifier`, `own rule`, `predicted`, `selected`),
      known_from (`diagnosis`, `after induction`), confidence (of the rule), trial, headline (True
      where the group was not chosen on the trial; the line of all trials holds headline trials
      only), n_trials (in that line);
    - word and reason (null in lines of single trials);
    - n_children, n_population (to whom the classifier applies, group known), n_group, n_unknown
      (group not known), share (of the group among children of whom it is known);
    - n_relapses, relapse with relapse_lower, relapse_upper, relapse_prediction_lower and _upper
      (for a new trial); event_free and its limits likewise;
    - n_ and figures with limits of treatment_death (in induction or in remission) and
      second_malignancy;
    - share_of_relapses (part of all relapses that arises in the group), share_of_relapses_least
      and _most (if all children of whom the group is not known were outside, or inside),
      share_of_relapses_in_population (among those to whom the classifier applies);
    - n_late_relapses (more than three years from remission), median_follow_up (years),
      years_to_low (in remission, after which the upper limit of relapse in the next years lies
      below that of knowledge/deescalation.toml).

    Attributes
    ----------
    stacked : DataFrame
        group, kind, time_years, cumulative_incidence, n_at_risk: what ends event-free survival.
    conditional : DataFrame
        group, years_in_remission, n_in_remission, n_relapses, risk, lower, upper.
    salvage : DataFrame
        group, years_after_relapse, n_relapses, n_deaths, survival, lower, upper.
    subgroups : DataFrame
        group, subgroup, level, n and the figures of relapse, treatment_death, second_malignancy.
    backbone : DataFrame
        group, trial, trial_group, accrual, era, question, arm, treatment, n, relapse with limits.
    reductions : DataFrame
        group, component, standard, reduced, population (`intention to treat`, `per protocol`),
        trials, n_ and events_ of both arms, event_free of both, difference (reduced less
        standard) with its standard_error, lower and upper, heterogeneity_p_value (Cochran's test
        that the trials share it), margin, word, note.
    difference_curves : DataFrame
        group, component, standard, reduced, population, time_years, difference, lower, upper.
    plans : DataFrame
        group, question, assumption, n_per_arm, n_patients, n_screened (children to be looked at),
        statement: the trial that would answer.
    chosen : DataFrame
        group, trial, chosen, n_group, apparent_n, apparent_relapse, relapse: what nested selection
        chose without each trial, and what the same choice on all trials claims for it.
    horizon_years, relapse_bound, event_free_bound, margin, conf_level : float
        The gates. `conf_level` is two-sided; every limit is one-sided at (1 + conf_level) / 2.
    """

    stacked: pl.DataFrame
    conditional: pl.DataFrame
    salvage: pl.DataFrame
    subgroups: pl.DataFrame
    backbone: pl.DataFrame
    reductions: pl.DataFrame
    difference_curves: pl.DataFrame
    plans: pl.DataFrame
    chosen: pl.DataFrame
    horizon_years: float
    relapse_bound: float
    event_free_bound: float
    margin: float
    conf_level: float

    @property
    def printed(self) -> pl.DataFrame:
        """One line per group."""
        return self.rows.filter(pl.col("trial").is_null())

    @property
    def further_frames(self) -> dict[str, pl.DataFrame]:
        """All frames beside the rows."""
        return {name.replace("_", "-"): getattr(self, name) for name in FRAMES}

    def to_dict(self) -> dict[str, Any]:
        """Return rows, further frames and gates as plain values that JSON can hold."""
        names = ("horizon_years", "relapse_bound", "event_free_bound", "margin", "conf_level")
        return (
            AnalysisResult.to_dict(self)
            | {name: getattr(self, name) for name in names}
            | {name: plain_rows(getattr(self, name)) for name in FRAMES}
        )
