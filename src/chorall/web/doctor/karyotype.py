"""What a pasted karyotype says of the lesions in the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorall.knowledge.classifier_items import classifier_items
from chorall.markers.karyotype import derive_karyotype_statuses, read_karyotype
from chorall.reports.wording import name_marker
from chorall.web.doctor.fields import KARYOTYPE, SEX, DoctorFields

if TYPE_CHECKING:
    from chorall.web.doctor.form import DoctorForm

LONGEST: Final = 2000
TESTED: Final = ("present", "absent")
NO_RESULT: Final = ("failed", "not_done", "not_reported")
CHROMOSOMES: Final = {"XX": "female", "XY": "male"}


def read_karyotype_items(form: DoctorForm, fields: DoctorFields) -> None:
    """Lay what the karyotype says beside what was marked; where both differ, say so.

    A lesion that the karyotype cannot exclude stays not tested.
    """
    text = form.get(KARYOTYPE)
    if not text:
        return
    if len(text) > LONGEST:
        form.problems[KARYOTYPE] = f"At most {LONGEST} characters are read."
        return
    found = read_karyotype(text)
    if found.outcome == "unread":
        form.problems[KARYOTYPE] = "This was not read as a karyotype. Correct it, or clear it."
        return
    if found.outcome in NO_RESULT:
        form.hints[KARYOTYPE] = "Read as: no result. It says nothing of any lesion."
        return
    if found.unread:
        form.hints[KARYOTYPE] = f"{len(found.unread)} of {found.n_tokens} parts were not read."
    wanted = {*fields.markers, *(n for n, i in classifier_items().items() if i.kind == "marker")}
    statuses = {
        name: one.status
        for name, one in derive_karyotype_statuses(found).items()
        if name in wanted and one.status in TESTED
    }
    _lay_beside(form, fields, statuses)
    _compare_sex(form, {clone.sex for clone in found.clones})


def _lay_beside(form: DoctorForm, fields: DoctorFields, statuses: dict[str, str]) -> None:
    for marker, status in statuses.items():
        marked = form.patient.get(marker)
        if marked is None:
            form.patient[marker] = status
        elif marked != status:
            place = f"m:{marker}" if form.get(f"m:{marker}") == marked else "subtype"
            form.hints[place] = f"Marked as {marked}, but the karyotype reads as {status}."
    present = [name_marker(name) for name, status in statuses.items() if status == "present"]
    absent = [name for name in statuses if statuses[name] == "absent" and name in fields.markers]
    form.said.append(f"Read from the karyotype as present: {', '.join(present) or 'nothing'}.")
    if absent:
        names = ", ".join(name_marker(name) for name in absent)
        form.said.append(f"Excluded by the karyotype: {names}.")


def _compare_sex(form: DoctorForm, seen: set[str | None]) -> None:
    sexes = {CHROMOSOMES[one] for one in seen if one in CHROMOSOMES}
    given = form.patient.get(SEX)
    if given and sexes and given not in sexes:
        form.hints[SEX] = f"The karyotype is {' or '.join(sorted(sexes))}."
