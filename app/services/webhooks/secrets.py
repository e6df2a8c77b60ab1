"""Secrets that sign webhooks: sealed, shown once, rotated with an overlap in which old and new both sign."""

from datetime import datetime
from uuid import UUID

from app.auth.sealed_secrets import SecretBox
from app.domain.ids import new_id
from app.domain.webhooks.signatures import new_secret
from app.store.database import UnitOfWork
from app.store.webhooks import endpoints


def sealed_for(program_id: int, endpoint_id: UUID) -> str:
    """The context that an endpoint's secrets are sealed in."""
    return f"webhook:{program_id}:{endpoint_id}"


async def add_secret(unit: UnitOfWork, box: SecretBox, endpoint_id: UUID, now: datetime) -> str:
    """One more secret of the endpoint, as it is shown this once."""
    assert unit.program_id is not None
    secret = new_secret()
    sealed = box.seal(secret, sealed_for(unit.program_id, endpoint_id))
    await endpoints.insert_secret(unit, endpoint_id, new_id(), sealed, now)
    return secret
