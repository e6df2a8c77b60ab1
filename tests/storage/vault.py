"""A treasury with commissions to pay, and the statements by which payouts are stored: what SQL attacks begin with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg

from app.domain.ids import new_id
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.storage.seeds import AT, CHAIN, SeededProgram, payment, wallet

_NUMBERS = count(1)
_TREASURY = """
INSERT INTO treasury (program_id, chain_id, address, owners, threshold, nonce, safe_version, watched_from_block, read_at)
VALUES ($1, 31337, $2, $3, 2, 0, '1.4.1', 1, $4)
"""
_INTENT = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, payload, terms_version, upline, created_by, created_at)
VALUES ($1, $2, 'PAYMENT', $2::uuid::text, '', sha256(uuid_send($2::uuid)), 31337, $3, $4, 1000000, 'USD', '{}', 1, '{}', 'test', $5)
"""
_SETTLEMENT = """
INSERT INTO settlement (program_id, id, intent_id, amount, currency, journal_id, confirmed_at)
VALUES ($1, $2, $3, 1000000, 'USD', $4, $5)
"""
_COMMISSION = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount, currency,
                        status, claws_back, accrued_at, payable_at)
VALUES ($1, $2, $3, $4, $5, 1, 1, 1000, $6, $7, $8, $9, $10, $10)
"""
_BATCH = """
INSERT INTO payout_batch (program_id, id, kind, currency, replaces, content_hash, payout_count, total, created_by, created_at)
VALUES ($1, $2, 'PAYOUTS', 'USD', $3, $4, $5, $6, 'test', $7)
"""
_SAFE_TRANSACTION = """
INSERT INTO safe_transaction (program_id, id, chain_id, safe, safe_version, safe_nonce, currency, token, to_address, data,
                              operation, hash, content_hash, payout_count, total, created_at)
VALUES ($1, $2, $3, $4, '1.4.1', $5, 'USD', $6, $6, '\\x01', 1, $7, $7, $8, $9, $10)
"""
_LIST = "INSERT INTO payout_batch_transaction VALUES ($1, $2, $3, $4)"
_PAYOUT = """
INSERT INTO payout (program_id, id, safe_transaction_id, place, purpose, affiliate_id, destination, amount)
VALUES ($1, $2, $3, $4, 'COMMISSION', $5, $6, $7)
"""
LINE = "INSERT INTO payout_line VALUES ($1, $2, $3, $4, $5)"
TAKE = "UPDATE commission SET status = 'PENDING_APPROVAL' WHERE id = ANY($1::uuid[]) AND status = 'PAYABLE'"
SIGN = "INSERT INTO safe_signature VALUES ($1, $2, $3, '\\x01', false, 'test', now())"
_GIVE_UP = """
UPDATE safe_transaction SET death = 'REJECTED', death_reason = 'test', version = version + 1
 WHERE program_id = $1 AND status NOT IN ('EXECUTED', 'DEAD') AND death IS NULL
"""
_END = """
UPDATE safe_transaction SET status = $3, version = version + 1, finished_at = now(),
       death = CASE WHEN $3 = 'DEAD' THEN 'STALE_NONCE' END, death_reason = CASE WHEN $3 = 'DEAD' THEN 'test' END,
       executed_tx_hash = CASE WHEN $3 = 'EXECUTED' THEN hash END
 WHERE program_id = $1 AND id = $2
"""
_SIBLINGS = """
UPDATE safe_transaction s SET status = 'DEAD', death = 'STALE_NONCE', death_reason = 'test', version = s.version + 1,
       finished_at = now()
  FROM safe_transaction e
 WHERE e.program_id = $1 AND e.id = $2 AND s.program_id = $1 AND s.id <> $2 AND s.safe_nonce = e.safe_nonce
   AND s.status NOT IN ('EXECUTED', 'DEAD')
