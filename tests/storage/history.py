"""A program's life as rows and events, the way the use cases write them: forest, intents, settlements, moves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.store.database import UnitOfWork
from tests.storage.seeds import AT, SeededProgram, wallet

_AFFILIATE = """
INSERT INTO affiliate (program_id, public_id, parent_id, depth, path, wallet, referral_code, request_hash, created_at)
VALUES ($1, $2, $3, 0, '', $4, $5, '', $6) RETURNING id, sge_upline(path) AS line
"""
_USER = """
INSERT INTO program_user (program_id, public_id, wallet, created_at, registered_at, referrer_id, registration_intent_id)
VALUES ($1, $2, $3, $4, $4, $5, $6) RETURNING id
"""
_LINE = "SELECT sge_upline(path) FROM affiliate WHERE program_id = $1 AND id = $2"
_INTENT = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, payload, terms_version, upline, created_by, created_at)
VALUES ($1, $2, $3, $4, '', $5, 31337, $6, $7, $8, $9, '{}', 1, $10, 'test', $11)
"""
_STATE = """
INSERT INTO intent_state (program_id, intent_id, status, stage, updated_at) VALUES ($1, $2, 'PENDING', 'QUEUED', $3)
"""
_MOVE = """
UPDATE intent_state SET status = $3, stage = $4, version = version + 1, completed_at = $5,
       failure_code = $6, failure_retryable = CASE WHEN $6::text IS NOT NULL THEN true END
 WHERE program_id = $1 AND intent_id = $2 RETURNING version
"""
_TRANSITION = """
INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'test')
"""
_SETTLEMENT = """
INSERT INTO settlement (program_id, id, intent_id, amount, currency, journal_id, confirmed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_COMMISSION = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, accrued_at, payable_at)
VALUES ($1, $2, $3, $4, $5, 100, 1, $6, $7, $8, 'ACCRUED', $9, $9)
"""
# Parents before children: each row's place follows from its parent's.
_REPLACE = """
UPDATE affiliate SET parent_id = $3 WHERE program_id = $1 AND id = $2
"""
_BRANCH = """
SELECT id, parent_id FROM affiliate WHERE program_id = $1 AND path > $2 AND path < $2 || '\\xffffffffffffffff'::bytea
 ORDER BY depth
"""


@dataclass
class User:
    id: int
    referrer: int | None
    wallet: str


