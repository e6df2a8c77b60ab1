"""reverseSettlement through the API: what it answers, refuses, and leaves in the lists."""

from typing import Any

import pytest

from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from tests.api.caller import Stage
from tests.api.filled import FilledProgram
from tests.invariants import RULES

REVERSE = """
mutation ($id: ID!, $amount: MoneyInput, $key: String!) {
  reverseSettlement(id: $id, amount: $amount, reason: "a test", idempotencyKey: $key) {
    reversal { id amount { minor } actor reason ledgerTransaction { kind reference reverses { kind } } }
    replayed userErrors { code field }
  }
}
"""
SEEN = """
query ($id: ID!) { node(id: $id) { ... on Settlement {
  reversed { minor } reversals { id amount { minor } }
  ledgerTransactions { kind }
  commissions { level status amount { minor } explanation { matches } }
} } }
"""
ACCOUNTS = """
query ($slug: String!) { program(slug: $slug) {
  ledgerAccounts(kind: [REFUND, PLATFORM, PROGRAM]) { nodes { kind balance { minor } } }
} }
"""


async def reverse(
    filled: FilledProgram, amount: str | None, key: str, currency: str = "USDC"
) -> dict[str, Any]:
    id_ = encode_id(IdPrefix.SETTLEMENT, filled.payments[0].settlement)
    given = None if amount is None else {"amount": amount, "currency": currency}
    answer = await filled.program.ask(REVERSE, id=id_, amount=given, key=key)
    payload: dict[str, Any] = answer["reverseSettlement"]
    return payload


async def seen(filled: FilledProgram) -> dict[str, Any]:
    id_ = encode_id(IdPrefix.SETTLEMENT, filled.payments[0].settlement)
    node: dict[str, Any] = (await filled.program.ask(SEEN, id=id_))["node"]
    return node


async def test_parts_sum_to_the_whole(filled: FilledProgram) -> None:
    await filled.grow(1)
    assert (await seen(filled))["reversed"] == {"minor": "0"}
    first = await reverse(filled, "3.333333", "one")
    assert first["userErrors"] == []
    assert first["reversal"]["amount"] == {"minor": "3333333"}
    assert first["reversal"]["ledgerTransaction"] == {
        "kind": "REVERSAL",
        "reference": str(
            await filled.owner.fetchval("SELECT id FROM reversal WHERE program_id = $1", filled.key)
        ),
        "reverses": {"kind": "SETTLEMENT"},
    }
    again = await reverse(filled, "3.333333", "one")
    assert again == first | {"replayed": True}
    assert (await reverse(filled, "3.333333", "two"))["userErrors"] == []
    last = await reverse(filled, None, "rest")
    assert last["reversal"]["amount"] == {"minor": "3333334"}
    node = await seen(filled)
    assert node["reversed"] == {"minor": "10000000"}
    assert len(node["reversals"]) == 3
    assert [one["kind"] for one in node["ledgerTransactions"]] == ["SETTLEMENT", *["REVERSAL"] * 3]
    assert all(one["explanation"]["matches"] for one in node["commissions"])
    for level in (1, 2, 3):
        amounts = [int(c["amount"]["minor"]) for c in node["commissions"] if c["level"] == level]
        assert (len(amounts), sum(amounts)) == (4, 0)
    accounts = (await filled.program.ask(ACCOUNTS, slug=filled.program.slug))["program"]
    balances = {one["kind"]: one["balance"]["minor"] for one in accounts["ledgerAccounts"]["nodes"]}
    assert balances == {"REFUND": "10000000", "PLATFORM": "0", "PROGRAM": "0"}


async def test_a_whole_reversal_reverses_the_commissions_themselves(filled: FilledProgram) -> None:
    await filled.grow(1)
    assert (await reverse(filled, None, "all"))["userErrors"] == []
    node = await seen(filled)
    assert [one["status"] for one in node["commissions"]] == ["REVERSED"] * 3
    events = await filled.owner.fetch(
        "SELECT name FROM (SELECT name, program_id FROM event UNION ALL SELECT name, program_id FROM event_outbox) e"
        " WHERE program_id = $1 AND (name LIKE 'commission.%' OR name = 'settlement.reversed') ORDER BY 1",
        filled.key,
    )
    assert [row["name"] for row in events] == ["commission.reversed"] * 3 + ["settlement.reversed"]


@pytest.mark.parametrize(
    ("amount", "currency", "code", "field"),
    [
        ("6.000001", "USDC", "AMOUNT_ALREADY_REVERSED", ["amount"]),
        ("10.000001", "USDC", "AMOUNT_OUT_OF_RANGE", ["amount", "amount"]),
        ("0", "USDC", "AMOUNT_OUT_OF_RANGE", ["amount", "amount"]),
        ("1.0000001", "USDC", "INVALID_INPUT", ["amount", "amount"]),
        ("1", "EURC", "UNSUPPORTED_CURRENCY", ["amount", "currency"]),
        ("9" * 80, "USDC", "AMOUNT_OUT_OF_RANGE", ["amount", "amount"]),
    ],
)
async def test_refused_amounts_change_nothing(
    amount: str, currency: str, code: str, field: list[str], filled: FilledProgram
) -> None:
    await filled.grow(1)
    assert (await reverse(filled, "4", "first"))["userErrors"] == []
    before = await seen(filled)
    refused = await reverse(filled, amount, "second", currency)
    assert refused["userErrors"] == [{"code": code, "field": field}]
    assert refused["reversal"] is None
    assert await seen(filled) == before
    # A refused key was not used up.
    assert (await reverse(filled, "6", "second"))["userErrors"] == []
    over = await reverse(filled, None, "nothing left")
    assert over["userErrors"] == [{"code": "AMOUNT_ALREADY_REVERSED", "field": ["amount"]}]


