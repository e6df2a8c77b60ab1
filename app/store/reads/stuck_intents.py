"""Intents that stand still: which, and the facts that say why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from app.domain.states import IntentStage, IntentStatus, LaneStatus, ProgramStatus
from app.domain.stuck import Cutoffs, intent_cutoffs
from app.domain.stuck_situations import (
    ChainSituation,
    IntentSituation,
    ProgramSituation,
    ProviderWait,
    SentTransaction,
)
from app.store.database import ReadSession
from app.store.intents.claims import ITEMS_THAT_COUNT

_FINALITY = """
SELECT w.required_confirmations * (
         SELECT extract(epoch FROM max(b.at) - min(b.at)) / nullif(max(b.number) - min(b.number), 0)
           FROM chain_block b WHERE b.chain_id = w.chain_id)::float8
  FROM program p JOIN chain_watch w ON w.chain_id = p.chain_id WHERE p.id = $1
"""
# Since when an intent is where it is: not before its signature could settle at all.
SINCE = """
greatest(coalesce(s.stage_since, s.updated_at),
  CASE WHEN s.stage = 'QUEUED' AND s.authorization_n IS NOT NULL THEN
    (SELECT to_timestamp(least(a.valid_after, 253402300799)::float8) FROM intent_authorization a
      WHERE a.program_id = s.program_id AND a.intent_id = s.intent_id AND a.n = s.authorization_n) END)"""
# Of what is PENDING or PROCESSING. By itself, without a join: whatever the planner believes of what is open, it reads what
# is asked for row by row.
_BY_PROVIDER = """
(SELECT k.kind FROM intent k WHERE k.program_id = s.program_id AND k.id = s.intent_id) = 'COMMERCE_PAYMENT'"""
_IS_STUCK = """
({since} < CASE WHEN {by_provider} THEN ${at_provider}::timestamptz
                WHEN s.stage = 'QUEUED' THEN ${queued} WHEN s.stage = 'SIGNED' THEN ${signed}
                WHEN s.stage = 'BROADCAST' THEN ${broadcast} ELSE ${mined} END
 OR coalesce(s.lease_until < ${leased}, false) AND NOT {by_provider})"""


def is_stuck(first: int) -> str:
    """The condition, for statements whose parameters from `first` on are `cutoff_values`."""
    names = ("leased", "at_provider", "queued", "signed", "broadcast", "mined")
    places = {name: first + place for place, name in enumerate(names)}
    return _IS_STUCK.format(since=SINCE, by_provider=_BY_PROVIDER, **places)


def cutoff_values(cutoffs: Cutoffs) -> tuple[datetime, ...]:
    """In the order of `is_stuck`."""
    return (
        cutoffs.leased,
        cutoffs.at_provider,
        cutoffs.queued,
        cutoffs.signed,
        cutoffs.broadcast,
        cutoffs.mined,
    )


async def finality_of_program(session: ReadSession) -> timedelta | None:
    """How long the chain of this snapshot's program takes until a block is final; None before it was watched."""
    seconds: float | None = await session.connection.fetchval(_FINALITY, session.program_id)
    return None if seconds is None else timedelta(seconds=seconds)


async def cutoffs_of_program(session: ReadSession, now: datetime) -> Cutoffs:
    """The instants for intents of this snapshot's program, by how fast its chain is."""
    return intent_cutoffs(now, await finality_of_program(session))


# Of each the newest copy, the last reason for which it was put back, and what holds up its program and its chain.
_SITUATIONS = f"""
WITH asked AS (
  SELECT s.program_id, s.intent_id, s.status, s.stage, s.lease_until, s.mined_block, s.chain_transaction_id,
         i.kind = 'COMMERCE_PAYMENT' AS by_provider, i.chain_id, {SINCE} AS since
    FROM intent_state s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
   WHERE s.program_id = $1 AND s.intent_id = ANY($2::uuid[]) AND s.status IN ('PENDING', 'PROCESSING')
     AND {is_stuck(4)}
)
SELECT q.*, p.status AS program_status, p.pause_reason, p.daily_gas_budget_wei, coalesce(g.spent_wei, 0) AS spent_wei,
       coalesce(g.items >= {ITEMS_THAT_COUNT} AND g.rejected * 2 > g.items, false) AS mostly_refused,
       c.stopped, w.final_number, w.head_at, w.updated_at AS watched_at, t.due_at,
       (SELECT string_agg(format('%s is %s%s', l.relayer, lower(l.status), coalesce(', ' || l.halt_reason, '')), '; '
                          ORDER BY l.relayer)
          FROM lane l WHERE l.chain_id = q.chain_id HAVING NOT bool_or(l.status = 'ACTIVE')) AS held_up_by,
       (SELECT CASE WHEN r.from_status = 'PROCESSING' THEN r.reason END FROM intent_transition r
         WHERE r.program_id = q.program_id AND r.intent_id = q.intent_id
         ORDER BY r.seq DESC LIMIT 1) AS put_back,
       x.lane_id, x.nonce, x.from_address, x.last_sent_at, l.status AS lane_status, l.halt_reason,
       n.n AS copies, n.sends, n.last_error, n.created_at AS signed_at,
       e.due_at AS event_due_at, e.tries AS event_tries
  FROM asked q
  JOIN program p ON p.id = q.program_id
  LEFT JOIN program_gas g ON g.program_id = q.program_id AND g.day = ($3::timestamptz AT TIME ZONE 'UTC')::date
  LEFT JOIN consumed_through c ON c.chain_id = q.chain_id AND c.program_id = q.program_id
  LEFT JOIN chain_watch w ON w.chain_id = q.chain_id
  LEFT JOIN intent_todo t ON t.program_id = q.program_id AND t.intent_id = q.intent_id
  LEFT JOIN chain_transaction x ON x.id = q.chain_transaction_id AND q.stage <> 'QUEUED'
  LEFT JOIN lane l ON l.id = x.lane_id
  LEFT JOIN LATERAL (
       SELECT o.n, sum(o.sends) OVER () AS sends, o.last_error, o.created_at
         FROM signed_copy o WHERE o.chain_transaction_id = x.id ORDER BY o.n DESC LIMIT 1) n ON true
  LEFT JOIN LATERAL (
       SELECT o.due_at, o.tries FROM provider_event o
        WHERE o.program_id = q.program_id AND o.intent_id = q.intent_id AND o.due_at IS NOT NULL
        ORDER BY o.due_at LIMIT 1) e ON q.by_provider
"""
# By status, so that each is read by the index of what is open.
_OPEN = """
(SELECT s.intent_id FROM intent_state s
  WHERE s.program_id = $1 AND s.status = '{status}' AND s.intent_id < ${bound} AND {is_stuck}
  ORDER BY s.intent_id {order} LIMIT ${limit})"""


