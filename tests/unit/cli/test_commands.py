"""Commands end with the right exit code and one message, never with a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from properties.delivery_maker import CANARY, fixed_consortium
from unit.cli.command_runner import Run


@pytest.fixture
def consortium(tmp_path: Path) -> Path:
    return fixed_consortium().write(tmp_path / "in")


@pytest.fixture
def pool(consortium: Path, run: Run) -> Path:
    folder = consortium.parent.parent / "pool"
    code, *_ = run("pool", consortium, "-o", folder)
    assert code == 0
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def assert_one_message(error: str, kind: str) -> None:
    assert error.count("Error: ") == 1
    assert error.startswith(f"{kind}: ")
    assert "Traceback" not in error
    assert CANARY not in error


def test_pooling_tells_what_is_in_the_pool_and_what_comes_next(run: Run, pool: Path) -> None:
    code, out, error = run("pool", pool.parent / "in" / "consortium.toml", "-o", pool)
    assert (code, error) == (0, "")
    assert "A" in out
    assert "chorall incidence" in out
    assert CANARY not in out


def test_planning_ends_well_and_says_that_nothing_was_written(run: Run, consortium: Path) -> None:
    code, out, error = run("plan", consortium, "--all")
    assert (code, error) == (0, "")
    assert "Nothing was written." in out
    assert "patient.sex" in out
    assert not (consortium.parent.parent / "pool").exists()


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["pool"], ["pool", "x.toml"], ["plan", "x.toml", "--wrong"], ["explain", "x"]],
)
def test_wrong_usage_is_2(run: Run, arguments: list[str]) -> None:
    code, out, error = run(*arguments)
    assert code == 2
    assert "Usage" in error or "Usage" in out
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["pool", "nowhere.toml", "-o", "pool"],
        ["plan", "nowhere.toml"],
        ["incidence", "nowhere"],
        ["prognosis", "nowhere"],
        ["explain", "nowhere", "p", "sex"],
        ["diff", "nowhere", "nowhere"],
        ["report", "nowhere", "-o", "x.html"],
    ],
)
def test_bad_input_is_10(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, error = run(*arguments)
    assert code == 10
    assert_one_message(error, "InputError")
    assert "nowhere" in error
    assert not list(tmp_path.iterdir())


def test_a_file_of_the_delivery_that_is_not_there_is_10(run: Run, consortium: Path) -> None:
    (consortium.parent / "clinical_A.csv").unlink()
    code, _, error = run("pool", consortium, "-o", consortium.parent / "pool")
    assert code == 10
    assert_one_message(error, "InputError")
    assert "clinical_A.csv" in error


def test_bad_data_are_11(run: Run, consortium: Path) -> None:
    change(consortium.parent / "clinical_A.csv", "last_contact", "x")
    code, _, error = run("pool", consortium, "-o", consortium.parent / "pool")
    assert code == 11
    assert_one_message(error, "DataError")


def test_a_changed_pool_is_11(run: Run, pool: Path) -> None:
    (pool / "event.parquet").write_bytes(b"")
    code, _, error = run("incidence", pool)
    assert code == 11
    assert_one_message(error, "DataError")
    assert "event.parquet" in error


def test_a_bad_definition_is_12(run: Run, consortium: Path) -> None:
    change(consortium.parent / "A.toml", 'to = "event"', 'to = "evnet"')
    for command in (["plan", consortium], ["pool", consortium, "-o", consortium.parent / "p"]):
        code, _, error = run(*command)
        assert code == 12
        assert_one_message(error, "DefinitionError")
        assert "did you mean `event`?" in error


def test_a_failing_assurance_test_is_12_and_the_plan_is_shown_all_the_same(
    run: Run, consortium: Path
) -> None:
    mapping = consortium.parent / "A.toml"
    text = '\n[[tests]]\nname = "no patient"\ngiven = {}\n[[tests.expect.patient]]\nsex = "male"\n'
    mapping.write_text(mapping.read_text("utf-8") + text, "utf-8")
    code, out, error = run("plan", consortium)
    assert code == 12
    assert_one_message(error, "DefinitionError")
    assert "no patient" in out
    code, _, error = run("pool", consortium, "-o", consortium.parent / "pool")
    assert code == 12
    assert "expected a row {'sex': 'male'}" in error


def test_an_old_pool_survives_a_failure(run: Run, pool: Path) -> None:
    before = {file.name: file.read_bytes() for file in pool.iterdir()}
    (pool.parent / "in" / "clinical_A.csv").write_bytes(b"")
    code, *_ = run("pool", pool.parent / "in" / "consortium.toml", "-o", pool)
    assert code in (10, 11)
    assert {file.name: file.read_bytes() for file in pool.iterdir()} == before


def test_explaining_tells_the_way_of_a_value(run: Run, pool: Path) -> None:
    from chorall.tables.store import read_pool

    patient = read_pool(pool).table("patient")["patient_id"][0]
    code, out, _ = run("explain", pool, patient, "sex")
    assert code == 0
    assert "patient.sex of patient" in out
    assert "clinical_A.csv row 2" in out
    code, _, error = run("explain", pool, patient, "sexx")
    assert code == 10
    assert_one_message(error, "InputError")


def test_a_difference_is_shown_down_to_the_headline(run: Run, pool: Path) -> None:
    consortium = pool.parent / "in" / "consortium.toml"
    code, out, _ = run("diff", pool, consortium)
    assert (code, out) == (0, "The pools are the same, byte for byte.\n")
    change(consortium.parent / "A.toml", '"0" = "absent"', '"0" = "inconclusive"')
    code, out, error = run("diff", pool, consortium)
    assert (code, error) == (0, "")
    assert "Marker status that changed" in out
    assert "inconclusive" in out
    assert "Headline figures" in out


@pytest.mark.parametrize("analysis", ["incidence", "prognosis"])
def test_json_holds_analysis_pool_rows_and_warnings(run: Run, pool: Path, analysis: str) -> None:
    file = pool.parent / "numbers.json"
    code, *_ = run(analysis, pool, "--json", file)
    assert code == 0
    written = json.loads(file.read_text("utf-8"))
    assert set(written) >= {"analysis", "pool", "rows", "warnings"}
    assert written["analysis"] == analysis
    assert isinstance(written["rows"], list)
    assert isinstance(written["warnings"], list)


def test_words_in_square_brackets_are_printed_as_they_stand(run: Run, tmp_path: Path) -> None:
    made = fixed_consortium()
    made.files["A"].rows[1][2] = "[/bold]"
    code, out, error = run("plan", made.write(tmp_path / "in"))
    assert (code, error) == (0, "")
    assert "[/bold]" in out


def test_a_study_is_planned_and_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    code, out, _ = run("plan-study", "low-risk", "--json", file, "--out", tmp_path / "plan")
    assert code == 0
    assert "Research use only" in out
    plain = json.loads(file.read_text("utf-8"))
    assert [row["n_patients"] for row in plain["rows"]] == [72, 110, 230, 490]
    assert (tmp_path / "plan" / "plan-study-figure-1.svg").is_file()


def test_each_question_of_the_planner_answers(run: Run) -> None:
    code, out, _ = run("plan-study", "non-inferiority", "--simulations", 0)
    assert (code, "367" in out) == (0, True)
    code, out, _ = run("plan-study", "marker", "--simulations", 50, "--tau", 0.2)
    assert (code, "182" in out) == (0, True)
    code, _, err = run("plan-study", "marker", "--hazard-ratio", 1)
    assert (code, "no study is large enough" in err) == (10, True)


def test_endpoints_are_listed_with_their_confidence(run: Run) -> None:
    code, out, error = run("endpoints", "--sources")
    assert (code, error) == (0, "")
    for word in ("relapse_rate_km", "EFS_UKALL", "unverified", "S15", "No pool can give GRFS"):
        assert word in out


def test_definitions_from_memory_can_be_left_out(run: Run) -> None:
    _, out, _ = run("endpoints", "--seen")
    assert "relapse_rate_km" in out
    assert "EFS_TIME0" not in out
    assert "unverified │" not in out


def test_the_list_of_endpoints_is_written_as_data(run: Run, pool: Path, tmp_path: Path) -> None:
    code, out, _ = run("endpoints", pool, "--json", tmp_path / "e.json")
    assert (code, "Written: " in out) == (0, True)
    read = json.loads((tmp_path / "e.json").read_text("utf-8"))
    listed = {row["endpoint"]: row["confidence"] for row in read["rows"]}
    assert (listed["OS"], listed["EFS"]) == ("seen", "unverified")
    assert "graft-versus-host" in read["not_given"]["GRFS"]
    assert {row["endpoint"] for row in read["follow_up"]} <= set(listed) | {"OS"}
    assert read["follow_up"][0]["n_patients"] > 0


def test_prognosis_can_leave_out_endpoints_from_memory(run: Run, pool: Path) -> None:
    code, out, _ = run("prognosis", pool, "-m", "TP53", "--seen")
    assert code == 0
    assert "Definitions not verified in a source" not in " ".join(out.split())
    assert " OS " in out
    assert " EFS " not in out
    code, _, error = run("prognosis", pool, "-m", "TP53", "-e", "EFS", "--seen")
    assert code == 12
    assert "`EFS` is unverified (its definition is from memory) and unverified is off" in error


def test_endpoints_of_a_pool_tell_who_has_which_and_why_not(run: Run, pool: Path) -> None:
    code, out, error = run("endpoints", pool)
    assert (code, error) == (0, "")
    assert "median_follow_up_years" in out
    assert "EFS_LANDMARK: no patient of the" in out
    assert "does not tell the events in question (induction_failure, remission" in out


def test_endpoints_can_be_compared_and_the_patients_listed(
    run: Run, pool: Path, tmp_path: Path
) -> None:
    code, out, error = run("compare-endpoints", pool, "EFS", "OS", "--out", tmp_path / "out")
    assert (code, error) == (0, "")
    assert "Status differs" in out
    listed = (tmp_path / "out" / "compare-endpoints-patients.csv").read_text("utf-8")
    assert listed.startswith("patient_id,trial_id,difference,origin_day_a,")
    assert (tmp_path / "out" / "compare-endpoints.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["compare-endpoints", "POOL"], 12, "event_free_survival"),
        (["compare-endpoints", "POOL", "EFS", "EFX"], 10, "did you mean"),
        (["prognosis", "POOL", "-e", "EFS_LANDMARK"], 11, "(induction_failure, remission"),
        (["prognosis", "POOL", "-e", "GRFS"], 12, "graft-versus-host"),
    ],
)
def test_an_endpoint_that_cannot_be_given_is_refused_with_what_is_missing(
    run: Run, pool: Path, arguments: list[str], exit_code: int, message: str
) -> None:
    code, _, error = run(*(str(pool) if word == "POOL" else word for word in arguments))
    assert code == exit_code
    assert message in error
    assert "Traceback" not in error


def test_incidence_writes_pairs_and_patients_where_they_are_asked_for(run: Run, pool: Path) -> None:
    out, file = pool.parent / "out", pool.parent / "incidence.json"
    code, printed, error = run(
        "incidence", pool, "--by", "overall", "--by", "lineage+age_band", "--by", "trial",
        "--co-occurrence", "--oncoprint", "--json", file, "--out", out,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "Every patient by the markers present" in printed
    found = json.loads(file.read_text("utf-8"))
    assert {"rows", "warnings", "age_trend", "adults", "co_occurrence", "oncoprint"} <= found.keys()
    strata = [row["stratum"] for row in found["rows"]]
    assert {} in strata
    assert any(set(stratum) == {"lineage", "age_band"} for stratum in strata)
    names = {"incidence.csv", "co-occurrence.json", "oncoprint-cells.csv", "age-trend.csv"}
    assert names <= {path.name for path in out.iterdir()}


def test_incidence_of_one_trial_only(run: Run, pool: Path) -> None:
    file = pool.parent / "one.json"
    code, _, error = run("incidence", pool, "-t", "A", "--by", "trial", "--json", file)
    assert (code, error) == (0, "")
    rows = json.loads(file.read_text("utf-8"))["rows"]
    assert {row["trial"] for row in rows} == {None, "A"}
    code, _, error = run("incidence", pool, "-t", "Z")
    assert code == 10
    assert_one_message(error, "InputError")
