"""The gallery shows every kind of figure, in small pictures, with commands that exist."""

from __future__ import annotations

import re
import shlex
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from PIL import Image

from chorall.cli.app import app

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tools"))

gallery = import_module("draw_gallery")
ENTRIES, MOST_BYTES = gallery.ENTRIES, gallery.MOST_BYTES
PAGE = ROOT / "docs" / "gallery.md"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.command.split(" --")[0])
def test_every_command_of_the_page_can_be_typed(entry, tmp_path):
    command = typer.main.get_command(app)
    words = [str(tmp_path) if word == "POOL" else word for word in shlex.split(entry.command)]
    while hasattr(command, "commands"):
        assert words[0] in command.commands, entry.command
        command = command.commands[words.pop(0)]
    command.make_context("chorall", words)
    assert f"`chorall {entry.command}`" in PAGE.read_text("utf-8")


def test_every_picture_is_there_small_and_named_once():
    named = re.findall(r"!\[[^]]+\]\((images/gallery/[a-zA-Z-]+\.png)\)", PAGE.read_text("utf-8"))
    there = sorted((PAGE.parent / "images" / "gallery").glob("*.png"))
    assert sorted(named) == [f"images/gallery/{file.name}" for file in there]
    assert len(named) == len(set(named)) == sum(len(entry.shown) for entry in ENTRIES)
    sizes = [file.stat().st_size for file in there]
    assert max(sizes) < MOST_BYTES
    assert sum(sizes) < gallery.MOST_BYTES_IN_ALL


def test_a_picture_gets_its_width_and_a_palette(tmp_path):
    file = tmp_path / "small.png"
    file.write_bytes(gallery.shrink(Image.new("RGB", (400, 200), "white"), 100, 8))
    with Image.open(file) as small:
        assert (small.size, small.mode) == ((100, 50), "P")
