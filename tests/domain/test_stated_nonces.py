"""Nonces in people's words."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.stated_nonces import in_words, unstated

NONCES = st.sets(st.integers(0, 10**6), max_size=30)


def test_numbers_and_stretches_are_understood() -> None:
    assert unstated([17, 18, 19], "nonces 17 to 18 were a top-up, 19 a mistake") == []
    assert unstated([17, 18, 19], "17-18") == [19]
    assert unstated([7], "nonce 17, 70 and 0x7") == []
    assert unstated([7], "nonce 17 and 70") == [7]
    assert unstated([5], "9 to 3") == [5]


def test_a_stretch_names_what_it_covers_when_it_begins_and_ends_there() -> None:
    assert unstated([5, 6], "0 to 9999999") == [5, 6]
    assert unstated([5, 6, 9], "5 to 9") == []
    assert unstated([5, 6, 9], "5 to 8, and 9") == [5, 6]
    assert unstated([5, 6, 9], "4-6") == [5, 6, 9]


@given(NONCES, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_no_stretch_names_more_than_lies_between_two_of_them(
    nonces: set[int], first: int, last: int
) -> None:
    named = nonces - set(unstated(nonces, f"{first} to {last}"))
    assert not named or {first, last} <= nonces


@given(NONCES)
def test_what_is_said_in_words_is_stated_by_them(nonces: set[int]) -> None:
    assert unstated(nonces, in_words(nonces)) == []
    assert unstated([10**7], in_words(nonces)) == [10**7]


@given(NONCES, st.text(max_size=200))
def test_any_text_is_read_and_states_no_nonce_without_a_digit(nonces: set[int], text: str) -> None:
    assert set(unstated(nonces, text)) <= nonces
    if not any(sign in "0123456789" for sign in text):
        assert unstated(nonces, text) == sorted(nonces)
