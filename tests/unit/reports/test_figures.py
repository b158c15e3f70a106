import dataclasses
import re
from xml.etree import ElementTree

import polars as pl
import pytest
from unit.reports.built_results import (
    LABEL,
    built_incidence,
    built_overview,
    built_prognosis,
)

from chorall.errors import InputError
from chorall.reports.coverage_figure import draw_coverage
from chorall.reports.figure import FIGURE_WIDTHS
from chorall.reports.figure_sets import draw_figures
from chorall.reports.forest_figure import draw_forest
from chorall.reports.frequency_figure import draw_frequency
from chorall.reports.survival_drawing import find_year_ticks
from chorall.reports.survival_figure import SMALLEST_AT_RISK, draw_survival
from chorall.reports.transplant_figure import cut_curves

SVG = "{http://www.w3.org/2000/svg}"


def all_kinds():
    return [
        draw_survival(built_prognosis(), "IKZF1_deletion", "OS"),
        draw_survival(built_prognosis(), "IKZF1_deletion", "CIR"),
        draw_survival(built_prognosis(), "TCF3::HLF", "OS"),
        draw_forest(built_prognosis(), "OS"),
        draw_frequency(built_incidence(), ["BCR::ABL1", "NOTCH1_mutation"]),
        draw_coverage(built_overview().coverage, LABEL),
    ]


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def box_width(svg):
    return float(ElementTree.fromstring(svg).get("viewBox").split()[2])


def letter_sizes(svg):
    return {float(size) for size in re.findall(r"([0-9.]+)px", svg)}


def identifiers(svg):
    return {
        element.get("id") for element in ElementTree.fromstring(svg).iter() if element.get("id")
    }


@pytest.mark.parametrize("figure", all_kinds(), ids=lambda figure: figure.name)
class TestEveryFigure:
    def test_gives_the_same_bytes_twice(self, figure):
        assert figure.svg() == figure.svg()

    def test_scales_with_the_page_and_speaks(self, figure):
        root = ElementTree.fromstring(figure.svg())
        assert root.get("viewBox")
        assert root.get("width") is None
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text == figure.title
        assert root.find(f"{SVG}desc").text == figure.alt

    def test_says_that_the_patients_are_simulated(self, figure):
        assert "SYNTHETIC" in texts(figure.svg())

    def test_shows_no_machine_words(self, figure):
        shown = " ".join([figure.alt, *texts(figure.svg())])
        assert not re.search(r"\b(nan|None|null|inf)\b", shown)

    def test_is_laid_out_anew_for_one_column_with_letters_of_the_same_size(self, figure):
        wide, narrow = figure.svg(), figure.svg("one_column")
        assert box_width(wide) == pytest.approx(183 * 72 / 25.4, abs=1)
        assert box_width(narrow) == pytest.approx(89 * 72 / 25.4, abs=1)
        for svg in (wide, narrow):
            assert max(letter_sizes(svg)) == 10.5
            assert min(letter_sizes(svg)) >= 6

    def test_brings_its_own_light_paper_for_dark_pages(self, figure):
        for width in FIGURE_WIDTHS:
            root = ElementTree.fromstring(figure.svg(width))
            first = root.find(f".//{SVG}path")
            _, _, across, height = map(float, root.get("viewBox").split())
            assert "fill: #ffffff" in first.get("style")
            reach = [float(number) for number in re.findall(r"[0-9.]+", first.get("d"))]
            assert max(reach[::2]) == pytest.approx(across)
            assert max(reach[1::2]) == pytest.approx(height, abs=0.01)

    def test_leaves_no_style_or_date_behind(self, figure):
        svg = figure.svg()
        assert "<style" not in svg
        assert "metadata" not in svg
        assert "DejaVu Sans'; " not in svg

    def test_speaks_numbers(self, figure):
        assert re.search(r"\d", figure.alt)
        assert figure.alt.endswith(".")


def test_identifiers_are_unique_across_figures():
    sets = [identifiers(figure.svg()) for figure in all_kinds()]
    assert sum(map(len, sets)) == len(set().union(*sets))


def test_every_reference_in_a_figure_exists():
    for figure in all_kinds():
        svg = figure.svg()
        used = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
        assert used <= identifiers(svg)


