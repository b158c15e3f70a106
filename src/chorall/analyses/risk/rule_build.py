"""A finished rule: index, risk law and cut-points as a definition that everybody can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.analyses.risk.decisions import name_bands
from chorall.analyses.risk.rule_design import RuleDesign, make_score
from chorall.analyses.risk.rule_fit import (
    Index,
    RiskLaw,
    Training,
    fit_index,
    fit_risk_law,
    leave_out_scores,
)
from chorall.knowledge.classifier_definitions import ClassifierDefinition
from chorall.knowledge.classifier_parts import ClassifierSource, Requirement, RiskGroup

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class BuiltRule:
    """A rule with everything it was made of, all from training trials.

    Attributes
    ----------
    name : str
        `all tests` or `fewest tests`.
    index : Index
        Weights.
    law : RiskLaw
        Risk at a score.
    left_out : ndarray of shape (n,)
        Centred scores of the training patients by indices fitted without their trial.
    definition : ClassifierDefinition
        The rule in the language of the library: a score with cut-points.
    """

    name: str
    index: Index
    law: RiskLaw
    left_out: Floats
    definition: ClassifierDefinition

    def centre(self, design: RuleDesign) -> Floats:
        """Return the centred score of each patient."""
        return np.asarray(self.index.score(design) - self.index.mean @ self.index.weight)

    def predict(self, design: RuleDesign) -> Floats:
        """Return the risk of each patient; what was not tested counts with its mean."""
        return self.law.predict(self.centre(design))


def name_groups(targets: Sequence[float]) -> tuple[str, ...]:
    """Return ids of groups, the best first."""
    if len(targets) == 1:
        return ("low", "high")
    middle = len(targets) - 1
    if middle == 1:
        return ("low", "intermediate", "high")
    return ("low", *(f"intermediate_{place}" for place in range(1, middle + 1)), "high")


def build_rule(
    name: str,
    training: Training,
    targets: Sequence[float],
    horizon_days: float,
    population: Sequence[Requirement],
    about: str,
    seed: int,
) -> BuiltRule:
    """Fit index, risk and cut-points in the training trials.

    Parameters
    ----------
    name : str
        For tables.
    training : Training
        Training trials alone: nothing of a test trial comes in here.
    targets : sequence of float
        Risks at which a higher group begins.
    horizon_days : float
        By when.
    population : sequence of Requirement
        For whom the rule is.
    about : str
        What it was made from.
    seed : int
        Of folds, with one training trial.
    """
    left_out = leave_out_scores(training, seed)
    law = fit_risk_law(training, left_out, horizon_days)
    index = fit_index(training)
    shift = float(index.mean @ index.weight)
    cuts = [law.find_cut(target) + shift for target in targets]
    used = [place for place, weight in enumerate(index.weight) if weight != 0]
    bands = name_bands(targets)
    definition = ClassifierDefinition(
        id="built_" + name.replace(" ", "_"), name=f"rule built from a pool, {name}",
        population=tuple(population), completeness="FULL",
        groups=tuple(
            RiskGroup(id=one, in_words=f"predicted risk {band}")
            for one, band in zip(name_groups(targets), bands, strict=True)
        ),
        score=make_score(
            [index.items[place] for place in used], index.weight[used].tolist(), cuts
        ),
        source=ClassifierSource(keys=(), cites=about, confidence="computed"),
        notes=("Not validated beyond the trials named in the source. Research use only.",),
    )  # fmt: skip
    return BuiltRule(name, index, law, left_out, definition)


def write_rule(rule: BuiltRule) -> str:
    """Return the rule as TOML: to read, and for `--rule` and `classify --score-file`."""
    own = rule.definition
    lines = [f'id = "{own.id}"', f'name = "{own.name}"', f'completeness = "{own.completeness}"']
    lines.append(f"notes = [{', '.join(_quote(note) for note in own.notes)}]")
    for need in own.population:
        lines += ["", "[[population]]", f"requires = {_quote(need.requires)}"]
        lines += [f"in_words = {_quote(need.in_words)}", f"otherwise = {_quote(need.otherwise)}"]
    for group in own.groups:
        lines += ["", "[[groups]]", f'id = "{group.id}"', f"in_words = {_quote(group.in_words)}"]
    score = own.score
    if score is not None:
        lines += ["", "[score]", f"cut_points = [{', '.join(f'{c!r}' for c in score.cut_points)}]"]
        for term in score.terms:
            lines += ["", "[[score.terms]]", f"item = {_quote(term.item)}"]
            lines.append(f"coefficient = {term.coefficient!r}")
            if term.transform != "identity":
                lines.append(f'transform = "{term.transform}"')
            if term.floor:
                lines.append(f"floor = {term.floor!r}")
    lines += ["", "[source]", "keys = []", f"cites = {_quote(own.source.cites)}"]
    lines.append(f'confidence = "{own.source.confidence}"')
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
