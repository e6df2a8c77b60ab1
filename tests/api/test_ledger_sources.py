"""What accounts and journals point to: owners, sources, movements on the chain, seals."""

from typing import Any

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    DEPOSIT,
    IN_FLIGHT,
    PROGRAM,
    SUSPENSE,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)
from app.store.ledger.posting import post
from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.filled import CHAIN_ID, FilledProgram

_JOURNALS = """
query ($slug: String!, $kind: [LedgerTransactionKind!]) { program(slug: $slug) {
  ledgerTransactions(filter: {kind: $kind}) { nodes {
    reference source { __typename id }
    movements { direction undone amount { amount } chainId blockNumber transactionHash logIndex explorerUrl }
    seal { number hash previousHash sealedAt } } } } }
"""
_OWNERS = """
query ($slug: String!) { program(slug: $slug) { ledgerAccounts { nodes {
  kind ownerId owner { __typename id ... on Affiliate { referralCode } ... on User { wallet } } } } } }
"""
_DISCREPANCY = """
INSERT INTO discrepancy (program_id, id, kind, severity, reference, message, opened_at)
VALUES ($1, $2, 'UNEXPLAINED_INFLOW', 'WARNING', $3, '', now())
"""
_SEAL = """
INSERT INTO seal (program_id, stream, n, through, previous_hash, hash, sealed_at)
SELECT $1, 'JOURNAL', 1, max(id)::text, $2, $3, now() FROM journal WHERE program_id = $1
"""
_ONE = Money(1_000_000, "USDC")


async def test_accounts_name_their_owners(filled: FilledProgram) -> None:
    await filled.grow(1)
    asked = await filled.program.ask(_OWNERS, slug=filled.program.slug)
    owners = {
        (one["kind"], one["ownerId"]): one["owner"] for one in _nodes(asked, "ledgerAccounts")
    }
    assert owners[("PROGRAM", None)] is None
    for (_, owner_id), owner in owners.items():
        assert (owner and owner["id"]) == owner_id
    found = {kind: owner["__typename"] for (kind, _), owner in owners.items() if owner}
    assert found == {"AFFILIATE": "Affiliate", "USER": "User"}


async def test_a_settlement_is_its_intents(filled: FilledProgram) -> None:
    await filled.grow(1)
    await filled.reverse()
    await filled.owner.execute(_SEAL, filled.key, bytes(32), b"\x11" * 32)
    [settled] = await _journals(filled, "SETTLEMENT")
    intent = encode_id(IdPrefix.INTENT, filled.payments[0].intent)
    assert settled["source"] == {"__typename": "Intent", "id": intent}
    [moved] = settled["movements"]
    assert (moved["direction"], moved["amount"]["amount"]) == ("IN", "10.000000")
    assert (moved["blockNumber"], moved["logIndex"], moved["undone"]) == ("7", 0, False)
    assert settled["seal"] is None
    [taken_back] = await _journals(filled, "REVERSAL")
    assert taken_back["source"]["__typename"] == "Reversal"
    assert taken_back["movements"] == []
    assert (taken_back["seal"]["number"], taken_back["seal"]["hash"]) == ("1", f"0x{'11' * 32}")


async def test_a_hold_is_its_batchs(filled: FilledProgram) -> None:
    await filled.grow(1)
    batches = Batches(filled)
    batch_id = await batches.propose(filled.payments)
    safe = await filled.owner.fetchval(
        "SELECT hash FROM safe_transaction WHERE program_id = $1 LIMIT 1", filled.key
    )
    line = Transfer("hold", _ONE, PROGRAM, IN_FLIGHT)
    await _post(filled, JournalKind.PAYOUT_HOLD, f"0x{safe.hex()}:2", line)
    [held] = await _journals(filled, "PAYOUT_HOLD")
    batch = encode_id(IdPrefix.PAYOUT_BATCH, batch_id)
    assert held["source"] == {"__typename": "PayoutBatch", "id": batch}


async def test_money_that_nothing_explained_is_its_discrepancys(filled: FilledProgram) -> None:
    await filled.grow(1)
    block, discrepancy = new_id().bytes * 2, new_id()
    reference = f"{CHAIN_ID}:0x{block.hex()}:3"
    movement = Movement(CHAIN_ID, 9, block, 3, MovementDirection.IN, _ONE, bytes(32))
    deposit = Transfer("unexplained", _ONE, DEPOSIT, SUSPENSE)
    await _post(filled, JournalKind.DEPOSIT, reference, deposit, movement)
    explained = Transfer("explained", _ONE, SUSPENSE, PROGRAM)
    await _post(filled, JournalKind.ADJUSTMENT, str(discrepancy), explained)
    [came] = await _journals(filled, "DEPOSIT")
    assert (came["source"], came["movements"][0]["logIndex"]) == (None, 3)
    await filled.owner.execute(_DISCREPANCY, filled.key, discrepancy, reference)
    expected = {"__typename": "Discrepancy", "id": encode_id(IdPrefix.DISCREPANCY, discrepancy)}
    for kind in ("DEPOSIT", "ADJUSTMENT"):
        [one] = await _journals(filled, kind)
        assert one["source"] == expected


async def _post(
    filled: FilledProgram,
    kind: JournalKind,
    reference: str,
    line: Transfer,
    *movements: Movement,
) -> None:
    journal = Journal(
        public_id=new_id(),
        kind=kind,
        reference=reference,
        effective_at=filled.now,
        transfers=(line,),
        movements=movements,
    )
    async with filled.worker.write(filled.key) as unit:
        await post(unit, filled.key, [journal], filled.now, role="worker")


async def _journals(filled: FilledProgram, kind: str) -> list[dict[str, Any]]:
    asked = await filled.program.ask(_JOURNALS, slug=filled.program.slug, kind=[kind])
    return _nodes(asked, "ledgerTransactions")


def _nodes(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = answer["program"][name]["nodes"]
    return nodes
