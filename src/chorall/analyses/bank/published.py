"""What published classifiers say of the patient of a file, once its residual disease is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chorall.errors import InputError, raise_gathered
from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.classifier_items import classifier_items
from chorall.knowledge.measurements import measurement_items
from chorall.markers.classifiers import Classification, classify_patient
from chorall.markers.known_names import is_marker_name
from chorall.models.bank.features import UNDETECTED, UNKNOWN_WORDS
from chorall.tables.mrd_result import MrdResult

OWN_FIELDS: Final = ("course", "patient_id", "trial")
"""What a patient file holds that is no item of the patient."""


def is_known_item(name: str) -> bool:
    """Return True where a name is that of an item of a classifier, or of a marker."""
    return name in classifier_items() or is_marker_name(name)


def check_items(patient: Mapping[str, Any]) -> None:
    """Refuse names that nobody knows, as a question to a bank does, and impossible MRD.

    Raises
    ------
    InputError
        One message for all such names, or for all such items.
    """
    others = {*OWN_FIELDS, *measurement_items()}
    names = [name for name in patient if name not in others and not is_known_item(name)]
    raise_gathered(
        InputError,
        "the patient has fields that are not known",
        [f"`{name}`" for name in names],
        f"Classifiers ask: {', '.join(classifier_items())}.",
    )
    check_mrd_items(patient)


def check_mrd_items(patient: Mapping[str, Any]) -> None:
    """Refuse residual disease that is no fraction; classifiers ask time points that no bank uses.

    Raises
    ------
    InputError
        One message for all such items.
    """
    items = classifier_items()
    problems = [
        f'`{name}` must be a number from 0 to 1 (a fraction, not percent) or "{UNDETECTED}"'
        for name, value in patient.items()
        if name in items and items[name].kind == "mrd" and not _is_mrd(value)
    ]
    advice = "Correct these, or leave out what is not known."
    raise_gathered(InputError, "the patient cannot be read", problems, advice)


def _is_mrd(value: Any) -> bool:
    if value is None or isinstance(value, str):
        return value == UNDETECTED or value in UNKNOWN_WORDS
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def ask_published(patient: Mapping[str, Any]) -> dict[str, Any]:
    """Return what published classifiers say of the patient, where they apply.

    Returns
    -------
    dict of str to dict
        `result` (null where open), `best`, `worst`, `confidence`, `missing` (items that could
        still change the answer); of a continuous score also
        `score` (null where it is not determined), `score_lower`, `score_upper`.
    """
    items = {
        name: _read_item(name, value)
        for name, value in patient.items()
        if name not in OWN_FIELDS and (name in classifier_items() or "::" in name)
    }
    return {
        name: _write_answer(answer)
        for name, answer in classify_patient(items).items()
        if answer.applicable is not False
    }


def _write_answer(answer: Classification) -> dict[str, Any]:
    written: dict[str, Any] = {
        "result": answer.result,
        "best": answer.best,
        "worst": answer.worst,
        "confidence": answer.confidence,
        "missing": list(answer.resolving),
    }
    if classifier_definitions()[answer.classifier].score is not None:
        scores = ("score", "score_lower", "score_upper")
        written |= {name: getattr(answer, name) for name in scores}
    return written


def _read_item(name: str, value: Any) -> Any:
    if isinstance(value, str) and value in UNKNOWN_WORDS:
        return None
    item = classifier_items().get(name)
    if item is None or item.kind != "mrd" or value is None:
        return value
    # a fraction of 0 is what a laboratory writes when nothing was found
    if value in (UNDETECTED, 0):
        return MrdResult(category="undetected")
    return MrdResult(category="quantified", mrd_fraction=float(value))
