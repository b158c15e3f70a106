import re

import polars as pl
from unit.reports.built_results import LABEL, TRIALS, built_attrition, built_overview

from chorall.analyses.attrition import ATTRITION
from chorall.reports.attrition_figure import MOST_REASONS, draw_attrition, list_stages


def words(figure):
    return re.findall(r"<text[^>]*>([^<]+)</text>", figure.svg())


def test_boxes_and_losses_are_the_sums_over_trials():
    stages = list_stages(built_attrition(TRIALS))
    assert [stage.kept for stage in stages] == [
        "10,000 rows delivered", "9,360 rows pooled", "4,320 patients in the pool",
        "2,970 patients with overall survival", "2,070 patients tested for a marker",
    ]  # fmt: skip
    lost = [line for stage in stages for line in stage.lost]
    numbers = [int(line.split()[0].replace(",", "")) for line in lost if line[0].isdigit()]
    assert numbers == [600, 40, 1350, 900]
    assert 10_000 - 600 - 40 - 9360 == 4320 - 1350 - 2970 == 2970 - 900 - 2070 == 0
    assert lost[1:4] == [
        "40 rows quarantined", "\N{BULLET} 28 unknown patient", "\N{BULLET} 12 bad date",
    ]  # fmt: skip


def test_the_picture_says_what_the_boxes_say():
    figure = draw_attrition(built_overview().attrition, LABEL)
    written = words(figure)
    assert {stage.kept for stage in list_stages(figure.data)} <= set(written)
    assert {"SYNTHETIC", "rows of", *TRIALS} <= set(written)
    assert "10,000 rows delivered (of these 600 rows set aside, 40 rows quarantined: 28" in (
        figure.alt
    )
    assert figure.alt.endswith("2,070 patients tested for a marker.")


def test_a_pool_without_accounts_begins_with_its_patients():
    patients = built_attrition(TRIALS).filter(unit="patient")
    figure = draw_attrition(patients, LABEL)
    assert list_stages(patients)[0].kept == "4,320 patients in the pool"
    assert not {"Quarantined", "rows of"} & set(words(figure))


def test_of_many_reasons_the_rarest_are_one_line_and_the_sum_stays():
    lines = [("row", "quarantined", f"reason_{place}", TRIALS[0], place) for place in range(1, 9)]
    frame = pl.concat([
        built_attrition(TRIALS).filter(pl.col("step") != "quarantined"),
        pl.DataFrame(lines, schema=ATTRITION, orient="row"),
    ])  # fmt: skip
    lost = list_stages(frame)[0].lost
    assert lost[1] == "36 rows quarantined"
    assert len(lost) == 2 + MOST_REASONS + 1
    assert lost[-1] == "\N{BULLET} 6 for 3 other reasons"
    assert sum(int(line.split()[1]) for line in lost[2:]) == 36


def test_rows_that_nobody_claims_are_told_of():
    line = pl.DataFrame([("row", "unclaimed", "", None, 3)], schema=ATTRITION, orient="row")
    figure = draw_attrition(pl.concat([built_attrition(TRIALS), line]), LABEL)
    assert figure.alt.endswith("3 rows of shared files belong to no trial.")
