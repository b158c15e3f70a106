"""What the form of a bank asks: made from the items that the bank uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chorall.knowledge.classifier_items import classifier_items
from chorall.knowledge.naming import OF_A_COURSE, name_marker, name_treatment
from chorall.models.bank.features import Feature
from chorall.models.bank.judgement import find_last_day
from chorall.reports.wording import begin_sentence

if TYPE_CHECKING:
    from chorall.models.bank.bank import Bank

AGE: Final = "age_years"
WBC: Final = "wbc_10e9_per_l"
SEX: Final = "sex"
LINEAGE: Final = "lineage"
MRD: Final = "mrd_end_of_induction"
SUBTYPE: Final = "subtype"
KARYOTYPE: Final = "karyotype"

LABELS: Final = {
    AGE: "Age at diagnosis (years)",
    WBC: "White cell count at diagnosis",
    SEX: "Sex",
    LINEAGE: "Lineage",
    MRD: "MRD at the end of induction",
    "course": "Today",
}
PLACES: Final = {
    AGE: LABELS[AGE],
    SEX: LABELS[SEX],
    LINEAGE: LABELS[LINEAGE],
    WBC: LABELS[WBC],
    KARYOTYPE: "Karyotype",
    SUBTYPE: "Subtype",
    "state": "The patient is",
    "day": "Days from diagnosis",
    "since_day": "Days from diagnosis to remission",
    MRD: LABELS[MRD],
    "a_treatment": "Treatment A",
    "b_treatment": "Treatment B",
}
"""Fields beside the markers that have a place for a message, as a message names them."""
HEADINGS: Final = {
    "subtype": "Lesions that define a subtype",
    "secondary lesions": "Mutations",
    "copy number": "Deletions and gains",
}
UNITS: Final = {AGE: "", WBC: " \N{MULTIPLICATION SIGN} 10⁹/L", MRD: " (fraction)"}
WBC_UNITS: Final = ("10^9/L", "/uL")
MRD_UNITS: Final = ("percent", "fraction")
TRANSPLANTS: Final = {
    "": "as often as in the trials",
    "no_transplant": OF_A_COURSE["no_transplant"],
    "transplant": OF_A_COURSE["transplant"],
}
STATUSES: Final = {"present": "present", "absent": "absent", "not_tested": "not tested"}


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items that stand under one heading.

    Attributes
    ----------
    heading : str
        For people.
    items : dict of str to str
        Item to its label.
    """

    heading: str
    items: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class DoctorFields:
    """Everything that one bank can be asked.

    Attributes
    ----------
    numbers : dict of str to Feature
        Items that are numbers, with what can be and what the bank has seen.
    words : dict of str to tuple of str
        Items that are words.
    groups : tuple of ItemGroup
        Markers: present, absent or not tested.
    subtypes : dict of str to str
        Markers of which the presence names the subtype.
    treatments : dict of str to str
        Strategies of the bank with their labels.
    pairs : tuple of (str, str)
        The first two of each comparison.
    last_induction_day : float
        From then on the bank knows nobody in induction (`find_last_day`).
    markers : tuple of str
        Every marker of the form.
    """

    numbers: dict[str, Feature]
    words: dict[str, tuple[str, ...]]
    groups: tuple[ItemGroup, ...]
    subtypes: dict[str, str]
    treatments: dict[str, str]
    pairs: tuple[tuple[str, str], ...]
    last_induction_day: float
    markers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        markers = tuple(item for group in self.groups for item in group.items)
        object.__setattr__(self, "markers", markers)


@lru_cache(maxsize=8)
def describe_fields(bank: Bank) -> DoctorFields:
    """Return what the form of a bank asks."""
    features = bank.design.features
    markers: dict[str, dict[str, str]] = {}
    for feature in features:
        if feature.kind == "marker":
            markers.setdefault(feature.group, {})[feature.item] = name_marker(feature.item)
    order = [*HEADINGS, *(name for name in markers if name not in HEADINGS)]
    return DoctorFields(
        numbers=_known_numbers()
        | {one.item: one for one in features if one.kind in ("number", "mrd")},
        words={name: classifier_items()[name].values for name in (SEX, LINEAGE)}
        | {one.item: one.words for one in features if one.kind == "word"},
        groups=tuple(
            ItemGroup(HEADINGS.get(name, begin_sentence(name)), markers[name])
            for name in order
            if name in markers
        ),
        subtypes=markers.get("subtype", {}),
        treatments={name: name_treatment(name) for name in bank.strategies},
        pairs=tuple(one.strategies[:2] for one in bank.comparisons),  # type: ignore[misc]
        last_induction_day=find_last_day(bank),
    )


def _known_numbers() -> dict[str, Feature]:
    """Numbers that are always asked: published classifiers use them where the bank does not."""
    items = classifier_items()
    found = {
        name: Feature(name, "number", "", low=items[name].minimum, high=items[name].maximum)
        for name in (AGE, WBC)
    }
    return found | {MRD: Feature(MRD, "mrd", "")}
