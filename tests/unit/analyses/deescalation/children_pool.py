"""Small pools of children: who relapsed when, tested for what, randomised to which arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from unit.analyses.pool_builder import build_pool

from chorall.tables.store import Pool

YEAR = 365.25
STANDARD, REDUCED = "pulses_monthly", "pulses_omitted"


@dataclass(frozen=True)
class Child:
    """One child: first event and when, tests, arm; years count from diagnosis."""

    trial: str
    event: str = "censored"
    years: float = 8.0
    markers: Mapping[str, str] | None = None
    dead_after_relapse: float | None = None
    arm: str | None = None
    received: str | None = None
    age: float | None = 5.0
    sex: str | None = "female"
    down_syndrome: bool | None = False
    in_remission: bool = True
    lineage: str = "B"


def many(n: int, *args: object, **kwargs: object) -> list[Child]:
    """Return n children alike."""
    return [Child(*args, **kwargs) for _ in range(n)]  # type: ignore[arg-type]


def make_pool(
    path: Path, children: Sequence[Child], strategies: Mapping[str, str] | None = None
) -> Pool:
    """Write a pool; `strategies` is arm to strategy_id, the same in all trials."""
    ids = [f"P{place:05d}" for place in range(len(children))]
    patients = pl.DataFrame(
        {
            "patient_id": ids,
            "trial_id": [one.trial for one in children],
            "age_years": [one.age for one in children],
            "sex": [one.sex for one in children],
            "lineage": [one.lineage for one in children],
            "down_syndrome": [one.down_syndrome for one in children],
            "year_band": ["2000-2004" for _ in children],
        }
    )
    statuses = [
        {"patient_id": name, "marker": marker, "status": status}
        for name, one in zip(ids, children, strict=True)
        for marker, status in (one.markers or {}).items()
    ]
    outcomes = [
        line for name, one in zip(ids, children, strict=True) for line in list_outcomes(name, one)
    ]
    trials = list(dict.fromkeys(one.trial for one in children))
    others = {
        "trial": pl.DataFrame(
            {
                "trial_id": trials,
                "accrual_from_year": [2000] * len(trials),
                "accrual_to_year": [2004] * len(trials),
            }
        )
    }
    if strategies:
        others |= list_arms(ids, children, strategies, trials)
    return build_pool(
        path,
        patients=patients,
        statuses=pl.DataFrame(statuses) if statuses else None,
        outcomes=pl.DataFrame(outcomes, infer_schema_length=None),
        others=others,
    )


def list_outcomes(name: str, one: Child) -> list[dict[str, object]]:
    """Return the rows of the table endpoint."""
    day = round(one.years * YEAR)
    relapsed = one.event == "relapse"
    rows: list[dict[str, object]] = [
        {"endpoint": "EFS", "time": day, "cause": int(one.event != "censored")}
    ]
    if one.in_remission:
        cause = {"relapse": 1, "death": 2}.get(one.event, 0)
        rows.append({"endpoint": "CIR", "time": day, "cause": cause})
    if relapsed:
        after = one.dead_after_relapse
        later = 4.0 if after is None else after
        cause = int(after is not None)
        rows.append({"endpoint": "OS_RELAPSE", "time": round(later * YEAR), "cause": cause})
    return [{"patient_id": name, "event_type": one.event} | row for row in rows]


def list_arms(
    ids: Sequence[str],
    children: Sequence[Child],
    strategies: Mapping[str, str],
    trials: Sequence[str],
) -> dict[str, pl.DataFrame]:
    """Return the tables arm, allocation and treatment."""
    pairs = list(zip(ids, children, strict=True))
    allocated = [
        {
            "patient_id": name, "trial_id": one.trial, "question": "R1", "randomised": True,
            "day": 0, "assigned_arm": one.arm,
        }
        for name, one in pairs
        if one.arm
    ]  # fmt: skip
    received = [
        {
            "patient_id": name, "trial_id": one.trial, "kind": "phase", "item": "maintenance",
            "arm_received": one.received,
        }
        for name, one in pairs
        if one.received
    ]  # fmt: skip
    arms = [
        {"trial_id": trial, "arm_id": arm, "label": arm, "strategy_id": strategy}
        for trial in trials
        for arm, strategy in strategies.items()
    ]
    tables = {"arm": pl.DataFrame(arms)}
    if allocated:
        tables["allocation"] = pl.DataFrame(allocated)
    if received:
        tables["treatment"] = pl.DataFrame(received)
    return tables
