"""Payout batches as rows: what lists and nested fields of payouts are read from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.domain.ids import new_id
from tests.api.filled import PAID, FilledProgram, Paid
from tests.storage.seeds import wallet

_TREASURY = "SELECT address, owners, nonce FROM treasury WHERE program_id = $1"
_CLAW_BACK = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, claws_back, accrued_at, payable_at)
SELECT program_id, $2, settlement_id, affiliate_id, level, rate_bps, terms_version, $3, $4, currency, status, id,
       accrued_at, payable_at FROM commission WHERE id = $1
"""
_MATURE = "UPDATE commission SET status = 'PAYABLE' WHERE settlement_id = $1 AND status = 'ACCRUED'"
_TAKE = "UPDATE commission SET status = 'PENDING_APPROVAL' WHERE settlement_id = $1 RETURNING id, affiliate_id, amount"
_REVERSAL = """
INSERT INTO reversal (program_id, id, settlement_id, amount, taken_before, currency, reason, actor, journal_id, at)
SELECT program_id, $2, id, $3, 0, 'USDC', 'test', 'test', journal_id, $4 FROM settlement WHERE id = $1
"""
_REFUND = """
INSERT INTO refund (program_id, id, user_id, amount, currency)
SELECT i.program_id, $2, i.user_id, $3, 'USDC' FROM intent i WHERE i.id = $1
"""
_TAKE_REFUND = "UPDATE refund SET status = 'PENDING_APPROVAL' WHERE id = $1 RETURNING user_id"
_BATCH = """
INSERT INTO payout_batch (program_id, id, kind, currency, replaces, content_hash, payout_count, total, created_by, created_at)
VALUES ($1, $2, $3, 'USDC', $4, $5, $6, $7, 'test', $8)
"""
_SAFE_TRANSACTION = """
INSERT INTO safe_transaction (program_id, id, chain_id, safe, safe_version, safe_nonce, currency, token, to_address, data,
                              operation, hash, content_hash, payout_count, total, simulated_at, simulated_block,
                              simulated_passed, simulated_refused, gas_estimate, created_at)
VALUES ($1, $2, 31337, $3, '1.4.1', $4, 'USDC', $5, $5, '\\x01', 1, $6, $6, $7, $8, $9, 7, $7, 1, 100000, $9)
"""
_PAYOUT = """
INSERT INTO payout (program_id, id, safe_transaction_id, place, purpose, affiliate_id, user_id, destination, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_LINE = """
INSERT INTO payout_line (program_id, safe_transaction_id, line_id, payout_id, amount)
SELECT $1, $2, l.id, $3, l.amount FROM unnest($4::uuid[], $5::numeric[]) AS l (id, amount)
"""
_LIST = "INSERT INTO payout_batch_transaction (program_id, batch_id, place, safe_transaction_id) VALUES ($1, $2, $3, $4)"
_EXCLUDE = """
INSERT INTO payout_exclusion (program_id, batch_id, place, affiliate_id, destination, amount, reason)
SELECT $1, $2, $3, id, wallet, 5, 'blacklisted' FROM affiliate WHERE program_id = $1 AND referral_code = 'TOP'
"""
_EXCLUDE_ONE = """
INSERT INTO payout_exclusion (program_id, batch_id, place, affiliate_id, destination, amount, reason)
SELECT $1, $2, 100, id, wallet, 5, $4 FROM affiliate WHERE program_id = $1 AND id = $3
"""
_CHANGE = """
INSERT INTO payout_batch_change (program_id, batch_id, place, kind, affiliate_id, message)
SELECT $1, $2, $3, 'NEW_RECIPIENT', id, 'It was never paid before.' FROM affiliate
 WHERE program_id = $1 AND referral_code = 'TOP'
"""
_SIGN = """
INSERT INTO safe_signature (program_id, safe_transaction_id, owner, signature, contract, given_by, at)
VALUES ($1, $2, $3, '\\x01', false, 'test', $4)
"""
_CARRIER = """
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit,
                               payload_hash, created_at)
