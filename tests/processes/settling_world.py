"""Programs with signed intents on a real chain: what the senders of a chain find."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount

from app.chain.authorization import program_word
from app.chain.client import Chain
from app.chain.signer import Signer
from app.domain.chains import ChainFacts
from app.domain.ids import new_id
from app.domain.money import Currency
from app.domain.terms import TermsText
from app.processes.settlement.ensure_lanes import ensure_lanes
from app.processes.settlement.settling import Settling
from app.services.execute import execute
from app.services.programs.create_program import create_program
from app.services.programs.new_program import check_new_program
from app.store.database import Database
from app.store.new_programs import allocate_program_id
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.gateway_chain import RELAYER_KEY, GatewayChain
from tests.contracts.items import USDC, ChainKind, wallet
from tests.services.world import PLATFORM, RecordingBells, program_command, treasury_reading

# anvil's ninth published development key.
SECOND_RELAYER_KEY = "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"
_NUMBERS = count(1)
_ACCEPT = "SELECT count(*) FROM sge_accept_intents($1, $2, 'test', $3) WHERE created"
_USERS = """
INSERT INTO program_user (program_id, public_id, wallet, created_at)
SELECT $1, id, wallet, $4 FROM unnest($2::uuid[], $3::text[]) AS u (id, wallet) ON CONFLICT DO NOTHING
"""
_STATES = """
SELECT i.idempotency_key AS key, s.status, s.stage, s.version, s.attempts, s.failure_code, s.rerouted,
       s.failure_retryable, s.lease_until, s.leased_by, s.chain_transaction_id,
       EXISTS (SELECT FROM intent_todo t WHERE t.program_id = s.program_id AND t.intent_id = s.intent_id) AS queued
  FROM intent_state s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 WHERE $1::bigint IS NULL OR s.program_id = $1
 ORDER BY s.intent_id
"""
_COPIES = """
SELECT t.nonce, t.status, t.purpose, c.n, c.kind, c.sends, c.last_error, c.max_fee_per_gas AS fee,
       c.max_priority_fee_per_gas AS tip, c.hash
  FROM signed_copy c JOIN chain_transaction t ON t.id = c.chain_transaction_id ORDER BY t.nonce, c.n
