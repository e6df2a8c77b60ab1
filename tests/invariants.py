"""The invariants of the domain, read from the tables by SQL and, given the chain, from the treasuries.

Every statement returns one row for each violation, with what it is about; a right database returns none.
"""

from typing import Any, Protocol

from app.chain.client import Chain
from app.chain.logs import SETTLED_TOPIC
from tests.kept_sum_rules import wrong_sums
from tests.payout_rules import PAYOUT_RULES, wrong_contents
from tests.provider_rules import PROVIDER_RULES
from tests.reversal_rules import REVERSAL_RULES


class Connection(Protocol):
    """asyncpg's connection: one that sees every program (the owner's or the superuser's)."""

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...


RULES = (
    {
        "1 a journal claims what it takes in and pays out": """
        SELECT program_id, journal_id, currency FROM (
          SELECT t.program_id, t.journal_id, t.currency,
                 sum(CASE WHEN d.kind IN ('USER', 'DEPOSIT') THEN t.amount
                          WHEN c.kind IN ('USER', 'DEPOSIT') THEN -t.amount ELSE 0 END) AS came,
                 sum(CASE WHEN c.kind = 'PAID_OUT' THEN t.amount WHEN d.kind = 'PAID_OUT' THEN -t.amount ELSE 0 END)
                   AS went
            FROM transfer t
            JOIN account d ON d.program_id = t.program_id AND d.id = t.debit_account_id
            JOIN account c ON c.program_id = t.program_id AND c.id = t.credit_account_id
           GROUP BY 1, 2, 3) l
        FULL JOIN (
          SELECT program_id, journal_id, currency,
                 sum(CASE WHEN direction = 'IN' THEN CASE WHEN undone THEN -amount ELSE amount END ELSE 0 END) AS came,
                 sum(CASE WHEN direction = 'OUT' THEN CASE WHEN undone THEN -amount ELSE amount END ELSE 0 END) AS went
            FROM movement GROUP BY 1, 2, 3) m USING (program_id, journal_id, currency)
        WHERE coalesce(l.came, 0) <> coalesce(m.came, 0) OR coalesce(l.went, 0) <> coalesce(m.went, 0)""",
        "1 a journal has transfers": """
        SELECT j.program_id, j.id FROM journal j
         WHERE NOT EXISTS (SELECT FROM transfer t WHERE t.program_id = j.program_id AND t.journal_id = j.id)""",
        "2 debits equal credits": """
        SELECT program_id, currency FROM account GROUP BY 1, 2 HAVING sum(debits) <> sum(credits)""",
        "2 a stored balance is the sum of its transfers": """
        SELECT a.program_id, a.id FROM account a
         WHERE a.debits <> (SELECT coalesce(sum(amount), 0) FROM transfer t
                             WHERE t.program_id = a.program_id AND t.debit_account_id = a.id)
            OR a.credits <> (SELECT coalesce(sum(amount), 0) FROM transfer t
                              WHERE t.program_id = a.program_id AND t.credit_account_id = a.id)""",
        "3 the ledger holds what moved": """
        SELECT program_id, currency FROM (
          SELECT program_id, currency, sum(CASE WHEN direction = 'IN' THEN 1 ELSE -1 END
                 * CASE WHEN undone THEN -amount ELSE amount END) AS held FROM movement GROUP BY 1, 2) m
        FULL JOIN (
          SELECT program_id, currency, sum(debits - credits) AS held FROM account
           WHERE kind IN ('USER', 'DEPOSIT', 'PAID_OUT') GROUP BY 1, 2) l USING (program_id, currency)
        WHERE coalesce(m.held, 0) <> coalesce(l.held, 0)""",
        "3 suspense is zero or has an open discrepancy": """
        SELECT program_id, currency FROM account a WHERE kind = 'SUSPENSE' AND debits <> credits
           AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.program_id = a.program_id AND d.resolved_at IS NULL
                              AND d.kind IN ('UNEXPLAINED_INFLOW', 'UNEXPLAINED_OUTFLOW'))""",
        "4 commissions are the affiliate's balance": """
        SELECT program_id, affiliate_id, currency FROM (
          SELECT program_id, affiliate_id, currency, sum(amount) AS owed FROM commission m
           WHERE status IN ('ACCRUED', 'PAYABLE') OR (status = 'PENDING_APPROVAL' AND NOT EXISTS (
             SELECT FROM payout_line l JOIN safe_transaction s
                 ON s.program_id = l.program_id AND s.id = l.safe_transaction_id AND s.holding
              WHERE l.program_id = m.program_id AND l.line_id = m.id)) GROUP BY 1, 2, 3) c
        FULL JOIN (
          SELECT program_id, owner_id AS affiliate_id, currency, credits - debits AS owed FROM account
           WHERE kind = 'AFFILIATE') a USING (program_id, affiliate_id, currency)
        WHERE coalesce(c.owed, 0) <> coalesce(a.owed, 0)""",
        "5 CONFIRMED means exactly one settlement": """
        SELECT s.program_id, s.intent_id FROM intent_state s
         CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE x.undone_at IS NULL) AS live FROM settlement x
                WHERE x.program_id = s.program_id AND x.intent_id = s.intent_id) c
         WHERE CASE WHEN s.status = 'CONFIRMED' THEN c.live <> 1 AND NOT (c.live = 0 AND c.n > 0) ELSE c.n > 0 END""",
        "5 a settlement that moved money has its journal": """
        SELECT x.program_id, x.id FROM settlement x
          LEFT JOIN journal j ON j.program_id = x.program_id AND j.id = x.journal_id
         WHERE (x.amount IS NOT NULL) <> (j.id IS NOT NULL)
            OR (j.id IS NOT NULL AND (j.kind <> 'SETTLEMENT' OR split_part(j.reference, ':', 1) <> x.intent_id::text))""",
        "5 a SETTLEMENT journal has its settlement": """
        SELECT j.program_id, j.id FROM journal j WHERE j.kind = 'SETTLEMENT'
           AND NOT EXISTS (SELECT FROM settlement x WHERE x.program_id = j.program_id AND x.journal_id = j.id)""",
        "5 a settlement is what its intent asked for": """
        SELECT x.program_id, x.id FROM settlement x
          JOIN intent i ON i.program_id = x.program_id AND i.id = x.intent_id
         WHERE i.kind <> 'COMMERCE_PAYMENT' AND (x.amount, x.currency) IS DISTINCT FROM (i.amount, i.currency)""",
        "6 a commission is by the stored upline and terms": """
        SELECT c.program_id, c.id FROM commission c
          JOIN settlement x ON x.program_id = c.program_id AND x.id = c.settlement_id
          JOIN intent i ON i.program_id = x.program_id AND i.id = x.intent_id
          JOIN terms t ON t.program_id = i.program_id AND t.version = i.terms_version
         WHERE c.amount > 0 AND (c.affiliate_id IS DISTINCT FROM i.upline[c.level]
            OR c.rate_bps IS DISTINCT FROM t.commission_levels_bps[c.level] OR c.base IS DISTINCT FROM x.amount
            OR c.amount <> div(c.base * c.rate_bps, 10000) OR c.terms_version <> i.terms_version
            OR c.payable_at <> x.confirmed_at + t.holding_period_days * interval '24 hours')""",
        "6 a level that earned nothing says why": """
        SELECT x.program_id, x.id, level FROM settlement x
          JOIN intent i ON i.program_id = x.program_id AND i.id = x.intent_id
          JOIN terms t ON t.program_id = i.program_id AND t.version = i.terms_version
         CROSS JOIN generate_series(1, cardinality(t.commission_levels_bps)) AS level
         WHERE x.amount IS NOT NULL
           AND EXISTS (SELECT FROM commission c WHERE c.program_id = x.program_id AND c.settlement_id = x.id
                          AND c.level = level.level AND c.amount > 0)
             = EXISTS (SELECT FROM jsonb_array_elements(x.skipped) s WHERE (s ->> 'level')::integer = level.level)""",
        "6 clawbacks never exceed their commission": """
        SELECT c.program_id, c.id FROM commission c JOIN commission b
            ON b.program_id = c.program_id AND b.claws_back = c.id
         WHERE NOT EXISTS (SELECT FROM outflow_line o WHERE o.program_id = b.program_id AND o.line_id = b.id AND o.charged)
         GROUP BY c.program_id, c.id, c.amount HAVING -sum(b.amount) > c.amount""",
        "7 depth and path follow the parent": """
        SELECT a.program_id, a.id FROM affiliate a
          LEFT JOIN affiliate p ON p.program_id = a.program_id AND p.id = a.parent_id
         WHERE (a.parent_id IS NOT NULL AND p.id IS NULL)
            OR a.path <> coalesce(p.path, ''::bytea) || int8send(a.id) OR a.depth <> coalesce(p.depth + 1, 0)""",
        "7 an upline is of the same program": """
        SELECT i.program_id, i.id FROM intent i CROSS JOIN unnest(i.upline) AS u (id)
         WHERE NOT EXISTS (SELECT FROM affiliate a WHERE a.program_id = i.program_id AND a.id = u.id)""",
        "7 nobody refers themself, or is referred from below": """
        SELECT u.program_id, u.id FROM program_user u
          JOIN affiliate r ON r.program_id = u.program_id AND r.id = u.referrer_id
          JOIN affiliate a ON a.program_id = u.program_id AND lower(a.wallet) = lower(u.wallet)
         WHERE a.id = ANY (sge_upline(r.path))""",
        "8 a key is one intent": """
        SELECT program_id, idempotency_key FROM intent GROUP BY 1, 2 HAVING count(*) > 1""",
        "4 what is in flight is what Safe transactions hold": """
        SELECT program_id, currency FROM (
          SELECT program_id, currency, sum(total) AS held FROM safe_transaction WHERE holding GROUP BY 1, 2) s
        FULL JOIN (
          SELECT program_id, currency, credits - debits AS held FROM account
           WHERE kind = 'PAYOUT_IN_FLIGHT') a USING (program_id, currency)
        WHERE coalesce(s.held, 0) <> coalesce(a.held, 0)""",
        "9 a line is in Safe transactions of one nonce, and paid by one": """
        SELECT l.program_id, l.line_id FROM payout_line l
          JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
         WHERE s.status <> 'DEAD' GROUP BY 1, 2
        HAVING count(DISTINCT s.safe_nonce) > 1 OR count(*) FILTER (WHERE s.status = 'EXECUTED') > 1
            OR (bool_or(s.status = 'EXECUTED') AND count(*) > 1)""",
        "9 what is paid is in an executed Safe transaction or an explained outflow, what waits in an open one": """
        SELECT x.program_id, x.id, x.status FROM (
          SELECT program_id, id, status FROM commission UNION ALL SELECT program_id, id, status FROM refund) x
         WHERE (x.status = 'PAID') <> EXISTS (
                 SELECT FROM payout_line l JOIN safe_transaction s
                     ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
                  WHERE l.program_id = x.program_id AND l.line_id = x.id AND s.status = 'EXECUTED'
                 UNION ALL
                 SELECT FROM outflow_line o WHERE o.program_id = x.program_id AND o.line_id = x.id AND NOT o.charged)
            OR (x.status = 'PENDING_APPROVAL') <> EXISTS (
                 SELECT FROM payout_line l JOIN safe_transaction s
                     ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
                  WHERE l.program_id = x.program_id AND l.line_id = x.id AND s.status NOT IN ('EXECUTED', 'DEAD'))""",
        "9 an executed Safe transaction has its journal and its logs, and nobody else has": """
        SELECT s.program_id, s.id FROM safe_transaction s
          LEFT JOIN journal j ON j.program_id = s.program_id AND j.id = s.journal_id
         WHERE (s.status = 'EXECUTED' AND s.payout_count > 0) IS DISTINCT FROM coalesce(
                 j.kind = 'PAYOUT' AND j.reference = '0x' || encode(s.hash, 'hex'), false)
            OR EXISTS (SELECT FROM payout p WHERE p.program_id = s.program_id AND p.safe_transaction_id = s.id
                          AND (p.log_index IS NOT NULL) <> (s.status = 'EXECUTED'))""",
        "a Safe transaction's timeline ends in its state": """
        SELECT s.program_id, s.id FROM safe_transaction s
          JOIN safe_transaction_transition t ON t.program_id = s.program_id AND t.safe_transaction_id = s.id
         WHERE t.seq = (SELECT max(x.seq) FROM safe_transaction_transition x
                         WHERE x.program_id = s.program_id AND x.safe_transaction_id = s.id)
           AND (t.seq, t.to_status, t.death) IS DISTINCT FROM (s.version, s.status, s.death)""",
        "an intent's timeline has no gap and ends in its state": """
        SELECT s.program_id, s.intent_id FROM intent_state s
          LEFT JOIN (SELECT program_id, intent_id, count(*) AS steps, min(seq) AS first, max(seq) AS last
                       FROM intent_transition GROUP BY 1, 2) t USING (program_id, intent_id)
          LEFT JOIN intent_transition x ON x.program_id = s.program_id AND x.intent_id = s.intent_id AND x.seq = t.last
         WHERE t.steps IS DISTINCT FROM s.version OR t.first <> 1 OR t.last <> s.version
            OR (x.to_status, x.stage) IS DISTINCT FROM (s.status, s.stage)""",
        "an intent that is PENDING can be claimed": """
        SELECT s.program_id, s.intent_id FROM intent_state s
          JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
         WHERE s.status = 'PENDING' AND i.kind <> 'COMMERCE_PAYMENT'
           AND NOT EXISTS (SELECT FROM intent_todo t WHERE t.program_id = s.program_id AND t.intent_id = s.intent_id)""",
        "an intent that is done is in no queue": """
        SELECT s.program_id, s.intent_id FROM intent_state s JOIN intent_todo t USING (program_id, intent_id)
         WHERE s.status IN ('CONFIRMED', 'FAILED')""",
        "a registered user is registered by a CONFIRMED intent": """
        SELECT u.program_id, u.id FROM program_user u
          LEFT JOIN intent_state s ON s.program_id = u.program_id AND s.intent_id = u.registration_intent_id
         WHERE u.registered_at IS NOT NULL AND s.status IS DISTINCT FROM 'CONFIRMED'""",
        "gas shares of a transaction never exceed its cost": """
        SELECT t.id FROM chain_transaction t JOIN intent_attempt a ON a.chain_transaction_id = t.id
         GROUP BY t.id, t.cost_wei HAVING sum(a.gas_share_wei) > t.cost_wei""",
    }
    | PAYOUT_RULES
    | REVERSAL_RULES
    | PROVIDER_RULES
)
_HELD = """
SELECT c.chain_id, c.block_number, t.address, y.token, y.code, c.program_id,
       (SELECT coalesce(sum(CASE WHEN m.direction = 'IN' THEN 1 ELSE -1 END * CASE WHEN m.undone THEN -1 ELSE 1 END
                            * m.amount), 0)
          FROM movement m WHERE m.program_id = c.program_id AND m.currency = y.code AND m.block_number <= c.block_number)
         AS held
  FROM consumed_through c
  JOIN treasury t ON t.program_id = c.program_id AND t.chain_id = c.chain_id
  JOIN program_currency y ON y.program_id = c.program_id
 WHERE c.chain_id = $1 AND c.stopped IS NULL
"""
_SETTLED_BLOCKS = """
SELECT x.program_id, x.id, x.block_number, x.block_hash, x.log_index, i.on_chain_id
  FROM settlement x JOIN intent i ON i.program_id = x.program_id AND i.id = x.intent_id
 WHERE x.chain_id = $1 AND x.undone_at IS NULL
"""
_BALANCE_OF = bytes.fromhex("70a08231")


