"""What a treasury answers about itself: its owners choose its code, so anything can come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chain.address import checksum_address
from app.chain.node_errors import ExecutionHalted, ExecutionReverted, UnrecognisedNodeError
from app.chain.safe_configuration import read_configuration
from app.domain.treasury import SafeConfiguration

ADDRESSES = st.binary(min_size=20, max_size=20)


def word(value: int | bytes) -> bytes:
    return value.to_bytes(32) if isinstance(value, int) else value.rjust(32, b"\0")


def listed(addresses: list[bytes]) -> bytes:
    return word(len(addresses)) + b"".join(word(one) for one in addresses)


@st.composite
def answers(draw: Any) -> tuple[list[bytes], SafeConfiguration]:
    """A Safe's answers by the ABI, and what they say."""
    owners = draw(st.lists(ADDRESSES, min_size=1, max_size=5, unique=True))
    modules = draw(st.lists(ADDRESSES, max_size=3, unique=True))
    threshold = draw(st.integers(1, 1_000))
    slots = draw(st.tuples(ADDRESSES, ADDRESSES, ADDRESSES))
    told = [
        word(32) + listed(owners),
        word(threshold),
        word(64) + word(1) + listed(modules),
        *(word(32) + word(32) + word(slot) for slot in slots),
    ]
    names = [checksum_address(slot) for slot in slots]
    return told, SafeConfiguration(
        tuple(sorted(checksum_address(one) for one in owners)),
        threshold,
        tuple(sorted(checksum_address(one) for one in modules)),
        *names,
    )


@given(answers())
def test_what_a_safe_says_is_read(given_: tuple[list[bytes], SafeConfiguration]) -> None:
    told, expected = given_
    assert read_configuration(told) == expected


@given(answers(), st.integers(0, 5), st.data())
def test_one_strange_answer_is_a_configuration_or_none(
    given_: tuple[list[bytes], SafeConfiguration], which: int, data: st.DataObject
) -> None:
    told, _ = given_
    right = told[which]
    place = data.draw(st.integers(0, len(right) - 1))
    kept = right[:place] + data.draw(st.binary(max_size=64)) + right[place + 1 :]
    told[which] = data.draw(st.sampled_from([kept, kept[: len(right)], right[:place], b""]))
    _is_plausible(read_configuration(told))


WORDS = st.one_of(st.integers(0, 200), st.integers(2**255, 2**256 - 1)).map(word)
ANYTHING = st.one_of(
    st.binary(max_size=400), st.lists(WORDS | ADDRESSES.map(word), max_size=12).map(b"".join)
)


@given(st.lists(ANYTHING, min_size=6, max_size=6))
def test_anything_is_a_configuration_or_none(told: list[bytes]) -> None:
    _is_plausible(read_configuration(told))


def _is_plausible(found: SafeConfiguration | None) -> None:
    if found is None:
        return
    assert 0 < len(found.owners) <= 1_000
    assert 0 < found.threshold <= 1_000
    assert len(found.modules) <= 100
    named = (found.guard, found.fallback_handler, found.singleton)
    for one in (*found.owners, *found.modules, *named):
        assert checksum_address(bytes.fromhex(one[2:])) == one


def test_a_refusal_is_the_safes_own_or_the_nodes() -> None:
    told: list[Any] = [b""] * 5
    assert read_configuration([ExecutionReverted("execution reverted"), *told]) is None
    assert read_configuration([*told, ExecutionHalted("out of gas")]) is None
    with pytest.raises(UnrecognisedNodeError):
        read_configuration([UnrecognisedNodeError("response too large"), *told])
