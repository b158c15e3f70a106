"""Facts of the field: names that are clear, units there and back, bands without gap or overlap."""

from __future__ import annotations

import csv
import itertools
import math
import tomllib
from pathlib import Path

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge import age_bands, fusions, gene_names, measurements, units
from chorall.tables.schema import TABLES

KNOWLEDGE = Path(gene_names.__file__).parent
AML_GENES = Path(__file__).parents[4] / "shared/data/aml-multistage/gene_frequency.csv"


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", sorted(KNOWLEDGE.rglob("*.csv")), ids=lambda path: path.name)
def test_every_fact_says_where_it_comes_from_and_how_sure_it_is(path: Path) -> None:
    rows = read_rows(path)
    assert {row["confidence"] for row in rows} <= {"seen", "unverified", "computed"}
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("MLL", "KMT2A"), ("TEL", "ETV6"), ("AML1", "RUNX1"), ("E2A", "TCF3"), ("AF4", "AFF1"),
        ("p16", "CDKN2A"), ("INK4A", "CDKN2A"), ("Ikaros", "IKZF1"), ("SFRS2", "SRSF2"),
        ("MLL2", "KMT2D"), ("MLL3", "KMT2C"), ("MLL5", "KMT2E"), (" tp53 ", "TP53"),
        ("PAR1", "PAR1"), ("MLLX", None), ("", None), ("TSLPR", "CRLF2"), ("CDKN2A/B", "9p21"),
        ("SEPT9", "SEPTIN9"), ("EVI1", "MECOM"), ("7p15", "HOXA"), ("IGH@", "IGH"),
    ],
)  # fmt: skip
def test_any_name_of_a_gene_leads_to_its_symbol(name: str, symbol: str | None) -> None:
    assert gene_names.find_gene(name) == symbol


def test_every_symbol_stands_for_itself_and_once() -> None:
    symbols = [row["symbol"] for row in read_rows(gene_names.GENES_CSV)]
    assert len(symbols) == len(set(symbols))
    assert all(gene_names.find_gene(symbol) == symbol for symbol in symbols)
    assert gene_names.known_symbols() == set(symbols)


def test_hgnc_ids_are_not_given_twice() -> None:
    ids = [row["hgnc_id"] for row in read_rows(gene_names.GENES_CSV) if row["hgnc_id"]]
    assert len(ids) == len(set(ids))
    assert all(name.startswith("HGNC:") and name[5:].isdigit() for name in ids)


def test_nearly_all_genes_were_checked_against_hgnc() -> None:
    rows = read_rows(gene_names.GENES_CSV)
    assert len(rows) >= 250
    genes = [row for row in rows if row["kind"] == "gene"]
    assert all(row["hgnc_id"] and row["confidence"] == "seen" for row in genes)
    assert {row["kind"] for row in rows} == {"gene", "locus", "region"}


def test_loci_and_regions_cannot_be_mutated() -> None:
    assert {"TP53", "KMT2A"} <= gene_names.mutable_genes()
    assert not {"IGH", "TRB", "PAR1", "9p21", "HOXA"} & gene_names.mutable_genes()


def test_a_name_for_two_symbols_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "genes.csv"
    path.write_text("symbol,aliases\nKMT2B,MLL2;MLL4\nKMT2D,MLL2\n", "utf-8")
    with pytest.raises(DefinitionError, match="`MLL2` stands for KMT2B and for KMT2D"):
        gene_names.read_gene_symbols(path)


@pytest.mark.skipif(not AML_GENES.exists(), reason="real data are not on this machine")
def test_every_gene_of_the_real_aml_trials_is_known() -> None:
    assert [
        row["GENE"] for row in read_rows(AML_GENES) if not gene_names.find_gene(row["GENE"])
    ] == []


def test_fusion_partners_are_known_genes_and_a_pair_has_one_name() -> None:
    names = [row["fusion"] for row in read_rows(fusions.FUSIONS_CSV)]
    assert len(fusions.fusion_names()) == len(names)
    assert set(itertools.chain(*fusions.fusion_names())) <= gene_names.known_symbols()


@pytest.mark.parametrize(
    ("dimension", "unit", "value", "canonical"),
    [
        ("cell_count", "/uL", 50_000, 50.0),
        ("cell_count", "10^9/L", 50, 50.0),
        ("cell_count", "/L", 5e10, 50.0),
        ("haemoglobin", "g/dL", 9.5, 95.0),
        ("time", "years", 2, 730.5),
        ("age", "months", 18, 1.5),
        ("age", "days", 365.25, 1.0),
        ("fraction", "percent", 0.01, 0.0001),
        ("percentage", "fraction", 0.25, 25.0),
    ],
)
def test_values_come_out_in_the_canonical_unit(
    dimension: str, unit: str, value: float, canonical: float
) -> None:
    factor = units.convert_factor(dimension, unit)
    assert value * factor == pytest.approx(canonical, rel=1e-15)  # one rounding of the factor


@pytest.mark.parametrize(
    ("dimension", "unit", "message"),
    [("time", "jiffies", "Known units: days, weeks"), ("speed", "m/s", "It has: time, age")],
)
def test_unknown_units_are_refused_with_the_known_ones(
    dimension: str, unit: str, message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        units.convert_factor(dimension, unit)


def test_the_first_unit_of_a_dimension_is_canonical_and_has_factor_one() -> None:
    for row in read_rows(units.UNITS_CSV):
        canonical = units.units_of(row["dimension"])[0]
        assert row["canonical_unit"] == canonical
        assert units.convert_factor(row["dimension"], canonical) == 1


def test_every_dimension_of_the_data_model_has_units() -> None:
    columns = itertools.chain.from_iterable(table.columns for table in TABLES.values())
    dimensions = {column.dimension for column in columns} - {""}
    items = measurements.measurement_items().values()
    dimensions |= {item.dimension for item in items} - {""}
    assert all(units.units_of(dimension) for dimension in dimensions)


def test_measurement_items_name_their_canonical_unit_and_a_range() -> None:
    for name, item in measurements.measurement_items().items():
        assert name == item.item
        assert item.minimum < item.maximum
        expected = units.units_of(item.dimension)[0] if item.dimension else ""
        assert item.canonical_unit == expected


def test_age_bands_cover_every_age_once_and_break_at_adult_age() -> None:
    bands = age_bands.age_bands()
    assert bands[0].lower == 0
    assert bands[-1].upper == math.inf
    assert all(one.upper == next_.lower for one, next_ in itertools.pairwise(bands))
    assert age_bands.adult_from_years() == 26
    assert age_bands.adult_from_years() in {band.lower for band in bands}


def test_age_bands_say_where_they_come_from() -> None:
    source = tomllib.loads(age_bands.AGE_BANDS_TOML.read_text("utf-8"))["source"]
    assert source["confidence"] in {"seen", "unverified", "computed"}
