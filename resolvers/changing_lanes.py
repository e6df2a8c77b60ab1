"""Mutations of lanes."""

import strawberry

from app.domain.errors import Refusal, RefusalCode
from app.store.reads import lanes as reads
from resolvers.access import Info, authorize, load_one
from resolvers.by_hand import halted_lanes
from resolvers.payloads import LanePayloadRow, answer
from schema.ids import IdPrefix, decode_id


async def unhalt(info: Info, id: strawberry.ID, reason: str) -> LanePayloadRow:
    """A halted lane takes work again."""
    authority = authorize(info).for_platform()

    async def work() -> LanePayloadRow:
        lane_id = decode_id(IdPrefix.LANE, id)
        if lane_id is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such lane.", "id")
        await info.context.leave_snapshot()
        await halted_lanes(info).unhalt(authority, lane_id, reason)
        await info.context.leave_snapshot()
        row = await load_one(info, reads.lanes_by_ids, authority.program_id, lane_id)
        return LanePayloadRow(row)

    return await answer(LanePayloadRow, work)
