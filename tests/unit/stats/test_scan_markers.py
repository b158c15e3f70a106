"""The marker scan by hand, and its answers at the edges."""

from fractions import Fraction
from math import exp, log, nan, sqrt

import numpy as np
import pytest

from chorall.errors import ConvergenceError, InputError
from chorall.stats import fit_cox, scan_markers

# six patients, two deaths tied at 6 (the little data set of Therneau and Grambsch, appendix E)
TIME = [1, 1, 6, 6, 8, 9]
EVENT = [True, False, True, True, False, True]
MARKER = [1, 1, 1, 0, 0, 0]
ALL = {"minimum_carriers": 1, "firth_below": 0}


def make_patients(n=80, m=12, missing=0.2, seed=5):
    generator = np.random.default_rng(seed)
    markers = (generator.random((n, m)) < np.linspace(0.1, 0.6, m)) * 1.0
    markers[generator.random((n, m)) < missing] = nan
    covariates = generator.normal(size=(n, 2))
    time = np.ceil(generator.exponential(8, n))
    return markers, time, generator.random(n) < 0.7, covariates, generator.integers(0, 3, n)


def test_score_test_by_hand_is_the_logrank_test():
    # risk sets (carriers, others): (2, 2), (1, 2), (1, 1); deaths carrier, other, carrier
    scan = scan_markers([[1], [0], [1], [0]], [1, 2, 3, 4], [True, True, True, False], **ALL)
    expected = Fraction(1, 2) + Fraction(1, 3) + Fraction(1, 2)
    variance = Fraction(1, 4) + Fraction(2, 9) + Fraction(1, 4)
    assert scan.score_chi_square[0] == pytest.approx(float((2 - expected) ** 2 / variance))


def test_the_estimate_solves_efrons_score_equation_and_the_tests_follow():
    scan = scan_markers(np.array(MARKER)[:, None], TIME, EVENT, **ALL)
    r = exp(scan.log_hazard_ratio[0])
    assert abs(2 - 3 * r / (3 * r + 3) - r / (r + 3) - (r / 2) / (r / 2 + 5 / 2)) < 1e-10
    shares = [3 * r / (3 * r + 3), r / (r + 3), (r / 2) / (r / 2 + 5 / 2)]
    information = sum(share * (1 - share) for share in shares)
    assert scan.standard_error[0] == pytest.approx(1 / sqrt(information), rel=1e-9)
    likelihood = [r**2 / ((3 * r + 3) * (r + 3) * (r / 2 + 5 / 2)), 1 / (6 * 4 * 3)]
    assert scan.likelihood_ratio_chi_square[0] == pytest.approx(
        2 * log(likelihood[0] / likelihood[1]), rel=1e-9
    )
    assert scan.z[0] == pytest.approx(scan.log_hazard_ratio[0] / scan.standard_error[0])


def test_firth_by_hand_where_the_likelihood_has_no_maximum():
    # one event, of the carrier, with one other at risk: 1 - p + (1 - 2p) / 2 = 0, so p = 3/4
    scan = scan_markers([[1], [0]], [1, 2], [True, False], minimum_carriers=1)
    assert scan.method[0] == "firth"
    assert scan.log_hazard_ratio[0] == pytest.approx(log(3), rel=1e-8)
    assert scan.standard_error[0] == pytest.approx(sqrt(16 / 3), rel=1e-8)
    penalised = [log(3 / 4) + log(3 / 16) / 2, log(1 / 2) + log(1 / 4) / 2]
    assert scan.likelihood_ratio_chi_square[0] == pytest.approx(2 * (penalised[0] - penalised[1]))


@pytest.mark.parametrize(("separated", "method"), [("firth", "firth"), ("score", "score")])
def test_carriers_without_event_separate(separated, method):
    marker = [[1], [1], [0], [0], [0], [1]]
    event = [False, False, True, True, True, False]
    scan = scan_markers(marker, [3, 4, 1, 2, 5, 6], event, separated=separated, **ALL)
    assert (scan.status[0], scan.method[0]) == ("separated", method)
    assert np.isnan(scan.log_hazard_ratio[0]) == (method == "score")
    assert np.isfinite(scan.score_chi_square[0])
    assert scan.converged[0]


@pytest.mark.parametrize("separated", ["firth", "score"])
def test_carriers_who_all_die_first_separate(separated):
    marker = np.array([1, 1, 1, 0, 0, 0, 0, 0])[:, None]
    scan = scan_markers(marker, np.arange(1, 9), [True] * 8, separated=separated, **ALL)
    assert (scan.status[0], scan.method[0]) == ("separated", separated)
    assert (scan.log_hazard_ratio[0] > 1) == (separated == "firth")


