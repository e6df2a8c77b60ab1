"""Whom money went to is the chain's to say: who writes another wallet down first pays nobody with somebody else's money."""

import asyncio
from datetime import datetime
from threading import Thread
from typing import Any

import asyncpg
import pytest

from app.chain.client import Chain
from app.domain.errors import Refusal, RefusalCode
from app.domain.explanations import Explanation
from app.domain.reconciliation import RunStatus
from app.processes.discrepancies.discrepancies_by_hand import DiscrepanciesByHand
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC
from tests.fixtures.databases import Database
from tests.payouts.outside import Outside
from tests.payouts.world import PayoutProgram
from tests.services.world import key_of

_OPEN = """
SELECT id, kind, reference, severity, expected, actual FROM discrepancy WHERE resolved_at IS NULL ORDER BY kind
"""
_FORGED = "INSERT INTO unexplained_outflow (program_id, reference, recipient) VALUES ($1, $2, $3)"
# As docs/reconciliation.md says.
_CORRECT = """
UPDATE unexplained_outflow SET recipient = $3 WHERE program_id = $1 AND reference = $2
"""
_FORGET = "DELETE FROM unexplained_outflow WHERE program_id = $1 AND reference = $2"
_AS_PROGRAM = "SELECT set_config('sge.program_id', $1, false)"
_GUARDS = """
SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = 'unexplained_outflow'::regclass AND NOT tgisinternal
"""
_MOVED = "SELECT count(*) FROM movement WHERE program_id = $1 AND direction = 'OUT'"
_BOTH = ["TREASURY_MISMATCH", "UNEXPLAINED_OUTFLOW"]


def nonsense(asked: bytes, given: bytes) -> bytes:
    """Receipts that lack what each has."""
    return given if b"eth_getTransactionReceipt" not in asked else given.replace(b'"logs"', b'"l"')


class Forging:
    """A program that owes two affiliates 3 USDC each, and 3 USDC that its owners have sent to a stranger: it is mined."""

    def __init__(self, proving: Proving) -> None:
        self.proving, self.settling = proving, proving.settling
        self.outside = Outside(proving.paying)
        self.world = proving.world

    async def begin(self) -> None:
        self.program: PayoutProgram = await self.world.program()
        affiliates = await self.world.affiliates(self.program, 2)
        await self.world.payable(self.program, dict.fromkeys(affiliates, 3 * USDC))
        self.victim = await self.outside.wallet(self.program, affiliates[1])
        await self.proving.paying.finish()
        self.proving.steal(self.program, 3 * USDC, nonce=0)
        self.stranger = self.proving.chain.stranger.address.lower()

    def reference(self) -> str:
        """Of the transfer, as anybody can read it in the block."""
        eth, token = self.proving.chain.web3.eth, self.proving.chain.deployment.token.lower()
        [*_, transaction] = eth.get_block("latest")["transactions"]
        assert isinstance(transaction, bytes)
        receipt = eth.get_transaction_receipt(transaction)
        [log] = [one for one in receipt["logs"] if one["address"].lower() == token]
        return f"{CHAIN_ID}:0x{bytes(receipt['blockHash']).hex()}:{log['logIndex']}"

    async def correct(self, recipient: str) -> None:
        """What a superuser does with a row that nobody else can change."""
        await self._change(_CORRECT, self.program.id, self.open_reference, recipient)

    async def forget(self) -> None:
        """As if nobody had ever stored it."""
        await self._change(_FORGET, self.program.id, self.open_reference)

    async def _change(self, statement: str, *arguments: Any) -> None:
        async with self.settling.admin.pool.acquire() as connection, connection.transaction():
            await connection.execute("ALTER TABLE unexplained_outflow DISABLE TRIGGER ALL")
            await connection.execute(statement, *arguments)
            await connection.execute("ALTER TABLE unexplained_outflow ENABLE TRIGGER ALL")
            for (trigger,) in await connection.fetch(_GUARDS):
                await connection.execute(
                    f"ALTER TABLE unexplained_outflow ENABLE ALWAYS TRIGGER {trigger}"
                )

    async def open(self) -> list[dict[str, Any]]:
        rows = await self.settling.rows(_OPEN)
        self.open_reference = rows[-1]["reference"]
        return rows

    async def refused(self, explanation: Any) -> str:
        with pytest.raises(Refusal) as refusal:
            await explanation
        assert refusal.value.code is RefusalCode.INVALID_STATE
        return str(refusal.value)


