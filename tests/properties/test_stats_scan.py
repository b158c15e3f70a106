"""What holds for every marker scan."""

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chorall.errors import ConvergenceError, InputError
from chorall.stats import CoxFit, fit_cox, scan_markers
from chorall.stats._scan_layout import WIDTH
from chorall.stats.scan_settings import ScanSettings

ITERATED = 1e-8
N_MARKERS = 9
RESULTS = (
    "log_hazard_ratio", "standard_error", "likelihood_ratio_chi_square", "score_chi_square",
    "status", "method", "n_iterations",
)  # fmt: skip


@st.composite
def draw_patients(draw, n_covariates=2):
    """Few distinct times, so that ties are common; some strata; delayed entry."""
    n = draw(st.integers(10, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = generator.integers(1, draw(st.integers(2, 12)), n).astype(float)
    event = generator.random(n) < draw(st.sampled_from([0.3, 0.6, 0.9]))
    assume(event.any())
    delayed = draw(st.booleans())
    markers = (generator.random((n, N_MARKERS)) < generator.uniform(0.1, 0.7, N_MARKERS)) * 1.0
    markers[:, 3] *= generator.integers(1, 3, n)
    markers[:, 4] = generator.normal(1e3, 3, n).round(1)
    missing = draw(st.sampled_from([0.0, 0.15, 0.5]))
    markers[generator.random((n, N_MARKERS)) < missing] = np.nan
    return {
        "markers": markers,
        "time": time,
        "event": event,
        "covariates": generator.normal(size=(n, n_covariates)).round(1),
        "strata": generator.integers(0, draw(st.integers(1, 3)), n),
        "entry_time": np.floor(time * 0.9 * generator.random(n)) if delayed else None,
    }


def scan_or_skip(patients, **options):
    options = {"minimum_carriers": 0, "firth_below": 0, "n_threads": 1, **options}
    try:
        return scan_markers(**patients, **options)
    except (InputError, ConvergenceError):
        # covariates that are constant, collinear or separate everybody: not the question here
        assume(False)


def select_tested(patients, j):
    """Return arguments of fit_cox without covariates, the covariates, and the marker."""
    tested = ~np.isnan(patients["markers"][:, j])
    entry_time = patients["entry_time"]
    follow_up = {
        "time": patients["time"][tested],
        "event": patients["event"][tested],
        "strata": patients["strata"][tested],
        "entry_time": None if entry_time is None else entry_time[tested],
    }
    return follow_up, patients["covariates"][tested], patients["markers"][tested, j]


def fit_or_say(x, follow_up):
    """Return the fit, or the kind of error that was raised instead."""
    try:
        fit = fit_cox(x, **follow_up)
    except (InputError, ConvergenceError) as error:
        return type(error)
    except np.linalg.LinAlgError:
        # so near to separation that the information is singular in floating point
        return ConvergenceError
    return fit if fit.converged else ConvergenceError


def evaluate(follow_up, x, coefficients):
    """Return log-likelihood, gradient and information from the textbook, one event at a time."""
    time, event, strata = (follow_up[name] for name in ("time", "event", "strata"))
    entry = follow_up["entry_time"]
    entry = np.full(len(time), -1.0) if entry is None else entry
    risk = np.exp(x @ coefficients)
    log_likelihood, gradient = 0.0, np.zeros(x.shape[1])
    information = np.zeros((x.shape[1], x.shape[1]))
    for i in np.flatnonzero(event):
        at_risk = (time >= time[i]) & (entry < time[i]) & (strata == strata[i])
        tied = np.flatnonzero((time == time[i]) & event & (strata == strata[i]))
        fraction = tied.tolist().index(i) / len(tied)
        weight = risk * at_risk
        weight[tied] *= 1 - fraction
        mean = weight @ x / weight.sum()
        centred = x - mean
        log_likelihood += x[i] @ coefficients - np.log(weight.sum())
        gradient += x[i] - mean
        information += (centred * weight[:, None]).T @ centred / weight.sum()
    return log_likelihood, gradient, information


def is_extreme(null, covariates):
    """Tell whether the covariates nearly separate: whose marker still varies is then rounding."""
    return isinstance(null, CoxFit) and np.ptp(covariates @ null.log_hazard_ratio) > 20


@given(draw_patients())
@settings(max_examples=30, deadline=None)
def test_each_marker_is_fit_cox_on_its_own_tested_patients(patients):
    scan = scan_or_skip(patients, separated="score")
    for j in range(N_MARKERS):
        follow_up, covariates, marker = select_tested(patients, j)
        if scan.status[j] in ("not_tested", "no_events"):
            assert not follow_up["event"].any()
            continue
        null = fit_or_say(covariates, follow_up)
        full = fit_or_say(np.column_stack([covariates, marker]), follow_up)
        if is_extreme(null, covariates):
            continue
        if scan.status[j] in ("constant", "collinear"):
            assert InputError in (null, full)
            continue
        if scan.status[j] == "not_converged":
            assert ConvergenceError in (null, full)
            continue
        assert isinstance(null, CoxFit)
        if scan.status[j] == "separated":
            assert full is ConvergenceError
            continue
        assert scan.status[j] == "fitted"
        assert scan.method[j] == "likelihood"
        found = scan.log_hazard_ratio[j], scan.standard_error[j]
        wanted = full.log_hazard_ratio[-1], full.standard_error[-1]
        np.testing.assert_allclose(found, wanted, rtol=ITERATED, atol=ITERATED)
        np.testing.assert_allclose(
            scan.likelihood_ratio_chi_square[j],
            2 * (full.log_likelihood - null.log_likelihood),
            rtol=ITERATED,
            atol=ITERATED,
        )


@given(draw_patients())
@settings(max_examples=20, deadline=None)
def test_the_score_test_is_taken_at_the_null_fit_on_the_same_patients(patients):
    scan = scan_or_skip(patients, score_only=True)
    looked_at = np.flatnonzero(scan.status == "fitted")
    assume(looked_at.size)
    for j in looked_at:
        follow_up, covariates, marker = select_tested(patients, j)
        null = fit_cox(covariates, tolerance=1e-12, **follow_up).log_hazard_ratio
        x = np.column_stack([covariates, marker])
        _, gradient, information = evaluate(follow_up, x, np.append(null, 0))
        chi_square = gradient @ np.linalg.solve(information, gradient)
        np.testing.assert_allclose(scan.score_chi_square[j], chi_square, rtol=1e-7, atol=ITERATED)


@given(draw_patients(n_covariates=1))
@settings(max_examples=8, deadline=None)
def test_firth_is_at_a_maximum_of_the_penalised_likelihood(patients):
    scan = scan_or_skip(patients, firth_below=1000)
    looked_at = np.flatnonzero(scan.method == "firth")[:3]
    assume(looked_at.size)
    for j in looked_at:
        follow_up, covariates, marker = select_tested(patients, j)
        x = np.column_stack([covariates, (marker - marker.mean()) / marker.std()])
        unit = marker.std()

        def penalise(coefficients, x=x, follow_up=follow_up):
            log_likelihood, _, information = evaluate(follow_up, x, coefficients)
            return log_likelihood + 0.5 * np.linalg.slogdet(information)[1]

        held = scan.log_hazard_ratio[j] * unit
        height = climb_one_dimension(lambda g, f=penalise, b=held: f(np.array([g, b])))
        around = [
            climb_one_dimension(lambda g, f=penalise, b=held + h: f(np.array([g, b])))
            for h in (-1e-3, 1e-3)
        ]
        null = climb_one_dimension(lambda g, f=penalise: f(np.array([g, 0.0])))
        # the profile is flat at the estimate: its slope is a difference quotient
        assert height >= max(around) - 1e-9
        assert abs(around[1] - around[0]) / 2e-3 < 1e-4
        np.testing.assert_allclose(
            scan.likelihood_ratio_chi_square[j], 2 * (height - null), rtol=1e-6, atol=1e-6
        )


def climb_one_dimension(function):
    """Return the maximum of a smooth function of one number by Newton's method."""
    place, h = 0.0, 1e-3
    for _ in range(60):
        below, here, above = function(place - h), function(place), function(place + h)
        slope, curvature = (above - below) / (2 * h), (above - 2 * here + below) / h**2
        step = slope / max(-curvature, 0.1)
        place += float(np.clip(step, -0.5, 0.5))
        if abs(step) < 1e-8:
            break
    return function(place)


@given(draw_patients(), st.integers(1, 20), st.sampled_from([2, 3]))
@settings(max_examples=30, deadline=None)
def test_threads_and_blocks_do_not_change_one_bit(patients, block_size, n_threads):
    options = {"firth_below": 4, "saddlepoint": True}
    first = scan_or_skip(patients, **options)
    second = scan_or_skip(patients, n_threads=n_threads, block_size=block_size, **options)
    for name in (*RESULTS, "saddlepoint_p_value"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@given(draw_patients())
@settings(max_examples=20, deadline=None)
def test_a_marker_does_not_depend_on_its_neighbours(patients):
    together = scan_or_skip(patients, firth_below=4, saddlepoint=True)
    for j in range(N_MARKERS):
        alone = {**patients, "markers": patients["markers"][:, [j]]}
        single = scan_or_skip(alone, firth_below=4, saddlepoint=True)
        for name in (*RESULTS, "saddlepoint_p_value"):
            np.testing.assert_array_equal(getattr(together, name)[j], getattr(single, name)[0])


@given(draw_patients(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_patients_and_the_unit_of_time_do_not_matter(patients, random):
    rows = list(range(len(patients["time"])))
    random.shuffle(rows)
    turned = {key: None if value is None else value[rows] for key, value in patients.items()}
    for key in ("time", "entry_time"):
        turned[key] = None if turned[key] is None else turned[key] * 30.4375
    first, second = scan_or_skip(patients), scan_or_skip(turned)
    np.testing.assert_array_equal(first.status, second.status)
    for name in RESULTS[:4]:
        np.testing.assert_allclose(
            getattr(first, name), getattr(second, name), rtol=1e-7, atol=1e-7
        )


@given(draw_patients())
@settings(max_examples=20, deadline=None)
def test_calling_absent_present_turns_the_coefficient_round(patients):
    turned = {**patients, "markers": 1 - patients["markers"]}
    first, second = scan_or_skip(patients), scan_or_skip(turned)
    both = (first.method == "likelihood") & (second.method == "likelihood")
    np.testing.assert_allclose(
        first.log_hazard_ratio[both], -second.log_hazard_ratio[both], atol=1e-7
    )
    np.testing.assert_allclose(first.score_chi_square, second.score_chi_square, atol=1e-7)


@pytest.mark.parametrize("width", [2, 4, 8])
@given(draw_patients())
@settings(max_examples=10, deadline=None)
def test_every_register_width_gives_the_same_to_rounding(width, patients):
    assume(width <= WIDTH)
    usual = scan_or_skip(patients, firth_below=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "chorall.stats.scan_settings.ScanSettings", partial(ScanSettings, width=width)
        )
        narrow = scan_or_skip(patients, firth_below=4)
    np.testing.assert_array_equal(usual.status, narrow.status)
    for name in RESULTS[:4]:
        np.testing.assert_allclose(
            getattr(usual, name), getattr(narrow, name), rtol=1e-7, atol=1e-7
        )
