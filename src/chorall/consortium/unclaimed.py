"""Rows of shared files that belong to no trial: nothing is lost between trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from chorall.consortium.deliveries import TrialDelivery
from chorall.harmonise.rules import ROW, quarantine_rows
from chorall.harmonise.trial import HarmonisedTrial
from chorall.ingest import Delivery

UNCLAIMED_TRIAL = "(none)"
"""`trial_id` in the quarantine of rows that belong to no trial's register."""


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """Rows that no trial pooled or refused.

    Attributes
    ----------
    lines : DataFrame
        In the form of `HarmonisedTrial.quarantine`.
    counts : dict of str to int
        Name of a shared file to the number of its unclaimed rows.
    """

    lines: pl.DataFrame
    counts: dict[str, int]


FileIdentity = tuple[str, str]
"""Name (with the sheet, where one is named) and SHA-256: one file, whoever reads it."""


def find_unclaimed(
    deliveries: Sequence[TrialDelivery], harmonised: Sequence[HarmonisedTrial]
) -> Unclaimed:
    """Return the rows of shared files that no trial claims.

    Parameters
    ----------
    deliveries, harmonised : sequences of equal length
        What each trial delivered and what became of it.
    """
    claims: dict[FileIdentity, list[pl.DataFrame]] = {}
    shared: dict[FileIdentity, Delivery] = {}
    for identity, file, is_shared, claimed in _list_readings(deliveries, harmonised):
        claims.setdefault(identity, []).append(claimed)
        if is_shared:
            shared[identity] = file
    lines = [harmonised[0].quarantine.clear()]
    counts: dict[str, int] = {}
    for identity, file in shared.items():
        claimed = pl.concat(claims[identity]).unique()
        rows = file.frame.select(ROW).join(claimed, on=ROW, how="anti", maintain_order="left")[ROW]
        refused = quarantine_rows(rows, "unclaimed", "the patient is in no trial's register")
        trial_id, name = pl.lit(UNCLAIMED_TRIAL), pl.lit(file.name)
        lines.append(refused.select(trial_id.alias("trial_id"), name.alias("file"), pl.all()))
        counts[file.name] = counts.get(file.name, 0) + rows.len()
    return Unclaimed(pl.concat(lines), counts)


def _list_readings(
    deliveries: Sequence[TrialDelivery], harmonised: Sequence[HarmonisedTrial]
) -> Iterator[tuple[FileIdentity, Delivery, bool, pl.DataFrame]]:
    for delivery, made in zip(deliveries, harmonised, strict=True):
        for name, file in delivery.files.items():
            is_shared = delivery.trial.mapping.sources[name].shared
            yield (file.name, file.sha256), file, is_shared, made.claimed[name]
