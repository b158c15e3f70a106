"""Quality, treatment, risk groups and de-escalation: the library's numbers, and how they wait."""

from __future__ import annotations

import html
import io
import re
import threading
from dataclasses import replace

import anyio
import polars as pl
import pytest
from fastapi.testclient import TestClient
from unit.analyses.donors.test_donor import draw, make_pool

import chorall as ch
from chorall.errors import DataError
from chorall.web.analyst import risk as analyst_risk
from chorall.web.analyst import transplant as analyst_transplant
from chorall.web.app import create_app
from chorall.web.desk import LONG_IN_LINE, Desk
from chorall.web.problems import ProblemError

BASE = "http://127.0.0.1:8765"
PAGES = {
    "/analyst/quality": ("What failed", "What to ask back"),
    "/analyst/prognosis": ("Overall survival",),
    "/analyst/prognosis?endpoint=CIR": ("Cumulative incidence of relapse",),
    "/analyst/treatment": ("All markers", "Which questions the pool holds"),
    "/analyst/treatment?marker=IKZF1_del": ("With and without IKZF1 del",),
    "/analyst/transplant": ("The answers side by side", "over time", "How alike", "not answered"),
    "/analyst/risk": ("Risk groups on day 0", "Over- and under-treatment", "waiting for MRD"),
    "/analyst/deescalation": ("The gates", "how sure", "On which treatment", "would answer"),
}
COUNTS = re.compile(r"n_(?!trials|pooled|per_arm|screened)|events_")


@pytest.fixture(scope="module")
def whole(settings):
    """Return a client of a server that hides nothing."""
    app = create_app(replace(settings, fewest_shown=1))
    app.state.desk = Desk(patience=300.0)
    return TestClient(app, base_url=BASE)


def read_csv(client, path):
    found = client.get(path)
    assert found.status_code == 200, path
    assert found.headers["content-type"].startswith("text/csv")
    return pl.read_csv(io.BytesIO(found.content), infer_schema_length=None)


def list_files(text):
    return [html.unescape(one) for one in re.findall(r'href="([^"]+\.csv[^"]*)"', text)]


@pytest.mark.parametrize("path", PAGES)
def test_every_part_has_its_data_and_its_command(client, settings, path):
    text = client.get(path).text
    for heading in PAGES[path]:
        assert re.search(f"<h2>[^<]*{re.escape(heading)}", text), heading
    assert "Counts from 1 to below 5 are hidden" in text
    parts = text.split("<h2>")[1:]
    parts = [part for part in parts if not part.startswith("Read before use")]
    for part in parts:
        assert re.search(r"<code>chorall[ .]", part)
        (file,) = list_files(part)
        assert f"pool={settings.pool.hash[:12]}" in file
        assert read_csv(client, file).width > 1


def test_every_page_is_one_step_from_the_overview(client, settings):
    text = client.get("/analyst").text
    for path in PAGES:
        if "?" not in path:
            address = f"{path}?pool={settings.pool.hash[:12]}"
            assert f'href="{address}"' in text
            assert client.get(address).status_code == 200
            assert client.get(f"{path}?pool=0000deadbeef").status_code == 409
            assert client.get(f"{path}.csv?pool=0000deadbeef").status_code == 409


def test_no_small_count_is_sent(client, settings):
    seen = 0
    for path in PAGES:
        for file in list_files(client.get(path).text):
            if "part=studies" in file:  # patients that a trial to come would need
                continue
            frame = read_csv(client, file)
            for name in filter(COUNTS.match, frame.columns):
                shown = frame[name].drop_nulls().cast(pl.Int64)
                assert not shown.is_between(1, settings.fewest_shown - 1).any(), (file, name)
                seen += shown.len()
    assert seen > 100


def test_treatment_is_that_of_the_library(whole, settings):
    """With nothing hidden: in so small a pool every line has a small count."""
    own = ch.scan_treatment(settings.pool).rows
    shown = read_csv(whole, "/analyst/treatment.csv")
    keys = ["marker", "strategy", "control", "endpoint", "question"]
    names = ["n_patients", "risk_difference_present", "interaction_ratio", "q_value"]
    check_same(shown, own, keys, names)
    assert not shown["hidden"].any()


