"""Amounts of discrepancies as people say them: the record keeps smallest units, which are exact and belong to no locale."""

import re
from collections.abc import Mapping

from app.domain.discrepancies import DiscrepancyKind
from app.domain.money import format_units
from app.store.reads.discrepancies import DiscrepancyRow

_AMOUNT = re.compile(r"(-?\d+) ([A-Z0-9]+) \(smallest units\)")
_WHOLE = re.compile(r"-?\d+")
# Of these, a bare number in `expected` or `actual` is an amount of the one currency that the message names.
_OF_MONEY = frozenset(
    {
        DiscrepancyKind.UNEXPLAINED_INFLOW,
        DiscrepancyKind.UNEXPLAINED_OUTFLOW,
        DiscrepancyKind.TREASURY_MISMATCH,
    }
)


def sentence(found: DiscrepancyRow, decimals: Mapping[str, int]) -> str:
    """Its message, and what is known of expected and actual. decimals: of each currency of the program."""
    facts = [
        f"{word} {_said(found, text, decimals)}"
        for word, text in (("expected", found.expected), ("actual", found.actual))
        if text is not None
    ]
    message = _in_currency(found.message, decimals)
    return f"{message} ({', '.join(facts)})" if facts else message


def _in_currency(text: str, decimals: Mapping[str, int]) -> str:
    def amount(match: re.Match[str]) -> str:
        units, code = match.groups()
        if code not in decimals:
            return match[0]
        return f"{_whole(int(units), decimals[code])} {code}"

    return _AMOUNT.sub(amount, text)


def _said(found: DiscrepancyRow, text: str, decimals: Mapping[str, int]) -> str:
    if found.kind in _OF_MONEY and _WHOLE.fullmatch(text):
        named = [code for code in decimals if re.search(rf"\b{code}\b", found.message)]
        if len(named) == 1:
            return f"{_whole(int(text), decimals[named[0]])} {named[0]}"
    return _in_currency(text, decimals)


def _whole(units: int, decimals: int) -> str:
    """5.000000 is 5, and 5.100000 is 5.1."""
    text = format_units(units, decimals)
    return text.rstrip("0").removesuffix(".") if "." in text else text