def test_not_tested_is_not_absent():
    markers, time, event, covariates, strata = make_patients()
    scan = scan_markers(markers, time, event, covariates=covariates, strata=strata, **ALL)
    as_absent = scan_markers(
        np.nan_to_num(markers), time, event, covariates=covariates, strata=strata, **ALL
    )
    np.testing.assert_array_equal(scan.n_tested, (~np.isnan(markers)).sum(axis=0))
    np.testing.assert_array_equal(scan.n_carriers, np.nansum(markers, axis=0))
    assert (scan.log_hazard_ratio != as_absent.log_hazard_ratio).all()


@pytest.mark.parametrize("kind", ["bool", "int8", "float32", "fortran", "strided", "masked"])
def test_the_kind_of_matrix_does_not_matter(kind):
    markers, time, event, covariates, strata = make_patients()
    tested = ~np.isnan(markers)
    whole = np.nan_to_num(markers, nan=1)
    given = {
        "bool": (whole == 1, tested),
        "int8": (whole.astype(np.int8), tested),
        "float32": (markers.astype(np.float32), None),
        "fortran": (np.asfortranarray(markers), None),
        "strided": (np.repeat(np.repeat(markers, 2, axis=0), 3, axis=1)[::2, ::3], None),
        "masked": (np.ma.masked_array(whole, mask=~tested), None),
    }[kind]
    options = {"covariates": covariates, "strata": strata, **ALL}
    plain = scan_markers(markers, time, event, **options)
    found = scan_markers(given[0], time, event, tested=given[1], **options)
    np.testing.assert_array_equal(plain.log_hazard_ratio, found.log_hazard_ratio)
    np.testing.assert_array_equal(plain.n_tested, found.n_tested)


def test_a_marker_in_large_units_is_fitted_as_well():
    _, time, event, covariates, _ = make_patients()
    measured = 1e6 + 1e-3 * covariates[:, [0]]
    scan = scan_markers(measured, time, event, **ALL)
    fit = fit_cox(covariates[:, [0]], time, event)
    # 1e6 + 1e-3 keeps seven digits of the covariate
    assert scan.log_hazard_ratio[0] == pytest.approx(1e3 * fit.log_hazard_ratio[0], rel=1e-5)
    assert scan.p_value[0] == pytest.approx(fit.p_value[0], rel=1e-5)


def test_words_for_what_cannot_be_fitted():
    n = 20
    columns = {
        "not_tested": np.full(n, nan),
        "no_events": np.where(np.arange(n) < 10, nan, np.arange(n) % 2),
        "constant": np.ones(n),
        "too_few": (np.arange(n) == 3) * 1.0,
        "fitted": (np.arange(n) % 2) * 1.0,
    }
    event = np.arange(n) < 10
    scan = scan_markers(
        np.column_stack(list(columns.values())), np.arange(1, n + 1), event, firth_below=0
    )
    assert scan.status.tolist() == list(columns)
    assert scan.method.tolist() == ["none"] * 4 + ["likelihood"]
    assert np.isnan(scan.p_value[:4]).all()
    assert np.isnan(scan.score_chi_square[:4]).all()
    assert scan.converged.tolist() == [False] * 4 + [True]


def test_a_marker_that_repeats_a_covariate_is_constant_given_it():
    markers, time, event, covariates, _ = make_patients(missing=0)
    repeated = np.column_stack([covariates @ [1, -2], markers[:, 5]])
    scan = scan_markers(repeated, time, event, covariates=covariates, **ALL)
    assert scan.status.tolist() == ["constant", "fitted"]


def test_covariates_that_are_collinear_among_the_tested_are_named():
    markers, time, event, _, _ = make_patients(missing=0)
    centre = np.arange(80) % 2
    markers[centre == 1, 6] = nan
    scan = scan_markers(markers, time, event, covariates=centre[:, None], **ALL)
    assert scan.status[6] == "collinear"
    assert (np.delete(scan.status, 6) == "fitted").all()
    assert np.isnan(scan.score_chi_square[6])


@pytest.mark.parametrize("treatment", [np.arange(200) % 2 == 0, np.linspace(-3, 4.5, 200)])
def test_the_interaction_is_the_last_coefficient_of_the_model_with_both(treatment):
    markers, time, event, covariates, strata = make_patients(n=200, missing=0.1)
    scan = scan_markers(
        markers, time, event, covariates=covariates, strata=strata, interaction=treatment, **ALL
    )
    for j in (3, 11):
        tested = ~np.isnan(markers[:, j])
        marker = markers[tested, j]
        both = [covariates[tested], treatment[tested], marker, marker * treatment[tested]]
        fit = fit_cox(np.column_stack(both), time[tested], event[tested], strata=strata[tested])
        assert scan.log_hazard_ratio[j] == pytest.approx(fit.log_hazard_ratio[-1], rel=1e-8)
        assert scan.standard_error[j] == pytest.approx(fit.standard_error[-1], rel=1e-8)


