"""1,574 karyotypes of three trials: what is read, and whether it agrees with the recorded flags.

The differences are explained by kind in docs/karyotypes.md.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .conftest import DATA

TOOL = Path(__file__).parents[2] / "tools" / "karyotype_report.py"
FOLDER = DATA / "aml-multistage"

LEAST_SHARE_OF_TOKENS = 0.97
LEAST_AGREEMENT = 0.98


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("karyotype_report", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real data are not on this machine")
def test_karyotypes_of_the_amlsg_are_read_and_agree_with_the_recorded_flags() -> None:
    reading, agreements = load_tool().compare_flags(FOLDER)
    assert reading.n_texts == 1574
    assert reading.share_of_tokens >= LEAST_SHARE_OF_TOKENS
    assert reading.readings["fully_read"] == 1529
    assert reading.readings["partly_read"] == 9
    assert reading.readings["unread"] == 0
    assert reading.outcomes["failed"] == 105
    assert len(agreements) == 25
    poor = {one.flag: one.share for one in agreements if one.share < LEAST_AGREEMENT}
    assert poor == {}
    differing = {one.flag: len(one.only_read) + len(one.only_recorded) for one in agreements}
    assert sum(differing.values()) <= 120
    assert differing["t_9_22"] == differing["plus13"] == differing["plus22"] == 0
