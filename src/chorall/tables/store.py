"""The pool on disk: one Parquet file per table and a manifest, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chorall.errors import DataError, InputError
from chorall.tables.checks import check_table
from chorall.tables.manifest import (
    MANIFEST,
    POOL_FORMAT,
    content_hash,
    hash_file,
    pool_hash,
    read_manifest,
)
from chorall.tables.pool_folder import (
    check_replaceable,
    follow_link,
    move_into_place,
    remove_leftovers,
    restore_interrupted,
)
from chorall.tables.schema import TABLES, table_named

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool that was opened and whose bytes were found intact.

    Attributes
    ----------
    path : Path
        Its folder.
    manifest : dict
        `format`, `pool_hash`, `synthetic`, `versions`, `deliveries`, `mappings`, `accounting`,
        `rules` and `tables` (SHA-256 and rows of each file).
    """

    path: Path
    manifest: dict[str, Any]
    _tables: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def hash(self) -> str:
        """SHA-256 over the hashes of all tables: the same data have the same hash."""
        return str(self.manifest["pool_hash"])

    @property
    def synthetic(self) -> bool:
        """True where at least one trial in the pool is simulated."""
        return bool(self.manifest["synthetic"])

    def table(self, name: str) -> pl.DataFrame:
        """Return one table of the data model.

        Raises
        ------
        InputError
            If the data model has no such table; the message lists the known ones.
        """
        table_named(name)
        if name not in self._tables:
            self._tables[name] = pl.read_parquet(self.path / f"{name}.parquet")
        return self._tables[name]

    def sql(self, query: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        """Answer one SQL query (DuckDB) over the tables by their names.

        Parameters
        ----------
        query : str
            A select; values are passed as `?` and `parameters`.
        parameters : sequence
            Values for the question marks.

        Raises
        ------
        InputError
            If DuckDB cannot run the query; its own message is passed on.
        """
        from chorall.tables.pool_sql import answer_query

        return answer_query(self.path, query, parameters)

    @property
    def trials(self) -> tuple[str, ...]:
        """Trial ids, in the order of the consortium."""
        return tuple(self.table("trial")["trial_id"])


def read_pool(path: str | Path) -> Pool:
    """Open a pool and check every byte of it.

    Parameters
    ----------
    path : path
        The folder of the pool.

    Returns
    -------
    Pool
        Tables are read when asked for.

    Raises
    ------
    InputError
        If there is no pool at `path`.
    DataError
        If a file is missing or differs from the manifest by a single byte.
    """
    folder = Path(path)
    restore_interrupted(folder)
    if not (folder / MANIFEST).is_file():
        raise InputError(
            f"there is no pool at {folder}: {MANIFEST} was not found.\n"
            "  A pool is a folder made by `chorall pool CONSORTIUM.toml -o FOLDER`."
        )
    manifest = read_manifest(folder)
    damaged = [
        f"{name}.parquet: {problem}"
        for name, entry in manifest["tables"].items()
        if (problem := _find_damage(folder / f"{name}.parquet", entry["sha256"]))
    ]
    if damaged:
        listed = "\n".join(f"  {line}" for line in damaged)
        raise DataError(
            f"{folder}: the pool is not as it was written.\n{listed}\n"
            "  Restore the folder from a copy or run `chorall pool` again."
        )
    return Pool(folder, manifest)


def _find_damage(file: Path, expected: str) -> str:
    if not file.is_file():
        return "missing"
    return "" if hash_file(file) == expected else "its bytes differ from the manifest"


def write_pool(
    tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any], path: str | Path
) -> Pool:
    """Write a pool beside its place and move it there in one step.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Every table of the data model, each with its exact schema.
    manifest : mapping
        What is to be known about the pool; hashes and row counts are added here.
    path : path
        Folder of the pool. An older pool there is replaced; anything else is refused.

    Returns
    -------
    Pool
        The new pool.

    Raises
    ------
    InputError
        If `path` holds something that is not a pool.
    DataError
        If a table breaks the data model.
    """
    folder = follow_link(Path(path))
    try:
        return _write_beside_and_move(tables, manifest, folder)
    except OSError as error:
        raise InputError(
            f"{folder}: the pool cannot be written ({error.strerror or error}).\n"
            "  Make room or choose another folder; an older pool there is as it was."
        ) from None


def _write_beside_and_move(
    tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any], folder: Path
) -> Pool:
    restore_interrupted(folder)
    check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    draft = folder.parent / f".{folder.name}.draft-{os.getpid()}"
    try:
        draft.mkdir()
        whole = dict(manifest) | _write_tables(tables, draft) | {"format": POOL_FORMAT}
        whole["content_hash"] = content_hash(whole)
        (draft / MANIFEST).write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", "utf-8")
        move_into_place(draft, folder)
    finally:
        restore_interrupted(folder)
        shutil.rmtree(draft, ignore_errors=True)
    return Pool(folder, json.loads(json.dumps(whole)))


def _write_tables(tables: Mapping[str, pl.DataFrame], draft: Path) -> dict[str, Any]:
    entries = {}
    for name, table in TABLES.items():
        frame = check_table(table, tables[name])
        file = draft / f"{name}.parquet"
        frame.write_parquet(file, compression="zstd", compression_level=1, statistics=False)
        entries[name] = {"sha256": hash_file(file), "rows": frame.height}
    hashes = {name: str(entry["sha256"]) for name, entry in entries.items()}
    return {"tables": entries, "pool_hash": pool_hash(hashes)}
