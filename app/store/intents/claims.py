"""Claims: PENDING intents taken by lease, fairly between programs. Only due work is read, and nobody waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.claims import ClaimedIntent
from app.domain.events import EventType, NewEvent
from app.store.database import ReadSession, UnitOfWork

# Programs with work that may go: not paused, what they settle is posted (resuming a program does not start a stopped
# posting), within today's gas budget, and not mostly refused on chain today.
_PROGRAMS = """
SELECT p.id
  FROM program p
  LEFT JOIN program_gas g ON g.program_id = p.id AND g.day = ($2::timestamptz AT TIME ZONE 'UTC')::date
 WHERE p.chain_id = $1 AND p.status = 'ACTIVE'
   AND (p.daily_gas_budget_wei IS NULL OR coalesce(g.spent_wei, 0) < p.daily_gas_budget_wei)
   AND NOT (coalesce(g.items, 0) >= $5 AND g.rejected * 2 > g.items)
   AND NOT EXISTS (SELECT FROM consumed_through c WHERE c.chain_id = $1 AND c.program_id = p.id AND c.stopped IS NOT NULL)
   AND EXISTS (SELECT FROM intent_todo t
                WHERE t.chain_id = $1 AND t.program_id = p.id AND t.lease_until IS NULL AND t.due_at <= $2
                  AND t.rerouted = $3 AND coalesce(t.expires_at > $4, true))
 ORDER BY random()
"""
# Both rows are locked at once and skipped when either is taken, so a claim never waits and never deadlocks.
# IS TRUE keeps the planner to the primary key: statistics of a queue are always old, and by them it would read all open
# intents of a program for each row.
_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT d.program_id, d.intent_id
    FROM unnest($2::bigint[]) AS p (id)
    CROSS JOIN LATERAL (
      SELECT t.program_id, t.intent_id
        FROM intent_todo t
        JOIN intent_state s ON s.program_id = t.program_id AND s.intent_id = t.intent_id AND (s.status = 'PENDING') IS TRUE
       WHERE t.chain_id = $1 AND t.program_id = p.id AND t.lease_until IS NULL AND t.due_at <= $4
         AND t.rerouted = $3 AND coalesce(t.expires_at > $5, true)
       ORDER BY t.due_at LIMIT $6 FOR UPDATE SKIP LOCKED) d
), leased AS (
  UPDATE intent_todo t SET lease_until = $7 FROM due d
   WHERE t.program_id = d.program_id AND t.intent_id = d.intent_id
), taken AS (
  UPDATE intent_state s
     SET status = 'PROCESSING', stage = 'QUEUED', version = s.version + 1, lease_until = $7, leased_by = $8,
         updated_at = $4
    FROM due d WHERE s.program_id = d.program_id AND s.intent_id = d.intent_id
  RETURNING s.program_id, s.intent_id, s.version, s.attempts - s.forgiven AS tries, s.authorization_n, s.rerouted
), noted AS (
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor)
  SELECT program_id, intent_id, version, 'PENDING', 'PROCESSING', 'QUEUED', $4, $9 FROM taken
)
SELECT t.program_id, p.public_id, t.intent_id, t.version, t.tries, i.kind, i.idempotency_key, i.wallet,
       r.address, c.token, coalesce(i.amount, 0), coalesce(a.valid_after, 0), coalesce(a.valid_before, 0),
       coalesce(a.signature, ''::bytea), t.rerouted
  FROM taken t
  JOIN intent i ON i.program_id = t.program_id AND i.id = t.intent_id
  JOIN program p ON p.id = t.program_id
  JOIN treasury r ON r.program_id = t.program_id
  LEFT JOIN program_currency c ON c.program_id = t.program_id AND c.code = i.currency
  LEFT JOIN intent_authorization a
         ON a.program_id = t.program_id AND a.intent_id = t.intent_id AND a.n = t.authorization_n
"""
_IS_WORK_DUE = """
SELECT EXISTS (SELECT FROM intent_todo WHERE chain_id = $1 AND lease_until IS NULL AND due_at <= $2)
"""
# Below this many items a day nobody's share of refusals says anything.
ITEMS_THAT_COUNT = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """What to claim, for whom, and until when. settles_after: authorisations that end before it stay where they are."""

    chain_id: int
    rerouted: bool
    limit: int
    holder: str
    actor: str
    now: datetime
    until: datetime
    settles_after: datetime


async def claim(unit: UnitOfWork, asked: Claim) -> list[ClaimedIntent]:
    """Takes up to `limit` due intents, as many of each program; what one program leaves, the others get."""
    claimed: list[ClaimedIntent] = []
    while len(claimed) < asked.limit:
        programs = await _programs(unit, asked)
        room = asked.limit - len(claimed)
        got = await _claim_each(unit, asked, programs[:room], room // max(len(programs), 1) or 1)
        if not got:
            break
        claimed.extend(got)
    _record(unit, claimed, asked.now)
    return claimed


async def is_work_due(session: ReadSession, chain_id: int, now: datetime) -> bool:
    """Whether anything could be claimed, pauses and budgets aside."""
    return bool(await session.connection.fetchval(_IS_WORK_DUE, chain_id, now))


async def _programs(unit: UnitOfWork, asked: Claim) -> list[int]:
    rows = await unit.connection.fetch(
        _PROGRAMS, asked.chain_id, asked.now, asked.rerouted, asked.settles_after, ITEMS_THAT_COUNT
    )
    return [row["id"] for row in rows]


async def _claim_each(
    unit: UnitOfWork, asked: Claim, programs: Sequence[int], share: int
) -> list[ClaimedIntent]:
    if not programs:
        return []
    rows = await unit.connection.fetch(
        _CLAIM,
        asked.chain_id,
        programs,
        asked.rerouted,
        asked.now,
        asked.settles_after,
        share,
        asked.until,
        asked.holder,
        asked.actor,
    )
    return [ClaimedIntent(*row) for row in rows]


def _record(unit: UnitOfWork, claimed: Sequence[ClaimedIntent], at: datetime) -> None:
    data = {"v": 1, "from": "PENDING", "status": "PROCESSING", "stage": "QUEUED"}
    for one in claimed:
        event = NewEvent(
            EventType.INTENT, "intent.processing", str(one.intent_id), one.version, at, data
        )
        unit.record(event, one.program_id)
