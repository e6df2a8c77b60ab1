"""What exports are made of: rows of one snapshot, oldest first, read through a cursor so that any number fits."""

from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.domain.exports import ExportKind
from app.store.database import ReadSession
from app.store.reads.export_lists import ACCOUNTS, AFFILIATES, DISCREPANCIES, STATEMENT
from app.store.reads.stuck_intents import (
    accepted_before,
    cutoff_values,
    cutoffs_of_program,
    is_stuck,
    stuck_ids,
)
from app.store.reads.stuck_lists import MOST_OPEN

_PORTION = 1_000
Conditions = Mapping[str, Any]

_INTENT_ROWS = """
SELECT i.id, i.kind, s.status, s.stage, split_part(i.idempotency_key, E'\\x1f', -1) AS idempotency_key, i.wallet,
       u.public_id AS user_id, coalesce(i.amount, t.amount) AS amount, coalesce(i.currency, t.currency) AS currency,
       i.referral_code, i.terms_version, s.failure_code, s.failure_message, i.created_by, i.created_at, s.completed_at,
       t.id AS settlement_id, t.tx_hash, t.confirmed_at
  FROM intent i
  JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id
  JOIN program_user u ON u.program_id = i.program_id AND u.id = i.user_id
  LEFT JOIN settlement t ON t.program_id = i.program_id AND t.intent_id = i.id AND t.undone_at IS NULL
 WHERE i.program_id = $1
   AND ($2::text[] IS NULL OR s.status = ANY($2))
   AND ($3::text[] IS NULL OR i.kind = ANY($3))
   AND ($4::timestamptz IS NULL OR i.created_at > $4)
   AND ($5::timestamptz IS NULL OR i.created_at < $5)
   AND ($6::text IS NULL OR i.wallet = $6)
   AND ($7::bytea IS NULL OR i.id = ANY (ARRAY
        (SELECT a.intent_id FROM signed_copy c
           JOIN intent_attempt a ON a.chain_transaction_id = c.chain_transaction_id
          WHERE c.hash = $7 AND a.program_id = $1
         UNION SELECT x.intent_id FROM settlement x WHERE x.program_id = $1 AND x.tx_hash = $7)))
   {standing}
 ORDER BY i.id
"""
_INTENTS = _INTENT_ROWS.format(standing="")
# What stands still is found first, then whether it matches, as lists do (app/store/reads/stuck_lists.py).
_STUCK = f"""
WITH found AS MATERIALIZED ({stuck_ids("ASC", 8)})
{_INTENT_ROWS.format(standing="AND i.id = ANY (ARRAY(SELECT intent_id FROM found))")}"""
_MOVING = _INTENT_ROWS.format(
    standing=f"AND NOT (s.status IN ('PENDING', 'PROCESSING') AND {is_stuck(8)})"
)
_COMMISSIONS = """
SELECT c.id, a.public_id AS affiliate_id, a.referral_code, a.wallet, c.settlement_id, c.level, c.rate_bps, c.terms_version,
       c.base, c.amount, c.currency, c.status, c.claws_back, c.accrued_at, c.payable_at, c.paid_at, e.executed_tx_hash
  FROM commission c
  JOIN affiliate a ON a.program_id = c.program_id AND a.id = c.affiliate_id
  LEFT JOIN (payout_line l JOIN safe_transaction e ON e.program_id = l.program_id AND e.id = l.safe_transaction_id
                                                  AND e.status = 'EXECUTED')
         ON l.program_id = c.program_id AND l.line_id = c.id
 WHERE c.program_id = $1
   AND ($2::text[] IS NULL OR c.status = ANY($2))
   AND ($3::uuid IS NULL OR a.public_id = $3)
   AND ($4::integer IS NULL OR c.level = $4)
   AND ($5::timestamptz IS NULL OR c.accrued_at > $5)
   AND ($6::timestamptz IS NULL OR c.accrued_at < $6)
 ORDER BY c.id
"""
_OWNER = """
  LEFT JOIN affiliate {name}a ON {name}.kind = 'AFFILIATE' AND {name}a.program_id = {name}.program_id
                             AND {name}a.id = {name}.owner_id
  LEFT JOIN program_user {name}u ON {name}.kind IN ('USER', 'REFUND') AND {name}u.program_id = {name}.program_id
                                AND {name}u.id = {name}.owner_id"""
_TRANSFERS = f"""
SELECT j.public_id AS journal_id, j.kind, j.reference, j.description, j.effective_at, j.posted_at, t.seq, t.purpose,
       d.public_id AS debit_account_id, d.kind AS debit_kind, coalesce(da.referral_code, du.wallet) AS debit_owner,
       c.public_id AS credit_account_id, c.kind AS credit_kind, coalesce(ca.referral_code, cu.wallet) AS credit_owner,
       t.amount, t.currency
  FROM {{transfers}} t
  JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
  JOIN account d ON d.program_id = t.program_id AND d.id = t.debit_account_id
  JOIN account c ON c.program_id = t.program_id AND c.id = t.credit_account_id
  {_OWNER.format(name="d")} {_OWNER.format(name="c")}
 WHERE j.program_id = $1
   AND ($2::text[] IS NULL OR j.kind = ANY($2))
   AND ($3::text IS NULL OR j.reference = $3)
   AND ($4::timestamptz IS NULL OR j.effective_at >= $4)
   AND ($5::timestamptz IS NULL OR j.effective_at < $5)
 ORDER BY t.journal_id, t.seq
"""
_LEDGER = _TRANSFERS.format(transfers="transfer")
# By the indexes of both sides: what moved others is not read.
_OF_ACCOUNT = _TRANSFERS.format(
    transfers="""(
       SELECT m.* FROM account a JOIN transfer m ON m.program_id = a.program_id AND m.debit_account_id = a.id
        WHERE a.program_id = $1 AND a.public_id = $6
       UNION ALL
       SELECT m.* FROM account a JOIN transfer m ON m.program_id = a.program_id AND m.credit_account_id = a.id
        WHERE a.program_id = $1 AND a.public_id = $6 AND m.debit_account_id <> a.id)"""
)
# A payout's status is derived as app/domain/payouts.payout_status does.
_PAYOUT_STATUS = """CASE WHEN s.status IN ('PROPOSED', 'APPROVED') THEN 'PENDING' WHEN s.status = 'EXECUTING' THEN 'PROCESSING'
       WHEN s.status = 'EXECUTED' THEN 'PAID' WHEN s.death = 'REJECTED' THEN 'CANCELLED' ELSE 'FAILED' END"""