SELECT $1, l.id, 31337, (SELECT count(*) FROM chain_transaction), 'SAFE_EXECUTION', l.relayer, l.relayer, '', 100000, '',
       $2 FROM lane l LIMIT 1
"""
_COPY = """
INSERT INTO signed_copy (chain_transaction_id, n, kind, raw, hash, max_fee_per_gas, max_priority_fee_per_gas,
                         head_number, created_at)
VALUES ($1, 1, 'PAYLOAD', '', $2, 1, 1, 1, $3)
"""
_RELAY = """
INSERT INTO safe_relay (program_id, safe_transaction_id, number, chain_transaction_id, live, started_at, finished_at)
VALUES ($1, $2, 1, $3, false, $4, $4)
"""
_EXECUTED = """
UPDATE safe_transaction SET status = 'EXECUTED', version = version + 1, executed_tx_hash = $2, executed_block = 8,
       executed_block_hash = $2, executed_log_index = 0, finished_at = $3 WHERE id = $1
"""
_GIVE_UP = """
UPDATE safe_transaction SET death = $2, death_reason = $3, version = version + 1 WHERE id = $1
"""
_DEAD = """
UPDATE safe_transaction SET status = 'DEAD', version = version + 1, finished_at = $2 WHERE id = $1
"""
_FREE = """
UPDATE commission SET status = 'PAYABLE' WHERE id IN (SELECT line_id FROM payout_line WHERE safe_transaction_id = $1)
"""
_PAID = """
UPDATE commission SET status = 'PAID', paid_at = $2
 WHERE id IN (SELECT line_id FROM payout_line WHERE safe_transaction_id = $1)
"""
_PAID_REFUND = """
UPDATE refund SET status = 'PAID', paid_at = $2
 WHERE id IN (SELECT line_id FROM payout_line WHERE safe_transaction_id = $1)
