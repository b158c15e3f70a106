"""What a run was made from: pools, banks and files, each with its hash, and versions."""

from __future__ import annotations

import hashlib
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from chorall._version import __version__
from chorall.tables.manifest import MANIFEST, hash_file, read_manifest
from chorall.tables.schema import TABLES

PACKAGES: Final = ("duckdb", "matplotlib", "numpy", "polars", "scipy")


@dataclass(frozen=True, slots=True)
class RunInput:
    """One input of a run.

    Attributes
    ----------
    argument : str
        The argument of the command, e.g. `pool`.
    path : str
        As it was typed.
    kind : {"pool", "folder", "file"}
        A pool has the hash of its tables.
    sha256 : str
        Of a pool, all files of a folder by name, or a file.
    """

    argument: str
    path: str
    kind: Literal["pool", "folder", "file"]
    sha256: str

    def to_dict(self) -> dict[str, str]:
        """Return plain values."""
        return asdict(self)


def describe_input(argument: str, path: Path) -> RunInput:
    """Return an input with its hash; the path must exist."""
    if path.is_file():
        return RunInput(argument, str(path), "file", hash_file(path))
    if (path / f"{next(iter(TABLES))}.parquet").is_file() and (path / MANIFEST).is_file():
        return RunInput(argument, str(path), "pool", str(read_manifest(path)["pool_hash"]))
    lines = [
        f"{file.relative_to(path).as_posix()} {hash_file(file)}"
        for file in sorted(path.rglob("*"))
        if file.is_file()
    ]
    total = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return RunInput(argument, str(path), "folder", total)


def read_provenance(path: Path) -> dict[str, Any]:
    """Return what a pool's manifest says of its deliveries, mappings and versions."""
    manifest = read_manifest(path)
    known = ("name", "pool_hash", "synthetic", "versions", "deliveries", "mappings", "tables")
    return {name: manifest[name] for name in known if name in manifest}


def list_run_versions() -> dict[str, str]:
    """Return what computed: Chorall, Python, the packages that calculate and draw, the platform."""
    found = {"chorall": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    found |= {name: version(name) for name in PACKAGES}
    return found | {"platform": f"{platform.system()} {platform.machine()}"}
