"""What may not change a result: the order of rows, labels, signs, units, halves and pieces."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from unit.stats.hostile_patients import N, Patients, call, list_numbers, using

from chorall import stats
from chorall.errors import ConvergenceError, InputError

FEW = settings(deadline=None, max_examples=8)
SEEDS = st.integers(0, 2**32 - 1)
ROWS = ("time", "event", "cause", "entry_time", "group", "strata", "weights", "x", "risk")
# iterated fits stop within 1e-9 standard errors, their information within the square root
ITERATED = {"rtol": 1e-6, "atol": 1e-8}


def draw_patients(seed, n=N):
    draw = np.random.default_rng(seed)
    time, cause = draw.integers(1, 9, n).astype(float), draw.integers(0, 3, n)
    return Patients(
        time=time, event=cause > 0, cause=cause,
        entry_time=np.floor(time * 0.6 * draw.random(n)),
        group=draw.permutation(np.arange(n) % 3), strata=draw.permutation(np.arange(n) % 2),
        weights=draw.integers(1, 5, n) / 2, x=draw.normal(size=(n, 2)).round(1),
        risk=draw.integers(1, 32, n) / 32,
    )  # fmt: skip


def call_or_skip(name, patients):
    """Call the kernel unless these patients have no answer, which is not the question here."""
    try:
        return call(name, patients)
    except (InputError, ConvergenceError):
        assume(False)


def choose(patients, rows):
    return patients.change(**{name: getattr(patients, name)[rows] for name in ROWS})


def compare(found, expected, *, places=None, rows=None, skipped=()):
    """Compare numbers of two results; those with one entry per patient after moving `rows`."""
    one, other = list_numbers(found), list_numbers(expected)
    assert one.keys() == other.keys()
    compared = 0
    for place, numbers in other.items():
        name = place.rsplit(".", maxsplit=1)[-1]
        if numbers.dtype.kind not in "iuf" or name in skipped or (places and name not in places):
            continue
        moved = numbers[rows] if rows is not None and numbers.shape[:1] == (N,) else numbers
        np.testing.assert_allclose(one[place], moved, err_msg=place, **ITERATED)
        compared += 1
    assert compared


# two groups, not three; a halved or predicted row set; residuals by event: tested by themselves
OWN = {"restricted_mean_difference", "predict_cox_survival", "find_schoenfeld_residuals",
       "compare_concordance", "reclassification"}  # fmt: skip
ORDERED = [name for name in using("time") if name not in OWN | {"transition_probabilities"}]


@pytest.mark.parametrize("name", ORDERED)
@given(SEEDS)
@FEW
def test_the_order_of_patients_does_not_matter(name, seed):
    patients = draw_patients(seed)
    rows = np.random.default_rng(seed + 1).permutation(N)
    found = call_or_skip(name, choose(patients, rows))
    # how many steps a climb takes may hang on the last bit
    compare(found, call(name, patients), rows=rows, skipped=("n_iterations", "n_newton_steps"))


@given(SEEDS)
@FEW
def test_the_order_of_patients_does_not_matter_to_what_compares_two(seed):
    p = draw_patients(seed)
    rows = np.random.default_rng(seed + 1).permutation(N)
    q, other = choose(p, rows), p.risk[::-1]
    two, moved = p.group % 2, (p.group % 2)[rows]
    pairs = [
        (stats.compare_concordance(p.risk, other, p.time, p.event),
         stats.compare_concordance(q.risk, other[rows], q.time, q.event)),
        (stats.reclassification(p.risk, other, p.time, p.event, 4.0, [0.5]),
         stats.reclassification(q.risk, other[rows], q.time, q.event, 4.0, [0.5])),
        (stats.restricted_mean_difference(p.time, p.event, two, horizon=3.0),
         stats.restricted_mean_difference(q.time, q.event, moved, horizon=3.0)),
    ]  # fmt: skip
    for expected, found in pairs:
        compare(found, expected, rows=rows)


@given(SEEDS)
@FEW
def test_schoenfeld_residuals_belong_to_their_patients(seed):
    p = draw_patients(seed)
    rows = np.random.default_rng(seed + 1).permutation(N)
    found = call_or_skip("find_schoenfeld_residuals", choose(p, rows))
    expected = call("find_schoenfeld_residuals", p)
    of_patient = {int(i): r for i, r in zip(expected.position, expected.residuals, strict=True)}
    for position, residual in zip(found.position, found.residuals, strict=True):
        np.testing.assert_allclose(residual, of_patient[int(rows[position])], **ITERATED)


@pytest.mark.parametrize("name", sorted({*using("group"), *using("strata")} - OWN))
@given(SEEDS)
@FEW
def test_the_names_of_groups_and_strata_do_not_matter(name, seed):
    patients = draw_patients(seed)
    words = np.array(["west", "north", "east"])
    renamed = patients.change(group=words[patients.group], strata=words[patients.strata])
    if name == "logrank_trend":
        # the order of its groups is its question
        renamed = patients.change(strata=words[patients.strata])
    found, expected = call_or_skip(name, renamed), call(name, patients)
    places = {"chi_square", "degrees_of_freedom", "p_value", "z", "log_hazard_ratio",
              "standard_error", "concordance", "log_likelihood",
              "score_chi_square", ""}  # fmt: skip
    if name in ("find_baseline_hazard", "find_schoenfeld_residuals"):
        # strata come in the order of their names
        one, other = (np.sort(np.ravel(getattr(r, "hazard", getattr(r, "residuals", None))))
                      for r in (found, expected))  # fmt: skip
        np.testing.assert_allclose(one, other, **ITERATED)
        return
    compare(found, expected, places=places)


FREE = ["fit_cox", "fit_cox of exact ties", "fit_cox of Breslow", "fit_cox of Firth",
        "fit_fine_gray", "scan_markers", "fit_elastic_net_cox"]  # fmt: skip


@pytest.mark.parametrize("name", FREE)
@given(SEEDS)
@FEW
def test_a_covariate_in_another_unit_and_turned_round_is_the_same_covariate(name, seed):
    patients = draw_patients(seed)
    unit = np.array([-1000.0, 1 / 30])
    found = call_or_skip(name, patients.change(x=patients.x * unit + [5, -7]))
    expected = call(name, patients)
    ratio = {"rtol": 2e-5, "atol": 1e-7} if name == "fit_elastic_net_cox" else ITERATED
    np.testing.assert_allclose(found.log_hazard_ratio * unit, expected.log_hazard_ratio, **ratio)
    if hasattr(found, "covariance"):
        scaled = found.covariance * np.outer(unit, unit)
        np.testing.assert_allclose(scaled, expected.covariance, **ITERATED)
    if hasattr(found, "log_likelihood") and name != "fit_elastic_net_cox":
        assert found.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-8)


@pytest.mark.parametrize("name", ["fit_cox with a ridge", "fit_random_effects_cox"])
@given(SEEDS)
@FEW
def test_a_penalty_knows_units_but_no_signs(name, seed):
    patients = draw_patients(seed)
    found = call_or_skip(name, patients.change(x=-patients.x))
    expected = call(name, patients)
    np.testing.assert_allclose(-found.log_hazard_ratio, expected.log_hazard_ratio, **ITERATED)
    np.testing.assert_allclose(found.covariance, expected.covariance, **ITERATED)


def twice_with_half(patients):
    return choose(patients, np.tile(np.arange(N), 2)).change(
        weights=np.tile(patients.weights, 2) / 2
    )


WEIGHTED = ["kaplan_meier", "nelson_aalen", "restricted_mean", "conditional_survival",
            "concordance"]  # fmt: skip


@pytest.mark.parametrize("name", WEIGHTED)
@given(SEEDS)
@FEW
def test_everybody_twice_with_half_the_weight_is_the_same(name, seed):
    patients = draw_patients(seed)
    found, expected = call_or_skip(name, twice_with_half(patients)), call(name, patients)
    skipped = {"n", "influence"}
    if name == "concordance":
        # the two halves of an event are a pair that is tied in time, and independent in the error
        skipped |= {"n_tied_time", "standard_error", "lower", "upper"}
    if name == "restricted_mean":
        skipped.add("n_events")
    compare(found, expected, skipped=skipped)


@given(SEEDS)
@FEW
def test_everybody_twice_with_half_the_weight_is_the_same_model(seed):
    p, q = draw_patients(seed), twice_with_half(draw_patients(seed))

    def fit_all(r):
        follow_up = (r.time, r.event)
        options = {"entry_time": r.entry_time, "strata": r.strata, "weights": r.weights}
        yield stats.fit_cox(r.x, *follow_up, ties="breslow", ridge=0.1, **options)
        yield stats.fit_cox(r.x, *follow_up, ties="breslow", firth=True, **options)
        yield stats.fit_elastic_net_cox(r.x, *follow_up, n_penalties=4, tolerance=1e-10, **options)
        yield stats.fit_random_effects_cox(
            r.x, ["a", "a"], *follow_up, ties="breslow", mean_groups=[], group_variance=[0.3],
            **options,
        )  # fmt: skip

    try:
        pairs = list(zip(fit_all(q), fit_all(p), strict=True))
    except (InputError, ConvergenceError):
        assume(False)
    for found, expected in pairs:
        np.testing.assert_allclose(
            found.log_hazard_ratio, expected.log_hazard_ratio, rtol=1e-5, atol=1e-7
        )
        np.testing.assert_allclose(found.log_likelihood, expected.log_likelihood, rtol=1e-7)


def split_follow_up(p, seed):
    """Cut everybody's follow-up at an inner time; only the second piece ends with the event."""
    cut = p.entry_time + (p.time - p.entry_time) * np.random.default_rng(seed).choice(
        [0.25, 0.5, 0.75], N
    )
    first = p.change(time=cut, event=np.zeros(N, bool), cause=np.zeros(N, int))
    second = p.change(entry_time=cut)
    joined = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in ROWS}
    return p.change(**joined)


