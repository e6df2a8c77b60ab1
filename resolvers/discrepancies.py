"""Discrepancies: the list, and a person's word on one."""

from uuid import UUID

import strawberry
from strawberry import UNSET, Parent

from app.domain.discrepancies import Severity
from app.domain.explanations import Explanation
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy
from app.store.reads import discrepancies as reads
from app.store.reads import journals
from app.store.reads.discrepancies import DiscrepancyFilter, DiscrepancyRow
from app.store.reads.journals import JournalRow
from app.store.reads.programs import ProgramRow
from resolvers.access import Info, authorize, load_one, may_read
from resolvers.by_hand import discrepancies_by_hand
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.objects import named_object
from resolvers.payloads import DiscrepancyPayloadRow, answer
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, encode_entity
from schema.inputs.given import given, values
from schema.inputs.money import MoneyInput
from schema.paging import Page

_OF_PROGRAM: ListField[int, DiscrepancyFilter, DiscrepancyRow] = ListField(
    CursorCodec("discrepancies", UUID),
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.id,),
)


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    open: bool | None = UNSET,
    severity: list[Severity] | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[DiscrepancyRow] | None:
    """Where two records of a program that must agree do not, newest first."""
    if not may_read(info, root.key):
        return None
    conditions = DiscrepancyFilter(given(open), values(severity))
    return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), conditions)


def entity_id(root: Parent[DiscrepancyRow]) -> strawberry.ID | None:
    """What it is about, where that is one thing."""
    entity = encode_entity(root.entity_id)
    return None if entity is None else strawberry.ID(entity)


async def posting(root: Parent[DiscrepancyRow], info: Info) -> JournalRow | None:
    """What the explanation posted; null where it means no posting."""
    if root.journal_key is None or not may_read(info, root.program_key):
        return None
    row: JournalRow | None = await load_one(
        info, journals.by_keys, root.program_key, root.journal_key
    )
    return row


async def resolve(
    info: Info,
    id: strawberry.ID,
    explanation: Explanation,
    note: str,
    provider_fee: MoneyInput | None = UNSET,
) -> DiscrepancyPayloadRow:
    """A person says what it was; what that means is posted at once."""
    authorize(info)

    async def work() -> DiscrepancyPayloadRow:
        authority, id_ = await named_object(info, IdPrefix.DISCREPANCY, id, "discrepancy")
        fee = given(provider_fee)
        command = ResolveDiscrepancy(id_, explanation, None if fee is None else fee.text(), note)
        await info.context.leave_snapshot()
        await discrepancies_by_hand(info).resolve(authority, command)
        await info.context.leave_snapshot()
        return DiscrepancyPayloadRow(await load_one(info, reads.by_ids, authority.program_id, id_))

    return await answer(DiscrepancyPayloadRow, work)
