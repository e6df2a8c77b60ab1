"""Bad input gets a code and the name of the field, and writes nothing."""

from typing import Any

import pytest
from eth_account import Account

from app.domain.ids import new_id
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, encode_id
from tests.api.caller import REGISTER_AFFILIATE, OwnProgram, Stage
from tests.api.test_paying import AUTHORIZATION, PAY, REGISTER

WALLET = "0x52908400098527886E0F7030069857D2E4169EE7"
ADDRESSES = {
    "empty": "",
    "no prefix": WALLET[2:],
    "too short": WALLET[:-1],
    "too long": WALLET + "0",
    "no hex": "0x" + "g" * 40,
    "wrong checksum": "0x52908400098527886E0F7030069857D2E4169eE7",
    "zero": "0x" + "0" * 40,
    "other digits": "0x" + "\u0661" * 40,
    "spaces": f" {WALLET}",
    "upper prefix": "0X" + "1" * 40 + "\n",
    "number": 5,
    "list": [WALLET],
}
NOT_DECIMALS = {
    "negative": "-1",
    "plus": "+1",
    "NaN": "NaN",
    "infinite": "Infinity",
    "exponent": "1e6",
    "arabic digits": "\u0661\u0662",
    "fullwidth digits": "\uff11\uff10",
    "superscript": "\u00b2",
    "comma": "1,5",
    "two points": "1.2.3",
    "point first": ".5",
    "point last": "5.",
    "spaces": " 5",
    "hex": "0x10",
    "underscore": "1_000",
    "empty": "",
    "number": 5,
    "float": 1.5,
    "null": None,
    "a hundred and one digits": "1" * 101,
}
OUT_OF_RANGE = {
    "zero": ("0", "AMOUNT_OUT_OF_RANGE"),
    "zeros": ("0.000000", "AMOUNT_OUT_OF_RANGE"),
    "too many decimals": ("1.0000001", "INVALID_INPUT"),
    "below the terms": ("0.99", "AMOUNT_OUT_OF_RANGE"),
    "above the terms": ("1000.01", "AMOUNT_OUT_OF_RANGE"),
    "more than a token holds": ("1" + "0" * 72, "AMOUNT_OUT_OF_RANGE"),
    "10 to the 80th": ("1" + "0" * 80, "AMOUNT_OUT_OF_RANGE"),
}
KEYS = {
    "empty": "",
    "129 characters": "k" * 129,
    "control": "a\x07b",
    "newline": "a\n",
    "not ASCII": "schlüssel",
    "delete": "a\x7f",
}


@pytest.fixture
async def program(stage: Stage) -> OwnProgram:
    return await stage.program()


async def assert_nothing_written(program: OwnProgram) -> None:
    seen = await program.ask(
        "query ($s: String!) { program(slug: $s) { intents { totalCount { value } } users { totalCount { value } } } }",
        s=program.slug,
    )
    assert seen["program"] == {
        "intents": {"totalCount": {"value": 0}},
        "users": {"totalCount": {"value": 0}},
    }


def argument_of(answer: dict[str, Any]) -> list[str]:
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT", error
    argument: list[str] = error["extensions"]["argument"]
    return argument


def payment(program: OwnProgram, **changed: Any) -> dict[str, Any]:
    return {
        "programId": program.id,
        "wallet": WALLET,
        "amount": {"amount": "10", "currency": "USDC"},
        "idempotencyKey": "key",
        "authorization": {"validAfter": "0", "validBefore": "1", "signature": "0x00"},
    } | changed


async def test_addresses(program: OwnProgram) -> None:
    for name, value in ADDRESSES.items():
        given = {"programId": program.id, "wallet": value, "idempotencyKey": "k"}
        answer = await program.answer(REGISTER, input=given)
        assert argument_of(answer) == ["input", "wallet"], name
    await assert_nothing_written(program)


async def test_amounts_that_are_no_decimals(program: OwnProgram) -> None:
    for name, value in NOT_DECIMALS.items():
        given = payment(program, amount={"amount": value, "currency": "USDC"})
        assert argument_of(await program.answer(PAY, input=given)) == [
            "input",
            "amount",
            "amount",
        ], name
    await assert_nothing_written(program)


async def test_amounts_out_of_range(program: OwnProgram) -> None:
    for name, (value, code) in OUT_OF_RANGE.items():
        given = payment(program, amount={"amount": value, "currency": "USDC"})
        payload = (await program.ask(PAY, input=given))["submitPayment"]
        assert payload["intent"] is None
        [error] = payload["userErrors"]
        assert (error["code"], error["field"][-1]) == (code, "amount"), name
        asked = await program.answer(
            AUTHORIZATION,
            program=program.id,
            kind="PAYMENT",
            wallet=WALLET,
            amount={"amount": value, "currency": "USDC"},
            key="key",
        )
        assert argument_of(asked)[0] == "amount", name
    await assert_nothing_written(program)


async def test_an_unknown_currency(program: OwnProgram) -> None:
    for currency in ("EUR", "usdc", "", "USDC "):
        given = payment(program, amount={"amount": "10", "currency": currency})
        [error] = (await program.ask(PAY, input=given))["submitPayment"]["userErrors"]
        assert (error["code"], error["field"][-1]) == ("UNSUPPORTED_CURRENCY", "currency")
    await assert_nothing_written(program)


async def test_idempotency_keys(program: OwnProgram) -> None:
    for name, key in KEYS.items():
        given = {"programId": program.id, "wallet": WALLET, "idempotencyKey": key}
        [error] = (await program.ask(REGISTER, input=given))["registerUser"]["userErrors"]
        assert (error["code"], error["field"][-1]) == ("INVALID_INPUT", "idempotencyKey"), name
    answer = await program.answer(
        REGISTER, input={"programId": program.id, "wallet": WALLET, "idempotencyKey": "a\0b"}
    )
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    await assert_nothing_written(program)


