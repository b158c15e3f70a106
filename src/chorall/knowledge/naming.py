"""How markers, items and treatments are called wherever a sentence names them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from chorall.knowledge.classifier_items import classifier_items
from chorall.knowledge.measurements import MeasurementItem, measurement_items
from chorall.knowledge.strategies import JOINED_BY, level_labels

PLOIDY: Final = re.compile(r"(\w*ploidy)_(\d+)_(\d+)")
"""Classes of karyotypes named by their numbers of chromosomes."""
PROPER: Final = {"down_syndrome": "Down syndrome"}
OF_A_COURSE: Final = {
    "transplant": "transplantation in first remission",
    "no_transplant": "no transplantation in first remission",
    "as_observed": "as treated in the trials",
}
"""What a bank can be asked beside the strategies of trials."""
MRD_AT_END: Final = {"mrd_end_of_induction": "MRD at the end of induction"}
"""Shorter than the item of classifiers, which says on which days."""


def name_marker(marker: str) -> str:
    """Return a marker as it is read aloud, without underscores.

    Such as `IKZF1 del`, and `hypodiploidy (44-45 chromosomes)` for `hypodiploidy_44_45`.
    """
    numbered = PLOIDY.fullmatch(marker)
    if numbered:
        name, low, high = numbered.groups()
        return f"{name.replace('_', ' ')} ({low}-{high} chromosomes)"
    return PROPER.get(marker) or marker.replace("_", " ")


def name_item(item: str) -> str:
    """Return an item of a patient file as a sentence has it, with its unit; a marker as read."""
    return _item_labels().get(item) or name_marker(item)


def name_treatment(strategy: str) -> str:
    """Return the label of a strategy, its parts joined by commas, as a doctor reads it."""
    labels = _treatment_labels()
    return ", ".join(labels.get(part, part.replace("_", " ")) for part in strategy.split(JOINED_BY))


@cache
def _item_labels() -> dict[str, str]:
    measured = {name: _name_measured(one) for name, one in measurement_items().items()}
    asked = {name: one.label for name, one in classifier_items().items() if one.kind != "marker"}
    return measured | asked | MRD_AT_END


def _name_measured(one: MeasurementItem) -> str:
    word, _, _ = one.label.partition(" ")
    label = one.label if word.isupper() else f"{one.label[:1].lower()}{one.label[1:]}"
    return f"{label} ({one.canonical_unit})" if one.canonical_unit else label


@cache
def _treatment_labels() -> dict[str, str]:
    return level_labels() | OF_A_COURSE
