"""A small bank that is made by hand: everything in it is known."""

from __future__ import annotations

import numpy as np

from chorall.models.bank.bank import Bank, Comparison, list_edges
from chorall.models.bank.conditional import FeatureLaw
from chorall.models.bank.design import Covariate, Design
from chorall.models.bank.features import Feature
from chorall.models.bank.states import Transition
from chorall.models.bank.transition_fit import TransitionModel

AGE = Feature(
    "age_years", "number", "demographics", scale=10.0, centre=30.0, low=0, high=110,
    supported_low=1, supported_high=70,
)  # fmt: skip
SEX = Feature("sex", "word", "demographics", word="male", words=("female", "male"))
TP53 = Feature("TP53", "marker", "secondary lesions")
IKZF1 = Feature("IKZF1_del", "marker", "copy number")
MRD = Feature(
    "mrd_end_of_induction", "mrd", "mrd", transform="log10", centre=-4.0, scale=1.0, low=0, high=1
)
FEATURES = (AGE, SEX, TP53, IKZF1, MRD)
COVARIATES = (
    *(Covariate(one.name, one.group, (place,)) for place, one in enumerate(FEATURES)),
    Covariate("new", "treatment", (5,)),
    Covariate("new:IKZF1_del", "strategy by feature", (3, 5)),
)
CORRELATION = np.eye(5)
CORRELATION[3, 4] = CORRELATION[4, 3] = 0.4
SPREAD = np.array([1.0, 0.5, 0.3, 0.45, 1.0])
LAW = FeatureLaw(
    np.array([0.0, 0.5, 0.1, 0.3, 0.0]), CORRELATION * np.outer(SPREAD, SPREAD),
    np.array([False, True, True, True, False]),
)  # fmt: skip
EFFECTS = (0.2, 0.1, 1.0, 0.6, 0.5, -0.4, -0.3)


def make_transition(origin, target, hazard_per_year, *, scale=1.0, error=0.1, between=0.1):
    """Return a transition with a constant hazard for the patient at the means."""
    places = np.arange(7) if origin != "induction" else np.arange(4)
    centre = np.array([0.0, 0.5, 0.1, 0.3, 0.0, 0.0, 0.0])[places]
    return TransitionModel(
        Transition(origin, target), places, centre, scale * np.array(EFFECTS)[places],
        error * np.eye(len(places)), np.zeros(5), np.zeros(5),
        np.zeros((5, 5)), hazard_per_year * list_edges(origin) / 365.25,
        between, 0.05, 400, 200, {"demographics": 0.1},
    )  # fmt: skip


def make_bank(*, scale=1.0, error=0.1, between=0.1):
    options = {"scale": scale, "error": error, "between": between}
    transitions = (
        make_transition("induction", "remission", 10.0, **options),
        make_transition("induction", "death", 0.4, **options),
        make_transition("remission", "transplant_in_first_remission", 0.1, **options),
        make_transition("remission", "relapse", 0.12, **options),
        make_transition("remission", "death", 0.02, **options),
        make_transition("transplant_in_first_remission", "relapse", 0.06, **options),
        make_transition("transplant_in_first_remission", "death", 0.1, **options),
        make_transition("relapse", "death", 0.9, **options),
    )
    counts = {"old": 60, "new": 55, "as_observed": 150, "no_transplant": 90, "transplant": 20}
    support = {
        "age 25-39, lineage B": counts,
        "age not known, lineage B": counts,
        "age not known, lineage not known": counts,
        "age 1-9, lineage B": counts | {"transplant": 0},
    }
    by_trial = {
        "age 25-39, lineage B": {
            "old": {"A": 25, "B": 35}, "new": {"A": 30, "B": 25},
            "as_observed": {"A": 60, "B": 90}, "no_transplant": {"A": 40, "B": 50},
            "transplant": {"A": None, "B": None},
        }
    }  # fmt: skip
    return Bank(
        Design(FEATURES, ("new",), COVARIATES), LAW, transitions,
        (Comparison("old", ("old", "new"), True, 2),), support, by_trial, 120.0, (),
        {"pool": "made by hand", "synthetic": True, "trials": ["A", "B"], "n_patients": 150},
    )  # fmt: skip


PATIENT = {
    "age_years": 30, "sex": "male", "lineage": "B", "TP53": "absent", "IKZF1_del": "present",
    "mrd_end_of_induction": 1e-3, "course": {"state": "remission", "day": 33, "since_day": 33},
}  # fmt: skip
