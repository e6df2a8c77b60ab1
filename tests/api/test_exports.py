"""What exports hold: tables whose totals are the API's and the ledger's, and a batch as one document."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.exporting import fetched, table
from tests.api.filled import FilledProgram
from tests.storage.seeds import wallet

_COMMISSIONS = """
query ($id: ID!) { node(id: $id) { ... on Program {
  commissions(first: 100) { nodes { id amount { amount } status affiliate { referralCode } } }
} } }
"""
_BALANCES = """
SELECT a.referral_code, c.credits - c.debits AS balance FROM account c
  JOIN affiliate a ON a.program_id = c.program_id AND a.id = c.owner_id
 WHERE c.program_id = $1 AND c.kind = 'AFFILIATE'
"""


async def test_commissions_total_what_the_api_and_the_ledger_say(filled: FilledProgram) -> None:
    await filled.grow(3)
    rows = await table(filled.program, "COMMISSIONS")
    answer = await filled.program.ask(_COMMISSIONS, id=filled.program.id)
    nodes = answer["node"]["commissions"]["nodes"]
    assert {(row["id"], row["amount"], row["status"]) for row in rows} == {
        (node["id"], node["amount"]["amount"], node["status"]) for node in nodes
    }
    of_table: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        of_table[row["referral_code"]] += Decimal(row["amount"])
    balances = await filled.owner.fetch(_BALANCES, filled.key)
    assert of_table == {
        row["referral_code"]: Decimal(int(row["balance"])).scaleb(-6) for row in balances
    }


async def test_conditions_choose_rows(filled: FilledProgram) -> None:
    await filled.grow(2)
    program = filled.program
    everything = await table(program, "COMMISSIONS")
    second = await table(program, "COMMISSIONS", level=2)
    assert second == [row for row in everything if row["level"] == "2"]
    affiliate = everything[0]["affiliate_id"]
    own = await table(program, "COMMISSIONS", affiliateId=affiliate, status=["ACCRUED"])
    assert own == [row for row in everything if row["affiliate_id"] == affiliate]
    late = (filled.now + timedelta(days=1)).isoformat()
    assert await table(program, "COMMISSIONS", accruedAfter=late) == []
    assert await table(program, "COMMISSIONS", accruedBefore=late) == everything
    assert await table(program, "LEDGER", kind=["PAYOUT"]) == []
    intents = await table(program, "INTENTS", status=["CONFIRMED"], kind=["PAYMENT"])
    assert len(intents) == 2
    for row in intents:
        of_wallet = await table(program, "INTENTS", wallet=row["wallet"].lower())
        assert of_wallet == [each for each in intents if each["wallet"] == row["wallet"]]
        of_transaction = await table(program, "INTENTS", transactionHash=row["tx_hash"])
        assert of_transaction == [each for each in intents if each["tx_hash"] == row["tx_hash"]]
    assert await table(program, "INTENTS", transactionHash="0x" + "0f" * 32) == []


async def test_the_ledger_adds_up_in_its_export(filled: FilledProgram) -> None:
    await filled.grow(2)
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for row in await table(filled.program, "LEDGER"):
        moved[row["debit_account_id"]] -= Decimal(row["amount"])
        moved[row["credit_account_id"]] += Decimal(row["amount"])
    accounts = await filled.owner.fetch(
        "SELECT public_id, credits - debits AS balance FROM account WHERE program_id = $1",
        filled.key,
    )
    stored = {
        encode_id(IdPrefix.LEDGER_ACCOUNT, row["public_id"]): Decimal(int(row["balance"])).scaleb(
            -6
        )
        for row in accounts
    }
    assert moved == {key: value for key, value in stored.items() if value or key in moved}


async def test_one_accounts_rows_are_those_that_move_it(filled: FilledProgram) -> None:
    await filled.grow(2)
    everything = await table(filled.program, "LEDGER")
    account = everything[0]["debit_account_id"]
    own = await table(filled.program, "LEDGER", accountId=account)
    sides = ("debit_account_id", "credit_account_id")
    assert own == [row for row in everything if account in {row[side] for side in sides}]
    late = (filled.now + timedelta(days=1)).isoformat()
    assert await table(filled.program, "LEDGER", accountId=account, **{"from": late}) == []


async def test_payouts_and_what_became_of_them(filled: FilledProgram) -> None:
    await filled.grow(2)
    batches = Batches(filled)
    batch_id = await batches.propose(filled.payments)
    await batches.sign(batch_id)
    await batches.execute(batch_id, slice(1))
    rows = await table(filled.program, "PAYOUTS")
    assert {row["batch_id"] for row in rows} == {encode_id(IdPrefix.PAYOUT_BATCH, batch_id)}
    assert {row["status"] for row in rows} == {"PENDING", "PAID"}
    paid = await table(filled.program, "PAYOUTS", status=["PAID"], purpose=["REFUND"])
    assert [row["amount"] for row in paid] == ["1.000000"]
    commissions = await table(filled.program, "COMMISSIONS", status=["PAID"])
    total = sum(Decimal(row["amount"]) for row in commissions)
    payouts = await table(filled.program, "PAYOUTS", status=["PAID"], purpose=["COMMISSION"])
    assert sum(Decimal(row["amount"]) for row in payouts) == total
    assert {row["executed_tx_hash"] for row in commissions} == {
        row["executed_tx_hash"] for row in payouts
    }


async def test_a_batch_is_one_document(filled: FilledProgram) -> None:
    await filled.grow(2)
    batches = Batches(filled)
    batch_id = await batches.propose(filled.payments)
    await batches.sign(batch_id, owners=1)
    shown = encode_id(IdPrefix.PAYOUT_BATCH, batch_id)
    response = await fetched(filled.program, "PAYOUT_BATCH", batchId=shown)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-disposition"] == 'attachment; filename="payout-batch.json"'
    document = response.json()
    assert document["batch"] == shown
    assert [len(one["payouts"]) for one in document["safeTransactions"]] == [
        len(part.owners) for part in batches.parts[batch_id]
    ]
    assert [len(one["signatures"]) for one in document["safeTransactions"]] == [1, 1]
    for one in document["safeTransactions"]:
        assert sum(int(payout["amount"]) for payout in one["payouts"]) == int(one["total"])


async def test_a_key_is_no_formula(filled: FilledProgram) -> None:
    program = filled.program
    register = """mutation ($program: ID!, $wallet: Address!) {
      registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: "=HYPERLINK(1)"}) {
        userErrors { code } } }"""
    await program.ask(register, program=program.id, wallet=wallet(7))
    rows = await table(program, "INTENTS")
    assert "'=HYPERLINK(1)" in [row["idempotency_key"] for row in rows]
