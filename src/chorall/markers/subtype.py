"""The subtype of a leukaemia by a taxonomy: what is shown, and what cannot be excluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chorall.knowledge.taxonomy_schemes import Entity, Scheme, find_scheme
from chorall.markers.truths import (
    FALSE,
    TRUE,
    UNKNOWN,
    Truth,
    Truths,
    evaluate,
    first_known,
    read_truths,
)


@dataclass(frozen=True, slots=True)
class Subtype:
    """The subtype of one patient by one scheme.

    Attributes
    ----------
    scheme : str
        Name of the taxonomy.
    subtype : str or None
        Name of the entity, or of the rest where every entity is excluded; None where it is open.
    label : str
        What the scheme calls it; empty where it is open.
    evidence : tuple of str
        Markers that are present and decided; empty for the rest and where it is open.
    cannot_be_excluded : tuple of str
        Entities that go before the one assigned, or any entity where none is, and that no test has
        excluded, in order of precedence.
    basis : str
        lesion: the defining lesion was found. call: a delivery or an expression assay names it.
        surrogate: lesions that stand for an expression profile that was not done. exclusion: every
        entity was excluded. none: open.
    confidence : str
        Of the definition: seen, unverified or computed; empty where it is open.
    """

    scheme: str
    subtype: str | None
    label: str
    evidence: tuple[str, ...]
    cannot_be_excluded: tuple[str, ...]
    basis: str
    confidence: str


@dataclass(frozen=True, slots=True)
class EntityTruths:
    """What is known of every entity of a lineage in every sample.

    Attributes
    ----------
    scheme : Scheme
        The taxonomy.
    lineage : str
        B or T.
    entities : tuple of Entity
        In order of precedence.
    values : uint8, (n_samples, n_entities)
        FALSE, UNKNOWN or TRUE.
    by_lesion : bool, (n_samples, n_entities)
        True where a lesion, not a call, made the value.
    truths : Truths
        Of the markers.
    """

    scheme: Scheme
    lineage: str
    entities: tuple[Entity, ...]
    values: Truth
    by_lesion: NDArray[np.bool_]
    truths: Truths

    def assign(self, sample: int) -> Subtype:
        """Return the subtype of one sample."""
        known = self.values[sample]
        shown = np.flatnonzero(known == TRUE)
        if shown.size == 0:
            return self._leave(known)
        first = int(shown[0])
        entity = self.entities[first]
        doubts = () if entity.settles else self._name_unknown(known[:first])
        return Subtype(
            self.scheme.name,
            entity.name,
            entity.label,
            self._list_evidence(entity, sample),
            doubts,
            self._find_basis(entity, bool(self.by_lesion[sample, first])),
            entity.confidence,
        )

    def _leave(self, known: Truth) -> Subtype:
        doubts = self._name_unknown(known)
        if doubts:
            return Subtype(self.scheme.name, None, "", (), doubts, "none", "")
        name, label = self.scheme.rest[self.lineage]
        confidence = self.scheme.confidence
        return Subtype(self.scheme.name, name, label, (), (), "exclusion", confidence)

    def _name_unknown(self, known: Truth) -> tuple[str, ...]:
        return tuple(self.entities[at].name for at in np.flatnonzero(known == UNKNOWN))

    def _list_evidence(self, entity: Entity, sample: int) -> tuple[str, ...]:
        """Return the markers of the entity that are present, fusions under their own name."""
        found = []
        row = self.truths.values[sample]
        for at, name in enumerate(self.truths.markers):
            if row[at] == TRUE and any(_stands_for(name, marker) for marker in entity.markers):
                found.append(name)
        return tuple(found)

    def _find_basis(self, entity: Entity, by_lesion: bool) -> str:
        if not by_lesion:
            return "call"
        return "lesion" if entity.defined_by == "lesion" else "surrogate"


def _stands_for(name: str, marker: str) -> bool:
    """Return True for the marker itself, and for a fusion of the gene of a marker `X-r`."""
    return name == marker or (marker.endswith("-r") and marker[:-2] in name.split("::"))


def assign_subtype(
    statuses: Mapping[str, str], lineage: str, *, scheme: str = "ICC-2022"
) -> Subtype:
    """Return the subtype of one patient.

    Parameters
    ----------
    statuses : mapping of str to str
        Marker to one of the six words. A marker that is not there was not tested.
    lineage : {"B", "T"}
        Of the leukaemia.
    scheme : str
        A taxonomy of knowledge/taxonomy.

    Returns
    -------
    Subtype
        The first entity in the order of precedence that is shown. Where none is, the rest
        (`b_other`, `t_other`) only if every entity was excluded by a test; otherwise the subtype
        is None and `cannot_be_excluded` says what is open. An expression profile is excluded only
        by a call; without one, lesions can show it but their absence excludes nothing.

    Raises
    ------
    DefinitionError
        If the scheme is not known.
    KeyError
        If the scheme has no such lineage, or a status is none of the six words.

    See Also
    --------
    derive_subtypes : a whole pool at once.
    """
    return judge_entities(read_truths(statuses), lineage, find_scheme(scheme)).assign(0)


def judge_entities(truths: Truths, lineage: str, scheme: Scheme) -> EntityTruths:
    """Return what is known of every entity of a lineage.

    A lesion that was looked for goes before a call in an entity defined by lesions, and a call
    before lesions in one defined by its profile.
    """
    entities = scheme.entities[lineage]
    judged = [_judge_entity(entity, truths) for entity in entities]
    values = np.stack([value for value, _ in judged], axis=1)
    return EntityTruths(
        scheme, lineage, entities, values, np.stack([by for _, by in judged], axis=1), truths
    )


def _judge_entity(entity: Entity, truths: Truths) -> tuple[Truth, NDArray[np.bool_]]:
    unknown = np.full(truths.n_samples, UNKNOWN, np.uint8)
    lesion = unknown if entity.lesions is None else evaluate(entity.lesions, truths)
    call = first_known([unknown, *(truths.column(name) for name in entity.called)])
    if entity.defined_by == "lesion":
        by_lesion = lesion != UNKNOWN
        return np.where(by_lesion, lesion, call), by_lesion
    # Lesions may stand for a profile, but their absence does not exclude it.
    stands = np.where(lesion == FALSE, np.uint8(UNKNOWN), lesion)
    by_lesion = call == UNKNOWN
    return np.where(by_lesion, stands, call), by_lesion
