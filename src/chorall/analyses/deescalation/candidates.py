"""Which children are in a candidate group: by a published classifier or a rule of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.analyses.choices import check_choices
from chorall.analyses.classify_items import read_items
from chorall.analyses.deescalation.children import Booleans, Children
from chorall.errors import DefinitionError, raise_gathered
from chorall.knowledge.candidate_groups import define_by_rule, read_candidate_definition
from chorall.knowledge.classifier_definitions import ClassifierDefinition, classifier_definitions
from chorall.knowledge.classifier_expressions import GroupOf, list_tests
from chorall.markers.classifiers import ask_classifier, choose_classifiers
from chorall.markers.classifiers.answers import Answers
from chorall.tables.store import Pool

IN: Final = 1
OUT: Final = 0
OUTSIDE: Final = 2
"""The classifier does not apply: not in the group, and not of its population."""
UNKNOWN: Final = -1
"""The group cannot be told: not tested is never in it, and never out of it."""

OUTCOME_ITEMS: Final = (
    "first_relapse", "relapse_timing", "relapse_site", "mrd_relapse_end_of_block_1",
)  # fmt: skip
"""A rule that asks for them looks at the outcome."""

LATER_ITEMS: Final = ("mrd_", "report_of_mrd_", "complete_remission_", "induction_failure")
"""Beginnings of items that are not known before induction has ended (or begun)."""

PUBLISHED, OWN, PREDICTED, SELECTED = "published classifier", "own rule", "predicted", "selected"
AT_DIAGNOSIS, AFTER_INDUCTION = "diagnosis", "after induction"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate group among n children.

    Attributes
    ----------
    id, label : str
        Name (`ukall_heh: good`) and words.
    origin : str
        `published classifier`, `own rule`, `predicted` or `selected`.
    codes : ndarray of int8, shape (n,)
        `IN`, `OUT`, `OUTSIDE` or `UNKNOWN`.
    known_from : str
        `diagnosis`, or `after induction`.
    confidence : str
        Of the rule: seen, unverified or computed.
    chosen_on : tuple of str
        Trials on whose outcomes the group was chosen: no headline comes from them.
    apparent : ndarray of int8, shape (n,), or None
        Of a group that these data chose: membership as chosen on all trials at once.
    notes : tuple of str
        What the reader must know.
    """

    id: str
    label: str
    origin: str
    codes: NDArray[np.int8]
    known_from: str
    confidence: str
    chosen_on: tuple[str, ...] = ()
    apparent: NDArray[np.int8] | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def members(self) -> Booleans:
        """Shape (n,); True for children known to be in the group."""
        inside: Booleans = self.codes == IN
        return inside


def read_candidates(
    pool: Pool,
    children: Children,
    *,
    classifiers: Sequence[str] | None,
    group_files: Iterable[str | Path],
    rules: Sequence[str],
    chosen_on: Sequence[str],
    include_unverified: bool,
    items: pl.DataFrame | None,
) -> list[Candidate]:
    """Return the groups asked for, membership of every child settled.

    Parameters
    ----------
    pool, children
        The pool and its children.
    classifiers : sequence of str or None
        `ID` (the group with the best outlook) or `ID:GROUP`; None asks none.
    group_files : iterable of path
        Files of one's own (docs/deescalation.md).
    rules : sequence of str
        Conditions in the language of the classifiers.
    chosen_on : sequence of str
        Trials added to those that a file names.
    include_unverified : bool
        False refuses rules of which a part is from memory.
    items : DataFrame or None
        As in `classify`.

    Raises
    ------
    DefinitionError
        If a classifier or group is not known, or a rule asks for the outcome.
    InputError
        If a file does not exist or `chosen_on` names a trial that is not there.
    """
    columns = read_items(pool, items)
    n = pool.table("patient").height
    rows = _locate(pool, children)
    asked = [
        *_name_published(classifiers or (), include_unverified),
        *_name_own(group_files, rules),
    ]
    _refuse_outcomes(asked)
    found = []
    for one in asked:
        codes = read_codes(ask_classifier(one.definition, columns, n), one.group)[rows]
        chosen = tuple(dict.fromkeys([*one.chosen_on, *chosen_on]))
        check_choices(chosen, pool.trials, what="trial in `chosen_on`")
        found.append(
            Candidate(
                id=one.name,
                label=_describe(one.definition, one.group),
                origin=one.origin,
                codes=codes,
                known_from=find_moment(one.definition),
                confidence=one.definition.confidence,
                chosen_on=chosen,
                notes=tuple(_note(one.definition, one.name)),
            )
        )
    return found


def list_published(include_unverified: bool) -> list[str]:
    """Return the shipped classifiers whose groups can be told before any outcome."""
    return [
        name
        for name, definition in choose_classifiers(include_unverified=include_unverified).items()
        if len(definition.groups) > 1 and not set(list_items(definition)) & set(OUTCOME_ITEMS)
    ]


