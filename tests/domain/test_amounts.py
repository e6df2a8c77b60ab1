import pytest

from app.domain.amounts import AmountText, parse_amount
from app.domain.money import Currency, Money
from tests.services.refusals import refused

USDC = Currency("USDC", 6, "0x" + "11" * 20, 1, "USD Coin", "2")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "AMOUNT_OUT_OF_RANGE"),
        ("0.000000", "AMOUNT_OUT_OF_RANGE"),
        ("1" + "0" * 72, "AMOUNT_OUT_OF_RANGE"),
        ("1" + "0" * 80, "AMOUNT_OUT_OF_RANGE"),
        ("9" * 100_000, "AMOUNT_OUT_OF_RANGE"),
        ("-1", "INVALID_INPUT"),
        ("+1", "INVALID_INPUT"),
        ("1.0000001", "INVALID_INPUT"),
        ("NaN", "INVALID_INPUT"),
        ("Infinity", "INVALID_INPUT"),
        ("1e6", "INVALID_INPUT"),
        ("0x10", "INVALID_INPUT"),
        ("1,000", "INVALID_INPUT"),
        ("1_000", "INVALID_INPUT"),
        ("\u0661\u0662", "INVALID_INPUT"),
        ("\uff11", "INVALID_INPUT"),
        ("", "INVALID_INPUT"),
        (" 1", "INVALID_INPUT"),
        ("1\n", "INVALID_INPUT"),
        (".5", "INVALID_INPUT"),
        ("5.", "INVALID_INPUT"),
    ],
)
def test_bad_amounts(amount: str, code: str) -> None:
    with refused(code, "input", "amount"):
        parse_amount(AmountText(amount, "USDC"), {"USDC": USDC}, "input")


@pytest.mark.parametrize("currency", ["DOGE", "usdc", "", "USDC "])
def test_unknown_currencies(currency: str) -> None:
    with refused("UNSUPPORTED_CURRENCY", "input", "currency"):
        parse_amount(AmountText("1", currency), {"USDC": USDC}, "input")


def test_good_amounts() -> None:
    for text, units in (("10.00", 10_000_000), ("0.000001", 1), ("007", 7_000_000)):
        assert parse_amount(AmountText(text, "USDC"), {"USDC": USDC}) == Money(units, "USDC")
