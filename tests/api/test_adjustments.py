"""A terminated affiliate's balance: proposed by one, approved by another, whole or not at all."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.counting import counted_reads
from tests.api.filled import FilledProgram
from tests.api.operations import TERMINATE
from tests.reversal_rules import REVERSAL_RULES

PROPOSE = """mutation ($id: ID!, $currency: String!, $key: String!) {
  proposeBalanceAdjustment(affiliateId: $id, currency: $currency, reason: "left", idempotencyKey: $key) {
    adjustment { id affiliate { id } amount { minor } reason proposedBy approvedBy ledgerTransaction { kind } }
    replayed userErrors { code field } } }"""
APPROVE = """mutation ($id: ID!) { approveBalanceAdjustment(id: $id) {
  adjustment { id proposedBy approvedBy ledgerTransaction { kind reference } } replayed userErrors { code field } } }"""
AFFILIATE = """query ($program: ID!, $code: String!) {
  affiliate(by: {referralCode: {programId: $program, referralCode: $code}}) { id commissions { nodes { status } } } }"""
WAITING = "query ($id: ID!) { affiliate(by: {id: $id}) { pendingAdjustments { id } } }"
FIELDS = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on BalanceAdjustment {
  affiliate { id } ledgerTransaction { id } } } }"""
REVERSE = """mutation ($id: ID!, $key: String!) { reverseSettlement(id: $id, reason: "back", idempotencyKey: $key,
  amount: {amount: "4", currency: "USDC"}) { userErrors { code } } }"""
_BALANCE = """
SELECT coalesce(sum(a.credits - a.debits), 0) FROM account a
  JOIN affiliate f ON f.program_id = a.program_id AND f.id = a.owner_id
 WHERE a.program_id = $1 AND a.kind = 'AFFILIATE' AND f.referral_code = $2
"""
EARNED = 1_000_000


@dataclass
class Adjusting:
    """A program whose affiliate BRANCH0 earned 1 USDC at level 1; two persons' keys."""

    filled: FilledProgram
    second: Caller

    @property
    def first(self) -> OwnProgram:
        return self.filled.program

    async def affiliate(self, code: str = "BRANCH0") -> dict[str, Any]:
        asked = await self.first.ask(AFFILIATE, program=self.first.id, code=code)
        found: dict[str, Any] = asked["affiliate"]
        return found

    async def terminate(self, code: str = "BRANCH0") -> None:
        await self.first.ask(TERMINATE, id=(await self.affiliate(code))["id"])

    async def propose(
        self, key: str = "key", code: str = "BRANCH0", currency: str = "USDC"
    ) -> dict[str, Any]:
        id_ = (await self.affiliate(code))["id"]
        asked = await self.first.ask(PROPOSE, id=id_, currency=currency, key=key)
        payload: dict[str, Any] = asked["proposeBalanceAdjustment"]
        return payload

    async def approve(self, id_: str, by: Caller | None = None) -> dict[str, Any]:
        asked = await (by or self.second).ask(APPROVE, id=id_)
        payload: dict[str, Any] = asked["approveBalanceAdjustment"]
        return payload

    async def waiting(self) -> list[str]:
        asked = await self.first.ask(WAITING, id=(await self.affiliate())["id"])
        return [one["id"] for one in asked["affiliate"]["pendingAdjustments"]]

    async def reverse(self, key: str) -> None:
        id_ = encode_id(IdPrefix.SETTLEMENT, self.filled.payments[0].settlement)
        asked = await self.first.ask(REVERSE, id=id_, key=key)
        assert asked["reverseSettlement"]["userErrors"] == []

    async def balance(self, code: str = "BRANCH0") -> int:
        return int(await self.filled.owner.fetchval(_BALANCE, self.filled.key, code))


@pytest.fixture
async def adjusting(stage: Stage, filled: FilledProgram) -> Adjusting:
    await filled.grow(1)
    token = await stage.key(filled.program.id, ["MANAGE_PAYOUTS"])
    return Adjusting(filled, Caller(stage.client, token))


def code_of(payload: dict[str, Any]) -> str:
    [error] = payload["userErrors"]
    assert payload["adjustment"] is None
    code: str = error["code"]
    return code


async def test_two_persons_forfeit_a_balance(adjusting: Adjusting) -> None:
    assert code_of(await adjusting.propose()) == "INVALID_STATE"
    await adjusting.terminate()
    proposed = await adjusting.propose()
    adjustment = proposed["adjustment"]
    assert adjustment["amount"] == {"minor": str(EARNED)}
    assert (adjustment["approvedBy"], adjustment["ledgerTransaction"]) == (None, None)
    assert adjustment["affiliate"]["id"] == (await adjusting.affiliate())["id"]
    assert await adjusting.propose() == proposed | {"replayed": True}
    assert code_of(await adjusting.propose("again")) == "ALREADY_EXISTS"
    assert code_of(await adjusting.approve(adjustment["id"], adjusting.first)) == "SELF_APPROVAL"
    assert await adjusting.balance() == EARNED
    approved = await adjusting.approve(adjustment["id"])
    assert approved["replayed"] is False
    assert approved["adjustment"]["approvedBy"] not in (None, adjustment["proposedBy"])
    # The fields of a journal are its program's readers' business.
    assert approved["adjustment"]["ledgerTransaction"] is None
    again = await adjusting.approve(adjustment["id"], adjusting.first)
    assert (again["replayed"], again["userErrors"]) == (True, [])
    assert again["adjustment"]["ledgerTransaction"]["kind"] == "ADJUSTMENT"
    assert await adjusting.balance() == 0
    assert [one["status"] for one in (await adjusting.affiliate())["commissions"]["nodes"]] == [
        "REVERSED"
    ]
    assert code_of(await adjusting.propose("nothing left")) == "INVALID_STATE"


