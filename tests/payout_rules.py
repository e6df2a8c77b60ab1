"""What must hold of payouts beside what each posting says; each statement returns one row for each violation."""

from typing import Any

from app.chain.payout_content import Recipient, batch_content_hash, content_hash
from app.chain.safe_hash import SafeTransaction, safe_tx_hash

PAYOUT_RULES = {
    "9 payouts sum to their Safe transaction": """
        SELECT s.program_id, s.id FROM safe_transaction s
          LEFT JOIN payout p ON p.program_id = s.program_id AND p.safe_transaction_id = s.id
         GROUP BY s.program_id, s.id
        HAVING s.payout_count <> count(p.id) OR s.total <> coalesce(sum(p.amount), 0)
            OR count(p.id) <> coalesce(max(p.place), -1) + 1""",
    "9 lines sum to their payout": """
        SELECT p.program_id, p.id FROM payout p
          LEFT JOIN payout_line l ON l.program_id = p.program_id AND l.payout_id = p.id
         GROUP BY p.program_id, p.id
        HAVING p.amount IS DISTINCT FROM sum(l.amount) OR bool_or(l.safe_transaction_id <> p.safe_transaction_id)""",
    "9 a line is its recipient's, whole": """
        SELECT l.program_id, l.line_id FROM payout_line l
          JOIN payout p ON p.program_id = l.program_id AND p.id = l.payout_id
          JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
          LEFT JOIN (SELECT 'COMMISSION' AS purpose, program_id, id, affiliate_id, NULL::bigint AS user_id, amount, currency
                       FROM commission
                     UNION ALL SELECT 'REFUND', program_id, id, NULL, user_id, amount, currency FROM refund
                     UNION ALL SELECT 'WITHDRAWAL', program_id, id, NULL, NULL, amount, currency FROM withdrawal) o
            ON o.purpose = p.purpose AND o.program_id = l.program_id AND o.id = l.line_id
         WHERE (o.amount, o.currency, o.affiliate_id, o.user_id)
               IS DISTINCT FROM (l.amount, s.currency, p.affiliate_id, p.user_id)""",
    "9 a batch is what it lists": """
        SELECT b.program_id, b.id FROM payout_batch b
          LEFT JOIN payout_batch_transaction t ON t.program_id = b.program_id AND t.batch_id = b.id
          LEFT JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
         GROUP BY b.program_id, b.id
        HAVING b.payout_count IS DISTINCT FROM sum(s.payout_count) OR b.total IS DISTINCT FROM sum(s.total)""",
    "9 one batch that nobody replaced is live": """
        SELECT b.program_id FROM payout_batch b
         WHERE NOT EXISTS (SELECT FROM payout_batch r WHERE r.program_id = b.program_id AND r.replaces = b.id)
           AND EXISTS (SELECT FROM payout_batch_transaction t
                         JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
                        WHERE t.program_id = b.program_id AND t.batch_id = b.id AND s.status NOT IN ('EXECUTED', 'DEAD'))
         GROUP BY 1 HAVING count(*) > 1""",
    "9 an executed Safe transaction paid what it says": """
        SELECT s.program_id, s.id FROM safe_transaction s
         WHERE s.status = 'EXECUTED' AND s.total <> (
           SELECT coalesce(sum(m.amount), 0) FROM movement m
            WHERE m.program_id = s.program_id AND m.journal_id = s.journal_id AND m.direction = 'OUT' AND NOT m.undone)""",
    "4 what is approved, and not given up, holds its money": """
        SELECT s.program_id, s.id FROM safe_transaction s
         WHERE s.status IN ('APPROVED', 'EXECUTING') AND s.death IS NULL AND s.payout_count > 0 AND NOT s.holding""",
    "a commission's timeline has no gap and ends in its state": """
        SELECT c.program_id, c.id FROM commission c
          LEFT JOIN (SELECT program_id, commission_id, count(*) AS steps, max(seq) AS last
                       FROM commission_transition GROUP BY 1, 2) t ON t.program_id = c.program_id AND t.commission_id = c.id
          LEFT JOIN commission_transition x
            ON x.program_id = c.program_id AND x.commission_id = c.id AND x.seq = t.last
         WHERE t.steps IS DISTINCT FROM t.last OR x.to_status IS DISTINCT FROM c.status""",
    "a commission's timeline is connected": """
        SELECT program_id, commission_id FROM (
          SELECT program_id, commission_id, from_status,
                 lag(to_status) OVER (PARTITION BY program_id, commission_id ORDER BY seq) AS before
            FROM commission_transition) t WHERE from_status IS DISTINCT FROM before""",
    "a Safe transaction's timeline has no gap": """
        SELECT s.program_id, s.id FROM safe_transaction s
          LEFT JOIN safe_transaction_transition t ON t.program_id = s.program_id AND t.safe_transaction_id = s.id
         GROUP BY s.program_id, s.id HAVING count(t.seq) <> s.version OR max(t.seq) IS DISTINCT FROM s.version""",
}
_SIGNED = """
SELECT s.*, array_agg(p.destination ORDER BY p.place) FILTER (WHERE p.id IS NOT NULL) AS destinations,
       array_agg(p.amount::text ORDER BY p.place) FILTER (WHERE p.id IS NOT NULL) AS amounts
  FROM safe_transaction s LEFT JOIN payout p ON p.program_id = s.program_id AND p.safe_transaction_id = s.id
 GROUP BY s.program_id, s.id
"""
_BATCHES = """
SELECT b.id, b.content_hash, array_agg(s.content_hash ORDER BY t.place) AS contents FROM payout_batch b
  JOIN payout_batch_transaction t ON t.program_id = b.program_id AND t.batch_id = b.id
  JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
 GROUP BY b.program_id, b.id
"""


async def wrong_contents(connection: Any) -> list[str]:
    """Hashes that are not those of what is stored: owners would sign something else than they are shown."""
    signed = [dict(row) for row in await connection.fetch(_SIGNED)]
    found = [f"9 a content hash covers it all: {row['id']}" for row in signed if _misread(row)]
    found += [f"9 owners sign what is stored: {row['id']}" for row in signed if _missigned(row)]
    return found + [
        f"9 a batch's hash covers its Safe transactions: {row['id']}"
        for row in await connection.fetch(_BATCHES)
        if row["content_hash"] != batch_content_hash(row["contents"])
    ]


def _misread(row: dict[str, Any]) -> bool:
    pairs = zip(row["destinations"] or (), row["amounts"] or (), strict=True)
    recipients = [Recipient(destination, int(amount)) for destination, amount in pairs]
    nonce = int(row["safe_nonce"])
    hashed = content_hash(row["chain_id"], row["safe"], row["token"], nonce, recipients)
    return bool(row["content_hash"] != hashed)


def _missigned(row: dict[str, Any]) -> bool:
    call = SafeTransaction(
        row["to_address"], 0, row["data"], row["operation"], int(row["safe_nonce"])
    )
    hashed = safe_tx_hash(row["safe"], row["chain_id"], row["safe_version"], call)
    return bool(row["hash"] != hashed)
