"""Invariants 1 and 2: stored sums beside the transfers and movements that they are made of."""

from app.domain.reconciliation import Scope
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults

_TRIAL_BALANCE = faults_of("""
seen AS (
  SELECT count(*) AS looked_at, sum(debits) <> sum(credits) AS wrong, currency AS reference, NULL::text AS entity,
         'debits ' || sum(debits) AS expected, 'credits ' || sum(credits) AS actual
    FROM account WHERE program_id = $1 GROUP BY currency
)""")
# One pass over the transfers for each side.
_STORED = faults_of("""
debit AS (
  SELECT debit_account_id AS id, sum(amount) AS units, count(*) AS transfers FROM transfer WHERE program_id = $1 GROUP BY 1
), credit AS (
  SELECT credit_account_id AS id, sum(amount) AS units, count(*) AS transfers FROM transfer WHERE program_id = $1 GROUP BY 1
), summed AS (
  SELECT id, coalesce(d.units, 0) AS debits, coalesce(c.units, 0) AS credits,
         coalesce(d.transfers, 0) + coalesce(c.transfers, 0) AS transfers
    FROM debit d FULL JOIN credit c USING (id)
), seen AS (
  SELECT coalesce(s.transfers, 0) AS looked_at,
         a.id IS NULL OR a.debits <> coalesce(s.debits, 0) OR a.credits <> coalesce(s.credits, 0) AS wrong,
         'account:' || coalesce(a.id, s.id) AS reference, 'LEDGER_ACCOUNT:' || a.public_id AS entity,
         'debits ' || coalesce(s.debits, 0) || ', credits ' || coalesce(s.credits, 0) AS expected,
         CASE WHEN a.id IS NULL THEN 'no account' ELSE 'debits ' || a.debits || ', credits ' || a.credits END AS actual
    FROM (SELECT id, public_id, debits, credits FROM account WHERE program_id = $1) a FULL JOIN summed s ON s.id = a.id
)""")
# Up to here, a journal is all there or not at all.
_JOURNALS = faults_of("""
said AS (
  SELECT t.journal_id, t.currency, count(*) AS transfers,
         coalesce(sum(t.amount) FILTER (WHERE d.kind IN ('USER', 'DEPOSIT')), 0) AS came,
         coalesce(sum(t.amount) FILTER (WHERE c.kind IN ('USER', 'DEPOSIT')), 0) AS went_back,
         coalesce(sum(t.amount) FILTER (WHERE c.kind = 'PAID_OUT'), 0) AS went,
         coalesce(sum(t.amount) FILTER (WHERE d.kind = 'PAID_OUT'), 0) AS came_back
    FROM transfer t
    JOIN account d ON d.program_id = $1 AND d.id = t.debit_account_id
    JOIN account c ON c.program_id = $1 AND c.id = t.credit_account_id
   WHERE t.program_id = $1 AND t.journal_id > $2
     AND (d.kind IN ('USER', 'DEPOSIT', 'PAID_OUT') OR c.kind IN ('USER', 'DEPOSIT', 'PAID_OUT'))
   GROUP BY 1, 2
), claimed AS (
  SELECT journal_id, currency, count(*) AS movements,
         coalesce(sum(amount) FILTER (WHERE direction = 'IN' AND NOT undone), 0) AS came,
         coalesce(sum(amount) FILTER (WHERE direction = 'IN' AND undone), 0) AS went_back,
         coalesce(sum(amount) FILTER (WHERE direction = 'OUT' AND NOT undone), 0) AS went,
         coalesce(sum(amount) FILTER (WHERE direction = 'OUT' AND undone), 0) AS came_back
    FROM movement WHERE program_id = $1 AND journal_id > $2 GROUP BY 1, 2
), compared AS (
  SELECT journal_id, currency, coalesce(m.movements, 0) AS looked_at,
         coalesce(m.came, 0) - coalesce(m.went_back, 0) AS claimed_in, coalesce(m.went, 0) - coalesce(m.came_back, 0) AS claimed_out,
         coalesce(s.came, 0) - coalesce(s.went_back, 0) AS said_in, coalesce(s.went, 0) - coalesce(s.came_back, 0) AS said_out,
         (coalesce(s.came, 0), coalesce(s.went_back, 0), coalesce(s.went, 0), coalesce(s.came_back, 0))
         <> (coalesce(m.came, 0), coalesce(m.went_back, 0), coalesce(m.went, 0), coalesce(m.came_back, 0)) AS wrong
    FROM said s FULL JOIN claimed m USING (journal_id, currency)
), seen AS (
  SELECT looked_at, wrong, 'journal:' || journal_id || ':' || currency AS reference,
         CASE WHEN wrong THEN (SELECT 'LEDGER_TRANSACTION:' || j.public_id FROM journal j
                                WHERE j.program_id = $1 AND j.id = journal_id) END AS entity,
         'in ' || claimed_in || ', out ' || claimed_out AS expected, 'in ' || said_in || ', out ' || said_out AS actual
    FROM compared
)""")
# A journal without a transfer says nothing; a transfer without its journal was never posted.
_TORN = faults_of("""
posted AS (SELECT DISTINCT journal_id AS id FROM transfer WHERE program_id = $1 AND journal_id > $2),
seen AS (
  SELECT 1 AS looked_at, j.id IS NULL OR p.id IS NULL AS wrong, 'journal:' || coalesce(j.id, p.id) AS reference,
         'LEDGER_TRANSACTION:' || j.public_id AS entity, 'a journal with its transfers' AS expected,
         CASE WHEN j.id IS NULL THEN 'transfers without a journal' ELSE 'no transfers' END AS actual
    FROM (SELECT id, public_id FROM journal WHERE program_id = $1 AND id > $2) j FULL JOIN posted p ON p.id = j.id
)""")
# Of the accounts asked for each stretch between two snapshots is added up by the index of its side, then stretch upon
# stretch: never by a snapshot, which is what is in question. It ends at a journal that moved the account.
_SNAPSHOTS = faults_of("""
bounded AS (
  SELECT s.account_id, s.journal_id, s.debits, s.credits,
         lag(s.journal_id, 1, 0::bigint) OVER (PARTITION BY s.account_id ORDER BY s.journal_id) AS before
    FROM account_snapshot s
   WHERE s.program_id = $1
     AND s.account_id IN (SELECT n.account_id FROM account_snapshot n WHERE n.program_id = $1 AND n.journal_id > $2)
), stretch AS (
  SELECT b.*, d.units AS debited, c.units AS credited, d.newest = b.journal_id OR c.newest = b.journal_id AS touched
    FROM bounded b
   CROSS JOIN LATERAL (
         SELECT coalesce(sum(amount), 0) AS units, coalesce(max(journal_id), 0) AS newest FROM transfer
          WHERE program_id = $1 AND debit_account_id = b.account_id
            AND journal_id > b.before AND journal_id <= b.journal_id) d
   CROSS JOIN LATERAL (
         SELECT coalesce(sum(amount), 0) AS units, coalesce(max(journal_id), 0) AS newest FROM transfer
          WHERE program_id = $1 AND credit_account_id = b.account_id
            AND journal_id > b.before AND journal_id <= b.journal_id) c
), summed AS (
  SELECT account_id, journal_id, debits, credits, touched,
         sum(debited) OVER w AS debits_then, sum(credited) OVER w AS credits_then
    FROM stretch WINDOW w AS (PARTITION BY account_id ORDER BY journal_id)
), seen AS (
  SELECT 1 AS looked_at, NOT s.touched OR (s.debits, s.credits) <> (s.debits_then, s.credits_then) AS wrong,
         'snapshot:' || s.account_id || ':' || s.journal_id AS reference,
         'LEDGER_ACCOUNT:' || a.public_id AS entity,
         CASE WHEN s.touched THEN 'debits ' || s.debits_then || ', credits ' || s.credits_then END AS expected,
         'debits ' || s.debits || ', credits ' || s.credits AS actual
    FROM summed s JOIN account a ON a.program_id = $1 AND a.id = s.account_id
   WHERE s.journal_id > $2
)""")

