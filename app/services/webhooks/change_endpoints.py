"""Endpoints of webhooks: made, changed, deleted. The address has been looked at before (app/processes/webhooks)."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.auth.sealed_secrets import SecretBox
from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.permissions import Authority
from app.domain.webhooks.endpoints import MOST_ENDPOINTS, check_events
from app.services.operation_keys import claim_operation
from app.services.webhooks.secrets import add_secret
from app.services.webhooks.telling import host_of, tell
from app.store.database import UnitOfWork
from app.store.webhooks import deliveries, endpoints
from app.store.webhooks.endpoints import EndpointRow


@dataclass(frozen=True, slots=True)
class CreateEndpoint:
    """url: in its one spelling, that of `Target.url`."""

    url: str
    events: tuple[str, ...]
    idempotency_key: str

    @property
    def meaning(self) -> dict[str, object]:
        """What repeating it has to repeat."""
        return {"url": self.url, "events": sorted(set(self.events))}


@dataclass(frozen=True, slots=True)
class UpdateEndpoint:
    """None: as it was."""

    endpoint_id: UUID
    url: str | None = None
    events: tuple[str, ...] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class EndpointSecret:
    """secret: None for a replay, since it is shown once."""

    endpoint_id: UUID
    secret: str | None = field(repr=False)
    replayed: bool


async def create_endpoint(
    unit: UnitOfWork, box: SecretBox, authority: Authority, command: CreateEndpoint, now: datetime
) -> EndpointSecret:
    """An enabled endpoint with a first secret. Refuses INVALID_INPUT, IDEMPOTENCY_CONFLICT."""
    events = check_events(command.events)
    endpoint_id = new_id()
    earlier = await claim_operation(
        unit,
        command.idempotency_key,
        "createWebhookEndpoint",
        command.meaning,
        result=str(endpoint_id),
        now=now,
    )
    if earlier is not None:
        return EndpointSecret(UUID(earlier), None, replayed=True)
    if await endpoints.count_endpoints(unit) >= MOST_ENDPOINTS:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"A program has at most {MOST_ENDPOINTS} webhook endpoints; delete one first.",
        )
    await endpoints.insert_endpoint(
        unit, endpoint_id, command.url, events, actor=authority.actor, now=now
    )
    secret = await add_secret(unit, box, endpoint_id, now)
    row = EndpointRow(endpoint_id, command.url, events, True, None, None, 0)
    shown = {"host": host_of(command.url), "events": list(events)}
    after = {"url": command.url, "events": list(events), "enabled": True}
    await tell(
        unit, authority.actor, "webhook_endpoint.created", row, now=now, data=shown, after=after
    )
    return EndpointSecret(endpoint_id, secret, replayed=False)


async def update_endpoint(
    unit: UnitOfWork, authority: Authority, command: UpdateEndpoint, now: datetime
) -> None:
    """What is not sent yet goes to the new address; to a disabled endpoint nothing is sent any more, and what happens
    meanwhile never is. Refuses NOT_FOUND, INVALID_INPUT, INVALID_STATE.
    """
    old = await locked_endpoint(unit, command.endpoint_id)
    if old.deleted_at is not None:
        raise Refusal(RefusalCode.INVALID_STATE, "The endpoint is deleted.", "id")
    new = replace(
        old,
        url=old.url if command.url is None else command.url,
        events=old.events if command.events is None else check_events(command.events),
        enabled=old.enabled if command.enabled is None else command.enabled,
    )
    changed = [name for name in ("url", "events", "enabled") if _of(old, name) != _of(new, name)]
    if not changed:
        return
    await endpoints.update_endpoint(unit, new)
    if not new.enabled:
        await deliveries.disable_deliveries(unit, old.id)
    shown = {("host" if name == "url" else name): _shown(new, name) for name in changed}
    before, after = ({name: _of(row, name) for name in changed} for row in (old, new))
    await tell(
        unit,
        authority.actor,
        "webhook_endpoint.updated",
        old,
        now=now,
        data=shown,
        before=before,
        after=after,
    )


async def delete_endpoint(
    unit: UnitOfWork, authority: Authority, endpoint_id: UUID, now: datetime
) -> None:
    """Nothing is sent any more and its secrets end; what was sent stays to be seen. Refuses NOT_FOUND."""
    old = await locked_endpoint(unit, endpoint_id)
    if old.deleted_at is not None:
        return
    await endpoints.update_endpoint(unit, replace(old, enabled=False, deleted_at=now))
    await endpoints.end_secrets(unit, endpoint_id, now)
    await deliveries.disable_deliveries(unit, endpoint_id)
    shown = {"host": host_of(old.url)}
    before = {"url": old.url, "events": list(old.events), "enabled": old.enabled}
    await tell(
        unit, authority.actor, "webhook_endpoint.deleted", old, now=now, data=shown, before=before
    )


async def locked_endpoint(unit: UnitOfWork, endpoint_id: UUID, *path: str) -> EndpointRow:
    """The row, deleted ones too; refuses NOT_FOUND."""
    row = await endpoints.lock_endpoint(unit, endpoint_id)
    if row is None:
        raise Refusal(
            RefusalCode.NOT_FOUND, "There is no such webhook endpoint.", *(path or ("id",))
        )
    return row


def _of(row: EndpointRow, name: str) -> object:
    value: object = getattr(row, name)
    return sorted(value) if isinstance(value, Collection) and not isinstance(value, str) else value


def _shown(row: EndpointRow, name: str) -> object:
    return host_of(row.url) if name == "url" else _of(row, name)
