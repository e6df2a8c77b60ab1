"""Another program's ids, wallets and texts in the filters of exports: as if they were nobody's."""

from typing import Any

from app.domain.exports import ExportKind
from schema.ids import IdPrefix, encode_id
from schema.inputs.exports import _READERS
from tests.api.batched import Batches
from tests.api.caller import OwnProgram, Stage
from tests.api.exporting import asked, fetched
from tests.api.filled import FilledProgram

_LOW = "SELECT public_id FROM affiliate WHERE program_id = $1 AND referral_code = 'LOW'"
_ACCOUNT = "SELECT public_id FROM account WHERE program_id = $1 AND kind = 'AFFILIATE' LIMIT 1"
_PAYEE = """
SELECT a.public_id FROM payout p JOIN affiliate a ON a.program_id = p.program_id AND a.id = p.affiliate_id
 WHERE p.program_id = $1 LIMIT 1
"""
_BATCH = "SELECT id FROM payout_batch WHERE program_id = $1"
_WALLET = "SELECT wallet FROM program_user WHERE program_id = $1 LIMIT 1"
_COPY = """
SELECT c.hash FROM signed_copy c JOIN intent_attempt a ON a.chain_transaction_id = c.chain_transaction_id
 WHERE a.program_id = $1 LIMIT 1
"""
_REFERENCE = "SELECT reference FROM journal WHERE program_id = $1 AND reference IS NOT NULL ORDER BY id DESC LIMIT 1"
# These are for one thing, which has to be there.
_ONE_THING = {ExportKind.STATEMENT, ExportKind.PAYOUT_BATCH}
# Words that every program has, not names of things.
_WORDS = {"status", "kind", "purpose", "severity", "open", "stuck", "level", "rootsOnly", "currency", "after", "rows"}  # fmt: skip
_TIMES = {"from", "to", "createdAfter", "createdBefore", "accruedAfter", "accruedBefore"}
_PERIOD = {"currency": "USDC", "from": "2026-01-01T00:00:00Z", "to": "2040-01-01T00:00:00Z"}


async def named(filled: FilledProgram) -> dict[tuple[ExportKind, str], str]:
    """By kind and condition, something of this program that has rows."""

    async def of(prefix: IdPrefix, query: str) -> str:
        return encode_id(prefix, await filled.owner.fetchval(query, filled.key))

    low = await of(IdPrefix.AFFILIATE, _LOW)
    account = await of(IdPrefix.LEDGER_ACCOUNT, _ACCOUNT)
    wallet: str = await filled.owner.fetchval(_WALLET, filled.key)
    copy: bytes = await filled.owner.fetchval(_COPY, filled.key)
    return {
        (ExportKind.INTENTS, "wallet"): wallet,
        (ExportKind.INTENTS, "transactionHash"): f"0x{copy.hex()}",
        (ExportKind.COMMISSIONS, "affiliateId"): low,
        (ExportKind.AFFILIATES, "parentId"): low,
        (ExportKind.AFFILIATES, "search"): "LOW",
        (ExportKind.STATEMENT, "affiliateId"): low,
        (ExportKind.ACCOUNTS, "ownerId"): low,
        (ExportKind.LEDGER, "reference"): await filled.owner.fetchval(_REFERENCE, filled.key),
        (ExportKind.LEDGER, "accountId"): account,
        (ExportKind.PAYOUTS, "affiliateId"): await of(IdPrefix.AFFILIATE, _PAYEE),
        (ExportKind.PAYOUT_BATCH, "batchId"): await of(IdPrefix.PAYOUT_BATCH, _BATCH),
    }


async def lines(program: OwnProgram, kind: ExportKind, filter_: dict[str, Any]) -> int:
    """How many lines there are between the header and the totals."""
    text = (await fetched(program, kind, **filter_)).text
    return text[: text.index("total of ")].count("\n") - 1


async def test_another_programs_things_have_no_rows(stage: Stage, filled: FilledProgram) -> None:
    await filled.grow(2)
    await Batches(filled).propose(filled.payments[:1])
    second = FilledProgram(await stage.program(), filled.owner, filled.worker, filled.now)
    other = second.program
    things = await named(filled)
    naming = {
        (kind, name) for kind, names in _READERS.items() for name in names.keys() - _WORDS - _TIMES
    }
    assert things.keys() == naming
    for (kind, name), thing in things.items():
        given = {name: thing} | (_PERIOD if kind is ExportKind.STATEMENT else {})
        if kind in _ONE_THING:
            assert (await fetched(filled.program, kind, **given)).status_code == 200
            payload = await asked(other, kind, **given)
            assert payload["url"] is None, (kind, name)
            assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"], (kind, name)
        else:
            assert await lines(filled.program, kind, given) > 0, (kind, name)
            assert await lines(other, kind, given) == 0, (kind, name)
