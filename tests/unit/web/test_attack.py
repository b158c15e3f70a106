"""Nobody works out a small count from all that every page and address sends about a pool."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from fastapi.testclient import TestClient
from unit.web.attacker import Truth, attack_markers

import chorall as ch
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


def gather(settings):
    """Return the lines of all markers: prognosis, and frequencies in all patients."""
    client = serve(settings)
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


def test_no_small_count_follows_from_all_endpoints_of_a_marker(pool):
    """Deaths of all patients stand in the table of trials too."""
    lines, whole = gather(Settings(pool=pool))
    assert lines["n_present"].drop_nulls().len() > 10, "something must be left to solve"
    assert attack_markers(Truth(pool), lines, whole, ["events OS"]) == []


def test_the_attack_succeeds_where_every_count_hides_for_itself(settings):
    lines, whole = gather(replace(settings, fewest_shown=1))
    counts = [name for name in lines.columns if name.startswith(("n_p", "n_a", "n_u", "events_"))]
    alone = lines.with_columns(
        pl.when(~pl.col(name).is_between(1, 4)).then(pl.col(name)).alias(name) for name in counts
    )
    found = attack_markers(Truth(settings.pool), alone, whole, [])
    assert len({marker for marker, _ in found}) > 10


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
