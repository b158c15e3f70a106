"""Did the whole change? A small consortium through the command line, against committed numbers.

After an intended change:  CHORALL_RENEW_GOLDEN=1 .venv/bin/python -m pytest tests/golden
and read the difference before it is committed.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from golden.golden_consortium import write_golden_consortium

from chorall.cli import main
from chorall.tables.store import read_pool

EXPECTED = Path(__file__).parent / "expected"
TOLERANCE = 1e-7
"""Other processors and libraries sum in another order; a real change is far larger."""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr("sys.argv", ["chorall", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    consortium = write_golden_consortium(tmp_path / "in")
    run(monkeypatch, "pool", consortium, "-o", tmp_path / "pool")
    return tmp_path / "pool"


def check(name: str, found: Any) -> None:
    """Compare with the committed numbers, or renew them where that is asked for."""
    file = EXPECTED / f"{name}.json"
    found = json.loads(json.dumps(found))
    if os.environ.get("CHORALL_RENEW_GOLDEN") == "1":
        EXPECTED.mkdir(exist_ok=True)
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    differences = list(find_differences(json.loads(file.read_text("utf-8")), found, name))
    assert not differences, "\n".join(differences[:20])


def find_differences(expected: Any, found: Any, where: str) -> list[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        if expected.keys() != found.keys():
            return [f"{where}: keys {sorted(expected.keys() ^ found.keys())}"]
        return [
            d
            for key in expected
            for d in find_differences(expected[key], found[key], f"{where}.{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return [f"{where}: {len(expected)} became {len(found)}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [d for i, (a, b) in pairs for d in find_differences(a, b, f"{where}[{i}]")]
    if isinstance(expected, float) and isinstance(found, int | float):
        same = math.isclose(expected, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        return [] if same else [f"{where}: {expected} became {found}"]
    return [] if expected == found else [f"{where}: {expected!r} became {found!r}"]


def test_the_pool(pool: Path) -> None:
    opened = read_pool(pool)
    results = opened.table("marker_result")
    statuses = results.group_by("trial_id", "marker", "status", "basis").len()
    endpoints = opened.table("endpoint").group_by("trial_id", "endpoint", "cause").len()
    check(
        "pool",
        {
            "rows": {name: entry["rows"] for name, entry in opened.manifest["tables"].items()},
            "patients": opened.table("patient").drop("patient_id").rows(),
            "follow_up": opened.table("follow_up").drop("patient_id").rows(),
            "events": opened.table("event").drop("patient_id").rows(),
            "statuses": sorted(statuses.rows()),
            "endpoints": sorted(endpoints.rows()),
            "quarantine": opened.table("quarantine").rows(),
            "quality": opened.table("quality").filter(status="failed").rows(),
        },
    )


@pytest.mark.parametrize("analysis", ["incidence", "prognosis"])
def test_an_analysis(pool: Path, monkeypatch: pytest.MonkeyPatch, analysis: str) -> None:
    file = pool.parent / "found.json"
    run(monkeypatch, analysis, pool, "--json", file)
    found = json.loads(file.read_text("utf-8"))
    check(analysis, {key: found[key] for key in ("analysis", "rows", "warnings")})


def test_risk_groups_by_a_rule(pool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, rule = pool.parent / "found.json", pool.parent / "rule.toml"
    rule.write_text(RULE, "utf-8")
    run(monkeypatch, "risk", pool, "--rule", rule, "-c", "tp53", "--horizon", 2, "--json", file)
    found = json.loads(file.read_text("utf-8"))
    names = ("analysis", "rows", "performance", "stability", "disagreement", "finder", "warnings")
    check("risk", {key: found[key] for key in names})


RULE = """
id = "tp53"
name = "TP53"
completeness = "FULL"
[[groups]]
id = "absent"
in_words = "TP53 absent"
[[groups]]
id = "present"
in_words = "TP53 mutated"
[[rules]]
group = "present"
when = "TP53"
[[rules]]
group = "absent"
[source]
keys = []
cites = "made up for the test"
confidence = "seen"
"""


def test_a_difference_is_found_where_there_is_one() -> None:
    assert find_differences({"a": [1.0, 2]}, {"a": [1.0 + 1e-6, 2]}, "x") != []
    assert find_differences({"a": [1.0, 2]}, {"a": [1.0 + 1e-9, 2]}, "x") == []
    assert find_differences({"a": 1}, {"b": 1}, "x") == ["x: keys ['a', 'b']"]
    assert find_differences([1], [1, 2], "x") == ["x: 1 became 2"]