async def test_the_same_key_means_the_same(stage: Stage, filled: FilledProgram) -> None:
    await filled.grow(1)
    first = await reverse(filled, "1", "key")
    assert (await reverse(filled, "1.000000", "key"))["reversal"] == first["reversal"]
    other = await reverse(filled, "2", "key")
    assert other["userErrors"] == [{"code": "IDEMPOTENCY_CONFLICT", "field": ["idempotencyKey"]}]
    for unknown in ("nothing", encode_id(IdPrefix.SETTLEMENT, new_id())):
        asked = await filled.program.ask(REVERSE, id=unknown, amount=None, key="unknown")
        assert asked["reverseSettlement"]["userErrors"] == [{"code": "NOT_FOUND", "field": ["id"]}]
    stranger = await stage.program()
    id_ = encode_id(IdPrefix.SETTLEMENT, filled.payments[0].settlement)
    asked = await stranger.ask(REVERSE, id=id_, amount=None, key="stranger")
    assert asked["reverseSettlement"]["userErrors"] == [{"code": "NOT_FOUND", "field": ["id"]}]


UNDO = "UPDATE settlement SET undone_at = confirmed_at WHERE program_id = $1 AND id = $2"
# A registration whose log moved nothing; its intent is not confirmed before.
PENDING = """
WITH made AS (
  INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id,
                      payload, terms_version, upline, created_by, created_at)
  SELECT program_id, $2, 'REGISTRATION', $2::uuid::text, '', $3, chain_id, wallet, user_id, '{}', terms_version,
         upline, created_by, created_at FROM intent WHERE program_id = $1 LIMIT 1
  RETURNING program_id, id, created_at)
INSERT INTO intent_state (program_id, intent_id, status, stage, updated_at)
SELECT program_id, id, 'PENDING', 'QUEUED', created_at FROM made
"""
MINTED = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, tx_hash, block_number, block_hash, log_index, confirmed_at)
SELECT program_id, $2, intent_id, chain_id, tx_hash, block_number, block_hash, log_index + 1, confirmed_at
  FROM (SELECT s.program_id, $3::uuid AS intent_id, s.chain_id, s.tx_hash, s.block_number, s.block_hash, s.log_index,
               s.confirmed_at FROM settlement s WHERE s.program_id = $1 LIMIT 1) s
"""
# Whatever a reversal writes.
WRITTEN = """
SELECT (SELECT count(*) FROM reversal WHERE program_id = $1) AS reversals,
       (SELECT count(*) FROM refund WHERE program_id = $1) AS refunds,
       (SELECT count(*) FROM journal WHERE program_id = $1) AS journals,
       (SELECT count(*) FROM event WHERE program_id = $1)
       + (SELECT count(*) FROM event_outbox WHERE program_id = $1) AS events,
       (SELECT count(*) FROM audit WHERE program_id = $1) AS audited,
       (SELECT array_agg((id, amount, status) ORDER BY id) FROM commission WHERE program_id = $1) AS commissions
"""


async def test_what_moved_no_money_or_was_undone_is_not_reversed(filled: FilledProgram) -> None:
    await filled.grow(1)
    pending, minted, [paid] = new_id(), new_id(), filled.payments
    await filled.owner.execute(PENDING, filled.key, pending, pending.bytes * 2)
    await filled.owner.execute(MINTED, filled.key, minted, pending)
    await filled.owner.execute(UNDO, filled.key, paid.settlement)
    before = await filled.owner.fetchrow(WRITTEN, filled.key)
    for id_, code in (
        (encode_id(IdPrefix.SETTLEMENT, pending), "NOT_FOUND"),
        (encode_id(IdPrefix.INTENT, pending), "NOT_FOUND"),
        (encode_id(IdPrefix.SETTLEMENT, minted), "INVALID_STATE"),
        (encode_id(IdPrefix.SETTLEMENT, paid.settlement), "INVALID_STATE"),
    ):
        for amount in (None, {"amount": "1", "currency": "USDC"}):
            asked = await filled.program.ask(REVERSE, id=id_, amount=amount, key="same")
            assert asked["reverseSettlement"] == {
                "reversal": None,
                "replayed": False,
                "userErrors": [{"code": code, "field": ["id"]}],
            }
    assert await filled.owner.fetchrow(WRITTEN, filled.key) == before


async def test_the_rules_about_reversals_hold(filled: FilledProgram) -> None:
    await filled.grow(2)
    await filled.reverse()
    for rule, statement in RULES.items():
        if rule.startswith(("4", "6 a reversal", "6 what", "6 only", "6 a clawback")):
            assert await filled.owner.fetch(statement) == [], rule
