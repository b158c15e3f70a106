"""What becomes of the groups if every test that was not done had turned out well, or badly."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from chorall.analyses.risk.groupings import NOT_APPLICABLE
from chorall.analyses.risk.members import Members, estimate_risk

STABILITY: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "group"), pl.String()),
    **dict.fromkeys(("n_known", "n_best", "n_worst"), pl.Int64()),
    **{
        f"{part}_{case}": pl.Float64()
        for case in ("known", "best", "worst")
        for part in ("risk", "lower", "upper")
    },
}
MIGRATION: Final[dict[str, pl.DataType]] = {
    **dict.fromkeys(("grouping", "view", "best", "worst"), pl.String()),
    "n_patients": pl.Int64(),
    "share": pl.Float64(),
}


def describe_stability(
    members: Members, horizon_days: float, conf_level: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the groups in the best and the worst case, and who would move from where to where.

    Parameters
    ----------
    members : Members
        The patients; those to whom the grouping does not apply are left out.
    horizon_days, conf_level : float
        Where risks are read, and the level of limits.

    Returns
    -------
    groups : list of dict
        Per group: patients who are in it for certain, in the best and in the worst case, and the
        risk of the target observed in each of these.
    moves : list of dict
        Per group in the best and group in the worst case: patients. On the diagonal nothing that
        was not tested could change the group.
    """
    apply = members.group != NOT_APPLICABLE
    placed = {"known": members.group, "best": members.placement.best}
    placed |= {"worst": members.placement.worst}
    label = {"grouping": members.grouping.name, "view": members.view.name}
    groups = []
    for place, name in enumerate(members.grouping.groups):
        line: dict[str, Any] = label | {"group": name}
        for case, groups_of in placed.items():
            rows = apply & (groups_of == place)
            line[f"n_{case}"] = int(rows.sum())
            found = estimate_risk(members, rows, horizon_days, conf_level)
            parts = zip(("risk", "lower", "upper"), found, strict=True)
            line |= {f"{part}_{case}": value for part, value in parts}
        groups.append(line)
    return groups, _list_moves(members, label)


def _list_moves(members: Members, label: dict[str, str]) -> list[dict[str, Any]]:
    apply = members.group != NOT_APPLICABLE
    total, names = int(apply.sum()), members.grouping.groups
    best, worst = members.placement.best, members.placement.worst
    moves = []
    for start, first in enumerate(names):
        for end, last in enumerate(names):
            n = int((apply & (best == start) & (worst == end)).sum())
            if n:
                moves.append(
                    label | {"best": first, "worst": last, "n_patients": n, "share": n / total}
                )
    return moves
