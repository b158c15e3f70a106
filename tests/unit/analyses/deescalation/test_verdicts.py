"""The word, case by case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chorall.analyses.deescalation.bounds import GroupBounds, TrialBounds
from chorall.analyses.deescalation.difference import (
    HARM,
    NON_INFERIOR,
    NOT_COMPARED,
    NOT_SHOWN,
)
from chorall.analyses.deescalation.limits import measure_risk
from chorall.analyses.deescalation.plans import plan_answers
from chorall.analyses.deescalation.reductions import ITT, PER_PROTOCOL, Reduction
from chorall.analyses.deescalation.together import pool_risks, turn_to_survival
from chorall.analyses.deescalation.verdicts import (
    HYPOTHESIS,
    INSUFFICIENT,
    NOT_SUPPORTED,
    Gates,
    judge_group,
)
from chorall.analyses.planning import plan_study

GATES = Gates(5.0, 0.05, 0.90, 0.04, 0.95)


def trial(name: str, n: int, relapses: int, failures: int | None = None) -> TrialBounds:
    def measure(k: int) -> Any:
        cause = (np.arange(n) < k).astype(np.int64)
        return measure_risk(np.where(cause, 1.0, 9.0), cause, None, 5.0)

    return TrialBounds(
        name, n, measure(relapses), measure(relapses if failures is None else failures)
    )


def bounds(*trials: TrialBounds) -> GroupBounds:
    counted = tuple(one for one in trials if one.counts)
    failure = pool_risks([one.failure for one in counted], 0.95)
    relapse = pool_risks([one.relapse for one in counted], 0.95)
    return GroupBounds(trials, counted, relapse, turn_to_survival(failure))


def reduction(word: str, population: str = ITT) -> Reduction:
    return Reduction(
        ("maintenance_pulses", "pulses_monthly", "pulses_omitted"), population, ("A R1",), 100,
        100, 5, 9, None, (0.95, 0.91, -0.04, 0.01, -0.06, -0.02), np.nan, word,
        "too few",
    )  # fmt: skip


THREE = bounds(trial("A", 400, 4), trial("B", 500, 5), trial("C", 400, 4))


@pytest.mark.parametrize(
    ("found", "median", "reductions", "word", "says"),
    [
        (THREE, 8.0, [], HYPOTHESIS, "in a new one"),
        (bounds(trial("A", 300, 3), trial("B", 300, 2)), 8.0, [], HYPOTHESIS, "each alone"),
        # 2 % of 230 keep the limit at 5 % in each, as planned; pooled by t they do not
        (
            bounds(trial("A", 230, 5), trial("B", 230, 5), trial("C", 230, 5)),
            8.0,
            [],
            HYPOTHESIS,
            "A, B and C, each alone, within 5.0 %",
        ),
        (
            bounds(trial("A", 230, 5), trial("B", 230, 5), trial("C", 230, 6)),
            8.0,
            [],
            INSUFFICIENT,
            "relapse, all trials: upper limit",
        ),
        (
            bounds(*(trial(name, 140, 2) for name in "ABCDEFGH")),
            8.0,
            [],
            HYPOTHESIS,
            "in a new one",
        ),
        (bounds(trial("A", 300, 3), trial("B", 60, 1)), 8.0, [], INSUFFICIENT, "relapse, B"),
        (bounds(trial("A", 900, 3)), 8.0, [], INSUFFICIENT, "1 trial with 20 members"),
        (bounds(trial("A", 900, 3), trial("B", 19, 0)), 8.0, [], INSUFFICIENT, "1 trial"),
        (bounds(), 8.0, [], INSUFFICIENT, "nobody"),
        (THREE, 4.9, [], INSUFFICIENT, "median follow-up 4.9 years, 5 needed"),
        (THREE, np.nan, [], INSUFFICIENT, "median follow-up not reached"),
        (THREE, 8.0, [reduction(NON_INFERIOR)], HYPOTHESIS, "in a new one"),
        (THREE, 8.0, [reduction(NOT_SHOWN)], INSUFFICIENT, "lower limit -6.0 points"),
        (THREE, 8.0, [reduction(HARM)], NOT_SUPPORTED, "worse by 4.0 points (2.0 to 6.0)"),
        (THREE, 8.0, [reduction(NOT_COMPARED)], INSUFFICIENT, "randomised, but too few"),
        (
            THREE,
            8.0,
            [reduction(NON_INFERIOR), reduction(NOT_COMPARED, PER_PROTOCOL)],
            HYPOTHESIS,
            "",
        ),
        (
            THREE,
            8.0,
            [reduction(NON_INFERIOR), reduction(NOT_SHOWN, PER_PROTOCOL)],
            INSUFFICIENT,
            "per protocol",
        ),
        # the estimate lies within the bound and the limit does not
        (
            bounds(trial("A", 40, 1), trial("B", 40, 1), trial("C", 40, 1)),
            8.0,
            [],
            INSUFFICIENT,
            "relapse, all trials: upper limit",
        ),
        (
            bounds(trial("A", 400, 44), trial("B", 400, 40), trial("C", 400, 48)),
            8.0,
            [],
            NOT_SUPPORTED,
            "relapse, all trials: lower limit",
        ),
        # few relapses, many other events
        (
            bounds(trial("A", 400, 4, 80), trial("B", 400, 4, 72), trial("C", 400, 4, 84)),
            8.0,
            [],
            NOT_SUPPORTED,
            "event-free survival, all trials: upper limit",
        ),
        # low in three, high in one: a new trial may be like the fourth
        (
            bounds(trial("A", 900, 2), trial("B", 900, 3), trial("C", 900, 2), trial("D", 900, 60)),
            8.0,
            [],
            INSUFFICIENT,
            "D contradicts",
        ),
    ],
)
def test_the_word_and_why(
    found: GroupBounds, median: float, reductions: list[Reduction], word: str, says: str
) -> None:
    verdict = judge_group(found, median, reductions, GATES)
    assert verdict.word == word
    assert says in verdict.reason


def test_a_hypothesis_names_the_trial_that_would_answer() -> None:
    verdict = judge_group(THREE, 8.0, [], GATES)
    lines = plan_answers(THREE, verdict, 0.25, GATES)
    expected = plan_study(
        "non-inferiority", success=THREE.event_free.risk, margin=0.04, power=0.8, alpha=0.025,
        simulations=0,
    )  # fmt: skip
    assert [line["question"] for line in lines] == ["non-inferiority"] * 2
    assert lines[0]["n_patients"] == expected.rows["n_patients"][0]
    assert lines[0]["n_screened"] == 4 * lines[0]["n_patients"]
    assert lines[1]["n_patients"] > lines[0]["n_patients"]


def test_where_evidence_lacks_more_patients_are_planned_and_where_harm_was_done_nothing_is() -> (
    None
):
    few = bounds(trial("A", 40, 1), trial("B", 40, 1), trial("C", 40, 1))
    lines = plan_answers(few, judge_group(few, 8.0, [], GATES), 0.25, GATES)
    assert [line["question"] for line in lines][-1] == "low-risk"
    harmed = judge_group(THREE, 8.0, [reduction(HARM)], GATES)
    assert plan_answers(THREE, harmed, 0.25, GATES) == []