def keep_found(children: Children, candidates: Sequence[Candidate], fewest: int) -> list[Candidate]:
    """Return those groups that `fewest` children or more of one trial are known to be in."""
    n = len(children.trial_ids)
    return [
        one
        for one in candidates
        if np.bincount(children.trial[one.members], minlength=n).max() >= fewest
    ]


def exclude_trials(candidate: Candidate, trials: Sequence[str]) -> Candidate:
    """Return the candidate with more trials that no headline comes from."""
    return replace(candidate, chosen_on=tuple(dict.fromkeys([*candidate.chosen_on, *trials])))


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    definition: ClassifierDefinition
    group: str
    origin: str
    chosen_on: tuple[str, ...] = ()


def _name_published(asked: Sequence[str], include_unverified: bool) -> Iterator[_Asked]:
    pairs = [tuple(name.partition(":")[::2]) for name in asked]
    known = choose_classifiers([name for name, _ in pairs], include_unverified=include_unverified)
    problems = [
        f"`{name}` has no group `{group}`: {', '.join(one.id for one in known[name].groups)}"
        for name, group in pairs
        if group and group not in [one.id for one in known[name].groups]
    ]
    raise_gathered(
        DefinitionError, "these groups do not exist", problems, "Write CLASSIFIER or ID:GROUP."
    )
    for name, group in pairs:
        chosen = group or known[name].groups[0].id
        yield _Asked(f"{name}: {chosen}", known[name], chosen, PUBLISHED)


def _name_own(files: Iterable[str | Path], rules: Sequence[str]) -> Iterator[_Asked]:
    for file in files:
        own = read_candidate_definition(Path(file))
        yield _Asked(f"{own.id}: {own.group}", own, own.group, OWN, own.chosen_on)
    for rule in rules:
        defined = define_by_rule(rule)
        yield _Asked(rule, defined, defined.group, OWN)


def _refuse_outcomes(asked: Sequence[_Asked]) -> None:
    problems = [
        f"`{one.name}` asks for {', '.join(looked)}"
        for one in asked
        if (looked := sorted(set(list_items(one.definition)) & set(OUTCOME_ITEMS)))
    ]
    raise_gathered(
        DefinitionError,
        "these rules look at the outcome that they should foretell",
        problems,
        "Use only what is known before the outcome: diagnosis, genetics, response to induction.",
    )


def list_items(definition: ClassifierDefinition) -> list[str]:
    """Return every item that a classifier asks for, those of classifiers it asks included."""
    found = [
        term.item for term in (definition.score.terms if definition.score else ()) if term.item
    ]
    others = [
        term.classifier
        for term in (definition.score.terms if definition.score else ())
        if term.classifier
    ]
    for expression in definition.list_expressions():
        for test in list_tests(expression):
            if isinstance(test, GroupOf):
                others.append(test.classifier)
            else:
                found.append(test.item)
    for name in others:
        if name in classifier_definitions() and name != definition.id:
            found += list_items(classifier_definitions()[name])
    return list(dict.fromkeys(found))


def find_moment(definition: ClassifierDefinition) -> str:
    """Return when the group can be told: at diagnosis, or after induction."""
    later = any(item.startswith(LATER_ITEMS) for item in list_items(definition))
    return AFTER_INDUCTION if later else AT_DIAGNOSIS


def read_codes(answers: Answers, group: str) -> NDArray[np.int8]:
    """Return for each patient whether the answer is the group.

    Parameters
    ----------
    answers : Answers
        Of n patients.
    group : str
        Id.

    Returns
    -------
    ndarray of int8, shape (n,)
        `IN` only where every completion of what is not known gives the group, `OUT` where none
        does, `OUTSIDE` where the classifier does not apply, else `UNKNOWN`.
    """
    codes = []
    for pattern in answers.patterns:
        if pattern.applicable is False:
            codes.append(OUTSIDE)
        elif group not in pattern.possible:
            codes.append(OUT)
        else:
            codes.append(IN if pattern.result == group else UNKNOWN)
    return np.array(codes, dtype=np.int8)[answers.pattern_of]


def _locate(pool: Pool, children: Children) -> NDArray[np.int64]:
    """Return the row of each child in the table patient."""
    places = pool.table("patient").select("patient_id").with_row_index("place")
    own = children.people.select("patient_id").join(
        places, on="patient_id", how="left", maintain_order="left"
    )
    return own["place"].to_numpy().astype(np.int64)


def _describe(definition: ClassifierDefinition, group: str) -> str:
    words = next(one.in_words for one in definition.groups if one.id == group)
    return words if words == definition.name else f"{definition.name}, {words}"


def _note(definition: ClassifierDefinition, name: str) -> Iterator[str]:
    if find_moment(definition) == AFTER_INDUCTION:
        yield (
            f"{name}: known only after induction; who died, failed or relapsed before the test has "
            "no place in the group, and such events are not in its figures."
        )
    if definition.confidence == "unverified":
        yield f"{name}: a part of the rule is from memory (unverified)."
