"""Karyotype texts of all trials to runs, findings, coverage and lesions in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from chorall.markers.karyotype import (
    Clone,
    Karyotype,
    KaryotypeStatus,
    assign_ploidy,
    derive_karyotype_statuses,
    list_karyotype_markers,
    read_karyotype,
)
from chorall.tables.schema import TABLES

DOUBT_SCHEMA: Final = {"run_id": pl.String, "marker": pl.String, "call": pl.String}
NOT_PERFORMED: Final = ("not_done",)
UNREAD_TOKEN: Final = "<unread>"
UNUSABLE: Final = ("failed", "insufficient")
SUFFIXES: Final = {"rearrangement": "-r", "deletion": "_del", "gain": "_gain"}


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
    """

    karyotypes: pl.DataFrame
    runs: pl.DataFrame
    findings: pl.DataFrame
    coverage: pl.DataFrame
    doubts: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Read:
    """One text, read once however many patients have it."""

    karyotype: Karyotype
    statuses: dict[str, KaryotypeStatus]
    cells: dict[str, Any]


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
    rows, runs, findings, doubts = [], [], [], []
    extra: dict[tuple[str, str, str], None] = {}
    for row in karyotypes.iter_rows(named=True):
        key = (row["text"], row["n_metaphases"])
        if key not in read:
            read[key] = _read(*key)
        one = read[key]
        rows.append(row | one.cells | _keep_reason(row, one))
        run = _make_run(row, one.karyotype)
        if run is None:
            continue
        runs.append(run)
        if run["quality"] != "passed":
            continue
        for status in one.statuses.values():
            if status.status == "present" or status.reason == "suggested":
                findings.append(_make_finding(row, status))
            elif status.status == "inconclusive" and status.reason != "cryptic":
                doubts.append((row["run_id"], status.marker, "equivocal"))
            if status.marker not in list_karyotype_markers():
                extra.setdefault((row["assay_id"], status.marker, status.alteration_class))
    assays = karyotypes["assay_id"].unique(maintain_order=True).to_list()
    coverage = [*_cover(assays), *_cover_extra(extra)]
    return KaryotypeEvidence(
        pl.DataFrame(rows, schema=TABLES["karyotype"].schema),
        pl.DataFrame(runs, schema=TABLES["assay_run"].schema),
        pl.DataFrame(findings, schema=TABLES["finding"].empty().drop("marker").schema),
        pl.DataFrame(coverage, schema=TABLES["assay_coverage"].empty().drop("marker").schema),
        pl.DataFrame(doubts, schema=DOUBT_SCHEMA, orient="row"),
    )


def _read(text: str | None, n_metaphases: int | None) -> _Read:
    karyotype = read_karyotype(text or "")
    statuses = derive_karyotype_statuses(karyotype, n_metaphases=n_metaphases)
    counted = n_metaphases if n_metaphases is not None else karyotype.n_metaphases
    ploidy = assign_ploidy(karyotype).main
    is_text = text is not None
    cells = {
        "text": "/".join(map(_write_clone, karyotype.clones)) or None,
        "n_metaphases": counted,
        "outcome": karyotype.outcome if is_text else None,
        "reading": karyotype.reading if is_text else None,
        "n_unread": len(karyotype.unread) if is_text else None,
        "ploidy": ploidy,
    }
    reasons = {
        f"{name}_missing": "not_applicable" if value is None else None
        for name, value in cells.items()
    }
    return _Read(karyotype, statuses, cells | reasons)


def _write_clone(clone: Clone) -> str:
    """Return the notation of a clone; what could not be read may be words about a person."""
    text = clone.text
    for token in clone.unread:
        text = text.replace(token, UNREAD_TOKEN)
    return text


def _keep_reason(row: dict[str, Any], one: _Read) -> dict[str, Any]:
    """Return the reason why there is no text: as delivered, or what the words in it mean."""
    if one.cells["text"] is not None:
        return {}
    said = {"failed": "failed", "not_done": "not_done", "not_reported": "not_reported"}
    delivered = row["text_missing"] if row["text"] is None else None
    return {"text_missing": delivered or said.get(one.karyotype.outcome, "withheld")}


def _make_run(row: dict[str, Any], karyotype: Karyotype) -> dict[str, Any] | None:
    said = row["text_missing"] if row["text"] is None else karyotype.outcome
    if said not in (*NOT_PERFORMED, *UNUSABLE) and (
        row["text"] is None or karyotype.outcome == "not_reported"
    ):
        return None
    is_done = said not in NOT_PERFORMED
    quality = said if said in UNUSABLE else "passed" if is_done else None
    taken = (
        "run_id", "patient_id", "trial_id", "assay_id", "phase", "day", "day_missing",
        "ascertainment", "ascertainment_missing",
    )  # fmt: skip
    return {name: row[name] for name in taken} | {
        "performed": "yes" if is_done else "no",
        "quality": quality,
        "quality_missing": None if is_done else "not_applicable",
    }


def _make_finding(row: dict[str, Any], status: KaryotypeStatus) -> dict[str, Any]:
    target = _name_target(status.marker, status.alteration_class)
    gene, _, partner = target.partition("::")
    unknown = ("hgvs_p", "region", "copy_state", "vaf", "raw_text")
    return {
        "run_id": row["run_id"],
        "patient_id": row["patient_id"],
        "trial_id": row["trial_id"],
        "gene": gene,
        "partner": partner or None,
        "partner_missing": None if partner else "not_applicable",
        "alteration_class": status.alteration_class,
        "call": "present" if status.status == "present" else "equivocal",
        **dict.fromkeys((f"{name}_missing" for name in unknown), "not_applicable"),
    }


def _name_target(marker: str, alteration_class: str) -> str:
    return marker.removesuffix(SUFFIXES.get(alteration_class, ""))


def _cover(assays: list[str]) -> Iterator[dict[str, Any]]:
    for assay_id in assays:
        for marker, (kind, may_be_absent) in list_karyotype_markers().items():
            yield {
                "assay_id": assay_id,
                "target": _name_target(marker, kind),
                "alteration_class": kind,
                "scope": "complete" if may_be_absent else "partial",
                "negative_capable": may_be_absent,
            }


def _cover_extra(extra: dict[tuple[str, str, str], None]) -> Iterator[dict[str, Any]]:
    """Yield what was found beyond the list (FISH in the text): a clean run excludes nothing."""
    for assay_id, marker, kind in extra:
        yield {
            "assay_id": assay_id,
            "target": _name_target(marker, kind),
            "alteration_class": kind,
            "scope": "partial",
            "negative_capable": False,
        }
