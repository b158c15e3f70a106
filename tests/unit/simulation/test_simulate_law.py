"""The law of the lesions and of the hazards."""

from __future__ import annotations

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.knowledge.age_bands import age_bands
from chorall.simulation.definitions import choose_designs, effects, frequencies
from chorall.simulation.hazards import draw_days
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
    assert (LAW.subtype_share[:, -1] > 0).all()
    np.testing.assert_allclose(LAW.subtype_share.sum(axis=1), 1)


def test_lesions_within_a_subtype_name_known_subtypes() -> None:
    subtypes = set(LAW.markers[: LAW.n_subtypes])
    assert all(set(part.within) <= subtypes for part in frequencies().lesions)


def test_planted_effects_belong_to_known_markers() -> None:
    for name, part in effects():
        assert set(part.markers) <= set(LAW.markers), name


def test_designs_test_for_known_markers_once_each() -> None:
    for design in choose_designs(4):
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
    # IKZF1_del at 1-9 y, by hand from frequencies.toml: BCR::ABL1 2.5 % x 65 %, Ph-like 9 % x 70 %,
    # ETV6::RUNX1 28 % x 3 %, high hyperdiploidy 31 % x 9 %, all others 29.5 % x 16 %.
    by_hand = 0.025 * 0.65 + 0.09 * 0.70 + 0.28 * 0.03 + 0.31 * 0.09 + 0.295 * 0.16
    planted = compute_frequencies(LAW)["IKZF1_del"]
    assert planted["B"]["1-9"] == pytest.approx(by_hand, abs=1e-6)
    assert planted["T"]["1-9"] == pytest.approx(0.04)
    assert planted["all"]["1-9"] == pytest.approx(0.88 * by_hand + 0.12 * 0.04, abs=1e-6)


def test_drawn_subtypes_exclude_one_another_and_spare_t_lineage() -> None:
    drawn = draw_patients(np.random.default_rng(3), choose_designs(1)[0], LAW, 4000)
    n_subtypes = drawn.present[:, : LAW.n_subtypes].sum(axis=1)
    assert n_subtypes.max() == 1
    assert n_subtypes[drawn.is_t].max() == 0
    assert drawn.down_syndrome.any()
    assert not (drawn.down_syndrome & drawn.is_t).any()


def test_further_markers_are_rare_mutations_without_effect() -> None:
    law = build_marker_law(60)
    assert len(law.markers) == len(set(law.markers)) == 60
    assert law.markers[: len(LAW.markers)] == LAW.markers
    assert law.further == law.markers[len(LAW.markers) :]
    assert law.lesion_share[..., -len(law.further) :].max() <= 0.04
    assert not set(law.further) & set(effects().relapse.markers)
    assert not {"IGH", "PAR1"} & set(law.further)


@pytest.mark.parametrize("n_markers", [0, 25, 10_000])
def test_impossible_numbers_of_markers_are_refused(n_markers: int) -> None:
    with pytest.raises(InputError, match=f"markers = {n_markers}: expected 26 to"):
        build_marker_law(n_markers)


def test_hazard_reaches_its_plateau() -> None:
    # Cumulative hazard 0.7 * e^0.5 at infinity: exp(-1.154) = 31.5 % never have the event.
    days = draw_days(np.random.default_rng(1), 0.7, np.full(200_000, 0.5), years=1.0)
    assert np.isinf(days).mean() == pytest.approx(np.exp(-0.7 * np.exp(0.5)), abs=0.004)
    within_a_year = np.exp(-0.7 * np.exp(0.5) * (1 - np.exp(-1)))
    assert (days > 366.25).mean() == pytest.approx(within_a_year, abs=0.004)
    assert days.min() >= 2
