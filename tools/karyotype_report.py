"""How well karyotypes are read: tokens, strings, and agreement with recorded cytogenetic flags.

``python tools/karyotype_report.py FOLDER`` prints the figures for the folder of the AMLSG data
(`karyotypes.tsv`, `clinical.csv`). With ``--disagreements FLAG`` it prints the karyotypes, without
patient ids, in which the reader and the recorded flag differ.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chorall.markers.karyotype import (
    Abnormality,
    Karyotype,
    count_abnormalities,
    derive_karyotype_statuses,
    read_karyotype,
)
from chorall.markers.karyotype.complexity import has_established_lesion

COMPLEX_AML = 3
"""Abnormalities of a complex karyotype in acute myeloid leukaemia (in ALL it is five)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures of reading.

    Attributes
    ----------
    n_texts, n_informative : int
        Texts; texts that say anything of the karyotype (not blank, `na` ...).
    n_tokens, n_unread : int
        Tokens of all karyotypes, and those that could not be read.
    readings : Counter of str
        Texts by fully_read, partly_read, unread.
    outcomes : Counter of str
        Texts by outcome.
    """

    n_texts: int
    n_informative: int
    n_tokens: int
    n_unread: int
    readings: Counter[str]
    outcomes: Counter[str]

    @property
    def share_of_tokens(self) -> float:
        """Share of tokens that were read."""
        return 1 - self.n_unread / self.n_tokens


@dataclass(frozen=True, slots=True)
class Agreement:
    """One recorded flag against the reader.

    Attributes
    ----------
    flag : str
        Column of clinical.csv.
    n, n_agree : int
        Patients with a recorded flag and a readable karyotype, and those in whom both agree.
    only_read, only_recorded : tuple of str
        Karyotypes in which only the reader, or only the record, has the abnormality.
    """

    flag: str
    n: int
    n_agree: int
    only_read: tuple[str, ...]
    only_recorded: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of patients in whom both agree."""
        return self.n_agree / self.n


def summarise_reading(karyotypes: Iterable[Karyotype]) -> Reading:
    """Count texts and tokens."""
    read = list(karyotypes)
    informative = [one for one in read if one.outcome != "not_reported"]
    unread = sum(
        sum(len(clone.unread) for clone in one.clones) or len(one.unread) for one in informative
    )
    return Reading(
        n_texts=len(read),
        n_informative=len(informative),
        n_tokens=sum(one.n_tokens for one in informative),
        n_unread=unread,
        readings=Counter(one.reading for one in informative),
        outcomes=Counter(one.outcome for one in read),
    )


def _acquired(karyotype: Karyotype) -> tuple[Abnormality, ...]:
    return (*karyotype.abnormalities, *karyotype.said)


@cache
def _find_reasons(text: str) -> dict[str, str]:
    statuses = derive_karyotype_statuses(read_karyotype(text))
    return {marker: one.reason for marker, one in statuses.items()}


def _has_marker(*markers: str) -> Callable[[Karyotype], bool]:
    def judge(karyotype: Karyotype) -> bool:
        reasons = _find_reasons(karyotype.raw_text)
        return any(reasons[marker] in ("seen", "suggested") for marker in markers)

    return judge


def _loses(
    chromosome: str, arm: str = "", *, whole: bool = True, perhaps: bool = True
) -> Callable[[Karyotype], bool]:
    """Return whether a chromosome, or a part of its arm, is (perhaps) lost."""

    def judge(karyotype: Karyotype) -> bool:
        for one in _acquired(karyotype):
            if whole and one.kind == "loss" and one.chromosomes == (chromosome,):
                return True
            if arm and any(
                (r.chromosome, r.arm) == (chromosome, arm)
                for r in (*one.lost, *(one.perhaps_lost if perhaps else ()))
            ):
                return True
        return False

    return judge


def _gains(chromosome: str, arm: str = "") -> Callable[[Karyotype], bool]:
    def judge(karyotype: Karyotype) -> bool:
        for one in _acquired(karyotype):
            if one.kind == "gain" and one.chromosomes == (chromosome,):
                return True
            if arm and any((r.chromosome, r.arm) == (chromosome, arm) for r in one.gained):
                return True
        return False

    return judge


def _touches(chromosome: str, arm: str) -> Callable[[Karyotype], bool]:
    """Return whether there is any structural abnormality with a breakpoint in an arm."""

    def judge(karyotype: Karyotype) -> bool:
        return any(
            name == chromosome and any(band.arm == arm for band in bands)
            for one in _acquired(karyotype)
            for part in (one, *one.parts)
            for name, bands in zip(part.chromosomes, part.bands, strict=False)
        )

    return judge


def _either(*judges: Callable[[Karyotype], bool]) -> Callable[[Karyotype], bool]:
    return lambda karyotype: any(judge(karyotype) for judge in judges)


