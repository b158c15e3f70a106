"""Where the numbers come from: pool, versions, files and the commands that make them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from chorall._version import __version__
from chorall.reports.numbers import format_count, format_text
from chorall.reports.table import TableColumn

COMMANDS: Final = {
    "Trials, coverage and quality": "chorall report POOL",
    "Frequencies": "chorall incidence POOL",
    "Prognosis": "chorall prognosis POOL",
    "Files and rows of the pool against their hashes": "chorall verify POOL",
}

DELIVERY_COLUMNS: Final = (
    TableColumn("File", ("file",), format_text),
    TableColumn("Trial", ("trial_id",), format_text),
    TableColumn("Rows", ("n_rows",), format_count, "right"),
    TableColumn("Pooled", ("n_pooled",), format_count, "right"),
    TableColumn("Quarantined", ("n_quarantined",), format_count, "right"),
    TableColumn("Set aside", ("n_set_aside",), format_count, "right"),
    TableColumn("SHA-256", ("sha256",), format_text),
)
"""Columns of the deliveries in a pool's manifest."""


def list_deliveries(manifest: Mapping[str, Any]) -> pl.DataFrame:
    """Return file, trial, row accounts and hash of every delivered file in a pool's manifest."""
    names = list(dict.fromkeys(name for column in DELIVERY_COLUMNS for name in column.names))
    entries = manifest.get("deliveries", [])
    return pl.DataFrame(
        {name: [entry.get(name) for entry in entries] for name in names}, strict=False
    )


def list_versions(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return program to version: those the pool was made with, and those that drew this page."""
    from importlib.metadata import version

    made_with = manifest.get("versions", {})
    versions = {f"{name} (pool)": str(value) for name, value in made_with.items()}
    own = {"chorall": __version__, "polars": pl.__version__, "matplotlib": version("matplotlib")}
    return versions | {f"{name} (this page)": value for name, value in own.items()}
