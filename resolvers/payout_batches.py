"""Payout batches and what owners are told about them."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import UNSET, Parent

from app.domain.blockers import Blocker, blockers_of_batch
from app.domain.payouts import FINAL_BATCH_STATUSES
from app.domain.payouts import BatchStatus as PayoutBatchStatus
from app.store.reads import batch_notes, blocker_facts
from app.store.reads import payout_batches as reads
from app.store.reads.batch_notes import BatchChangeRow, ExcludedPayoutRow
from app.store.reads.blocker_facts import BatchSituation
from app.store.reads.payout_batches import BatchFilter, PayoutBatchRow
from app.store.reads.payouts import PayoutRow
from app.store.reads.programs import ProgramRow
from resolvers.access import Info, authorize, load_one, within
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.objects import home_of
from resolvers.programs import by_key as program_by_key
from resolvers.visibility import sees_payouts
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, decode_id
from schema.inputs.payouts import batch_conditions
from schema.paging import Page

_OF_PROGRAM: ListField[int, BatchFilter, PayoutBatchRow] = ListField(
    CursorCodec("payoutBatches", datetime, UUID),
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.created_at, row.id),
)
_CHANGES: ListField[UUID, None, BatchChangeRow] = ListField(
    CursorCodec("PayoutBatch.changes", int),
    batch_notes.changes,
    batch_notes.count_changes,
    lambda row: (row.place,),
)
_EXCLUDED: ListField[UUID, None, ExcludedPayoutRow] = ListField(
    CursorCodec("PayoutBatch.excluded", int),
    batch_notes.excluded,
    batch_notes.count_excluded,
    lambda row: (row.place,),
)


async def find(info: Info, id: strawberry.ID) -> PayoutBatchRow | None:
    """One batch of the caller's program; null when there is none for this caller."""
    authorize(info)
    id_ = decode_id(IdPrefix.PAYOUT_BATCH, id)
    return None if id_ is None else await reachable(info, id_)


async def reachable(info: Info, id_: UUID) -> PayoutBatchRow | None:
    """A batch by id, when the caller sees it."""
    home = await home_of(info, IdPrefix.PAYOUT_BATCH, id_)
    if home is None or not home.sees_payouts:
        return None
    return await by_id(info, home.program_id, id_)


async def by_id(info: Info, program_key: int, id_: UUID) -> PayoutBatchRow | None:
    """One batch of a program."""
    row: PayoutBatchRow | None = await load_one(info, reads.by_ids, program_key, id_)
    return row


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    status: list[PayoutBatchStatus] | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[PayoutBatchRow] | None:
    """A program's batches, newest first."""
    if not sees_payouts(info, root.key):
        return None
    conditions = batch_conditions(status)
    return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), conditions)


async def of_payout(root: Parent[PayoutRow], info: Info) -> PayoutBatchRow | None:
    """The batch that lists a payout; not for the affiliate who is paid."""
    authority = within(info, root.program_key)
    if authority is None or not (authority.sees_payouts or authority.wallet is None):
        return None
    return await by_id(info, root.program_key, root.batch_id)


async def replaces(root: Parent[PayoutBatchRow], info: Info) -> PayoutBatchRow | None:
    """The batch in whose place this one was proposed."""
    if root.replaces_id is None:
        return None
    return await by_id(info, root.program_key, root.replaces_id)


async def changes(
    root: Parent[PayoutBatchRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[BatchChangeRow]:
    """What owners should look at twice."""
    return await _CHANGES.page(info, root.program_key, root.id, (first, after), None)


async def excluded(
    root: Parent[PayoutBatchRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[ExcludedPayoutRow]:
    """Who was left out, and why."""
    return await _EXCLUDED.page(info, root.program_key, root.id, (first, after), None)


async def blockers(root: Parent[PayoutBatchRow], info: Info) -> list[Blocker]:
    """Why it is not paid yet; empty once it has ended."""
    if root.status in FINAL_BATCH_STATUSES:
        return []
    situation: BatchSituation = await load_one(
        info, blocker_facts.of_batches, root.program_key, root.id
    )
    program = await program_by_key(info, root.program_key)
    return blockers_of_batch(
        situation.parts,
        paused=program is not None and program.pause is not None,
        earlier_is_open=situation.earlier_is_open,
    )