def test_prognosis_is_that_of_the_library(client, settings):
    own = ch.prognosis(settings.pool, endpoints=["OS", "EFS", "CIR"]).summary
    shown = read_csv(client, "/analyst/prognosis.csv")
    names = ["n_patients", "adjusted_hazard_ratio", "adjusted_upper", "q_value"]
    check_same(shown, own, ["marker", "endpoint"], names)
    one = read_csv(client, "/analyst/prognosis.csv?endpoint=EFS")
    assert one["marker"].to_list() == shown.filter(endpoint="EFS")["marker"].to_list()


def test_the_strongest_markers_come_first_and_the_others_are_counted(whole):
    shown = read_csv(whole, "/analyst/prognosis.csv?endpoint=OS")
    text = html.unescape(whole.get("/analyst/prognosis").text)
    told = shown.drop_nulls("adjusted_hazard_ratio").sort("q_value", nulls_last=True)
    assert 3 < told.height < shown.height
    places = [text.index(f">{name.replace('_', ' ')}</th>") for name in told["marker"][:3]]
    assert places == sorted(places)
    assert f"{shown.height - told.height} of {shown.height} markers have no figure here" in text
    assert text.count("<figure>") == 1


def test_risk_is_that_of_the_library(client, settings):
    own = ch.risk(settings.pool)
    shown = read_csv(client, "/analyst/risk.csv")
    assert set(shown["grouping"]) == set(own.groupings)
    keys = ["grouping", "view", "group"]
    check_same(shown, own.printed, keys, ["n_patients", "n_events", "risk", "lower", "upper"])
    arms = read_csv(client, "/analyst/risk.csv?part=treatment")
    keys = ["grouping", "group", "trial_id", "level", "component"]
    whole = own.intensity.filter(pl.col("era") == "all")
    check_same(arms, whole, keys, ["n_patients", "relapse", "upper_treatment_death"])


def test_a_grouping_is_named_in_words_beside_its_code(client):
    text = html.unescape(client.get("/analyst/risk?grouping=nci").text)
    assert '<option value="nci" selected>NCI/Rome risk groups (nci)</option>' in text
    assert "<caption>Groups by NCI/Rome risk groups (nci)</caption>" in text


def test_candidates_are_those_of_the_library(client, settings):
    own = ch.deescalation(settings.pool)
    shown = read_csv(client, "/analyst/deescalation.csv")
    assert shown["word"].to_list() == own.printed["word"].to_list()
    check_same(shown, own.printed, ["group"], ["n_group", "share"])
    exact = shown.drop_nulls("n_relapses")  # the others are rounded
    check_same(exact, own.printed, ["group"], ["relapse", "event_free_lower"])
    text = html.unescape(client.get("/analyst/deescalation").text)
    assert "relapse within 5 years of remission is at most 5.0 %" in text
    assert "event-free survival is at least 90 %" in text


def check_same(shown, own, keys, names):
    """Return nothing; what is shown is what the library says, to the last digit but one."""
    filled = [pl.col(key).cast(pl.String).fill_null("") for key in keys]
    both = shown.with_columns(filled).join(own.with_columns(filled), on=keys, suffix="_own")
    assert both.height == shown.height > 0
    for name in names:
        told = both.drop_nulls(name)
        assert told.height, name
        assert (told[name] - told[f"{name}_own"]).abs().max() < 1e-9, name


def test_transplantation_is_that_of_the_library(whole, settings):
    own = ch.transplant(settings.pool)
    shown = read_csv(whole, "/analyst/transplant.csv")
    keys = ["endpoint", "method"]
    names = ["n_patients", "events_other", "risk_difference", "hazard_ratio", "lower", "e_value"]
    check_same(shown, own.rows, keys, names)
    assert not shown["hidden"].any()
    curves = read_csv(whole, "/analyst/transplant.csv?part=curves")
    check_same(curves, own.curves, ["endpoint", "group", "time_years"], ["estimate", "lower"])
    assert "n_at_risk" not in curves.columns, "differences between steps are small counts"
    text = html.unescape(whole.get("/analyst/transplant").text)
    for warning in own.warnings:
        assert warning in text


