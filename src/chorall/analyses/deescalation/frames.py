"""The frames of a result, from what was measured of each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.deescalation.bounds import TrialBounds, measure_median_follow_up
from chorall.analyses.deescalation.candidates import OUTSIDE, UNKNOWN
from chorall.analyses.deescalation.children import Booleans, Children
from chorall.analyses.deescalation.course import (
    count_relapses,
    find_years_to_low,
    measure_second_malignancy,
    measure_treatment_death,
    share_relapses,
)
from chorall.analyses.deescalation.group import Group
from chorall.analyses.deescalation.reductions import Reduction
from chorall.analyses.deescalation.selection import CHOSEN_SCHEMA, compare_with_apparent
from chorall.analyses.deescalation.subgroups import describe_risk
from chorall.analyses.deescalation.together import NOTHING, RiskTogether
from chorall.analyses.deescalation.verdicts import Gates
from chorall.knowledge.deescalation_rules import deescalation_rules
from chorall.knowledge.units import DAYS_PER_YEAR

_TEXTS: Final = (
    "group", "label", "origin", "known_from", "confidence", "trial", "word", "reason",
)  # fmt: skip
_COUNTS: Final = (
    "n_trials", "n_children", "n_population", "n_group", "n_unknown", "n_relapses",
    "n_treatment_death", "n_second_malignancy", "n_late_relapses",
)  # fmt: skip
PLANS: Final[dict[str, pl.DataType]] = {
    "group": pl.String(),
    "question": pl.String(),
    "assumption": pl.String(),
    "n_per_arm": pl.Int64(),
    "n_patients": pl.Int64(),
    "n_screened": pl.Int64(),
    "statement": pl.String(),
}
REDUCTIONS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(
        ("group", "component", "standard", "reduced", "population", "trials"), pl.String()
    ),
    **dict.fromkeys(("n_standard", "n_reduced", "events_standard", "events_reduced"), pl.Int64()),
    **dict.fromkeys(
        (
            "event_free_standard", "event_free_reduced", "difference", "standard_error", "lower",
            "upper", "heterogeneity_p_value", "margin",
        ),
        pl.Float64(),
    ),
    **dict.fromkeys(("word", "note"), pl.String()),
}  # fmt: skip
CURVES: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("group", "component", "standard", "reduced", "population"), pl.String()),
    **dict.fromkeys(("time_years", "difference", "lower", "upper"), pl.Float64()),
}


def frame_all(
    children: Children,
    groups: Sequence[Group],
    chosen: Mapping[str, Mapping[str, str]],
    gates: Gates,
) -> dict[str, pl.DataFrame]:
    """Return every frame of the result by name.

    Parameters
    ----------
    children : Children
        All of them.
    groups : sequence of Group
        In the order asked.
    chosen : mapping of str to mapping of str to str
        Group that these data chose to trial to what was chosen without it.
    gates : Gates
        What was asked for.
    """
    lines = [line for group in groups for line in _write_group(children, group, gates)]
    rows = pl.DataFrame(lines, infer_schema_length=None).with_columns(
        pl.col(*_TEXTS).cast(pl.String), pl.col(*_COUNTS).cast(pl.Int64)
    )
    reductions = [_write_reduction(one, part, gates) for one in groups for part in one.reductions]
    apparent = [
        line
        for group in groups
        for line in compare_with_apparent(
            children, group.candidate, dict(chosen.get(group.candidate.id, {})),
            horizon_years=gates.horizon_years, conf_level=gates.conf_level,
        )
    ]  # fmt: skip
    plans = [{"group": one.candidate.id} | line for one in groups for line in one.plans]
    frames = {
        "rows": rows,
        "reductions": pl.DataFrame(reductions, schema=REDUCTIONS),
        "difference_curves": _write_curves(groups, gates),
        "plans": pl.DataFrame(plans, schema=PLANS),
        "chosen": pl.DataFrame(apparent, schema=CHOSEN_SCHEMA),
    }
    for name in ("stacked", "conditional", "salvage", "subgroups", "backbone"):
        parts = [
            one.frames[name].select(pl.lit(one.candidate.id).alias("group"), pl.all())
            for one in groups
        ]
        frames[name] = pl.concat(parts, how="diagonal_relaxed")
    return {
        name: frame.with_columns(pl.col(pl.Float64).fill_nan(None))
        for name, frame in frames.items()
    }


def _write_group(children: Children, group: Group, gates: Gates) -> Iterator[dict[str, Any]]:
    yield _write_line(children, group, None, group.headline, gates)
    for bounds in (group.bounds, group.other_bounds):
        for one in bounds.trials:
            yield _write_line(children, group, one, (one.trial,), gates)


def _write_line(
    children: Children, group: Group, own: TrialBounds | None, trials: Sequence[str], gates: Gates
) -> dict[str, Any]:
    candidate = group.candidate
    seen = children.in_trials(trials)
    inside, unknown = seen & candidate.members, seen & (candidate.codes == UNKNOWN)
    n_known = int((seen & ~unknown).sum())
    return {
        "group": candidate.id,
        "label": candidate.label,
        "origin": candidate.origin,
        "known_from": candidate.known_from,
        "confidence": candidate.confidence,
        "trial": None if own is None else own.trial,
        "headline": own is None or own.trial in group.headline,
        "n_trials": len(group.bounds.trials) if own is None else 1,
        "word": group.verdict.word if own is None else None,
        "reason": group.verdict.reason if own is None else None,
        "n_children": int(seen.sum()),
        "n_population": int((seen & (candidate.codes != OUTSIDE) & ~unknown).sum()),
        "n_group": int(inside.sum()),
        "n_unknown": int(unknown.sum()),
        "share": inside.sum() / n_known if n_known else float("nan"),
        **_write_gates(group, own),
        **_write_others(children, group, inside, unknown, seen, gates),
    }


def _write_gates(group: Group, own: TrialBounds | None) -> dict[str, Any]:
    if own is None:
        relapse, event_free = group.bounds.relapse, group.bounds.event_free
        n_relapses = sum(one.relapse.n_events for one in group.bounds.trials)
    else:
        relapse, event_free = _alone(own)
        n_relapses = own.relapse.n_events
    return {
        "n_relapses": n_relapses,
        **_write_risk("relapse", relapse),
        **_write_risk("event_free", event_free),
    }


def _alone(own: TrialBounds) -> tuple[RiskTogether, RiskTogether]:
    one, other = own.relapse, own.failure
    unknown = NOTHING.risk
    return (
        RiskTogether(one.n, one.n_events, one.risk, one.lower, one.upper, *(unknown,) * 3, 1),
        RiskTogether(
            other.n, other.n_events, 1 - other.risk, 1 - other.upper, 1 - other.lower,
            *(unknown,) * 3, 1,
        ),
    )  # fmt: skip


def _write_risk(name: str, risk: RiskTogether) -> dict[str, float]:
    return {
        name: risk.risk,
        f"{name}_lower": risk.lower,
        f"{name}_upper": risk.upper,
        f"{name}_prediction_lower": risk.prediction_lower,
        f"{name}_prediction_upper": risk.prediction_upper,
    }


def _write_others(
    children: Children,
    group: Group,
    inside: Booleans,
    unknown: Booleans,
    seen: Booleans,
    gates: Gates,
) -> dict[str, Any]:
    horizon, level = gates.horizon_years * DAYS_PER_YEAR, gates.conf_level
    death = measure_treatment_death(children, inside, horizon, level)
    second = measure_second_malignancy(children, inside, horizon, level)
    codes = group.candidate.codes
    share, least, most = share_relapses(children, group.candidate.members, unknown, seen)
    inner = share_relapses(children, group.candidate.members, unknown, seen & (codes != OUTSIDE))
    return {
        **describe_risk("treatment_death", death),
        **describe_risk("second_malignancy", second),
        "share_of_relapses": share,
        "share_of_relapses_in_population": inner[0],
        "share_of_relapses_least": least,
        "share_of_relapses_most": most,
        "n_late_relapses": count_relapses(children, inside)[1],
        "median_follow_up": measure_median_follow_up(children, inside),
        "years_to_low": find_years_to_low(
            group.frames["conditional"], deescalation_rules().cure.future_relapse
        ),
    }


def _name(group: Group, one: Reduction) -> dict[str, Any]:
    component, standard, reduced = one.contrast
    return {
        "group": group.candidate.id,
        "component": component,
        "standard": standard,
        "reduced": reduced,
        "population": one.population,
    }


def _write_reduction(group: Group, one: Reduction, gates: Gates) -> dict[str, Any]:
    names = ("event_free_standard", "event_free_reduced", "difference", "standard_error", "lower")
    return _name(group, one) | {
        "trials": ", ".join(one.trials),
        "n_standard": one.n_standard,
        "n_reduced": one.n_reduced,
        "events_standard": one.events_standard,
        "events_reduced": one.events_reduced,
        **dict(zip((*names, "upper"), one.at_horizon, strict=True)),
        "heterogeneity_p_value": one.heterogeneity_p_value,
        "margin": gates.margin,
        "word": one.word,
        "note": one.note,
    }


def _write_curves(groups: Sequence[Group], gates: Gates) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=CURVES)]
    for group in groups:
        for one in group.reductions:
            if one.curve is None:
                continue
            lower, upper = one.curve.limits(gates.conf_level)
            known = np.isfinite(one.curve.difference)
            values: dict[str, Any] = {
                "time_years": (one.curve.time[known] / DAYS_PER_YEAR).round(3),
                "difference": one.curve.difference[known],
                "lower": lower[known],
                "upper": upper[known],
            }
            frame = pl.DataFrame(values).with_columns(
                pl.lit(value).alias(name) for name, value in _name(group, one).items()
            )
            parts.append(frame.select(*CURVES))
    return pl.concat(parts)
