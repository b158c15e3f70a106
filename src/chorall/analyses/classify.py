"""Ask published classifiers about every patient of a pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from chorall.analyses.classify_items import read_items
from chorall.analyses.classify_result import ClassifyResult
from chorall.analyses.classify_summary import summarise
from chorall.analyses.result import label_pool
from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.markers.classifiers import ask_classifier, choose_classifiers
from chorall.markers.classifiers.answers import Answers
from chorall.tables.store import Pool

ROW_SCHEMA = {
    "classifier": pl.String(),
    "applicable": pl.Boolean(),
    "reason": pl.String(),
    "result": pl.String(),
    "best": pl.String(),
    "worst": pl.String(),
    "possible": pl.String(),
    "resolving": pl.String(),
    "confidence": pl.String(),
    "completeness": pl.String(),
}


def classify(
    pool: Pool,
    classifiers: Sequence[str] | None = None,
    *,
    include_unverified: bool = True,
    score_files: Iterable[str | Path] = (),
    items: pl.DataFrame | None = None,
) -> ClassifyResult:
    """Ask published classifiers about every patient.

    Parameters
    ----------
    pool : Pool
        The pooled data.
    classifiers : sequence of str or None
        Ids; None asks all whose rule is known.
    include_unverified : bool
        False leaves out rules of which a part is from memory.
    score_files : iterable of path
        Definitions of your own (docs/classifiers.md), for example of a score that is not shipped.
    items : DataFrame or None
        Items that the pool does not hold: patient_id and one column per item, such as `subtype`.

    Returns
    -------
    ClassifyResult
        One line per patient and classifier: the result where it is certain, the best and the worst
        case over all completions of what is not known, and which items would settle it. Not tested
        is never taken as absent.

    Raises
    ------
    DefinitionError
        If a classifier is not known or its rule is not; the message says what is missing.
    InputError
        If a file of `score_files` does not exist or `items` cannot be used.
    """
    chosen = choose_classifiers(
        classifiers, include_unverified=include_unverified, score_files=score_files
    )
    patients = pool.table("patient").select("patient_id", "trial_id")
    columns = read_items(pool, items)
    answers = {
        name: ask_classifier(definition, columns, patients.height)
        for name, definition in chosen.items()
    }
    return ClassifyResult(
        analysis="classify",
        pool=label_pool(pool),
        rows=_write_rows(patients, answers),
        warnings=tuple(_warn(chosen)),
        summary=summarise(chosen, answers),
    )


def _write_rows(patients: pl.DataFrame, answers: dict[str, Answers]) -> pl.DataFrame:
    if not answers:
        scores = dict.fromkeys(("score", "score_lower", "score_upper"), pl.Float64())
        return pl.DataFrame(schema={**patients.schema, **ROW_SCHEMA, **scores})
    return pl.concat([patients.hstack(_write_answers(found)) for found in answers.values()])


def _write_answers(answers: Answers) -> pl.DataFrame:
    """Return one line per patient; each pattern is written once and copied."""
    lines = [
        {
            name: "; ".join(value) if isinstance(value, tuple) else value
            for name in ROW_SCHEMA
            for value in (getattr(pattern, name),)
        }
        for pattern in answers.patterns
    ]
    frame = pl.DataFrame(lines, schema=ROW_SCHEMA)[answers.pattern_of]
    return frame.with_columns(_write_scores(answers, frame["applicable"]))


def _write_scores(answers: Answers, applicable: pl.Series) -> list[pl.Series]:
    n = len(answers.pattern_of)
    if answers.score is None:
        names = ("score", "score_lower", "score_upper")
        return [pl.Series(name, [None] * n, dtype=pl.Float64) for name in names]
    bounds = pl.DataFrame({"lower": answers.score.lower, "upper": answers.score.upper})
    lower, upper = pl.col("lower"), pl.col("upper")
    is_known = (lower == upper) & pl.lit(applicable).fill_null(False)
    may_apply = pl.lit(applicable).fill_null(True)
    return bounds.select(
        score=pl.when(is_known).then(lower),
        score_lower=pl.when(may_apply).then(lower),
        score_upper=pl.when(may_apply).then(upper),
    ).get_columns()


def _warn(chosen: dict[str, ClassifierDefinition]) -> list[str]:
    unverified = [name for name, found in chosen.items() if found.confidence == "unverified"]
    absent = [name for name, found in classifier_definitions().items() if not found.is_available]
    absent = [name for name in absent if name not in chosen]
    warnings = []
    if unverified:
        warnings.append(f"Unverified, a part of the rule is from memory: {', '.join(unverified)}.")
    if absent:
        warnings.append(
            f"Not asked, because the rule is not known in full: {', '.join(absent)}. "
            "`chorall classifiers` says what is missing."
        )
    return warnings