"""
_AFTER = """
UPDATE commission SET status = $3, paid_at = CASE WHEN $3 = 'PAID' THEN now() END
 WHERE program_id = $1 AND id IN (SELECT line_id FROM payout_line WHERE program_id = $1 AND safe_transaction_id = $2)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A commission."""

    id: UUID
    affiliate: int
    amount: int


@dataclass(frozen=True, slots=True)
class Stored:
    """One Safe transaction with one payout of all its lines, and the batch that lists it."""

    batch: UUID
    id: UUID
    payout: UUID
    lines: Sequence[Line]


@dataclass
class Vault:
    """owner: the tables' owner. owners: of the Safe, two of whom suffice."""

    owner: asyncpg.Connection
    worker: Pool
    program: SeededProgram
    safe: str = ""
    owners: list[str] = field(default_factory=list)
    settlement: UUID = field(default_factory=new_id)

    async def open(self) -> "Vault":
        """Stores the treasury and a settlement to earn from."""
        self.safe = wallet(90_000 + self.program.id)
        self.owners = [wallet(number) for number in (91, 92, 93)]
        await self.owner.execute(_TREASURY, self.program.id, self.safe, self.owners, AT)
        intent = new_id()
        values = (intent, wallet(10_000), self.program.users[0], AT)
        await self.owner.execute(_INTENT, self.program.id, *values)
        async with self.worker.write(self.program.id) as unit:
            paid = payment(self.program, str(intent), 1_000_000, next(_NUMBERS))
            [journal] = await post(unit, self.program.id, [paid], AT)
        await self.owner.execute(_SETTLEMENT, self.program.id, self.settlement, intent, journal, AT)
        return self

    async def earn(self, *amounts: int, affiliate: int = 0, currency: str = "USD") -> list[Line]:
        """PAYABLE commissions of an affiliate; a negative one claws back the one before it."""
        lines: list[Line] = []
        for amount in amounts:
            line = Line(new_id(), self.program.affiliates[affiliate], amount)
            claws_back = lines[-1].id if amount < 0 else None
            await self.owner.execute(
                _COMMISSION,
                self.program.id,
                line.id,
                self.settlement,
                line.affiliate,
                next(_NUMBERS),
                amount,
                currency,
                "PAYABLE" if amount < 0 else "ACCRUED",
                claws_back,
                AT,
            )
            lines.append(line)
        await self.owner.execute(
            "UPDATE commission SET status = 'PAYABLE' WHERE id = ANY($1::uuid[]) AND status = 'ACCRUED'",
            [line.id for line in lines],
        )
        return lines

    async def propose(
        self,
        connection: Any,
        lines: Sequence[Line],
        nonce: int = 0,
        replaces: UUID | None = None,
        **wrong: Any,
    ) -> Stored:
        """What planning writes, in the caller's transaction. wrong: amount, count, total or batch_total, safe, batch."""
        amount = wrong.get("amount", sum(line.amount for line in lines))
        counted, total = wrong.get("count", 1), wrong.get("total", amount)
        stored = Stored(wrong.get("batch", new_id()), new_id(), new_id(), lines)
        program, hashed = self.program.id, new_id().bytes * 2
        await connection.execute(TAKE, [line.id for line in lines])
        if "batch" not in wrong:
            if replaces is not None:
                await connection.execute(_GIVE_UP, program)
            values = (replaces, hashed, counted, wrong.get("batch_total", total), AT)
            await connection.execute(_BATCH, program, stored.batch, *values)
        safe = wrong.get("safe", self.safe)
        money = (counted, total, AT)
        await connection.execute(
            _SAFE_TRANSACTION, program, stored.id, CHAIN, safe, nonce, wallet(7), hashed, *money
        )
        if wrong.get("listed", True):
            await connection.execute(_LIST, program, stored.batch, wrong.get("place", 0), stored.id)
        to = (self.program.affiliates[0], wallet(20_000), amount)
        await connection.execute(_PAYOUT, program, stored.payout, stored.id, 0, *to)
        await self.list_lines(connection, stored, lines)
        return stored

    async def list_lines(self, connection: Any, stored: Stored, lines: Sequence[Line]) -> None:
        """All lines of the payout in one statement, as the rule wants it."""
        await connection.execute(
            "INSERT INTO payout_line SELECT $1, $2, l.id, $3, l.amount"
            "  FROM unnest($4::uuid[], $5::numeric[]) AS l (id, amount)",
            self.program.id,
            stored.id,
            stored.payout,
            [line.id for line in lines],
            [line.amount for line in lines],
        )

    async def store(self, lines: Sequence[Line], nonce: int = 0, **wrong: Any) -> Stored:
        """The same as the worker, committed."""
        async with self.worker.write(self.program.id) as unit:
            return await self.propose(unit.connection, lines, nonce, **wrong)

    async def end(self, stored: Stored, status: str) -> None:
        """EXECUTED, and what has its nonce DEAD, or DEAD; with what becomes of its lines."""
        after = "PAID" if status == "EXECUTED" else "PAYABLE"
        async with self.worker.write(self.program.id) as unit:
            if status == "EXECUTED":
                await unit.connection.execute(_SIBLINGS, self.program.id, stored.id)
            await unit.connection.execute(_END, self.program.id, stored.id, status)
            await unit.connection.execute(_AFTER, self.program.id, stored.id, after)
