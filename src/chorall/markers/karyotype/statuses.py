"""What one karyotype says of every marker it can speak of: status and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chorall.markers.karyotype.chromosome_counts import judge_chromosomes
from chorall.markers.karyotype.complexity import is_complex
from chorall.markers.karyotype.fish_evidence import weigh_signals
from chorall.markers.karyotype.lesions import PRESENT, SUGGESTED, find_lesion, recurrent_lesions
from chorall.markers.karyotype.model import Karyotype
from chorall.markers.karyotype.ploidy import HYPODIPLOID, assign_ploidy
from chorall.markers.karyotype.rules import KaryotypeRules, karyotype_rules
from chorall.markers.karyotype.targets import PLOIDY_MARKERS, list_cryptic, list_markers
from chorall.tables.words import MARKER_STATUSES

WORD_OF = {"gain": "trisomy", "loss": "monosomy"}
OUTRANKS = {PRESENT: 2, SUGGESTED: 1}


@dataclass(frozen=True, slots=True)
class KaryotypeStatus:
    """What is known of one marker from one karyotype.

    Attributes
    ----------
    marker, alteration_class : str
        As in `chorall.markers.names`.
    status : str
        One of the six marker statuses.
    reason : str
        ``seen``, ``suggested`` (chromosomes without breakpoints, a question mark, a note in words),
        ``clean``, ``too_few_metaphases``, ``metaphases_not_counted``, ``unread_tokens``,
        ``cryptic``, ``ploidy_level``, ``failed``, ``not_done`` or ``not_reported``.
    """

    marker: str
    alteration_class: str
    status: str
    reason: str


def derive_karyotype_statuses(
    karyotype: Karyotype,
    *,
    n_metaphases: int | None = None,
    when_empty: str = "not_reported",
    rules: KaryotypeRules | None = None,
) -> dict[str, KaryotypeStatus]:
    """Return the status of every marker that a karyotype can speak of.

    Parameters
    ----------
    karyotype : Karyotype
        As read.
    n_metaphases : int or None
        Metaphases looked at, where the text itself does not count them: from a column beside it,
        or the least number that the trial accepted.
    when_empty : str
        Status where there is no karyotype: ``not_tested`` or ``not_reported``.
    rules : KaryotypeRules or None
        None takes those of knowledge/karyotype.

    Returns
    -------
    dict of str to KaryotypeStatus
        Present: seen in a clone, or proved by FISH in the same text. Absent: a readable karyotype
        without it; where it is normal, on enough metaphases; never for a lesion that karyotypes
        do not show (ETV6::RUNX1, IGH::DUX4, iAMP21 ...). Inconclusive: suggested, too few
        metaphases or an unknown number of them, tokens that could not be read.

    Raises
    ------
    ValueError
        If `when_empty` is not a marker status.

    See Also
    --------
    chorall.markers.karyotype.read_karyotype : the reader.
    """
    if when_empty not in MARKER_STATUSES:
        raise ValueError(f"when_empty = {when_empty!r}: expected one of {MARKER_STATUSES}")
    rules = rules or karyotype_rules()
    found = _find_evidence(karyotype, rules)
    background = _Background(karyotype, n_metaphases, when_empty, rules)
    classes = list_markers() | {marker: kind for marker, kind, _ in found}
    best: dict[str, tuple[str, str]] = {}
    for marker, _, answer in found:
        if OUTRANKS.get(answer, 0) > OUTRANKS.get(best.get(marker, ("", ""))[0], 0):
            best[marker] = (answer, "")
    return {
        marker: _settle(marker, kind, best.get(marker, ("", ""))[0], background)
        for marker, kind in sorted(classes.items())
    }


Evidence = tuple[str, str, str]


def _find_evidence(karyotype: Karyotype, rules: KaryotypeRules) -> list[Evidence]:
    """Return marker, class and ``present`` or ``suggested`` for all that speaks for a lesion."""
    is_hypodiploid = bool(set(assign_ploidy(karyotype, rules).classes) & set(HYPODIPLOID))
    return [
        *_find_lesions(karyotype),
        *_find_ploidy(karyotype, rules),
        *((m, "karyotype", answer) for m, answer in _judge_numbers(karyotype, is_hypodiploid)),
        *weigh_signals(karyotype, rules),
    ]


def _judge_numbers(karyotype: Karyotype, is_hypodiploid: bool) -> Iterator[tuple[str, str]]:
    """Yield trisomies and monosomies; in the double of a hypodiploid clone none is a real one."""
    for one in karyotype.said:
        if one.kind in WORD_OF:
            yield f"{WORD_OF[one.kind]}_{one.chromosomes[0]}", SUGGESTED
    for marker, answer in judge_chromosomes(karyotype.clones):
        doubled = is_hypodiploid and marker.startswith("trisomy")
        yield marker, SUGGESTED if doubled else answer


def _find_lesions(karyotype: Karyotype) -> Iterator[Evidence]:
    seen = [one for clone in karyotype.clones for one in clone.acquired]
    for lesion in recurrent_lesions():
        answer = find_lesion(lesion, [*seen, *karyotype.said])
        if answer in OUTRANKS:
            yield lesion.marker, lesion.alteration_class, answer
            for marker in lesion.implies:
                yield marker, "rearrangement", answer


def _find_ploidy(karyotype: Karyotype, rules: KaryotypeRules) -> Iterator[Evidence]:
    ploidy = assign_ploidy(karyotype, rules)
    for marker in PLOIDY_MARKERS:
        if marker in ploidy.classes:
            yield marker, "karyotype", PRESENT
        elif marker in ploidy.possible or marker in karyotype.statements:
            yield marker, "karyotype", SUGGESTED
    for word, markers in (("hyperdiploidy", PLOIDY_MARKERS[4:5]), ("hypodiploidy", PLOIDY_MARKERS)):
        if word in karyotype.statements:
            for marker in markers:
                yield marker, "karyotype", SUGGESTED
    answer = is_complex(karyotype, rules)
    if answer is not False:
        yield "complex_karyotype", "karyotype", PRESENT if answer else SUGGESTED


@dataclass(frozen=True, slots=True)
class _Background:
    """What holds for a marker for which nothing speaks."""

    karyotype: Karyotype
    n_metaphases: int | None
    when_empty: str
    rules: KaryotypeRules

    def judge(self, marker: str) -> tuple[str, str]:
        """Return status and reason."""
        words = {
            "failed": ("failed", "failed"),
            "not_done": ("not_tested", "not_done"),
            "not_reported": (self.when_empty, "not_reported"),
            "unread": ("inconclusive", "unread_tokens"),
            "in_words": ("inconclusive", "unread_tokens"),
        }
        outcome = self.karyotype.outcome
        if outcome in words:
            return words[outcome]
        if marker in list_cryptic():
            return "inconclusive", "cryptic"
        if outcome == "normal":
            return self._judge_normal()
        return self._judge_abnormal(marker)

    def _judge_normal(self) -> tuple[str, str]:
        counted = self.karyotype.n_metaphases
        counted = self.n_metaphases if counted is None else counted
        if counted is None:
            enough = self.rules.normal_metaphases <= 0
            return ("absent", "clean") if enough else ("inconclusive", "metaphases_not_counted")
        if counted < self.rules.normal_metaphases:
            return "inconclusive", "too_few_metaphases"
        return "absent", "clean"

    def _judge_abnormal(self, marker: str) -> tuple[str, str]:
        vague = set(self.karyotype.statements) - {"iAMP21"}
        hidden = bool(self.karyotype.unread or vague)
        hidden = hidden or any(clone.incomplete for clone in self.karyotype.clones)
        numbered = bool(self.karyotype.clones) and not vague
        if hidden and not (numbered and marker in PLOIDY_MARKERS):
            return "inconclusive", "unread_tokens"
        return "absent", "clean"


def _settle(marker: str, kind: str, answer: str, background: _Background) -> KaryotypeStatus:
    if answer == PRESENT:
        return KaryotypeStatus(marker, kind, "present", "seen")
    if answer == SUGGESTED:
        return KaryotypeStatus(marker, kind, "inconclusive", "suggested")
    status, reason = background.judge(marker)
    return KaryotypeStatus(marker, kind, status, reason)