def test_the_page_of_transplantation_names_its_dangers_and_its_closed_doors(client):
    text = html.unescape(client.get("/analyst/transplant").text)
    for words in ("Immortal time", "Confounding by indication", "Observational: patients were"):
        assert words in text
    doors = read_csv(client, "/analyst/transplant.csv?part=elsewhere")
    assert doors["why"][0].startswith("it needs to be told who is eligible")
    assert doors["why"][1].startswith("name what transplantation cannot change")
    assert all(one.startswith("chorall ") for one in doors["command"])
    for one in doors["why"]:
        assert one in text


def test_what_the_library_refuses_is_told_as_a_sentence(client, settings):
    """The pool of these tests holds no search for a donor, and its items of treatment none."""
    found = client.get("/analyst/not-randomised")
    assert found.status_code == 200
    text = html.unescape(found.text)
    assert "donor against no donor needs patients of either kind among those tissue-typed" in text
    assert "the donors of grafts say nothing" in text
    assert f"<code>chorall donor {settings.pool_name}</code>" in text
    assert "The table of treatments of this pool is empty" in text
    file = client.get("/analyst/not-randomised.csv")
    assert file.status_code == 422
    assert "Map `donor_search`" in html.unescape(file.text)
    assert len(list_files(found.text)) == 2, "no file of what was refused"
    doors = read_csv(client, "/analyst/not-randomised.csv?part=elsewhere")
    assert "chorall target-trial" in doors["command"][0]
    assert client.get("/analyst/not-randomised?pool=0000deadbeef").status_code == 409


def test_nobody_transplanted_is_told_without_a_small_count(settings, monkeypatch):
    def refuse(pool):
        raise DataError("nobody\n  Transplantations: 3; without `remission_status`: 12.\n  Map it.")

    monkeypatch.setattr("chorall.analyses.transplants.transplant", refuse)
    monkeypatch.setattr(analyst_transplant, "list_doors", lambda settings: ())
    client = TestClient(create_app(settings), base_url=BASE)
    text = client.get("/analyst/transplant").text
    for said in (text, client.get("/analyst/transplant.csv").text):
        assert "Transplantations: fewer than 5" in html.unescape(said)
        assert "Transplantations: 3" not in said
    assert "<h2>No answer</h2>" in text


@pytest.fixture(scope="module")
def typed(settings, tmp_path_factory):
    """Return a client of a server whose pool holds searches for donors and a drug."""
    rows = draw(n=400)
    given = pl.concat([rows.filter(trial_id="B")[3:], rows.filter(trial_id="C")[::2]]).select(
        "patient_id", "trial_id", kind=pl.lit("drug"), item=pl.lit("valproic acid"),
        start_day=pl.lit(1),
    )  # fmt: skip
    pool = make_pool(tmp_path_factory.mktemp("typed") / "POOL", rows, others={"treatment": given})
    app = create_app(replace(settings, pool=pool, pool_name="TYPED"))
    app.state.desk = Desk(patience=300.0)
    return TestClient(app, base_url=BASE), pool


def test_donor_against_no_donor_is_that_of_the_library(typed):
    client, pool = typed
    own = ch.donor(pool, markers=["IKZF1_del"]).rows
    shown = read_csv(client, "/analyst/not-randomised.csv")
    keys = ["endpoint", "trial", "marker", "group"]
    check_same(shown, own, keys, ["n_donor", "events_no_donor", "risk_difference", "hazard_ratio"])
    page = html.unescape(client.get("/analyst/not-randomised").text)
    assert "chorall donor TYPED" in page
    assert "Natural experiment: compared is having a donor, not transplantation" in page
    assert page.count("<figure>") == 1
    marked = client.get("/analyst/not-randomised?marker=IKZF1_del").text
    assert "with and without IKZF1 del" in marked
    assert "chorall donor TYPED -m" in html.unescape(marked)
    lines = read_csv(client, "/analyst/not-randomised.csv?marker=IKZF1_del")
    assert lines["group"].to_list() == ["absent", "present", "interaction"]
    assert client.get("/analyst/not-randomised?marker=NOBODY").status_code == 422


