"""The audit log: what it holds, what it never holds, and which harm to it is seen."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from unit.cli.command_runner import Run

from chorall.errors import DataError, InputError
from chorall.web.app import create_app
from chorall.web.gate import audit as audit_module
from chorall.web.gate.audit import LATE_LINES, STRANGERS_PER_MINUTE, open_audit
from chorall.web.gate.audit_line import locate_head, read_head, read_line

BASE = "http://127.0.0.1:8765"
SECRET = "61.7305"
ABOUT = {"pool": "a" * 12}


@pytest.fixture
def clock():
    return [1_700_000_000.0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def log(file, clock):
    opened = open_audit(file, ABOUT, clock=lambda: clock[0])
    yield opened
    if not opened.file.closed:
        opened.close()


@pytest.fixture
def ten(log, file):
    """Write ten lines: a start, eight questions, a stop."""
    for number in range(8):
        log.write("question", request=f"{number:08x}", route="POST /doctor", status=200)
    log.close()
    return file


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def test_a_chain_checked_by_hand(ten):
    import hashlib

    previous = "0" * 64
    for number, raw in enumerate(lines(ten), start=1):
        found = json.loads(raw)
        body = raw[: raw.rindex(b', "hash": ')]
        assert found["n"] == number
        assert found["previous"] == previous
        previous = found["hash"]
        assert previous == hashlib.sha256(body).hexdigest()
        assert found["pool"] == ABOUT["pool"]
        assert found["time"] == "2023-11-14T22:13:20.000+00:00"
    assert locate_head(ten).read_text() == f"10:{previous}\n"


def test_what_is_whole_is_said_with_the_line_to_note(ten, run: Run, tmp_path):
    code, out, _ = run("verify-audit", ten, "--json", tmp_path / "found.json")
    assert code == 0
    assert "is whole: 10 lines, from 2023-11-14T22:13:20.000+00:00" in out
    noted = re.search(r"--expect (10:[0-9a-f]{64})", out)
    assert noted
    assert run("verify-audit", ten, "--expect", noted[1])[0] == 0
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["whole"] is True
    assert f"{found['n']}:{found['hash']}" == noted[1]


def rewrite(raw: bytes, **changed: object) -> bytes:
    """Change a line as somebody would who knows how the hash is made."""
    from chorall.web.gate.audit_line import ChainLine

    fields = {name: value for name, value in json.loads(raw).items() if name != "hash"}
    return ChainLine.close(fields | changed).text + b"\n"


HARM = {
    "edit": (lambda kept: [*kept[:4], kept[4].replace(b"200", b"403"), *kept[5:]],
             "line 5 was changed"),
    "edit with a new hash": (lambda kept: [*kept[:4], rewrite(kept[4], status=403), *kept[5:]],
                             "line 6 does not follow from line 5"),
    "edit of the last line with a new hash": (
        lambda kept: [*kept[:9], rewrite(kept[9], event="question")],
        "line 10 is not the one that was kept"),
    "deletion": (lambda kept: [*kept[:4], *kept[5:]], "line 5 is missing, or stands elsewhere"),
    "deletion of the first": (lambda kept: kept[1:], "line 1 is missing"),
    "exchange": (lambda kept: [*kept[:4], kept[5], kept[4], *kept[6:]],
                 "line 5 is missing, or stands elsewhere: number 6 stands in its place"),
    "insertion": (lambda kept: [*kept[:4], kept[3], *kept[4:]], "line 5 is missing"),
    "cut": (lambda kept: kept[:7], "lines 8 to 10 are missing: the end was cut off"),
    "cut within a line": (lambda kept: [*kept[:9], kept[9][:40]], "line 10 is not whole"),
    "cut of everything": (lambda kept: [], "lines 1 to 10 are missing"),
    "no JSON": (lambda kept: [*kept[:2], b"\xff\n", *kept[3:]], "line 3 was changed"),
    "endless line": (lambda kept: [b"a" * 200_000], "line 1 is not whole"),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
def test_the_first_line_that_is_wrong_is_named(ten, run: Run, harm, tmp_path):
    do, expected = HARM[harm]
    ten.write_bytes(b"".join(do(lines(ten))))
    code, _, said = run("verify-audit", ten, "--json", tmp_path / "found.json")
    assert code == 11
    assert expected in said
    assert json.loads((tmp_path / "found.json").read_text())["whole"] is False


def test_a_chain_and_a_head_written_anew_are_seen_by_the_note_alone(ten, run: Run):
    noted = run("verify-audit", ten)[1].split("--expect ")[1].strip()
    previous, forged = "0" * 64, []
    for raw in lines(ten):
        one = rewrite(raw, previous=previous, **({"status": 403} if b"status" in raw else {}))
        previous = json.loads(one)["hash"]
        forged.append(one)
    ten.write_bytes(b"".join(forged))
    locate_head(ten).write_text(f"10:{previous}\n")
    assert run("verify-audit", ten)[0] == 0, "a chain cannot show this"
    code, _, said = run("verify-audit", ten, "--expect", noted)
    assert code == 11
    assert "line 10 is not the one that was kept" in said


def test_a_cut_with_its_head_is_seen_by_the_note_alone(ten, run: Run):
    noted = run("verify-audit", ten)[1].split("--expect ")[1].strip()
    kept = lines(ten)[:7]
    ten.write_bytes(b"".join(kept))
    last = read_line(kept[-1])
    locate_head(ten).write_text(f"7:{last.hash}\n")
    assert run("verify-audit", ten)[0] == 0, "a chain cannot show this"
    assert "lines 8 to 10 are missing" in run("verify-audit", ten, "--expect", noted)[2]


def test_without_its_head_a_log_is_not_whole(ten, run: Run):
    locate_head(ten).unlink()
    code, _, said = run("verify-audit", ten)
    assert code == 11
    assert "may have been cut off" in said


@pytest.mark.parametrize("noted", ["10", "10:ab", "x:" + "0" * 64, "10:" + "g" * 64])
def test_a_note_that_cannot_be_read_is_said(ten, run: Run, noted):
    code, _, said = run("verify-audit", ten, "--expect", noted)
    assert code == 10
    assert "N:HASH" in said


def test_a_file_that_is_not_there_is_said(run: Run, tmp_path):
    assert run("verify-audit", tmp_path / "none")[0] == 10


def test_a_log_is_gone_on_with(ten, run: Run):
    opened = open_audit(ten, ABOUT)
    opened.close()
    assert run("verify-audit", ten)[0] == 0
    assert [json.loads(raw)["event"] for raw in lines(ten)][-2:] == ["start", "stop"]


@pytest.mark.parametrize("harm", ["cut", "cut within a line", "cut of everything", "endless line"])
def test_a_log_that_does_not_end_as_its_head_says_is_not_gone_on_with(ten, harm):
    ten.write_bytes(b"".join(HARM[harm][0](lines(ten))))
    before = ten.read_bytes()
    with pytest.raises(DataError, match=r"does not end as audit.jsonl.head says.*\n.*verify-audit"):
        open_audit(ten, ABOUT)
    assert ten.read_bytes() == before


def test_two_writers_are_refused(log, file):
    with pytest.raises(InputError, match="another process writes"):
        open_audit(file, ABOUT)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        open_audit(tmp_path / "folder", ABOUT)


def test_nobody_else_may_read_the_file(ten):
    assert ten.stat().st_mode & 0o077 == 0


def test_what_is_forced_to_the_disk_when(log, file, clock, monkeypatch):
    forced: list[int] = []
    monkeypatch.setattr(audit_module.os, "fsync", lambda _: forced.append(log.head.n))
    log.write("question")
    assert forced == [], "a question waits for company"
    clock[0] += 1.0
    log.write("question")
    assert forced[-1] == log.head.n == 3
    log.write("refused")
    assert forced[-1] == 4, "at once"
    for _ in range(LATE_LINES):
        log.write("question")
    assert forced[-1] == log.head.n == 4 + LATE_LINES
    assert read_head(file).n == log.head.n


def test_strangers_fill_no_disk_and_are_counted(log, file):
    for _ in range(STRANGERS_PER_MINUTE + 7):
        log.write_of_stranger("refused", status=401)
    assert log.head.n == 1 + STRANGERS_PER_MINUTE
    log.strangers.asked.clear()
    log.write_of_stranger("refused", status=401)
    assert json.loads(lines(file)[-1])["left_out"] == 7


def test_head_goes_to_the_log_of_the_server(log, caplog):
    with caplog.at_level(logging.INFO, logger="chorall.web"):
        for _ in range(audit_module.ANNOUNCED_EVERY - 1):
            log.write("question")
    assert f"audit log at 100:{log.head.hash}" in caplog.text


@pytest.fixture
def served(settings, log):
    return TestClient(create_app(settings, audit=log), base_url=BASE)


def test_questions_and_refusals_are_written_without_any_value(served, settings, file):
    token = re.search(r'name="token" value="(\w+)"', served.get("/doctor").text)[1]
    filled = {"token": token, "a_treatment": "new", "b_treatment": "old", "age_years": SECRET}
    assert served.post("/doctor", data={**filled, "m:TP53": "present"}).status_code == 200
    assert served.post("/doctor", data={**filled, "age_years": "613.05"}).status_code == 422
    served.get(f"/patients/{SECRET}?age={SECRET}")
    served.get(f"/{SECRET}")
    served.post("/doctor", data=filled, headers={"origin": "https://evil.example"})
    served.get("/doctor", headers={"host": "evil.example"})
    served.get("/health")
    written = [json.loads(raw) for raw in lines(file)[1:]]
    assert [(one["event"], one["route"], one["status"]) for one in written] == [
        ("question", "GET /doctor", 200),
        ("question", "POST /doctor", 200),
        ("question", "POST /doctor", 422),
        ("question", "GET /patients/{language}", 404),
        ("refused", "POST /doctor", 403),
        ("refused", "GET /doctor", 400),
    ]
    assert {one["person"] for one in written} == {"local"}
    assert written[1]["role"] == "doctor"
    assert not re.search(rb"61\.73|613\.05|TP53|present|evil|token", file.read_bytes())


def test_what_cannot_be_recorded_is_not_answered(served, log, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    assert served.get("/patients/en").status_code == 200
    full = {"write": fail, "closed": True, "seek": lambda *_: 0, "truncate": lambda *_: 0}
    monkeypatch.setattr(log, "file", type("Full", (), full)())
    found = served.get("/patients/en")
    assert found.status_code == 500
    assert "MRD" not in found.text
    assert found.headers["x-frame-options"] == "DENY"
    assert served.get("/health").status_code == 200


class FullDisk:
    """A file on a disk that has room for a part of a line only, for a while."""

    def __init__(self, file):
        self.file, self.is_full = file, True

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, whole):
        return self.file.write(whole[:20] if self.is_full else whole)


def test_a_line_that_found_no_room_leaves_the_chain_whole(log, file, run: Run):
    log.write("question")
    log.file = disk = FullDisk(log.file)
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            log.write("question")
    disk.is_full = False
    log.write("question")
    log.close()
    assert [json.loads(raw)["n"] for raw in lines(file)] == [1, 2, 3, 4]
    assert run("verify-audit", file)[0] == 0


def test_a_server_that_stops_ends_its_log(settings, log, file):
    with TestClient(create_app(settings, audit=log), base_url=BASE):
        pass
    assert [json.loads(raw)["event"] for raw in lines(file)] == ["start", "stop"]
    assert read_head(file) == log.head
    open_audit(file, ABOUT).close()
