"""Money: whole numbers of a currency's smallest unit. No float and no rounding outside `share`."""

import re
from dataclasses import dataclass
from typing import Self

BASIS_POINTS = 10_000
MAXIMUM_UNITS = 10**78 - 1  # NUMERIC(78, 0)
_DECIMAL = re.compile(r"[0-9]{1,78}(?:\.[0-9]{1,36})?\Z", re.ASCII)
_TOO_MANY_DIGITS = re.compile(r"[0-9]{79,}(?:\.[0-9]{1,36})?\Z", re.ASCII)


class NotAnAmountError(ValueError):
    """The text is no exact decimal of this currency; the message says what is wrong with it."""


class TooLargeError(NotAnAmountError):
    """An exact decimal that no amount can be as large as."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A token on a chain. decimals: how many digits of a major unit are kept."""

    code: str
    decimals: int
    token: str
    chain_id: int
    eip712_name: str
    eip712_version: str


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in the smallest unit of a currency; may be negative."""

    units: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.units) is not int:
            raise TypeError(f"units are whole numbers, not {type(self.units).__name__}")

    def __add__(self, other: Self) -> "Money":
        return Money(self.units + self._same(other), self.currency)

    def __sub__(self, other: Self) -> "Money":
        return Money(self.units - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.units, self.currency)

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add up")
        return other.units


def parse_units(text: str, decimals: int) -> int:
    """Smallest units of an exact decimal such as "10.00".

    Raises NotAnAmountError for anything but ASCII digits and one point, for more decimals than the
    currency has (trailing zeros count: they claim a precision that is not there), and above 78 digits.
    """
    if _TOO_MANY_DIGITS.match(text):
        raise TooLargeError("the amount has more than 78 digits")
    if not _DECIMAL.match(text):
        raise NotAnAmountError("an amount is digits with at most one point, such as 10.00")
    whole, _, fraction = text.partition(".")
    if len(fraction) > decimals:
        raise NotAnAmountError(f"this currency has {decimals} decimals, not {len(fraction)}")
    units = int(whole + fraction.ljust(decimals, "0"))
    if units > MAXIMUM_UNITS:
        raise TooLargeError("the amount has more than 78 digits")
    return units


def format_units(units: int, decimals: int) -> str:
    """The exact decimal with all decimals of the currency: 10000000 with 6 is "10.000000"."""
    sign, digits = ("-", str(-units)) if units < 0 else ("", str(units))
    if not decimals:
        return sign + digits
    digits = digits.rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def share(base: int, rate_bps: int) -> int:
    """The part of `base` units at a rate in basis points, rounded down: what is left stays with the program."""
    return base * rate_bps // BASIS_POINTS
