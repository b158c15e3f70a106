"""The pages of the analyst: the pool's own numbers, small counts hidden, no patient."""

from __future__ import annotations

import io
import re

import polars as pl
import pytest

import chorall as ch
from chorall.web.analyst import routes
from chorall.web.analyst.questions import Shown, ask_incidence, ask_prognosis
from chorall.web.pages import render_page

PATHS = (
    "/analyst", "/analyst/marker?marker=TP53", "/analyst/marker?marker=BCR::ABL1",
    "/analyst/trials.csv", "/analyst/incidence.csv", "/analyst/prognosis.csv?marker=IKZF1_del",
    "/analyst/curve.csv?marker=IKZF1_del&endpoint=OS", "/api/v1/incidence",
    "/api/v1/prognosis?marker=IKZF1_del", "/api/v1/openapi.json", "/analyst/quality",
    "/analyst/treatment", "/analyst/risk", "/analyst/deescalation", "/analyst/prognosis",
    "/analyst/prognosis.csv",
    *(f"/analyst/quality.csv?part={part}" for part in ("checks", "quarantine")),
    *(f"/analyst/treatment.csv?part={part}" for part in ("lines", "questions")),
    *(f"/analyst/risk.csv?part={part}" for part in ("groups", "treatment", "waiting")),
    *(f"/analyst/deescalation.csv?part={part}"
      for part in ("groups", "treatment", "reductions", "studies")),
)  # fmt: skip


def read_csv(client, path):
    found = client.get(path)
    assert found.status_code == 200
    assert found.headers["content-type"].startswith("text/csv")
    return pl.read_csv(io.BytesIO(found.content), infer_schema_length=None)


def test_no_patient_is_reachable(client, settings):
    ids = set(settings.pool.table("patient")["patient_id"].to_list())
    assert ids
    for path in PATHS:
        found = client.get(path)
        assert found.status_code == 200, path
        text = found.text
        assert not ids & set(re.findall(r"[\w-]{8,}", text)), path
        assert "patient_id" not in text, path


def test_frequencies_are_those_of_the_library(client, settings):
    shown = read_csv(client, "/analyst/incidence.csv")
    whole = ch.incidence(settings.pool, by=("overall", "age_band", "lineage", "sex", "trial")).rows
    keys = ["marker", "by", "group", "trial"]
    both = shown.join(whole, on=keys, how="inner", nulls_equal=True, suffix="_own")
    assert both.height == shown.height > 0
    for name in ("n_present", "n_tested", "n_patients", "proportion", "lower", "upper"):
        told = both.filter(pl.col(name).is_not_null())
        assert told.height, name
        assert (told[name] - told[f"{name}_own"]).abs().max() < 1e-9, name
    without = both.filter(pl.col("n_without_result").is_not_null())
    assert (
        without["n_without_result"] + without["n_tested_own"] == without["n_patients_own"]
    ).all()


def test_no_small_count_is_sent(client, settings):
    for path in ("/analyst/incidence.csv", "/analyst/prognosis.csv?marker=IKZF1_del"):
        frame = read_csv(client, path)
        names = [name for name in frame.columns if re.match(r"n_(?!trials|pooled)|events_", name)]
        assert names
        for name in names:
            shown = frame[name].drop_nulls().cast(pl.Int64)
            assert not shown.is_between(1, settings.fewest_shown - 1).any(), (path, name)
    trials = read_csv(client, "/analyst/trials.csv")
    names = ("n_patients", "n_children", "n_young_adults", "n_adults", "n_events", "n_quarantined")
    counted = trials.select(names)
    assert not any((one.drop_nulls().is_between(1, 4)).any() for one in counted)


def test_the_page_says_where_something_is_hidden(client, settings):
    rows = ask_incidence(settings, markers=["TP53"]).rows
    assert rows["hidden"].any(), "the sample must have something to hide"
    text = client.get("/analyst/marker?marker=TP53").text
    assert "hidden: small counts" in text
    assert "Counts from 1 to below 5 are hidden" in text


def test_the_overview_leaves_out_what_nobody_was_tested_for_and_says_how_many(
    client, settings, monkeypatch
):
    def ask(settings, **given):
        shown = ask_incidence(settings, **given)
        untested = pl.when(marker="TP53").then(0).otherwise("n_tested").alias("n_tested")
        return Shown(shown.result, shown.rows.with_columns(untested))

    def read_table():
        text = client.get("/analyst").text
        return text[text.index("Frequency at diagnosis") : text.index("What was tested")]

    whole = read_table()
    assert ">TP53</th>" in whole
    assert "Left out" not in whole
    monkeypatch.setattr(routes, "ask_incidence", ask)
    left = read_table()
    assert ">TP53</th>" not in left
    assert "Left out: 1 marker that nobody was tested for." in left
    assert left.count('<th scope="row"') == whole.count('<th scope="row"') - 1


def test_every_line_of_a_marker_says_whose_it_is(client, settings):
    text = client.get("/analyst/marker?marker=TP53").text
    table = text[text.index("Frequency by group") : text.index("How it goes with outcome")]
    names = re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', table)
    assert len(names) == len(set(names)), "two lines with one name"
    assert set(settings.pool.trials) < set(names)
    command = re.search(r"<code>(chorall incidence [^<]*)</code>", text)[1]
    assert all(f"--by {by}" in command for by in ("overall", "trial", "age_band", "lineage", "sex"))


