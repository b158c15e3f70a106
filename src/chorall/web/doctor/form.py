"""The posted form of a patient: read, judged field by field, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from chorall.reports.wording import name_marker
from chorall.web.doctor.course import read_course, read_mrd, read_quantity
from chorall.web.doctor.fields import (
    AGE,
    LINEAGE,
    PLACES,
    SEX,
    STATUSES,
    SUBTYPE,
    TRANSPLANTS,
    WBC,
    WBC_UNITS,
    DoctorFields,
)
from chorall.web.doctor.karyotype import read_karyotype_items
from chorall.web.doctor.numbers import doubt_wbc
from chorall.web.doctor.plausible import doubt_patient
from chorall.web.problems import Problem, ProblemError

MOST_FIELDS: Final = 400


@dataclass(slots=True)
class DoctorForm:
    """What was filled in, what it means, and what is wrong with it.

    Attributes
    ----------
    given : dict of str to str
        Field to text, as posted, to fill in the form again.
    patient : dict of str to object
        As in a patient file.
    strategies : list of str
        One or two.
    problems, hints : dict of str to str
        By field: what must be corrected, and what to look at again.
    said : list of str
        What was read from the karyotype.
    """

    given: dict[str, str] = field(default_factory=dict)
    patient: dict[str, Any] = field(default_factory=dict)
    strategies: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return what was filled in, without spaces around."""
        return self.given.get(name, "").strip()

    @property
    def marked(self) -> set[str]:
        """Markers that were marked as present or absent, or have a message."""
        tested = {name for name, word in self.given.items() if word in ("present", "absent")}
        names = {*tested, *self.problems, *self.hints}
        return {name.removeprefix("m:") for name in names if name.startswith("m:")}

    @property
    def doubts(self) -> list[tuple[str, str]]:
        """Return what is to be looked at again: field in words, and what is asked."""
        return [(name_field(name), said) for name, said in self.hints.items() if said]

    def with_message(self, fields: DoctorFields) -> list[str]:
        """Return every field that has a place for a message."""
        markers = [f"m:{marker}" for marker in fields.markers]
        return [*PLACES, *markers]


def name_field(name: str) -> str:
    """Return a field as a message names it."""
    return PLACES.get(name) or name_marker(name.removeprefix("m:"))


def parse_form(body: bytes) -> dict[str, str]:
    """Return field to text.

    Raises
    ------
    ProblemError
        If the body is no form, or names a field twice.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise ProblemError(Problem(400, "This form cannot be read", "Fill it in again.")) from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise ProblemError(Problem(400, "This form names a field twice", "Fill it in again."))
    return dict(pairs)


def read_form(fields: DoctorFields, given: Mapping[str, str]) -> DoctorForm:
    """Read a form; everything wrong is said at its field."""
    form = DoctorForm(given=dict(given))
    _read_age_and_wbc(form, fields)
    for name in (SEX, LINEAGE):
        _read_choice(form, name, fields.words[name])
    _read_markers(form, fields)
    _read_subtype(form, fields)
    read_karyotype_items(form, fields)
    read_course(form, fields)
    read_mrd(form, fields)
    _read_strategies(form, fields)
    doubt_patient(form)
    return form


def _read_age_and_wbc(form: DoctorForm, fields: DoctorFields) -> None:
    read_quantity(form, fields, AGE, "age", "years")
    unit = form.get("wbc_unit") or WBC_UNITS[0]
    if unit not in WBC_UNITS:
        form.problems[WBC] = "Choose one of the units."
    else:
        read_quantity(form, fields, WBC, "cell_count", unit)
        if WBC in form.patient and not form.hints.get(WBC):
            form.hints[WBC] = doubt_wbc(form.patient[WBC], unit)


def _read_choice(form: DoctorForm, name: str, words: tuple[str, ...]) -> None:
    word = form.get(name)
    if word in words:
        form.patient[name] = word
    elif word:
        form.problems[name] = f"Choose one of: {', '.join(words)}, or not known."


def _read_markers(form: DoctorForm, fields: DoctorFields) -> None:
    for marker in fields.markers:
        word = form.get(f"m:{marker}") or "not_tested"
        if word not in STATUSES:
            form.problems[f"m:{marker}"] = "Choose present, absent or not tested."
        elif word != "not_tested":
            form.patient[marker] = word


def _read_subtype(form: DoctorForm, fields: DoctorFields) -> None:
    name = form.get(SUBTYPE)
    if not name:
        return
    if name not in fields.subtypes:
        form.problems[SUBTYPE] = "Choose one of the subtypes, or not known."
    elif form.patient.get(name) == "absent":
        form.problems[SUBTYPE] = "This subtype's lesion is marked as absent below."
    else:
        form.patient[name] = "present"


def _read_strategies(form: DoctorForm, fields: DoctorFields) -> None:
    names = []
    for side in ("a", "b"):
        treatment, transplant = form.get(f"{side}_treatment"), form.get(f"{side}_transplant")
        if (treatment and treatment not in fields.treatments and treatment != "as_observed") or (
            transplant not in TRANSPLANTS
        ):
            form.problems[f"{side}_treatment"] = "Choose one of the treatments."
            continue
        parts = [part for part in (treatment, transplant) if part and part != "as_observed"]
        if parts or treatment or side == "a":
            names.append("+".join(parts) or "as_observed")
    if len(names) > 1 and names[0] == names[1]:
        form.problems["b_treatment"] = "A and B are the same. Choose another one, or none."
    form.strategies = names
