"""The methods of a prognosis run as a paragraph for a paper."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from chorall.analyses.age_effects import CHILD_BELOW_YEARS
from chorall.analyses.endpoint_analysis import Settings
from chorall.analyses.endpoint_cohort import EndpointCohort
from chorall.knowledge.age_bands import adult_from_years
from chorall.knowledge.endpoint_definitions import endpoint_definitions
from chorall.knowledge.grading_rules import grading

_TRANSPLANT: Final = {
    "ignore": "Transplantation in first remission was not modelled.",
    "time_dependent": "Transplantation in first remission entered as a time-dependent covariate; "
    "its curves follow Simon and Makuch.",
    "landmark": "Adjusted models were fitted to patients at risk at a landmark {landmark:g} years "
    "from the origin, with transplantation in first remission by then as a covariate.",
}


def write_methods(
    cohorts: list[EndpointCohort],
    n_markers: int,
    labels: tuple[str, ...],
    settings: Settings,
    *,
    transplant: str,
    landmark_years: float,
    unverified: bool,
) -> str:
    """Return the paragraph; every number and choice in it is that of the run.

    Parameters
    ----------
    cohorts : list of EndpointCohort
        The endpoints.
    n_markers : int
        Markers analysed.
    labels : tuple of str
        Covariates in words.
    settings : Settings
        What was asked for.
    transplant : str
        How transplantation entered.
    landmark_years : float
        From the origin of the endpoint.
    unverified : bool
        True where a definition has not been verified in a source.
    """
    definitions = endpoint_definitions()
    names = ", ".join(
        definitions[cohort.endpoint].name if cohort.endpoint in definitions else cohort.endpoint
        for cohort in cohorts
    )
    trials = sorted({trial for cohort in cohorts for trial in cohort.trial_ids})
    competing = any(cohort.n_causes > 1 for cohort in cohorts)
    late = any(cohort.entry_time is not None for cohort in cohorts)
    level = f"{settings.conf_level * 100:g} %"
    parts = [
        f"We analysed {n_markers} marker{'s' if n_markers != 1 else ''} in individual patients of "
        f"{len(trials)} trial{'s' if len(trials) != 1 else ''} ({', '.join(trials)}) for: {names}.",
        "Patients with a marker present were compared with those in whom it was tested and absent; "
        "patients who were not tested entered no comparison.",
        "Survival was estimated by Kaplan and Meier's method"
        + (", cumulative incidences by Aalen and Johansen's" if competing else "")
        + f", and read at {settings.horizon_years:g} years; groups were compared by the log-rank "
        + ("and Gray's tests" if competing else "test")
        + " stratified by trial.",
        "Hazard ratios are from Cox models (Efron's ties) with a baseline hazard of its own for "
        "each trial"
        + (
            "; with competing causes they are cause-specific, and subdistribution hazard ratios "
            "(Fine and Gray) are given beside them"
            if competing
            else ""
        )
        + ".",
        f"Adjusted models held {', '.join(labels)}, in patients with all of them known."
        if labels
        else "Models were not adjusted for covariates.",
        "Across trials, log hazard ratios estimated within each trial were pooled by random "
        f"effects (REML; {level} limits of Hartung and Knapp) with prediction intervals, I2 and "
        "tau2, and each trial was left out in turn; the model stratified by trial is the one-stage "
        "counterpart.",
        f"With fewer than {grading().rarity.smallest_group} patients on either side or no event on "
        "one, no hazard ratio is given; with few carriers or events per variable Firth's penalised "
        "likelihood was used.",
        "Proportionality was tested by Grambsch and Therneau's test, and hazard ratios up to and "
        f"after {settings.cut_years:g} years were estimated.",
        "The change of each effect with age was estimated within trials per decade and pooled, and "
        f"between patients under {CHILD_BELOW_YEARS:g} and of {adult_from_years():g} years and "
        "over.",
        _TRANSPLANT[transplant].format(landmark=landmark_years),
        "Delayed entry was respected." if late else "",
        "P-values of the markers of an endpoint were adjusted by Benjamini and Hochberg's method.",
        "Some endpoint definitions have not been verified in a source." if unverified else "",
        f"Analyses were made with Chorall {version('chorall')}.",
    ]
    return " ".join(part for part in parts if part)
