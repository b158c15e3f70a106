"""The pictures of the web app in the docs are those that `make screenshots` takes anew."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

HOME = Path(__file__).parents[3]
PICTURES = HOME / "docs" / "images"


@pytest.fixture
def shots(monkeypatch):
    monkeypatch.syspath_prepend(str(HOME / "tools"))
    import shoot_web

    yield shoot_web.SHOTS
    sys.modules.pop("shoot_web")


def test_every_picture_can_be_renewed_and_is_shown(shots):
    kept = {file.stem for file in PICTURES.glob("web-*.png")}
    assert kept == set(shots)
    pages = "".join((HOME / name).read_text("utf-8") for name in ("README.md", "docs/web.md"))
    assert set(re.findall(r"images/(web-[\w-]+)\.png", pages)) == kept


def test_pictures_stay_small_and_of_the_size_that_is_taken(shots):
    image = pytest.importorskip("PIL.Image", reason="the package Pillow is not installed")
    assert sum(file.stat().st_size for file in PICTURES.glob("web-*.png")) < 1_000_000
    for name, shot in shots.items():
        with image.open(PICTURES / f"{name}.png") as picture:
            assert picture.width <= 1000
            assert picture.width >= min(shot.size[0], 1000)