SPLIT = ["kaplan_meier", "nelson_aalen", "cumulative_incidence", "logrank", "weighted_logrank",
         "logrank_trend", "fit_cox", "fit_cox of exact ties", "fit_random_effects_cox",
         "find_baseline_hazard", "scan_markers", "restricted_mean",
         "check_proportional_hazards"]  # fmt: skip


@pytest.mark.parametrize("name", SPLIT)
@given(SEEDS)
@FEW
def test_follow_up_in_two_pieces_is_one_follow_up(name, seed):
    whole = draw_patients(seed)
    found, expected = call_or_skip(name, split_follow_up(whole, seed)), call(name, whole)
    if hasattr(expected, "at") and hasattr(expected, "n_at_risk"):
        times = expected.time
        found, expected = found.at(times), expected.at(times)
        compare(found, expected, skipped=("n_at_risk", "n_censored", "time"))
        return
    places = {"chi_square", "p_value", "observed", "expected", "variance", "z", "hazard",
              "log_hazard_ratio", "covariance", "log_likelihood", "score_chi_square",
              "restricted_mean", "standard_error"}  # fmt: skip
    compare(found, expected, places=places)


@given(SEEDS)
@FEW
def test_robust_errors_know_whose_pieces_they_are(seed):
    whole = draw_patients(seed)
    pieces, identity = split_follow_up(whole, seed), np.arange(N)
    try:
        one, other = (
            stats.fit_cox(
                p.x, p.time, p.event, entry_time=p.entry_time, strata=p.strata, cluster=cluster
            )
            for p, cluster in ((whole, identity), (pieces, np.tile(identity, 2)))
        )
    except (InputError, ConvergenceError):
        assume(False)
    np.testing.assert_allclose(other.covariance, one.covariance, **ITERATED)