def stuck_ids(order: Literal["ASC", "DESC"], first: int) -> str:
    """Ids of either status, up to the limit of each. Parameters: the program, and from `first` on a bound that ids are below,
    the limit, and `cutoff_values`.
    """
    places = {"bound": first, "limit": first + 1, "is_stuck": is_stuck(first + 2)}
    return " UNION ALL ".join(
        _OPEN.format(status=status, order=order, **places) for status in ("PENDING", "PROCESSING")
    )


OLDEST = f"{stuck_ids('ASC', 2)} ORDER BY 1 LIMIT $3"


@dataclass(frozen=True, slots=True)
class StuckIntent:
    """lane_id: of the lane that carries it, once it is signed."""

    id: UUID
    situation: IntentSituation
    lane_id: UUID | None


async def situations(
    session: ReadSession, ids: Sequence[UUID], now: datetime
) -> list[StuckIntent | None]:
    """Of intents of this snapshot's program; None where one does not stand still. now: real time."""
    cutoffs = await cutoffs_of_program(session, now)
    rows = await session.connection.fetch(
        _SITUATIONS, session.program_id, list(ids), now, *cutoff_values(cutoffs)
    )
    found = {row["intent_id"]: _stuck(row) for row in rows}
    return [found.get(id_) for id_ in ids]


async def situations_at(
    session: ReadSession, asked: Sequence[tuple[UUID, datetime]]
) -> list[StuckIntent | None]:
    """The same for ids that were asked for within one answer: the first one's instant is everybody's."""
    return await situations(session, [id_ for id_, _ in asked], asked[0][1])


async def oldest_stuck(session: ReadSession, now: datetime, most: int) -> list[StuckIntent]:
    """Intents of this snapshot's program that stand still, the oldest first, up to `most`."""
    cutoffs = await cutoffs_of_program(session, now)
    bound = accepted_before(cutoffs.earliest_wait)
    rows = await session.connection.fetch(
        OLDEST, session.program_id, bound, most, *cutoff_values(cutoffs)
    )
    known = await situations(session, [row["intent_id"] for row in rows], now)
    return [one for one in known if one is not None]


def accepted_before(instant: datetime) -> UUID:
    """Above the ids (uuid version 7) of everything that was made before the instant."""
    return UUID(int=(int(instant.timestamp() * 1000) + 1) << 80)


def _stuck(row: asyncpg.Record) -> StuckIntent:
    situation = IntentSituation(
        status=IntentStatus(row["status"]),
        stage=IntentStage(row["stage"]),
        since=row["since"],
        by_provider=row["by_provider"],
        program=ProgramSituation(
            ProgramStatus(row["program_status"]),
            row["pause_reason"],
            row["stopped"],
            row["daily_gas_budget_wei"],
            row["spent_wei"],
            row["mostly_refused"],
        ),
        chain=ChainSituation(
            row["chain_id"],
            row["final_number"],
            row["head_at"],
            row["watched_at"],
            row["held_up_by"],
        ),
        put_back=row["put_back"],
        due_at=row["due_at"],
        lease_until=row["lease_until"],
        mined_block=row["mined_block"],
        sent=_sent(row),
        provider=None
        if row["event_due_at"] is None
        else ProviderWait(row["event_due_at"], row["event_tries"]),
    )
    return StuckIntent(row["intent_id"], situation, row["lane_id"])


def _sent(row: asyncpg.Record) -> SentTransaction | None:
    if row["nonce"] is None:
        return None
    return SentTransaction(
        nonce=row["nonce"],
        relayer=row["from_address"],
        lane_status=LaneStatus(row["lane_status"]),
        halt_reason=row["halt_reason"],
        copies=row["copies"],
        sends=row["sends"],
        last_error=row["last_error"],
        last_sent_at=row["last_sent_at"],
        signed_at=row["signed_at"],
    )
