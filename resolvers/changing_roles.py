"""Mutations of what wallets are in a program."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import strawberry

from app.domain.permissions import Authority, Role
from app.services.access import roles as services
from app.services.programs.create_program import ProgramResult
from app.store.database import UnitOfWork
from resolvers import programs
from resolvers.access import Info, authorize, named_program
from resolvers.payloads import ProgramPayloadRow, answer, commit
from schema.scalars import Address

_UseCase = Callable[
    [UnitOfWork, Authority, services.WalletRole, datetime], Awaitable[ProgramResult]
]


async def grant(
    info: Info, program_id: strawberry.ID, wallet: Address, role: Role
) -> ProgramPayloadRow:
    """The wallet has the role when it signs in, and in sessions that it has already."""
    return await _change(info, services.grant_role, program_id, wallet, role)


async def revoke(
    info: Info, program_id: strawberry.ID, wallet: Address, role: Role
) -> ProgramPayloadRow:
    """The wallet is without the role within five seconds, on open sockets too."""
    return await _change(info, services.revoke_role, program_id, wallet, role)


async def _change(
    info: Info, use_case: _UseCase, program_id: str, wallet: str, role: Role
) -> ProgramPayloadRow:
    authorize(info)

    async def work() -> ProgramPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        command, now = services.WalletRole(key, wallet, role), info.context.now()
        await commit(info, key, lambda unit: use_case(unit, authority, command, now))
        return ProgramPayloadRow(await programs.by_key(info, key))

    return await answer(ProgramPayloadRow, work)
