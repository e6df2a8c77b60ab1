"""Why a commission is not paid yet, as the API says it, by real rows and the product's own mutations."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.ids import new_id
from tests.api.batched import Batches
from tests.api.caller import Stage
from tests.api.filled import FilledProgram
from tests.api.paying import APPROVE, REJECT, Paying
from tests.storage.seeds import wallet

BLOCKED = """query ($slug: String!) { program(slug: $slug) { commissions(filter: {level: 1}) { nodes {
  status payableAt blockers { code message until } } } } }"""
STATUS = """mutation ($id: ID!) { setAffiliateStatus(id: $id, status: SUSPENDED, reason: "a look") {
  userErrors { code } } }"""
PAUSE = (
    'mutation ($id: ID!) { pauseProgram(programId: $id, reason: "a look") { userErrors { code } } }'
)
TERMS = """mutation ($id: ID!) { setTerms(input: {programId: $id, idempotencyKey: "minimum",
  terms: {commissionLevelsBps: [1000, 500, 200], minimumPayout: {amount: "5", currency: "USDC"}}}) {
    userErrors { code } } }"""
_WAITS = "UPDATE safe_transaction SET waiting_code = 'TREASURY_SHORT', waiting = '3.0 are missing' WHERE id = $1"
_MATURE = "UPDATE commission SET status = 'PAYABLE' WHERE program_id = $1 AND status = 'ACCRUED'"
_BRANCH = "SELECT id, public_id FROM affiliate WHERE program_id = $1 AND referral_code = 'BRANCH0'"
_CHANGE_WALLET = """
INSERT INTO affiliate_wallet_change (program_id, affiliate_id, n, old_wallet, new_wallet, old_signature, new_signature,
                                     changed_by, changed_at, pays_from)
SELECT a.program_id, a.id, 1, a.wallet, $3, '', '', 'test', $4, $4 FROM affiliate a WHERE a.program_id = $1 AND a.id = $2
"""
_CLAW_BACK = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, claws_back, accrued_at, payable_at)
SELECT program_id, $2, settlement_id, affiliate_id, level, rate_bps, terms_version, base, -amount, currency, status, id,
       accrued_at, payable_at FROM commission WHERE id = $1
"""


async def blocked(filled: FilledProgram) -> list[list[str]]:
    """The codes of each commission of level 1."""
    return [[one["code"] for one in found] for found in await blockers(filled)]


async def blockers(filled: FilledProgram) -> list[list[dict[str, Any]]]:
    seen = await filled.program.ask(BLOCKED, slug=filled.program.slug)
    return [node["blockers"] for node in seen["program"]["commissions"]["nodes"]]


@pytest.fixture
async def due(filled: FilledProgram) -> FilledProgram:
    """One payment's commissions, PAYABLE."""
    await filled.grow(1)
    await filled.owner.execute(_MATURE, filled.key)
    return filled


async def test_while_it_is_held(filled: FilledProgram) -> None:
    await filled.grow(1)
    seen = await filled.program.ask(BLOCKED, slug=filled.program.slug)
    [node] = seen["program"]["commissions"]["nodes"]
    assert [one["code"] for one in node["blockers"]] == ["HOLDING_PERIOD"]
    assert node["blockers"][0]["until"] == node["payableAt"]


async def test_due_and_in_no_batch(due: FilledProgram) -> None:
    assert await blocked(due) == [["AWAITING_APPROVAL"]]


async def test_below_the_minimum_says_how_much_is_missing(due: FilledProgram) -> None:
    payload = await due.program.ask(TERMS, id=due.program.id)
    assert payload["setTerms"]["userErrors"] == []
    [[blocker]] = await blockers(due)
    assert blocker["code"] == "BELOW_MINIMUM"
    assert blocker["message"].startswith("4.000000 USDC are missing")


async def test_suspended_paused_and_another_wallet(due: FilledProgram) -> None:
    branch = await due.owner.fetchrow(_BRANCH, due.key)
    later = due.now + timedelta(days=3)
    await due.owner.execute(_CHANGE_WALLET, due.key, branch["id"], wallet(321), later)
    [[blocker]] = await blockers(due)
    assert blocker["code"] == "WALLET_COOL_DOWN"
    assert blocker["until"].startswith(f"{later:%Y-%m-%dT%H:%M:%S}")
    seen = await due.program.ask(
        "query ($by: AffiliateKey!) { affiliate(by: $by) { id } }",
        by={"referralCode": {"programId": due.program.id, "referralCode": "BRANCH0"}},
    )
    await due.program.ask(STATUS, id=seen["affiliate"]["id"])
    await due.program.ask(PAUSE, id=due.program.id)
    assert await blocked(due) == [["AFFILIATE_SUSPENDED", "WALLET_COOL_DOWN", "PROGRAM_PAUSED"]]


async def test_nothing_is_left_after_clawbacks(due: FilledProgram) -> None:
    earned = due.payments[0].accrual.commissions[0]
    await due.owner.execute(_CLAW_BACK, earned.id, new_id())
    assert await blocked(due) == [["NEGATIVE_BALANCE"]] * 2


async def test_left_out_of_the_newest_batch_and_behind_it(due: FilledProgram) -> None:
    batches = Batches(due)
    await due.grow(1)
    await due.owner.execute(_MATURE, due.key)
    batch = await batches.propose(due.payments[1:])
    # The newest first: one waits for its owners, the other for that batch's end.
    assert await blocked(due) == [["AWAITING_APPROVAL"], ["EARLIER_BATCH_OPEN"]]
    branch = await due.owner.fetchrow(_BRANCH, due.key)
    await batches.exclude(batch, branch["id"], "blacklisted")
    assert await blocked(due) == [
        ["AWAITING_APPROVAL"],
        ["RECIPIENT_REFUSED", "EARLIER_BATCH_OPEN"],
    ]
    assert (await blockers(due))[1][0]["message"] == "blacklisted"
    await batches.execute(batch)
    assert await blocked(due) == [[], ["RECIPIENT_REFUSED"]]
    # A newer batch that does not refuse it says that it is fine again.
    await due.grow(1)
    await batches.propose(due.payments[2:])
    assert (await blocked(due))[2] == ["EARLIER_BATCH_OPEN"]


async def test_from_the_first_signature_to_the_last_relay(stage: Stage, paying: Paying) -> None:
    filled = paying.filled
    batch = await paying.create()
    await paying.call(APPROVE, **paying.signed(batch, 0))
    [[waiting]] = await blockers(filled)
    assert (waiting["code"], waiting["message"]) == (
        "AWAITING_APPROVAL",
        "It has 1 of the 2 signatures that it needs.",
    )
    await paying.call(APPROVE, **paying.signed(batch, 1))
    assert await blocked(filled) == [["EXECUTING"]]
    part = await filled.owner.fetchval(
        "SELECT id FROM safe_transaction WHERE program_id = $1", filled.key
    )
    await filled.owner.execute(_WAITS, part)
    [[short]] = await blockers(filled)
    assert (short["code"], short["message"]) == ("TREASURY_SHORT", "3.0 are missing")
    await paying.program.ask(PAUSE, id=paying.program.id)
    assert await blocked(filled) == [["PROGRAM_PAUSED", "TREASURY_SHORT"]]
    await paying.call(REJECT, id=batch["id"], reason="another one comes")
    assert await blocked(filled) == [["EARLIER_BATCH_OPEN"]]
    assert stage is not None
