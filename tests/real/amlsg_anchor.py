"""The covariates of the AML knowledge bank (Gerstung et al. 2017) from the AMLSG files.

Groups, scaling, the rule of 8 patients and mean imputation as published. Differences, because the
files do not hold it: no date of entry; genes as in the gene matrix, without hotspots of IDH2, NRAS.
`python -m real.amlsg_anchor FILE` in tests/ writes the rows for random_effects_amlsg.R; the file
holds patients and stays out of the repository.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from real.conftest import DATA

AT_LEAST = 8
FUSIONS = ["inv3_t3_3", "t_9_22", "t_15_17", "t_8_21", "inv16_t16_16", "t_6_9", "t_9_11", "t_v_11"]
COPY_NUMBER = [
    "minus5_5q",
    "minus7",
    "minus7q",
    "abn7other",
    "plus8_8q",
    "minus9q",
    "mono12_12p_abn12p",
    "plus13",
    "mono17_17p_abn17p",
    "minus18_18q",
    "minus20_20q",
    "plus21",
    "plus22",
    "minusY",
    "abn3q_other",
    "plus11_11q",
    "mono4_4q_abn4q",
    "complex",
]
# divided by the power of ten that brings the numbers to about 1
CLINICAL = {
    "HB": 10, "platelet": 100, "wbc": 100, "LDH": 1000, "BM_Blasts": 100, "PB_Blasts": 100,
    "Performance_ECOG": 1, "Splenomegaly": 1,
}  # fmt: skip
DONORS = ("ALLO", "FREMD", "HAPLO")
TIME_DEPENDENT = ("transplant_first_remission", "transplant_after_relapse")


@dataclass(frozen=True)
class Anchor:
    """Rows (who is transplanted has two), and which patient each belongs to."""

    x: NDArray[np.float64]
    names: list[str]
    groups: list[str]
    entry_time: NDArray[np.float64]
    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    patient: NDArray[np.int64]
    trial: NDArray[np.str_]
    baseline: NDArray[np.float64]
    followed: NDArray[np.float64]
    died: NDArray[np.bool_]


def read_anchor() -> Anchor:
    """Return all rows of overall survival with their covariates."""
    table = read_clinical()
    x, names, groups = list_covariates(table)
    followed = table["OS"].cast(pl.Float64).to_numpy().copy()
    died = table["Status"].to_numpy() == 1
    entry, exit_, event, patient, given = split_at_transplant(table, followed, died)
    n_patients = len(followed)
    before = np.zeros((n_patients, len(TIME_DEPENDENT)))
    return Anchor(
        x=np.hstack([x[patient], given]),
        names=[*names, *TIME_DEPENDENT],
        groups=[*groups, *["treatment"] * len(TIME_DEPENDENT)],
        entry_time=entry, time=exit_, event=event, patient=patient,
        trial=table["Study"].to_numpy().astype(str),
        baseline=np.hstack([x, before]), followed=followed, died=died,
    )  # fmt: skip


def read_clinical() -> pl.DataFrame:
    folder = DATA / "aml-multistage"
    clinical = pl.read_csv(folder / "clinical.csv", infer_schema_length=None, null_values=["NA"])
    genes = pl.read_csv(folder / "gene_matrix.csv").rename(
        lambda name: name if name == "PDID" else f"gene_{name}"
    )
    return clinical.join(genes, on="PDID", how="left", maintain_order="left")


def list_covariates(table: pl.DataFrame):
    """Return columns, names and groups of all covariates known at diagnosis."""
    lesions = {name: ("fusions", table[name]) for name in FUSIONS}
    lesions |= {name: ("copy number", table[name]) for name in COPY_NUMBER}
    lesions |= {name: ("genes", values) for name, values in list_genes(table).items()}
    columns = {name: (group, impute(values)) for name, (group, values) in lesions.items()}
    columns |= list_pairs(columns)
    for name, unit in CLINICAL.items():
        columns[name] = ("clinical", impute(table[name]) / unit)
    for kind in ("oAML", "sAML", "tAML"):
        columns[kind] = ("clinical", impute(table["TypeAML"] == kind))
    columns["age"] = ("demographics", impute(table["AOD"]) / 10)
    columns["female"] = ("demographics", impute(table["gender"] == 2))
    columns["ATRA"] = ("treatment", impute(table["ATRA_arm"]))
    columns["VPA"] = ("treatment", impute(table["VPA"]))
    for trial in ("AMLSG0704", "AMLHD98B"):
        columns[trial] = ("nuisance", impute(table["Study"] == trial))
    columns["missing_cytogenetics"] = ("nuisance", impute(table["complex"].is_null()))
    x = np.column_stack([values for _, values in columns.values()])
    return x, list(columns), [group for group, _ in columns.values()]


def list_genes(table: pl.DataFrame) -> dict[str, pl.Series]:
    named = {"gene_CEBPA", "gene_FLT3"}  # read from the clinical table by kind instead
    genes = {name: table[name] for name in table.columns if name.startswith("gene_")}
    chosen = {name: values for name, values in genes.items() if name not in named}
    chosen = {name: values for name, values in chosen.items() if values.sum() >= AT_LEAST}
    for name in ("FLT3_ITD", "FLT3_TKD", "FLT3_other", "MLL_PTD"):
        chosen[name] = table[name]
    return chosen | {"CEBPA_mono": table["CEBPA"] == 1, "CEBPA_bi": table["CEBPA"] == 2}


def list_pairs(columns):
    pairs = {}
    for (one, (kind, a)), (two, (other, b)) in itertools.combinations(columns.items(), 2):
        both = a * b
        if kind == other == "genes" and (both == 1).sum() >= AT_LEAST:
            pairs[f"{one}:{two}"] = ("gene pairs", both)
    return pairs


def impute(values: pl.Series) -> NDArray[np.float64]:
    """Put the mean of those known where a value is missing, as the anchor does."""
    numbers = values.cast(pl.Float64)
    return numbers.fill_null(numbers.mean()).to_numpy()


def split_at_transplant(table, followed, died):
    """Cut follow-up at the allogeneic transplantation, so that it counts from its day."""
    phase = table["TPL_Phase"].fill_null("").to_numpy()
    day = table["Time_Diag_TPL"].cast(pl.Float64).fill_null(np.inf).to_numpy()
    donor = table["TPL_type"].fill_null("").is_in(DONORS).to_numpy()
    kind = np.select([phase == "CR1", np.isin(phase, ["Rez1", "CR2", "Rez2", "CR3"])], [0, 1], -1)
    cut = donor & (kind >= 0) & (day < followed)
    patient = np.concatenate([np.arange(len(followed)), np.flatnonzero(cut)])
    late = np.arange(len(patient)) >= len(followed)
    entry = np.where(late, day[patient], 0.0)
    exit_ = np.where(~late & cut[patient], day[patient], followed[patient])
    event = died[patient] & (late | ~cut[patient])
    given = np.column_stack([late & (kind[patient] == k) for k in (0, 1)]).astype(float)
    return entry, exit_, event, patient, given


if __name__ == "__main__":
    anchor = read_anchor()
    data = {"entry": anchor.entry_time, "time": anchor.time, "event": anchor.event.astype(int)}
    frame = pl.DataFrame(data).hstack(pl.DataFrame(anchor.x, schema=anchor.names))
    header = pl.DataFrame([["", "", "", *anchor.groups]], schema=frame.columns, orient="row")
    Path(sys.argv[1]).write_text(header.write_csv() + frame.write_csv(include_header=False))
