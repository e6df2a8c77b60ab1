"""Registrations of users: fixed by the first proof, freed by a failure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

# The first proof counts; it takes the wallet's place even from a newer registration, which the chain will refuse.
_REGISTER = """
UPDATE program_user u
   SET registered_at = $2, referrer_id = g.referrer_id, identity_token_id = g.token_id,
       registration_intent_id = g.intent_id
  FROM unnest($3::bigint[], $4::uuid[], $5::bigint[], $6::numeric[]) AS g (user_id, intent_id, referrer_id, token_id)
 WHERE u.program_id = $1 AND u.id = g.user_id AND u.registered_at IS NULL
"""
_FREE_PLACES = """
UPDATE program_user SET registration_intent_id = NULL
 WHERE program_id = $1 AND registration_intent_id = ANY($2::uuid[]) AND registered_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """A user whose registration is proven."""

    user_id: int
    intent_id: UUID
    referrer_id: int | None
    token_id: int


async def register_users(
    unit: UnitOfWork, program_id: int, users: Sequence[Registered], confirmed_at: datetime
) -> None:
    """Fixes their referrers and identities, once and for ever."""
    await unit.connection.execute(
        _REGISTER,
        program_id,
        confirmed_at,
        [one.user_id for one in users],
        [one.intent_id for one in users],
        [one.referrer_id for one in users],
        [one.token_id for one in users],
    )


async def free_registrations(unit: UnitOfWork, program_id: int, intent_ids: Sequence[UUID]) -> None:
    """These registrations failed: their wallets may ask again."""
    await unit.connection.execute(_FREE_PLACES, program_id, intent_ids)
