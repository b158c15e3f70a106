"""Many small samples, nearly all of them tied, with everything at once, against R."""

import os
from functools import cached_property

import numpy as np
import polars as pl
import pytest
from oracle.oracle_tables import FOLDER

from chorall.stats import (
    check_proportional_hazards,
    concordance,
    cumulative_incidence,
    find_cox_residuals,
    fit_cox,
    fit_fine_gray,
    gray_test,
    kaplan_meier,
    logrank,
    nelson_aalen,
    predict_cox_survival,
    weighted_logrank,
)

# another output of the script, with more samples, may be named for a longer look
PATH = os.environ.get("SMALL_SAMPLES", FOLDER / "small_samples.csv")
TABLE = pl.read_csv(PATH, comment_prefix="#", infer_schema_length=None)
CLOSED_FORM = {"rtol": 1e-12, "atol": 1e-12}
ITERATED = {"rtol": 1e-7, "atol": 1e-8}
TIES = ("efron", "breslow")


class SmallSample:
    """The patients of one sample and what R said of them."""

    def __init__(self, number):
        rows = TABLE.filter(sample=number).group_by("quantity", maintain_order=True).agg("value")
        self.values = {
            name: np.array([np.nan if v is None else v for v in values], float)
            for name, values in rows.iter_rows()
        }
        for name, values in self.values.items():
            if name.startswith("patients."):
                setattr(self, name.removeprefix("patients."), values)
        self.happened, self.kind = self.cause > 0, self.cause.astype(int)

    @cached_property
    def x(self):
        return np.column_stack([self.x1, self.x2])

    def compare(self, name, found, **tolerance):
        """Compare with R; a quantity that R did not give in this sample is not asked of us."""
        if name not in self.values:
            return 0
        found = np.ravel(np.asarray(found, dtype=float))
        np.testing.assert_allclose(found, self.values[name], err_msg=name, **tolerance)
        return len(found)


SAMPLES = [SmallSample(number) for number in TABLE["sample"].unique().sort().to_list()]


def having(*quantities):
    """Give the samples of which R said one of these: a fit that ran away is no oracle."""
    return pytest.mark.parametrize(
        "sample",
        [
            pytest.param(sample, id=str(number))
            for number, sample in enumerate(SAMPLES, start=1)
            if any(quantity in sample.values for quantity in quantities)
        ],
    )


@having("km.survival")
def test_curves(sample):
    s = sample
    options = {"entry_time": s.entry, "weights": s.w}
    curve = kaplan_meier(s.time, s.happened, **options)
    for name in ("survival", "standard_error", "lower"):
        s.compare(f"km.{name}", getattr(curve, name), **CLOSED_FORM)
    hazard = nelson_aalen(s.time, s.happened, **options)
    for name in ("cumulative_hazard", "standard_error"):
        s.compare(f"na.{name}", getattr(hazard, name), **CLOSED_FORM)
    found = cumulative_incidence(s.time, s.kind, n_causes=2).at([1, 2, 3, 4, 5])
    estimates = found.cumulative_incidence
    s.compare("ci.estimate", estimates, **CLOSED_FORM)
    s.compare("ci.variance", found.standard_error**2, **CLOSED_FORM)


@having("logrank", "gray")
def test_tests_of_groups(sample):
    s = sample
    test = logrank(s.time, s.happened, s.group, strata=s.stratum)
    s.compare("logrank", test.chi_square, rtol=1e-9)
    test = weighted_logrank(s.time, s.happened, s.group, rho=1)
    s.compare("peto", test.chi_square, rtol=1e-9)
    test = gray_test(s.time, s.kind, s.group, strata=s.stratum)
    s.compare("gray", test.chi_square, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("ties", TIES)
@having("efron.coefficients")
def test_cox_models(sample, ties):
    s = sample
    fit = fit_cox(
        s.x, s.time, s.happened, entry_time=s.entry, strata=s.stratum, weights=s.w, ties=ties,
        tolerance=1e-12,
    )  # fmt: skip
    s.compare(f"{ties}.coefficients", fit.log_hazard_ratio, **ITERATED)
    s.compare(f"{ties}.covariance", fit.covariance, **ITERATED)
    pair = [fit.log_likelihood_null, fit.log_likelihood]
    s.compare(f"{ties}.log_likelihood", pair, rtol=1e-10)
    s.compare(f"{ties}.score_test", fit.score_test.chi_square, **ITERATED)
    for kind in ("martingale", "deviance", "score"):
        # a deviance residual near 0 is a difference of nearly equal numbers under a root
        loose = {"rtol": 1e-6, "atol": 1e-6} if kind == "deviance" else ITERATED
        s.compare(f"{ties}.{kind}", find_cox_residuals(fit, kind), **loose)
    times = s.values.get(f"{ties}.predicted_time")
    if times is not None:
        found = predict_cox_survival(fit, [[1, 0.5]], times, stratum=[0.0])
        s.compare(f"{ties}.predicted", found.survival, **ITERATED)
        s.compare(f"{ties}.predicted_error", found.standard_error, **ITERATED)


@pytest.mark.parametrize("ties", TIES)
@having("efron.robust")
def test_robust_errors_and_influences(sample, ties):
    s = sample
    fit = fit_cox(
        s.x, s.time, s.happened, entry_time=s.entry, cluster=s.cluster, ties=ties, tolerance=1e-12
    )
    s.compare(f"{ties}.robust", fit.covariance, **ITERATED)
    s.compare(f"{ties}.dfbeta", find_cox_residuals(fit, "dfbeta"), **ITERATED)


@pytest.mark.parametrize("ties", TIES)
@having("efron.zph_km")
def test_proportional_hazards(sample, ties):
    s = sample
    fit = fit_cox(
        s.x, s.time, s.happened, entry_time=s.entry, strata=s.stratum, ties=ties, tolerance=1e-12
    )
    for transform in ("km", "rank", "identity", "log"):
        found = check_proportional_hazards(fit, transform=transform)
        chi_square = [*found.chi_square, found.global_test.chi_square]
        s.compare(f"{ties}.zph_{transform}", chi_square, rtol=1e-6, atol=1e-8)


@having("exact.coefficients")
def test_exact_ties(sample):
    s = sample
    fit = fit_cox(
        s.x, s.time, s.happened, entry_time=s.entry, strata=s.stratum, ties="exact",
        tolerance=1e-12,
    )  # fmt: skip
    s.compare("exact.coefficients", fit.log_hazard_ratio, **ITERATED)
    s.compare("exact.covariance", fit.covariance, **ITERATED)
    pair = [fit.log_likelihood_null, fit.log_likelihood]
    s.compare("exact.log_likelihood", pair, rtol=1e-10)


@having("concordance")
def test_concordances(sample):
    s = sample
    found = concordance(
        s.x2, s.time, s.happened, entry_time=s.entry, strata=s.stratum, weights=s.w,
        cluster=s.cluster,
    )  # fmt: skip
    s.compare("concordance", [found.concordance, found.standard_error], **CLOSED_FORM)
    found = concordance(s.x2, s.time, s.happened, method="uno")
    s.compare("uno", [found.concordance, found.standard_error], **CLOSED_FORM)


@having("crr.coefficients")
def test_fine_gray_models(sample):
    s = sample
    fit = fit_fine_gray(s.x, s.time, s.kind, tolerance=1e-12)
    s.compare("crr.coefficients", fit.log_hazard_ratio, **ITERATED)
    s.compare("crr.covariance", fit.covariance, **ITERATED)
    pair = [fit.log_likelihood_null, fit.log_likelihood]
    s.compare("crr.log_likelihood", pair, rtol=1e-9)
