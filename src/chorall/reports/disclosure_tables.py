"""Small counts hidden in the tables of trials and of prognosis; see `disclosure` for the rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from chorall.analyses.hidden_counts import Cell, Sum, find_hidden
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure import hide_in_words

AGE_COUNTS: Final = ("n_children", "n_young_adults", "n_adults", "n_age_unknown")
GROUPS: Final = ("present", "absent", "unknown")
WITH_EVENTS: Final = ("present", "absent")
OF_GROUP: Final = ("estimate", "lower", "upper")
OF_BOTH: Final = (
    "difference", "difference_lower", "difference_upper", "n_adjusted", "events_adjusted",
)  # fmt: skip


def hide_overview(rows: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the table of trials with small counts, and what gives them away, as null.

    Parameters
    ----------
    rows : DataFrame
        `OverviewResult.rows`.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        Sums over trials stand elsewhere (age bands of an incidence), so that no column has a single
        hidden cell either. Where the number of deaths is hidden, or that of those alive is small,
        so is the number of deaths. A small number of quarantined rows and values is null too.
    """
    lines = rows.to_dicts()
    names = ("n_patients", *AGE_COUNTS, "n_events")
    counts: dict[Cell, int] = {
        (place, name): line[name]
        for place, line in enumerate(lines)
        for name in names
        if line[name] is not None
    }
    for place, line in enumerate(lines):
        if line["n_events"] is not None:
            counts[place, "alive"] = line["n_patients"] - line["n_events"]
    hidden = find_hidden(counts, _sum_overview(len(lines)), fewest)
    written = [
        {**line, **{name: None for name in names if (place, name) in hidden}}
        for place, line in enumerate(lines)
    ]
    few = pl.col("n_quarantined").is_between(1, fewest - 1)
    return pl.DataFrame(written, schema=rows.schema).with_columns(
        n_quarantined=pl.when(~few).then(pl.col("n_quarantined"))
    )


def _sum_overview(n_trials: int) -> list[Sum]:
    within: list[Sum] = [
        ((place, "n_patients"), tuple((place, name) for name in AGE_COUNTS))
        for place in range(n_trials)
    ]
    lives: list[Sum] = [
        ((place, "n_patients"), ((place, "n_events"), (place, "alive")))
        for place in range(n_trials)
    ]
    across: list[Sum] = [
        ((-1, name), tuple((place, name) for place in range(n_trials)))
        for name in ("n_patients", *AGE_COUNTS)
    ]
    return [*within, *lives, *across]


def hide_prognosis(summary: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> pl.DataFrame:
    """Return the wide lines of a prognosis with small counts, and what tells them, as null.

    Parameters
    ----------
    summary : DataFrame
        `PrognosisResult.summary`.
    fewest : int
        The smallest count shown.

    Returns
    -------
    DataFrame
        The same lines and a column `hidden`. Where patients or events of a group are hidden, so are
        its estimate, the difference, and the numbers in the adjusted model; where its patients are,
        the line has no figure at all.
    """
    lines = [_hide_line(line, fewest) for line in summary.to_dicts()]
    return pl.DataFrame(lines, schema={**dict(summary.schema), "hidden": pl.Boolean()})


def _hide_line(line: Mapping[str, Any], fewest: int) -> dict[str, Any]:
    words = {name: hide_in_words([line[name] or ""], fewest)[0] for name in ("note", "warnings")}
    line = {**line, **words}
    counts: dict[Cell, int] = {f"n_{group}": line[f"n_{group}"] or 0 for group in GROUPS}
    counts["n_patients"] = line["n_patients"]
    for group in GROUPS:
        events = line[f"events_{group}"] or 0
        counts[f"events_{group}"] = events
        counts[f"free_{group}"] = counts[f"n_{group}"] - events
    sums: list[Sum] = [("n_patients", tuple(f"n_{group}" for group in GROUPS))]
    sums += [(f"n_{group}", (f"events_{group}", f"free_{group}")) for group in GROUPS]
    hidden = find_hidden(counts, sums, fewest)
    if any(f"n_{group}" in hidden for group in WITH_EVENTS):
        kept = ("marker", "endpoint", "endpoint_label", "n_patients", "note")
        shown = {name for name in kept if name not in hidden}
        return {**{name: value if name in shown else None for name, value in line.items()},
                "hidden": True}  # fmt: skip
    gone = {str(name) for name in counts if name in hidden and name in line}
    for group in WITH_EVENTS:
        if f"events_{group}" in hidden or f"free_{group}" in hidden:
            gone |= {f"events_{group}", *(f"{name}_{group}" for name in OF_GROUP), *OF_BOTH}
    return {**line, **dict.fromkeys(gone), "hidden": bool(gone)}


def cut_curves(
    curves: pl.DataFrame, at_risk: pl.DataFrame, fewest: int = FEWEST_SHOWN
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return curves and numbers at risk up to the last year in which no group is small.

    A group that is small within the first year is left out, so that nobody is counted as 0.
    """
    keys = ["marker", "endpoint"]
    enough = pl.col("n_at_risk") >= fewest
    last = at_risk.filter(enough).group_by(*keys, "group").agg(pl.col("time_years").max())
    last = last.filter(pl.col("time_years") >= 1)
    ends = last.group_by(keys).agg(end=pl.col("time_years").min())
    groups = last.select(*keys, "group")

    def keep(frame: pl.DataFrame) -> pl.DataFrame:
        kept = frame.join(groups, on=[*keys, "group"], how="semi", maintain_order="left")
        joined = kept.join(ends, on=keys, how="left", maintain_order="left")
        return joined.filter(pl.col("time_years") <= pl.col("end")).drop("end")

    return keep(curves), keep(at_risk)


def has_few_steps(curves: pl.DataFrame, fewest: int = FEWEST_SHOWN) -> bool:
    """Return True where a curve of one figure rises or falls in fewer steps than may be shown.

    Every step is at least one event, so that a curve with `fewest` steps or none tells no small
    count. Causes that the table does not count are judged in this way.
    """
    steps = curves.group_by("group", "cause").agg(
        n=(pl.col("estimate").diff().fill_null(0.0).abs() > 0).sum()
    )
    return bool(((steps["n"] > 0) & (steps["n"] < fewest)).any())