def test_curves_end_where_fewer_than_ten_are_at_risk():
    figure = draw_survival(built_prognosis(), "TP53_alteration", "OS")
    curve = figure.data.filter((pl.col("part") == "curve") & (pl.col("group") == "present"))
    at_risk = figure.data.filter((pl.col("part") == "at risk") & (pl.col("group") == "present"))
    last = curve["time_years"].max()
    assert at_risk.filter(pl.col("time_years") == last)["n_at_risk"][0] >= SMALLEST_AT_RISK
    after = at_risk.filter(pl.col("time_years") > last)["n_at_risk"]
    assert after.len() > 0
    assert after.max() < SMALLEST_AT_RISK


def test_a_group_too_small_for_a_curve_is_named_in_the_note():
    figure = draw_survival(built_prognosis(), "TCF3::HLF", "OS")
    drawn = figure.data.filter(pl.col("part") == "curve")["group"].unique().to_list()
    assert "present" not in drawn
    assert any("No curve for present" in text for text in texts(figure.svg()))


def test_the_not_tested_have_their_own_curve_and_numbers_at_risk():
    figure = draw_survival(built_prognosis(), "IKZF1_deletion", "OS")
    row = built_prognosis().summary.row(
        by_predicate=(pl.col("marker") == "IKZF1_deletion") & (pl.col("endpoint") == "OS"),
        named=True,
    )
    assert f"Not tested (n = {row['n_unknown']:,})" in texts(figure.svg())
    assert "not tested" in figure.data.filter(pl.col("part") == "curve")["group"].to_list()


def test_both_causes_are_drawn_with_the_labels_of_the_definition():
    shown = texts(draw_survival(built_prognosis(), "IKZF1_deletion", "CIR").svg())
    assert {"Relapse", "Death in remission"} <= set(shown)


def test_nobody_tested_is_written_and_hatched_never_zero():
    shown = texts(draw_frequency(built_incidence(), ["NOTCH1_mutation"]).svg())
    assert shown.count("nobody tested") == 1
    coverage = built_overview().coverage
    n_nobody = coverage.filter(pl.col("n_tested") == 0).height
    svg = draw_coverage(coverage, LABEL).svg()
    assert n_nobody > 0
    assert texts(svg).count("not tested") == n_nobody
    assert "0 %" not in texts(svg)
    assert "<ns0" not in svg
    assert "<pattern" in svg


def test_tested_not_tested_and_other_add_up_to_all_patients():
    figure = draw_frequency(built_incidence(), ["IKZF1_deletion"])
    row = figure.data.row(0, named=True)
    other = row["n_patients"] - row["n_tested"] - row["n_not_tested"]
    assert other == sum(
        row[f"n_{word}"] for word in ("inconclusive", "failed", "not_reported", "positive_only")
    )
    shown = texts(figure.svg())
    assert f"{row['n_not_tested']:,}" in shown
    assert f"{other:,}" in shown


def test_a_handful_of_patients_does_not_set_the_scale():
    incidence = built_incidence()
    few = (pl.col("marker") == "iAMP21") & (pl.col("group") == "55-64")
    changed = {"n_present": 3, "n_tested": 3, "proportion": 1.0, "lower": 0.44, "upper": 1.0}
    rows = incidence.rows.with_columns(
        pl.when(few).then(value).otherwise(name).alias(name) for name, value in changed.items()
    )
    sparse = dataclasses.replace(incidence, rows=rows)
    shown = texts(draw_frequency(sparse, ["iAMP21"]).svg())
    assert "3 / 3" in shown
    assert "100" not in shown
    assert any("Arrows" in text for text in shown)


def test_the_forest_puts_what_was_not_estimated_last_and_in_words():
    figure = draw_forest(built_prognosis(), "OS")
    assert figure.data["marker"][-1] == "TCF3::HLF"
    assert "not estimated" in texts(figure.svg())
    ratios = figure.data["adjusted_hazard_ratio"].drop_nulls().to_list()
    assert ratios == sorted(ratios, reverse=True)


def test_only_competing_endpoints_are_called_cause_specific():
    notes = {
        endpoint: " ".join(texts(draw_forest(built_prognosis(), endpoint).svg()))
        for endpoint in ("OS", "CIR")
    }
    assert "Cause-specific" in notes["CIR"]
    assert "Cause-specific" not in notes["OS"]


