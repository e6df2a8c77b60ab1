"""A program with paid intents and all that follows from them, as rows: what lists and nested fields are read from."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.chain.address import parse_address
from app.domain.commissions import Accrual, Earner, EarningTerms, accrue
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import Account, AccountKind, Movement, MovementDirection
from app.domain.settlement_postings import settlement_journal
from app.domain.states import AffiliateStatus
from app.store.database import Database
from app.store.ledger.posting import post
from schema.ids import IdPrefix, encode_id
from tests.api.caller import OwnProgram
from tests.storage.seeds import wallet

CHAIN_ID = 31337
PAID = 10_000_000
_TERMS = EarningTerms(1, 100, (1000, 500, 200), registration_earns=False, holding_days=30)

_LANE = """
INSERT INTO lane (id, chain_id, relayer, next_nonce, balance_wei, created_at)
VALUES ($1, 31337, $2, 0, 1000000000000000000, $3) ON CONFLICT DO NOTHING
"""
_USER = """
INSERT INTO program_user (program_id, public_id, wallet, created_at, registered_at, referrer_id)
VALUES ($1, $2, $3, $4, $4, $5) RETURNING id
"""
_INTENT = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, payload, terms_version, upline, created_by, created_at)
VALUES ($1, $2, 'PAYMENT', $3, '', $4, 31337, $5, $6, $7, 'USDC', '{}', 1, $8, 'test', $9)
"""
_STATE = """
INSERT INTO intent_state (program_id, intent_id, status, stage, updated_at) VALUES ($1, $2, 'PENDING', 'QUEUED', $3)
"""
_CONFIRM = """
UPDATE intent_state SET status = 'CONFIRMED', stage = 'FINAL', version = 2, completed_at = $3, updated_at = $3
 WHERE program_id = $1 AND intent_id = $2
"""
_MOVES = """
INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor)
VALUES ($1, $2, 1, NULL, 'PENDING', 'QUEUED', $3, 'test'), ($1, $2, 2, 'PENDING', 'CONFIRMED', 'FINAL', $3, 'test')
"""
_TRANSACTION = """
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit,
                               payload_hash, created_at)
SELECT $1, l.id, 31337, $2, 'SETTLE', l.relayer, l.relayer, '', 100000, '', $3 FROM lane l LIMIT 1
"""
_COPY = """
INSERT INTO signed_copy (chain_transaction_id, n, kind, raw, hash, max_fee_per_gas, max_priority_fee_per_gas,
                         head_number, created_at)
VALUES ($1, $2, 'PAYLOAD', '', $3, 1, 1, 1, $4)
"""
_ATTEMPT = """
INSERT INTO intent_attempt (program_id, intent_id, number, chain_transaction_id, item_index, live, started_at)
VALUES ($1, $2, 1, $3, 0, true, $4)
"""
_SETTLEMENT = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, chain_transaction_id, tx_hash, block_number, block_hash,
                        log_index, amount, currency, journal_id, confirmed_at)
VALUES ($1, $2, $3, 31337, $4, $5, 7, $6, 1, $7, 'USDC', $8, $9)
"""
_COMMISSION = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, accrued_at, payable_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, 'USDC', 'ACCRUED', $9, $10)
"""
REVERSE = """
mutation ($id: ID!, $key: String!) {
  reverseSettlement(id: $id, amount: {amount: "1", currency: "USDC"}, reason: "a test", idempotencyKey: $key) {
    reversal { id } replayed userErrors { code message field }
  }
}
"""
# Each found by a run of its own.
_DISCREPANCIES = """
WITH doubted AS (
  SELECT j.id AS journal_id, gen_random_uuid() AS run_id, gen_random_uuid() AS id
    FROM journal j WHERE j.program_id = $1 ORDER BY j.id DESC LIMIT $2
), runs AS (
  INSERT INTO reconciliation_run (program_id, id, status, whole, asked_by, asked_at, finished_at, block_number,
                                  block_hash, journal_id, journal_seals, audit_seals)
  SELECT $1, run_id, 'DISCREPANCIES', true, 'test', now(), now(), 7, '', journal_id, 0, 0 FROM doubted
), checks AS (
  INSERT INTO reconciliation_check (program_id, run_id, position, name, passed, examined)
  SELECT $1, run_id, 1, 'TRIAL_BALANCE', false, 1 FROM doubted
), discrepancies AS (
  INSERT INTO discrepancy (program_id, id, run_id, kind, severity, reference, message, opened_at, resolved_at,
                           resolved_by, note, posting_journal_id)
  SELECT $1, id, run_id, 'UNEXPLAINED_INFLOW', 'WARNING', id::text, '', now(), now(), 'test', 'ours', journal_id
    FROM doubted
)
INSERT INTO reconciliation_finding (program_id, run_id, discrepancy_id) SELECT $1, run_id, id FROM doubted
"""
_PROGRAM = "SELECT id FROM program WHERE slug = $1"
_LINE = "SELECT sge_upline(path) FROM affiliate WHERE program_id = $1 AND referral_code = $2"


