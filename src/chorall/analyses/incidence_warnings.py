"""What the reader of a frequency must know before using it."""

from __future__ import annotations

from typing import Final

import polars as pl

from chorall.tables.store import Pool

INCONCLUSIVE_SHARE: Final = 0.05
"""Of the patients with a result (present, absent or inconclusive)."""

SELECTIVE: Final = {"retrospective": "retrospectively", "at_relapse": "at relapse"}
"""Ways of coming to be tested that may depend on how the patient fared."""


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
        f"{heading} {_list_markers(frame.with_columns(_of=of), part)}."
        for frame, heading, part, of in found
        if frame.height
    ]


def _list_markers(frame: pl.DataFrame, part: str) -> str:
    listed = [f"{row['marker']} ({row[part]:,} of {row['_of']:,})" for row in frame.to_dicts()]
    noun = "marker" if len(listed) == 1 else "markers"
    return f"{len(listed)} {noun}: {', '.join(listed)}"


def warn_of_ascertainment(pool: Pool, phase: str) -> list[str]:
    """Return a warning for each trial whose patients were not tested as a rule, at `phase`."""
    selective = pool.table("trial").filter(pl.col("genetics_ascertainment").is_in(list(SELECTIVE)))
    sizes = dict(pool.table("patient")["trial_id"].value_counts().iter_rows())
    return [
        f"Trial {row['trial_id']} tested genetics {SELECTIVE[row['genetics_ascertainment']]}: its "
        f"frequencies at {phase} (n = {sizes.get(row['trial_id'], 0):,}) may not stand for all its "
        "patients."
        for row in selective.to_dicts()
    ]
