"""Words are frozen dataclasses, whether or not their methods were made yet."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, replace

import pytest

from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values and a list of its own."""

    left: int
    right: str = "r"
    more: list[int] = field(default_factory=list)
    hidden: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Single:
    """One value."""

    value: object = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value."""


def test_values_defaults_and_factories_are_as_declared():
    one, two = Pair(1), Pair(left=1, right="r")
    assert one == two
    assert one.more == []
    assert one.more is not two.more
    assert Pair(1, "x", [2]).right == "x"
    assert [part.name for part in fields(Pair)] == ["left", "right", "more", "hidden"]


@pytest.mark.parametrize("said", [(), (1, "r", [], "", 5)])
def test_a_missing_or_surplus_value_is_an_error_that_names_the_class(said):
    with pytest.raises(TypeError, match=r"Pair\.__init__"):
        Pair(*said)


def test_it_is_equal_by_what_is_compared_and_to_its_own_class_only():
    assert Pair(1, hidden="a") == Pair(1, hidden="b")
    assert Pair(1) != Pair(2)
    assert Single((1,)) != (1,)
    assert Nothing() == Nothing()
    assert Single() != Nothing()


def test_equal_ones_have_one_hash_and_one_with_a_list_has_none():
    assert {Single(1), Single(1), Nothing(), Nothing()} == {Single(1), Nothing()}
    with pytest.raises(TypeError):
        hash(Pair(1))


def test_it_is_shown_with_its_fields_but_hidden_ones():
    assert repr(Pair(1, hidden="secret")) == "Pair(left=1, right='r', more=[])"
    assert repr(Nothing()) == "Nothing()"


def test_nothing_in_it_can_be_set_or_deleted():
    one = Single(1)
    with pytest.raises(FrozenInstanceError):
        one.value = 2
    with pytest.raises(FrozenInstanceError):
        del one.value
    with pytest.raises(FrozenInstanceError):
        one.other = 2
    assert not hasattr(one, "__dict__")


def test_it_can_be_copied_replaced_pickled_taken_apart_and_matched():
    one = Pair(1, "x", [3], "h")
    assert replace(one, left=2) == Pair(2, "x", [3])
    assert copy.copy(one) == one
    again = pickle.loads(pickle.dumps(one))
    assert (again, again.hidden) == (one, "h")
    assert asdict(one) == {"left": 1, "right": "x", "more": [3], "hidden": "h"}
    match one:
        case Pair(left, right):
            assert (left, right) == (1, "x")
