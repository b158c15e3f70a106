"""Rows of pooled tables from one karyotype that was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chorall.markers.karyotype import (
    Clone,
    Karyotype,
    KaryotypeStatus,
    assign_ploidy,
    list_karyotype_markers,
)

NOT_PERFORMED: Final = ("not_done",)
UNREAD_TOKEN: Final = "<unread>"
MODAL_NUMBER: Final = "modal_number"
UNUSABLE: Final = ("failed", "insufficient")
SUFFIXES: Final = {"rearrangement": "-r", "deletion": "_del", "gain": "_gain"}


def describe_reading(
    karyotype: Karyotype, n_metaphases: int | None, *, is_text: bool
) -> dict[str, Any]:
    """Return the cells of the table `karyotype` that follow from the text."""
    cells = {
        "text": "/".join(map(_write_clone, karyotype.clones)) or None,
        "n_metaphases": n_metaphases if karyotype.n_metaphases is None else karyotype.n_metaphases,
        "outcome": karyotype.outcome if is_text else None,
        "reading": karyotype.reading if is_text else None,
        "n_unread": len(karyotype.unread) if is_text else None,
        "ploidy": assign_ploidy(karyotype).main,
    }
    reasons = {
        f"{name}_missing": "not_applicable" if value is None else None
        for name, value in cells.items()
    }
    return cells | reasons


def _write_clone(clone: Clone) -> str:
    """Return the notation of a clone; what could not be read may be words about a person."""
    text = clone.text
    for token in clone.unread:
        text = text.replace(token, UNREAD_TOKEN)
    return text


def keep_reason(row: dict[str, Any], cells: dict[str, Any], outcome: str) -> dict[str, Any]:
    """Return the reason why there is no text: as delivered, or what the words in it mean."""
    if cells["text"] is not None:
        return {}
    said = {"failed": "failed", "not_done": "not_done", "not_reported": "not_reported"}
    delivered = row["text_missing"] if row["text"] is None else None
    return {"text_missing": delivered or said.get(outcome, "withheld")}


def make_run(row: dict[str, Any], outcome: str) -> dict[str, Any] | None:
    """Return the run that a karyotype stands for, None where there is none."""
    said = row["text_missing"] if row["text"] is None else outcome
    if said not in (*NOT_PERFORMED, *UNUSABLE) and (
        row["text"] is None or outcome == "not_reported"
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


def make_modal_number(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the row of `measurement` with the modal number."""
    taken = ("patient_id", "trial_id", "day", "day_missing")
    return {name: row[name] for name in taken} | {"item": MODAL_NUMBER, "value": float(number)}


def make_finding(status: KaryotypeStatus) -> dict[str, Any]:
    """Return the cells of a finding that do not depend on the patient."""
    gene, _, partner = _name_target(status.marker, status.alteration_class).partition("::")
    unknown = ("hgvs_p", "region", "copy_state", "vaf", "raw_text")
    return {
        "gene": gene,
        "partner": partner or None,
        "partner_missing": None if partner else "not_applicable",
        "alteration_class": status.alteration_class,
        "call": "present" if status.status == "present" else "equivocal",
        **dict.fromkeys((f"{name}_missing" for name in unknown), "not_applicable"),
    }


def _name_target(marker: str, alteration_class: str) -> str:
    return marker.removesuffix(SUFFIXES.get(alteration_class, ""))


def cover_assays(assays: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the coverage of assays read from karyotypes: the same for all."""
    for assay_id in assays:
        for marker, (kind, may_be_absent) in list_karyotype_markers().items():
            yield {
                "assay_id": assay_id,
                "target": _name_target(marker, kind),
                "alteration_class": kind,
                "scope": "complete" if may_be_absent else "partial",
                "negative_capable": may_be_absent,
            }


def cover_extra(extra: dict[tuple[str, str, str], None]) -> Iterator[dict[str, Any]]:
    """Yield what was found beyond the list (FISH in the text): a clean run excludes nothing."""
    for assay_id, marker, kind in extra:
        yield {
            "assay_id": assay_id,
            "target": _name_target(marker, kind),
            "alteration_class": kind,
            "scope": "partial",
            "negative_capable": False,
        }
