"""Rows of the drawn intents: users, what was asked, its state at the end, and how it came there."""

from app.domain.seeding import SeedPlan
from app.store.database import UnitOfWork
from app.store.seeding.drawn import GAS_PRICE_WEI
from app.store.seeding.program import ACTOR, CHAIN_ID, SeededProgram

AUDIT_SALT = 65
"""Added to the plan's salt: audit rows of decisions are drawn with it."""
# $1 the program, $2 the salt, $3 before its first user, $4 who asked. Registered at once: nobody sees it in between.
_USERS = """
INSERT INTO program_user (program_id, id, public_id, wallet, referrer_id, registration_intent_id, identity_token_id,
                          registered_at, created_at)
OVERRIDING SYSTEM VALUE
SELECT $1, $2 + u.n, u.public_id, u.wallet, u.referrer_id, i.id, u.n, i.confirmed_at, i.accepted_at
  FROM seed_intent i JOIN seed_user u ON u.n = i.user_n WHERE i.kind = 'REGISTRATION' ORDER BY u.n
"""
_INTENTS = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, referral_code, referrer_id, payload, terms_version, upline, created_by, created_at)
SELECT $1, i.id, i.kind, i.key, pg_temp.noise(i.n, $2), pg_temp.noise(i.n, $2::bigint + 1), $4, u.wallet, $3 + u.n, i.amount,
       CASE WHEN i.amount IS NOT NULL THEN 'USDC' END, CASE i.kind WHEN 'REGISTRATION' THEN u.referral_code END,
       CASE i.kind WHEN 'REGISTRATION' THEN u.referrer_id END,
       CASE WHEN i.kind = 'REGISTRATION' AND u.referral_code IS NOT NULL
            THEN jsonb_build_object('referralCode', u.referral_code) ELSE '{}' END, 1, u.upline, $5, i.accepted_at
  FROM seed_intent i JOIN seed_user u ON u.n = i.user_n ORDER BY i.n
"""
_AUTHORIZATIONS = """
INSERT INTO intent_authorization (program_id, intent_id, n, valid_after, valid_before, nonce, signature,
                                  contract_wallet, given_by, given_at)
SELECT $1, i.id, 1, 0, floor(extract(epoch FROM i.accepted_at)) + 3600, pg_temp.noise(i.n, $2::bigint + 2),
       pg_temp.noise(i.n, $2::bigint + 3) || pg_temp.noise(i.n, $2::bigint + 4) || '\\x1b', false, $3, i.accepted_at
  FROM seed_intent i WHERE i.kind = 'PAYMENT' ORDER BY i.n
"""
_STATES = """
INSERT INTO intent_state (program_id, intent_id, status, stage, authorization_n, updated_at)
SELECT $1, i.id, 'PENDING', 'QUEUED', CASE i.kind WHEN 'PAYMENT' THEN 1 END, i.accepted_at FROM seed_intent i ORDER BY i.n
"""
_END = """
UPDATE intent_state s
   SET status = CASE WHEN i.failed THEN 'FAILED' ELSE 'CONFIRMED' END,
       stage = CASE WHEN i.failed THEN 'MINED' ELSE 'FINAL' END, version = 6, attempts = 1,
       chain_transaction_id = t.id, mined_block = CASE WHEN NOT i.failed THEN t.block END,
       failure_code = CASE WHEN i.failed THEN 'INSUFFICIENT_FUNDS' END,
       failure_message = CASE WHEN i.failed THEN 'The wallet holds less than it signed for.' END,
       failure_retryable = CASE WHEN i.failed THEN true END, updated_at = t.posted_at, completed_at = t.posted_at
  FROM seed_intent i JOIN seed_batch t USING (batch)
 WHERE s.program_id = $1 AND s.intent_id = i.id
"""
_TRIES = """
INSERT INTO intent_attempt (program_id, intent_id, number, chain_transaction_id, item_index, live, started_at, finished_at,
                            failure_code, failure_message, failure_retryable, gas_share_wei)
SELECT $1, i.id, 1, t.id, i.item, false, t.signed_at, t.posted_at, CASE WHEN i.failed THEN 'INSUFFICIENT_FUNDS' END,
       CASE WHEN i.failed THEN 'The wallet holds less than it signed for.' END, CASE WHEN i.failed THEN true END,
       i.weight * $2::bigint
  FROM seed_intent i JOIN seed_batch t USING (batch) ORDER BY i.n
