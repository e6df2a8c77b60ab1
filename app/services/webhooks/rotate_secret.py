"""A new secret in the place of the old ones, which sign beside it for the overlap."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.auth.sealed_secrets import SecretBox
from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.permissions import Authority
from app.domain.webhooks.endpoints import LONGEST_OVERLAP_SECONDS, MOST_SECRETS
from app.services.operation_keys import claim_operation
from app.services.webhooks.change_endpoints import EndpointSecret, locked_endpoint
from app.services.webhooks.secrets import add_secret
from app.services.webhooks.telling import tell
from app.store.database import UnitOfWork
from app.store.webhooks import endpoints


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """overlap_seconds 0: what was known until now signs nothing more."""

    endpoint_id: UUID
    idempotency_key: str
    overlap_seconds: int = 86_400


async def rotate_secret(
    unit: UnitOfWork, box: SecretBox, authority: Authority, command: RotateSecret, now: datetime
) -> EndpointSecret:
    """Refuses NOT_FOUND, INVALID_INPUT, INVALID_STATE (deleted, or too many sign already), IDEMPOTENCY_CONFLICT."""
    overlap = command.overlap_seconds
    if not 0 <= overlap <= LONGEST_OVERLAP_SECONDS:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "An overlap is 0 to 2 592 000 seconds.", "overlapSeconds"
        )
    meaning = {"id": str(command.endpoint_id), "overlapSeconds": overlap}
    earlier = await claim_operation(
        unit,
        command.idempotency_key,
        "rotateWebhookSecret",
        meaning,
        result=str(new_id()),
        now=now,
    )
    if earlier is not None:
        return EndpointSecret(command.endpoint_id, None, replayed=True)
    row = await locked_endpoint(unit, command.endpoint_id, "endpointId")
    if row.deleted_at is not None:
        raise Refusal(RefusalCode.INVALID_STATE, "The endpoint is deleted.", "endpointId")
    ends = now + timedelta(seconds=overlap)
    await endpoints.end_secrets(unit, row.id, ends)
    if await endpoints.count_secrets(unit, row.id, now) >= MOST_SECRETS:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"{MOST_SECRETS} secrets sign already; wait for the first to end, or rotate with overlapSeconds 0.",
            "endpointId",
        )
    secret = await add_secret(unit, box, row.id, now)
    told = {"overlapUntil": ends.isoformat()}
    await tell(
        unit,
        authority.actor,
        "webhook_endpoint.secret_rotated",
        row,
        now=now,
        data=told,
        after=told,
    )
    return EndpointSecret(row.id, secret, replayed=False)
