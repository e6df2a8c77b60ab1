"""Who asks, for which program, and whether the table of permissions lets them."""

from typing import Any, Protocol, cast

import strawberry

from app.api_runtime import ApiProcess
from app.domain.permissions import ApiScope, Authority
from app.store.reads import programs
from schema.context import OperationContext
from schema.errors import Forbidden
from schema.ids import IdPrefix, decode_id

Info = strawberry.Info[OperationContext, None]


def process_of(context: OperationContext) -> ApiProcess:
    """The process that serves this operation, with everything that resolvers ask of it."""
    return cast("ApiProcess", context.runtime)


class ProgramsRow(Protocol):
    """A row of one program."""

    @property
    def program_key(self) -> int: ...


def authorize(info: Info) -> Authority:
    """The caller, when the table lets them start this root field.

    Raises Unauthenticated and Forbidden; a root field without a row in the table is refused.
    """
    authority = info.context.require_authority()
    operation = f"{info._raw_info.parent_type.name}.{info._raw_info.field_name}"  # noqa: SLF001
    if not authority.may_start(operation):
        raise Forbidden
    return authority


def may_read(info: Info, program_key: int) -> bool:
    """Whether the caller sees what is inside this program; fields are null where not."""
    authority = info.context.authority
    return authority is not None and authority.may(ApiScope.READ, program_key)


def require_read(info: Info, program_key: int) -> None:
    """For fields that cannot be null: raises Forbidden unless the caller sees what is inside this program."""
    if not may_read(info, program_key):
        raise Forbidden


def own_snapshot(info: Info) -> int:
    """What the caller's reads see: its own program, or for the platform (0) the public facts of all programs."""
    return info.context.require_authority().program_id


async def program_key_of(info: Info, program_id: str) -> int | None:
    """The internal key of a program that the caller may name; None when it is not there for them."""
    authority = info.context.require_authority()
    public_id = decode_id(IdPrefix.PROGRAM, program_id)
    if public_id is None:
        return None
    if not authority.platform:
        return authority.program_id if authority.program_public_id == public_id else None
    async with info.context.reading(own_snapshot(info)) as session:
        return await programs.find(session, public_id, None)


async def load_one(info: Info, load: Any, program_key: int | None, key: Any) -> Any:
    """One value through this operation's loader."""
    return await info.context.loader(load, program_key).load(key)
