"""Scalars of the contract: strict on the way in, one spelling on the way out.

Strawberry's own DateTime takes dates and naive values and its Decimal takes 1.5, "NaN" and "1e3"
(docs/decisions/0032), so each scalar here has its own parser. A refused value is a GraphQLError
whose message says what is expected; the transport adds the code and the argument's path.
"""

import re
from collections.abc import Callable, Mapping, ValuesView
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from app.chain.address import InvalidAddressError, parse_address

Address = NewType("Address", str)
"""A 20-byte EVM address in its checksummed spelling (EIP-55)."""
Hex = NewType("Hex", bytes)
DecimalText = NewType("DecimalText", str)
"""An exact decimal as its text: domain money turns it into minor units, no float in between."""
BigInt = NewType("BigInt", int)
JSON = NewType("JSON", object)

_MAXIMUM_DIGITS = 100
_SAFE_JSON_INTEGER = 2**53 - 1
_DEEPEST_JSON = 32
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
)
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SIGNED_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_INTEGER = re.compile(r"-?[0-9]+")
_HEX = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*")


def parse_date_time(value: Any) -> datetime:
    """Read an RFC 3339 instant; an offset is required, the answer is in UTC.

    Digits beyond microseconds are cut: no table stores them.
    """
    if not isinstance(value, str) or _DATE_TIME.fullmatch(value) is None:
        raise GraphQLError("Expected an RFC 3339 instant with an offset: 2026-11-22T10:00:00Z.")
    try:
        return datetime.fromisoformat(_to_microseconds(value.upper())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("Expected an instant that exists in the calendar.") from None


def _to_microseconds(text: str) -> str:
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)


def format_date_time(value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"DateTime needs an aware datetime, not {type(value).__name__}")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def read_address(value: Any) -> Address:
    """Read an address in lower, upper or checksummed case; the zero address is refused."""
    if not isinstance(value, str):
        raise GraphQLError("Expected an address as a string: 0x and 40 hexadecimal digits.")
    try:
        return Address(parse_address(value))
    except InvalidAddressError as error:
        raise GraphQLError(str(error)) from None


def parse_hex(value: Any) -> Hex:
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        raise GraphQLError("Expected 0x and an even number of hexadecimal digits.")
    return Hex(bytes.fromhex(value[2:]))


def format_hex(value: Any) -> str:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"Hex needs bytes, not {type(value).__name__}")
    return "0x" + bytes(value).hex()


def parse_decimal(value: Any) -> DecimalText:
    """Take an unsigned decimal as a string of ASCII digits and at most one point, unchanged."""
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        raise GraphQLError('Expected a decimal as a string of digits and one point: "10.00".')
    if len(value) > _MAXIMUM_DIGITS:
        raise GraphQLError(f"Expected a decimal of at most {_MAXIMUM_DIGITS} characters.")
    return DecimalText(value)


def format_decimal(value: Any) -> str:
    """Money may be negative on the way out (a clawback), never on the way in."""
    if not isinstance(value, str) or _SIGNED_DECIMAL.fullmatch(value) is None:
        raise TypeError(f"Decimal needs exact decimal text, not {type(value).__name__}")
    return value


def parse_big_int(value: Any) -> BigInt:
    """Take a string of digits; a JSON integer too, while every JSON reader keeps it exact."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _SAFE_JSON_INTEGER:
        return BigInt(value)
    if not isinstance(value, str) or _INTEGER.fullmatch(value) is None:
        raise GraphQLError('Expected an integer as a string of digits: "31337".')
    if len(value) > _MAXIMUM_DIGITS:
        raise GraphQLError(f"Expected an integer of at most {_MAXIMUM_DIGITS} characters.")
    return BigInt(int(value))


def format_big_int(value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"BigInt needs an int, not {type(value).__name__}")
    return str(value)


def parse_json_value(value: Any) -> Any:
    """Take what every reader of our answers can read back: bounded nesting, numbers that stay what they are."""
    pending = [(value, 0)]
    while pending:
        current, depth = pending.pop()
        if depth > _DEEPEST_JSON:
            raise GraphQLError(f"Expected JSON of at most {_DEEPEST_JSON} levels.")
        if isinstance(current, int) and abs(current) > _SAFE_JSON_INTEGER:
            raise GraphQLError("Expected JSON integers that are exact everywhere: up to 2^53 - 1.")
        if isinstance(current, float) and not isfinite(current):
            raise GraphQLError("Expected JSON numbers that are finite.")
        inner = current.values() if isinstance(current, dict) else current
        if isinstance(inner, (list, ValuesView)):
            pending.extend((each, depth + 1) for each in inner)
    return value


def _as_it_is(value: Any) -> Any:
    return value


def _scalar(
    name: str,
    description: str | None,
    serialize: Callable[[Any], Any],
    parse: Callable[[Any], Any],
) -> ScalarDefinition:
    def parse_literal(node: ValueNode, _variables: object = None) -> Any:
        try:
            return parse(value_from_ast_untyped(node))
        except GraphQLError as refused:
            # With its place in the document, which is how the argument gets its name.
            raise GraphQLError(refused.message, node) from None

    return strawberry.scalar(
        name=name,
        description=description,
        serialize=serialize,
        parse_value=parse,
        parse_literal=parse_literal,
    )


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: _scalar(
        "DateTime",
        "An instant in UTC, RFC 3339 with Z: 2026-11-22T10:00:00Z. "
        "Values without an offset are refused.",
        format_date_time,
        parse_date_time,
    ),
    Address: _scalar(
        "Address",
        "A 20-byte EVM address. Accepted in lower, upper or checksummed case "
        "(a mixed-case value must pass its EIP-55 checksum); always returned checksummed. "
        "The zero address is refused.",
        _as_it_is,
        read_address,
    ),
    Hex: _scalar("Hex", "0x-prefixed bytes, lower-case hex.", format_hex, parse_hex),
    DecimalText: _scalar(
        "Decimal",
        'An exact decimal as a string, never a JSON number: "10.00". '
        "Digits and one point only; more decimals than the currency has are refused.",
        format_decimal,
        parse_decimal,
    ),
    BigInt: _scalar(
        "BigInt",
        "An exact integer of any size as a string of digits.",
        format_big_int,
        parse_big_int,
    ),
    JSON: strawberry.scalar(name="JSON", serialize=_as_it_is, parse_value=parse_json_value),
}
"""What `StrawberryConfig(scalar_map=…)` takes: annotate fields with the types on the left."""
