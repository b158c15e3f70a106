"""Gene symbols: from any name a trial may have used to the HGNC symbol."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from chorall.errors import DefinitionError, raise_gathered

GENES_CSV = Path(__file__).parent / "genes" / "genes.csv"


def read_gene_symbols(path: Path) -> dict[str, str]:
    """Read a gene list and return every symbol and alias, in capitals, with its HGNC symbol.

    Parameters
    ----------
    path : Path
        CSV with at least the columns symbol and aliases, and where there is one
        previous_symbols (names parted by semicolons).

    Returns
    -------
    dict of str to str
        A symbol points to itself, an alias or previous symbol to the symbol of today.

    Raises
    ------
    DefinitionError
        If a name stands for two symbols.
    """
    symbols: dict[str, str] = {}
    problems: list[str] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            further = f"{row.get('previous_symbols', '')};{row['aliases']}".split(";")
            for name in (row["symbol"], *filter(None, further)):
                owner = symbols.setdefault(name.strip().upper(), row["symbol"])
                if owner != row["symbol"]:
                    problems.append(f"`{name}` stands for {owner} and for {row['symbol']}")
    raise_gathered(
        DefinitionError,
        f"{path.name}: {len(problems)} names are not clear",
        problems,
        "Leave the name with the symbol that trials mean by it.",
    )
    return symbols


@cache
def gene_symbols() -> dict[str, str]:
    """Return every known symbol and alias, in capitals, with its HGNC symbol.

    Returns
    -------
    dict of str to str
        For example ``{"MLL": "KMT2A", "KMT2A": "KMT2A"}``. Shared: do not change it.

    See Also
    --------
    find_gene : one name, in any case.
    """
    return read_gene_symbols(GENES_CSV)


@cache
def known_symbols() -> frozenset[str]:
    """Return the HGNC symbols (and regions such as PAR1) that Chorall knows."""
    return frozenset(gene_symbols().values())


@cache
def mutable_genes() -> frozenset[str]:
    """Return the genes proper: a mutation of a locus (IGH) or a region (PAR1) makes no sense."""
    with GENES_CSV.open(encoding="utf-8", newline="") as file:
        return frozenset(row["symbol"] for row in csv.DictReader(file) if row["kind"] == "gene")


def find_gene(name: str) -> str | None:
    """Return the HGNC symbol of `name`, or None where the name is not known.

    Parameters
    ----------
    name : str
        Symbol, previous symbol or alias, in any case and with blanks around it.
    """
    return gene_symbols().get(name.strip().upper())
