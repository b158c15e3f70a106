"""Twenty-four patients, one call of every kernel of survival on them, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from chorall import stats

N = 24
SEED = 7


@dataclass(frozen=True)
class Patients:
    """What the kernels are given; any attribute may be replaced by something hostile."""

    time: Any
    event: Any
    cause: Any
    entry_time: Any
    group: Any
    strata: Any
    weights: Any
    x: Any
    risk: Any
    horizon: float = 4.0

    def change(self, **changes: Any) -> Patients:
        """Return a copy with some attributes replaced."""
        return replace(self, **changes)


def make_patients() -> Patients:
    """Few distinct times, so that ties are everywhere; every number is exact in float16."""
    draw = np.random.default_rng(SEED)
    time = draw.integers(1, 9, N).astype(float)
    cause = draw.integers(0, 3, N)
    time[:3], cause[:3] = [8, 3, 4], [0, 1, 2]
    x = np.column_stack([draw.integers(0, 2, N), draw.integers(-8, 9, N) / 8])
    return Patients(
        time=time,
        event=cause > 0,
        cause=cause,
        entry_time=np.floor(time * 0.5 * draw.random(N)),
        group=np.tile([0, 1, 0, 1, 1, 0], 4),
        strata=np.repeat([0, 1], 12),
        weights=0.5 + np.arange(N) % 3,
        x=x,
        risk=draw.integers(1, 32, N) / 32,
    )


def fit_cox(p: Patients) -> stats.CoxFit:
    return stats.fit_cox(
        p.x, p.time, p.event, entry_time=p.entry_time, strata=p.strata, weights=p.weights
    )


def predict_cox(p: Patients) -> stats.PredictedSurvival:
    fit = stats.fit_cox(p.x, p.time, p.event, entry_time=p.entry_time, weights=p.weights)
    return stats.predict_cox_survival(fit, np.asarray(p.x)[:2], p.horizon)


def blur(risk: Any) -> Any:
    """Return another prediction of the same patients."""
    return np.abs(np.asarray(risk, dtype=float) - 0.5)


Call = Callable[[Patients], Any]
TEF = ("time", "event", "entry_time")
# name of the call: what it uses of the patients, and the call
KERNELS: dict[str, tuple[tuple[str, ...], Call]] = {
    "kaplan_meier": ((*TEF, "weights"), lambda p: stats.kaplan_meier(
        p.time, p.event, entry_time=p.entry_time, weights=p.weights)),
    "nelson_aalen": ((*TEF, "weights"), lambda p: stats.nelson_aalen(
        p.time, p.event, entry_time=p.entry_time, weights=p.weights)),
    "find_own_hazard": (TEF, lambda p: stats.find_own_hazard(
        p.time, p.event, entry_time=p.entry_time)),
    "cumulative_incidence": (("time", "cause", "entry_time"), lambda p: stats.cumulative_incidence(
        p.time, p.cause, entry_time=p.entry_time)),
    "reverse_kaplan_meier": (TEF, lambda p: stats.reverse_kaplan_meier(
        p.time, p.event, entry_time=p.entry_time)),
    "restricted_mean": ((*TEF, "weights"), lambda p: stats.restricted_mean(
        p.time, p.event, horizon=p.horizon, entry_time=p.entry_time, weights=p.weights)),
    "restricted_mean_difference": (
        ("time", "event", "weights", "group", "strata"),
        lambda p: stats.restricted_mean_difference(
            p.time, p.event, p.group, horizon=p.horizon, strata=p.strata, weights=p.weights)),
    "conditional_survival": ((*TEF, "weights"), lambda p: stats.conditional_survival(
        p.time, p.event, given=p.horizon / 2, entry_time=p.entry_time, weights=p.weights)),
    "pseudo_values": (("time", "event"), lambda p: stats.pseudo_values(
        p.time, p.event, p.horizon)),
    "pseudo_values of a cause": (("time", "cause"), lambda p: stats.pseudo_values(
        p.time, p.cause, p.horizon, cause_of_interest=1)),
    "count_at_risk": (("time", "entry_time"), lambda p: stats.count_at_risk(
        p.time, [p.horizon], entry_time=p.entry_time)),
    "transition_probabilities": (("time", "entry_time"), lambda p: stats.transition_probabilities(
        p.entry_time, p.time, np.ones_like(p.time, int), np.resize([0, 2, 3], np.size(p.time)))),
    "logrank": ((*TEF, "group", "strata"), lambda p: stats.logrank(
        p.time, p.event, p.group, strata=p.strata, entry_time=p.entry_time)),
    "weighted_logrank": ((*TEF, "group", "strata"), lambda p: stats.weighted_logrank(
        p.time, p.event, p.group, rho=1, strata=p.strata, entry_time=p.entry_time)),
    "logrank_trend": ((*TEF, "group", "strata"), lambda p: stats.logrank_trend(
        p.time, p.event, p.group, strata=p.strata, entry_time=p.entry_time)),
    "gray_test": (("time", "cause", "group", "strata"), lambda p: stats.gray_test(
        p.time, p.cause, p.group, strata=p.strata)),
    "fit_cox": ((*TEF, "strata", "weights", "x"), fit_cox),
    "fit_cox of exact ties": ((*TEF, "strata", "x"), lambda p: stats.fit_cox(
        p.x, p.time, p.event, entry_time=p.entry_time, strata=p.strata, ties="exact")),
    "fit_cox of Breslow": (("time", "event", "x"), lambda p: stats.fit_cox(
        p.x, p.time, p.event, ties="breslow")),
    "fit_cox of Firth": (("time", "event", "x"), lambda p: stats.fit_cox(
        p.x, p.time, p.event, firth=True)),
    "fit_cox with a ridge": (("time", "event", "x"), lambda p: stats.fit_cox(
        p.x, p.time, p.event, ridge=0.5)),
    "find_baseline_hazard": ((*TEF, "strata", "weights", "x"), lambda p:
        stats.find_baseline_hazard(fit_cox(p))),
    "predict_cox_survival": ((*TEF, "weights", "x"), predict_cox),
    "find_cox_residuals": ((*TEF, "strata", "weights", "x"), lambda p:
        stats.find_cox_residuals(fit_cox(p), "deviance")),
    "find_schoenfeld_residuals": ((*TEF, "strata", "weights", "x"), lambda p:
        stats.find_schoenfeld_residuals(fit_cox(p))),
    "check_proportional_hazards": ((*TEF, "strata", "weights", "x"), lambda p:
        stats.check_proportional_hazards(fit_cox(p))),
    "fit_elastic_net_cox": ((*TEF, "strata", "weights", "x"), lambda p: stats.fit_elastic_net_cox(
        p.x, p.time, p.event, n_penalties=5, entry_time=p.entry_time, strata=p.strata,
        weights=p.weights)),
    "fit_random_effects_cox": ((*TEF, "strata", "weights", "x"), lambda p:
        stats.fit_random_effects_cox(
            p.x, ["a"] * np.atleast_2d(p.x).shape[1], p.time, p.event, entry_time=p.entry_time,
            strata=p.strata, weights=p.weights, mean_groups=[])),
    "fit_fine_gray": (("time", "cause", "entry_time", "strata", "x"), lambda p: stats.fit_fine_gray(
        p.x, p.time, p.cause, strata=p.strata, entry_time=p.entry_time)),
    "fit_logistic": (("event", "strata", "x"), lambda p: stats.fit_logistic(
        p.x, p.event, strata=p.strata)),
    "fit_logistic of Firth": (("event", "x"), lambda p: stats.fit_logistic(
        p.x, p.event, firth=True)),
    "score_logistic": (("event", "strata", "x"), lambda p: stats.score_logistic(
        p.x, p.event, strata=p.strata)),
    "scan_markers": ((*TEF, "strata", "x"), lambda p: stats.scan_markers(
        p.x, p.time, p.event, strata=p.strata, entry_time=p.entry_time, n_threads=1,
        minimum_carriers=0, firth_below=0, saddlepoint=True)),
    "concordance": ((*TEF, "strata", "weights", "risk"), lambda p: stats.concordance(
        p.risk, p.time, p.event, entry_time=p.entry_time, strata=p.strata, weights=p.weights)),
    "concordance of Uno": (("time", "event", "risk"), lambda p: stats.concordance(
        p.risk, p.time, p.event, method="uno")),
    "compare_concordance": (("time", "event", "risk"), lambda p: stats.compare_concordance(
        p.risk, np.asarray(p.risk)[::-1], p.time, p.event)),
    "concordance_gonen_heller": (("x",), lambda p: stats.concordance_gonen_heller(
        p.x, np.full(np.atleast_2d(p.x).shape[1], 0.5), np.eye(np.atleast_2d(p.x).shape[1]))),
    "brier_score": (("time", "event", "risk"), lambda p: stats.brier_score(
        p.risk, p.time, p.event, p.horizon)),
    "brier_score of a cause": (("time", "cause", "risk"), lambda p: stats.brier_score(
        p.risk, p.time, p.cause, p.horizon, cause_of_interest=1)),
    "time_dependent_auc": (("time", "event", "risk"), lambda p: stats.time_dependent_auc(
        p.risk, p.time, p.event, p.horizon)),
    "calibration": (("time", "event", "risk"), lambda p: stats.calibration(
        p.risk, p.time, p.event, p.horizon, n_groups=3)),
    "decision_curve": (("time", "event", "risk"), lambda p: stats.decision_curve(
        p.risk, p.time, p.event, p.horizon, [0.25, 0.5])),
    "reclassification": (("time", "event", "risk"), lambda p: stats.reclassification(
        p.risk, np.asarray(p.risk)[::-1], p.time, p.event, p.horizon, [0.5])),
    "cumulative_incidence with weights": (
        ("time", "cause", "entry_time", "weights"), lambda p: stats.cumulative_incidence(
            p.time, p.cause, entry_time=p.entry_time, weights=p.weights)),
    "concordance of Uno with delayed entry": (
        (*TEF, "risk"), lambda p: stats.concordance(
            p.risk, p.time, p.event, entry_time=p.entry_time, method="uno",
            truncation_time=p.horizon)),
    "concordance of a cause": (("time", "cause", "risk"), lambda p: stats.concordance(
        p.risk, p.time, p.cause, cause_of_interest=1)),
    "brier_score with delayed entry": ((*TEF, "risk"), lambda p: stats.brier_score(
        p.risk, p.time, p.event, p.horizon, entry_time=p.entry_time)),
    "time_dependent_auc with delayed entry": ((*TEF, "risk"), lambda p: stats.time_dependent_auc(
        p.risk, p.time, p.event, p.horizon, entry_time=p.entry_time)),
    "compare_brier_scores": (("time", "event", "risk"), lambda p: stats.compare_brier_scores(
        p.risk, blur(p.risk), p.time, p.event, p.horizon)),
    "compare_auc": (("time", "event", "risk"), lambda p: stats.compare_auc(
        p.risk, blur(p.risk), p.time, p.event, p.horizon)),
    "calibration with delayed entry": ((*TEF, "risk"), lambda p: stats.calibration(
        p.risk, p.time, p.event, p.horizon, entry_time=p.entry_time, n_groups=3)),
    "decision_curve with delayed entry": ((*TEF, "risk"), lambda p: stats.decision_curve(
        p.risk, p.time, p.event, p.horizon, [0.25, 0.5], entry_time=p.entry_time)),
    "reclassification with delayed entry": ((*TEF, "risk"), lambda p: stats.reclassification(
        p.risk, blur(p.risk), p.time, p.event, p.horizon, [0.5],
        entry_time=p.entry_time)),
}  # fmt: skip
# functions without follow-up of their own: tested beside their kernels and in
# test_numbers_are_read.py; comparisons of treatments (test_cloned_strategies.py,
# test_doubly_robust.py); and scan_endpoints, whose numbers are those of scan_markers to the
# last bit (test_scan_endpoints.py)
OTHERS = {
    "adjust_p_values", "bootstrap", "bootstrap_cox", "combine_imputations",
    "compare_cloned_strategies", "compare_gonen_heller", "compare_subgroups", "cross_validate",
    "doubly_robust_risk", "draw_bootstrap_rows", "draw_folds", "estimate_by_stratum",
    "find_e_value", "find_q_values", "fit_meta_regression", "impute_chained",
    "mantel_haenszel", "pool_effect_rows", "pool_effects", "pool_many_proportions",
    "pool_proportions", "proportion_interval", "scan_endpoints", "scan_interactions",
    "shrink_effects",
}  # fmt: skip


def using(*attributes: str) -> list[str]:
    """List the calls that use every one of the attributes."""
    return [name for name, (used, _) in KERNELS.items() if set(attributes) <= set(used)]


def call(name: str, patients: Patients) -> Any:
    """Call one kernel."""
    return KERNELS[name][1](patients)


def list_numbers(result: Any, path: str = "") -> dict[str, np.ndarray]:
    """Return every array and number of a result by its place."""
    if isinstance(result, np.ndarray | float | int | bool) or result is None:
        return {path: np.asarray(result)}
    if isinstance(result, tuple):
        found = [list_numbers(part, f"{path}[{i}]") for i, part in enumerate(result)]
        return {place: numbers for part in found for place, numbers in part.items()}
    if not is_dataclass(result):
        return {}
    # a fit carries its sorted input along: that is no result
    names = [f.name for f in fields(result) if f.name not in ("data", "basis")]
    found = [list_numbers(getattr(result, name), f"{path}.{name}") for name in names]
    return {place: numbers for part in found for place, numbers in part.items()}


def assert_same(found: Any, expected: Any, scaled: dict[str, float] | None = None) -> None:
    """Compare every number of two results; the last part of a name may carry a unit."""
    one, other = list_numbers(found), list_numbers(expected)
    assert one.keys() == other.keys()
    assert one, "nothing to compare"
    for place, numbers in one.items():
        unit = (scaled or {}).get(place.rsplit(".", maxsplit=1)[-1], 1.0)
        if numbers.dtype.kind in "iufb":
            np.testing.assert_allclose(
                numbers / unit, other[place], rtol=1e-10, atol=1e-12, err_msg=place
            )
        else:
            np.testing.assert_array_equal(numbers, other[place], err_msg=place)
