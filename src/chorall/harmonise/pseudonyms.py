"""Keyed pseudonyms: a patient's id in the pool cannot be turned back without the key."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Final

import polars as pl

from chorall.errors import InputError

ID_LENGTH: Final = 20
MINIMUM_KEY_BYTES: Final = 16


def read_key(path: Path) -> bytes:
    """Return the secret key in a file; the surrounding white space does not count.

    Raises
    ------
    InputError
        If the file is missing or the key is shorter than 16 bytes.
    """
    if not path.is_file():
        raise InputError(
            f"there is no pseudonym key at {path}.\n"
            '  Make one with:  python -c "import secrets; print(secrets.token_hex(32))" > '
            f"{path.name}\n  Keep it outside the pool and do not share it."
        )
    key = path.read_bytes().strip()
    if len(key) < MINIMUM_KEY_BYTES:
        raise InputError(
            f"{path}: the pseudonym key has {len(key)} bytes, at least {MINIMUM_KEY_BYTES} "
            "are needed."
        )
    return key


def make_pseudonym(key: bytes, *parts: str) -> str:
    """Return 20 hexadecimal digits of HMAC-SHA256 over `parts`."""
    message = "\0".join(parts).encode()
    return hmac.digest(key, message, "sha256").hex()[:ID_LENGTH]


def pseudonymise(ids: pl.Series, key: bytes, scope: str) -> pl.Series:
    """Return the pseudonym of each id; null stays null.

    Parameters
    ----------
    ids : Series of str
        Ids as delivered, white space removed.
    key : bytes
        The consortium's key.
    scope : str
        Trial id, so that equal ids of two trials give different pseudonyms; or `person`.
    """
    distinct = ids.drop_nulls().unique(maintain_order=True)
    made = pl.Series([make_pseudonym(key, scope, name) for name in distinct], dtype=pl.String)
    return ids.replace_strict(distinct, made, default=None, return_dtype=pl.String)
