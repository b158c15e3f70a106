"""Published classifiers and scores: result, best and worst case, and what would resolve it.

The facts are in `knowledge/classifiers`; here is what they need to be asked. The way of a question:
`columns` (values as arrays) -> `implied` (what follows from them) -> `cells` (where a classifier
looks) -> `conditions` (rules over cells) -> `diagram` (all completions at once) -> `answers`.
"""

from chorall.markers.classifiers.ask import ask_classifier, classify_patient, read_answer
from chorall.markers.classifiers.catalogue import choose_classifiers
from chorall.markers.classifiers.classification import Classification

__all__ = [
    "Classification",
    "ask_classifier",
    "choose_classifiers",
    "classify_patient",
    "read_answer",
]
