"""Payout mutations through the API, with a real Safe: what they answer, refuse, and leave as it was."""

from typing import Any

import pytest
from eth_account import Account

from tests.api.caller import Caller, Stage
from tests.api.filled import PAID
from tests.api.paying import APPROVE, CLOSE, CREATE, REJECT, WITHDRAW, Paying
from tests.api.test_permissions import contents

EARNED = PAID * 17 // 100
MONEY = {"amount": "1", "currency": "USDC"}


def refusal(payload: dict[str, Any]) -> tuple[str, list[str] | None]:
    """The code of the one userError, and the field that it names."""
    assert payload["payoutBatch"] is None
    [error] = payload["userErrors"]
    return error["code"], error["field"]


async def test_from_due_to_approved(paying: Paying) -> None:
    batch = await paying.create()
    assert (batch["status"], batch["payoutCount"], batch["version"]) == ("PENDING_APPROVAL", 3, 1)
    assert batch["total"]["minor"] == str(EARNED)
    first = await paying.call(APPROVE, **paying.signed(batch, 0))
    assert (first["replayed"], first["payoutBatch"]["status"]) == (False, "PENDING_APPROVAL")
    again = await paying.call(APPROVE, **paying.signed(batch, 0))
    assert (again["replayed"], again["payoutBatch"]) == (True, first["payoutBatch"])
    second = await paying.call(APPROVE, **paying.signed(batch, 1))
    assert second["payoutBatch"]["status"] == "APPROVED"
    [part] = second["payoutBatch"]["safeTransactions"]
    assert {one["owner"] for one in part["signatures"]} == {
        one.address for one in paying.owners[:2]
    }


async def test_the_same_key_is_the_same_batch(paying: Paying) -> None:
    batch = await paying.create("one")
    again = await paying.call(CREATE, program=paying.program.id, key="one")
    assert (again["payoutBatch"]["id"], again["replayed"]) == (batch["id"], True)
    other = await paying.call(CREATE, program=paying.program.id, key="one", replaces=batch["id"])
    assert refusal(other)[0] == "IDEMPOTENCY_CONFLICT"
    beside = await paying.call(CREATE, program=paying.program.id, key="two")
    assert refusal(beside)[0] == "EARLIER_BATCH_OPEN"


async def test_a_batch_in_the_place_of_another(paying: Paying) -> None:
    batch = await paying.create("one")
    new = await paying.create("two", replaces=batch["id"])
    assert new["replaces"] == {"id": batch["id"]}
    assert new["safeTransactions"][0]["nonce"] == batch["safeTransactions"][0]["nonce"]
    for id_ in ("bat_x", paying.program.id):
        wrong = await paying.call(CREATE, program=paying.program.id, key="three", replaces=id_)
        assert refusal(wrong) == ("NOT_FOUND", ["replaces"])


async def test_nothing_to_pay_and_no_such_currency(stage: Stage) -> None:
    program = await stage.program()
    for currency, code in (("USDC", "NOTHING_PAYABLE"), ("EUR", "UNSUPPORTED_CURRENCY")):
        [answer] = (
            await program.ask(CREATE, program=program.id, currency=currency, key=f"no {currency}")
        ).values()
        assert refusal(answer) == (code, ["currency"])


async def test_wrong_approvals_change_nothing(paying: Paying) -> None:
    batch = await paying.create()
    right = paying.signed(batch, 0)
    stranger = Account.create()
    other = paying.signed(batch, 1)["signatures"]
    before = await contents(paying.filled.owner)
    for changed, code, field in (
        ({"signatures": []}, "WRONG_SIGNATURE_COUNT", ["signatures"]),
        ({"signatures": right["signatures"] * 401}, "WRONG_SIGNATURE_COUNT", ["signatures"]),
        ({"signatures": ["0x"]}, "INVALID_SIGNATURE", ["signatures", "0"]),
        ({"signatures": [right["signatures"][0][:-2]]}, "INVALID_SIGNATURE", ["signatures", "0"]),
        ({"signatures": other}, "INVALID_SIGNATURE", ["signatures", "0"]),
        ({"owner": stranger.address}, "NOT_AN_OWNER", ["owner"]),
        ({"hash": "0x" + "00" * 32}, "STALE_BATCH", ["contentHash"]),
        ({"hash": "0x"}, "STALE_BATCH", ["contentHash"]),
        ({"id": "bat_x"}, "NOT_FOUND", ["id"]),
        ({"id": batch["safeTransactions"][0]["id"]}, "NOT_FOUND", ["id"]),
    ):
        payload = await paying.call(APPROVE, **right | changed)
        assert refusal(payload) == (code, field), changed
    for changed, argument in (
        ({"signatures": ["0xabc"]}, "signatures"),
        ({"signatures": ["abcd"]}, "signatures"),
        ({"owner": "0x12"}, "owner"),
        ({"hash": "0xzz"}, "hash"),
    ):
        answer = await paying.program.answer(APPROVE, **right | changed)
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT", changed
        assert argument in str(error), changed
    assert await contents(paying.filled.owner) == before


