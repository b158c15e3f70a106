"""What a bank says of two strategies, against the law by which patients were drawn.

Two trials randomise `new` against `old`; remission ends in relapse or death, relapse in death, all
at constant hazards, so that the true difference between strategies is known for each patient.
"""

from __future__ import annotations

import numpy as np
import pytest

from chorall.models.bank.bank import Comparison
from chorall.models.bank.bank_fit import BankData, Stays, fit_bank
from chorall.models.bank.features import Feature
from chorall.models.bank.predict import predict

MARKERS = tuple(f"M{k}" for k in range(4))
FEATURES = (
    Feature("age_years", "number", "demographics", scale=10.0, centre=30.0, low=0, high=110,
            supported_low=0, supported_high=110),
    *(Feature(name, "marker", "secondary lesions") for name in MARKERS),
)  # fmt: skip
EFFECTS = np.array([0.1, 0.8, -0.4, 0.0, 0.3])
RELAPSE, DEATH, AFTER = 0.15, 0.03, 0.8
YEAR = 365.25
N_REPLICATES = 20
N_PATIENTS = 900


def draw_data(random: np.random.Generator, effect: float, in_m0: float = 0.0) -> BankData:
    """Draw patients; `effect` is the log hazard ratio of relapse under `new`, more with M0."""
    n = N_PATIENTS
    markers = (random.random((n, 4)) < 0.3).astype(float)
    values = np.column_stack([random.normal(size=n), markers])
    new = (random.random(n) < 0.5).astype(float)
    risk = values @ EFFECTS + (effect + in_m0 * markers[:, 0]) * new
    relapse = random.exponential(YEAR / RELAPSE / np.exp(risk))
    death = random.exponential(YEAR / DEATH, n)
    after = random.exponential(YEAR / AFTER, n)
    end = random.uniform(2, 8, n) * YEAR
    trial = np.array(["A", "B"])[random.integers(2, size=n)]
    rows = list_stays(new, relapse, death, after, end)
    patient, origin, target, time, flag = zip(*rows, strict=True)
    stays = Stays(
        np.array(patient), np.array(origin), np.array(target), np.zeros(len(rows)),
        np.array(time), np.array(flag)[:, None], np.char.add(trial[list(patient)], "|R1"),
    )  # fmt: skip
    counts = {"old": n, "new": n, "as_observed": n, "no_transplant": n}
    return BankData(
        FEATURES, values, trial, ("new",), stays, (Comparison("old", ("old", "new"), True, 2),),
        {"age 25-39, lineage B": counts}, {}, float("nan"),
    )  # fmt: skip


def list_stays(new, relapse, death, after, end):
    """Write the stays; all come to remission on day 30 of induction, at risk of nothing else."""
    rows = []
    for i in range(len(new)):
        rows.append((i, "induction", "remission", 30.0, 0.0))
        first = min(relapse[i], death[i], end[i])
        target = "" if first == end[i] else "relapse" if first == relapse[i] else "death"
        rows.append((i, "remission", target, first, new[i]))
        if target == "relapse":
            last = min(after[i], end[i] - relapse[i])
            rows.append((i, "relapse", "death" if last == after[i] else "", last, new[i]))
    return rows


def true_event_free(age, markers, new, effect):
    risk = np.r_[(age - 30) / 10, markers] @ EFFECTS + effect * new
    return np.exp(-5 * (RELAPSE * np.exp(risk) + DEATH))


def ask(random, bank, effect):
    """Ask about one patient drawn by the law; return the contrast and the truth."""
    age, markers = float(random.uniform(25, 39)), (random.random(4) < 0.3).astype(float)
    patient = {"age_years": age, "lineage": "B"}
    patient |= {name: bool(value) for name, value in zip(MARKERS, markers, strict=True)}
    patient["course"] = {"state": "remission", "day": 30, "since_day": 30}
    found = predict(bank, patient, ["new", "old"], years=(5.0,), draws=200)
    (contrast,) = [one for one in found.contrasts if one.quantity == "event_free_survival"]
    truth = [true_event_free(age, markers, new, effect) for new in (1, 0)]
    return contrast, truth[0] - truth[1]


@pytest.fixture(scope="module", params=[0.0, -0.6], ids=["nil", "real"])
def replicates(request):
    random = np.random.default_rng([21, int(-10 * request.param)])
    answers = []
    for _ in range(N_REPLICATES):
        bank = fit_bank(draw_data(random, request.param), {})
        answers += [ask(random, bank, request.param) for _ in range(3)]
    return request.param, answers


def test_contrasts_are_unbiased_under_randomisation(replicates) -> None:
    _, answers = replicates
    errors = np.array([contrast.difference.estimate - truth for contrast, truth in answers])
    by_fit = errors.reshape(N_REPLICATES, 3).mean(axis=1)
    # 4 standard errors of the mean over independent fits
    assert abs(by_fit.mean()) < 4 * by_fit.std(ddof=1) / np.sqrt(N_REPLICATES)
    assert abs(by_fit.mean()) < 0.03


def test_intervals_of_a_contrast_cover(replicates) -> None:
    _, answers = replicates
    covered = np.array(
        [one.difference.lower <= truth <= one.difference.upper for one, truth in answers]
    ).reshape(N_REPLICATES, 3)
    # three patients of a fit are nearly one: bounds of a binomial of 20 at 95 %
    assert covered.mean() >= 0.82


def test_nil_cannot_be_told_apart_and_a_real_difference_mostly_can(replicates) -> None:
    effect, answers = replicates
    told = np.mean(["cannot tell" not in contrast.words for contrast, _ in answers])
    if effect == 0:
        assert told <= 0.18
    else:
        assert told >= 0.6
        better = np.array([contrast.share_better for contrast, _ in answers])
        assert better.mean() > 0.95


def test_a_strategy_that_works_with_one_marker_only_is_covered() -> None:
    """The bank shrinks what differs between groups, but may not be sure that nothing does."""
    random = np.random.default_rng(5)
    found = []
    for _ in range(N_REPLICATES):
        bank = fit_bank(draw_data(random, 0.0, in_m0=-0.7), {})
        for has_m0 in (False, True):
            patient = {"age_years": 30, "lineage": "B"} | dict.fromkeys(MARKERS, False)
            patient |= {"M0": has_m0, "course": {"state": "remission", "day": 30, "since_day": 30}}
            contrast = predict(bank, patient, ["new", "old"], years=(5.0,), draws=200).contrasts[1]
            markers = np.array([has_m0, 0, 0, 0], float)
            effect = -0.7 * has_m0
            truth = [true_event_free(30, markers, new, effect) for new in (1, 0)]
            one, difference = contrast.difference, truth[0] - truth[1]
            found.append((one.estimate, difference, one.lower <= difference <= one.upper))
    assert contrast.quantity == "event_free_survival"
    estimates, truths, covered = np.array(found, float).T
    assert covered.mean() >= 0.82
    assert estimates[1::2].mean() > estimates[::2].mean() + 0.05
    # shrunk towards the mean of all, in carriers by a third at most
    assert estimates[1::2].mean() > truths[1::2].mean() * 2 / 3 - 0.02
