"""Effects with and without a marker: by hand, and against the kernels for one marker."""

from fractions import Fraction

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import (
    compare_subgroups,
    cumulative_incidence,
    find_e_value,
    fit_cox,
    restricted_mean_difference,
    scan_interactions,
)

SAME = 1e-10


def draw(n=400, m=6, seed=5):
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(20, n))
    cause = rng.choice([0, 1, 2], n, p=[0.4, 0.4, 0.2])
    markers = rng.choice([1, 0, -1], (n, m), p=[0.3, 0.6, 0.1])
    return markers, rng.random(n) < 0.5, time, cause


@pytest.mark.parametrize("late", [False, True])
def test_every_marker_is_the_cox_model_of_its_own_patients(late):
    markers, treated, time, cause = draw()
    entry = np.floor(time * 0.6) if late else None
    found = scan_interactions(markers, treated, time, cause, horizon=15, entry_time=entry)
    for column in range(markers.shape[1]):
        known = markers[:, column] >= 0
        marker, arm = markers[known, column], treated[known]
        fit = fit_cox(
            np.column_stack([marker, arm, marker * arm]), time[known], cause[known] == 1,
            entry_time=None if entry is None else entry[known],
        )  # fmt: skip
        assert found.interaction[column] == pytest.approx(fit.log_hazard_ratio[2], abs=SAME)
        assert found.interaction_error[column] == pytest.approx(fit.standard_error[2], abs=SAME)
        assert found.log_hazard_ratio[0, column] == pytest.approx(fit.log_hazard_ratio[1], abs=SAME)


def test_absolute_figures_are_those_of_the_curves():
    markers, treated, time, cause = draw()
    found = scan_interactions(markers, treated, time, cause, horizon=15)
    with_it = markers[:, 2] == 1
    risks = [
        cumulative_incidence(time[rows], cause[rows]).at([15]).cumulative_incidence[0, 0]
        for rows in (with_it & treated, with_it & ~treated)
    ]
    assert found.risk_difference[1, 2] == pytest.approx(risks[0] - risks[1], abs=SAME)
    alone = scan_interactions(markers, treated, time, (cause > 0).astype(int), horizon=15)
    mean = restricted_mean_difference(
        time[with_it], cause[with_it] > 0, treated[with_it], horizon=15
    )
    assert alone.time_gained[1, 2] == pytest.approx(mean.difference, abs=SAME)
    assert alone.time_gained_error[1, 2] == pytest.approx(mean.standard_error, abs=SAME)


def test_risks_by_hand():
    # absent control: events at 1 and 3 of four; absent treated: one at 2 of four, none censored
    # before the horizon; with the marker the arms change places
    marker = np.repeat([0, 1], 8)[:, None]
    treated = np.tile(np.repeat([False, True], 4), 2)
    control, other = [1, 3, 9, 9], [2, 9, 9, 9]
    time = [*control, *other, *other, *control]
    cause = [int(one < 9) for one in time]
    found = scan_interactions(marker, treated, time, cause, horizon=5)
    less = Fraction(1, 4) - Fraction(2, 4)
    assert found.risk_difference[:, 0] == pytest.approx([float(less), float(-less)])
    # areas lost up to 5: (5 - 1) / 4 + (5 - 3) / 4 and (5 - 2) / 4
    gained = Fraction(6, 4) - Fraction(3, 4)
    assert found.time_gained[:, 0] == pytest.approx([float(gained), float(-gained)])
    assert found.interaction[0] > 0
    assert found.n.tolist() == [[4], [4], [4], [4]]
    assert found.n_events.tolist() == [[2], [1], [1], [2]]


def test_a_cell_without_an_event_has_no_hazard_ratio():
    markers, treated, time, cause = draw(m=2)
    cause = np.where((markers[:, 0] == 1) & treated, 0, cause)
    found = scan_interactions(markers, treated, time, cause, horizon=15)
    assert np.isnan(found.interaction[0])
    assert np.isfinite(found.interaction[1])


def test_a_group_not_followed_to_the_horizon_has_no_risk():
    markers, treated, time, cause = draw(m=1)
    seen = ~((markers[:, 0] == 1) & treated & (time > 10))
    found = scan_interactions(markers[seen], treated[seen], time[seen], cause[seen], horizon=15)
    assert np.isnan(found.risk_difference[1, 0])
    assert np.isfinite(found.risk_difference[0, 0])


def test_wrong_statuses_and_arms_are_refused():
    markers, treated, time, cause = draw(m=1)
    with pytest.raises(InputError, match="1 present, 0 absent"):
        scan_interactions(markers + 5, treated, time, cause, horizon=15)
    with pytest.raises(InputError, match="`treated` must be boolean"):
        scan_interactions(markers, treated.astype(int), time, cause, horizon=15)


def test_published_odds_ratios_of_a_donor_by_age():
    # Gupta et al., S91: 0.79 (0.70-0.90) under 35 years, 1.01 (0.85-1.19) from 35; printed P = .03
    found = compare_subgroups((0.79, 0.70, 0.90), (1.01, 0.85, 1.19))
    assert found.ratio == pytest.approx(1.01 / 0.79)
    assert found.lower > 1
    # the figures are rounded: .03 (.025 to .035) lies within what their rounding leaves open
    closer = compare_subgroups((0.795, 0.695, 0.905), (1.005, 0.845, 1.195)).p_value
    further = compare_subgroups((0.785, 0.705, 0.895), (1.015, 0.855, 1.185)).p_value
    assert further < found.p_value < 0.03 < closer
    assert found.p_value == pytest.approx(0.022, abs=5e-4)


def test_ratios_without_an_order_are_refused():
    with pytest.raises(InputError, match="lower, ratio, upper"):
        compare_subgroups((0.79, 0.9, 0.7), (1.01, 0.85, 1.19))


def test_e_values_of_the_paper():
    # VanderWeele and Ding 2017: 3.9 (1.8 to 8.7) has E-values 7.26 and 3.00
    estimate, limit = find_e_value(3.9, limit=1.8)
    assert (round(estimate, 2), round(limit, 2)) == (7.26, 3.0)
    assert find_e_value(1 / 3.9)[0] == pytest.approx(estimate)
    assert find_e_value(0.8, limit=1.1)[1] == 1
    # a hazard ratio of a common event: 0.25 has the root 0.5
    risk = (1 - 0.5**0.5) / (1 - 0.25)
    assert find_e_value(0.25, common=True)[0] == pytest.approx(find_e_value(risk)[0])
    assert find_e_value(0.25, common=True)[0] < find_e_value(0.25)[0]
    with pytest.raises(InputError, match="above 0"):
        find_e_value(0)