def test_an_interaction_without_events_in_one_arm_is_separated():
    markers, time, event, _, _ = make_patients(n=200, missing=0)
    treatment = np.arange(200) % 2
    silent = event & ~((markers[:, 8] == 1) & (treatment == 1))
    scan = scan_markers(markers[:, [8]], time, silent, interaction=treatment)
    assert (scan.status[0], scan.method[0]) == ("separated", "firth")
    assert scan.log_hazard_ratio[0] < -1


def test_patterns_are_fitted_once():
    markers, time, event, covariates, _ = make_patients(missing=0, m=20)
    markers[:30, 5:15] = nan
    scan = scan_markers(markers, time, event, covariates=covariates, block_size=8, **ALL)
    assert scan.n_patterns == 2


def test_progress_is_reported_and_the_scan_can_be_interrupted_between_blocks():
    markers, time, event, _, _ = make_patients(m=20)
    seen = []
    scan_markers(
        markers, time, event, block_size=8, progress=lambda *counts: seen.append(counts), **ALL
    )
    assert seen == [(8, 20), (16, 20), (20, 20)]

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_markers(markers, time, event, block_size=8, progress=interrupt)


def test_the_edges_of_the_range_of_times_and_no_marker_at_all():
    marker = np.array(MARKER)[:, None]
    ends = [1e-300, 1e-300, 1, 1, 1e299, 1e300]
    plain = scan_markers(marker, TIME, EVENT, **ALL)
    stretched = scan_markers(marker, ends, EVENT, **ALL)
    assert stretched.log_hazard_ratio[0] == plain.log_hazard_ratio[0]
    nothing = scan_markers(np.empty((6, 0)), TIME, EVENT)
    assert nothing.p_value.shape == (0,)


def test_all_events_at_one_time_and_many_covariates():
    markers, _, event, _, _ = make_patients(n=120, missing=0.1)
    covariates = np.random.default_rng(1).normal(size=(120, 8))
    scan = scan_markers(markers, np.full(120, 3.0), event, covariates=covariates, **ALL)
    tested = ~np.isnan(markers[:, 7])
    x = np.column_stack([covariates, markers[:, 7]])[tested]
    fit = fit_cox(x, np.full(tested.sum(), 3.0), event[tested])
    assert scan.log_hazard_ratio[7] == pytest.approx(fit.log_hazard_ratio[-1], rel=1e-8)


