"""Which trials give which component of treatment, and which randomise it."""

from __future__ import annotations

from typing import Any

import polars as pl

from chorall.analyses.result import label_pool
from chorall.analyses.treatments.evidence import RANDOMISED
from chorall.analyses.treatments.questions import TreatmentQuestion, find_questions, read_arms
from chorall.analyses.treatments.result import StrategyTable
from chorall.knowledge.strategies import level_labels, strategy_components
from chorall.tables.store import Pool


def compare_strategies(pool: Pool) -> StrategyTable:
    """Say which trials can be compared in which component of treatment.

    Two trials are comparable in a component only where both randomise the same two levels of it.

    Parameters
    ----------
    pool : Pool
        The pooled data.

    Returns
    -------
    StrategyTable
        One line per component and trial that gives it.

    Raises
    ------
    DefinitionError
        If the strategy of an arm is not known.

    See Also
    --------
    chorall.analyses.treatment : What the strategies do with and without a marker.
    """
    questions, gaps = find_questions(pool, pool.trials)
    given = read_arms(pool)
    sizes = _count_randomised(pool)
    lines = [
        _describe(component, trial, given, questions, sizes)
        for component in strategy_components()
        for trial in pool.trials
        if any(component in levels for (name, _), levels in given.items() if name == trial)
    ]
    schema = dict.fromkeys(
        ("component", "name", "trial_id", "levels", "question", "contrast", "shared_with"),
        pl.String,
    )
    schema |= {"n_randomised": pl.Int64(), "evidence": pl.String, "confidence": pl.String}  # type: ignore[dict-item]
    return StrategyTable(
        analysis="strategies",
        pool=label_pool(pool),
        rows=pl.DataFrame(lines, schema=schema),
        warnings=tuple(gaps),
    )


def _describe(
    component: str,
    trial: str,
    given: dict[tuple[str, str], dict[str, str]],
    questions: tuple[TreatmentQuestion, ...],
    sizes: dict[tuple[str, str], int],
) -> dict[str, Any]:
    labels = level_labels()
    levels = {
        item[component] for (name, _), item in given.items() if name == trial and component in item
    }
    own = [one for one in questions if one.trial_id == trial and one.component == component]
    contrasts = {one.contrast for one in own}
    shared = {one.trial_id for one in questions if one.contrast in contrasts} - {trial}
    definition = strategy_components()[component]
    return {
        "component": component,
        "name": definition.name,
        "trial_id": trial,
        "levels": "; ".join(labels[one] for one in labels if one in levels),
        "question": ", ".join(dict.fromkeys(one.question for one in own)) or None,
        "contrast": "; ".join(
            f"{labels[treated]} against {labels[control]}"
            for _, control, treated in sorted(contrasts)
        )
        or None,
        "shared_with": ", ".join(sorted(shared)) or None,
        "n_randomised": sum(sizes[trial, name] for name in {one.question for one in own}),
        "evidence": RANDOMISED if own else None,
        "confidence": definition.source.confidence,
    }


def _count_randomised(pool: Pool) -> dict[tuple[str, str], int]:
    counted = pool.table("allocation").filter("randomised").group_by("trial_id", "question").len()
    return {(trial, question): n for trial, question, n in counted.iter_rows()}
