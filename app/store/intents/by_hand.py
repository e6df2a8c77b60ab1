"""One intent that somebody changes by hand."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.states import IntentStage, IntentStatus
from app.store.database import UnitOfWork
from app.store.intents.intake import AcceptedSignature

# The state is locked before anything else is, as claims do.
_LOCK = """
SELECT s.intent_id AS id, s.status, s.stage, s.version, s.failure_code, s.failure_retryable, a.valid_before,
       i.kind = 'REGISTRATION' AS registers_wallet, i.kind = 'COMMERCE_PAYMENT' AS by_provider
  FROM intent_state s
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
  LEFT JOIN intent_authorization a
         ON a.program_id = s.program_id AND a.intent_id = s.intent_id AND a.n = s.authorization_n
 WHERE s.program_id = $1 AND s.intent_id = $2
   FOR UPDATE OF s
"""
_ADD_SIGNATURE = """
WITH added AS (
  INSERT INTO intent_authorization (program_id, intent_id, n, valid_after, valid_before, nonce, signature,
                                    contract_wallet, given_by, given_at)
  SELECT $1, $2, coalesce(max(a.n), 0) + 1, $3, $4, $5, $6, $7, $8, $9
    FROM intent_authorization a WHERE a.program_id = $1 AND a.intent_id = $2
  RETURNING n
)
UPDATE intent_state SET authorization_n = added.n, rerouted = $7
  FROM added WHERE program_id = $1 AND intent_id = $2
"""
_FORGIVE = """
UPDATE intent_state SET forgiven = attempts WHERE program_id = $1 AND intent_id = $2
"""
# The wallet's one place: a REGISTRATION that is PENDING, PROCESSING or CONFIRMED.
_CLAIM_REGISTRATION = """
UPDATE program_user u SET registration_intent_id = i.id
  FROM intent i
 WHERE i.program_id = $1 AND i.id = $2 AND u.program_id = $1 AND u.id = i.user_id
   AND u.registration_intent_id IS NULL
RETURNING true
"""
_FREE_REGISTRATION = """
UPDATE program_user SET registration_intent_id = NULL WHERE program_id = $1 AND registration_intent_id = $2
"""


@dataclass(frozen=True, slots=True)
class LockedIntent:
    """An intent nobody else changes until the transaction ends. valid_before: of the signature in use. by_provider: a payment
    provider settles it, no chain does.
    """

    id: UUID
    status: IntentStatus
    stage: IntentStage
    version: int
    failure_code: str | None
    failure_retryable: bool | None
    valid_before: int | None
    registers_wallet: bool
    by_provider: bool


async def lock_intent(unit: UnitOfWork, intent_id: UUID) -> LockedIntent | None:
    """An intent of the unit's own program."""
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, intent_id)
    if row is None:
        return None
    return LockedIntent(
        **{**row, "status": IntentStatus(row["status"]), "stage": IntentStage(row["stage"])}
    )


async def add_signature(
    unit: UnitOfWork,
    intent: LockedIntent,
    signature: AcceptedSignature,
    given_by: str,
    at: datetime,
) -> None:
    """Puts the newest signature in use; earlier ones are kept."""
    await unit.connection.execute(
        _ADD_SIGNATURE,
        unit.program_id,
        intent.id,
        signature.valid_after,
        signature.valid_before,
        signature.nonce,
        signature.signature,
        signature.contract_wallet,
        given_by,
        at,
    )


async def forgive_tries(unit: UnitOfWork, intent_id: UUID) -> None:
    """What was tried before counts no more towards the most tries of an intent."""
    await unit.connection.execute(_FORGIVE, unit.program_id, intent_id)


async def claim_registration(unit: UnitOfWork, intent_id: UUID) -> bool:
    """False when the wallet has another registration."""
    return bool(await unit.connection.fetchval(_CLAIM_REGISTRATION, unit.program_id, intent_id))


async def free_registration(unit: UnitOfWork, intent_id: UUID) -> None:
    """The wallet may register again; nothing happens for an intent that holds no place."""
    await unit.connection.execute(_FREE_REGISTRATION, unit.program_id, intent_id)
