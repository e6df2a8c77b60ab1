"""Mutations of API keys."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import PLATFORM_PROGRAM_ID, ApiScope, Authority
from app.services import api_keys as services
from app.store.reads import api_keys as reads
from resolvers.access import Info, authorize, load_one, process_of
from resolvers.payloads import (
    ApiKeyPayloadRow,
    ApiKeySecretPayloadRow,
    answer,
    commit,
    named_program,
)
from schema.ids import IdPrefix, decode_id
from schema.inputs.given import given


async def create(
    info: Info,
    name: str,
    scopes: list[ApiScope],
    idempotency_key: str,
    program_id: strawberry.ID | None = UNSET,
    expires_at: datetime | None = UNSET,
) -> ApiKeySecretPayloadRow:
    """A new key of a program, or of the platform when no program is named."""
    authority = authorize(info)

    async def work() -> ApiKeySecretPayloadRow:
        key = await _owner(info, authority, given(program_id))
        command = services.CreateApiKey(
            key, name, frozenset(scopes), idempotency_key, given(expires_at)
        )
        hasher, now = process_of(info.context).key_hasher, info.context.now()
        result = await commit(
            info,
            key,
            lambda unit: services.create_api_key(unit, hasher, authority.actor, command, now),
        )
        return await _secret(info, key, result)

    return await answer(ApiKeySecretPayloadRow, work)


async def rotate(
    info: Info,
    id: strawberry.ID,
    idempotency_key: str,
    overlap_seconds: int = 86400,
) -> ApiKeySecretPayloadRow:
    """A new key in the place of an old one, which stays good for the overlap."""
    authority = authorize(info)

    async def work() -> ApiKeySecretPayloadRow:
        command = services.RotateApiKey(_named(id), idempotency_key, overlap_seconds)
        hasher, now = process_of(info.context).key_hasher, info.context.now()
        result = await commit(
            info,
            authority.program_id,
            lambda unit: services.rotate_api_key(unit, hasher, authority, command, now),
        )
        return await _secret(info, authority.program_id, result)

    return await answer(ApiKeySecretPayloadRow, work)


async def revoke(info: Info, id: strawberry.ID) -> ApiKeyPayloadRow:
    """The key is refused within five seconds, on open sockets too."""
    authority = authorize(info)

    async def work() -> ApiKeyPayloadRow:
        key_id, now = _named(id), info.context.now()
        await commit(
            info,
            authority.program_id,
            lambda unit: services.revoke_api_key(unit, authority, key_id, now),
        )
        row = await load_one(info, reads.by_ids, authority.program_id, key_id)
        return ApiKeyPayloadRow(row)

    return await answer(ApiKeyPayloadRow, work)


async def _owner(info: Info, authority: Authority, program_id: str | None) -> int:
    if program_id is not None:
        return await named_program(info, program_id)
    return PLATFORM_PROGRAM_ID if authority.platform else authority.program_id


def _named(text: str) -> UUID:
    key_id = decode_id(IdPrefix.API_KEY, text)
    if key_id is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such API key.", "id")
    return key_id


async def _secret(
    info: Info, program_key: int, result: services.ApiKeyResult
) -> ApiKeySecretPayloadRow:
    row = await load_one(info, reads.by_ids, program_key, result.key_id)
    return ApiKeySecretPayloadRow(row, result.token, result.replayed)