async def test_what_waits_for_a_second_person_is_listed(adjusting: Adjusting) -> None:
    await adjusting.terminate()
    assert await adjusting.waiting() == []
    proposed = (await adjusting.propose())["adjustment"]
    assert await adjusting.waiting() == [proposed["id"]]
    await adjusting.approve(proposed["id"])
    assert await adjusting.waiting() == []


async def test_a_debt_is_written_off(adjusting: Adjusting) -> None:
    await adjusting.terminate()
    first = (await adjusting.propose("one"))["adjustment"]["id"]
    await adjusting.approve(first)
    await adjusting.reverse("after")
    assert await adjusting.balance() == -EARNED * 4 // 10
    owed = (await adjusting.propose("two"))["adjustment"]
    assert owed["amount"] == {"minor": str(-EARNED * 4 // 10)}
    assert (await adjusting.approve(owed["id"]))["userErrors"] == []
    assert await adjusting.balance() == 0
    for rule, statement in REVERSAL_RULES.items():
        assert await adjusting.filled.owner.fetch(statement) == [], rule


async def test_a_changed_balance_is_proposed_again(adjusting: Adjusting) -> None:
    await adjusting.terminate()
    stale = (await adjusting.propose("one"))["adjustment"]["id"]
    await adjusting.reverse("between")
    assert code_of(await adjusting.approve(stale)) == "INVALID_STATE"
    fresh = (await adjusting.propose("two"))["adjustment"]
    assert fresh["amount"] == {"minor": str(EARNED * 6 // 10)}
    assert (await adjusting.approve(fresh["id"]))["userErrors"] == []
    assert code_of(await adjusting.approve(stale)) == "INVALID_STATE"


async def test_what_is_in_a_batch_is_not_adjusted(adjusting: Adjusting) -> None:
    await adjusting.terminate()
    proposed = (await adjusting.propose("before"))["adjustment"]["id"]
    await Batches(adjusting.filled).propose(adjusting.filled.payments)
    assert code_of(await adjusting.approve(proposed)) == "INVALID_STATE"
    assert code_of(await adjusting.propose("after")) == "INVALID_STATE"
    assert await adjusting.balance() == EARNED


async def test_refusals(stage: Stage, adjusting: Adjusting) -> None:
    await adjusting.terminate()
    assert code_of(await adjusting.propose("k", currency="EURC")) == "UNSUPPORTED_CURRENCY"
    assert code_of(await adjusting.propose("k", "LEAF0")) == "INVALID_STATE"
    proposed = (await adjusting.propose("k"))["adjustment"]["id"]
    await adjusting.terminate("LEAF0")
    assert code_of(await adjusting.propose("k", "LEAF0")) == "IDEMPOTENCY_CONFLICT"
    assert code_of(await adjusting.propose("empty", "LEAF0")) == "INVALID_STATE"
    stranger = await stage.program()
    assert code_of(await adjusting.approve(proposed, stranger)) == "NOT_FOUND"
    for unknown in ("nothing", encode_id(IdPrefix.BALANCE_ADJUSTMENT, new_id())):
        assert code_of(await adjusting.approve(unknown)) == "NOT_FOUND"
    assert await adjusting.balance() == EARNED


async def test_many_approvals_at_once_adjust_once(adjusting: Adjusting) -> None:
    await adjusting.terminate()
    proposed = (await adjusting.propose())["adjustment"]["id"]
    answers = await asyncio.gather(*(adjusting.approve(proposed) for _ in range(5)))
    assert sorted(one["replayed"] for one in answers) == [False, True, True, True, True]
    journals = await adjusting.filled.owner.fetch(
        "SELECT FROM journal WHERE program_id = $1 AND kind = 'ADJUSTMENT'", adjusting.filled.key
    )
    assert len(journals) == 1


async def test_adjustments_are_read_together(stage: Stage, adjusting: Adjusting) -> None:
    await adjusting.filled.grow(3)
    ids = []
    for number in range(4):
        await adjusting.terminate(f"BRANCH{number}")
        proposed = await adjusting.propose(f"key {number}", f"BRANCH{number}")
        ids.append(proposed["adjustment"]["id"])
        await adjusting.approve(ids[-1])
    counting = counted_reads(stage)
    counted = []
    for asked in (ids[:1], ids):
        counting.statements.clear()
        seen = (await adjusting.first.ask(FIELDS, ids=asked))["nodes"]
        assert all(one["ledgerTransaction"] for one in seen)
        counted.append(len(counting.statements))
    assert counted[0] == counted[1]
    stranger = await stage.program()
    assert (await stranger.ask(FIELDS, ids=ids))["nodes"] == [None] * 4