# (time, event, entry, stratum, marker, two covariates) of patients whose covariates nearly separate
# the events: risks differ by e^20 and more, and so do the hazards before and after an entry
NEARLY_SEPARATED = {
    "two_strata": [
        (5, 1, 3, 1, 0, -0.3, -1.1), (6, 1, 0, 1, 1, 0.6, 0.0), (9, 1, 2, 1, 0, -1.5, 0.9),
        (9, 1, 0, 1, 0, -1.3, 1.5), (9, 1, 4, 0, 0, 1.1, -0.8), (9, 0, 1, 0, 0, -3.0, -0.1),
        (3, 1, 1, 0, 0, -0.9, 1.1), (5, 0, 1, 1, 0, -2.1, -0.6), (4, 1, 0, 1, 0, 0.3, 0.8),
        (4, 1, 3, 0, 0, -1.8, -0.6), (1, 1, 0, 1, 0, 0.3, 1.2), (5, 1, 1, 1, 0, -0.3, 0.2),
    ],
    "one_stratum": [
        (1, 1, 0, 0, 0, 0.0, 2.1), (1, 1, 0, 0, 1, -1.3, 0.9), (4, 0, 1, 0, 1, -0.5, -0.8),
        (1, 1, 0, 0, 0, 1.1, -1.1), (4, 0, 3, 0, 0, -0.7, 2.7), (4, 1, 2, 0, 0, -0.5, 0.8),
        (2, 1, 0, 0, 0, 1.3, -1.0),
    ],
    "leaving": [
        (4, 1, 2, 0, 0, 0.4, -1.4), (1, 1, 0, 2, 0, -0.5, -0.4), (1, 0, 0, 1, 0, -0.2, -0.8),
        (4, 0, 0, 2, 1, -2.1, -0.3), (5, 1, 4, 0, 0, 0.5, -0.1), (6, 1, 2, 1, 1, 0.6, -1.1),
        (1, 0, 0, 2, 0, -0.9, -0.3), (5, 0, 3, 2, 0, -1.2, 0.8), (4, 1, 3, 0, 0, -1.7, -0.4),
        (3, 1, 2, 2, 0, -0.1, 2.4), (6, 1, 5, 1, 0, -0.2, -0.7), (1, 1, 0, 0, 1, 0.8, 0.6),
        (6, 1, 5, 1, 1, 0.6, -1.0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", list(NEARLY_SEPARATED))
def test_late_entrants_of_great_risk_keep_their_digits(case):
    time, event, entry, strata, marker, *x = np.array(NEARLY_SEPARATED[case]).T
    options = {"strata": strata, "entry_time": entry}
    covariates = np.column_stack(x)
    scan = scan_markers(marker[:, None], time, event == 1, covariates=covariates, **options, **ALL)
    fit = fit_cox(np.column_stack([covariates, marker]), time, event == 1, **options)
    assert scan.status[0] == "fitted"
    assert scan.log_hazard_ratio[0] == pytest.approx(fit.log_hazard_ratio[-1], rel=1e-9)
    assert scan.standard_error[0] == pytest.approx(fit.standard_error[-1], rel=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"markers": np.zeros(6)}, "one row per patient and one column per marker"),
        ({"markers": np.zeros((5, 1))}, "has 5 rows, but `time` has 6"),
        ({"markers": np.array([[None]] * 6)}, "must hold numbers or booleans"),
        ({"markers": np.full((6, 1), np.inf)}, r"markers\[:, 0\].*infinite"),
        ({"tested": np.ones((6, 2), dtype=bool)}, r"`tested` has shape \(6, 2\)"),
        ({"tested": np.ones((6, 1))}, "`tested` must be boolean"),
        ({"event": [False] * 6}, "`event` is never True"),
        ({"interaction": [0, 1, 2, 0, 1, np.inf]}, "`interaction`: 1 of 6 is infinite"),
        ({"interaction": [1] * 6}, "`interaction` must hold at least two different values"),
        ({"interaction": [0, 1]}, "`interaction` has 2 entries"),
        ({"interaction": [0, 1, nan, 0, 1, 0]}, "`interaction`: 1 of 6 is missing"),
        ({"covariates": np.ones((6, 1))}, "`covariates` has columns without a hazard ratio"),
        ({"covariates": np.full((6, 1), nan)}, r"`covariates\[:, 0\]`.*missing or infinite"),
        ({"covariates": np.zeros((6, 30))}, "takes 29 at most"),
        ({"separated": "none"}, "expected one of: firth, score"),
        ({"n_threads": 0}, "`n_threads` is 0"),
        ({"block_size": 0}, "`block_size` is 0"),
        ({"tolerance": 2}, "`tolerance` is 2"),
        ({"max_iterations": 0}, "`max_iterations` is 0"),
    ],
)
def test_what_cannot_be_used_is_said(change, words):
    arguments = {"markers": np.array(MARKER)[:, None], "time": TIME, "event": EVENT, **change}
    with pytest.raises(InputError, match=words):
        scan_markers(**arguments)


def test_covariates_that_separate_everybody_are_refused():
    separating = np.array([1, 1, 1, 0, 0, 0, 0, 0])[:, None]
    with pytest.raises(ConvergenceError, match="plus infinity"):
        scan_markers(np.eye(8)[:, :1], np.arange(1, 9), [True] * 8, covariates=separating, **ALL)


@pytest.mark.parametrize("n_covariates", [0, 1, 7])
def test_score_tests_that_share_a_pattern_are_those_of_the_full_scan(n_covariates):
    # forty markers tested in all patients, forty in the same half, forty each in their own
    markers, time, event, _, strata = make_patients(n=150, m=120, missing=0)
    generator = np.random.default_rng(2)
    markers[::2, 40:80] = nan
    markers[:, 80:][generator.random((150, 40)) < 0.2] = nan
    markers[:, 60] *= generator.normal(3, 1, 150)
    covariates = generator.normal(size=(150, n_covariates))
    options = {"covariates": covariates, "strata": strata, **ALL}
    full = scan_markers(markers, time, event, **options)
    score = scan_markers(markers, time, event, score_only=True, **options)
    np.testing.assert_allclose(score.score_chi_square, full.score_chi_square, rtol=1e-9)
    assert (score.method == "score").all()
    assert np.isnan(score.log_hazard_ratio).all()
    assert score.n_patterns == 42
