"""Invariant 9, and what payouts hold: open Safe transactions beside their lines, what is booked beside what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import asyncpg

from app.domain.reconciliation import Scope
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults

# chain, safe and token as the program has them: what is stored is compared with these.
_OPEN = """
SELECT s.id, s.safe_nonce, s.safe_version, s.to_address, s.data, s.operation, s.hash, s.content_hash, s.payout_count, s.total,
       t.chain_id, t.address AS safe, coalesce(y.token, '0x' || repeat('0', 40)) AS token,
       (s.chain_id, lower(s.safe), lower(s.token))
       = (t.chain_id, lower(t.address), lower(coalesce(y.token, '0x' || repeat('0', 40)))) AS own,
       p.destination, p.amount
  FROM safe_transaction s
  JOIN treasury t ON t.program_id = $1
  LEFT JOIN program_currency y ON y.program_id = $1 AND y.code = s.currency
  LEFT JOIN payout p ON p.program_id = $1 AND p.safe_transaction_id = s.id
 WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD') ORDER BY s.id, p.place
"""
# Where another one has used the nonce up, what it paid is PAID, and this one waits for its end.
_LINES = faults_of("""
live AS (
  SELECT s.id, s.currency, EXISTS (SELECT FROM safe_transaction e WHERE e.program_id = $1 AND e.status = 'EXECUTED'
                                      AND e.safe_nonce = s.safe_nonce) AS over
    FROM safe_transaction s WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD')
), line AS (
  SELECT l.payout_id, l.amount,
         o.safe_transaction_id IS DISTINCT FROM s.id OR coalesce(c.amount, r.amount, w.amount) IS DISTINCT FROM l.amount
         OR coalesce(c.currency, r.currency, w.currency) IS DISTINCT FROM s.currency
         OR c.affiliate_id IS DISTINCT FROM o.affiliate_id OR r.user_id IS DISTINCT FROM o.user_id
         OR w.id IS DISTINCT FROM o.withdrawal_id OR (w.id IS NOT NULL AND lower(w.destination) <> lower(o.destination))
         OR (NOT s.over AND coalesce(c.status, r.status, 'PENDING_APPROVAL') <> 'PENDING_APPROVAL') AS strange
    FROM live s
    JOIN payout_line l ON l.program_id = $1 AND l.safe_transaction_id = s.id
    LEFT JOIN payout o ON o.program_id = $1 AND o.id = l.payout_id
    LEFT JOIN commission c ON o.purpose = 'COMMISSION' AND c.program_id = $1 AND c.id = l.line_id
    LEFT JOIN refund r ON o.purpose = 'REFUND' AND r.program_id = $1 AND r.id = l.line_id
    LEFT JOIN withdrawal w ON o.purpose = 'WITHDRAWAL' AND w.program_id = $1 AND w.id = l.line_id
), summed AS (
  SELECT payout_id, sum(amount) AS units, count(*) AS lines, count(*) FILTER (WHERE strange) AS strange FROM line GROUP BY 1
), paying AS (
  SELECT p.id, p.amount FROM live s JOIN payout p ON p.program_id = $1 AND p.safe_transaction_id = s.id
), seen AS (
  SELECT coalesce(x.lines, 0) AS looked_at, p.amount IS DISTINCT FROM x.units OR x.strange > 0 AS wrong,
         'lines:' || coalesce(p.id, x.payout_id) AS reference, 'PAYOUT:' || p.id AS entity,
         coalesce(p.amount::text, 'no payout') || ', each line its own recipient''s, whole' AS expected,
         coalesce(x.units, 0) || ', ' || coalesce(x.strange, 0) || ' of ' || coalesce(x.lines, 0) || ' lines are not' AS actual
    FROM paying p FULL JOIN summed x ON x.payout_id = p.id
)""")
# A nonce is used once: what shares one cannot all be executed. Lines are many, and words are made of wrong ones only.
_TWICE = """
line AS (
  SELECT l.line_id, count(*) AS times, min(s.safe_nonce) AS lowest, max(s.safe_nonce) AS highest
    FROM {lines} l
    JOIN safe_transaction s ON s.program_id = $1 AND s.id = l.safe_transaction_id AND s.status <> 'DEAD'
   GROUP BY l.line_id
), seen AS (
  SELECT sum(times) AS looked_at, false AS wrong, NULL::text AS reference, NULL::text AS entity, NULL::text AS expected,
         NULL::text AS actual
    FROM line
  UNION ALL
  SELECT 0, true, 'line:' || line_id, NULL, 'in Safe transactions of one nonce',
         'in those of nonces ' || lowest || ' to ' || highest
    FROM line WHERE lowest <> highest
)"""
_TWICE_OF_ALL = faults_of(_TWICE.format(lines="(SELECT * FROM payout_line WHERE program_id = $1)"))
_TWICE_OF_NEWER = faults_of(
    """