"""


@dataclass
class SettledProgram:
    """A program, and the treasury its items pay into."""

    id: int
    public_id: UUID
    treasury: str


@dataclass
class MovableClock:
    """Real time, and whatever a test adds."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class SettlingWorld:
    """api and worker: databases of these roles; admin: sees and does everything."""

    gateway_chain: GatewayChain
    chain: Chain
    api: Database
    worker: Database
    admin: Database
    clock: MovableClock = field(default_factory=MovableClock)
    bells: RecordingBells = field(default_factory=RecordingBells)
    signers: dict[str, Signer] = field(default_factory=lambda: signers(RELAYER_KEY))

    def settling(self, holder: str = "worker 1", **changed: Any) -> Settling:
        """The senders of the chain, as a worker of that name runs them."""
        facts: dict[str, Any] = {
            "chain": self.chain,
            "database": self.worker,
            "bells": self.bells,
            "clock": self.clock,
            "gateway": self.gateway_chain.deployment.gateway,
            "max_fee_wei": 200 * 10**9,
            "lane_limit": 16,
            "signers": self.signers,
            "holder": holder,
        }
        return Settling(**(facts | changed))

    def second_signer(self) -> dict[str, Signer]:
        """Another relayer that the gateway of the held chain allows."""
        return signers(SECOND_RELAYER_KEY)

    def hold_blocks(self) -> None:
        """From now on a block comes only when it is mined by hand."""
        node = self.gateway_chain.node
        node.call("evm_setAutomine", False)
        node.call("evm_setIntervalMining", 0)

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.gateway_chain.node.call("evm_mine")

    async def lanes(self) -> None:
        await ensure_lanes(self.worker, self.bells, self.chain, self.signers, self.clock)

    async def ready(self, payments: int = 2) -> SettledProgram:
        """A new program with that many signed payments, and lanes."""
        program = await self.program()
        await self.lanes()
        await self.pay(program, payments)
        return program

    async def copies(self) -> list[dict[str, Any]]:
        """Every signed copy, by nonce."""
        return await self.rows(_COPIES)

    def paid(self, program: SettledProgram) -> int:
        """What arrived in the program's treasury."""
        return self.gateway_chain.balance(program.treasury)

    async def program(self, **changed: Any) -> SettledProgram:
        """A program that is paid in the chain's test dollar, without levels or fees."""
        facts = {CHAIN_ID: self._facts()}
        command = program_command(**({"terms": TermsText(commission_levels_bps=())} | changed))
        new = check_new_program(command, facts)
        program_id = await execute(self.api, self.bells, None, allocate_program_id)
        create = partial(create_program, authority=PLATFORM, new=new, now=self.clock())
        made = await execute(
            self.api, self.bells, program_id, partial(create, reading=treasury_reading())
        )
        return SettledProgram(program_id, made.public_id, command.treasury)

    async def pay(
        self,
        program: SettledProgram,
        payers: Sequence[LocalAccount] | int = 1,
        *,
        amount: int = 10 * USDC,
        funded: bool = True,
        kind: ChainKind = ChainKind.PAYMENT,
        **changed: Any,
    ) -> list[str]:
        """Accepts one signed intent of each payer (or of so many new wallets); returns their keys in order."""
        if isinstance(payers, int):
            payers = [wallet(next(_NUMBERS) + 10**6) for _ in range(payers)]
        if funded and amount:
            self.gateway_chain.fund([one.address for one in payers], amount)
        await self.run(
            _USERS,
            program.id,
            [new_id() for _ in payers],
            [one.address for one in payers],
            self.clock(),
        )
        rows = [
            self._row(program, one, place, kind, amount=amount, **changed)
            for place, one in enumerate(payers)
        ]
        accepted = await self.value(_ACCEPT, program.id, rows, self.clock())
        assert accepted == len(rows)
        return [row["key"] for row in rows]

    async def states(self, program: SettledProgram | None = None) -> list[dict[str, Any]]:
        """Every intent's state, oldest first."""
        return await self.rows(_STATES, program.id if program else None)

    async def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        async with self.admin.pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(query, *args)]

    async def value(self, query: str, *args: Any) -> Any:
        async with self.admin.pool.acquire() as connection:
            return await connection.fetchval(query, *args)

    async def run(self, query: str, *args: Any) -> None:
        async with self.admin.pool.acquire() as connection:
            await connection.execute(query, *args)

    def _facts(self) -> ChainFacts:
        deployment = self.gateway_chain.deployment
        token = Currency("USDC", 6, deployment.token, CHAIN_ID, "USD Coin", "2")
        return ChainFacts(
            CHAIN_ID,
            deployment.gateway,
            {"USDC": token},
            2,
            production=False,
            multisend=deployment.multisend,
        )

    def _row(
        self,
        program: SettledProgram,
        payer: LocalAccount,
        place: int,
        kind: ChainKind,
        **changed: Any,
    ) -> dict[str, Any]:
        key = f"intent {next(_NUMBERS)}"
        facts = self.gateway_chain.facts(
            payer.address,
            program=program_word(program.public_id),
            treasury=program.treasury,
            key=key,
            kind=kind,
            **changed,
        )
        [(_, v, r, s)] = [facts.signed_by(payer)]
        row = {
            "n": place,
            "id": str(new_id()),
            "kind": kind.name,
            "key": key,
            "hash": "00",
            "on_chain_id": facts.intent_id.hex(),
            "chain_id": CHAIN_ID,
            "wallet": payer.address,
            "user_id": str(new_id()),
            "payload": {},
            "terms_version": 1,
        }
        if facts.amount:
            row |= {
                "amount": facts.amount,
                "currency": "USDC",
                "valid_after": facts.valid_after,
                "valid_before": facts.valid_before,
                "nonce": facts.nonce.hex(),
                "signature": (r + s + bytes([v])).hex(),
                "contract_wallet": False,
            }
        return row


def signers(*keys: str) -> dict[str, Signer]:
    made = [Signer(key) for key in keys]
    return {one.address: one for one in made}
