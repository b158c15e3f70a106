"""Small counts hidden in the tables of trials and of prognosis; see `disclosure` for the rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from chorall.analyses.hidden_counts import Cell, Sum, find_hidden
from chorall.knowledge.small_counts import FEWEST_SHOWN
from chorall.reports.disclosure import hide_in_words
from chorall.reports.disclosure_counts import Line, cover_lines
from chorall.reports.disclosure_outcomes import ALL, COMPARED, SHOWN

AGE_COUNTS: Final = ("n_children", "n_young_adults", "n_adults", "n_age_unknown")
OF_GROUP: Final = ("estimate", "lower", "upper")
OF_BOTH: Final = ("difference", "difference_lower", "difference_upper")
KEPT: Final = {"marker", "endpoint", "endpoint_label", "n_patients", "note"}
"""Of a line without figures."""


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


def hide_prognosis(
    summary: pl.DataFrame,
    hidden: Mapping[str, Collection[tuple[str, str]]],
    fewest: int = FEWEST_SHOWN,
) -> pl.DataFrame:
    """Return the wide lines of a prognosis with small counts, and what tells them, as null.

    Parameters
    ----------
    summary : DataFrame
        `PrognosisResult.summary`.
    hidden : mapping of str to collection of (str, str)
        Of each marker, what `find_hidden_outcomes` returns.
    fewest : int
        The smallest count shown, in words.

    Returns
    -------
    DataFrame
        The same lines, `hidden` and `hidden_values`. Where patients or events of a group are
        hidden, so are its estimate and the difference; where its patients are few, the line has no
        figure at all.
    """
    said = {name: hide_in_words([one or "" for one in summary[name]], fewest)
            for name in ("note", "warnings")}  # fmt: skip
    worded = summary.with_columns(pl.Series(name, told) for name, told in said.items())
    gone = [_cover_prognosis(line, hidden[line["marker"]], fewest) for line in worded.to_dicts()]
    return cover_lines(worded, gone)


def _cover_prognosis(line: Line, hidden: Collection[tuple[str, str]], fewest: int) -> set[str]:
    endpoint = line["endpoint"]
    gone = {
        f"{what}_{who}"
        for what in ("n", "events")
        for who in SHOWN
        if (f"{what} {endpoint}", who) in hidden
    }
    gone |= {"n_patients"} if (f"n {endpoint}", ALL) in hidden else set()
    for group in COMPARED:
        if 0 < line[f"n_{group}"] < fewest:
            return gone | {name for name in line if line[name] is not None} - KEPT
        if gone & {f"n_{group}", f"events_{group}"}:
            gone |= {*(f"{name}_{group}" for name in OF_GROUP), *OF_BOTH}
    return gone


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
