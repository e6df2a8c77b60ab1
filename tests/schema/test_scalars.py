"""Scalars refuse every near miss and have one spelling on the way out."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from graphql import GraphQLError, build_schema, print_type
from hypothesis import given
from hypothesis import strategies as st

from schema import scalars
from tests.transport.tiny_schema import SCHEMA

CONTRACT = {
    "DateTime": "An instant in UTC, RFC 3339 with Z: 2026-11-22T10:00:00Z. "
    "Values without an offset are refused.",
    "Address": "A 20-byte EVM address. Accepted in lower, upper or checksummed case (a mixed-case "
    "value must pass its EIP-55 checksum); always returned checksummed. The zero address is "
    "refused.",
    "Hex": "0x-prefixed bytes, lower-case hex.",
    "Decimal": 'An exact decimal as a string, never a JSON number: "10.00". Digits and one point '
    "only; more decimals than the currency has are refused.",
    "BigInt": "An exact integer of any size as a string of digits.",
    "JSON": None,
}
VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"


def test_the_contract_describes_each_scalar() -> None:
    types = SCHEMA._schema.type_map
    assert {name: types[name].description for name in CONTRACT} == CONTRACT


def nested(kind: type, levels: int) -> object:
    """Lists in lists, or objects in objects."""
    value: object = None
    for _ in range(levels):
        value = [value] if kind is list else {"a": value}
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22t10:00:00z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T12:30:00+02:30", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00.123456789Z", datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_instants_are_read(text: str, expected: datetime) -> None:
    assert scalars.parse_date_time(text) == expected
    assert scalars.parse_date_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T10:00:00",
        "2026-11-22",
        "2026-11-22 10:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-11-22T24:00:01Z",
        "2026-W47-7T10:00:00Z",
        "20261122T100000Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "\u0662\u0660\u0662\u0666-11-22T10:00:00Z",
        "2026-11-22T10:00:00Z\n",
        1700000000,
        None,
        True,
    ],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        scalars.parse_date_time(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_come_back(at: datetime) -> None:
    text = scalars.format_date_time(at)
    assert text.endswith("Z")
    assert scalars.parse_date_time(text) == at


def test_instants_go_out_in_utc() -> None:
    at = datetime(2026, 11, 22, 12, 30, tzinfo=timezone(timedelta(hours=2, minutes=30)))
    assert scalars.format_date_time(at) == "2026-11-22T10:00:00Z"
    with pytest.raises(TypeError):
        scalars.format_date_time(datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize("text", [VITALIK, VITALIK.lower(), "0x" + VITALIK[2:].upper()])
def test_an_address_is_read_in_three_spellings(text: str) -> None:
    assert scalars.read_address(text) == VITALIK


@pytest.mark.parametrize(
    "value",
    [VITALIK.replace("dA", "Da"), VITALIK[2:], VITALIK + "00", "0x" + "0" * 40, "", 5, None, b"x"],
)
def test_what_is_no_address_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        scalars.read_address(value)


@pytest.mark.parametrize("text", ["0", "10.00", "007.5", "9" * 80])
def test_decimals_are_kept_as_they_are(text: str) -> None:
    assert scalars.parse_decimal(text) == text


@pytest.mark.parametrize(
    "value",
    [
        *["", ".", "1.", ".5", "-1", "+1", "1e6", "1E6", "NaN", "nan", "Infinity", "1_000", "1,5"],
        *[" 1", "1 ", "1\n", "0x10", "1.2.3", "\u0661\u0662", "\uff11", "\u00b2", "9" * 101],
        *[1, 1.5, 10**80, None, True, b"1", ["1"]],
    ],
)
def test_what_is_no_decimal_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        scalars.parse_decimal(value)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_only_ascii_digits_and_one_point_pass_as_decimals(value: object) -> None:
    try:
        accepted = scalars.parse_decimal(value)
    except GraphQLError:
        return
    whole, _, fraction = accepted.partition(".")
    assert (whole + fraction).isascii()
    assert whole.isdigit()
    assert fraction.isdigit() or "." not in accepted


@pytest.mark.parametrize("value", [1.5, 10, float("nan"), "1e3", "NaN", None])
def test_a_decimal_that_is_not_exact_text_never_goes_out(value: object) -> None:
    with pytest.raises(TypeError):
        scalars.format_decimal(value)


@given(st.integers(min_value=-(10**90), max_value=10**90))
def test_integers_of_any_size_come_back(number: int) -> None:
    assert scalars.parse_big_int(scalars.format_big_int(number)) == number


@pytest.mark.parametrize(
    "value", ["", "1.0", "0x1", "1e3", "\u0661", " 1", "--1", 2**53, 1.0, True, None, "9" * 101]
)
def test_what_is_no_integer_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        scalars.parse_big_int(value)


@given(st.binary(max_size=200))
def test_bytes_come_back(value: bytes) -> None:
    text = scalars.format_hex(value)
    assert text == text.lower()
    assert scalars.parse_hex(text) == value
    assert scalars.parse_hex("0x" + text[2:].upper()) == value


@pytest.mark.parametrize("value", ["", "0", "0x1", "0xgg", "ff", " 0xff", "0xff\n", 1, None])
def test_what_is_no_hex_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        scalars.parse_hex(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_comes_back(value: object) -> None:
    assert orjson.loads(orjson.dumps(scalars.parse_json_value(value))) == value


@pytest.mark.parametrize(
    "value",
    [
        *[2**53, -(2**53), 10**400, float("inf"), float("nan"), [{"a": 2**64}], {"a": [1, 1e999]}],
        *[nested(list, 34), nested(dict, 34), nested(list, 1000)],
    ],
)
def test_json_that_no_answer_could_hold_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        scalars.parse_json_value(value)


def test_printed_scalars_are_valid_sdl() -> None:
    types = SCHEMA._schema.type_map
    sdl = "\n".join(print_type(types[name]) for name in CONTRACT) + "\ntype Query { a: Int }"
    assert set(CONTRACT) <= set(build_schema(sdl).type_map)
