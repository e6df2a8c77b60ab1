"""What the export of one payout batch is made of."""

from collections.abc import AsyncGenerator
from uuid import UUID

import asyncpg

from app.store.database import ReadSession

_PORTION = 500

_BATCH = """
SELECT id, kind, content_hash, created_at, created_by FROM payout_batch WHERE program_id = $1 AND id = $2
"""
_TRANSACTIONS = """
SELECT s.*, c.decimals,
       (SELECT array_agg(g.owner::text ORDER BY g.owner) FROM safe_signature g
         WHERE g.program_id = s.program_id AND g.safe_transaction_id = s.id) AS owners,
       (SELECT array_agg(g.signature ORDER BY g.owner) FROM safe_signature g
         WHERE g.program_id = s.program_id AND g.safe_transaction_id = s.id) AS signatures,
       (SELECT array_agg(g.contract ORDER BY g.owner) FROM safe_signature g
         WHERE g.program_id = s.program_id AND g.safe_transaction_id = s.id) AS contracts
  FROM payout_batch_transaction x
  JOIN safe_transaction s ON s.program_id = x.program_id AND s.id = x.safe_transaction_id
  LEFT JOIN program_currency c ON c.program_id = s.program_id AND c.code = s.currency
 WHERE x.program_id = $1 AND x.batch_id = $2
 ORDER BY x.place
"""
_PAYOUTS = """
SELECT p.id, p.purpose, a.referral_code, u.wallet, p.destination, p.amount, p.log_index, l.ids, l.amounts
  FROM payout p
  LEFT JOIN affiliate a ON a.program_id = p.program_id AND a.id = p.affiliate_id
  LEFT JOIN program_user u ON u.program_id = p.program_id AND u.id = p.user_id
 CROSS JOIN LATERAL (
       SELECT array_agg(l.line_id ORDER BY l.line_id) AS ids, array_agg(l.amount::text ORDER BY l.line_id) AS amounts
         FROM payout_line l WHERE l.program_id = p.program_id AND l.payout_id = p.id) l
 WHERE p.program_id = $1 AND p.safe_transaction_id = $2
 ORDER BY p.place
"""


async def batch(session: ReadSession, batch_id: UUID) -> asyncpg.Record | None:
    """The batch itself."""
    return await session.connection.fetchrow(_BATCH, session.program_id, batch_id)


async def safe_transactions(session: ReadSession, batch_id: UUID) -> list[asyncpg.Record]:
    """The batch's Safe transactions with their signatures, in order: at most some dozens."""
    return await session.connection.fetch(_TRANSACTIONS, session.program_id, batch_id)


async def payouts(
    session: ReadSession, safe_transaction_id: UUID
) -> AsyncGenerator[asyncpg.Record, None]:
    """The payouts of one of them with their lines, in order."""
    cursor = session.connection.cursor(
        _PAYOUTS, session.program_id, safe_transaction_id, prefetch=_PORTION
    )
    async for record in cursor:
        yield record
