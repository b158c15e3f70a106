"""Components of treatment: sourced, with unique levels, known to the simulator."""

import pytest

from chorall.errors import DefinitionError
from chorall.knowledge.strategies import (
    level_owners,
    rank_level,
    read_strategy,
    read_strategy_components,
    strategy_components,
)
from chorall.simulation.definitions import all_designs

ASKED = {"steroid", "asparaginase", "methotrexate", "tyrosine_kinase_inhibitor", "anti_cd20",
         "anti_cd19", "anti_cd22", "maintenance_pulses", "transplant"}  # fmt: skip

TWO = """name = "a"
meaning = "b"
levels = [{ id = "x", label = "x" }, { id = "y", label = "y" }]
source = { cites = "c", where = "d", confidence = "unverified" }
"""


def test_the_components_of_the_field_are_there_with_their_source():
    components = strategy_components()
    assert set(components) >= ASKED
    assert sum(name.startswith("delayed_intensification") for name in components) == 3
    for component in components.values():
        assert component.source.cites
        assert component.source.where
        assert (component.source.where == "memory") <= (component.source.confidence == "unverified")


def test_every_simulated_arm_is_known():
    arms = [arm.strategy for one in all_designs() for asked in one.questions for arm in asked.arms]
    assert len(arms) >= 16
    assert all(read_strategy(arm) for arm in arms)


def test_an_arm_can_stand_for_several_components():
    assert read_strategy("steroid_dexamethasone + anti_cd20") == {
        "steroid": "steroid_dexamethasone",
        "anti_cd20": "anti_cd20",
    }
    assert rank_level("steroid_prednisolone") < rank_level("steroid_dexamethasone")
    assert level_owners()["tki_second_generation"] == "tyrosine_kinase_inhibitor"


def test_unknown_and_contradicting_levels_are_told_together():
    with pytest.raises(DefinitionError, match="is not known") as caught:
        read_strategy("magic + anti_cd20 + anti_cd20_none")
    assert "of one component" in str(caught.value)


def test_one_level_in_two_files_is_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(TWO, encoding="utf-8")
    with pytest.raises(DefinitionError, match="`x` is in one and in two"):
        read_strategy_components(tmp_path)
