"""What is hardly plausible in a whole patient: items that hardly go together are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from chorall.knowledge.strategies import level_owners
from chorall.knowledge.taxonomy_schemes import settled_subtypes
from chorall.reports.wording import join_words, name_marker
from chorall.web.doctor.fields import AGE, LINEAGE, SUBTYPE

if TYPE_CHECKING:
    from chorall.web.doctor.form import DoctorForm

INFANT_YEARS: Final = 1.0
"""Below, protocols and prognosis are those of infants."""
ABL1: Final = "BCR::ABL1"
INHIBITOR: Final = "tyrosine_kinase_inhibitor"
NO_INHIBITOR: Final = "tki_none"


def doubt_patient(form: DoctorForm) -> None:
    """Ask about age, subtypes, lineage and treatment that hardly go together."""
    _doubt_infant(form)
    _doubt_subtypes(form)
    _doubt_inhibitor(form)


def is_infant(patient: Mapping[str, Any]) -> bool:
    """Return True where a patient is known to be an infant."""
    age = patient.get(AGE)
    return age is not None and age < INFANT_YEARS


def _doubt_infant(form: DoctorForm) -> None:
    """Say that the numbers of infants come mostly from older children, who fare better."""
    if is_infant(form.patient):
        _ask(
            form,
            AGE,
            "Infants under 1 year fare worse, on protocols of their own. What the bank says of "
            "them it has mostly from older children: its answer may be far too good.",
        )


def _doubt_subtypes(form: DoctorForm) -> None:
    """Ask where two subtypes are settled at once, or one of another lineage."""
    lineage = form.patient.get(LINEAGE, "")
    known = settled_subtypes()
    present = [name for name, status in form.patient.items() if status == "present"]
    settling = [name for name in present if name in known]
    subtypes = {known[name].get(lineage, next(iter(known[name].values()))) for name in settling}
    if len(subtypes) > 1:
        said = f"{join_words([name_marker(name) for name in settling])} are marked as present"
        _ask(form, SUBTYPE, f"{said}: one leukaemia hardly has all of them. Is that right?")
    strange = [name for name in settling if lineage in ("B", "T") and lineage not in known[name]]
    if strange:
        said = join_words([name_marker(name) for name in strange])
        _ask(form, LINEAGE, f"{said}: hardly seen in this lineage. Is that right?")


def _doubt_inhibitor(form: DoctorForm) -> None:
    """Ask where an inhibitor of the kinase is chosen for a leukaemia that may not have it."""
    status = form.patient.get(ABL1)
    if status == "present":
        return
    word = "marked as absent" if status else "not known"
    for side, strategy in zip("ab", form.strategies, strict=False):
        given = [part for part in strategy.split("+") if level_owners().get(part) == INHIBITOR]
        if set(given) - {NO_INHIBITOR}:
            said = f"Trials gave this to patients with {ABL1}, which is {word} here."
            _ask(form, f"{side}_treatment", said)


def _ask(form: DoctorForm, field: str, said: str) -> None:
    form.hints[field] = f"{form.hints.get(field, '')} {said}".strip()
