"""ELN 2011 groups of the AMLSG patients by pseudonym, for `chorall bank validate --groups`.

`python -m real.amlsg_eln FILE` in tests/ writes them; the file holds patients and stays out of the
repository.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
from real.conftest import DATA, HERE

from chorall.harmonise.pseudonyms import make_pseudonym, read_key

ORDER = {"Favorable": 0, "Inter-1": 1, "Inter-2": 2, "Adverse": 3}


def read_eln() -> pl.DataFrame:
    """Return patient_id and eln_2011, the higher the worse, null where the file says nothing."""
    clinical = pl.read_csv(
        DATA / "aml-multistage" / "clinical.csv", infer_schema_length=None, null_values=["NA"]
    )
    key = read_key(HERE / "amlsg" / "pseudonym.key")
    ids = [make_pseudonym(key, *pair) for pair in clinical.select("Study", "PDID").iter_rows()]
    places = clinical["M_Risk"].replace_strict(ORDER, default=None, return_dtype=pl.Int64)
    return pl.DataFrame({"patient_id": ids, "eln_2011": places})


if __name__ == "__main__":
    read_eln().write_csv(Path(sys.argv[1]))
