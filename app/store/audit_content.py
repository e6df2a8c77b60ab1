"""What a seal covers of an audit row: one text, which exports carry as it is, so that anybody can hash it again."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from app.store.database import ReadSession


def json_text(column: str) -> str:
    """A text column as JSON's text has it: in quotes and escaped, null where there is none."""
    return f"coalesce(to_json({column})::text, 'null')"


# The text of a jsonb object of these members, in its order (the shorter name first): put together by hand, which takes half as
# long. The instant in UTC, so that no session setting changes it.
AUDIT_CONTENT = f"""
concat('{{"at": "', to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '", "id": "', a.id, '", "actor": ',
  {json_text("a.actor")}, ', "after": ', coalesce(a.after::text, 'null'), ', "action": ', {json_text("a.action")},
  ', "before": ', coalesce(a.before::text, 'null'), ', "reason": ', {json_text("a.reason")}, ', "targetId": ',
  {json_text("a.target_id")}, ', "requestId": ', {json_text("a.request_id")}, '}}')
"""
# Rows and their seals are read one after the other: `through` is text, and under row-level security no index is used
# for a condition that casts.
_LINKS = """
SELECT n, through::uuid AS id, previous_hash, hash FROM seal
 WHERE program_id = $1 AND stream = 'AUDIT' AND n > $2 ORDER BY n LIMIT $3
"""
_HASH = "SELECT hash FROM seal WHERE program_id = $1 AND stream = 'AUDIT' AND n = $2"
_PROGRAM = "SELECT public_id FROM program WHERE id = $1"
_CONTENTS = (
    f"SELECT a.id, {AUDIT_CONTENT} AS content FROM audit a"
    " WHERE a.program_id = $1 AND a.id = ANY($2::uuid[])"
)
_NEWEST = """
SELECT id FROM audit WHERE program_id = $1 AND id < $2 ORDER BY id DESC LIMIT 200
"""
_SEALED = """
SELECT through::uuid FROM seal WHERE program_id = $1 AND stream = 'AUDIT' AND through = ANY($2::text[])
"""
_LAST_ID = UUID(int=2**128 - 1)


async def program_id(session: ReadSession) -> UUID:
    """The public id of the snapshot's program, which its chain begins with."""
    found: UUID = await session.connection.fetchval(_PROGRAM, session.program_id)
    return found


async def hash_of(session: ReadSession, n: int) -> bytes | None:
    """The hash of one seal; None when there is none of this number."""
    found: bytes | None = await session.connection.fetchval(_HASH, session.program_id, n)
    return found


async def links(session: ReadSession, after: int, limit: int) -> list[asyncpg.Record]:
    """n, id, previous_hash and hash of the seals that follow number `after`."""
    return await session.connection.fetch(_LINKS, session.program_id, after, limit)


async def contents(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The sealed text of these rows; a row that is gone is not among them."""
    records = await session.connection.fetch(_CONTENTS, session.program_id, ids)
    return {record["id"]: record["content"] for record in records}


async def unsealed(session: ReadSession) -> list[UUID]:
    """The newest rows that no seal covers yet, oldest first: as far back as there are some among 200 in a row."""
    found: list[UUID] = []
    before = _LAST_ID
    while True:
        records = await session.connection.fetch(_NEWEST, session.program_id, before)
        ids = [record["id"] for record in records]
        texts = [str(one) for one in ids]
        rows = await session.connection.fetch(_SEALED, session.program_id, texts)
        sealed = {row["through"] for row in rows}
        fresh = [one for one in ids if one not in sealed]
        if not fresh:
            return found[::-1]
        found.extend(fresh)
        before = ids[-1]
