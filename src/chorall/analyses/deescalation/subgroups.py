"""Those of a group who carry more toxicity: Down syndrome, adolescents, sex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.deescalation.bounds import measure_kinds
from chorall.analyses.deescalation.children import Booleans, Children
from chorall.analyses.deescalation.course import (
    measure_second_malignancy,
    measure_treatment_death,
)
from chorall.analyses.deescalation.limits import RiskAtHorizon

AGES: Final = ((0.0, 1.0), (1.0, 10.0), (10.0, 16.0), (16.0, 18.0))


def measure_subgroups(
    children: Children, rows: Booleans, *, horizon: float, conf_level: float
) -> pl.DataFrame:
    """Return relapse, treatment death and second malignancy by subgroup.

    Parameters
    ----------
    children : Children
        The n children.
    rows : ndarray of bool, shape (n,)
        The group, all trials together.
    horizon, conf_level : float
        Days; two-sided level.

    Returns
    -------
    DataFrame
        subgroup, level, n, and relapse, treatment_death and second_malignancy with n_ (events),
        _lower and _upper. A subgroup of whom nothing is known says so; it is never left out.
    """
    lines = [
        _measure(children, rows & own, subgroup, level, horizon, conf_level)
        for subgroup, level, own in _list_subgroups(children)
    ]
    return pl.DataFrame(lines, infer_schema_length=None).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _list_subgroups(children: Children) -> Iterator[tuple[str, str, Booleans]]:
    people = children.people
    down = people["down_syndrome"]
    for level, own in (("yes", down), ("no", ~down), ("not known", down.is_null())):
        yield "Down syndrome", level, own.fill_null(False).to_numpy()
    age = people["age_years"].to_numpy()
    for low, high in AGES:
        yield "age", f"{low:g} to below {high:g} years", (age >= low) & (age < high)
    sex = people["sex"].cast(pl.String).fill_null("not known")
    for level in ("female", "male"):
        yield "sex", level, (sex == level).to_numpy()
    yield "sex", "other or not known", (~sex.is_in(["female", "male"])).to_numpy()


def _measure(
    children: Children, rows: Booleans, subgroup: str, level: str, horizon: float, conf_level: float
) -> dict[str, Any]:
    line: dict[str, Any] = {"subgroup": subgroup, "level": level, "n": int(np.sum(rows))}
    line |= describe_risk(
        "relapse", measure_kinds(children.relapse, rows, (1,), horizon, conf_level)
    )
    line |= describe_risk(
        "treatment_death", measure_treatment_death(children, rows, horizon, conf_level)
    )
    return line | describe_risk(
        "second_malignancy", measure_second_malignancy(children, rows, horizon, conf_level)
    )


def describe_risk(name: str, risk: RiskAtHorizon) -> dict[str, Any]:
    """Return the columns of one risk."""
    return {
        f"n_{name}": risk.n_events,
        name: risk.risk,
        f"{name}_lower": risk.lower,
        f"{name}_upper": risk.upper,
    }
