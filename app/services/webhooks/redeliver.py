"""Sends a delivery again, whatever became of it: the same message, with the same id, so that receivers know it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.services.operation_keys import claim_operation
from app.services.webhooks.change_endpoints import locked_endpoint
from app.services.webhooks.telling import tell
from app.store.database import UnitOfWork
from app.store.webhooks import deliveries

JOB = "deliver_webhooks"


@dataclass(frozen=True, slots=True)
class Redeliver:
    delivery_id: UUID
    idempotency_key: str


async def redeliver(
    unit: UnitOfWork, authority: Authority, command: Redeliver, now: datetime
) -> bool:
    """Whether it is a replay. All tries begin anew. Refuses NOT_FOUND, INVALID_STATE, IDEMPOTENCY_CONFLICT."""
    endpoint_id = await deliveries.endpoint_of(unit, command.delivery_id)
    if endpoint_id is None:
        raise _unknown()
    earlier = await claim_operation(
        unit,
        command.idempotency_key,
        "redeliverWebhook",
        {"id": str(command.delivery_id)},
        result=str(command.delivery_id),
        now=now,
    )
    if earlier is not None:
        return True
    endpoint = await locked_endpoint(unit, endpoint_id)
    if not endpoint.enabled:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "The endpoint is deleted."
            if endpoint.deleted_at
            else "The endpoint is disabled; enable it first.",
            "deliveryId",
        )
    delivery = await deliveries.lock_delivery(unit, command.delivery_id)
    if delivery is None:
        raise _unknown()
    await deliveries.send_again(unit, delivery.id, now)
    told = {"delivery": str(delivery.id), "eventName": delivery.event_name}
    before = {"status": delivery.status, "tries": delivery.tries}
    await tell(
        unit,
        authority.actor,
        "webhook_endpoint.redelivery_asked",
        endpoint,
        now=now,
        data=told,
        before=before,
        after=told,
    )
    unit.wake(JOB)
    return False


def _unknown() -> Refusal:
    return Refusal(RefusalCode.NOT_FOUND, "There is no such webhook delivery.", "deliveryId")
