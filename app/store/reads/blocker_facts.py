"""What decides whether something is paid yet, read for many commissions or batches at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.blockers import PayingFacts
from app.domain.payouts import BlockerCode, Death
from app.domain.states import SafeTransactionStatus
from app.store.database import ReadSession


@dataclass(frozen=True, slots=True)
class CommissionSituation:
    """net: of what the affiliate has PAYABLE in the currency. open_batch: something of the program can still execute."""

    affiliate_status: str
    currency: str
    decimals: int
    net: int
    pays_from: datetime | None
    refused: str | None
    paying: PayingFacts | None
    open_batch: bool


@dataclass(frozen=True, slots=True)
class BatchSituation:
    """earlier_is_open: another batch has a lower nonce that is not used yet."""

    parts: list[PayingFacts]
    earlier_is_open: bool


_PAYING = """s.status AS paying_status, s.death, s.death_reason, s.waiting_code, s.waiting, t.threshold,
       (SELECT count(*) FROM safe_signature g
         WHERE g.program_id = s.program_id AND g.safe_transaction_id = s.id AND g.owner::text = ANY (t.owners)) AS signed"""
_COMMISSIONS = f"""
WITH asked AS (
  SELECT c.id, c.status, c.affiliate_id, c.currency
    FROM commission c WHERE c.program_id = $1 AND c.id = ANY($2::uuid[])
), earner AS (
  SELECT e.affiliate_id, e.currency,
         coalesce((SELECT k.payable FROM earned_sum k
                    WHERE k.program_id = $1 AND k.affiliate_id = e.affiliate_id AND k.currency = e.currency), 0) AS net,
         (SELECT max(w.pays_from) FROM affiliate_wallet_change w
           WHERE w.program_id = $1 AND w.affiliate_id = e.affiliate_id) AS pays_from,
         (SELECT x.reason FROM payout_exclusion x
           WHERE x.program_id = $1 AND x.affiliate_id = e.affiliate_id
             AND x.batch_id = (SELECT b.id FROM payout_batch b
                                WHERE b.program_id = $1 AND b.currency = e.currency AND b.kind = 'PAYOUTS'
                                ORDER BY b.created_at DESC, b.id DESC LIMIT 1)
           LIMIT 1) AS refused
    FROM (SELECT DISTINCT affiliate_id, currency FROM asked) e
)
SELECT c.id, a.status AS affiliate_status, c.currency, e.net, e.pays_from, e.refused, p.*,
       EXISTS (SELECT FROM safe_transaction o
                WHERE o.program_id = $1 AND o.status NOT IN ('EXECUTED', 'DEAD')) AS open_batch
  FROM asked c
  JOIN earner e ON e.affiliate_id = c.affiliate_id AND e.currency = c.currency
  JOIN affiliate a ON a.program_id = $1 AND a.id = c.affiliate_id
  LEFT JOIN LATERAL (
       SELECT {_PAYING}
         FROM payout_line l
         JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
         JOIN treasury t ON t.program_id = s.program_id
        WHERE l.program_id = $1 AND l.line_id = c.id AND c.status = 'PENDING_APPROVAL'
          AND s.status NOT IN ('EXECUTED', 'DEAD')
        ORDER BY s.death IS NULL DESC, s.id DESC LIMIT 1) p ON true
"""
_BATCHES = f"""
SELECT x.batch_id, {_PAYING},
       EXISTS (SELECT FROM safe_transaction o
                WHERE o.program_id = $1 AND o.status NOT IN ('EXECUTED', 'DEAD') AND o.safe_nonce < s.safe_nonce
                  AND NOT EXISTS (SELECT FROM payout_batch_transaction y
                                   JOIN safe_transaction z ON z.program_id = $1 AND z.id = y.safe_transaction_id
                                  WHERE y.program_id = $1 AND y.batch_id = x.batch_id
                                    AND z.safe_nonce = o.safe_nonce)) AS earlier
  FROM payout_batch_transaction x
  JOIN safe_transaction s ON s.program_id = x.program_id AND s.id = x.safe_transaction_id
  JOIN treasury t ON t.program_id = x.program_id
 WHERE x.program_id = $1 AND x.batch_id = ANY($2::uuid[]) ORDER BY x.batch_id, x.place
"""


def _paying(record: asyncpg.Record) -> PayingFacts:
    return PayingFacts(
        status=SafeTransactionStatus(record["paying_status"]),
        death=None if record["death"] is None else Death(record["death"]),
        death_reason=record["death_reason"],
        signed=record["signed"],
        threshold=record["threshold"],
        waiting_code=None
        if record["waiting_code"] is None
        else BlockerCode(record["waiting_code"]),
        waiting=record["waiting"],
    )


async def of_commissions(session: ReadSession, ids: Sequence[UUID]) -> list[CommissionSituation]:
    """The situation of each commission of this snapshot's program."""
    decimals = await session.decimals()
    found = {
        record["id"]: CommissionSituation(
            affiliate_status=record["affiliate_status"],
            currency=record["currency"],
            decimals=decimals[record["currency"]],
            net=record["net"],
            pays_from=record["pays_from"],
            refused=record["refused"],
            paying=None if record["paying_status"] is None else _paying(record),
            open_batch=record["open_batch"],
        )
        for record in await session.connection.fetch(_COMMISSIONS, session.program_id, ids)
    }
    return [found[id_] for id_ in ids]


async def of_batches(session: ReadSession, ids: Sequence[UUID]) -> list[BatchSituation]:
    """The situation of each batch of this snapshot's program."""
    parts: dict[UUID, list[PayingFacts]] = {id_: [] for id_ in ids}
    earlier = dict.fromkeys(ids, False)
    for record in await session.connection.fetch(_BATCHES, session.program_id, ids):
        part = _paying(record)
        parts[record["batch_id"]].append(part)
        open_still = part.status not in (SafeTransactionStatus.EXECUTED, SafeTransactionStatus.DEAD)
        earlier[record["batch_id"]] |= open_still and record["earlier"]
    return [BatchSituation(parts[id_], earlier[id_]) for id_ in ids]