newer AS (
  SELECT DISTINCT l.line_id FROM safe_transaction s
    JOIN payout_line l ON l.program_id = $1 AND l.safe_transaction_id = s.id
   WHERE s.program_id = $1 AND (s.status NOT IN ('EXECUTED', 'DEAD') OR s.executed_block > $2)
), """
    + _TWICE.format(
        lines="(SELECT o.* FROM newer JOIN payout_line o ON o.program_id = $1 AND o.line_id = newer.line_id)"
    )
)
_HELD = faults_of("""
held AS (
  SELECT currency, sum(total) AS units, count(*) AS transactions FROM safe_transaction
   WHERE program_id = $1 AND holding GROUP BY 1
), booked AS (
  SELECT currency, credits - debits AS units FROM account WHERE program_id = $1 AND kind = 'PAYOUT_IN_FLIGHT'
), seen AS (
  SELECT coalesce(h.transactions, 0) AS looked_at, coalesce(h.units, 0) <> coalesce(b.units, 0) AS wrong,
         currency || ':held' AS reference, NULL::text AS entity,
         coalesce(h.units, 0) || ' ' || currency AS expected, coalesce(b.units, 0) || ' ' || currency AS actual
    FROM held h FULL JOIN booked b USING (currency)
)""")
# What a Safe transaction holds has left the user's account for PAYOUT_IN_FLIGHT.
_REFUNDS = faults_of("""
held AS (
  SELECT l.line_id FROM safe_transaction s
    JOIN payout_line l ON l.program_id = $1 AND l.safe_transaction_id = s.id
   WHERE s.program_id = $1 AND s.holding
), owed AS (
  SELECT user_id, currency, sum(amount) AS units, count(*) AS refunds FROM refund
   WHERE program_id = $1 AND status <> 'PAID' AND id NOT IN (SELECT line_id FROM held) GROUP BY 1, 2
), booked AS (
  SELECT owner_id AS user_id, currency, credits - debits AS units FROM account WHERE program_id = $1 AND kind = 'REFUND'
), seen AS (
  SELECT coalesce(o.refunds, 0) AS looked_at, coalesce(o.units, 0) <> coalesce(b.units, 0) AS wrong,
         'refunds:' || user_id || ':' || currency AS reference, 'USER:' || u.public_id AS entity,
         coalesce(o.units, 0) || ' ' || currency AS expected, coalesce(b.units, 0) || ' ' || currency AS actual
    FROM owed o FULL JOIN booked b USING (user_id, currency)
    LEFT JOIN program_user u ON u.program_id = $1 AND u.id = user_id
)""")


@dataclass(frozen=True, slots=True)
class OpenSafeTransaction:
    """As it is stored, but chain, safe and token as its program has them. own: the stored ones are these. payouts: recipient
    and units of each, in order.
    """

    id: UUID
    own: bool
    chain_id: int
    safe: str
    safe_version: str
    token: str
    nonce: int
    call: tuple[str, bytes, int]
    hash: bytes
    content_hash: bytes
    payout_count: int
    total: int
    payouts: tuple[tuple[str, int], ...]


async def open_safe_transactions(
    session: ReadSession, program_id: int
) -> list[OpenSafeTransaction]:
    """What owners may still execute; few, and each pays at most 400."""
    rows = await session.connection.fetch(_OPEN, program_id)
    return [_open(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]


async def strange_lines(session: ReadSession, scope: Scope) -> Faults:
    """Payouts of open Safe transactions that are not the sum of lines of their recipient's that wait for approval."""
    return await read_faults(session, _LINES, scope.program_id)


async def lines_paid_twice(session: ReadSession, scope: Scope) -> Faults:
    """Commissions, refunds and withdrawals in Safe transactions of which more than one can be, or was, executed; since a
    clean run: those of what is open, or was executed since.
    """
    if scope.since is None:
        return await read_faults(session, _TWICE_OF_ALL, scope.program_id)
    block = scope.since.extent.block_number
    return await read_faults(session, _TWICE_OF_NEWER, scope.program_id, block)


async def unequal_holds(session: ReadSession, scope: Scope) -> Faults:
    """Currencies in which PAYOUT_IN_FLIGHT is not what Safe transactions hold."""
    return await read_faults(session, _HELD, scope.program_id)


async def unequal_refunds(session: ReadSession, scope: Scope) -> Faults:
    """Users whose open refunds that nothing holds are not their REFUND account."""
    return await read_faults(session, _REFUNDS, scope.program_id)


def _open(rows: Sequence[asyncpg.Record]) -> OpenSafeTransaction:
    first = rows[0]
    return OpenSafeTransaction(
        id=first["id"],
        own=first["own"],
        chain_id=first["chain_id"],
        safe=first["safe"],
        safe_version=first["safe_version"],
        token=first["token"],
        nonce=int(first["safe_nonce"]),
        call=(first["to_address"], first["data"], first["operation"]),
        hash=first["hash"],
        content_hash=first["content_hash"],
        payout_count=first["payout_count"],
        total=int(first["total"]),
        payouts=tuple(
            (row["destination"], int(row["amount"]))
            for row in rows
            if row["destination"] is not None
        ),
    )
