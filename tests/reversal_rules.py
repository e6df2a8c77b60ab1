"""What must hold of reversals, refunds and clawbacks; each statement returns one row for each violation."""

REVERSAL_RULES = {
    "6 no more is refunded of a payment than was paid": """
        SELECT s.program_id, s.intent_id FROM settlement s
          JOIN reversal r ON r.program_id = s.program_id AND r.settlement_id = s.id
         GROUP BY 1, 2 HAVING sum(r.amount) > max(s.amount)""",
    "4 refunds are what users are owed": """
        SELECT program_id, user_id, currency FROM (
          SELECT f.program_id, f.user_id, f.currency, sum(f.amount) AS owed FROM refund f
           WHERE f.status <> 'PAID' AND NOT EXISTS (
                 SELECT FROM payout_line l JOIN safe_transaction s
                     ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
                  WHERE l.program_id = f.program_id AND l.line_id = f.id AND s.holding) GROUP BY 1, 2, 3) f
        FULL JOIN (
          SELECT program_id, owner_id AS user_id, currency, credits - debits AS owed FROM account
           WHERE kind = 'REFUND') a USING (program_id, user_id, currency)
        WHERE coalesce(f.owed, 0) <> coalesce(a.owed, 0)""",
    "a refund's timeline has no gap and ends in its state": """
        SELECT f.program_id, f.id FROM refund f
          LEFT JOIN (SELECT program_id, refund_id, count(*) AS steps, max(seq) AS last
                       FROM refund_transition GROUP BY 1, 2) t ON t.program_id = f.program_id AND t.refund_id = f.id
          LEFT JOIN refund_transition x
            ON x.program_id = f.program_id AND x.refund_id = f.id AND x.seq = t.last
         WHERE t.steps IS DISTINCT FROM t.last OR x.to_status IS DISTINCT FROM f.status""",
    "a refund's timeline is connected": """
        SELECT program_id, refund_id FROM (
          SELECT program_id, refund_id, from_status,
                 lag(to_status) OVER (PARTITION BY program_id, refund_id ORDER BY seq) AS before
            FROM refund_transition) t WHERE from_status IS DISTINCT FROM before""",
    "6 a clawback is of its commission": """
        SELECT b.program_id, b.id FROM commission b
          JOIN commission c ON c.program_id = b.program_id AND c.id = b.claws_back
          LEFT JOIN reversal r ON r.program_id = b.program_id AND r.id = b.reversal_id
          JOIN settlement s ON s.program_id = b.program_id AND s.id = b.settlement_id
         WHERE c.claws_back IS NOT NULL
            OR (r.amount, r.at, r.settlement_id) IS DISTINCT FROM (b.base, b.accrued_at, b.settlement_id)
               AND (b.reversal_id, s.undone_at) IS DISTINCT FROM (NULL, b.accrued_at)
               AND NOT EXISTS (SELECT FROM outflow_line o WHERE o.program_id = b.program_id AND o.line_id = b.id
                                  AND o.charged AND b.reversal_id IS NULL AND b.base = -b.amount)
            OR (b.settlement_id, b.affiliate_id, b.level, b.rate_bps, b.terms_version, b.currency)
               IS DISTINCT FROM
               (c.settlement_id, c.affiliate_id, c.level, c.rate_bps, c.terms_version, c.currency)""",
    "6 what is clawed back is in proportion to what is reversed": """
        SELECT program_id, id FROM (
          SELECT c.program_id, c.id, c.status, c.amount, c.base,
                 CASE WHEN bool_or(s.undone_at IS NOT NULL) THEN c.base ELSE coalesce(sum(r.amount), 0) END AS reversed,
                 (SELECT coalesce(-sum(b.amount), 0) FROM commission b
                   WHERE b.program_id = c.program_id AND b.claws_back = c.id
                     AND NOT EXISTS (SELECT FROM outflow_line o WHERE o.program_id = b.program_id AND o.line_id = b.id
                                        AND o.charged)) AS clawed
            FROM commission c
            JOIN settlement s ON s.program_id = c.program_id AND s.id = c.settlement_id
            LEFT JOIN reversal r ON r.program_id = c.program_id AND r.settlement_id = c.settlement_id
           WHERE c.claws_back IS NULL GROUP BY c.program_id, c.id) c
         WHERE c.clawed <> div(c.amount * c.reversed, c.base)
           AND NOT (c.status = 'REVERSED' AND c.clawed = 0 AND c.reversed = c.base)""",
    "6 only a reversal of all, or an adjustment, reverses a commission": """
        SELECT c.program_id, c.id FROM commission c
         WHERE c.status = 'REVERSED'
           AND NOT (c.claws_back IS NULL AND EXISTS (
                    SELECT FROM settlement s
                     WHERE s.program_id = c.program_id AND s.id = c.settlement_id AND s.undone_at IS NOT NULL))
           AND NOT (c.claws_back IS NULL
                    AND c.base = (SELECT sum(r.amount) FROM reversal r
                                   WHERE r.program_id = c.program_id AND r.settlement_id = c.settlement_id))
           AND NOT EXISTS (SELECT FROM balance_adjustment j
                            WHERE j.program_id = c.program_id AND j.affiliate_id = c.affiliate_id
                              AND j.currency = c.currency AND j.approved_at IS NOT NULL)""",
    "6 a reversal has its journal, its refund, and its part of the settlement": """
        SELECT r.program_id, r.id FROM reversal r
          JOIN settlement s ON s.program_id = r.program_id AND s.id = r.settlement_id
          JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
          LEFT JOIN journal j ON j.program_id = r.program_id AND j.id = r.journal_id
          LEFT JOIN refund f ON f.program_id = r.program_id AND f.id = r.id
         WHERE (j.kind, j.reference, j.reverses, j.effective_at)
               IS DISTINCT FROM ('REVERSAL', r.id::text, s.journal_id, r.at)
            OR (f.amount, f.currency, f.user_id) IS DISTINCT FROM (r.amount, s.currency, i.user_id)
            OR r.currency <> s.currency OR r.taken_before + r.amount > s.amount
            OR r.taken_before <> (SELECT coalesce(sum(b.amount), 0) FROM reversal b
                                   WHERE b.program_id = r.program_id AND b.settlement_id = r.settlement_id
                                     AND b.taken_before < r.taken_before)""",
}
