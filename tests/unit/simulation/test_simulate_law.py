"""The law of the lesions and of the hazards."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.knowledge.age_bands import age_bands
from chorall.simulation.definitions import choose_designs, effects, frequencies, scenarios
from chorall.simulation.histories import find_days
from chorall.simulation.marker_law import build_marker_law, compute_frequencies, find_bands
from chorall.simulation.patients import draw_patients

LAW = build_marker_law(None)


def test_every_frequency_has_a_number_for_each_age_band_and_a_source() -> None:
    law = frequencies()
    n_bands = len(age_bands())
    assert len(law.lineage.t_percent) == n_bands
    assert all(len(part.percent) == n_bands for part in law.subtypes)
    assert all(part.source for part in (*law.subtypes, *law.lesions))


def test_subtypes_leave_room_for_none_of_them() -> None:
    assert (LAW.subtype_share[:, :, -1] > 0).all()
    np.testing.assert_allclose(LAW.subtype_share.sum(axis=2), 1)


def test_lesions_within_a_subtype_name_known_subtypes() -> None:
    subtypes = set(LAW.markers[: LAW.n_subtypes])
    assert all(set(part.within) <= subtypes for part in frequencies().lesions)


def test_planted_effects_belong_to_known_markers() -> None:
    for name, part in effects().hazards().items():
        assert set(part.markers) | set(part.adult_markers) <= set(LAW.markers), name
    assert set(effects().mrd.markers) <= set(LAW.markers)
    for scenario in scenarios().values():
        assert set(scenario.trial_spread) <= set(LAW.markers)
        assert {part.marker for part in scenario.interactions} <= set(LAW.markers)


def test_designs_test_for_known_markers_once_each() -> None:
    for design in choose_designs(8):
        markers = [m for assay in design.assays for m in (*assay.markers, *assay.partial_markers)]
        assert set(markers) <= set(LAW.markers)
        assert len(markers) == len(set(markers))


def test_age_on_a_bound_belongs_to_the_older_band() -> None:
    labels = [band.label for band in age_bands()]
    found = find_bands(np.array([0.0, 0.99, 1.0, 15.99, 16.0, 65.0, 80.0]))
    assert [labels[band] for band in found] == [
        "0-1", "0-1", "1-9", "10-15", "16-25", ">=65", ">=65",
    ]  # fmt: skip


def test_marginal_frequency_of_a_lesion_sums_over_subtypes() -> None:
    # IKZF1_del at 1-9 y, by hand from frequencies.toml: BCR::ABL1 2.5 % x 65 %, Ph-like 9 % x 72 %,
    # ETV6::RUNX1 26 % x 3 %, high hyperdiploidy 30 % x 9 %, KMT2A-r 1.5 % x 4 %, TCF3::PBX1
    # 5 % x 3 %, iAMP21 1.5 % x 20 %, all others 24.5 % x 15 %.
    by_hand = 0.025 * 0.65 + 0.09 * 0.72 + 0.26 * 0.03 + 0.30 * 0.09
    by_hand += 0.015 * 0.04 + 0.05 * 0.03 + 0.015 * 0.20 + 0.245 * 0.15
    planted = compute_frequencies(LAW)["IKZF1_del"]
    assert planted["B"]["1-9"] == pytest.approx(by_hand, abs=1e-6)
    assert planted["T"]["1-9"] == pytest.approx(0.04)
    assert planted["all"]["1-9"] == pytest.approx(0.88 * by_hand + 0.12 * 0.04, abs=1e-6)


def test_drawn_subtypes_exclude_one_another_and_spare_t_lineage() -> None:
    drawn = draw_patients(np.random.default_rng(3), choose_designs(1)[0], LAW, 4000)
    n_subtypes = drawn.present[:, : LAW.n_subtypes].sum(axis=1)
    assert n_subtypes.max() == 1
    assert not drawn.present[drawn.is_t][:, LAW.locate("BCR::ABL1")].any()
    assert not drawn.present[~drawn.is_t][:, LAW.locate("TLX3-r")].any()
    assert drawn.present[drawn.is_t][:, LAW.locate("TLX3-r")].any()
    assert drawn.down_syndrome.any()
    assert not (drawn.down_syndrome & drawn.is_t).any()


def test_further_markers_are_rare_mutations_without_effect() -> None:
    law = build_marker_law(70)
    assert len(law.markers) == len(set(law.markers)) == 70
    assert law.markers[: len(LAW.markers)] == LAW.markers
    assert law.further == law.markers[len(LAW.markers) :]
    assert law.lesion_share[..., -len(law.further) :].max() <= 0.04
    assert not set(law.further) & set(effects().relapse.markers)
    assert not {"IGH", "PAR1"} & set(law.further)


@pytest.mark.parametrize("n_markers", [0, 46, 10_000])
def test_impossible_numbers_of_markers_are_refused(n_markers: int) -> None:
    with pytest.raises(InputError, match=f"markers = {n_markers}: expected 47 to"):
        build_marker_law(n_markers)


def test_hazard_reaches_its_plateau() -> None:
    # Cumulative hazard 0.7 * e^0.5 at infinity: exp(-1.154) = 31.5 % never have the event.
    drawn = np.random.default_rng(1).standard_exponential(200_000)
    days = find_days(drawn, 0.7, np.full(200_000, 0.5), years=1.0)
    assert np.isinf(days).mean() == pytest.approx(np.exp(-0.7 * np.exp(0.5)), abs=0.004)
    within_a_year = np.exp(-0.7 * np.exp(0.5) * (1 - np.exp(-1)))
    assert (days > 366.25).mean() == pytest.approx(within_a_year, abs=0.004)
    assert days.min() >= 2


def test_a_hazard_that_changes_is_the_sum_of_its_pieces() -> None:
    # Doubled after one year: cumulative hazard h(1) + 2 (h(2) - h(1)) with h(t) = 0.3 (1 - e^-t).
    drawn = np.random.default_rng(2).standard_exponential(200_000)
    change_day, change = np.full(drawn.size, 365.25), np.full(drawn.size, np.log(2))
    days = find_days(drawn, 0.3, np.zeros(drawn.size), 1.0, change_day, change)
    first, second = 1 - np.exp(-1), np.exp(-1) - np.exp(-2)
    expected = np.exp(-0.3 * (first + 2 * second))
    assert (days > 731.5).mean() == pytest.approx(expected, abs=0.004)
    never = find_days(drawn, 0.3, np.zeros(drawn.size), 1.0, np.full(drawn.size, np.inf), change)
    plain = find_days(drawn, 0.3, np.zeros(drawn.size), 1.0)
    np.testing.assert_array_equal(never, plain)


def test_a_trial_of_one_subtype_takes_no_other() -> None:
    design = next(one for one in choose_designs(8) if one.only)
    drawn = draw_patients(np.random.default_rng(3), design, LAW, 500)
    assert drawn.present[:, LAW.locate("BCR::ABL1")].all()
    assert not drawn.is_t.any()


def test_chromosome_numbers_fit_the_subtype() -> None:
    drawn = draw_patients(np.random.default_rng(5), choose_designs(1)[0], LAW, 6000)
    high = drawn.present[:, LAW.locate("high_hyperdiploidy")]
    low = drawn.present[:, LAW.locate("low_hypodiploidy")]
    assert drawn.modal_number[high].min() >= 51
    assert drawn.modal_number[low].max() <= 39
    assert (drawn.modal_number[~high] < 51).all()
