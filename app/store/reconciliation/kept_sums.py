"""The kept sums beside what they sum, in one snapshot: nothing waits to be applied, as they are written together."""

from app.store.database import ReadSession
from app.store.reconciliation.rollups import RollupDrift
from app.store.rollups.kept_sums import KEPT_SUMS, joined_by_hash

_DRIFT = """
WITH named AS (SELECT concat_ws(', ', {key}) AS place FROM ({differences}) d)
SELECT (SELECT count(*) FROM {table} WHERE program_id = $1) AS examined,
       (SELECT count(*) FROM named) AS differing, (SELECT min(place) FROM named) AS first
"""


async def kept_sum_drifts(session: ReadSession, program_id: int) -> list[RollupDrift]:
    """One for each table, right or wrong."""
    drifts = []
    for one in KEPT_SUMS:
        statement = _DRIFT.format(key=one.key, differences=one.differences, table=one.table)
        async with joined_by_hash(session.connection):
            row = await session.connection.fetchrow(statement, program_id)
        assert row is not None
        drifts.append(RollupDrift(one.table, row["examined"], row["differing"], row["first"]))
    return drifts
