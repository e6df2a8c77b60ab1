"""Statements of exports that hold what a list of the API shows: with the list's own conditions, oldest first."""

from app.store.reads import accounts, affiliates, discrepancies

ACCOUNTS = f"""
SELECT a.public_id AS id, a.kind, f.public_id AS affiliate_id, f.referral_code, u.public_id AS user_id,
       coalesce(f.wallet, u.wallet) AS wallet, a.debits, a.credits, a.credits::numeric - a.debits AS balance, a.currency
  FROM (SELECT a.* {accounts.MATCHES}) a
  LEFT JOIN affiliate f ON a.kind = 'AFFILIATE' AND f.program_id = a.program_id AND f.id = a.owner_id
  LEFT JOIN program_user u ON a.kind IN ('USER', 'REFUND') AND u.program_id = a.program_id AND u.id = a.owner_id
 ORDER BY a.id
"""
# Once for each currency. The sums of a branch are the list's (app/store/reads/downline_sums.py).
AFFILIATES = f"""
SELECT a.public_id AS id, a.referral_code, a.display_name, p.referral_code AS parent_code, a.depth, a.wallet, a.status,
       a.created_at, b.members, b.users AS referred_users, b.volume, b.earned, c.code AS currency
  FROM (SELECT {affiliates.COLUMNS} {affiliates.MATCHES}) a
 CROSS JOIN program_currency c
  LEFT JOIN affiliate p ON p.program_id = a.program_id AND p.id = a.parent_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(r.members), 0)::bigint AS members, coalesce(sum(r.users), 0)::bigint AS users,
              coalesce(sum(r.volume), 0) AS volume, coalesce(sum(r.earned), 0) AS earned
         FROM affiliate_rollup r
        WHERE r.program_id = a.program_id AND r.affiliate_id = a.id AND r.currency IN ('', c.code) AND r.month = ''
          AND r.level > 0) b
 WHERE c.program_id = $1 AND ($6::text IS NULL OR c.code = $6)
 ORDER BY a.id, c.position
"""
DISCREPANCIES = f"""
SELECT d.*, j.public_id AS posting_id
  FROM (SELECT {discrepancies.COLUMNS} {discrepancies.MATCHES}) d
  LEFT JOIN journal j ON j.program_id = d.program_id AND j.id = d.posting_journal_id
 ORDER BY d.id
"""
# The balance runs over the account's whole life: entries take effect in another order than they are posted in.
STATEMENT = """
SELECT j.public_id AS transaction_id, j.kind, j.reference, j.description, j.effective_at, j.posted_at, t.seq, t.purpose,
       t.amount, t.balance_after, t.currency
  FROM (SELECT m.*, sum(m.amount) OVER (ORDER BY m.journal_id, m.seq) AS balance_after
          FROM account a
         CROSS JOIN LATERAL (
               SELECT c.journal_id, c.seq, c.purpose, c.currency, c.amount::numeric AS amount FROM transfer c
                WHERE c.program_id = a.program_id AND c.credit_account_id = a.id
               UNION ALL
               SELECT d.journal_id, d.seq, d.purpose, d.currency, -d.amount::numeric FROM transfer d
                WHERE d.program_id = a.program_id AND d.debit_account_id = a.id) m
         WHERE a.program_id = $1 AND a.kind = 'AFFILIATE' AND a.currency = $3 AND a.owner_id =
               (SELECT f.id FROM affiliate f WHERE f.program_id = $1 AND f.public_id = $2)) t
  JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id
 WHERE j.effective_at >= $4 AND j.effective_at < $5
 ORDER BY t.journal_id, t.seq
"""
