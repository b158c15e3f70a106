"""Tell where a spreadsheet turned gene symbols into dates, and what they may have been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from chorall.consortium.deliveries import TrialDelivery
from chorall.harmonise.rules import count_codes
from chorall.harmonise.trial import HarmonisedTrial
from chorall.knowledge.spreadsheet_dates import guess_damaged_symbols

REASON = "gene_turned_into_date"
EXAMPLES_SHOWN = 3


def remark_damaged_genes(
    deliveries: Sequence[TrialDelivery], harmonised: Sequence[HarmonisedTrial]
) -> Iterator[dict[str, str]]:
    """Yield file, column and message for each column in which gene symbols became dates.

    Parameters
    ----------
    deliveries, harmonised : sequences of equal length
        What each trial delivered and what became of it.
    """
    for delivery, trial in zip(deliveries, harmonised, strict=True):
        for outcome in trial.outcomes:
            lines = outcome.quarantine.filter(pl.col("reason") == REASON)
            for (column,), rows in lines.group_by("column", maintain_order=True):
                file = delivery.files[outcome.rule.source]
                if str(column) in file.frame.columns:
                    codes = count_codes(file.frame, str(column), rows["source_row"])
                    message = _write_message(codes)
                    yield {"file": file.name, "column": str(column), "message": message}


def _write_message(codes: Sequence[tuple[str, int]]) -> str:
    n = sum(count for _, count in codes)
    shown = ", ".join(_write_example(code) for code, _ in codes[:EXAMPLES_SHOWN])
    return (
        f"{n} gene symbols have become dates in a spreadsheet ({shown}): nothing is repaired; ask "
        "for the file with this column as text"
    )


def _write_example(code: str) -> str:
    symbols = " or ".join(guess_damaged_symbols(code))
    return f"{code}, perhaps {symbols}" if symbols else code
