"""The numbers of knowledge/karyotype: ploidy classes, metaphases needed, doubling, complexity."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chorall import knowledge

FOLDER = Path(knowledge.__file__).parent / "karyotype"


@dataclass(frozen=True, slots=True)
class PloidyClass:
    """A class by chromosome number, both ends included."""

    name: str
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class DoublingRule:
    """How the doubled clone of a hypodiploid leukaemia is recognised.

    Attributes
    ----------
    lower, upper : int
        Chromosome number of the doubled clone.
    tetrasomies_at_least, trisomies_at_most : int
        Autosomes in four and in three copies.
    typical : tuple of str
        Chromosomes that are usually lost, so in two copies after doubling.
    n_typical_at_least : int
        How many of these must be in two copies.
    """

    lower: int
    upper: int
    tetrasomies_at_least: int
    trisomies_at_most: int
    typical: tuple[str, ...]
    n_typical_at_least: int


@dataclass(frozen=True, slots=True)
class KaryotypeRules:
    """What a karyotype proves, in numbers.

    Attributes
    ----------
    normal_metaphases : int
        Metaphases that a normal karyotype needs before it excludes anything.
    ploidy : tuple of PloidyClass
        Without gap or overlap.
    doubled : dict of str to DoublingRule
        Hypodiploid class to how its doubled clone is recognised.
    complex_at_least : int
        Abnormalities of a complex karyotype.
    complex_excluding_ploidy : tuple of str
        Ploidy classes that are never called complex.
    complex_excluding_established : bool
        True where an established translocation or fusion is never called complex.
    iamp21_signals, iamp21_on_one : int
        Signals of RUNX1 in a cell, and on one chromosome.
    abnormality_cells, loss_cells : int
        Cells in which a gain or structural abnormality, and a loss, make a clone.
    """

    normal_metaphases: int
    ploidy: tuple[PloidyClass, ...]
    doubled: dict[str, DoublingRule]
    complex_at_least: int
    complex_excluding_ploidy: tuple[str, ...]
    complex_excluding_established: bool
    iamp21_signals: int
    iamp21_on_one: int
    abnormality_cells: int
    loss_cells: int


@cache
def karyotype_rules() -> KaryotypeRules:
    """Return the rules of knowledge/karyotype; `dataclasses.replace` makes a variant of them."""
    stated = tomllib.loads((FOLDER / "rules.toml").read_text("utf-8"))
    with (FOLDER / "ploidy_classes.csv").open(encoding="utf-8", newline="") as file:
        classes = tuple(
            PloidyClass(row["class"], int(row["lower"]), int(row["upper"]))
            for row in csv.DictReader(file)
        )
    doubled = {
        name: DoublingRule(
            part["lower"],
            part["upper"],
            part["tetrasomies_at_least"],
            part["trisomies_at_most"],
            tuple(part.get("disomic_at_least", ())),
            part.get("n_disomic_of_these_at_least", 0),
        )
        for name, part in stated["doubled"].items()
    }
    return KaryotypeRules(
        normal_metaphases=stated["metaphases"]["normal_at_least"],
        ploidy=classes,
        doubled=doubled,
        complex_at_least=stated["complex"]["abnormalities_at_least"],
        complex_excluding_ploidy=tuple(stated["complex"]["excluding_ploidy"]),
        complex_excluding_established=stated["complex"]["excluding_established"],
        iamp21_signals=stated["iamp21"]["signals_at_least"],
        iamp21_on_one=stated["iamp21"]["signals_on_one_chromosome_at_least"],
        abnormality_cells=stated["clone"]["abnormality_in_at_least"],
        loss_cells=stated["clone"]["loss_in_at_least"],
    )
