"""Set the sizes of planted effects so that groups of simulated children fare as published.

Prints numbers for effects.toml and published.toml, and each figure beside the published one.
Expected values come from the law itself, averaged over one large sample with a fixed seed: closed
forms of the cumulative hazards, no drawn events. Run again after a change of frequencies.toml.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from chorall.simulation.definitions import all_designs, effects, scenarios
from chorall.simulation.groups import find_groups
from chorall.simulation.histories import DEATH_IN_REMISSION_YEARS, RELAPSE_YEARS
from chorall.simulation.marker_law import build_marker_law
from chorall.simulation.patients import draw_patients
from chorall.simulation.residual_disease import draw_residual_disease, score_residual_disease
from chorall.simulation.risks import sum_risks

N_PATIENTS = 150_000
SEED = 1
LAW = build_marker_law(None)
DESIGNS = {design.style: design for design in all_designs()}

# parameter: columns of the design that share it
SHARED = {
    "mrd": ("mrd",),
    "late_mrd": ("late_mrd",),
    "late_mrd_high": ("late_mrd_high",),
    "IKZF1_del": ("IKZF1_del",),
    "PAR1_del, EBF1_del, RB1_del": ("PAR1_del", "EBF1_del", "RB1_del"),
    "CDKN2A_del": ("CDKN2A_del",),
    "trisomy_17, trisomy_18": ("trisomy_17", "trisomy_18"),
    "trisomy_5, trisomy_20": ("trisomy_5", "trisomy_20"),
    "high_hyperdiploidy": ("high_hyperdiploidy",),
    "ETV6::RUNX1": ("ETV6::RUNX1",),
}
# bounds, so that each lesion keeps the direction that the literature gives it
SIGNS = {
    "late_mrd": (0.0, 0.6),
    "late_mrd_high": (0.0, 1.2),
    "IKZF1_del": (0.2, 1.2),
    "PAR1_del, EBF1_del, RB1_del": (0.15, 1.2),
    "CDKN2A_del": (0.05, 1.0),
    "trisomy_17, trisomy_18": (-1.5, -0.3),
    "trisomy_5, trisomy_20": (0.2, 1.2),
    "ETV6::RUNX1": (-1.2, -0.2),
}
# each study has a baseline of its own; design whose patients it has
STUDIES = {
    "AIEOP-BFM 2000": "kids",
    "UKALL-CNA": "kids",
    "UKALL-HeH": "paediatric",
    "IKZF1": "paediatric",
}
# study, group, figure ("efs" or "relapse alone", from remission), years, published fraction
TARGETS = (
    ("AIEOP-BFM 2000", "aieop_bfm_2000:standard", "efs", 5, 0.923),
    ("AIEOP-BFM 2000", "aieop_bfm_2000:intermediate", "efs", 5, 0.776),
    ("AIEOP-BFM 2000", "aieop_bfm_2000:high", "efs", 5, 0.501),
    ("UKALL-CNA", "ukall_cna:good", "efs", 5, 0.88),
    ("UKALL-CNA", "ukall_cna:intermediate", "efs", 5, 0.76),
    ("UKALL-CNA", "ukall_cna:poor", "efs", 5, 0.68),
    ("UKALL-HeH", "ukall_heh:good", "relapse alone", 10, 0.05),
    ("UKALL-HeH", "ukall_heh:poor", "relapse alone", 10, 0.16),
    ("IKZF1", "heh_ikzf1:deleted", "efs", 5, 0.76),
    ("IKZF1", "heh_ikzf1:not deleted", "efs", 5, 0.89),
    ("IKZF1", "etv6_runx1_ikzf1:deleted", "efs", 5, 0.79),
    ("IKZF1", "etv6_runx1_ikzf1:not deleted", "efs", 5, 0.92),
)


class Sample:
    """One trial's patients with what the relapse predictor is made of."""

    def __init__(self, style: str) -> None:
        rng = np.random.default_rng(SEED)
        self.design = DESIGNS[style]
        patients = draw_patients(rng, self.design, LAW, N_PATIENTS)
        disease = draw_residual_disease(rng, LAW, patients)
        risks = sum_risks(LAW, scenarios()["prognostic"], patients, disease, {})
        self.base, self.death = risks.relapse, risks.death_in_remission
        self.groups = find_groups(LAW, patients, disease)
        columns = {
            "mrd": score_residual_disease(disease.end_of_induction),
            "late_mrd": score_residual_disease(disease.end_of_consolidation),
            "late_mrd_high": disease.is_late_high,
        } | {marker: patients.present[:, column] for column, marker in enumerate(LAW.markers)}
        self.columns = {
            name: np.sum([columns[part] for part in parts], axis=0)
            for name, parts in SHARED.items()
        }

    def figure(
        self, group: str, kind: str, years: float, shift: dict[str, float], log_hazard: float
    ) -> float:
        """Return the expected figure of one group."""
        rows = self.groups[group]
        predictor = self.base[rows] + sum(shift[name] * self.columns[name][rows] for name in SHARED)
        rise = -np.expm1(-years / RELAPSE_YEARS)
        relapse = np.exp(log_hazard + predictor) * rise
        if kind == "relapse alone":
            return float(np.mean(-np.expm1(-relapse)))
        death = self.design.death_in_remission_hazard * np.exp(self.death[rows])
        death *= -np.expm1(-years / DEATH_IN_REMISSION_YEARS)
        second = self.design.second_malignancy_per_year * years
        return float(np.mean(np.exp(-(relapse + death + second))))


def main() -> None:
    """Fit and print."""
    drawn = {style: Sample(style) for style in set(STUDIES.values())}
    samples = {study: drawn[style] for study, style in STUDIES.items()}
    names = list(SHARED)

    def figures(vector: np.ndarray) -> list[float]:
        shift = dict(zip(names, vector, strict=False))
        logs = dict(zip(STUDIES, vector[len(names) :], strict=True))
        return [samples[t].figure(g, k, y, shift, logs[t]) for t, g, k, y, _ in TARGETS]

    def residuals(vector: np.ndarray) -> np.ndarray:
        misfit = np.array(figures(vector)) - [target[-1] for target in TARGETS]
        return np.concatenate([misfit / 0.002, vector[: len(names)] * 0.05])

    start = np.concatenate(
        [np.zeros(len(names)), [np.log(DESIGNS[t].relapse_hazard) for t in STUDIES.values()]]
    )
    part = effects().relapse
    old = part.markers | {
        name: getattr(part, name) for name in ("mrd", "late_mrd", "late_mrd_high")
    }
    lower = [SIGNS.get(name, (-np.inf, np.inf))[0] - old[SHARED[name][0]] for name in names]
    upper = [SIGNS.get(name, (-np.inf, np.inf))[1] - old[SHARED[name][0]] for name in names]
    free = [np.inf] * len(STUDIES)
    bounds = ([*lower, *(-one for one in free)], [*upper, *free])
    fit = least_squares(residuals, np.clip(start, *bounds), bounds=bounds)
    for name, change in zip(names, fit.x, strict=False):
        print(f"{name}: {old[SHARED[name][0]] + change:.4f}")
    for trial, log_hazard in zip(STUDIES, fit.x[len(names) :], strict=True):
        print(f"{trial}: relapse_hazard = {np.exp(log_hazard):.5f}")
    for target, value in zip(TARGETS, figures(fit.x), strict=True):
        print(
            f"{target[0]:15} {target[1]:32} {target[2]:14} {target[3]:3} "
            f"published {target[4]:.3f} expected {value:.4f}"
        )


if __name__ == "__main__":
    main()