@dataclass
class History:
    """Writes through a unit of work of the owner, so that rows and events commit together."""

    program: SeededProgram
    random: Random
    journal_id: int
    now: datetime = AT
    affiliates: list[int] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    number: int = 0

    async def step(self, unit: UnitOfWork) -> None:
        """One random happening."""
        self.now += timedelta(milliseconds=self.random.choice((5, 700, 90_000, 4_000_000, 10**8)))
        self.number += 1
        kind = self.random.choice(("affiliate", "user", "payment", "payment", "failure", "move"))
        if kind == "affiliate" or len(self.affiliates) < 3:
            await self.register_affiliate(unit)
        elif kind == "user" or not self.users:
            await self.register_user(unit)
        elif kind == "move":
            await self.move_branch(unit)
        else:
            await self.pay(unit, fails=kind == "failure")

    async def register_affiliate(self, unit: UnitOfWork) -> None:
        parent = self.random.choice([None, *self.affiliates])
        row = await unit.connection.fetchrow(
            _AFFILIATE,
            self.program.id,
            new_id(),
            parent,
            wallet(30_000 + self.number),
            f"HIST{self.number}",
            self.now,
        )
        assert row is not None
        self.affiliates.append(row["id"])
        self._record(
            unit,
            EventType.AFFILIATE,
            "affiliate.registered",
            month=f"{self.now:%Y-%m}",
            internal={"affiliate": row["id"], "upline": row["line"][1:]},
        )

    async def register_user(self, unit: UnitOfWork) -> None:
        referrer = self.random.choice([None, *self.affiliates])
        line = await self._line(unit, referrer)
        intent, address = new_id(), wallet(40_000 + self.number)
        user = await unit.connection.fetchval(
            _USER, self.program.id, new_id(), address, self.now, referrer, intent
        )
        self.users.append(User(user, referrer, address))
        await self._accept(unit, intent, "REGISTRATION", self.users[-1], amount=None, line=line)
        await self._confirm(unit, intent, "REGISTRATION", None, line, referrers=line)

    async def pay(self, unit: UnitOfWork, *, fails: bool) -> None:
        user = self.random.choice(self.users)
        line = await self._line(unit, user.referrer)
        amount = (self.random.randrange(1, 10**9), self.random.choice(("USD", "EUR")))
        intent = new_id()
        await self._accept(unit, intent, "PAYMENT", user, amount=amount, line=line)
        await self._to(unit, intent, "PENDING", "PROCESSING", "SIGNED")
        await self._to(unit, intent, "PROCESSING", "PROCESSING", "BROADCAST")
        if fails:
            await self._to(unit, intent, "PROCESSING", "FAILED", "BROADCAST")
        else:
            await self._confirm(unit, intent, "PAYMENT", amount, line, referrers=[])

    async def move_branch(self, unit: UnitOfWork) -> None:
        moved = self.random.choice(self.affiliates)
        target = self.random.choice([None, *self.affiliates])
        before, after = await self._line(unit, moved), await self._line(unit, target)
        if moved in after:
            return
        path = b"".join(id_.to_bytes(8) for id_ in reversed(before))
        branch = await unit.connection.fetch(_BRANCH, self.program.id, path)
        await unit.connection.execute(_REPLACE, self.program.id, moved, target)
        for row in branch:
            await unit.connection.execute(_REPLACE, self.program.id, row["id"], row["parent_id"])
        internal = {"affiliate": moved, "from": before[1:], "to": after}
        self._record(unit, EventType.AFFILIATE, "affiliate.moved", internal=internal)

    async def _line(self, unit: UnitOfWork, affiliate: int | None) -> list[int]:
        if affiliate is None:
            return []
        line: list[int] = await unit.connection.fetchval(_LINE, self.program.id, affiliate)
        return line

    async def _accept(
        self,
        unit: UnitOfWork,
        intent: UUID,
        kind: str,
        user: User,
        *,
        amount: tuple[int, str] | None,
        line: list[int],
    ) -> None:
        units, currency = amount or (None, None)
        await unit.connection.execute(
            _INTENT,
            self.program.id,
            intent,
            kind,
            str(intent),
            intent.bytes * 2,
            user.wallet,
            user.id,
            units,
            currency,
            line,
            self.now,
        )
        await unit.connection.execute(_STATE, self.program.id, intent, self.now)
        await self._note(unit, intent, 1, before=None, after="PENDING", stage="QUEUED")

    async def _to(
        self, unit: UnitOfWork, intent: UUID, before: str, after: str, stage: str
    ) -> None:
        self.now += timedelta(milliseconds=self.random.randrange(3000))
        done = self.now if after in ("CONFIRMED", "FAILED") else None
        failure = "REJECTED" if after == "FAILED" else None
        version = await unit.connection.fetchval(
            _MOVE, self.program.id, intent, after, stage, done, failure
        )
        await self._note(unit, intent, version, before=before, after=after, stage=stage)

    async def _note(
        self,
        unit: UnitOfWork,
        intent: UUID,
        version: int,
        *,
        before: str | None,
        after: str,
        stage: str,
    ) -> None:
        await unit.connection.execute(
            _TRANSITION, self.program.id, intent, version, before, after, stage, self.now
        )
        name = "intent.accepted" if before is None else f"intent.{after.lower()}"
        data = {"v": 1, "from": before, "status": after, "stage": stage}
        unit.record(NewEvent(EventType.INTENT, name, str(intent), version, self.now, data))

    async def _confirm(
        self,
        unit: UnitOfWork,
        intent: UUID,
        kind: str,
        amount: tuple[int, str] | None,
        line: list[int],
        *,
        referrers: list[int],
    ) -> None:
        created = self.now
        if kind == "PAYMENT":
            created = await unit.connection.fetchval(
                "SELECT created_at FROM intent WHERE program_id = $1 AND id = $2",
                self.program.id,
                intent,
            )
        await self._to(
            unit,
            intent,
            "PENDING" if kind == "REGISTRATION" else "PROCESSING",
            "CONFIRMED",
            "FINAL",
        )
        settlement = new_id()
        units, currency = amount or (None, None)
        await unit.connection.execute(
            _SETTLEMENT,
            self.program.id,
            settlement,
            intent,
            units,
            currency,
            self.journal_id if amount else None,
            self.now,
        )
        earned = [0] * len(line)
        for level, (affiliate, rate) in enumerate(zip(line, (1000, 500), strict=False), 1):
            if units is not None and (share := units * rate // 10_000):
                earned[level - 1] = share
                await unit.connection.execute(
                    _COMMISSION,
                    self.program.id,
                    new_id(),
                    settlement,
                    affiliate,
                    level,
                    units,
                    share,
                    currency,
                    self.now,
                )
        self._record(
            unit,
            EventType.SETTLEMENT,
            "settlement.confirmed",
            kind=kind,
            amount=None if units is None else str(units),
            currency=currency,
            month=f"{self.now:%Y-%m}",
            internal={
                "milliseconds": round((self.now - created).total_seconds() * 1000),
                "upline": [
                    {"affiliate": affiliate, "level": level, "earned": str(earned[level - 1])}
                    for level, affiliate in enumerate(line, 1)
                ],
                "referrers": referrers,
            },
        )

    def _record(self, unit: UnitOfWork, type_: EventType, name: str, **data: Any) -> None:
        unit.record(NewEvent(type_, name, str(new_id()), 1, self.now, {"v": 1, **data}))


async def dump_rollups(connection: asyncpg.Connection, program_id: int) -> dict[str, list[Any]]:
    """Every rollup row that says something."""
    queries = {
        "affiliates": """SELECT affiliate_id, currency, month, level, members, users, volume, earned
                           FROM affiliate_rollup WHERE program_id = $1
                            AND (members, users, volume, earned) <> (0, 0, 0, 0) ORDER BY 1, 2, 3, 4""",
        "series": "SELECT bucket, at, pending, processing, confirmed, failed, latency FROM program_series"
        " WHERE program_id = $1 ORDER BY 1, 2",
        "amounts": "SELECT bucket, at, currency, volume, commissions FROM program_series_amount"
        " WHERE program_id = $1 ORDER BY 1, 2, 3",
        "counters": "SELECT name, value FROM program_counter WHERE program_id = $1 AND value <> 0 ORDER BY 1",
    }
    return {
        name: [tuple(row) for row in await connection.fetch(query, program_id)]
        for name, query in queries.items()
    }
