"""The bootstrap of Cox coefficients is that of fits to repeated rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chorall.errors import InputError
from chorall.stats import bootstrap, bootstrap_cox, cox_bootstrap, fit_cox

SEED = 11


def draw_patients(n: int = 80, p: int = 3) -> dict[str, Any]:
    generator = np.random.default_rng(5)
    return {
        "x": generator.normal(size=(n, p)),
        # many ties, more in each resample
        "time": np.ceil(generator.exponential(8, n)),
        "event": generator.random(n) < 0.7,
        "strata": generator.integers(0, 3, n),
    }


def repeat_fits(patients: dict[str, Any], ties: str, within: Any = None) -> Any:
    def fit(x: Any, time: Any, event: Any, strata: Any) -> Any:
        return fit_cox(x, time, event, strata=strata, ties=ties).log_hazard_ratio

    arrays = list(patients.values())
    return bootstrap(fit, arrays, n_resamples=30, seed=SEED, strata=within)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("p", [1, 3, 18])
@pytest.mark.parametrize("most_events", [255, 1])
def test_it_gives_what_fits_to_repeated_rows_give(
    monkeypatch: pytest.MonkeyPatch, ties: str, p: int, most_events: int
) -> None:
    monkeypatch.setattr(cox_bootstrap, "MOST_EVENTS", most_events)
    patients = draw_patients(150, p)
    slow = repeat_fits(patients, ties)
    fast = bootstrap_cox(**patients, n_resamples=30, seed=SEED, ties=ties)
    assert slow.n_failed == fast.n_failed == 0
    np.testing.assert_allclose(fast.replicates, slow.replicates, rtol=1e-9, atol=1e-10)
    for name in ("estimate", "standard_error", "lower", "upper", "bias"):
        np.testing.assert_allclose(getattr(fast, name), getattr(slow, name), rtol=1e-8, atol=1e-9)


def test_patients_are_drawn_within_labels() -> None:
    patients = draw_patients()
    trial = np.repeat([0, 1], 40)
    slow = repeat_fits(patients, "efron", trial)
    fast = bootstrap_cox(**patients, n_resamples=30, seed=SEED, draw_within=trial)
    np.testing.assert_allclose(fast.replicates, slow.replicates, rtol=1e-9, atol=1e-10)
    plain = bootstrap_cox(**patients, n_resamples=30, seed=SEED)
    assert not np.allclose(fast.replicates, plain.replicates)


def test_the_answer_does_not_depend_on_the_threads() -> None:
    patients = draw_patients()
    one, three = (
        bootstrap_cox(**patients, n_resamples=60, seed=SEED, n_threads=n).replicates for n in (1, 3)
    )
    np.testing.assert_array_equal(one, three)


def test_resamples_without_a_fit_are_counted() -> None:
    x = np.zeros((12, 1))
    x[[3, 6]] = 1
    time, event = np.arange(12.0) + 1, np.ones(12, dtype=bool)
    slow = bootstrap(
        lambda *arrays: fit_cox(*arrays).log_hazard_ratio,
        [x, time, event], n_resamples=100, seed=SEED,
    )  # fmt: skip
    fast = bootstrap_cox(x, time, event, n_resamples=100, seed=SEED)
    assert 0 < fast.n_failed == slow.n_failed < 100
    np.testing.assert_array_equal(np.isnan(fast.replicates), np.isnan(slow.replicates))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_threads": 0}, "`n_threads` is 0"),
        ({"ties": "exact"}, "`ties`"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_what_cannot_be_used_is_refused(changed: dict[str, Any], message: str) -> None:
    asked = {"n_resamples": 5, "seed": SEED} | changed
    with pytest.raises(InputError, match=message):
        bootstrap_cox(**draw_patients(), **asked)
