"""The frozen result of asking the published classifiers about a pool."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chorall.analyses.result import AnalysisResult


@dataclass(frozen=True, kw_only=True)
class ClassifyResult(AnalysisResult):
    """What published classifiers say of every patient.

    `rows` has one line per patient and classifier: patient_id, trial_id, classifier, applicable
    (null where that is not known), reason, result (null unless every completion of the unknown
    items gives it), best and worst (groups; where applicability is not known: if it applies),
    possible and resolving (names joined by semicolons), score, score_lower, score_upper,
    confidence, completeness.

    Attributes
    ----------
    summary : DataFrame
        One line per classifier and answer: classifier, name, answer (a group, `undetermined`,
        `population not known`, `not applicable`), in_words, n_patients, share (of those of whom
        the classifier is known to apply; null for the others), lacking (the items that most often
        leave the answer open, with the number of patients), confidence, completeness.
    """

    summary: pl.DataFrame