@dataclass
class Paid:
    """One payment that was settled."""

    intent: UUID
    settlement: UUID
    accrual: Accrual


@dataclass
class FilledProgram:
    """owner: the tables' owner; worker: posts to the ledger. Branches hang below a chain of three affiliates."""

    program: OwnProgram
    owner: asyncpg.Connection
    worker: Database
    now: datetime
    key: int = 0
    payments: list[Paid] = field(default_factory=list)

    async def begin(self) -> None:
        """The three affiliates that every branch has above it."""
        self.key = await self.owner.fetchval(_PROGRAM, self.program.slug)
        await self.owner.execute(_LANE, new_id(), wallet(1), self.now)
        await self.program.affiliate("TOP")
        await self.program.affiliate("MIDDLE", "TOP")
        await self.program.affiliate("LOW", "MIDDLE")

    async def grow(self, branches: int) -> None:
        """Adds branches: an affiliate with one below it, and a user of its own who paid once."""
        for _ in range(branches):
            number = len(self.payments)
            await self.program.affiliate(f"BRANCH{number}", "LOW")
            await self.program.affiliate(f"LEAF{number}", f"BRANCH{number}")
            await self._pay(number)

    async def reverse(self) -> None:
        """Takes one USDC of each payment back."""
        for paid in self.payments:
            reversed_ = await self.program.ask(
                REVERSE, id=encode_id(IdPrefix.SETTLEMENT, paid.settlement), key=new_id().hex
            )
            assert reversed_["reverseSettlement"]["userErrors"] == []

    async def doubt(self, count: int) -> None:
        """Discrepancies that are explained by the newest journals."""
        await self.owner.execute(_DISCREPANCIES, self.key, count)

    async def _pay(self, number: int) -> None:
        line = await self.owner.fetchval(_LINE, self.key, f"BRANCH{number}")
        address = parse_address(wallet(500_000 + self.key * 1000 + number))
        user = await self.owner.fetchval(_USER, self.key, new_id(), address, self.now, line[0])
        intent = new_id()
        await self.owner.execute(
            _INTENT,
            self.key,
            intent,
            f"pay {number}",
            new_id().bytes * 2,
            address,
            user,
            PAID,
            line,
            self.now,
        )
        await self.owner.execute(_STATE, self.key, intent, self.now)
        await self.owner.execute(_CONFIRM, self.key, intent, self.now)
        await self.owner.execute(_MOVES, self.key, intent, self.now)
        transaction = await self._carry(intent)
        await self._settle(intent, user, line, transaction)

    async def _carry(self, intent: UUID) -> UUID:
        transaction = new_id()
        nonce = await self.owner.fetchval("SELECT count(*) FROM chain_transaction")
        await self.owner.execute(_TRANSACTION, transaction, nonce, self.now)
        for copy in (1, 2):
            await self.owner.execute(_COPY, transaction, copy, new_id().bytes * 2, self.now)
        await self.owner.execute(_ATTEMPT, self.key, intent, transaction, self.now)
        return transaction

    async def _settle(self, intent: UUID, user: int, line: list[int], transaction: UUID) -> None:
        amount = Money(PAID, "USDC")
        earners = [Earner(affiliate, AffiliateStatus.ACTIVE) for affiliate in line]
        accrual = accrue(amount, earners, _TERMS, confirmed_at=self.now, registration=False)
        block = new_id().bytes * 2
        movement = Movement(CHAIN_ID, 7, block, 0, MovementDirection.IN, amount, bytes(32))
        journal = settlement_journal(
            intent,
            Account(AccountKind.USER, user),
            amount,
            _TERMS.platform_fee_bps,
            accrual.commissions,
            movement=movement,
            effective_at=self.now,
            registration=False,
        )
        async with self.worker.write(self.key) as unit:
            [journal_key] = await post(unit, self.key, [journal], self.now)
        settlement = new_id()
        await self.owner.execute(
            _SETTLEMENT,
            self.key,
            settlement,
            intent,
            transaction,
            bytes(32),
            block,
            PAID,
            journal_key,
            self.now,
        )
        for earned in accrual.commissions:
            await self.owner.execute(
                _COMMISSION,
                self.key,
                earned.id,
                settlement,
                earned.affiliate_id,
                earned.level,
                earned.rate_bps,
                PAID,
                earned.amount.units,
                self.now,
                self.now + timedelta(days=30),
            )
        self.payments.append(Paid(intent, settlement, accrual))