@given(SEEDS)
@FEW
def test_histories_in_two_pieces_have_the_same_probabilities(seed):
    p = draw_patients(seed)
    q = split_follow_up(p, seed)
    goal = {0: 0, 1: 2, 2: 3}
    found, expected = (
        stats.transition_probabilities(
            r.entry_time, r.time, np.ones(len(r.time), int), [goal[c] for c in r.cause.tolist()],
            n_states=3,
        ).at([1.0, 3.5, 8.0])
        for r in (q, p)
    )  # fmt: skip
    compare(found, expected, places={"state_occupation", "standard_error", "lower", "upper"})


WHOLE = ["kaplan_meier", "nelson_aalen", "restricted_mean"]


@pytest.mark.parametrize("name", WHOLE)
@given(SEEDS)
@FEW
def test_whole_weights_are_repeated_rows(name, seed):
    p = draw_patients(seed)
    times = np.arange(N) % 3 + 1
    repeated = choose(p, np.repeat(np.arange(N), times)).change(weights=np.ones(times.sum()))
    compare(
        call(name, p.change(weights=times * 1.0)), call(name, repeated), skipped=("n", "n_events")
        if name == "restricted_mean" else (),
    )  # fmt: skip


@given(SEEDS)
@FEW
def test_whole_weights_are_repeated_rows_of_a_model(seed):
    p = draw_patients(seed)
    times = np.arange(N) % 3 + 1
    q = choose(p, np.repeat(np.arange(N), times))
    try:
        one = stats.fit_cox(p.x, p.time, p.event, weights=times, ties="breslow")
        other = stats.fit_cox(q.x, q.time, q.event, ties="breslow")
        scored = stats.concordance(p.risk, p.time, p.event, weights=times)
        repeated = stats.concordance(q.risk, q.time, q.event)
    except (InputError, ConvergenceError):
        assume(False)
    np.testing.assert_allclose(one.log_hazard_ratio, other.log_hazard_ratio, **ITERATED)
    np.testing.assert_allclose(one.covariance, other.covariance, **ITERATED)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-10)
    assert scored.n_concordant == pytest.approx(repeated.n_concordant, rel=1e-10)
    assert scored.concordance == pytest.approx(repeated.concordance, rel=1e-10)
