"""Sealed secrets open with their key, in their row, unchanged, and in no other way."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.sealed_secrets import SealBroken, SecretBox

KEY = "k" * 32
BOX = SecretBox(KEY)
ROW = "webhook:7:0196"


@given(st.text(), st.text())
def test_what_was_sealed_opens(plain: str, context: str) -> None:
    assert SecretBox(KEY).open(BOX.seal(plain, context), context) == plain


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert BOX.seal("same", ROW) != BOX.seal("same", ROW)


def test_every_changed_byte_is_found() -> None:
    sealed = BOX.seal("a secret", ROW)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            BOX.open(bytes(changed), ROW)


@given(st.binary(max_size=80))
def test_noise_does_not_open(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        BOX.open(noise, ROW)


def test_a_shortened_or_longer_one_does_not_open() -> None:
    sealed = BOX.seal("a secret", ROW)
    for wrong in (*(sealed[:length] for length in range(len(sealed))), sealed + b"\x00"):
        with pytest.raises(SealBroken):
            BOX.open(wrong, ROW)


@pytest.mark.parametrize("context", ["", "webhook:7:0197", "webhook:70196", "Webhook:7:0196"])
def test_one_copied_to_another_row_does_not_open(context: str) -> None:
    with pytest.raises(SealBroken):
        BOX.open(BOX.seal("a secret", ROW), context)


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealBroken):
        SecretBox("l" * 32).open(BOX.seal("a secret", ROW), ROW)


def test_a_short_key_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="at least 32") as refused:
        SecretBox("hidden")
    assert "hidden" not in str(refused.value)


def test_nothing_shows_key_or_secret() -> None:
    box = SecretBox("hidden-word" * 4)
    sealed = box.seal("hidden-secret", ROW)
    with pytest.raises(SealBroken) as refused:
        box.open(sealed, "other")
    assert "hidden" not in repr(box) + str(box) + repr(refused.value) + repr(sealed)
    assert refused.value.__cause__ is None
    with pytest.raises(TypeError):
        pickle.dumps(box)