# One begins where the one before ends, and says of its journals the first and the last instant. OFFSET 0 keeps the planner
# from looking for either along the index of instants, past all journals before the stretch: once for every stretch.
_STRETCHES = faults_of("""
bounded AS (
  SELECT through, after, earliest, latest, lag(through, 1, 0::bigint) OVER (ORDER BY through) AS before
    FROM journal_stretch WHERE program_id = $1
), seen AS (
  SELECT 1 AS looked_at,
         b.after <> b.before OR b.through > $2 AND (b.earliest, b.latest) IS DISTINCT FROM (n.earliest, n.latest) AS wrong,
         'stretch:' || b.through AS reference, NULL::text AS entity,
         'after ' || b.before || coalesce(', ' || n.earliest || ' to ' || n.latest, '') AS expected,
         'after ' || b.after || ', ' || b.earliest || ' to ' || b.latest AS actual
    FROM bounded b
   CROSS JOIN LATERAL (
         SELECT min(effective_at) AS earliest, max(effective_at) AS latest FROM (
           SELECT j.effective_at FROM journal j
            WHERE j.program_id = $1 AND j.id > b.before AND j.id <= b.through AND b.through > $2 OFFSET 0) of_stretch) n
)""")


async def unbalanced_currencies(session: ReadSession, scope: Scope) -> Faults:
    """Currencies whose stored debits and credits differ."""
    return await read_faults(session, _TRIAL_BALANCE, scope.program_id)


async def drifting_accounts(session: ReadSession, scope: Scope) -> Faults:
    """Accounts whose stored sums are not those of their transfers. Always of all: what is paid is paid by these, and one
    that nobody touches is bent as easily.
    """
    return await read_faults(session, _STORED, scope.program_id)


async def unclaimed_journals(session: ReadSession, scope: Scope) -> Faults:
    """Journals that take in or pay out something else than their movements say."""
    return await read_faults(session, _JOURNALS, scope.program_id, scope.journals_after)


async def torn_journals(session: ReadSession, scope: Scope) -> Faults:
    """Journals without transfers, and transfers without their journal."""
    return await read_faults(session, _TORN, scope.program_id, scope.journals_after)


async def wrong_snapshots(session: ReadSession, scope: Scope) -> Faults:
    """Snapshots of accounts that are not the sums of what they cover."""
    return await read_faults(session, _SNAPSHOTS, scope.program_id, scope.journals_after)


async def wrong_stretches(session: ReadSession, scope: Scope) -> Faults:
    """Stretches of journals that leave some out, or name other instants than theirs."""
    return await read_faults(session, _STRETCHES, scope.program_id, scope.journals_after)
