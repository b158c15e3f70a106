import pytest

from chorall.analyses.choices import check_choices
from chorall.errors import InputError


def test_names_keep_their_order_and_come_once():
    assert check_choices(["b", "a", "b"], ["a", "b", "c"], what="marker") == ("b", "a")


def test_a_single_text_is_one_name():
    assert check_choices("TP53", ["TP53"], what="marker") == ("TP53",)


def test_unknown_names_are_told_together_with_the_nearest_and_all_known_ones():
    with pytest.raises(InputError) as caught:
        check_choices(["tp35", "xyz"], ["TP53", "KRAS"], what="marker")
    assert str(caught.value) == (
        "unknown marker:\n  `tp35`; did you mean `TP53`?\n  `xyz`\n  Known: TP53, KRAS"
    )
