"""`chorall deescalation`: printed, written, drawn, and one word that is never said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from unit.analyses.deescalation.children_pool import REDUCED, STANDARD, Child, make_pool, many
from unit.analyses.deescalation.test_candidates import FILE
from unit.analyses.deescalation.test_deescalation import GOOD, OTHER, RULE, randomise, spread
from unit.cli.command_runner import Run

import chorall as ch
from chorall.knowledge.deescalation_rules import DEESCALATION_TOML
from chorall.reports.figure_sets import draw_figures

NEVER_SAID = re.compile("safe", re.IGNORECASE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three trials: low risk in all, a non-inferior reduction in one, others who fare ill."""
    people: list[Child] = [*randomise("A", 3, 3, n=400)]
    for trial in "BC":
        people += [
            *many(397, trial, markers=GOOD),
            *spread(3, trial, "relapse", markers=GOOD),
            *many(100, trial, markers=OTHER),
            *spread(50, trial, "relapse", markers=OTHER, dead_after_relapse=1.0),
            *many(20, trial, markers={RULE: "not_tested"}, down_syndrome=True),
        ]
    arms = {"STD": STANDARD, "LESS": REDUCED}
    return make_pool(tmp_path_factory.mktemp("deescalation") / "pool", people, arms).path


def test_groups_are_printed_and_written(run: Run, folder: Path, tmp_path: Path) -> None:
    file, own = tmp_path / "d.json", tmp_path / "own.toml"
    own.write_text(FILE, "utf-8")
    code, printed, error = run(
        "deescalation", folder, "-w", RULE, "-w", f"not {RULE}", "--group-file", own,
        "--json", file,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "Research use only" in printed
    assert f"{RULE}: hypothesis for a randomised trial. Why: relapse at most" in printed
    assert f"not {RULE}: not supported. Why: relapse" in printed
    assert "On which treatment the risk was seen" in printed
    assert "Randomised reductions within the groups" in printed
    assert "The study that would answer" in printed
    written = json.loads(file.read_text("utf-8"))
    assert {row["group"] for row in written["rows"]} == {
        RULE, f"not {RULE}", "mine: low", "selected",
    }  # fmt: skip


def test_the_word_is_never_said_and_every_figure_says_what_it_is(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    out, file = tmp_path / "out", tmp_path / "d.json"
    asked = ("deescalation", folder, "-w", RULE, "-w", f"not {RULE}")
    _, printed, _ = run(*asked, "--json", file, "--out", out)
    _, helped, _ = run("deescalation", "--help")
    result = ch.deescalation(ch.read_pool(folder), rules=[RULE, f"not {RULE}"])
    figures = draw_figures(result)
    texts = {
        "printed": printed,
        "help": helped,
        "json": file.read_text("utf-8"),
        "html": result._repr_html_(),
        "rules": DEESCALATION_TOML.read_text("utf-8"),
        "titles": "".join(one.alt + one.title for one in figures),
    }
    # a PNG is the picture of the SVG of the same name
    written = [one for one in out.iterdir() if one.suffix != ".png"]
    texts |= {one.name: one.read_text("utf-8") for one in written}
    assert [name for name, text in texts.items() if NEVER_SAID.search(text)] == []
    assert {"deescalation.csv", "deescalation-backbone.csv", "deescalation-plans.csv"} <= set(texts)
    drawn = [text for name, text in texts.items() if name.endswith(".svg")]
    # the glance, two groups and what nested selection chose, and the reduction in two of them
    assert len(drawn) == len(figures) == 1 + 3 + 2
    assert all("SYNTHETIC" in text and "Research" in text for text in drawn)
    assert all("%" in one.alt or "points" in one.alt for one in figures)


def test_the_help_has_an_example(run: Run) -> None:
    code, helped, _ = run("deescalation", "--help")
    assert code == 0
    assert "chorall deescalation POOL -c ukall_heh" in " ".join(helped.split())


def test_what_cannot_be_asked_has_an_exit_code(run: Run, folder: Path, tmp_path: Path) -> None:
    code, _, error = run("deescalation", folder, "-w", "not first_relapse")
    assert (code, "look at the outcome" in error) == (12, True)
    code, _, error = run("deescalation", folder, "--group-file", tmp_path / "none.toml")
    assert (code, "there is no file" in error) == (10, True)
    code, _, error = run("deescalation", folder, "-w", RULE, "--below-years", "0.5")
    assert (code, "younger than 0.5 years" in error) == (11, True)
