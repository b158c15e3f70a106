"""Nobody works out a small count from all that every page and address sends about a pool."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from fastapi.testclient import TestClient
from unit.web.attacker import ArmTruth, Truth, attack_arms, attack_markers

import chorall as ch
from chorall.analyses.treatments.questions import find_questions
from chorall.web.app import create_app
from chorall.web.desk import Desk
from chorall.web.settings import Settings

BASE = "http://127.0.0.1:8765"
SEEDS = (6, 7)
AT_ONCE = 19
"""Markers in one question."""


def serve(settings):
    app = create_app(settings)
    app.state.desk = Desk(patience=300.0)
    return TestClient(app, base_url=BASE)


@pytest.fixture(scope="module", params=SEEDS)
def pool(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    ch.simulate(folder / "sim", patients=300, trials=2 + request.param % 2, seed=request.param)
    return ch.build_pool(folder / "sim" / "consortium.toml", folder / "POOL")


def get_rows(client, path, **asked):
    found = client.get(f"/api/v1/{path}", params=asked)
    assert found.status_code == 200
    return found.json()["rows"]


def hide_single(lines):
    """Return lines as somebody would show them who looks at one count at a time."""
    counts = [name for name in lines.columns if name.startswith(("n_p", "n_a", "n_u", "events_"))]
    small = (pl.col(name).is_between(1, 4) for name in counts)
    return lines.with_columns(
        pl.when(~few).then(pl.col(name)).alias(name)
        for few, name in zip(small, counts, strict=True)
    )


def list_arms(pool, truth):
    return [ArmTruth(pool, truth, one) for one in find_questions(pool, pool.trials)[0]]


def gather(client):
    """Return the lines of all markers: prognosis, and frequencies in all patients."""
    frequencies = pl.DataFrame(
        get_rows(client, "incidence", by="overall"), infer_schema_length=None
    )
    whole = frequencies.filter(pl.col("trial").is_null())
    markers = whole["marker"].to_list()
    rows = [
        row
        for start in range(0, len(markers), AT_ONCE)
        for row in get_rows(client, "prognosis", marker=markers[start : start + AT_ONCE])
    ]
    return pl.DataFrame(rows, infer_schema_length=None), whole


def test_no_small_count_follows_from_all_that_is_sent_of_a_marker(pool):
    """All endpoints, in all patients and in every arm; deaths stand in the table of trials too."""
    client, truth = serve(Settings(pool=pool)), Truth(pool)
    lines, whole = gather(client)
    assert lines["n_present"].drop_nulls().len() > 10, "something must be left to solve"
    assert attack_markers(truth, lines, whole, ["events OS"]) == []
    of_arms = pl.DataFrame(get_rows(client, "treatment"), infer_schema_length=None)
    assert of_arms["events_absent_control"].drop_nulls().len() > 10
    for arms in list_arms(pool, truth):
        own = of_arms.filter(question=arms.question.unit)
        assert own.height
        assert attack_arms(arms, own, lines) == []


def test_the_attack_succeeds_where_every_count_hides_for_itself(settings):
    client, truth = serve(replace(settings, fewest_shown=1)), Truth(settings.pool)
    lines, whole = gather(client)
    found = attack_markers(truth, hide_single(lines), whole, [])
    assert len({marker for marker, _ in found}) > 10
    safe, _ = gather(serve(settings))
    of_arms = hide_single(pl.DataFrame(get_rows(client, "treatment"), infer_schema_length=None))
    for arms in list_arms(settings.pool, truth):
        own = of_arms.filter(question=arms.question.unit)
        assert len({marker for marker, _ in attack_arms(arms, own, safe)}) > 10


def test_the_same_is_hidden_whoever_asks_for_what(client):
    asked = {"marker": ["ETV6::RUNX1", "IKZF1_del", "TP53"]}
    together = get_rows(client, "prognosis", **asked)
    names = [name for name in together[0] if name.startswith(("n_", "events_", "estimate"))]
    assert any(row["hidden"] for row in together)
    for row in together:
        own = {"marker": row["marker"], "endpoint": row["endpoint"]}
        (alone,) = get_rows(client, "prognosis", **own)
        (of_marker,) = (
            one for one in get_rows(client, "marker", marker=row["marker"])
            if one["endpoint"] == row["endpoint"]
        )  # fmt: skip
        for other in (alone, of_marker):
            assert {name: other[name] for name in names} == {name: row[name] for name in names}
            assert other["hidden_values"] == row["hidden_values"]


def test_no_further_endpoint_is_answered(client):
    """Its counts would lie between those of the others."""
    found = client.get("/api/v1/prognosis?marker=TP53&endpoint=EFS_UKALL")
    assert found.status_code == 422
    assert "OS, EFS, CIR" in found.text
