"""Mutations of webhook endpoints and deliveries."""

from functools import partial
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.domain.permissions import Authority
from app.services.webhooks import change_endpoints as services
from app.services.webhooks.change_endpoints import CreateEndpoint, EndpointSecret, UpdateEndpoint
from app.services.webhooks.redeliver import Redeliver, redeliver
from app.services.webhooks.rotate_secret import RotateSecret
from app.store.reads import webhooks as reads
from resolvers.access import Info, authorize, load_one, named_program, own_key, process_of
from resolvers.objects import named_object
from resolvers.payloads import (
    WebhookDeliveryPayloadRow,
    WebhookEndpointPayloadRow,
    WebhookSecretPayloadRow,
    answer,
    commit,
)
from schema.ids import IdPrefix
from schema.inputs.events import EventType
from schema.inputs.given import given, values


async def create(
    info: Info,
    program_id: strawberry.ID,
    url: str,
    events: list[EventType],
    idempotency_key: str,
) -> WebhookSecretPayloadRow:
    """A new endpoint, and the secret that it verifies with."""
    authorize(info)

    async def work() -> WebhookSecretPayloadRow:
        authority = await named_program(info, program_id)
        kept = own_key(info, idempotency_key)
        command = CreateEndpoint(url, values(events) or (), kept)
        await info.context.leave_snapshot()
        result = await process_of(info.context).webhooks.create(authority, command)
        return await _secret(info, authority.program_id, result)

    return await answer(WebhookSecretPayloadRow, work)


async def update(
    info: Info,
    id: strawberry.ID,
    url: str | None = UNSET,
    events: list[EventType] | None = UNSET,
    enabled: bool | None = UNSET,
) -> WebhookEndpointPayloadRow:
    """What is absent or null stays as it is."""
    authorize(info)

    async def work() -> WebhookEndpointPayloadRow:
        authority, endpoint_id = await _endpoint(info, id)
        command = UpdateEndpoint(endpoint_id, given(url), values(events), given(enabled))
        await info.context.leave_snapshot()
        await process_of(info.context).webhooks.update(authority, command)
        row = await load_one(info, reads.endpoints_by_ids, authority.program_id, endpoint_id)
        return WebhookEndpointPayloadRow(row)

    return await answer(WebhookEndpointPayloadRow, work)


async def delete(info: Info, id: strawberry.ID) -> WebhookEndpointPayloadRow:
    """Nothing is sent there any more; its deliveries can still be seen."""
    authorize(info)

    async def work() -> WebhookEndpointPayloadRow:
        authority, named = await _endpoint(info, id)
        now = info.context.now()
        use_case = partial(
            services.delete_endpoint, authority=authority, endpoint_id=named, now=now
        )
        await commit(info, authority.program_id, use_case)
        row = await load_one(info, reads.endpoints_by_ids, authority.program_id, named)
        return WebhookEndpointPayloadRow(row)

    return await answer(WebhookEndpointPayloadRow, work)


async def rotate(
    info: Info,
    endpoint_id: strawberry.ID,
    idempotency_key: str,
    overlap_seconds: int = 86400,
) -> WebhookSecretPayloadRow:
    """A new secret; the old one signs beside it for the overlap."""
    authorize(info)

    async def work() -> WebhookSecretPayloadRow:
        authority, named = await _endpoint(info, endpoint_id, "endpointId")
        command = RotateSecret(named, own_key(info, idempotency_key), overlap_seconds)
        await info.context.leave_snapshot()
        result = await process_of(info.context).webhooks.rotate(authority, command)
        return await _secret(info, authority.program_id, result)

    return await answer(WebhookSecretPayloadRow, work)


async def send_again(
    info: Info, delivery_id: strawberry.ID, idempotency_key: str
) -> WebhookDeliveryPayloadRow:
    """The same message once more, with all its tries before it."""
    authorize(info)

    async def work() -> WebhookDeliveryPayloadRow:
        prefix = IdPrefix.WEBHOOK_DELIVERY
        authority, delivery = await named_object(
            info, prefix, delivery_id, "webhook delivery", "deliveryId"
        )
        command, now = Redeliver(delivery, own_key(info, idempotency_key)), info.context.now()
        use_case = partial(redeliver, authority=authority, command=command, now=now)
        replayed = await commit(info, authority.program_id, use_case)
        row = await load_one(info, reads.deliveries_by_ids, authority.program_id, delivery)
        return WebhookDeliveryPayloadRow(row, replayed)

    return await answer(WebhookDeliveryPayloadRow, work)


async def _endpoint(info: Info, text: str, *path: str) -> tuple[Authority, UUID]:
    return await named_object(info, IdPrefix.WEBHOOK_ENDPOINT, text, "webhook endpoint", *path)


async def _secret(info: Info, program_key: int, result: EndpointSecret) -> WebhookSecretPayloadRow:
    row = await load_one(info, reads.endpoints_by_ids, program_key, result.endpoint_id)
    return WebhookSecretPayloadRow(row, result.secret, result.replayed)
