"""The manifest of a pool: what the pool is made of, and the hashes that tell every change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from chorall.errors import DataError
from chorall.tables.schema import TABLES

MANIFEST: Final = "manifest.json"
POOL_FORMAT: Final = 2
"""1 had no table donor_search."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a pool, found unchanged.

    Raises
    ------
    DataError
        If it is not a manifest, of another format, or was changed.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        found = manifest["format"]
        if found == POOL_FORMAT:
            hashes = {name: entry["sha256"] for name, entry in manifest["tables"].items()}
            intact = (
                manifest["content_hash"] == content_hash(manifest)
                and manifest["pool_hash"] == pool_hash(hashes)
                and set(hashes) == set(TABLES)
            )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(f"{folder / MANIFEST} cannot be read: it is not a manifest.") from None
    if found != POOL_FORMAT:
        raise DataError(
            f"{folder}: the pool has format {found}, this version of Chorall reads format "
            f"{POOL_FORMAT}.\n  Run `chorall pool` again."
        )
    if not intact:
        raise DataError(
            f"{folder / MANIFEST} was changed after the pool was written.\n"
            "  Restore the folder from a copy or run `chorall pool` again."
        )
    return manifest


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pool_hash(table_hashes: Mapping[str, str]) -> str:
    """Return the SHA-256 that stands for all tables together."""
    text = "\n".join(f"{name} {table_hashes[name]}" for name in sorted(table_hashes))
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything else that stands in a manifest."""
    rest = {key: value for key, value in manifest.items() if key != "content_hash"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