def _is_normal(karyotype: Karyotype) -> bool:
    return karyotype.outcome == "normal"


def _is_complex_aml(karyotype: Karyotype) -> bool:
    enough = count_abnormalities(karyotype) >= COMPLEX_AML
    return enough and not has_established_lesion(karyotype)


def _breaks_11q23(karyotype: Karyotype) -> bool:
    """Return whether 11q23 is translocated, t(9;11) apart: that has a flag of its own."""
    any_partner = _has_marker("KMT2A-r")(karyotype)
    return any_partner and not _has_marker("KMT2A::MLLT3")(karyotype)


FLAGS: dict[str, Callable[[Karyotype], bool]] = {
    "NK": _is_normal,
    "t_9_22": _has_marker("BCR::ABL1"),
    "t_15_17": _has_marker("PML::RARA"),
    "t_8_21": _has_marker("RUNX1::RUNX1T1"),
    "inv16_t16_16": _has_marker("CBFB::MYH11"),
    "t_6_9": _has_marker("DEK::NUP214"),
    "inv3_t3_3": _has_marker("GATA2::MECOM"),
    "t_9_11": _has_marker("KMT2A::MLLT3"),
    "minus5_5q": _loses("5", "q"),
    "minus7": _loses("7"),
    "minus7q": _loses("7", "q", whole=False, perhaps=False),
    "plus8_8q": _gains("8", "q"),
    "minus9q": _loses("9", "q"),
    "plus11_11q": _gains("11", "q"),
    "mono12_12p_abn12p": _either(_loses("12", "p"), _touches("12", "p"), _gains("12")),
    "plus13": _gains("13"),
    "mono17_17p_abn17p": _either(_loses("17", "p"), _touches("17", "p")),
    "minus18_18q": _loses("18", "q"),
    "minus20_20q": _loses("20", "q"),
    "plus21": _gains("21"),
    "plus22": _gains("22"),
    "minusY": _loses("Y"),
    "mono4_4q_abn4q": _either(_loses("4", "q"), _touches("4", "q"), _gains("4")),
    "t_v_11": _breaks_11q23,
    "complex": _is_complex_aml,
}
"""Recorded flags and how each follows from a karyotype."""


def compare_flags(folder: Path) -> tuple[Reading, list[Agreement]]:
    """Read all karyotypes of the folder and compare them with the recorded flags.

    Parameters
    ----------
    folder : Path
        With karyotypes.tsv and clinical.csv.
    """
    with (folder / "karyotypes.tsv").open(encoding="utf-8", newline="") as file:
        texts = {
            row["PDID"]: row["karyotype"] or "" for row in csv.DictReader(file, delimiter="\t")
        }
    with (folder / "clinical.csv").open(encoding="utf-8", newline="") as file:
        recorded = {row["PDID"]: row for row in csv.DictReader(file)}
    read = {patient: read_karyotype(text) for patient, text in texts.items()}
    shared = [
        (read[patient], row)
        for patient, row in recorded.items()
        if patient in read and read[patient].outcome in ("normal", "abnormal")
    ]
    return summarise_reading(read.values()), [_compare(flag, shared) for flag in FLAGS]


def _compare(flag: str, shared: list[tuple[Karyotype, dict[str, str]]]) -> Agreement:
    known = [(one, row[flag] in ("1", "TRUE")) for one, row in shared if row[flag] != ""]
    judged = [(one, FLAGS[flag](one), wanted) for one, wanted in known]
    return Agreement(
        flag=flag,
        n=len(judged),
        n_agree=sum(found == wanted for _, found, wanted in judged),
        only_read=tuple(one.raw_text for one, found, wanted in judged if found and not wanted),
        only_recorded=tuple(one.raw_text for one, found, wanted in judged if wanted and not found),
    )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--disagreements", metavar="FLAG", help="print the karyotypes that differ")
    chosen = parser.parse_args()
    reading, agreements = compare_flags(chosen.folder)
    print(f"texts {reading.n_texts}, informative {reading.n_informative}")
    print(f"outcomes {dict(reading.outcomes)}")
    print(f"readings {dict(reading.readings)}")
    print(f"tokens {reading.n_tokens}, read {100 * reading.share_of_tokens:.2f} %")
    for one in agreements:
        print(
            f"{one.flag:20s} n {one.n:5d}  agree {100 * one.share:6.2f} %  "
            f"only read {len(one.only_read):3d}  only recorded {len(one.only_recorded):3d}"
        )
        if chosen.disagreements in (one.flag, "all"):
            for text in one.only_read:
                print(f"    read:     {' '.join(text.split())}")
            for text in one.only_recorded:
                print(f"    recorded: {' '.join(text.split())}")


if __name__ == "__main__":
    main()
