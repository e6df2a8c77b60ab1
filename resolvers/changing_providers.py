"""Mutations of payment providers."""

import strawberry

from app.services.providers import secrets as services
from resolvers import programs
from resolvers.access import Info, authorize, named_program, process_of
from resolvers.payloads import ProgramPayloadRow, answer, commit


async def set_secret(
    info: Info, program_id: strawberry.ID, provider: str, secret: str, overlap_seconds: int = 86400
) -> ProgramPayloadRow:
    """What a provider signs its webhooks with from now on; the older one stays good for the overlap."""
    authorize(info)

    async def work() -> ProgramPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        command = services.SetProviderSecret(key, provider, secret, overlap_seconds)
        box, now = process_of(info.context).secret_box, info.context.now()
        await commit(
            info,
            key,
            lambda unit: services.set_provider_secret(unit, box, authority, command, now),
        )
        return ProgramPayloadRow(await programs.by_key(info, key))

    return await answer(ProgramPayloadRow, work)
