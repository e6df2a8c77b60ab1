"""Writes down what came of a try, and what follows: delivered, tried again later, failed, or the endpoint disabled."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.actors import DELIVERER
from app.domain.events import EventType, NewEvent
from app.domain.webhooks.outcomes import PATIENCE, Outcome
from app.domain.webhooks.schedule import next_try
from app.services.webhooks.telling import host_of, tell
from app.store.database import UnitOfWork
from app.store.webhooks import deliveries, endpoints
from app.store.webhooks.claims import Claimed
from app.store.webhooks.deliveries import DeliveryRow
from app.store.webhooks.endpoints import EndpointRow


@dataclass(frozen=True, slots=True)
class TryEnd:
    """jitter: from 0 to below 1, by which the next try is late."""

    claimed: Claimed
    outcome: Outcome
    jitter: float


async def finish_try(unit: UnitOfWork, end: TryEnd, now: datetime) -> None:
    """The unit is of the delivery's program. One that somebody else took meanwhile keeps what they make of it."""
    claimed, outcome = end.claimed, end.outcome
    endpoint = None
    # What arrives where all arrives changes nothing there: with the endpoint's lock, its answers would be written down one
    # after the other, at the pace of a busy process.
    if not outcome.delivered or await endpoints.is_failing(unit, claimed.endpoint_id):
        endpoint = await endpoints.lock_endpoint(unit, claimed.endpoint_id)
    delivery = await deliveries.lock_delivery(unit, claimed.id)
    await deliveries.insert_attempt(unit, claimed, outcome)
    if delivery is None or delivery.tries != claimed.n or not delivery.sending:
        return
    if outcome.delivered:
        await deliveries.end_try(unit, delivery.id, "DELIVERED", delivery.failures, None)
        if endpoint is not None:
            await endpoints.note_failing(unit, endpoint.id, None)
        return
    if endpoint is None:
        return
    if endpoint.failing_since is None:
        await endpoints.note_failing(unit, endpoint.id, outcome.at)
    await _after_failure(unit, end, endpoint, delivery, now)


async def _after_failure(
    unit: UnitOfWork, end: TryEnd, endpoint: EndpointRow, delivery: DeliveryRow, now: datetime
) -> None:
    failures, outcome = delivery.failures + 1, end.outcome
    again_at = None
    if endpoint.enabled and not outcome.gone:
        again_at = next_try(failures, now, end.jitter, outcome.retry_after)
    status = "PENDING" if again_at else "FAILED"
    if not endpoint.enabled or outcome.gone:
        status = "DISABLED"
    await deliveries.end_try(unit, delivery.id, status, failures, again_at)
    if status == "FAILED":
        _tell_failed(unit, endpoint, delivery, outcome, now)
    if endpoint.enabled and (reason := _why_to_disable(endpoint, outcome, status)):
        await _disable(unit, endpoint, reason, now)


def _why_to_disable(endpoint: EndpointRow, outcome: Outcome, status: str) -> str | None:
    if outcome.gone:
        return "It answered 410: it wants nothing more."
    since = endpoint.failing_since
    if status == "FAILED" and since is not None and outcome.at - since >= PATIENCE:
        return f"Nothing has arrived there for {PATIENCE.days} days."
    return None


async def _disable(unit: UnitOfWork, endpoint: EndpointRow, reason: str, now: datetime) -> None:
    await endpoints.disable_endpoint(unit, endpoint.id)
    await deliveries.disable_deliveries(unit, endpoint.id)
    await tell(
        unit,
        DELIVERER,
        "webhook_endpoint.disabled",
        endpoint,
        now=now,
        data={"host": host_of(endpoint.url), "reason": reason},
        before={"enabled": True},
        after={"enabled": False},
        reason=reason,
    )


def _tell_failed(
    unit: UnitOfWork, endpoint: EndpointRow, delivery: DeliveryRow, outcome: Outcome, now: datetime
) -> None:
    data = {
        "v": 1,
        "delivery": str(delivery.id),
        "eventName": delivery.event_name,
        "tries": delivery.tries,
        "reason": outcome.error,
    }
    unit.record(
        NewEvent(
            EventType.WEBHOOK,
            "webhook_endpoint.delivery_failed",
            str(endpoint.id),
            endpoint.version,
            now,
            data,
        )
    )
