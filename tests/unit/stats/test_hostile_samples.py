"""Samples that hold too little to estimate from: what each kernel says of them.

The answers are those of docs/methods/hostile_input.md.
"""

import numpy as np
import pytest
from unit.stats.hostile_patients import KERNELS, N, call, list_numbers, make_patients

from chorall.errors import ChorallError, InputError

NAN = np.nan
PATIENTS = make_patients()
ROWS = ("time", "event", "cause", "entry_time", "group", "strata", "weights", "x", "risk")


def choose_row(row):
    return PATIENTS.change(**{name: getattr(PATIENTS, name)[row : row + 1] for name in ROWS})


SAMPLES = {
    "no events": PATIENTS.change(event=np.zeros(N, bool), cause=np.zeros(N, int)),
    "all events at one time": PATIENTS.change(
        time=np.full(N, 3.0), event=np.ones(N, bool), cause=np.ones(N, int),
        entry_time=np.zeros(N),
    ),
    "one patient with the event": choose_row(1),
    "one censored patient": choose_row(0),
}  # fmt: skip
NO_EVENT = "`event` is never True"
FITS = [name for name, (used, _) in KERNELS.items() if {"time", "x"} <= set(used)]
COX = [name for name in FITS if name not in ("fit_fine_gray", "scan_markers")]
CURVE_AT_1 = {"survival": 1, "standard_error": 0, "lower": NAN, "upper": NAN}
CURVE_AT_0 = {"survival": 0, "standard_error": NAN, "lower": NAN, "upper": NAN}
NO_PAIR = {"concordance": NAN, "standard_error": NAN, "n_concordant": 0, "n_discordant": 0}
NO_CONTRAST = {"chi_square": 0, "degrees_of_freedom": 0, "p_value": NAN}
NO_CASE = {"auc": NAN, "standard_error": NAN}
SURE = {"standard_error": 0}
CONSTANT = "is constant"
ONE_GROUP = "`group` holds one group only"
NO_SLOPE = {"intercept": NAN, "slope": NAN, "curve_observed": NAN}