def test_what_was_given_is_refused_across_trials(typed):
    client, pool = typed
    rows = read_csv(client, "/analyst/not-randomised.csv?part=received")
    sizes = dict(pool.table("patient")["trial_id"].cast(pl.String).value_counts().iter_rows())
    assert dict(rows.select("trial_id", "n_patients").iter_rows()) == sizes
    first = rows.row(by_predicate=pl.col("trial_id") == "A", named=True)
    assert (first["n_received"], first["within"]) == (0, "no comparison within the trial")
    assert rows.filter("hidden")["trial_id"].to_list() == ["B"], "all but three received it"
    assert rows["n_received"].null_count() == 1
    text = html.unescape(client.get("/analyst/not-randomised").text)
    assert "`valproic acid` is not assessable across trials: it was given, not randomised" in text
    assert "nothing less is evidence here" in text


def test_quality_names_what_to_ask_and_no_row(client, settings):
    text = client.get("/analyst/quality").text
    quarantine = settings.pool.table("quarantine")
    assert quarantine.height
    for column in quarantine["column"].unique().drop_nulls():
        assert column in text
    assert "source_row" not in read_csv(client, "/analyst/quality.csv?part=quarantine").columns


def test_what_is_hidden_is_not_drawn(client, whole):
    path = "/analyst/treatment?marker=IKZF1_del"
    lines = read_csv(client, path.replace("?", ".csv?"))
    assert lines["hidden"].all()
    assert client.get(path).text.count("<figure>") == 0
    endpoints = lines["endpoint"].n_unique()
    assert whole.get(path).text.count("<figure>") == endpoints == 3


@pytest.fixture
def slow(settings, monkeypatch):
    """Return a client of a server whose question about risk waits until it is let go."""
    go = threading.Event()

    def work(settings):
        assert go.wait(60)
        raise DataError("nobody is followed")

    monkeypatch.setattr(analyst_risk, "ask_risks", work)
    app = create_app(settings)
    app.state.desk = Desk(patience=0.0)
    yield TestClient(app, base_url=BASE), app.state.desk, go
    go.set()


def test_a_page_that_waits_says_so_and_is_asked_again(slow):
    client, desk, go = slow
    found = client.get("/analyst/risk?grouping=nci")
    assert found.status_code == 202
    assert found.headers["retry-after"] == "5"
    assert "being worked out" in found.text
    assert '<a href="/analyst/risk?grouping=nci">Look again</a>' in found.text
    assert 'hx-get="/analyst/risk?grouping=nci"' in found.text
    assert "http-equiv" not in found.text, "a page that reloads itself takes the reader's place"
    file = client.get("/analyst/risk.csv")
    assert file.status_code == 503
    assert file.headers["retry-after"] == "5"
    assert len(desk.kept) == 1, "the question is asked once"
    go.set()
    desk.patience = 60.0
    answered = client.get("/analyst/risk")
    assert answered.status_code == 422
    assert "nobody is followed" in answered.text


def test_too_many_long_questions_are_sent_away(slow):
    client, desk, go = slow
    for number in range(LONG_IN_LINE):
        anyio.run(desk.ask_long, number, lambda: go.wait(60))
    found = client.get("/analyst/risk")
    assert found.status_code == 503
    assert found.headers["retry-after"] == "5"


def test_a_long_answer_is_kept_and_a_mistake_is_not():
    desk, calls = Desk(patience=60.0), []

    def count():
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError
        return len(calls)

    with pytest.raises(ZeroDivisionError):
        anyio.run(desk.ask_long, "count", count)
    assert anyio.run(desk.ask_long, "count", count) == 2
    assert anyio.run(desk.ask_long, "count", count) == 2
    for number in range(40):
        anyio.run(desk.ask_long, number, list)
    assert len(desk.kept) <= 16


def test_a_full_line_of_long_questions_says_when_to_come_again():
    desk, go = Desk(patience=0.0), threading.Event()
    for number in range(LONG_IN_LINE):
        assert anyio.run(desk.ask_long, number, lambda: go.wait(60)) is None
    with pytest.raises(ProblemError) as said:
        anyio.run(desk.ask_long, "one more", list)
    assert said.value.problem.status == 503
    assert said.value.problem.retry_seconds == 5
    go.set()
