"""Whatever text a client sends is taken or refused with a code: nothing else ever comes out."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chain.address import InvalidAddressError, parse_address
from app.chain.signature import InvalidSignatureError, recover_signer
from app.domain.amounts import AmountText, parse_amount
from app.domain.errors import Refusal, RefusalCode
from app.domain.idempotency import check_key, meaning_hash
from app.domain.money import Currency, Money, format_units
from app.domain.referral_codes import generate_referral_code, normalise_referral_code
from app.domain.texts import check_reason, check_text

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    "0123456789.eE+-xX abcdefABCDEF_"
)
T = TypeVar("T")


def outcome(call: Callable[[], T]) -> T | RefusalCode:
    """What comes out, or the code of the refusal."""
    try:
        return call()
    except Refusal as refusal:
        return refusal.code


USDC = Currency("USDC", 6, "0x" + "11" * 20, 1, "USD Coin", "2")


@given(ANY_TEXT)
def test_keys(text: str) -> None:
    good = 1 <= len(text) <= 128 and all(" " <= one <= "~" for one in text)
    assert outcome(lambda: check_key(text)) == (text if good else "INVALID_INPUT")


@given(ANY_TEXT)
def test_amounts(text: str) -> None:
    money = outcome(lambda: parse_amount(AmountText(text, "USDC"), {"USDC": USDC}))
    if isinstance(money, Money):
        whole, _, fraction = text.partition(".")
        assert format_units(money.units, 6) == f"{int(whole)}.{fraction.ljust(6, '0')}"
    else:
        assert money in ("INVALID_INPUT", "AMOUNT_OUT_OF_RANGE")


@given(st.integers(1, 2**256 - 1), st.integers(0, 18))
def test_every_amount_reads_back(units: int, decimals: int) -> None:
    currency = Currency("USDC", decimals, USDC.token, 1, "USD Coin", "2")
    text = AmountText(format_units(units, decimals), "USDC")
    assert parse_amount(text, {"USDC": currency}).units == units


@given(ANY_TEXT)
def test_referral_codes(text: str) -> None:
    code = outcome(lambda: normalise_referral_code(text, "referralCode"))
    if code is not RefusalCode.INVALID_INPUT:
        assert code == text.strip().upper()
        assert outcome(lambda: normalise_referral_code(code.lower(), "referralCode")) == code


def test_generated_codes_have_no_look_alikes() -> None:
    for _ in range(1000):
        code = generate_referral_code()
        assert normalise_referral_code(code, "referralCode") == code
        assert not set(code) & set("0O1IL2Z5S8BUV")


@pytest.mark.parametrize(
    "check",
    [
        lambda text: check_text(text, 100, "name"),
        check_reason,
    ],
)
@given(text=ANY_TEXT)
def test_texts_fit_into_the_database(check: Callable[[str], str], text: str) -> None:
    taken = outcome(lambda: check(text))
    if taken is not RefusalCode.INVALID_INPUT:
        assert taken == text
        assert "\x00" not in text.encode().decode()
        assert text.strip()


@given(ANY_TEXT | st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()))
def test_addresses(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddressError:
        return
    assert parse_address(address.lower()) == address
    assert address.lower() == text.lower()


@given(
    st.binary(max_size=100) | st.binary(min_size=65, max_size=65),
    st.binary(min_size=32, max_size=32),
)
def test_signatures(signature: bytes, digest: bytes) -> None:
    try:
        signer = recover_signer(digest, signature)
    except InvalidSignatureError:
        return
    assert parse_address(signer) == signer
    assert len(signature) == 65
    assert int.from_bytes(signature[32:64]) <= 2**255


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\:,{}'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3)
    ),
)


@given(JSON, JSON)
def test_only_equal_meanings_have_equal_hashes(one: object, other: object) -> None:
    equal = meaning_hash("op", {"x": one}) == meaning_hash("op", {"x": other})
    assert equal == (repr(_sorted(one)) == repr(_sorted(other)))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
