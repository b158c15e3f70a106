"""What the reader of a frequency must know before using it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from chorall.analyses.incidence_groups import OVERALL, TRIAL
from chorall.stats import mantel_haenszel
from chorall.tables.store import Pool
from chorall.tables.words import TESTED_STATUSES

INCONCLUSIVE_SHARE: Final = 0.05
"""Of the patients with a result (present, absent or inconclusive)."""

SELECTIVE: Final = {"retrospective": "retrospectively", "at_relapse": "at relapse"}
"""Ways of coming to be tested that may depend on how the patient fared."""

MOST_LISTED: Final = 8
FEWEST_FOR_ENTRY: Final = 20
EVIDENT_RATIO: Final = 1.5
"""Testing is informative where the odds of it differ by more, with all of the interval."""
EVIDENT_LEVEL: Final = 0.999


def warn_of_testing(overall: pl.DataFrame) -> list[str]:
    """Return the warnings on how many patients were tested.

    Parameters
    ----------
    overall : DataFrame
        One row per marker: marker, n_patients, n_tested, n_inconclusive.
    """
    markers = overall.sort("marker")
    nobody = markers.filter(pl.col("n_tested") == 0)
    few = markers.filter(pl.col("n_tested") > 0, pl.col("n_tested") * 2 < pl.col("n_patients"))
    resolved = pl.col("n_tested") + pl.col("n_inconclusive")
    unclear = markers.filter(pl.col("n_inconclusive") > INCONCLUSIVE_SHARE * resolved)
    found = [
        (nobody, "Nobody was tested for", "n_tested", pl.col("n_patients")),
        (few, "Fewer than half of the patients were tested for", "n_tested", pl.col("n_patients")),
        (unclear, "More than 5 % of the results were inconclusive for", "n_inconclusive", resolved),
    ]
    return [
        f"{heading} {_list_parts(frame.with_columns(_of=of), part)}."
        for frame, heading, part, of in found
        if frame.height
    ]


def _list_parts(frame: pl.DataFrame, part: str) -> str:
    return _list_markers(
        [f"{row['marker']} ({row[part]:,} of {row['_of']:,})" for row in frame.to_dicts()]
    )


def _list_markers(listed: Sequence[str], most: int = 1000) -> str:
    noun = "marker" if len(listed) == 1 else "markers"
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return f"{len(listed)} {noun}: {', '.join(listed[:most])}{more}"


def warn_of_selection(cells: pl.DataFrame) -> list[str]:
    """Return a warning for each selective way of coming to be tested, with the numbers.

    Parameters
    ----------
    cells : DataFrame
        marker, status, rules_out and ascertainment.
    """
    tested = cells.filter(pl.col("status").is_in(TESTED_STATUSES), pl.col("rules_out"))
    counts = tested.group_by("marker").agg(
        pl.len().alias("n"),
        *((pl.col("ascertainment") == word).sum().alias(word) for word in SELECTIVE),
    )
    found = []
    for word, said in SELECTIVE.items():
        some = counts.filter(pl.col(word) > 0).with_columns(share=pl.col(word) / pl.col("n"))
        rows = some.sort("share", "marker", descending=[True, False]).to_dicts()
        listed = [f"{row['marker']} ({row[word]:,} of {row['n']:,} tested)" for row in rows]
        if listed:
            found.append(
                f"Frequencies rest on patients tested {said}, a way of testing that may depend on "
                f"how they fared, for {_list_markers(listed, MOST_LISTED)}. Count them apart with "
                "the grouping `ascertainment`."
            )
    return found


def warn_of_informative_testing(pool: Pool, cells: pl.DataFrame) -> list[str]:
    """Return a warning where patients who later relapsed were tested more often, or less.

    Whatever a trial says of its testing, the pool shows who was tested. For each marker the odds of
    having been tested are compared between those who relapsed and the others, stratified by trial
    (Mantel and Haenszel); the warning needs a 99.9 % interval beyond 1.5 or its inverse.

    Parameters
    ----------
    pool : Pool
        Holds the relapses.
    cells : DataFrame
        patient_id, marker, trial, status, rules_out.
    """
    relapses = pool.table("event").filter(pl.col("type") == "relapse")
    if relapses.is_empty():
        return []
    relapsed = relapses.select("patient_id", _relapsed=pl.lit(value=True)).unique()
    tested = pl.col("status").is_in(TESTED_STATUSES) & pl.col("rules_out")
    marked = cells.join(relapsed, on="patient_id", how="left").with_columns(
        _tested=tested, _relapsed=pl.col("_relapsed").fill_null(value=False)
    )
    has, event = pl.col("_tested"), pl.col("_relapsed")
    quarters = (event & has, event & ~has, ~event & has, ~event & ~has)
    names = ["a", "b", "c", "d"]
    counts = marked.group_by("marker", TRIAL).agg(
        part.sum().alias(name) for part, name in zip(quarters, names, strict=True)
    )
    # a trial without a relapse delivered none, or nobody relapsed: nothing to compare
    rows = counts.sort("marker", TRIAL).partition_by("marker", as_dict=True, maintain_order=True)
    listed = [
        text
        for (marker,), part in rows.items()
        if (text := _say_association(str(marker), part.select(names).to_numpy().reshape(-1, 2, 2)))
    ]
    if not listed:
        return []
    return [
        "Testing went with relapse, so frequencies (and outcomes) of the tested do not stand for "
        f"all patients, for {_list_markers(listed, MOST_LISTED)}."
    ]


def _say_association(marker: str, tables: np.ndarray[Any, Any]) -> str:
    found = mantel_haenszel(tables, exact="none", conf_level=EVIDENT_LEVEL)
    if not (found.lower > EVIDENT_RATIO or found.upper < 1 / EVIDENT_RATIO):
        return ""
    sums = tables[(tables.sum(axis=2) > 0).all(axis=1)].sum(axis=0)
    return (
        f"{marker} (tested: {sums[0, 0]:,} of {sums[0].sum():,} who relapsed, {sums[1, 0]:,} of "
        f"{sums[1].sum():,} others, odds ratio {found.odds_ratio:.2g})"
    )


def warn_of_entry(counts: pl.DataFrame) -> list[str]:
    """Return a warning for trials in which everybody tested carries a marker others lack.

    Parameters
    ----------
    counts : DataFrame
        by, marker, trial, n_tested, n_present of all patients of each trial.
    """
    overall = counts.filter(pl.col("by") == OVERALL)
    everybody = overall.filter(
        pl.col("n_tested") >= FEWEST_FOR_ENTRY, pl.col("n_present") == pl.col("n_tested")
    ).sort(TRIAL, "marker")
    return [
        f"Everybody tested in {row[TRIAL]} carries {row['marker']} ({row['n_present']:,} of "
        f"{row['n_tested']:,}), as if it were a condition of entry: the pooled frequency means "
        "little with this trial in it. Leave it out with `trials`."
        for row in everybody.to_dicts()
    ]


def warn_of_ascertainment(pool: Pool, phase: str, trials: Sequence[str]) -> list[str]:
    """Return a warning for each trial whose patients were not tested as a rule, at `phase`."""
    selective = pool.table("trial").filter(
        pl.col("genetics_ascertainment").is_in(list(SELECTIVE)), pl.col("trial_id").is_in(trials)
    )
    sizes = dict(pool.table("patient")["trial_id"].value_counts().iter_rows())
    return [
        f"Trial {row['trial_id']} tested genetics {SELECTIVE[row['genetics_ascertainment']]}: its "
        f"frequencies at {phase} (n = {sizes.get(row['trial_id'], 0):,}) may not stand for all its "
        "patients."
        for row in selective.to_dicts()
    ]