_PAYOUTS = f"""
SELECT p.id, b.batch_id, p.purpose, a.public_id AS affiliate_id, a.referral_code, u.wallet, p.destination, p.amount,
       s.currency, {_PAYOUT_STATUS} AS status, s.death_reason, s.safe_nonce, s.hash, s.executed_tx_hash, p.log_index,
       s.created_at, s.finished_at
  FROM payout p
  JOIN safe_transaction s ON s.program_id = p.program_id AND s.id = p.safe_transaction_id
 CROSS JOIN LATERAL (SELECT x.batch_id FROM payout_batch_transaction x
                       JOIN payout_batch y ON y.program_id = x.program_id AND y.id = x.batch_id
                      WHERE x.program_id = p.program_id AND x.safe_transaction_id = p.safe_transaction_id
                      ORDER BY y.created_at DESC, y.id DESC LIMIT 1) b
  LEFT JOIN affiliate a ON a.program_id = p.program_id AND a.id = p.affiliate_id
  LEFT JOIN program_user u ON u.program_id = p.program_id AND u.id = p.user_id
 WHERE p.program_id = $1
   AND ($2::text[] IS NULL OR {_PAYOUT_STATUS} = ANY($2))
   AND ($3::text[] IS NULL OR p.purpose = ANY($3))
   AND ($4::uuid IS NULL OR a.public_id = $4)
   AND ($5::timestamptz IS NULL OR s.created_at > $5)
   AND ($6::timestamptz IS NULL OR s.created_at < $6)
 ORDER BY p.id
"""


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _as_it_is(value: Any) -> Any:
    return value


Taken = tuple[str, Callable[[Any], Any]]
_FROM_TO: tuple[Taken, ...] = (("from", _instant), ("to", _instant))
_CREATED: tuple[Taken, ...] = (("createdAfter", _instant), ("createdBefore", _instant))
_OF_LEDGER: tuple[Taken, ...] = (("kind", _as_it_is), ("reference", _as_it_is), *_FROM_TO)
_STATEMENTS: dict[ExportKind, tuple[str, tuple[Taken, ...]]] = {
    ExportKind.INTENTS: (
        _INTENTS,
        (
            ("status", _as_it_is),
            ("kind", _as_it_is),
            *_CREATED,
            ("wallet", _as_it_is),
            ("transactionHash", bytes.fromhex),
        ),
    ),
    ExportKind.COMMISSIONS: (
        _COMMISSIONS,
        (
            ("status", _as_it_is),
            ("affiliateId", UUID),
            ("level", _as_it_is),
            ("accruedAfter", _instant),
            ("accruedBefore", _instant),
        ),
    ),
    ExportKind.AFFILIATES: (
        AFFILIATES,
        (
            ("status", _as_it_is),
            ("parentId", UUID),
            ("rootsOnly", _as_it_is),
            ("search", _as_it_is),
            ("currency", _as_it_is),
        ),
    ),
    ExportKind.STATEMENT: (
        STATEMENT,
        (("affiliateId", UUID), ("currency", _as_it_is), *_FROM_TO),
    ),
    ExportKind.ACCOUNTS: (
        ACCOUNTS,
        (("kind", _as_it_is), ("currency", _as_it_is), ("ownerId", UUID)),
    ),
    ExportKind.LEDGER: (_LEDGER, _OF_LEDGER),
    ExportKind.PAYOUTS: (
        _PAYOUTS,
        (("status", _as_it_is), ("purpose", _as_it_is), ("affiliateId", UUID), *_CREATED),
    ),
    ExportKind.DISCREPANCIES: (DISCREPANCIES, (("open", _as_it_is), ("severity", _as_it_is))),
}


async def rows(
    session: ReadSession, kind: ExportKind, conditions: Conditions
) -> AsyncGenerator[asyncpg.Record, None]:
    """The rows of a table's export, one portion in memory at a time. Not for AUDIT and PAYOUT_BATCH."""
    statement, taken = _STATEMENTS[kind]
    if kind is ExportKind.LEDGER and "accountId" in conditions:
        statement, taken = _OF_ACCOUNT, (*_OF_LEDGER, ("accountId", UUID))
    values = [None if name not in conditions else read(conditions[name]) for name, read in taken]
    if kind is ExportKind.INTENTS and "stuck" in conditions:
        statement = _STUCK if conditions["stuck"] else _MOVING
        values += await _standing(session, conditions)
    cursor = session.connection.cursor(statement, session.program_id, *values, prefetch=_PORTION)
    async for record in cursor:
        yield record


async def _standing(session: ReadSession, conditions: Conditions) -> tuple[Any, ...]:
    """What the statements of intents that stand still, or of those that do not, take at their end."""
    cutoffs = await cutoffs_of_program(session, _instant(conditions["asOf"]))
    if not conditions["stuck"]:
        return cutoff_values(cutoffs)
    return (accepted_before(cutoffs.earliest_wait), MOST_OPEN, *cutoff_values(cutoffs))
