"""Intents: lists, one of them, its timeline and attempts."""

from uuid import UUID

from strawberry import UNSET, Parent

from app.store.reads import intents as reads
from app.store.reads.chain_transactions import ChainTransactionRow
from app.store.reads.intents import (
    IntentAttemptRow,
    IntentRow,
    IntentTransitionRow,
)
from app.store.reads.intents import (
    IntentFilter as Conditions,
)
from app.store.reads.programs import ProgramRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.users import UserRow
from resolvers.access import Info, authorize, load_one, may_read, program_key_of
from resolvers.listing import list_page
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, decode_id
from schema.inputs.intents import IntentFilter, IntentKey, ProgramKey
from schema.paging import Page

_INTENTS = CursorCodec("intents", UUID)


async def find(info: Info, by: IntentKey) -> IntentRow | None:
    """One intent of the caller's program, by id or by idempotency key."""
    authority = authorize(info)
    if isinstance(by.idempotency_key, ProgramKey):
        key = await program_key_of(info, by.idempotency_key.program_id)
        if key is None:
            return None
        async with info.context.reading(key) as session:
            return await reads.by_idempotency_key(session, by.idempotency_key.idempotency_key)
    id_ = decode_id(IdPrefix.INTENT, by.id or "")
    return None if id_ is None else await by_id(info, authority.program_id, id_)


async def by_id(info: Info, program_key: int, id_: UUID) -> IntentRow | None:
    """One intent of a program."""
    row: IntentRow | None = await load_one(info, reads.by_ids, program_key, id_)
    return row


async def _page(
    info: Info,
    program_key: int,
    conditions: Conditions,
    arguments: tuple[int, str | None],
    chain_transaction: UUID | None = None,
) -> Page[IntentRow]:
    return await list_page(
        info,
        program_key,
        _INTENTS,
        arguments,
        lambda session, part: reads.page(session, conditions, part, chain_transaction),
        lambda session: reads.count(session, conditions, chain_transaction),
        lambda row: (row.id,),
    )


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    filter: IntentFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[IntentRow] | None:
    """A program's intents, newest first."""
    if not may_read(info, root.key):
        return None
    conditions = (filter or IntentFilter()).conditions()
    return await _page(info, root.key, conditions, (first, after))


async def of_user(
    root: Parent[UserRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[IntentRow]:
    """A user's intents, newest first."""
    return await _page(info, root.program_key, Conditions(user_id=root.id), (first, after))


async def of_chain_transaction(
    root: Parent[ChainTransactionRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[IntentRow]:
    """What a chain transaction carried of the asking program."""
    program_key = info.context.require_authority().program_id
    return await _page(info, program_key, Conditions(), (first, after), root.id)


async def of_settlement(root: Parent[SettlementRow], info: Info) -> IntentRow | None:
    """The intent that a settlement proves."""
    return await by_id(info, root.program_key, root.intent_id)


async def timeline(root: Parent[IntentRow], info: Info) -> list[IntentTransitionRow]:
    """Every change with its cause, oldest first."""
    rows: list[IntentTransitionRow] = await load_one(
        info, reads.transitions, root.program_key, root.id
    )
    return rows


async def attempts(root: Parent[IntentRow], info: Info) -> list[IntentAttemptRow]:
    """Every try at the chain, oldest first."""
    rows: list[IntentAttemptRow] = await load_one(info, reads.attempts, root.program_key, root.id)
    return rows
