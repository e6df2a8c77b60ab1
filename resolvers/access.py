"""Who asks, for which program, and whether the table of operations lets them."""

from typing import Any, Protocol, cast
from uuid import UUID

import strawberry

from app.api_runtime import ApiProcess
from app.domain.errors import Refusal, RefusalCode
from app.domain.idempotency import stored_key
from app.domain.operations import Rule, rule_of
from app.domain.permissions import PLATFORM_PROGRAM_ID, Authority, Caller
from app.store.reads import programs
from app.store.reads.programs import ProgramRow
from schema.context import OperationContext
from schema.errors import BadUserInput, Forbidden
from schema.ids import IdPrefix, decode_id

Info = strawberry.Info[OperationContext, None]

_CLOSED = "Registration in this program is closed: its administrators grant roles."


def process_of(context: OperationContext) -> ApiProcess:
    """The process that serves this operation, with everything that resolvers ask of it."""
    return cast("ApiProcess", context.runtime)


class ProgramsRow(Protocol):
    """A row of one program."""

    @property
    def program_key(self) -> int: ...


def operation_of(info: Info) -> str:
    """The root field that is carried out, such as "Mutation.registerUser"."""
    return f"{info._raw_info.parent_type.name}.{info._raw_info.field_name}"  # noqa: SLF001


def authorize(info: Info) -> Caller:
    """The caller, when the table lets them start this root field in some program.

    Raises Unauthenticated and Forbidden; a root field without a row in the table is refused.
    """
    caller = info.context.require_caller()
    rule = rule_of(operation_of(info))
    if not rule.admits_somewhere(caller):
        raise _not_for(rule)
    return caller


def _not_for(rule: Rule) -> Forbidden:
    """Names whom to ask, as docs/who-may-do-what.md does."""
    return Forbidden(f"This credential may not do that: it is for {rule.said() or 'nobody'}.")


def within(info: Info, program_key: int) -> Authority | None:
    """What the caller is in a program; None without a credential, and where it is nobody."""
    caller = info.context.caller
    return None if caller is None else caller.within(program_key)


def may_read(info: Info, program_key: int) -> bool:
    """Whether the caller sees everything inside this program; fields are null where not."""
    authority = within(info, program_key)
    return authority is not None and authority.reads_everything


def require_read(info: Info, program_key: int) -> None:
    """For fields that cannot be null: raises Forbidden unless the caller sees everything inside this program."""
    if not may_read(info, program_key):
        raise Forbidden


def snapshot_of(info: Info, program_key: int) -> int:
    """Whose rows the caller's reads of a program see: its own, or from outside (0) the public facts of all programs."""
    return PLATFORM_PROGRAM_ID if within(info, program_key) is None else program_key


def public_snapshot(info: Info, program_key: int) -> int:
    """The same for what is public of a program: a wallet, somebody in many of them, reads them together."""
    caller = info.context.caller
    together = caller is not None and caller.wallet is not None
    return PLATFORM_PROGRAM_ID if together else snapshot_of(info, program_key)


async def visible_program(info: Info, public_id: UUID | None, slug: str | None) -> Authority | None:
    """What the caller is in a program that it names; None when the program is not there for it.

    The platform sees every program; a wallet those where it is somebody, and those with open registration.
    """
    caller = info.context.require_caller()
    own = next((one for one in caller.authorities if one.program_public_id == public_id), None)
    if public_id is not None and (own is not None or not _looks_around(caller)):
        return own
    key = await load_one(info, programs.find, PLATFORM_PROGRAM_ID, (public_id, slug))
    if key is None or caller.within(key) is not None:
        return None if key is None else caller.within(key)
    if not _looks_around(caller):
        return None
    row: ProgramRow = await load_one(info, programs.by_keys, PLATFORM_PROGRAM_ID, key)
    public = row.open_registration and caller.contract_chain_id in (None, row.chain_id)
    return caller.visiting(key, row.id) if caller.platform or public else None


def _looks_around(caller: Caller) -> bool:
    """Whether it sees programs where it is nobody; a program's key does not."""
    return caller.platform or caller.wallet is not None


async def program_key_of(info: Info, program_id: str) -> int | None:
    """The internal key of a program that the caller may name; None when it is not there for them."""
    public_id = decode_id(IdPrefix.PROGRAM, program_id)
    authority = None if public_id is None else await visible_program(info, public_id, None)
    return None if authority is None else authority.program_id


async def acting_in(info: Info, authority: Authority) -> Authority:
    """The same, when the table lets it start this root field in its program; raises Forbidden."""
    rule = rule_of(operation_of(info))
    if rule.admits(authority):
        return authority
    if rule.wallet and authority.wallet is not None:
        snapshot = public_snapshot(info, authority.program_id)
        row: ProgramRow = await load_one(info, programs.by_keys, snapshot, authority.program_id)
        if row.open_registration:
            return authority
        raise Forbidden(_CLOSED)
    raise _not_for(rule)


async def named_program(info: Info, program_id: str, *path: str) -> Authority:
    """The caller in the program that an operation names. Refuses NOT_FOUND when it is not there for the caller.

    Raises Forbidden when the caller may not start this there.
    """
    public_id = decode_id(IdPrefix.PROGRAM, program_id)
    authority = None if public_id is None else await visible_program(info, public_id, None)
    if authority is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", *(path or ("programId",)))
    return await acting_in(info, authority)


async def subscribed_program(info: Info, program_id: str) -> Authority:
    """The same for subscriptions, which have no userErrors: raises BadUserInput instead of refusing."""
    try:
        return await named_program(info, program_id)
    except Refusal as refusal:
        raise BadUserInput(refusal.message, list(refusal.field or ())) from None
    finally:
        await info.context.leave_snapshot()


def own_key(info: Info, idempotency_key: str) -> str:
    """How a client's idempotency key is kept: each wallet has keys of its own. Refuses INVALID_INPUT."""
    return stored_key(info.context.require_caller().wallet, idempotency_key)


async def load_one(info: Info, load: Any, program_key: int | None, key: Any) -> Any:
    """One value through this operation's loader."""
    return await info.context.loader(load, program_key).load(key)
