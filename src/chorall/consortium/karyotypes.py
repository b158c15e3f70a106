"""Karyotype texts of all trials to runs, findings, coverage and lesions in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from chorall.consortium.karyotype_rows import (
    cover_assays,
    cover_extra,
    describe_reading,
    keep_reason,
    make_finding,
    make_modal_number,
    make_run,
)
from chorall.markers.karyotype import (
    KaryotypeStatus,
    derive_karyotype_statuses,
    find_modal_number,
    list_karyotype_markers,
    read_karyotype,
)
from chorall.tables.schema import TABLES
from chorall.tables.words import DIAGNOSIS


@dataclass(frozen=True, slots=True)
class KaryotypeEvidence:
    """What karyotypes give to the other tables of the pool.

    Attributes
    ----------
    karyotypes : DataFrame
        The table `karyotype` with what was read; free text is left out.
    runs, findings : DataFrame
        Rows for `assay_run` and `finding` (without marker names).
    coverage : DataFrame
        Rows for `assay_coverage` (without marker names).
    doubts : DataFrame
        run_id, marker and call (equivocal): what a karyotype neither shows nor excludes.
    measurements : DataFrame
        Rows for `measurement`: the modal number at diagnosis.
    """

    karyotypes: pl.DataFrame
    runs: pl.DataFrame
    findings: pl.DataFrame
    coverage: pl.DataFrame
    doubts: pl.DataFrame
    measurements: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Read:
    """One text, read once however many patients have it.

    Attributes
    ----------
    outcome : str
        Of the karyotype.
    cells : dict of str to object
        Cells of the table `karyotype`.
    findings : tuple of dict
        Cells of the findings that do not depend on the patient.
    doubtful : list of str
        Markers that are neither shown nor excluded.
    extra : tuple of (str, str)
        Markers found beyond those of every karyotype, with their class.
    modal_number : int or None
        Of the clone that counts.
    """

    outcome: str
    cells: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    doubtful: list[str]
    extra: tuple[tuple[str, str], ...]
    modal_number: int | None


def read_karyotypes(karyotypes: pl.DataFrame) -> KaryotypeEvidence:
    """Read the karyotypes of all trials.

    Parameters
    ----------
    karyotypes : DataFrame
        The table `karyotype` as the mappings made it.

    Returns
    -------
    KaryotypeEvidence
        A text, or a reason why there is none, that says failed or insufficient is a performed run
        that failed; not done is a run that was not performed; a text that says nothing, and every
        other reason, is no run. A suggested lesion is a finding whose call is equivocal.
    """
    read: dict[tuple[str | None, int | None], _Read] = {}
    rows, runs, findings = [], [], []
    passed: list[tuple[str, list[str]]] = []
    extra: dict[tuple[str, str, str], None] = {}
    numbers = []
    for row in karyotypes.iter_rows(named=True):
        key = (row["text"], row["n_metaphases"])
        if key not in read:
            read[key] = _read(*key)
        one = read[key]
        rows.append(row | one.cells | keep_reason(row, one.cells, one.outcome))
        run = make_run(row, one.outcome)
        if run is None:
            continue
        runs.append(run)
        if run["quality"] != "passed":
            continue
        whose = {name: row[name] for name in ("run_id", "patient_id", "trial_id")}
        findings += [whose | found for found in one.findings]
        passed.append((row["run_id"], one.doubtful))
        if one.modal_number is not None and row["phase"] == DIAGNOSIS:
            numbers.append(make_modal_number(row, one.modal_number))
        extra.update(dict.fromkeys((row["assay_id"], *found) for found in one.extra))
    assays = karyotypes["assay_id"].unique(maintain_order=True).to_list()
    coverage = [*cover_assays(assays), *cover_extra(extra)]
    return KaryotypeEvidence(
        pl.DataFrame(rows, schema=TABLES["karyotype"].schema),
        pl.DataFrame(runs, schema=TABLES["assay_run"].schema),
        pl.DataFrame(findings, schema=TABLES["finding"].empty().drop("marker").schema),
        pl.DataFrame(coverage, schema=TABLES["assay_coverage"].empty().drop("marker").schema),
        _spread_doubts(passed),
        pl.DataFrame(numbers, schema=TABLES["measurement"].schema),
    )


def _spread_doubts(passed: list[tuple[str, list[str]]]) -> pl.DataFrame:
    schema = {"run_id": pl.String(), "marker": pl.List(pl.String)}
    doubtful = pl.DataFrame(passed, schema=schema, orient="row").explode("marker")
    return doubtful.drop_nulls("marker").with_columns(call=pl.lit("equivocal"))


def _read(text: str | None, n_metaphases: int | None) -> _Read:
    karyotype = read_karyotype(text or "")
    statuses = derive_karyotype_statuses(karyotype, n_metaphases=n_metaphases).values()
    known = list_karyotype_markers()
    found = [one for one in statuses if one.status == "present" or one.reason == "suggested"]
    return _Read(
        outcome=karyotype.outcome,
        cells=describe_reading(karyotype, n_metaphases, is_text=text is not None),
        findings=tuple(make_finding(one) for one in found),
        doubtful=[one.marker for one in statuses if _is_doubtful(one)],
        extra=tuple((one.marker, one.alteration_class) for one in found if one.marker not in known),
        modal_number=find_modal_number(karyotype, n_metaphases),
    )


def _is_doubtful(one: KaryotypeStatus) -> bool:
    return one.status == "inconclusive" and one.reason not in ("cryptic", "suggested")
