"""One result of each kind from a simulated pool, and the same with what strains a drawing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import polars as pl
from unit.analyses.pool_builder import build_pool
from unit.models.bank.made_bank import PATIENT, make_bank
from unit.reports.hand_results import hand_learning, hand_rule, hand_validation

import chorall as ch
from chorall.analyses.bank.answers import answer_for_patient
from chorall.analyses.result import AnalysisResult
from chorall.analyses.risk.result import RiskResult
from chorall.models.bank.predict import predict
from chorall.tables.store import Pool

MARKERS = ("TP53", "IKZF1_del", "ETV6::RUNX1", "BCR::ABL1")
MAKERS: Mapping[str, Callable[[Pool], AnalysisResult]] = {
    "plan-study": lambda pool: ch.plan_study("marker", frequency=0.1, hazard_ratio=1.5),
    "overview": ch.overview,
    "incidence": lambda pool: ch.incidence(pool, markers=MARKERS),
    "co-occurrence": lambda pool: ch.co_occurrence(pool, markers=MARKERS),
    "oncoprint": ch.oncoprint,
    "scan": lambda pool: ch.scan_prognosis(pool, markers=MARKERS, endpoints=("OS",)),
    "prognosis": lambda pool: ch.prognosis(pool, markers=MARKERS[:2], endpoints=("OS", "CIR")),
    "marker": lambda pool: ch.marker(pool, "TP53", endpoints=("OS", "CIR")),
    "impute": lambda pool: ch.impute_prognosis(pool, ["IKZF1_del"], endpoints=("OS",)),
    "deescalation": lambda pool: ch.deescalation(pool, classifiers=["nci"]),
    "treatment": lambda pool: ch.treatment(pool, markers=["TP53"], endpoints=("OS",)),
    "transplant": lambda pool: ch.transplant(pool, endpoints=("OS",)),
    "donor": lambda pool: ch.donor(pool, endpoints=("OS",)),
    "risk": lambda pool: ch.risk(pool, classifiers=["nci"]),
    "risk-rule": hand_rule,
    "bank-validate": hand_validation,
    "bank-learning": hand_learning,
    "cut-off": lambda pool: ch.cut_off(pool, variable="age", cut=16, bandwidth=12),
    "target-trial": lambda pool: ch.target_trial(pool, write_target_trial()),
    "predict": lambda _: make_answer(),
}
TARGET_TRIAL = """
name = "Transplantation in first remission by day 270, or not"
endpoint = "RFS"
time_zero = "endpoint"
horizon_years = 3
treatment = {kind = "transplant"}
confounders = {adjust = ["age", "wbc"]}
settings = {interval_days = 30, landmark_days = 90, resamples = 50}
strategies = [
  {name = "transplantation by day 270 of remission", start_by_day = 270},
  {name = "no transplantation in first remission", never = true},
]
"""


def write_target_trial() -> Path:
    """Return the file of a target trial that the simulated pool can answer."""
    file = Path(mkdtemp()) / "target_trial.toml"
    file.write_text(TARGET_TRIAL, encoding="utf-8")
    return file


def make_answer() -> AnalysisResult:
    """Return the answer of a bank made by hand about one patient."""
    bank = make_bank()
    return answer_for_patient(bank, predict(bank, PATIENT, ["new", "old"]), "words")


@cache
def simulated_pool(trials: int) -> Pool:
    """Return a small pool of so many simulated trials."""
    folder = Path(mkdtemp())
    made = ch.simulate(folder / "sim", patients=80 * trials + 320, trials=trials, seed=11)
    return ch.build_pool(made.consortium_toml, folder / "pool")


@cache
def made_result(name: str, trials: int = 3) -> AnalysisResult:
    """Return one result of the simulated pool."""
    return MAKERS[name](simulated_pool(trials))


@cache
def bleak_pool() -> Pool:
    """Return a pool in which carriers of TP53 have no event and nobody is tested for NOTCH1."""
    rng = np.random.default_rng(5)
    ids, n = [f"P{place:03d}" for place in range(240)], 240
    carries = rng.random(n) < 0.3
    day = rng.integers(30, 3000, n)
    outcomes = pl.DataFrame({"patient_id": ids, "time": day, "cause": np.where(carries, 0, 1)})
    return build_pool(
        Path(mkdtemp()) / "pool",
        patients=pl.DataFrame({
            "patient_id": ids, "trial_id": rng.choice(["ONE", "TWO"], n),
            "age_years": rng.uniform(1, 70, n), "wbc_10e9_per_l": rng.lognormal(2, 1, n),
        }),
        statuses=pl.DataFrame({
            "patient_id": ids * 2, "marker": ["TP53"] * n + ["NOTCH1"] * n,
            "status": [*np.where(carries, "present", "absent"), *["not_tested"] * n],
        }),
        outcomes=pl.concat(
            outcomes.with_columns(endpoint=pl.lit(name)) for name in ("OS", "CIR")
        ),
    )  # fmt: skip


def lengthen(found: Any) -> Any:
    """Return the same result with long names of trials and markers wherever they stand."""
    if isinstance(found, pl.DataFrame):
        texts = [name for name, dtype in found.schema.items() if dtype == pl.String]
        return found.with_columns(pl.col(texts).map_elements(_lengthen, pl.String))
    if isinstance(found, tuple) and not hasattr(found, "_fields"):
        return tuple(_lengthen(one) if isinstance(one, str) else one for one in found)
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        parts = {
            field.name: lengthen(getattr(found, field.name))
            for field in dataclasses.fields(found)
            if field.init and field.name not in ("endpoints", "warnings")
        }
        return dataclasses.replace(found, **parts)
    return _lengthen(found) if isinstance(found, str) else found


KNOWN_ANYHOW = {
    "age_years", "bandwidth", "cut", "imputed_n", "imputed_n_present", "landmark_days", "middle",
    "n", "n_present", "net_benefit", "predicted", "share", "size", "threshold", "time_years", "x",
    "y",
}  # fmt: skip
"""Numbers that no estimate is needed for."""


def starve(found: Any) -> Any:
    """Return the same result without any event, so without any estimate."""
    if isinstance(found, pl.DataFrame):
        kinds = found.schema
        estimates = [
            name for name, kind in kinds.items() if kind.is_float() and name not in KNOWN_ANYHOW
        ]
        events = [name for name in kinds if name.startswith(("n_events", "events"))]
        return found.with_columns(
            *(pl.lit(None, kinds[name]).alias(name) for name in estimates),
            *(pl.lit(0, kinds[name]).alias(name) for name in events),
        )
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        parts = {
            field.name: starve(getattr(found, field.name))
            for field in dataclasses.fields(found)
            if field.init
        }
        return dataclasses.replace(found, **parts)
    return found


def _lengthen(text: str) -> str:
    is_name = text in MARKERS or (text.startswith("SYN-") and " " not in text)
    return f"{text} with a name that goes on and on and on" if is_name else text


OPEN = "not assessable (not tested)"
HAND_FLOWS = (
    ("standard", "low", 120, 10), ("standard", "high", 30, 9), ("standard", OPEN, 3, 1),
    ("high", "low", 20, 6), ("high", "high", 60, 24), ("high", OPEN, 8, 0),
    (OPEN, "low", 12, 9), (OPEN, "high", 9, 0), (OPEN, OPEN, 7, 0),
)  # fmt: skip
"""By hand: group by A, group by B, patients, relapses."""


def made_flows(groups: tuple[str, ...] = ()) -> RiskResult:
    """Return two classifiers crossed: the table by hand, or every one of `groups` with every."""
    named = (*groups, OPEN)
    flows = [(one, other, 40, 10) for one in named for other in named] if groups else HAND_FLOWS
    label = {"first": "A", "second": "B", "view": "day 45"}
    agreement = pl.DataFrame([
        {**label, "first_group": one, "second_group": other, "n_patients": n, "n_events": events,
         "risk": events / n, "lower": max(events / n - 0.1, 0.0), "upper": events / n + 0.1}
        for one, other, n, events in flows
    ])  # fmt: skip
    sides = {"A": dict.fromkeys(flow[0] for flow in flows), "B": dict.fromkeys(
        groups or ("low", "high", OPEN)
    )}  # fmt: skip
    result = made_result("risk")
    assert isinstance(result, RiskResult)
    line = result.rows.filter(view="day 45", trial_id="all").head(1).to_dicts()[0]
    rows = [
        {**line, "grouping": name, "group": group,
         "n_patients": sum(flow[2] for flow in flows if flow[place] == group),
         "n_events": sum(flow[3] for flow in flows if flow[place] == group)}
        for place, (name, side) in enumerate(sides.items()) for group in side
    ]  # fmt: skip
    return dataclasses.replace(
        result, groupings=("A", "B"), agreement=agreement,
        rows=pl.DataFrame(rows, schema=result.rows.schema), curves=result.curves.clear(),
    )  # fmt: skip
