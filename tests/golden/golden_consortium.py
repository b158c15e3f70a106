"""Two small trials with genetics and outcome, drawn from a fixed seed and delivered differently."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

SEED = 20
PATIENTS = {"NORTH": 22, "SOUTH": 20}
FREQUENCIES = {"TP53": 0.25, "NRAS": 0.3, "KMT2A-r": 0.2, "IKZF1_del": 0.4}

NORTH = """
format = 1
[trial]
trial_id = "NORTH"
group = "Northern group"
population = "adult"
time_zero = "diagnosis"
accrual_from_year = 2000
accrual_to_year = 2007
data_cutoff_year = 2014
[sources.clinical]
file = "north.csv"
patient = "PATNR"
date_format = "%d.%m.%Y"
decimal = ","
expect_rows = 22
[sources.lesions]
file = "north_lesions.csv"
patient = "PATNR"
[time_zero]
source = "clinical"
column = "DIAGNOSE"
[[assays]]
id = "panel"
method = "panel"
version = "1"
no_run = "not_tested"
[[assays.covers]]
targets = ["TP53", "NRAS"]
alteration_class = "mutation"
scope = "complete"
negative_capable = true
[[assays.covers]]
targets = ["IKZF1"]
alteration_class = "deletion"
scope = "complete"
negative_capable = true
[[assays.covers]]
targets = ["MLL"]
alteration_class = "rearrangement"
scope = "complete"
negative_capable = true
[[rules]]
id = "P1"
to = "patient"
source = "clinical"
[rules.set]
sex = { from = "SEX", map = { "m" = "male", "w" = "female" }, blank = "not_reported" }
age_years = { from = "GEBURT", date_format = "%d.%m.%Y", blank = "not_reported" }
wbc_10e9_per_l = { from = "LEUKO", unit = "G/L", blank = "not_done" }
lineage = { from = "LINIE", blank = "not_reported" }
[[rules]]
id = "U1"
to = "follow_up"
source = "clinical"
[rules.set]
entry_day = { value = 0 }
last_contact_day = { from = "LETZTER", blank = "quarantine" }
vital_status = { from = "TOT", map = { "0" = "alive", "1" = "dead" }, blank = "quarantine" }
[[rules]]
id = "E1"
to = "event"
source = "clinical"
[rules.set]
type = { value = "remission" }
day = { from = "REMISSION", blank = "no_row" }
[[rules]]
id = "E2"
to = "event"
source = "clinical"
[rules.set]
type = { value = "relapse" }
day = { from = "REZIDIV", blank = "no_row" }
[[rules]]
id = "E3"
to = "event"
source = "clinical"
when = [{ column = "TOT", in = ["1"] }]
[rules.set]
type = { value = "death" }
day = { from = "LETZTER", blank = "quarantine" }
[[rules]]
id = "R1"
to = "assay_run"
source = "clinical"
assay = "panel"
when = [{ column = "PANEL", not_in = ["nein"] }]
[rules.set]
performed = { value = "yes" }
quality = { from = "PANEL", map = { "ja" = "passed", "misslungen" = "failed" }, blank = "not_reported" }
[[rules]]
id = "F1"
to = "finding"
source = "lesions"
assay = "panel"
[rules.set]
gene = { from = "GEN", blank = "quarantine" }
alteration_class = { from = "ART", map = { "Mut" = "mutation", "Del" = "deletion", "Umlag" = "rearrangement" }, blank = "quarantine" }
call = { value = "present" }
[[tests]]
name = "a relapse is dated from diagnosis"
[[tests.given.clinical]]
PATNR = "made-up"
DIAGNOSE = "01.03.2004"
REZIDIV = "01.03.2005"
PANEL = "nein"
[[tests.expect.event]]
type = "relapse"
day = 365
"""  # noqa: E501

SOUTH = """
format = 1
[trial]
trial_id = "SOUTH"
group = "Southern group"
population = "adult"
time_zero = "diagnosis"
[sources.table]
file = "south.csv"
patient = "id"
missing_codes = { "NA" = "not_reported" }
[[rules]]
id = "P1"
to = "patient"
source = "table"
[rules.set]
sex = { from = "sex", map = { "1" = "male", "2" = "female" }, blank = "not_reported" }
age_years = { from = "age", unit = "years", blank = "not_reported" }
wbc_10e9_per_l = { from = "wbc", unit = "/uL", blank = "not_reported" }
lineage = { value = "B" }
year_band = { from = "years", blank = "not_reported" }
[[rules]]
id = "U1"
to = "follow_up"
source = "table"
[rules.set]
entry_day = { value = 0 }
last_contact_day = { from = "days", unit = "days", blank = "quarantine" }
vital_status = { from = "dead", map = { "0" = "alive", "1" = "dead" }, blank = "quarantine" }
[[rules]]
id = "E1"
to = "event"
source = "table"
[rules.set]
type = { value = "remission" }
day = { from = "cr", unit = "days", blank = "no_row" }
[[rules]]
id = "E2"
to = "event"
source = "table"
[rules.set]
type = { value = "relapse" }
day = { from = "rel", after = "cr", unit = "days", blank = "no_row" }
[[rules]]
id = "E3"
to = "event"
source = "table"
when = [{ column = "dead", in = ["1"] }]
[rules.set]
type = { value = "death" }
day = { from = "days", unit = "days", blank = "quarantine" }
[[rules]]
id = "M1"
to = "marker_result"
source = "table"
markers = { tp53 = "TP53", nras = "NRAS", mll = "KMT2A-r", ikzf1 = "IKZF1_del" }
[rules.set]
status = { map = { "0" = "absent", "1" = "present", "?" = "inconclusive" }, blank = "not_tested" }
"""

CONSORTIUM = """
format = 1
name = "Golden consortium"
synthetic = true
pseudonym_key = "pseudonym.key"
mappings = ["north.toml", "south.toml"]
"""


NORTH_COLUMNS = (
    "PATNR", "SEX", "GEBURT", "DIAGNOSE", "LEUKO", "LINIE", "LETZTER", "TOT", "REMISSION",
    "REZIDIV", "PANEL",
)  # fmt: skip
SOUTH_COLUMNS = (
    "id", "sex", "age", "wbc", "years", "days", "dead", "cr", "rel", "tp53", "nras", "mll", "ikzf1",
)  # fmt: skip


def write_golden_consortium(folder: Path) -> Path:
    """Write mappings and deliveries; the same bytes every time."""
    folder.mkdir(parents=True)
    random = Random(SEED)
    (folder / "north.toml").write_text(NORTH, "utf-8")
    (folder / "south.toml").write_text(SOUTH, "utf-8")
    (folder / "pseudonym.key").write_text("a golden key, sixteen bytes and more")
    consortium = folder / "consortium.toml"
    consortium.write_text(CONSORTIUM, "utf-8")
    _write_north(folder, random)
    _write_south(folder, random)
    return consortium


def _draw_course(random: Random) -> tuple[dict[str, bool], int, int | None, int, bool]:
    """Return lesions, day of remission, day of relapse, last day and whether dead."""
    lesions = {name: random.random() < share for name, share in FREQUENCIES.items()}
    risk = 1.0 + 1.5 * lesions["TP53"] + 0.8 * lesions["IKZF1_del"]
    remission = random.randrange(24, 40)
    relapse = remission + 20 + int(random.expovariate(risk / 900))
    death = int(relapse + random.expovariate(1 / 300)) + 1
    last = random.randrange(700, 2600)
    if relapse >= last:
        return lesions, remission, None, last, False
    return lesions, remission, relapse, min(death, last), death <= last


def _write_north(folder: Path, random: Random) -> None:
    rows: list[list[str]] = []
    found: list[list[str]] = []
    kinds = {"TP53": ("TP53", "Mut"), "NRAS": ("NRAS", "Mut"), "KMT2A-r": ("MLL", "Umlag")}
    kinds["IKZF1_del"] = ("IKZF1", "Del")
    for number in range(PATIENTS["NORTH"]):
        lesions, remission, relapse, last, dead = _draw_course(random)
        zero = date(2000, 1, 1) + timedelta(days=random.randrange(2500))
        born = zero - timedelta(days=random.randrange(18 * 365, 65 * 365))
        name = f"N-{number:03}"
        panel = random.choice(["ja", "ja", "ja", "ja", "nein", "misslungen"])
        days = [zero, zero + timedelta(days=last), zero + timedelta(days=remission)]
        rows.append(
            [
                name,
                random.choice("mw"),
                _german(born),
                _german(zero),
                f"{random.lognormvariate(3, 1):.1f}".replace(".", ","),
                random.choice("BBBT"),
                _german(days[1]),
                str(int(dead)),
                _german(days[2]),
                _german(zero + timedelta(days=relapse)) if relapse else "",
                panel,
            ]
        )
        if panel == "ja":
            found += [[name, *kinds[lesion]] for lesion, there in lesions.items() if there]
    rows[3][4] = "unbekannt"  # withheld
    found.append(["N-999", "TP53", "Mut"])  # nobody's
    found.append([rows[5][0], "NOSUCH1", "Mut"])  # no gene of the panel
    _write(folder / "north.csv", [NORTH_COLUMNS, *rows], ";")
    _write(folder / "north_lesions.csv", [["PATNR", "GEN", "ART"], *found], ";")


def _german(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def _write_south(folder: Path, random: Random) -> None:
    rows: list[list[str]] = []
    for number in range(PATIENTS["SOUTH"]):
        lesions, remission, relapse, last, dead = _draw_course(random)
        cells = [str(int(there)) if random.random() < 0.85 else "" for there in lesions.values()]
        rows.append(
            [
                f"S{number}",
                random.choice("12"),
                f"{random.uniform(18, 70):.2f}",
                str(int(1000 * random.lognormvariate(3, 1))),
                random.choice(["2000-2004", "2005-2009"]),
                str(last),
                str(int(dead)),
                str(remission),
                str(relapse - remission) if relapse else "",
                *cells,
            ]
        )
    rows[0][9] = "?"
    rows[1][3] = "NA"
    rows.append(list(rows[2]))  # the same patient twice: neither is taken
    _write(folder / "south.csv", [SOUTH_COLUMNS, *rows], ",")


def _write(file: Path, rows: Sequence[Sequence[str]], delimiter: str) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