@pytest.mark.parametrize(
    ("draw", "listed"),
    [
        (lambda: draw_survival(built_prognosis(), "IKZF9", "OS"), "IKZF1_deletion"),
        (lambda: draw_survival(built_prognosis(), "IKZF1_deletion", "PFS"), "OS, CIR"),
        (lambda: draw_frequency(built_incidence(), ["nothing"]), "BCR::ABL1"),
        (lambda: draw_forest(built_prognosis(), "PFS"), "OS, CIR"),
    ],
)
def test_an_unknown_name_lists_the_known_ones(draw, listed):
    with pytest.raises(InputError, match=listed):
        draw()


def test_coverage_leaves_out_what_nobody_has_or_one_trial_tested_and_counts_it():
    coverage = pl.DataFrame(
        {
            "marker": ["carried"] * 2 + ["nobody"] * 2 + ["lonely"] * 2,
            "trial_id": ["A", "B"] * 3,
            "n_patients": [100] * 6,
            "n_tested": [60, 50, 60, 50, 0, 50],
            "n_present": [6, 0, 0, 0, 0, 9],
            "share_tested": [0.6, 0.5, 0.6, 0.5, 0.0, 0.5],
        }
    )
    figure = draw_coverage(coverage, dataclasses.replace(LABEL, trials=("A", "B")))
    shown = texts(figure.svg())
    assert "carried" in shown
    assert not {"nobody", "lonely"} & set(shown)
    words = "Left out of 3 markers: 1 that no patient is known to carry and 1 tested in fewer"
    assert words in figure.alt
    assert words.split(" and ")[0] in " ".join(text or "" for text in shown)
    assert figure.data.filter(pl.col("drawn"))["marker"].unique().to_list() == ["carried"]
    alone = coverage.filter(pl.col("trial_id") == "B").with_columns(n_present=1)
    only = draw_coverage(alone, dataclasses.replace(LABEL, trials=("B",)))
    assert {"carried", "nobody", "lonely"} <= set(texts(only.svg()))


def test_a_picture_is_of_print_size_and_says_so(tmp_path):
    content = draw_forest(built_prognosis(), "OS").save(tmp_path / "forest.png").read_bytes()
    width = int.from_bytes(content[16:20], "big")
    assert width == 2160  # 7.2 inches, 183 mm, at 300 dots per inch
    at = content.index(b"pHYs") + 4
    per_metre = int.from_bytes(content[at : at + 4], "big")
    assert round(per_metre * 0.0254) == 300


@pytest.mark.parametrize("ending", [".svg", ".pdf", ".png"])
def test_a_saved_figure_is_whole_and_the_same_twice(tmp_path, ending):
    figure = draw_forest(built_prognosis(), "OS")
    files = [figure.save(tmp_path / "new" / f"{name}{ending}") for name in "ab"]
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert len(first) > 1000
    assert {file.name for file in (tmp_path / "new").iterdir()} == {f"a{ending}", f"b{ending}"}


def test_an_unknown_ending_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(InputError, match=r"\.svg, \.pdf, \.png"):
        draw_forest(built_prognosis(), "OS").save(tmp_path / "figure.jpeg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("last", "expected"), [(0, [0, 1]), (5, [0, 1, 2, 3, 4, 5]), (12, [0, 2])])
def test_years_are_whole_and_not_crowded(last, expected):
    ticks = find_year_ticks(last, n_most=7)
    assert ticks[: len(expected)] == expected
    assert len(ticks) <= 7


def test_every_result_has_its_figures():
    names = [figure.name for figure in draw_figures(built_overview())]
    assert names == ["coverage", "attrition"]
    assert len(draw_figures(built_incidence())) == 3
    names = [figure.name for figure in draw_figures(built_prognosis())]
    assert names[:2] == ["forest-OS", "forest-CIR"]
    assert len(names) == len(set(names)) == 18


def test_markers_without_an_overall_row_keep_their_heading():
    incidence = built_incidence()
    rows = incidence.rows.filter(pl.col("by") == "age_band")
    figure = draw_frequency(dataclasses.replace(incidence, rows=rows), ["iAMP21"])
    assert "iAMP21" in texts(figure.svg())


def test_curves_of_transplantation_end_where_few_are_at_risk_but_may_begin_with_few():
    curve = pl.DataFrame({
        "group": ["transplanted"] * 4 + ["not transplanted"] * 2,
        "time_years": [0.5, 1.0, 2.0, 3.0, 1.0, 2.0],
        "n_at_risk": [4, 12, 10, 9, 9, 8],
    })  # fmt: skip
    assert cut_curves(curve)["time_years"].to_list() == [0.5, 1.0, 2.0]