async def test_ids_of_another_type_or_program(stage: Stage, program: OwnProgram) -> None:
    other = await stage.program()
    affiliate = (await other.affiliate("THEIRS"))["id"]
    ids = [other.id, affiliate, encode_id(IdPrefix.PROGRAM, new_id()), "prg_x", "", program.slug]
    for id_ in ids:
        for document, given in (
            (REGISTER, {"wallet": WALLET, "idempotencyKey": "k"}),
            (REGISTER_AFFILIATE, {"wallet": WALLET}),
        ):
            [payload] = (await program.ask(document, input={"programId": id_, **given})).values()
            [error] = payload["userErrors"]
            assert (error["code"], error["field"]) == ("NOT_FOUND", ["programId"]), id_
        suspend = """mutation ($id: ID!) { setAffiliateStatus(id: $id, status: SUSPENDED, reason: "r") {
            affiliate { id } userErrors { code field } } }"""
        [error] = (await program.ask(suspend, id=id_))["setAffiliateStatus"]["userErrors"]
        assert error == {"code": "NOT_FOUND", "field": ["id"]}
    await assert_nothing_written(program)


async def test_first_and_after(program: OwnProgram) -> None:
    page = """query ($s: String!, $first: Int!, $after: String) {
        program(slug: $s) { intents(first: $first, after: $after) { nodes { id } } } }"""
    for first in (-1, 0, 201, 2**31 - 1):
        answer = await program.answer(page, s=program.slug, first=first)
        assert argument_of(answer) == ["first"]
    others = (
        """query ($s: String!) { program(slug: $s) { affiliates { pageInfo { endCursor } } } }"""
    )
    await program.affiliate("ONE")
    seen = await program.ask(others, s=program.slug)
    foreign = seen["program"]["affiliates"]["pageInfo"]["endCursor"]
    for after in ("", "x", "MQ==", foreign, foreign[:-1], "\u0661"):
        answer = await program.answer(page, s=program.slug, first=1, after=after)
        assert argument_of(answer) == ["after"], after
    for first in ("1", 1.5, None, 2**31):
        answer = await program.answer(page, s=program.slug, first=first)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_numbers_at_the_edge_of_what_the_database_takes(program: OwnProgram) -> None:
    one = await program.affiliate("ROOT")
    await program.affiliate("BELOW", "ROOT")
    levels = "query ($id: ID!, $n: Int) { node(id: $id) { ... on Affiliate { downline(maxLevels: $n) { nodes { id } } } } }"
    deep = await program.ask(levels, id=one["id"], n=2**31 - 1)
    assert len(deep["node"]["downline"]["nodes"]) == 1
    for n in (0, -1):
        assert argument_of(await program.answer(levels, id=one["id"], n=n)) == ["maxLevels"]
    dates = """query ($s: String!, $at: DateTime!) { program(slug: $s) {
        intents(filter: {createdAfter: $at}) { nodes { id } } trialBalance(asOf: $at) { currency } } }"""
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        await program.ask(dates, s=program.slug, at=at)
    for at in ("2026-11-22", "2026-11-22T10:00:00", "now", 5, "0001-01-01T00:00:00+14:00"):
        answer = await program.answer(dates, s=program.slug, at=at)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    past = """mutation ($id: ID!, $to: DateTime!) { advanceClock(programId: $id, to: $to) {
        program { id } userErrors { code field } } }"""
    far = (await program.ask(past, id=program.id, to="9999-12-31T23:59:59Z"))["advanceClock"]
    assert far["userErrors"][0]["code"] == "INVALID_INPUT"
    assert (await program.ask(past, id=program.id, to="0001-01-01T00:00:00Z"))["advanceClock"][
        "userErrors"
    ] == []


async def test_cursors_that_no_list_gave_out(program: OwnProgram) -> None:
    """A cursor needs no secret, so its numbers may be anything that its form allows."""
    page = """query ($s: String!, $after: String) {
        program(slug: $s) { affiliates(after: $after) { nodes { id } } } }"""
    codec = CursorCodec("Program.affiliates", int)
    for number in (2**63 - 1, 0, -1, -(2**63)):
        assert "errors" not in await program.answer(
            page, s=program.slug, after=codec.encode((number,))
        )
    for number in (2**63, -(2**63) - 1, 10**80):
        answer = await program.answer(page, s=program.slug, after=codec.encode((number,)))
        assert argument_of(answer) == ["after"]


async def test_signatures_that_are_none(program: OwnProgram) -> None:
    wallet = Account.create().address
    good = {"validAfter": "0", "validBefore": "99999999999", "signature": "0x" + "11" * 65}
    for name, value in (
        ("signature", "0x1"),
        ("signature", "11"),
        ("signature", "0xzz"),
        ("validAfter", "1.5"),
        ("validAfter", "\u0661"),
        ("validBefore", "1e3"),
        ("validBefore", "1" * 101),
    ):
        given = payment(program, wallet=wallet, authorization=good | {name: value})
        assert argument_of(await program.answer(PAY, input=given)) == [
            "input",
            "authorization",
            name,
        ]
    for name, value in (
        ("validBefore", "1" * 90),
        ("validAfter", "-5"),
        ("validBefore", str(2**256)),
    ):
        given = payment(program, wallet=wallet, authorization=good | {name: value})
        payload = (await program.ask(PAY, input=given))["submitPayment"]
        assert payload["userErrors"], (name, value)
    await assert_nothing_written(program)
