"""What one server serves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chorall.errors import InputError
from chorall.knowledge.small_counts import FEWEST_SHOWN

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank
    from chorall.tables.store import Pool

MANIFEST: Final = "manifest.json"
BANK_FILES: Final = "bank-*.json"
HASH_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What is served.

    Attributes
    ----------
    pool : Pool or None
        Without it the pages of the analyst say that there is none.
    bank : Bank or None
        Without it the pages of the doctor say that there is none.
    pool_name, bank_name : str
        Folders as given, for the command lines that the pages print.
    bank_hash : str
        Of the bank's files.
    fewest_shown : int
        Smaller counts of patients are hidden.
    key : bytes
        Of the tokens in forms; new at every start.
    """

    pool: Pool | None = None
    bank: Bank | None = None
    pool_name: str = "POOL"
    bank_name: str = "BANK"
    bank_hash: str = ""
    fewest_shown: int = FEWEST_SHOWN
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def hashes(self) -> dict[str, str]:
        """Of pool and bank, as pages show them."""
        found = {"pool": self.pool.hash if self.pool else "", "bank": self.bank_hash}
        return {name: digits[:HASH_SHOWN] for name, digits in found.items() if digits}

    @property
    def synthetic(self) -> bool:
        """True where anything served is simulated."""
        of_bank = self.bank is not None and bool(self.bank.about.get("synthetic"))
        return of_bank or (self.pool is not None and self.pool.synthetic)


def open_settings(folders: tuple[Path, ...], fewest_shown: int = FEWEST_SHOWN) -> Settings:
    """Open a pool, a bank, or both; which is which is seen in the folder.

    Raises
    ------
    InputError
        If a folder is neither, two are of one kind, or `fewest_shown` is below 1.
    """
    if fewest_shown < 1:
        raise InputError("the smallest count shown must be 1 or more; 5 is customary.")
    pools = [folder for folder in folders if (folder / MANIFEST).is_file()]
    banks = [folder for folder in folders if any(folder.glob(BANK_FILES))]
    others = [str(one) for one in folders if one not in (*pools, *banks)]
    if others or len(pools) > 1 or len(banks) > 1:
        raise InputError(
            f"cannot serve {', '.join(others) or 'two folders of one kind'}.\n"
            "  Give the folder of a pool (`chorall pool`), of a bank (`chorall bank fit`), or one "
            "of each."
        )
    return _open(pools, banks, fewest_shown)


def _open(pools: list[Path], banks: list[Path], fewest_shown: int) -> Settings:
    from chorall.analyses.bank import read_bank
    from chorall.analyses.bank.support import hide_support
    from chorall.tables.store import read_pool

    bank_hash = next(banks[0].glob(BANK_FILES)).stem.removeprefix("bank-") if banks else ""
    return Settings(
        pool=read_pool(pools[0]) if pools else None,
        bank=hide_support(read_bank(banks[0]), fewest_shown) if banks else None,
        pool_name=str(pools[0]) if pools else "POOL",
        bank_name=str(banks[0]) if banks else "BANK",
        bank_hash=bank_hash,
        fewest_shown=fewest_shown,
    )
