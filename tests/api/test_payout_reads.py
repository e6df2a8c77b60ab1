"""What clients read of batches, Safe transactions and payouts, at each step of a batch's way."""

from typing import Any

import pytest

from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.caller import Stage
from tests.api.filled import FilledProgram

BATCH = """query ($id: ID!) { payoutBatch(id: $id) {
  id currency status version total { minor } payoutCount requiredApprovals contentHash replaces { id } createdBy executedAt
  failure blockers { code message }
  safeTransactions { id index status death safe nonce to data operation hash contentHash typedData payoutCount
    total { minor } signatures { owner signature at } simulation { passed refused blockNumber gasEstimate }
    transactionHash transaction { hash } }
  payouts(first: 200) { totalCount { value } nodes { id batch { id } purpose affiliate { id } user { id } destination
    amount { minor } index safeTransactionIndex status transactionHash failure
    commissions { totalCount { value } nodes { amount { minor } payout { id } } } } }
  changes { nodes { kind affiliate { referralCode } message } totalCount { value } }
  excluded { nodes { affiliate { referralCode } user { id } destination amount { minor } reason } }
} }"""
LIST = """query ($slug: String!, $status: [PayoutBatchStatus!]) { program(slug: $slug) {
  payoutBatches(status: $status) { nodes { id status } totalCount { value } } } }"""
NEWEST = """query ($slug: String!, $after: String) { program(slug: $slug) {
  payoutBatches(first: 1, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } }
  affiliates(filter: {search: "MIDDLE"}) { nodes { payouts { nodes { batch { id } } } } } } }"""
PAID = """query ($slug: String!) { program(slug: $slug) {
  commissions { nodes { id status amount { minor } payout { id status } clawsBack { id } clawedBackBy { id } blockers { code } } }
  affiliates(filter: {search: "MIDDLE"}) { nodes { payouts { nodes { id status } totalCount { value } } } } } }"""


@pytest.fixture
async def batches(filled: FilledProgram) -> Batches:
    """Two payments, to be paid out."""
    await filled.grow(2)
    return Batches(filled)


async def read(batches: Batches, batch: Any) -> dict[str, Any]:
    id_ = encode_id(IdPrefix.PAYOUT_BATCH, batch)
    found: dict[str, Any] = (await batches.filled.program.ask(BATCH, id=id_))["payoutBatch"]
    return found


async def test_a_batch_that_waits_for_owners(batches: Batches) -> None:
    batch = await batches.propose(batches.filled.payments)
    await batches.sign(batch, owners=1)
    seen = await read(batches, batch)
    parts = batches.parts[batch]
    assert (seen["status"], seen["version"], seen["requiredApprovals"]) == (
        "PENDING_APPROVAL",
        1,
        2,
    )
    assert seen["total"]["minor"] == str(sum(part.total for part in parts))
    assert seen["payoutCount"] == seen["payouts"]["totalCount"]["value"] == 8
    assert seen["blockers"] == [
        {"code": "AWAITING_APPROVAL", "message": "It has 1 of the 2 signatures that it needs."}
    ]
    assert [one["id"] for one in seen["safeTransactions"]] == [
        encode_id(IdPrefix.SAFE_TRANSACTION, part.id) for part in parts
    ]
    for place, one in enumerate(seen["safeTransactions"]):
        assert (one["index"], one["nonce"], one["status"]) == (place, str(place), "PROPOSED")
        message = one["typedData"]["message"]
        assert (message["nonce"], message["to"], message["data"]) == (str(place), one["to"], "0x01")
        assert one["typedData"]["domain"]["verifyingContract"] == one["safe"]
        assert len(one["signatures"]) == 1
        assert one["simulation"]["passed"] == 4
        assert (one["transactionHash"], one["transaction"]) == (None, None)
    assert seen["excluded"]["nodes"][0]["affiliate"] == {"referralCode": "TOP"}
    assert seen["changes"]["totalCount"] == {"value": 2}
    assert (seen["executedAt"], seen["failure"], seen["replaces"]) == (None, None, None)


async def test_payouts_and_what_each_pays(batches: Batches) -> None:
    batch = await batches.propose(batches.filled.payments)
    seen = await read(batches, batch)
    places = [(one["safeTransactionIndex"], one["index"]) for one in seen["payouts"]["nodes"]]
    assert places == [(part, place) for part in (0, 1) for place in range(4)]
    for payout in seen["payouts"]["nodes"]:
        assert (payout["status"], payout["batch"]["id"]) == ("PENDING", seen["id"])
        own = payout["commissions"]
        assert own["totalCount"]["value"] == len(own["nodes"])
        if payout["purpose"] == "REFUND":
            assert (payout["affiliate"], own["nodes"]) == (None, [])
            assert payout["user"]["id"].startswith("usr_")
        else:
            assert payout["user"] is None
            total = sum(int(one["amount"]["minor"]) for one in own["nodes"])
            assert payout["amount"]["minor"] == str(total)
            assert {one["payout"]["id"] for one in own["nodes"]} == {payout["id"]}


async def test_from_approved_to_completed(batches: Batches) -> None:
    batch = await batches.propose(batches.filled.payments)
    await batches.sign(batch)
    assert (await read(batches, batch))["status"] == "APPROVED"
    await batches.move(batches.parts[batch][0].id, "EXECUTING")
    seen = await read(batches, batch)
    assert (seen["status"], [one["code"] for one in seen["blockers"]]) == (
        "EXECUTING",
        ["EXECUTING"],
    )
    assert {one["status"] for one in seen["payouts"]["nodes"]} == {"PROCESSING", "PENDING"}
    await batches.execute(batch)
    seen = await read(batches, batch)
    assert (seen["status"], seen["blockers"], seen["failure"]) == ("COMPLETED", [], None)
    assert seen["executedAt"] is not None
    for one in seen["safeTransactions"]:
        assert one["transaction"]["hash"] == one["transactionHash"]
    assert {one["status"] for one in seen["payouts"]["nodes"]} == {"PAID"}


