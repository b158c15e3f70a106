"""Results made by hand (seeded) whose making takes minutes: a bank judged, its size, a new rule."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl

from chorall.analyses.bank.learning.result import BankLearning
from chorall.analyses.bank.validate_result import BankValidation
from chorall.analyses.result import label_pool
from chorall.analyses.risk.rule_result import RiskRule
from chorall.tables.store import Pool

RIVALS = ("age_and_wbc", "elastic_net", "uk_cytogenetic", "graall_2014_genetics")
CUTS = np.linspace(0.02, 0.98, 25)
NOTHING = pl.DataFrame()


def hand_validation(pool: Pool) -> BankValidation:
    """Return a bank judged against four rivals in every trial of the pool."""
    rng = np.random.default_rng(3)
    place = {"scheme": "leave_one_trial_out", "endpoint": "OS", "n": 500, "n_events": 140}
    rows: list[dict[str, Any]] = []
    for rival in RIVALS:
        for measure in ("concordance", "brier"):
            middle = float(rng.normal(0.02, 0.04))
            rows.append({**place, "group": "all", "model": f"difference to {rival}",
                         "measure": measure, **around(middle, 0.05)})  # fmt: skip
    rows += [
        {**place, "group": f"trial {trial}", "model": "bank", "measure": "observed_over_expected",
         **around(float(rng.uniform(0.7, 1.4)), 0.2)}
        for trial in pool.trials
    ]  # fmt: skip
    curves = [
        {"endpoint": "OS", "group": f"trial {trial}", "level": level, "predicted": cut, "n": 100,
         "observed": cut**power, "lower": max(cut**power - 0.1, 0.0),
         "upper": min(cut**power + 0.1, 1.0)}
        for trial in pool.trials
        for level, power in (("as_foretold", 1.3), ("recalibrated", 1.0))
        for cut in CUTS.tolist()
    ]  # fmt: skip
    benefits = [
        {"endpoint": "OS", "model": model, "threshold": cut, "net_benefit": height * (1 - cut) ** 2,
         "lower": height * (1 - cut) ** 2 - 0.02, "upper": height * (1 - cut) ** 2 + 0.02}
        for model, height in (("bank", 0.3), ("age_and_wbc", 0.28), ("everybody", 0.25))
        for cut in CUTS.tolist()
    ]  # fmt: skip
    return BankValidation(
        analysis="bank-validate", pool=label_pool(pool), rows=pl.DataFrame(rows),
        calibration=pl.DataFrame(curves), decisions=pl.DataFrame(benefits),
    )  # fmt: skip


def hand_learning(pool: Pool) -> BankLearning:
    """Return what banks of 100 to 3,200 patients and of some markers reach."""
    measures = {"concordance": (0.7, 1.5), "brier": (0.16, -0.5)}
    rows = [
        {"by": by, "measure": measure, "kind": "extrapolated" if size > 800 else "measured",
         "size": float(size), **around(ceiling - slope / math.sqrt(size), 0.01), "n_repeats": 5}
        for measure, (ceiling, slope) in measures.items()
        for by, sizes in (("patients", (100, 200, 400, 800, 1600, 3200)), ("markers", (5, 10, 20)))
        for size in sizes
    ]  # fmt: skip
    return BankLearning(
        analysis="bank-learning", pool=label_pool(pool), rows=pl.DataFrame(rows), endpoint="OS",
        horizon_years=3.0, laws={name: (*law, 0.5) for name, law in measures.items()},
    )  # fmt: skip


def hand_rule(pool: Pool) -> RiskRule:
    """Return a rule of three groups judged in training and in every trial of the pool."""
    places = [("training (apparent, optimistic)", "all"), *(("test", one) for one in pool.trials)]
    groups = ("standard", "intermediate", "high", "not assessable (not tested)")
    rows = [
        {"rule": "all tests", "role": role, "trial_id": trial, "group": group, "n_patients": 90,
         "share": 0.25, "predicted": 0.05 + 0.2 * place, "n_events": 0 if place == 0 else 20,
         "observed": 0.22 * place, "lower": max(0.22 * place - 0.08, 0.0),
         "upper": 0.22 * place + 0.08, "target": "5-30%", "verdict": "not shown"}
        for role, trial in places
        for place, group in enumerate(groups)
    ]  # fmt: skip
    names = ("everybody", "nobody", "day 0", "with MRD")
    decision = [
        {"strategy": name, "threshold": cut, "net_benefit": 0.2 * (1 - cut) ** (place + 1)}
        for place, name in enumerate(names)
        for cut in CUTS.tolist()
    ]
    waiting = pl.DataFrame({"measure": ["net_benefit"], "trial_id": ["all"], "threshold": [0.2],
                            "day_0": [0.05], "landmark": [0.07]})  # fmt: skip
    return RiskRule(
        analysis="risk-rule", pool=label_pool(pool), rows=pl.DataFrame(rows), waiting=waiting,
        decision=pl.DataFrame(decision), performance=NOTHING, optimism=NOTHING, weights=NOTHING,
        tests=NOTHING, reclassification=NOTHING, definitions={}, cut_points={}, shrinkage={},
        targets=(0.05, 0.3), train_trials=pool.trials[:1], test_trials=pool.trials,
        target="relapse", moment="end_of_induction", horizon_years=5.0, conf_level=0.95,
    )  # fmt: skip


def around(middle: float, half: float) -> dict[str, float]:
    """Return an estimate with limits."""
    return {"estimate": middle, "lower": middle - half, "upper": middle + half}
