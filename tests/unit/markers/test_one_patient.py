"""One patient is read as one of many: cells by plain numbers, against those by columns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chorall.knowledge.classifier_definitions import classifier_definitions
from chorall.knowledge.classifier_items import classifier_items
from chorall.markers.classifiers.columns import read_patient
from chorall.markers.classifiers.compiled import compile_classifier
from chorall.markers.classifiers.implied import complete_items

KNOWN = tuple(name for name, one in classifier_definitions().items() if one.rules or one.score)


@pytest.mark.parametrize("name", KNOWN)
def test_cells_of_one_are_those_of_columns(name):
    classifier = compile_classifier(classifier_definitions()[name])
    random = np.random.default_rng(7)
    for _ in range(40):
        columns = complete_items(read_patient(draw_items(classifier, random)), 1)
        expected = tuple(int(mask[0]) for mask in classifier.observe(columns, 1))
        assert classifier.observe_one(columns) == expected


def draw_items(classifier, random):
    """Draw what may be asked; numbers lie at the cuts as often as between."""
    found = {}
    for item, cells in classifier.cells.items():
        if random.random() < 0.2:
            continue
        if cells.kind == "marker":
            found[item] = ("present", "absent", "not_tested")[random.integers(3)]
        elif cells.kind == "number":
            at = cells.cuts[random.integers(len(cells.cuts))][0] if cells.cuts else 1.0
            value = (at, math.nextafter(at, 0), at / 2, at * 1.5)[random.integers(4)]
            asked = classifier_items()[item]
            found[item] = float(min(max(value, asked.minimum), asked.maximum))
        elif cells.kind == "word":
            found[item] = cells.words[random.integers(len(cells.words))]
    return found