"""


@dataclass
class Part:
    """One Safe transaction: what one payment's affiliates earned of it, and what its payer is owed back."""

    id: UUID
    paid: Paid
    owners: dict[tuple[str, int], list[tuple[UUID, int]]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(amount for lines in self.owners.values() for _, amount in lines)


@dataclass
class Batches:
    """Proposes and executes batches of a filled program, as the tables' owner."""

    filled: FilledProgram
    nonce: int = 0
    parts: dict[UUID, list[Part]] = field(default_factory=dict)

    async def propose(self, payments: Sequence[Paid]) -> UUID:
        """A batch of one Safe transaction for each payment; half of level 3 is clawed back, a tenth is owed back."""
        owner, key, now = self.filled.owner, self.filled.key, self.filled.now
        batch_id = new_id()
        async with owner.transaction():
            parts = [await self._take(paid) for paid in payments]
            total = sum(part.total for part in parts)
            count = sum(len(part.owners) for part in parts)
            hashed = new_id().bytes * 2
            await owner.execute(_BATCH, key, batch_id, "PAYOUTS", None, hashed, count, total, now)
            for place, part in enumerate(parts):
                await self._store(part)
                await owner.execute(_LIST, key, batch_id, place, part.id)
                await owner.execute(_EXCLUDE, key, batch_id, place)
                await owner.execute(_CHANGE, key, batch_id, place)
        self.parts[batch_id] = parts
        return batch_id

    async def sign(self, batch_id: UUID, owners: int = 2) -> None:
        """So many owners sign every Safe transaction; two suffice, and approve it."""
        treasury = await self.filled.owner.fetchrow(_TREASURY, self.filled.key)
        for part in self.parts[batch_id]:
            for address in treasury["owners"][:owners]:
                await self.filled.owner.execute(
                    _SIGN, self.filled.key, part.id, address, self.filled.now
                )
            if owners > 1:
                await self.move(part.id, "APPROVED")

    async def move(self, part_id: UUID, status: str) -> None:
        """A Safe transaction's next state."""
        await self.filled.owner.execute(
            "UPDATE safe_transaction SET status = $2, version = version + 1 WHERE id = $1",
            part_id,
            status,
        )

    async def execute(self, batch_id: UUID, parts: slice = slice(None)) -> None:
        """A relay of ours executes Safe transactions; their lines are paid."""
        owner, now = self.filled.owner, self.filled.now
        for part in self.parts[batch_id][parts]:
            carrier, hashed = new_id(), new_id().bytes * 2
            await owner.execute(_CARRIER, carrier, now)
            await owner.execute(_COPY, carrier, hashed, now)
            await owner.execute(_RELAY, self.filled.key, part.id, carrier, now)
            await owner.execute(_EXECUTED, part.id, hashed, now)
            await owner.execute(_PAID, part.id, now)
            await owner.execute(_PAID_REFUND, part.id, now)

    async def give_up(self, part_id: UUID, death: str, reason: str) -> None:
        """It is not to be executed any more."""
        await self.filled.owner.execute(_GIVE_UP, part_id, death, reason)

    async def exclude(self, batch_id: UUID, affiliate: int, reason: str) -> None:
        """A batch leaves somebody out after all."""
        await self.filled.owner.execute(_EXCLUDE_ONE, self.filled.key, batch_id, affiliate, reason)

    async def end(self, part_id: UUID) -> None:
        """The Safe's nonce is beyond its own; its lines are free."""
        owner = self.filled.owner
        await owner.execute(_DEAD, part_id, self.filled.now)
        await owner.execute(_FREE, part_id)

    async def replace(self, batch_id: UUID, keep: int, claimed: UUID | None = None) -> UUID:
        """A batch, a second later, of the same Safe transactions from place `keep` on; the others are given up.

        claimed: its id, when its key was claimed before.
        """
        owner, key = self.filled.owner, self.filled.key
        now = self.filled.now + timedelta(seconds=1)
        parts, new = self.parts[batch_id][keep:], claimed or new_id()
        count, total = sum(len(part.owners) for part in parts), sum(part.total for part in parts)
        values = (key, new, "PAYOUTS", batch_id, new_id().bytes * 2, count, total, now)
        async with owner.transaction():
            for part in self.parts[batch_id][:keep]:
                await self.give_up(part.id, "REJECTED", "replaced")
            await owner.execute(_BATCH, *values)
            for place, part in enumerate(parts):
                await owner.execute(_LIST, key, new, place, part.id)
        self.parts[new] = parts
        return new

    async def _take(self, paid: Paid) -> Part:
        owner, now = self.filled.owner, self.filled.now
        part = Part(new_id(), paid)
        earned = paid.accrual.commissions[2]
        await owner.execute(_CLAW_BACK, earned.id, new_id(), PAID // 2, -earned.amount.units // 2)
        await owner.execute(_MATURE, paid.settlement)
        for row in await owner.fetch(_TAKE, paid.settlement):
            lines = part.owners.setdefault(("COMMISSION", row["affiliate_id"]), [])
            lines.append((row["id"], int(row["amount"])))
        reversal, owed = new_id(), PAID // 10
        await owner.execute(_REVERSAL, paid.settlement, reversal, owed, now)
        await owner.execute(_REFUND, paid.intent, reversal, owed)
        user = await owner.fetchval(_TAKE_REFUND, reversal)
        part.owners["REFUND", user] = [(reversal, owed)]
        return part

    async def _store(self, part: Part) -> None:
        owner, key, now = self.filled.owner, self.filled.key, self.filled.now
        treasury = await owner.fetchrow(_TREASURY, key)
        await owner.execute(
            _SAFE_TRANSACTION,
            key,
            part.id,
            treasury["address"],
            self.nonce,
            wallet(99),
            new_id().bytes * 2,
            len(part.owners),
            part.total,
            now,
        )
        self.nonce += 1
        for place, ((purpose, owner_id), lines) in enumerate(part.owners.items()):
            payout = new_id()
            affiliate = owner_id if purpose == "COMMISSION" else None
            user = owner_id if purpose == "REFUND" else None
            amount = sum(units for _, units in lines)
            to = wallet(700_000 + owner_id)
            values = (key, payout, part.id, place, purpose, affiliate, user, to, amount)
            await owner.execute(_PAYOUT, *values)
            ids, amounts = [line for line, _ in lines], [units for _, units in lines]
            await owner.execute(_LINE, key, part.id, payout, ids, amounts)
