"""The seal of a bank's folder: the hash of every file, and with a key who made it.

Without a key the seal proves that the files belong together and were not changed by accident or
half-way; whoever can write the folder can make a new seal. With a key (HMAC-SHA256) only those who
hold the same key can.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Final

from chorall.errors import DataError, InputError

PREFIX: Final = "seal-"
FEWEST_BYTES: Final = 16


def read_signing_key(file: Path) -> bytes:
    """Return the key in a file; white space around it does not count.

    Raises
    ------
    InputError
        If the file is missing or the key is shorter than 16 bytes.
    """
    if not file.is_file():
        raise InputError(
            f"{file}: no such file. Make a key with:\n"
            '  python -c "import secrets; print(secrets.token_hex(32))"'
        )
    key = file.read_bytes().strip()
    if len(key) < FEWEST_BYTES:
        raise InputError(
            f"{file}: the key has {len(key)} bytes, at least {FEWEST_BYTES} are needed."
        )
    return key


def write_seal(folder: Path, name: str, key: bytes | None) -> None:
    """Write the seal of all files that lie in a folder.

    Parameters
    ----------
    folder : Path
        With everything else in it.
    name : str
        The hash in the names of the files.
    key : bytes or None
        Signs the seal.
    """
    own = f"{PREFIX}{name}.json"
    hashes = {file.name: _hash(file) for file in sorted(folder.iterdir()) if file.name != own}
    seal = {"files": hashes, "signature": _sign(name, hashes, key) if key else None}
    text = json.dumps(seal, indent=1, sort_keys=True)
    (folder / own).write_text(text + "\n", encoding="utf-8")


def find_seal_problem(folder: Path, name: str, key: bytes | None) -> str:
    """Return what is wrong with a sealed folder, or an empty text.

    Parameters
    ----------
    folder : Path
        Of the bank.
    name : str
        The hash in the names of its files.
    key : bytes or None
        None does not look at the signature; a key asks for one that it made.
    """
    seal = _read(folder / f"{PREFIX}{name}.json")
    hashes = seal["files"]
    there = {file.name for file in folder.iterdir() if not file.name.startswith(".")}
    strange = sorted(there - {*hashes, f"{PREFIX}{name}.json"})
    missing = sorted(set(hashes) - there)
    if strange or missing:
        said = [f"{one} was not written with it" for one in strange]
        return "; ".join([*said, *(f"{one} is missing" for one in missing)])
    changed = sorted(one for one, known in hashes.items() if _hash(folder / one) != known)
    if changed:
        return f"{', '.join(changed)} was changed after it was written"
    if key is None:
        return ""
    if not seal["signature"]:
        return "it is not signed, but a key was given"
    same = hmac.compare_digest(seal["signature"], _sign(name, hashes, key))
    return "" if same else "it was not signed with this key"


def _sign(name: str, hashes: dict[str, str], key: bytes) -> str:
    message = json.dumps([name, hashes], sort_keys=True).encode()
    return hmac.digest(key, message, "sha256").hex()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read(file: Path) -> dict[str, Any]:
    try:
        seal = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{file}: missing or damaged ({error.__class__.__name__}).") from None
    files = seal.get("files") if isinstance(seal, dict) else None
    signature = seal.get("signature") if isinstance(seal, dict) else None
    if not isinstance(files, dict) or not isinstance(signature, str | None):
        raise DataError(f"{file}: damaged: no seal.")
    return {"files": files, "signature": signature}
