"""How a built rule does in the trials it was made of, in those left out, and in those not used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.risk.decisions import name_bands
from chorall.analyses.risk.groupings import NOT_APPLICABLE, OPEN, Grouping, Placement
from chorall.analyses.risk.members import Members, estimate_risk, gather
from chorall.analyses.risk.moments import View
from chorall.analyses.risk.performance import measure
from chorall.analyses.risk.rule_build import BuiltRule
from chorall.analyses.risk.rule_design import RuleDesign
from chorall.markers.classifiers import ask_classifier
from chorall.markers.classifiers.columns import Column

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

APPARENT: Final = "training (apparent, optimistic)"
LEFT_OUT: Final = "training, each trial left out"
TEST: Final = "test"
SAME: Final = "test, trained on too (optimistic)"
MET, MISSED, OPEN_VERDICT = "met", "missed", "not shown"
ROWS: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("rule", "role", "trial_id", "group"), pl.String()),
    "n_patients": pl.Int64(),
    "share": pl.Float64(),
    "predicted": pl.Float64(),
    "n_events": pl.Int64(),
    **dict.fromkeys(("observed", "lower", "upper"), pl.Float64()),
    **dict.fromkeys(("target", "verdict"), pl.String()),
}
MEASURES: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("rule", "role", "trial_id", "measure"), pl.String()),
    **dict.fromkeys(("estimate", "lower", "upper"), pl.Float64()),
    **dict.fromkeys(("n_patients", "n_events"), pl.Int64()),
    "note": pl.String(),
}


def place_by_rule(
    rule: BuiltRule,
    view: View,
    columns: Mapping[str, Column],
    design: RuleDesign,
    ids: pl.Series,
    target: str,
) -> Members:
    """Return the patients of a view in the groups that the rule's definition gives for certain.

    Parameters
    ----------
    rule : BuiltRule
        With its definition: the same engine answers as for published classifiers.
    view : View
        At the moment of the rule.
    columns : mapping of str to Column
        What is known of every patient of the pool then.
    design : RuleDesign
        The same as numbers, for the predicted risk.
    ids : Series
        The table patient's order.
    target : str
        `relapse` or `event`.
    """
    answers = ask_classifier(rule.definition, columns, len(ids))
    order = {group.id: place for place, group in enumerate(rule.definition.groups)}

    def code(name: str) -> NDArray[np.int64]:
        codes = np.array([
            NOT_APPLICABLE if one.applicable is False else order.get(getattr(one, name), OPEN)
            for one in answers.patterns
        ])  # fmt: skip
        return np.asarray(codes[answers.pattern_of], dtype=np.int64)

    risk = np.where(code("result") == NOT_APPLICABLE, np.nan, rule.predict(design))
    placement = Placement(code("result"), code("best"), code("worst"), risk)
    grouping = Grouping(
        rule.name, rule.definition.name, tuple(order),
        {one.id: one.in_words for one in rule.definition.groups}, {view.moment: placement},
        "computed", is_fitted=True,
    )  # fmt: skip
    return gather(view, grouping, ids, target)


def list_roles(
    members: Members, train: Sequence[str], test: Sequence[str]
) -> Iterator[tuple[str, str, Booleans]]:
    """Yield role, trial and patients: training together, then each test trial."""
    trial = np.array(members.trial_ids)[members.trial]
    yield APPARENT, "all", np.isin(trial, list(train))
    for name in test:
        yield (SAME if name in train else TEST), name, trial == name


def describe_rule(
    members: Members,
    targets: Sequence[float],
    train: Sequence[str],
    test: Sequence[str],
    horizon_days: float,
    conf_level: float,
) -> list[dict[str, Any]]:
    """Return a line per role, trial and group: predicted, observed, and whether the target is met.

    A target is `met` or `missed` where the limits say so, else `not shown`.
    """
    bands, lines = name_bands(targets), []
    n_groups = len(members.grouping.groups)
    for role, trial, rows in list_roles(members, train, test):
        n_all = int((rows & (members.group != NOT_APPLICABLE)).sum())
        for place in [*range(n_groups), OPEN]:
            own = rows & (members.group == place)
            if place == OPEN and not own.any():
                continue
            observed = estimate_risk(members, own, horizon_days, conf_level)
            risk = members.placement.risk
            line: dict[str, Any] = {
                "rule": members.grouping.name, "role": role, "trial_id": trial,
                "group": members.grouping.name_group(place), "n_patients": int(own.sum()),
                "share": own.sum() / n_all if n_all else float("nan"),
                "predicted": float(risk[own].mean()) if risk is not None and own.any() else None,
                "n_events": int((members.cause[own] == 1).sum()), "observed": observed[0],
                "lower": observed[1], "upper": observed[2], "target": "", "verdict": "",
            }  # fmt: skip
            if place != OPEN:
                verdict = judge_target(place, n_groups, targets, observed)
                line |= {"target": bands[place], "verdict": verdict}
            lines.append(line)
    return lines


def judge_target(
    place: int, n_groups: int, targets: Sequence[float], observed: tuple[float, float, float]
) -> str:
    """Return `met`, `missed` or `not shown`, by the limits of the observed risk."""
    _, lower, upper = observed
    low = 0.0 if place == 0 else targets[place - 1]
    high = 1.0 if place == n_groups - 1 else targets[place]
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return OPEN_VERDICT
    if upper < low or lower > high:
        return MISSED
    return MET if low <= lower and upper <= high else OPEN_VERDICT


def measure_rule(
    members: Members,
    left_out: Floats,
    train: Sequence[str],
    test: Sequence[str],
    horizon_days: float,
    conf_level: float,
) -> list[dict[str, Any]]:
    """Return concordance, Brier score and calibration per role.

    Parameters
    ----------
    members : Members
        With the predicted risk; patients who are not assessable count with their mean.
    left_out : ndarray of shape (n,)
        Risk of the training patients by scores without their trial; NaN elsewhere.
    train, test : sequence of str
        Trials.
    horizon_days, conf_level : float
        By when, and the level of limits.
    """
    risk = members.placement.risk
    if risk is None:
        return []
    known = np.isfinite(risk)
    roles = [
        (role, trial, rows & known, risk) for role, trial, rows in list_roles(members, train, test)
    ]
    roles.insert(1, (LEFT_OUT, "all", np.isfinite(left_out) & known, left_out))
    lines = []
    for role, trial, rows, foretold in roles:
        placement = Placement(
            members.group, members.placement.best, members.placement.worst, foretold
        )
        judged = Members(
            members.view, members.grouping, placement, members.time, members.cause,
            members.every_cause, members.entry_time, members.trial, members.trial_ids, members.row,
        )  # fmt: skip
        label = {"rule": members.grouping.name, "role": role, "trial_id": trial}
        found = measure(judged, rows, foretold, horizon_days, conf_level)
        lines += [label | line for line in found]
    return lines
