"""The files that pages load, all from here, under an address that holds their hash."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
KINDS: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml; charset=utf-8",
}


@cache
def read_assets() -> dict[str, bytes]:
    """Return every file that may be asked for, by name."""
    files = sorted(file for file in FOLDER.iterdir() if file.suffix in KINDS)
    return {file.name: file.read_bytes() for file in files}


@cache
def hash_asset(name: str) -> str:
    """Return the first digits of the SHA-256 of a file."""
    return hashlib.sha256(read_assets()[name]).hexdigest()[:12]


def locate_asset(name: str) -> str:
    """Return the address of a file."""
    return f"/static/{hash_asset(name)}/{name}"