"""
_TRANSITIONS = """
INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor, reason)
SELECT $1, i.id, s.seq, s.from_status, s.to_status, s.stage, s.at, s.actor, s.reason
  FROM seed_intent i
  JOIN seed_batch t USING (batch)
 CROSS JOIN LATERAL (VALUES
   (1, NULL, 'PENDING', 'QUEUED', i.accepted_at, $2, NULL),
   (2, 'PENDING', 'PROCESSING', 'QUEUED', t.claimed_at, 'job:settle_intents', NULL),
   (3, 'PROCESSING', 'PROCESSING', 'SIGNED', t.signed_at, 'job:settle_intents', NULL),
   (4, 'PROCESSING', 'PROCESSING', 'BROADCAST', t.sent_at, 'job:settle_intents', NULL),
   (5, 'PROCESSING', 'PROCESSING', 'MINED', t.mined_at, 'job:watch_chain', 'in block ' || t.block),
   (6, 'PROCESSING', CASE WHEN i.failed THEN 'FAILED' ELSE 'CONFIRMED' END,
    CASE WHEN i.failed THEN 'MINED' ELSE 'FINAL' END, t.posted_at, 'job:watch_chain',
    CASE WHEN i.failed THEN 'rejected in block ' ELSE 'settled in block ' END || t.block))
   AS s (seq, from_status, to_status, stage, at, actor, reason)
 ORDER BY i.n, s.seq
"""
# Of each acceptance, with the intent's own id, and of each decision of a batch: thousands of intents have a few.
_AUDIT = """
INSERT INTO audit (program_id, id, at, actor, action, target_id, before, after, reason)
SELECT $1::bigint, i.id, i.accepted_at, $2, 'intent.accepted', i.id::text, NULL::jsonb,
       jsonb_build_object('kind', i.kind, 'wallet', u.wallet, 'amount', i.amount::text,
                          'currency', CASE WHEN i.amount IS NOT NULL THEN 'USDC' END, 'idempotencyKey', i.key), NULL
  FROM seed_intent i JOIN seed_user u ON u.n = i.user_n
UNION ALL
SELECT $1, pg_temp.seed_id(t.posted_at, 2 * t.batch + i.failed::integer, $3::bigint), t.posted_at, 'job:watch_chain',
       CASE WHEN i.failed THEN 'intent.failed' ELSE 'intent.confirmed' END,
       CASE WHEN count(*) = 1 THEN min(i.id::text) END, '{"status": "PROCESSING"}'::jsonb,
       jsonb_strip_nulls(jsonb_build_object(
         'status', CASE WHEN i.failed THEN 'FAILED' ELSE 'CONFIRMED' END,
         'code', CASE WHEN i.failed THEN 'INSUFFICIENT_FUNDS' END, 'retryable', CASE WHEN i.failed THEN true END,
         'intents', CASE WHEN count(*) > 1 THEN jsonb_agg(i.id ORDER BY i.n) END)),
       CASE WHEN i.failed THEN 'rejected in block ' ELSE 'settled in block ' END || t.block
  FROM seed_intent i JOIN seed_batch t USING (batch)
 GROUP BY t.batch, t.posted_at, t.block, i.failed
 ORDER BY 2
"""


async def add_intents(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """The drawn intents as they were accepted, with the users that they register."""
    connection, salt, actor = unit.connection, plan.salt + 60, ACTOR
    await connection.execute(_USERS, program.id, program.first_user)
    await connection.execute(_INTENTS, program.id, salt, program.first_user, CHAIN_ID, actor)
    await connection.execute(_AUTHORIZATIONS, program.id, salt, actor)
    await connection.execute(_STATES, program.id)


async def end_intents(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """Their ends, all that led there, and what the audit log says of it."""
    connection = unit.connection
    await connection.execute(_TRIES, program.id, GAS_PRICE_WEI)
    await connection.execute(_END, program.id)
    await connection.execute(_TRANSITIONS, program.id, ACTOR)
    await connection.execute(_AUDIT, program.id, ACTOR, plan.salt + AUDIT_SALT)
