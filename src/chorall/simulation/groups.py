"""Groups of simulated patients by what is true of them, named as published classifiers name theirs.

They serve the calibration and its tests only: the simulator must not use the classifiers that are
tested on its patients.
"""

from __future__ import annotations

import numpy as np

from chorall.simulation.marker_law import MarkerLaw
from chorall.simulation.patients import Booleans, Patients
from chorall.simulation.residual_disease import ResidualDisease

TIERS = {
    "standard": ("DUX4-r", "ETV6::RUNX1", "TCF3::PBX1", "PAX5_P80R", "high_hyperdiploidy"),
    "intermediate": ("PAX5alt", "ZNF384-r", "MEF2D-r"),
    "high": ("Ph-like", "KMT2A-r", "low_hypodiploidy", "near_haploidy", "IGH::MYC"),
}

HIGH_RISK_CYTOGENETICS = (
    "BCR::ABL1", "KMT2A-r", "near_haploidy", "low_hypodiploidy", "iAMP21", "TCF3::HLF",
)  # fmt: skip
PI_UKALL_CUT_POINTS = (-1.976, -1.636, -0.153)
"""Chosen so that these patients relapse as published; those of the paper were not obtained."""


def find_groups(
    law: MarkerLaw, patients: Patients, disease: ResidualDisease
) -> dict[str, Booleans]:
    """Return who belongs to each group; a name is `classifier:group`."""
    has = {marker: patients.present[:, column] for column, marker in enumerate(law.markers)}
    has["B"], has["T"] = ~patients.is_t, patients.is_t
    return (
        _group_by_mrd(has["B"], disease)
        | _group_by_index(has, patients, disease)
        | _group_by_copy_number(has)
        | _group_hyperdiploidy(has)
        | _group_by_ikzf1(has)
        | _group_adults(has, patients.is_adult)
        | _group_t(has)
    )


def _group_by_mrd(is_b: Booleans, disease: ResidualDisease) -> dict[str, Booleans]:
    early, late = disease.end_of_induction, disease.end_of_consolidation
    standard, high = (early < -5) & (late < -5), late >= -3
    return {
        "aieop_bfm_2000:standard": is_b & standard,
        "aieop_bfm_2000:intermediate": is_b & ~standard & ~high,
        "aieop_bfm_2000:high": is_b & high,
    }


def _group_by_index(
    has: dict[str, Booleans], patients: Patients, disease: ResidualDisease
) -> dict[str, Booleans]:
    """Return the groups of the UKALL prognostic index (formula from memory) in children."""
    high = np.any([has[marker] for marker in HIGH_RISK_CYTOGENETICS], axis=0)
    good = (has["ETV6::RUNX1"] | has["high_hyperdiploidy"]) & ~high
    log_mrd = np.log(10) * np.clip(disease.end_of_induction, -6, 0)
    index = 0.218 * log_mrd - 0.440 * good + 1.066 * high
    index += 0.138 * np.log(patients.wbc_10e9_per_l + 1)
    position = np.searchsorted(PI_UKALL_CUT_POINTS, index, side="right")
    asked = has["B"] & (patients.age_years >= 1) & (patients.age_years < 25)
    return {
        f"pi_ukall:{name}": asked & (position == number)
        for number, name in enumerate(("low", "standard", "intermediate", "high"))
    }


def _group_by_copy_number(has: dict[str, Booleans]) -> dict[str, Booleans]:
    mild = [has[f"{gene}_del"].astype(int) for gene in ("BTG1", "PAX5", "CDKN2A")]
    poor = has["IKZF1_del"] | has["PAR1_del"] | has["EBF1_del"] | has["RB1_del"]
    n_mild = np.sum(mild, axis=0)
    good = np.where(has["ETV6_del"], n_mild <= 1, (n_mild <= 1) & (mild[2] == 0))
    return {
        "ukall_cna:good": has["B"] & ~poor & good,
        "ukall_cna:intermediate": has["B"] & ~poor & ~good,
        "ukall_cna:poor": has["B"] & poor,
    }


def _group_hyperdiploidy(has: dict[str, Booleans]) -> dict[str, Booleans]:
    both = has["trisomy_17"] & has["trisomy_18"]
    either = has["trisomy_17"] | has["trisomy_18"]
    good = both | (either & ~has["trisomy_5"] & ~has["trisomy_20"])
    hyperdiploid = has["high_hyperdiploidy"]
    return {"ukall_heh:good": hyperdiploid & good, "ukall_heh:poor": hyperdiploid & ~good}


def _group_by_ikzf1(has: dict[str, Booleans]) -> dict[str, Booleans]:
    groups = {}
    for name, subtype in (("heh", "high_hyperdiploidy"), ("etv6_runx1", "ETV6::RUNX1")):
        groups[f"{name}_ikzf1:deleted"] = has[subtype] & has["IKZF1_del"]
        groups[f"{name}_ikzf1:not deleted"] = has[subtype] & ~has["IKZF1_del"]
    return groups


def _group_adults(has: dict[str, Booleans], is_adult: Booleans) -> dict[str, Booleans]:
    return {
        f"e2993:{tier}": is_adult & np.any([has[marker] for marker in markers], axis=0)
        for tier, markers in TIERS.items()
    }


def _group_t(has: dict[str, Booleans]) -> dict[str, Booleans]:
    mutated = has["NOTCH1"] | has["FBXW7"]
    adverse = has["NRAS"] | has["KRAS"] | has["PTEN"]
    low = mutated & ~adverse
    return {"t_all_nfrp:low": has["T"] & low, "t_all_nfrp:high": has["T"] & ~low}
