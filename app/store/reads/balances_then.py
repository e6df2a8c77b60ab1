"""Balances of ledger accounts at an instant, from their snapshots and from the few journals around it."""

from collections.abc import Sequence
from datetime import datetime

from app.store.database import ReadSession

# Journals come nearly in the order in which they are effective, and snapshots of accounts are by journal. From the stretches
# of journals (app/store/ledger/journal_stretches.py) as many are counted as were whole by the instant: in the next one the
# order of journals passes it, wherever single ones are. Between the two snapshots of the account around that place its own
# transfers are read. Exact for any place: journals after the later snapshot that were effective by then, and those in the
# earlier one that were not yet, are looked for in the stretches that can have some. What is in no stretch yet is one more,
# which can have anything. An account without snapshots has few transfers; comparisons with its null find nothing at once.
# OFFSET 0: journals first, and only then the transfers of those few. Below, so that each bound is a plain column: under
# row-level security an index is not asked for what coalesce() says.
_STRETCHES = """
WITH stretch AS MATERIALIZED (
  SELECT after, through, earliest, latest FROM journal_stretch WHERE program_id = $1
  UNION ALL
  SELECT coalesce(max(through), 0), 9223372036854775807, '-infinity', 'infinity' FROM journal_stretch WHERE program_id = $1
)"""
# Of a stretch, by their ids and not by the index of effective_at, which is as long as the history.
_JOURNALS = """(
         SELECT j.id, j.effective_at FROM journal j
          WHERE j.program_id = $1 AND j.id > r.after AND j.id <= r.through OFFSET 0)"""
_OUT_OF_ORDER = """(
  SELECT sum(m.amount)
    FROM (SELECT {within} FROM stretch k WHERE {where} OFFSET 0) r
   CROSS JOIN LATERAL {journals} f
   CROSS JOIN LATERAL (
         SELECT CASE WHEN t.credit_account_id = a.id THEN t.amount::numeric ELSE -t.amount::numeric END AS amount
           FROM transfer t
          WHERE t.program_id = $1 AND t.journal_id = f.id AND (t.credit_account_id = a.id OR t.debit_account_id = a.id)
         OFFSET 0) m
   WHERE f.effective_at {effective} q.at)"""
_BETWEEN = """
          WHERE t.program_id = $1 AND t.{side}_account_id = a.id AND t.journal_id > b.after
            AND t.journal_id <= b.through AND j.effective_at {by} q.at"""


def _balances(by: str, later: str) -> str:
    """by: how what counts compares with the instant; later: the opposite."""
    credited, debited = (_BETWEEN.format(side=side, by=by) for side in ("credit", "debit"))
    came_late = _OUT_OF_ORDER.format(
        within="greatest(k.after, l.journal_id) AS after, k.through",
        where=f"k.through > l.journal_id AND k.earliest {by} q.at",
        journals=_JOURNALS,
        effective=by,
    )
    came_early = _OUT_OF_ORDER.format(
        within="k.after, least(k.through, s.journal_id) AS through",
        where=f"k.after < s.journal_id AND k.latest {later} q.at",
        journals=_JOURNALS,
        effective=later,
    )
    return f"""{_STRETCHES}
SELECT coalesce(s.balance, 0)
       + coalesce((SELECT sum(t.amount) FROM transfer t
                     JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id {credited}), 0)
       - coalesce((SELECT sum(t.amount) FROM transfer t
                     JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id {debited}), 0)
       + coalesce({came_late}, 0) - coalesce({came_early}, 0)
  FROM unnest($2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS q (account_id, at, n)
  JOIN account a ON a.program_id = $1 AND a.id = q.account_id
 CROSS JOIN LATERAL (SELECT count(*) AS whole FROM stretch k WHERE k.latest {by} q.at) passed
 CROSS JOIN LATERAL (
       SELECT k.after, k.through FROM stretch k ORDER BY k.through OFFSET passed.whole LIMIT 1) r
 CROSS JOIN LATERAL (
       SELECT coalesce(max(f.id), r.after) AS journal_id FROM {_JOURNALS} f WHERE f.effective_at {by} q.at) place
  LEFT JOIN LATERAL (
       SELECT x.journal_id, x.credits - x.debits AS balance FROM account_snapshot x
        WHERE x.program_id = $1 AND x.account_id = a.id AND x.journal_id <= place.journal_id
        ORDER BY x.journal_id DESC LIMIT 1) s ON true
  LEFT JOIN LATERAL (
       SELECT x.journal_id FROM account_snapshot x
        WHERE x.program_id = $1 AND x.account_id = a.id AND x.journal_id > place.journal_id
        ORDER BY x.journal_id LIMIT 1) l ON true
 CROSS JOIN LATERAL (
       SELECT coalesce(s.journal_id, 0) AS after, coalesce(l.journal_id, 9223372036854775807) AS through OFFSET 0) b
 ORDER BY q.n
"""


_AS_OF, _BEFORE = _balances("<=", ">"), _balances("<", ">=")


async def balances_as_of(session: ReadSession, asked: Sequence[tuple[int, datetime]]) -> list[int]:
    """The balance of each (account key, instant) from journals effective up to it, in smallest units."""
    return await _balances_then(session, _AS_OF, asked)


async def balances_before(session: ReadSession, asked: Sequence[tuple[int, datetime]]) -> list[int]:
    """The same from journals effective before it."""
    return await _balances_then(session, _BEFORE, asked)


async def _balances_then(
    session: ReadSession, statement: str, asked: Sequence[tuple[int, datetime]]
) -> list[int]:
    records = await session.connection.fetch(
        statement,
        session.program_id,
        [account for account, _ in asked],
        [at for _, at in asked],
    )
    return [int(record[0]) for record in records]
