"""Mutations of API keys."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import ApiScope, Authority, Caller
from app.services.access import api_keys as services
from app.store.reads import api_keys as reads
from resolvers.access import (
    Info,
    acting_in,
    authorize,
    load_one,
    named_program,
    own_key,
    process_of,
)
from resolvers.objects import named_object
from resolvers.payloads import (
    ApiKeyPayloadRow,
    ApiKeySecretPayloadRow,
    answer,
    commit,
)
from schema.ids import IdPrefix
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
    caller = authorize(info)

    async def work() -> ApiKeySecretPayloadRow:
        authority = await _owner(info, caller, given(program_id))
        key, kept = authority.program_id, own_key(info, idempotency_key)
        command = services.CreateApiKey(key, name, frozenset(scopes), kept, given(expires_at))
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
    authorize(info)

    async def work() -> ApiKeySecretPayloadRow:
        authority, key_id = await named_object(info, IdPrefix.API_KEY, id, "API key")
        command = services.RotateApiKey(key_id, own_key(info, idempotency_key), overlap_seconds)
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
    authorize(info)

    async def work() -> ApiKeyPayloadRow:
        authority, key_id = await named_object(info, IdPrefix.API_KEY, id, "API key")
        now = info.context.now()
        await commit(
            info,
            authority.program_id,
            lambda unit: services.revoke_api_key(unit, authority, key_id, now),
        )
        process_of(info.context).authenticator.forget(key_id)
        row = await load_one(info, reads.by_ids, authority.program_id, key_id)
        return ApiKeyPayloadRow(row)

    return await answer(ApiKeyPayloadRow, work)


async def _owner(info: Info, caller: Caller, program_id: str | None) -> Authority:
    """Whose key it is to be: the program that is named, else the caller's own, else the platform."""
    if program_id is not None:
        return await named_program(info, program_id)
    if caller.platform:
        return caller.for_platform()
    if len(caller.authorities) > 1:
        raise Refusal(RefusalCode.INVALID_INPUT, "Say whose key it is to be.", "programId")
    return await acting_in(info, caller.authorities[0])


async def _secret(
    info: Info, program_key: int, result: services.ApiKeyResult
) -> ApiKeySecretPayloadRow:
    row = await load_one(info, reads.by_ids, program_key, result.key_id)
    return ApiKeySecretPayloadRow(row, result.token, result.replayed)
