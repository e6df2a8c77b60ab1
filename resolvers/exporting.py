"""The mutation that gives a link to an export."""

import strawberry
from strawberry import UNSET

from app.domain.exports import OWNERS_EXPORTS, ExportKind, ExportOrder
from app.services.create_export import create_export
from resolvers.access import Info, authorize, named_program, process_of
from resolvers.payloads import ExportPayloadRow, answer, commit
from schema.errors import Forbidden
from schema.inputs.exports import export_filter
from schema.inputs.given import given
from schema.scalars import JSON

_NOT_OWNERS = "Owners of the treasury export payout batches; all else is for API keys with READ and wallets that are ADMIN."


async def create(
    info: Info,
    program_id: strawberry.ID,
    kind: ExportKind,
    filter: JSON | None = UNSET,
) -> ExportPayloadRow:
    """A new link each time."""
    authorize(info)

    async def work() -> ExportPayloadRow:
        authority = await named_program(info, program_id)
        if not authority.reads_everything and kind not in OWNERS_EXPORTS:
            raise Forbidden(_NOT_OWNERS)
        key = authority.program_id
        now = info.context.now()
        order = ExportOrder(key, kind, export_filter(kind, given(filter), now))
        link = await commit(
            info, key, lambda unit: create_export(unit, authority.actor, order, now)
        )
        url = process_of(info.context).export_url(link.token)
        return ExportPayloadRow(url, link.expires_at)

    return await answer(ExportPayloadRow, work)