async def test_rejected_for_good_and_closed(paying: Paying) -> None:
    batch = await paying.create()
    early = await paying.call(CLOSE, id=batch["id"], reason="why", key="close")
    assert refusal(early) == ("INVALID_STATE", ["id"])
    empty = await paying.call(REJECT, id=batch["id"], reason=" ")
    assert refusal(empty) == ("INVALID_INPUT", ["reason"])
    rejected = await paying.call(REJECT, id=batch["id"], reason="wrong amounts")
    assert rejected["payoutBatch"]["status"] == "REJECTED"
    assert rejected["payoutBatch"]["failure"] == "wrong amounts"
    assert rejected["payoutBatch"]["safeTransactions"][0]["death"] == "REJECTED"
    again = await paying.call(REJECT, id=batch["id"], reason="once more")
    assert (again["replayed"], again["payoutBatch"]) == (True, rejected["payoutBatch"])
    approval = await paying.call(APPROVE, **paying.signed(batch, 0))
    assert refusal(approval) == ("INVALID_STATE", ["id"])
    closed = await paying.call(CLOSE, id=batch["id"], reason="why", key="close")
    assert closed["userErrors"] == []
    [call] = closed["payoutBatch"]["safeTransactions"]
    assert (call["payoutCount"], call["data"]) == (0, "0x")
    assert call["to"] == call["typedData"]["domain"]["verifyingContract"]
    same = await paying.call(CLOSE, id=batch["id"], reason="why", key="close")
    assert (same["payoutBatch"]["id"], same["replayed"]) == (closed["payoutBatch"]["id"], True)


async def test_the_program_takes_its_own_money_and_no_more(paying: Paying) -> None:
    to, program = Account.create().address, paying.program.id
    own = PAID - EARNED - PAID // 100
    for amount, code, field in (
        (f"{(own + 1) / 10**6:.6f}", "AMOUNT_OUT_OF_RANGE", ["amount", "amount"]),
        ("0", "AMOUNT_OUT_OF_RANGE", ["amount", "amount"]),
        ("0.0000001", "INVALID_INPUT", ["amount", "amount"]),
    ):
        asked = {"amount": amount, "currency": "USDC"}
        payload = await paying.call(WITHDRAW, program=program, amount=asked, to=to, key="no")
        assert refusal(payload) == (code, field)
    euro = await paying.call(
        WITHDRAW, program=program, amount=MONEY | {"currency": "EUR"}, to=to, key="no"
    )
    assert refusal(euro) == ("UNSUPPORTED_CURRENCY", ["amount", "currency"])
    all_of_it = {"amount": f"{own / 10**6:.6f}", "currency": "USDC"}
    made = await paying.call(WITHDRAW, program=program, amount=all_of_it, to=to, key="yes")
    assert made["userErrors"] == []
    assert made["payoutBatch"]["total"]["minor"] == str(own)
    again = await paying.call(WITHDRAW, program=program, amount=all_of_it, to=to, key="yes")
    assert (again["payoutBatch"]["id"], again["replayed"]) == (made["payoutBatch"]["id"], True)


async def test_the_platforms_fee(paying: Paying) -> None:
    asked = {"amount": f"{PAID // 100 / 10**6:.6f}", "currency": "USDC"}
    given = {"program": paying.program.id, "to": Account.create().address, "fee": True}
    more = await paying.call(WITHDRAW, **given, amount=MONEY, key="more")
    assert refusal(more)[0] == "AMOUNT_OUT_OF_RANGE"
    made = await paying.call(WITHDRAW, **given, amount=asked, key="fee")
    assert made["payoutBatch"]["total"]["minor"] == str(PAID // 100)


@pytest.mark.parametrize(
    "path",
    [
        "payouts { nodes { commissions { nodes { id } } } }",
        "payouts { nodes { affiliate { id } user { id } } }",
        "program { payoutBatches { nodes { id } } balances { currency } coverage { currency } }",
    ],
)
async def test_a_key_that_may_only_pay_sees_what_it_signs_and_nothing_behind_it(
    stage: Stage, paying: Paying, path: str
) -> None:
    await paying.filled.reverse()
    caller = Caller(stage.client, await stage.key(paying.program.id, ["MANAGE_PAYOUTS"]))
    mutation = f"""mutation ($program: ID!, $key: String!) {{
      createPayoutBatch(programId: $program, currency: "USDC", idempotencyKey: $key) {{
        payoutBatch {{ {path} }} }} }}"""
    answer = await caller.answer(mutation, program=paying.program.id, key="only")
    assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= {"FORBIDDEN"}
    assert "'id': " not in str(answer["data"])
    assert "USDC" not in str(answer["data"])
    reading = await paying.program.ask(mutation, program=paying.program.id, key="only")
    shown = reading["createPayoutBatch"]["payoutBatch"]
    assert "'id': " in str(shown)
    if "user" in path:
        assert [one["user"] is None for one in shown["payouts"]["nodes"]] == [True] * 3 + [False]