# fields and their single value everywhere, or what the refusal says
EXPECTED = {
    "no events": {
        **dict.fromkeys(FITS, NO_EVENT),
        "fit_fine_gray": "no event has this cause",
        "gray_test": "without an event there is nothing to test",
        "kaplan_meier": CURVE_AT_1,
        "conditional_survival": CURVE_AT_1,
        "nelson_aalen": {"cumulative_hazard": 0, "standard_error": 0, "lower": NAN},
        "cumulative_incidence": {"cumulative_incidence": 0, "survival": 1, **SURE, "lower": NAN},
        "restricted_mean": {"restricted_mean": 4, **SURE, "lower": 4, "upper": 4},
        "restricted_mean_difference": {"difference": 0, **SURE, "z": NAN, "p_value": NAN},
        "pseudo_values": {"": 1},
        "pseudo_values of a cause": {"": 0},
        "logrank": {**NO_CONTRAST, "observed": 0, "expected": 0},
        "weighted_logrank": NO_CONTRAST,
        "logrank_trend": {"z": NAN, "p_value": NAN},
        "concordance": NO_PAIR,
        "concordance of Uno": NO_PAIR,
        "compare_concordance": {"difference": NAN, "standard_error": NAN},
        "brier_score": {"null_brier": 0, "scaled_brier": NAN},
        "brier_score of a cause": {"null_brier": 0, "scaled_brier": NAN},
        "time_dependent_auc": {**NO_CASE, "n_cases": 0},
        "calibration": {"observed": 0, "observed_expected_ratio": 0, **NO_SLOPE},
        "decision_curve": {"true_positive_rate": 0},
        "reclassification": {"moved_up_observed": 0, "stayed_observed": 0},
    },
    "all events at one time": {
        "kaplan_meier": CURVE_AT_0,
        "conditional_survival": {**CURVE_AT_0, "time": 1},
        "nelson_aalen": {"cumulative_hazard": 1, "standard_error": 1 / 6},
        "cumulative_incidence": {"cumulative_incidence": 1, "survival": 0, **SURE},
        "reverse_kaplan_meier": CURVE_AT_1,
        "restricted_mean": {"restricted_mean": 3, **SURE},
        "restricted_mean_difference": {"difference": 0, **SURE, "p_value": NAN},
        "pseudo_values": {"": 0},
        "pseudo_values of a cause": {"": 1},
        "logrank": {**NO_CONTRAST, "observed": 12, "expected": 12},
        "weighted_logrank": NO_CONTRAST,
        "logrank_trend": {"z": NAN, "p_value": NAN},
        "gray_test": {**NO_CONTRAST, "score": 0},
        "fit_cox": {"log_hazard_ratio": 0, "p_value": 1},
        "fit_cox of exact ties": "does not vary among those at risk at any event",
        "fit_cox of Breslow": {"log_hazard_ratio": 0, "p_value": 1},
        "fit_cox with a ridge": {"log_hazard_ratio": 0, "p_value": 1},
        "find_cox_residuals": {"": 0},
        "check_proportional_hazards": {"chi_square": NAN},
        "predict_cox_survival": {"survival": NAN},
        "fit_elastic_net_cox": "no largest penalty to start from",
        "fit_random_effects_cox": {"log_hazard_ratio": 0, "group_variance": 0},
        "fit_fine_gray": {"log_hazard_ratio": 0, **SURE, "p_value": NAN},
        "scan_markers": {"likelihood_ratio_chi_square": 0, "score_chi_square": 0},
        "concordance": NO_PAIR,
        "concordance of Uno": NO_PAIR,
        "compare_concordance": {"difference": NAN},
        "time_dependent_auc": {**NO_CASE, "n_cases": N, "n_controls": 0},
        "calibration": {"observed": 1, **NO_SLOPE},
        "decision_curve": {"false_positive_rate": 0, "net_benefit_all": 1},
    },
    "one patient with the event": {
        **dict.fromkeys(COX, CONSTANT),
        "fit_fine_gray": CONSTANT,
        "fit_cox with a ridge": {"log_hazard_ratio": 0, "p_value": 1},
        "fit_elastic_net_cox": "no largest penalty to start from",
        "fit_random_effects_cox": {"log_hazard_ratio": 0, "group_variance": 0},
        "scan_markers": {"log_hazard_ratio": NAN, "p_value": NAN, "score_chi_square": NAN},
        "kaplan_meier": CURVE_AT_0,
        "nelson_aalen": {"cumulative_hazard": 1},
        "cumulative_incidence": {"cumulative_incidence": 1, "survival": 0, "lower": NAN},
        "restricted_mean": {"restricted_mean": 3, **SURE},
        "restricted_mean_difference": "`group` holds 1 groups; expected exactly two",
        "pseudo_values": {"": NAN},
        "pseudo_values of a cause": {"": NAN},
        **dict.fromkeys(["logrank", "weighted_logrank", "logrank_trend", "gray_test"], ONE_GROUP),
        "concordance": NO_PAIR,
        "concordance of Uno": NO_PAIR,
        "concordance_gonen_heller": "at least two patients",
        "brier_score": {"brier": (1 - 28 / 32) ** 2, "standard_error": NAN},
        "time_dependent_auc": {**NO_CASE, "n_cases": 1},
        "calibration": {"observed": 1, "observed_expected_ratio": 32 / 28, **NO_SLOPE},
        "reclassification": {"moved_up_fraction": 0, "moved_up_observed": NAN},
    },
    "one censored patient": {
        **dict.fromkeys(FITS, NO_EVENT),
        "fit_fine_gray": "no event has this cause",
        "kaplan_meier": CURVE_AT_1,
        "reverse_kaplan_meier": CURVE_AT_0,
        "cumulative_incidence": {"cumulative_incidence": 0, "survival": 1, **SURE},
        "restricted_mean": {"restricted_mean": 4, **SURE},
        "pseudo_values": {"": NAN},
        "count_at_risk": {"": 1},
        **dict.fromkeys(["logrank", "weighted_logrank", "logrank_trend", "gray_test"], ONE_GROUP),
        "concordance": NO_PAIR,
        "brier_score": {"brier": 0.25, "null_brier": 0, "standard_error": NAN},
        "time_dependent_auc": {**NO_CASE, "n_controls": 1},
        "calibration": {"observed": 0, **NO_SLOPE},
        "decision_curve": {"net_benefit": [-1 / 3, -1]},
    },
}
CELLS = [(sample, name) for sample, answers in EXPECTED.items() for name in answers]


@pytest.mark.parametrize(("sample", "name"), CELLS)
def test_the_answer_is_the_defined_one(sample, name):
    wanted = EXPECTED[sample][name]
    if isinstance(wanted, str):
        with pytest.raises(InputError) as caught:
            call(name, SAMPLES[sample])
        assert wanted in str(caught.value)
        return
    found = list_numbers(call(name, SAMPLES[sample]))
    for field, value in wanted.items():
        numbers = found[f".{field}" if field else ""]
        assert numbers.size, field
        np.testing.assert_allclose(
            numbers, np.broadcast_to(value, numbers.shape), rtol=1e-12, atol=1e-12, err_msg=field
        )


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", KERNELS)
def test_no_sample_ends_in_a_bug_or_a_warning(name, sample):
    # warnings are errors here: what comes out is a result or one of our own errors
    try:
        answer = list_numbers(call(name, SAMPLES[sample]))
    except ChorallError as error:
        answer = {"said": np.array(str(error))}
    assert answer
