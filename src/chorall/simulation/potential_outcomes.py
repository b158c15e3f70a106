"""What would happen to each patient under each strategy of the trial: known here only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from chorall.simulation.course import Latent
from chorall.simulation.definitions import effects
from chorall.simulation.expected import expect
from chorall.simulation.histories import History, Treatment, live
from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Floats, Patients
from chorall.simulation.risks import find_arm_effect
from chorall.simulation.scenario_definitions import Scenario
from chorall.simulation.trial_designs import TrialDesign

HORIZON_YEARS = 5.0
TRANSPLANT_DAY = 130.0


def tabulate_potential_outcomes(
    design: TrialDesign, law: MarkerLaw, scenario: Scenario, patients: Patients, latent: Latent
) -> pl.DataFrame:
    """Return a row per patient and strategy.

    A strategy is an arm of one question, all others as their first arm, or transplantation on day
    130 of remission with first arms. Probabilities are those of a patient in remission, by the law
    (null where hazards change late, for which they have no closed form); days are drawn with the
    same randomness under every strategy, count from diagnosis and know no end of follow-up (null:
    never).

    Returns
    -------
    pl.DataFrame
        trial_id, number, strategy, relapse_5y, death_in_remission_5y, event_free_5y, alive_5y,
        relapse_day, death_day.
    """
    frames = []
    for strategy, treatment in list_strategies(design, law, scenario, patients, latent).items():
        history = live(latent.fate, design, latent.risks, treatment, scenario.late_change_years)
        frames.append(
            pl.DataFrame({"trial_id": design.trial_id, "number": patients.number}).with_columns(
                pl.lit(strategy).alias("strategy"),
                *_expect_columns(design, scenario, latent, treatment),
                *_day_columns(history),
            )
        )
    return pl.concat(frames)


def list_strategies(
    design: TrialDesign, law: MarkerLaw, scenario: Scenario, patients: Patients, latent: Latent
) -> dict[str, Treatment]:
    """Return what each strategy of the trial does to each patient, by name."""
    zeros = np.zeros(len(patients))
    plain = replace(
        latent.treatment,
        relapse=zeros,
        death_in_remission=zeros,
        transplant_day=np.full(len(patients), np.inf),
    )
    strategies = {}
    for position, question in enumerate(design.questions):
        relapse, death = find_arm_effect(law, scenario, design, patients, position)
        first, second = (f"{question.id}={arm.id}" for arm in question.arms)
        strategies[first] = plain
        strategies[second] = replace(
            plain, relapse=relapse, death_in_remission=np.full(len(patients), death)
        )
    transplanted = np.full(len(patients), TRANSPLANT_DAY)
    return strategies | {"transplant": replace(plain, transplant_day=transplanted)}


def _expect_columns(
    design: TrialDesign, scenario: Scenario, latent: Latent, treatment: Treatment
) -> list[pl.Series]:
    names = ("relapse", "death_in_remission", "event_free", "alive")
    if scenario.late_change_years is not None:
        nothing = np.full(treatment.relapse.size, np.nan)
        columns: dict[str, Floats] = dict.fromkeys(names, nothing)
    else:
        expected = expect(design, latent.risks, treatment, HORIZON_YEARS)
        columns = {name: getattr(expected, name) for name in names}
    return [
        pl.Series(f"{name}_{HORIZON_YEARS:g}y", values).fill_nan(None)
        for name, values in columns.items()
    ]


def _day_columns(history: History) -> list[pl.Series]:
    days = {"relapse_day": history.relapse, "death_day": history.death}
    return [
        pl.Series(name, np.where(np.isfinite(values), values, np.nan)).fill_nan(None).cast(pl.Int64)
        for name, values in days.items()
    ]


def tabulate_patients(
    design: TrialDesign, law: MarkerLaw, patients: Patients, latent: Latent
) -> pl.DataFrame:
    """Return what is true of each patient, tested or not.

    Returns
    -------
    pl.DataFrame
        trial_id, number (in the trial), age_years, lineage, subtype, modal_number, log10_mrd and
        log10_late_mrd, log_hazard_ratio_of_relapse (before treatment), and one boolean column for
        every marker.
    """
    names = [*law.markers[: law.n_subtypes], "none"]
    frame = pl.DataFrame(
        {
            "trial_id": pl.Series([design.trial_id]).new_from_index(0, len(patients)),
            "number": patients.number,
            "age_years": patients.age_years,
            "lineage": np.where(patients.is_t, "T", "B"),
            "subtype": np.array(names)[patients.subtype],
            "modal_number": patients.modal_number,
            "log10_mrd": latent.disease.end_of_induction,
            "log10_late_mrd": latent.disease.end_of_consolidation,
            "log_hazard_ratio_of_relapse": latent.risks.relapse,
        }
    )
    markers = [
        pl.Series(marker, patients.present[:, column]) for column, marker in enumerate(law.markers)
    ]
    return frame.with_columns(markers)


def planted_transplant_effects() -> dict[str, float]:
    """Return what transplantation does, as planted: log hazard ratios and deaths."""
    part = effects().transplant
    return {
        "relapse_mrd_high": part.relapse_mrd_high,
        "relapse_mrd_low": part.relapse_mrd_low,
        "mrd_high_from": part.mrd_high_from,
        "death_share": part.death_share,
    }
