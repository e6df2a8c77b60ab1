"""Amounts as a client writes them, and how they become money."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.errors import Refusal, RefusalCode
from app.domain.money import Currency, Money, NotAnAmountError, TooLargeError, parse_units


@dataclass(frozen=True, slots=True)
class AmountText:
    """An exact decimal of major units and a currency code, as a client sent them."""

    amount: str
    currency: str


def in_one_spelling(text: AmountText) -> AmountText:
    """The same amount without needless zeros, so that "10.0" and "010.00" mean the same in a repeated request."""
    whole, _, fraction = text.amount.partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return AmountText(f"{whole}.{fraction}" if fraction else whole, text.currency)


def parse_amount(text: AmountText, currencies: Mapping[str, Currency], *field: str) -> Money:
    """The amount in smallest units, above zero.

    Refuses UNSUPPORTED_CURRENCY, INVALID_INPUT for what is no exact decimal of the currency, and
    AMOUNT_OUT_OF_RANGE for zero and for more than any token can hold. field: where the amount stands.
    """
    currency = currencies.get(text.currency)
    if currency is None:
        raise Refusal(
            RefusalCode.UNSUPPORTED_CURRENCY,
            "The program does not use this currency.",
            *field,
            "currency",
        )
    try:
        units = parse_units(text.amount, currency.decimals)
    except TooLargeError:
        raise _out_of_range(*field) from None
    except NotAnAmountError as problem:
        raise Refusal(
            RefusalCode.INVALID_INPUT, f"{problem}.".capitalize(), *field, "amount"
        ) from None
    # EIP-20 amounts are uint256.
    if not 0 < units < 2**256:
        raise _out_of_range(*field)
    return Money(units, currency.code)


def _out_of_range(*field: str) -> Refusal:
    return Refusal(
        RefusalCode.AMOUNT_OUT_OF_RANGE,
        "The amount must be above zero and fit into the token.",
        *field,
        "amount",
    )
