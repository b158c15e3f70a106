"""Set the sizes of planted effects so that groups of simulated patients fare as published.

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
    "NOTCH1, FBXW7": ("NOTCH1", "FBXW7"),
    "PTEN": ("PTEN",),
}
# fitted after the others, which they hardly touch: lesions of T-ALL
OF_T_LINEAGE = ("NOTCH1, FBXW7", "PTEN")
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
    "NOTCH1, FBXW7": (-2.0, -0.3),
    "PTEN": (0.3, 2.0),
}
# each study has a baseline of its own; design whose patients it has
STUDIES = {
    "AIEOP-BFM 2000": "kids",
    "UKALL-CNA": "kids",
    "UKALL-HeH": "paediatric",
    "IKZF1": "paediatric",
    "FRALLE 2000T": "kids",
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
    ("FRALLE 2000T", "t_all_nfrp:low", "efs", 5, 0.89),
    ("FRALLE 2000T", "t_all_nfrp:high", "efs", 5, 0.60),
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
    of_t = ("FRALLE 2000T",)
    of_b = tuple(study for study in STUDIES if study not in of_t)
    shift = dict.fromkeys(SHARED, 0.0)
    for names, studies in (
        (tuple(name for name in SHARED if name not in OF_T_LINEAGE), of_b),
        (OF_T_LINEAGE, of_t),
    ):
        shift |= fit(samples, names, studies, shift)


def fit(
    samples: dict[str, Sample], names: tuple[str, ...], studies: tuple[str, ...], held: dict
) -> dict[str, float]:
    """Return the changes of some effects that fit some studies, others held; print them."""
    targets = [target for target in TARGETS if target[0] in studies]

    def figures(vector: np.ndarray) -> list[float]:
        shift = held | dict(zip(names, vector, strict=False))
        logs = dict(zip(studies, vector[len(names) :], strict=True))
        return [samples[t].figure(g, k, y, shift, logs[t]) for t, g, k, y, _ in targets]

    def residuals(vector: np.ndarray) -> np.ndarray:
        misfit = np.array(figures(vector)) - [target[-1] for target in targets]
        return np.concatenate([misfit / 0.002, vector[: len(names)] * 0.05])

    start = [*np.zeros(len(names)), *(np.log(samples[t].design.relapse_hazard) for t in studies)]
    old, bounds = bound_changes(names, len(studies))
    found = least_squares(residuals, np.clip(start, *bounds), bounds=bounds).x
    for name, change in zip(names, found, strict=False):
        print(f"{name}: {old[name] + change:.4f}")
    for study, log_hazard in zip(studies, found[len(names) :], strict=True):
        print(f"{study}: relapse_hazard = {np.exp(log_hazard):.5f}")
    for target, value in zip(targets, figures(found), strict=True):
        print(
            f"{target[0]:15} {target[1]:32} {target[2]:14} {target[3]:3} "
            f"published {target[4]:.3f} expected {value:.4f}"
        )
    return dict(zip(names, found, strict=False))


def bound_changes(names: tuple[str, ...], n_free: int) -> tuple[dict[str, float], tuple]:
    """Return the present effects and how far each may change."""
    part = effects().relapse
    every = part.markers | {
        name: getattr(part, name) for name in ("mrd", "late_mrd", "late_mrd_high")
    }
    old = {name: every[SHARED[name][0]] for name in names}
    free = [np.inf] * n_free
    lower = [SIGNS.get(name, (-np.inf, np.inf))[0] - old[name] for name in names]
    upper = [SIGNS.get(name, (-np.inf, np.inf))[1] - old[name] for name in names]
    return old, ([*lower, *(-one for one in free)], [*upper, *free])


if __name__ == "__main__":
    main()