async def violations(connection: Connection, chain: Chain | None = None) -> list[str]:
    """Everything that is wrong, in words; chain: an archive that still knows balances at older blocks."""
    found: list[str] = []
    for rule, statement in RULES.items():
        rows = await connection.fetch(statement)
        found += [f"{rule}: {dict(row)}" for row in rows[:5]]
    found += await wrong_contents(connection)
    found += await wrong_sums(connection)
    if chain is not None:
        found += await _wrong_treasuries(connection, chain)
        found += await _unproven_settlements(connection, chain)
    return found


async def assert_invariants(connection: Connection, chain: Chain | None = None) -> None:
    """Fails with all that is wrong."""
    found = await violations(connection, chain)
    assert not found, "\n".join(found)


async def _wrong_treasuries(connection: Connection, chain: Chain) -> list[str]:
    found = []
    for row in await connection.fetch(_HELD, chain.chain_id):
        owner = bytes(12) + bytes.fromhex(row["address"][2:])
        answer = await chain.call(row["token"], _BALANCE_OF + owner, block=row["block_number"])
        balance, held = int.from_bytes(answer), int(row["held"])
        if balance != held:
            found.append(f"3 the treasury holds what moved: {dict(row)}, but {balance}")
    return found


async def _unproven_settlements(connection: Connection, chain: Chain) -> list[str]:
    rows = await connection.fetch(_SETTLED_BLOCKS, chain.chain_id)
    if not rows:
        return []
    numbers = [row["block_number"] for row in rows]
    logs = await chain.get_logs(min(numbers), max(numbers), None, ["0x" + SETTLED_TOPIC.hex()])
    proofs = {(log.block_hash, log.log_index): log.topics[1] for log in logs}
    return [
        f"5 a settlement has its Settled log: {dict(row)}"
        for row in rows
        if proofs.get((row["block_hash"], row["log_index"])) != row["on_chain_id"]
    ]
