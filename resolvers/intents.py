"""Intents: lists, one of them, its timeline and attempts."""

from dataclasses import replace
from uuid import UUID

from strawberry import UNSET, Parent

from app.domain.actors import shown_actor
from app.domain.errors import Refusal
from app.store.reads import intent_history as history
from app.store.reads import intent_lists, stuck_lists
from app.store.reads import intents as reads
from app.store.reads.chain_transactions import ChainTransactionRow
from app.store.reads.intent_history import IntentAttemptRow, IntentTransitionRow
from app.store.reads.intents import IntentFilter as Conditions
from app.store.reads.intents import IntentRow
from app.store.reads.programs import ProgramRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.stuck_lists import StuckFilter
from app.store.reads.users import UserRow
from resolvers.access import Info, authorize, load_one, may_read, own_key, program_key_of, within
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.objects import home_of
from resolvers.visibility import is_user, require_user
from schema.cursors import CursorCodec
from schema.errors import Forbidden
from schema.ids import IdPrefix, decode_id
from schema.inputs.given import given
from schema.inputs.intents import IntentFilter, IntentKey, ProgramKey
from schema.paging import Page

_INTENTS = CursorCodec("intents", UUID)
_OF_PROGRAM: ListField[int, Conditions, IntentRow] = ListField(
    _INTENTS,
    pages_of_program(intent_lists.page),
    counts_of_program(intent_lists.count),
    lambda row: (row.id,),
)
_STUCK: ListField[int, StuckFilter, IntentRow] = ListField(
    _INTENTS,
    pages_of_program(stuck_lists.page),
    counts_of_program(stuck_lists.count),
    lambda row: (row.id,),
)
_OF_USER: ListField[int, None, IntentRow] = ListField(
    _INTENTS, reads.of_users, reads.count_of_users, lambda row: (row.id,)
)
_CARRIED: ListField[UUID, int | None, IntentRow] = ListField(
    _INTENTS, reads.carried, reads.count_carried, lambda row: (row.id,)
)


async def find(info: Info, by: IntentKey) -> IntentRow | None:
    """One intent of the caller's program, by id or by idempotency key."""
    authorize(info)
    if isinstance(by.idempotency_key, ProgramKey):
        return await _by_key(info, by.idempotency_key)
    id_ = decode_id(IdPrefix.INTENT, by.id or "")
    return None if id_ is None else await reachable(info, id_)


async def _by_key(info: Info, by: ProgramKey) -> IntentRow | None:
    program_key = await program_key_of(info, by.program_id)
    if program_key is None:
        return None
    try:
        kept = own_key(info, by.idempotency_key)
    except Refusal:
        return None
    async with info.context.reading(program_key) as session:
        row = await reads.by_idempotency_key(session, kept)
    return row if row is not None and is_user(info, program_key, row.user_key) else None


async def reachable(info: Info, id_: UUID) -> IntentRow | None:
    """An intent by id, when the caller sees it."""
    home = await home_of(info, IdPrefix.INTENT, id_)
    row = None if home is None else await by_id(info, home.program_id, id_)
    return row if row is not None and is_user(info, row.program_key, row.user_key) else None


async def by_id(info: Info, program_key: int, id_: UUID) -> IntentRow | None:
    """One intent of a program."""
    row: IntentRow | None = await load_one(info, reads.by_ids, program_key, id_)
    return row


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
    asked = filter or IntentFilter()
    stuck = given(asked.stuck)
    if stuck is None:
        return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), asked.conditions())
    conditions = StuckFilter(asked.conditions(), stuck, info.context.now())
    return await _STUCK.page(info, root.key, root.key, (first, after), conditions)


async def of_user(
    root: Parent[UserRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[IntentRow]:
    """A user's intents, newest first."""
    require_user(info, root.program_key, root.key)
    return await _OF_USER.page(info, root.program_key, root.key, (first, after), None)


async def of_chain_transaction(
    root: Parent[ChainTransactionRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[IntentRow]:
    """What a chain transaction carried of the asking program."""
    authority = within(info, root.program_key)
    if authority is None:
        raise Forbidden
    # Others' intents were carried too: a user sees its own.
    of_user = None if authority.reads_everything else authority.user_id
    if not authority.reads_everything and of_user is None:
        raise Forbidden
    return await _CARRIED.page(info, root.program_key, root.id, (first, after), of_user)


async def of_settlement(root: Parent[SettlementRow], info: Info) -> IntentRow | None:
    """The intent that a settlement proves."""
    return await by_id(info, root.program_key, root.intent_id)


async def timeline(root: Parent[IntentRow], info: Info) -> list[IntentTransitionRow]:
    """Every change with its cause, oldest first."""
    rows: list[IntentTransitionRow] = await load_one(
        info, history.transitions, root.program_key, root.id
    )
    if may_read(info, root.program_key):
        return rows
    own = info.context.require_caller().actor
    return [replace(row, actor=shown_actor(row.actor, own)) for row in rows]


async def attempts(root: Parent[IntentRow], info: Info) -> list[IntentAttemptRow]:
    """Every try at the chain, oldest first."""
    rows: list[IntentAttemptRow] = await load_one(info, history.attempts, root.program_key, root.id)
    return rows