@pytest.fixture
async def forging(proving: Proving) -> Forging:
    forging = Forging(proving)
    await forging.begin()
    return forging


async def test_who_said_it_before_the_watcher_is_told_of(forging: Forging) -> None:
    program, reference = forging.program, forging.reference()
    async with forging.settling.worker.write(program.id) as unit:
        await unit.connection.execute(_FORGED, program.id, reference, forging.victim.lower())
    await forging.proving.watching.turn()
    await forging.proving.final()

    # The books go on; nobody is paid by it.
    assert await forging.settling.value(_MOVED, program.id) == 1
    mismatch, outflow = await forging.open()
    assert [mismatch["kind"], outflow["kind"]] == _BOTH
    assert mismatch["reference"] == outflow["reference"] == reference
    assert mismatch["severity"] == "CRITICAL"
    assert (mismatch["expected"], mismatch["actual"]) == (forging.stranger, forging.victim.lower())
    assert "recipient" in await forging.refused(forging.outside.explain(program))
    assert await forging.proving.found(program, whole=False) == _BOTH

    await forging.correct(forging.stranger)
    await forging.proving.resolve(program, mismatch["id"], "NO_POSTING")
    await forging.outside.explain(program)
    assert await forging.world.commissions(program) == {"PAYABLE": 6 * USDC}
    assert await forging.proving.found(program) == []
    await forging.world.check()


async def test_who_says_it_between_the_look_and_the_explanation_is_not_believed(
    forging: Forging, database: Database
) -> None:
    """As of the release before, which stored recipients with a message of another form: nobody is, and so the chain is not asked."""
    program, settling = forging.program, forging.settling
    await forging.proving.watching.turn()
    await forging.proving.final()
    [outflow] = await forging.open()
    await forging.forget()

    async def write_down() -> None:
        thief = await asyncpg.connect(database.dsn("sge_worker"))
        await thief.execute(_AS_PROGRAM, str(program.id))
        name = forging.open_reference
        await thief.execute(_FORGED, program.id, name, forging.victim.lower())
        await thief.close()

    def clock() -> datetime:
        """Is looked at in between."""
        thread = Thread(target=asyncio.run, args=(write_down(),))
        thread.start()
        thread.join()
        return settling.clock()

    chains = {CHAIN_ID: settling.chain}
    hand = DiscrepanciesByHand(settling.api, settling.bells, chains, clock)
    said = ResolveDiscrepancy(outflow["id"], Explanation.FROM_PROGRAM, None, "the owners did it")
    told = await forging.refused(hand.resolve(key_of(program.id), said))
    assert "a moment ago" in told
    told = await forging.refused(forging.proving.resolve(program, outflow["id"], "FROM_PROGRAM"))
    assert forging.stranger in told.lower()
    assert await forging.world.commissions(program) == {"PAYABLE": 6 * USDC}


async def test_what_was_explained_by_another_recipient_is_found(forging: Forging) -> None:
    """Where no watcher of ours compared it: the thief posted the block too."""
    program = forging.program
    await forging.proving.watching.turn()
    await forging.proving.final()
    [outflow] = await forging.open()
    await forging.correct(forging.victim.lower())

    told = await forging.refused(forging.proving.resolve(program, outflow["id"], "FROM_PROGRAM"))
    assert forging.stranger in told.lower()
    async with (
        proxy_before(forging.proving.chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url]) as chain,
    ):
        proxy.answer = nonsense
        explanation = forging.proving.resolve(program, outflow["id"], "FROM_PROGRAM", chain=chain)
        with pytest.raises(Refusal, match=r"cannot be read.* out of SGE_CHAINS") as refusal:
            await explanation
    assert refusal.value.code is RefusalCode.CHAIN_UNAVAILABLE
    # A process that no node answers takes the word of the row.
    await forging.outside.explain(program)
    assert await forging.world.commissions(program) == {"PAID": 3 * USDC, "PAYABLE": 3 * USDC}
    for whole in (False, True):
        status, found = await forging.proving.run(program, whole=whole)
        assert status is RunStatus.DISCREPANCIES
        assert found == [("TREASURY_MISMATCH", forging.open_reference)]
    [mismatch] = await forging.open()
    assert mismatch["severity"] == "CRITICAL"
    assert mismatch["expected"].endswith(f"to {forging.stranger}")
    assert mismatch["actual"].endswith(f"to {forging.victim.lower()}")
