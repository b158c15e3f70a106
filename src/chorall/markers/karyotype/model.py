"""What a karyotype says, as typed objects: bands, abnormalities, clones, the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

WHOLE_ARM = (0.0, math.inf)
DIPLOID = 46


@dataclass(frozen=True, slots=True)
class Band:
    """One breakpoint.

    Attributes
    ----------
    arm : str
        ``p`` or ``q``, or empty where it is not known.
    number : str
        Such as ``22.1``; empty where only the arm is known.
    uncertain : bool
        True where the laboratory put a question mark or gave a choice.
    """

    arm: str
    number: str
    uncertain: bool = False

    @property
    def place(self) -> float | None:
        """Distance from the centromere in band numbers, None where it is not known."""
        return float(self.number) if self.number else None


@dataclass(frozen=True, slots=True)
class Region:
    """A part of one chromosome arm, from the centromere outwards.

    Attributes
    ----------
    chromosome, arm : str
        Such as ``9`` and ``p``.
    start, end : float
        Band numbers; 0 is the centromere and infinity the end of the arm.
    """

    chromosome: str
    arm: str
    start: float = WHOLE_ARM[0]
    end: float = WHOLE_ARM[1]


@dataclass(frozen=True, slots=True)
class Abnormality:
    """One abnormality of a clone.

    Attributes
    ----------
    text : str
        As written.
    kind : str
        ``gain`` or ``loss`` of a whole chromosome, else the ISCN word: ``t``, ``del``, ``der`` ...;
        ``marker`` for a chromosome nobody could name.
    chromosomes : tuple of str
        In the order written; ``?`` where not known.
    bands : tuple of tuple of Band
        Breakpoints of each chromosome; empty where none were given.
    extra : int
        +1 for an additional chromosome, -1 for one fewer, 0 for one that replaces a normal one.
    n_low, n_high : int
        How many copies.
    parts : tuple of Abnormality
        What a derivative chromosome is made of.
    lost, perhaps_lost, gained : tuple of Region
        Consequences; `perhaps_lost` where the notation leaves it open (``add``, ``r``).
    uncertain : bool
        True for a question mark, a choice (``or``) or something said in free text.
    constitutional : bool
        True where the laboratory wrote ``c``.
    variant : bool
        True for a normal variant (heteromorphism): no abnormality of the disease.
    cells : int or None
        Metaphases with this abnormality, where given.
    clonal : bool
        False where it was seen in too few cells to be more than chance.
    """

    text: str
    kind: str
    chromosomes: tuple[str, ...] = ()
    bands: tuple[tuple[Band, ...], ...] = ()
    extra: int = 0
    n_low: int = 1
    n_high: int = 1
    parts: tuple[Abnormality, ...] = ()
    lost: tuple[Region, ...] = ()
    perhaps_lost: tuple[Region, ...] = ()
    gained: tuple[Region, ...] = ()
    uncertain: bool = False
    constitutional: bool = False
    variant: bool = False
    cells: int | None = None
    clonal: bool = True

    @property
    def is_acquired(self) -> bool:
        """True where it belongs to the disease and not to the person."""
        return not (self.constitutional or self.variant)

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two notes the same abnormality, whatever the spacing and the count."""
        bands = tuple(tuple((b.arm, b.number) for b in part) for part in self.bands)
        inner = tuple(part.identity for part in self.parts)
        if self.kind == "marker":
            return (self.kind, self.text.lstrip("+-").lower())
        return (self.kind, self.chromosomes, bands, self.extra, inner)


@dataclass(frozen=True, slots=True)
class Clone:
    """One clone (or cell line) of a karyotype.

    Attributes
    ----------
    text : str
        As written.
    modal_low, modal_high : int or None
        Chromosome number, as a range; None where it is not given.
    stated_ploidy : int or None
        The number in ``<2n>``.
    sex : str
        Sex chromosomes as listed, ``X``, ``XY`` ...
    abnormalities : tuple of Abnormality
        All of them, those that `idem`, `sl` and `sdl` stand for included.
    cells : int or None
        Metaphases, where given.
    composite, incomplete : bool
        True for ``cp`` and for ``inc``.
    unread : tuple of str
        Parts of the clone that could not be read.
    """

    text: str
    modal_low: int | None
    modal_high: int | None
    stated_ploidy: int | None
    sex: str
    abnormalities: tuple[Abnormality, ...]
    cells: int | None
    composite: bool = False
    incomplete: bool = False
    unread: tuple[str, ...] = ()

    @property
    def acquired(self) -> tuple[Abnormality, ...]:
        """The abnormalities of the disease."""
        return tuple(one for one in self.abnormalities if one.is_acquired)

    @property
    def is_normal(self) -> bool:
        """True where nothing but the person's own chromosomes was seen, in the usual number."""
        if self.acquired or self.unread or self.incomplete or len(self.sex) == 1:
            return False
        usual = DIPLOID + sum(one.extra * one.n_low for one in self.abnormalities)
        low, high = self.modal_low, self.modal_high
        return low is not None and high is not None and low <= usual <= high


@dataclass(frozen=True, slots=True)
class FishSignal:
    """What fluorescence in situ hybridisation showed of one probe or pair of probes.

    Attributes
    ----------
    probes : tuple of str
        Names of the probes as written, without 5' and 3'.
    kind : str
        ``copies``, ``together`` (con: a fusion) or ``apart`` (sep: a break).
    n_low, n_high : int or None
        Number of signals.
    """

    probes: tuple[str, ...]
    kind: str
    n_low: int | None
    n_high: int | None


@dataclass(frozen=True, slots=True)
class Karyotype:
    """A karyotype as read.

    Attributes
    ----------
    raw_text : str
        As delivered.
    outcome : str
        ``abnormal``, ``normal``, ``failed``, ``not_done``, ``not_reported``, ``in_words`` (said to
        be abnormal without saying how) or ``unread``.
    reading : str
        ``fully_read``, ``partly_read`` or ``unread``.
    clones : tuple of Clone
        In the order written.
    said : tuple of Abnormality
        Abnormalities named outside the karyotype itself (FISH or PCR in words); all uncertain.
    fish : tuple of FishSignal
        Signals given in ISCN notation.
    statements : tuple of str
        Meanings found in words: ``complex``, ``iAMP21``, ``near_tetraploidy`` ...
    remarks : tuple of str
        Free text before, between or after.
    unread : tuple of str
        Tokens of the karyotype that could not be read.
    n_tokens : int
        Tokens of the karyotype, read or not.
    """

    raw_text: str
    outcome: str
    reading: str
    clones: tuple[Clone, ...] = ()
    said: tuple[Abnormality, ...] = ()
    fish: tuple[FishSignal, ...] = ()
    statements: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    n_tokens: int = 0

    @property
    def n_metaphases(self) -> int | None:
        """Metaphases in all clones together, None where a clone has no count."""
        counts = [clone.cells for clone in self.clones]
        if not counts or None in counts:
            return None
        return sum(count for count in counts if count is not None)

    @property
    def abnormalities(self) -> tuple[Abnormality, ...]:
        """Every different acquired abnormality once, in the order met."""
        seen: dict[tuple[object, ...], Abnormality] = {}
        for clone in self.clones:
            for one in clone.acquired:
                seen.setdefault(one.identity, one)
        return tuple(seen.values())