async def test_what_was_given_up(batches: Batches) -> None:
    first = await batches.propose(batches.filled.payments)
    dead, listed = batches.parts[first]
    await batches.give_up(dead.id, "REJECTED", "wrong amounts")
    await batches.end(dead.id)
    await batches.execute(first, slice(1, 2))
    seen = await read(batches, first)
    assert (seen["status"], seen["failure"]) == ("PARTIALLY_COMPLETED", "wrong amounts")
    assert [one["death"] for one in seen["safeTransactions"]] == ["REJECTED", None]
    by_part = {one["safeTransactionIndex"]: one for one in seen["payouts"]["nodes"]}
    assert (by_part[0]["status"], by_part[0]["failure"]) == ("CANCELLED", "wrong amounts")
    assert by_part[1]["status"] == "PAID"
    assert listed.total > 0
    asked = await batches.filled.program.ask(PAID, slug=batches.filled.program.slug)
    for one in asked["program"]["commissions"]["nodes"]:
        # What nothing pays any more is free, and in no payout.
        assert (one["payout"] is None) is (one["status"] == "PAYABLE")


async def test_what_both_batches_list_is_one(batches: Batches) -> None:
    first = await batches.propose(batches.filled.payments)
    second = await batches.replace(first, keep=1)
    seen, old = await read(batches, second), await read(batches, first)
    assert seen["replaces"] == {"id": old["id"]}
    [kept] = seen["safeTransactions"]
    assert kept["id"] == old["safeTransactions"][1]["id"]
    assert (kept["index"], old["safeTransactions"][1]["index"]) == (0, 1)
    assert {one["batch"]["id"] for one in seen["payouts"]["nodes"]} == {seen["id"]}
    assert {one["batch"]["id"] for one in old["payouts"]["nodes"]} == {old["id"]}


async def test_batches_by_status_and_commissions_by_payout(batches: Batches) -> None:
    program, payments = batches.filled.program, batches.filled.payments
    paid = await batches.propose(payments[:1])
    await batches.execute(paid)
    await batches.propose(payments[1:])
    for status, found in (
        (None, ["PENDING_APPROVAL", "COMPLETED"]),
        (["COMPLETED"], ["COMPLETED"]),
        (["PENDING_APPROVAL", "APPROVED"], ["PENDING_APPROVAL"]),
        (["FAILED"], []),
        ([], []),
    ):
        asked = await program.ask(LIST, slug=program.slug, status=status)
        listed = asked["program"]["payoutBatches"]
        assert [one["status"] for one in listed["nodes"]] == found
        assert listed["totalCount"]["value"] == len(found)
    seen = (await program.ask(PAID, slug=program.slug))["program"]
    shown = seen["commissions"]["nodes"]
    assert {one["payout"]["status"] for one in shown if one["status"] == "PAID"} == {"PAID"}
    assert all(one["blockers"] == [] for one in shown if one["status"] == "PAID")
    waiting = [one for one in shown if one["status"] == "PENDING_APPROVAL"]
    assert {one["blockers"][0]["code"] for one in waiting} == {"AWAITING_APPROVAL"}
    back = {one["id"]: one["clawsBack"]["id"] for one in shown if one["clawsBack"]}
    taken = {back["id"]: one["id"] for one in shown for back in one["clawedBackBy"]}
    assert back == taken
    assert len(back) == 2
    [middle] = seen["affiliates"]["nodes"]
    assert [one["status"] for one in middle["payouts"]["nodes"]] == ["PENDING", "PAID"]
    assert middle["payouts"]["totalCount"]["value"] == 2


async def test_the_newest_is_the_last_made_whatever_its_id(batches: Batches) -> None:
    program, claimed = batches.filled.program, new_id()
    first = await batches.propose(batches.filled.payments)
    second = await batches.replace(first, keep=0, claimed=claimed)
    assert second < first
    shown, after = [], None
    for _ in range(2):
        seen = (await program.ask(NEWEST, slug=program.slug, after=after))["program"]
        [middle] = seen["affiliates"]["nodes"]
        newest = {one["batch"]["id"] for one in middle["payouts"]["nodes"]}
        assert newest == {encode_id(IdPrefix.PAYOUT_BATCH, second)}
        shown += [one["id"] for one in seen["payoutBatches"]["nodes"]]
        after = seen["payoutBatches"]["pageInfo"]["endCursor"]
    assert shown == [encode_id(IdPrefix.PAYOUT_BATCH, one) for one in (second, first)]
    assert seen["payoutBatches"]["pageInfo"]["hasNextPage"] is False


async def test_another_program_sees_nothing(stage: Stage, batches: Batches) -> None:
    batch = await batches.propose(batches.filled.payments)
    other = await stage.program()
    assert await other.ask(BATCH, id=encode_id(IdPrefix.PAYOUT_BATCH, batch)) == {
        "payoutBatch": None
    }
    for id_ in ("", "bat_x", batches.filled.program.id):
        assert await batches.filled.program.ask(BATCH, id=id_) == {"payoutBatch": None}
    asked = await other.ask(LIST, slug=batches.filled.program.slug)
    assert asked == {"program": None}
