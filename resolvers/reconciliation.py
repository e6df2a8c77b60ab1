"""Runs of the reconciliation: asked for, listed, and what each of them saw."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import UNSET, Parent

from app.services.reconciliation.ask import RunReconciliation, run_reconciliation
from app.store.reads import reconciliation as reads
from app.store.reads.discrepancies import DiscrepancyRow
from app.store.reads.programs import ProgramRow
from app.store.reads.reconciliation import CheckRow, RunRow
from resolvers.access import (
    Info,
    authorize,
    load_one,
    may_read,
    named_program,
    own_key,
    require_read,
)
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.payloads import ReconciliationRunPayloadRow, answer, commit
from schema.cursors import CursorCodec
from schema.paging import Page

_RUNS: ListField[int, None, RunRow] = ListField(
    CursorCodec("reconciliationRuns", datetime, UUID),
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.started_at, row.id),
)
_FOUND: ListField[UUID, None, DiscrepancyRow] = ListField(
    CursorCodec("ReconciliationRun.discrepancies", UUID),
    reads.found_by,
    reads.count_found,
    lambda row: (row.id,),
)


async def of_program(
    root: Parent[ProgramRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[RunRow] | None:
    """A program's runs, newest first."""
    if not may_read(info, root.key):
        return None
    return await _RUNS.page(info, root.key, root.key, (first, after), None)


async def of_discrepancy(root: Parent[DiscrepancyRow], info: Info) -> RunRow | None:
    """The run that opened it; null where somebody else noticed."""
    if root.run_id is None or not may_read(info, root.program_key):
        return None
    row: RunRow | None = await load_one(info, reads.by_ids, root.program_key, root.run_id)
    return row


async def checks(root: Parent[RunRow], info: Info) -> list[CheckRow]:
    """Those that were carried out, in their order: also for who may ask for runs and read nothing else."""
    rows: list[CheckRow] = await load_one(info, reads.checks_of, root.program_key, root.id)
    return rows


async def discrepancies(
    root: Parent[RunRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[DiscrepancyRow]:
    """What the run came upon, also where an earlier one had opened it; newest first."""
    require_read(info, root.program_key)
    return await _FOUND.page(info, root.program_key, root.id, (first, after), None)


async def run(
    info: Info, program_id: strawberry.ID, *, full: bool = False, idempotency_key: str
) -> ReconciliationRunPayloadRow:
    """A worker carries it out; one that is under way already is the answer."""
    authorize(info)

    async def work() -> ReconciliationRunPayloadRow:
        authority = await named_program(info, program_id)
        command = RunReconciliation(full, own_key(info, idempotency_key))
        now = info.context.now()
        asked = await commit(
            info,
            authority.program_id,
            lambda unit: run_reconciliation(unit, authority, command, now),
        )
        row = await load_one(info, reads.by_ids, authority.program_id, asked.run_id)
        return ReconciliationRunPayloadRow(row, asked.replayed)

    return await answer(ReconciliationRunPayloadRow, work)
