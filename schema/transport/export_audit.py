"""A program's audit log as JSON lines (docs/audit.md): each row with its seal, as `sge audit verify` reads it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson

from app.domain.audit_lines import FORMAT, VERSION
from app.domain.exports import ExportOrder
from app.domain.seals import SealStream, genesis
from app.store import audit_content
from app.store.database import ReadSession
from schema.transport.export_csv import Record

_PORTION = 1_000


async def lines_of(session: ReadSession, order: ExportOrder) -> AsyncGenerator[bytes, None]:
    """The first line, the sealed rows in the chain's order, those not sealed yet, and the last line."""
    after: int = order.filter.get("after", 0)
    wanted: int | None = order.filter.get("rows")
    program = await audit_content.program_id(session)
    start = await audit_content.hash_of(session, after) if after else None
    head = start or genesis(SealStream.AUDIT, program)
    yield _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "program": str(program),
            "after": after,
            "previousHash": _hex(head),
        }
    )
    rows = unsealed = 0
    while links := await audit_content.links(session, after, _portion(wanted, rows)):
        yield await _sealed(session, links)
        rows, after, head = rows + len(links), links[-1]["n"], links[-1]["hash"]
    if wanted is None or rows < wanted:
        fresh = await audit_content.unsealed(session)
        unsealed = len(fresh)
        for place in range(0, unsealed, _PORTION):
            ids = fresh[place : place + _PORTION]
            texts = await audit_content.contents(session, ids)
            yield b"".join(_line({"content": texts[one]}) for one in ids)
    yield _line({"rows": rows, "unsealed": unsealed, "head": _hex(head)})


def _portion(wanted: int | None, rows: int) -> int:
    return _PORTION if wanted is None else min(_PORTION, wanted - rows)


async def _sealed(session: ReadSession, links: Sequence[Record]) -> bytes:
    texts = await audit_content.contents(session, [one["id"] for one in links])
    return b"".join(
        _line(
            {
                "n": one["n"],
                "previousHash": _hex(one["previous_hash"]),
                "hash": _hex(one["hash"]),
                "content": texts.get(one["id"]),
            }
        )
        for one in links
    )


def _line(members: dict[str, Any]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