def test_a_marker_is_warned_of_by_its_own_warnings(client):
    told = "DNMT3A (74 of 300)"
    assert told in client.get("/analyst").text
    assert told in client.get("/analyst/marker?marker=DNMT3A").text
    assert told not in client.get("/analyst/marker?marker=TP53").text


def test_a_warning_that_lists_many_markers_is_folded():
    listed = ", ".join(f"M{place} (0 of 300)" for place in range(90))
    many = f"Nobody was tested for 90 markers: {listed}."
    text = render_page("warnings.html.j2", warnings=["Short: yes.", many])
    assert "<li>Short: yes.</li>" in text
    assert "<details><summary>Nobody was tested for 90 markers</summary>M0 (0 of 300)" in text


def test_a_line_with_something_hidden_has_no_curve(settings):
    """What is hidden of patients without a result takes their curve alone."""
    seen = set()
    for marker in settings.pool.table("marker_result")["marker"].unique().sort().to_list()[:12]:
        shown = ask_prognosis(settings, markers=[marker])
        hidden = {line["endpoint"]: line["hidden_values"].split() for line in shown.rows.to_dicts()}
        for endpoint, names in hidden.items():
            groups = set(shown.result.curves.filter(endpoint=endpoint)["group"])
            if {"n_present", "n_absent", "events_present", "events_absent"} & set(names):
                assert not groups
                assert endpoint not in shown.result.summary["endpoint"].to_list()
            elif {"n_unknown", "events_unknown"} & set(names):
                assert "not tested" not in groups
            seen |= groups
        assert shown.result.rows.is_empty()
        assert shown.result.by_trial.is_empty()
    assert {"present", "absent"} <= seen


def test_hazard_ratios_are_those_of_the_library(client, settings):
    own = ch.prognosis(settings.pool, markers=["IKZF1_del"], endpoints=["OS", "EFS", "CIR"]).summary
    rows = client.get("/api/v1/prognosis?marker=IKZF1_del").json()["rows"]
    assert [row["endpoint"] for row in rows] == own["endpoint"].to_list()
    for row, ratio in zip(rows, own["adjusted_hazard_ratio"], strict=True):
        assert row["adjusted_hazard_ratio"] == pytest.approx(ratio, rel=1e-12)


def test_an_address_made_for_another_pool_is_not_answered_with_this_one(client, settings):
    own = settings.pool.hash[:12]
    assert client.get(f"/analyst?pool={own}").status_code == 200
    found = client.get("/analyst?pool=0000deadbeef")
    assert found.status_code == 409
    assert "another pool" in found.text


def test_every_table_of_the_overview_has_its_data_and_its_command(client, settings):
    parts = client.get("/analyst").text.split("<h2>")[1:]
    headings = [part.split("<")[0] for part in parts]
    assert headings[:3] == ["Trials", "Frequencies", "What was tested"]
    for part in parts[:3]:
        assert f'.csv?pool={settings.pool.hash[:12]}">Data (CSV)' in part
        assert "<code>chorall " in part


def test_every_figure_has_its_data_and_its_command(client):
    text = client.get("/analyst/marker?marker=IKZF1_del").text
    assert text.count("<svg") >= 2
    assert text.count("Data of this figure (CSV)") == text.count("<svg") - 1
    for caption in re.findall(r"<figcaption>(.*?)</figcaption>", text):
        assert re.search("<code>chorall prognosis .* -e (OS|EFS|CIR) --out curves</code>", caption)
    assert "chorall incidence" in text
    assert "chorall prognosis" in text
    data = read_csv(client, "/analyst/curve.csv?marker=IKZF1_del&endpoint=OS")
    assert {"group", "time_years", "estimate", "lower", "upper", "n_at_risk"} <= set(data.columns)
    assert not data["n_at_risk"].drop_nulls().is_between(1, 4).any()


@pytest.mark.parametrize(
    "path",
    [
        "/analyst/marker?marker=NOBODY", "/analyst/marker", "/api/v1/incidence?marker=NOBODY",
        "/api/v1/incidence?by=patient_id", "/api/v1/prognosis", "/api/v1/prognosis?marker=x",
        "/api/v1/prognosis?marker=TP53&endpoint=NONE", "/analyst/marker?marker=" + "x" * 100,
        "/analyst/prognosis?endpoint=NONE", "/analyst/prognosis.csv?endpoint=NONE",
        "/analyst/treatment?marker=NOBODY", "/analyst/treatment.csv?marker=NOBODY",
        "/analyst/risk?grouping=nobody", "/analyst/risk.csv?grouping=nobody",
        "/analyst/risk.csv?part=drawn", "/analyst/deescalation.csv?part=drawn",
        "/analyst/quality.csv?part=told",
    ],
)  # fmt: skip
def test_what_is_not_known_gets_one_clear_answer(client, path):
    found = client.get(path)
    assert found.status_code == 422
    assert "Traceback" not in found.text
