"""A hundred thousand rows: each one once, and never all of them in memory."""

import tracemalloc
from typing import Any

import httpx
import pytest

from tests.api.exporting import http_scope, link, silent
from tests.api.filled import FilledProgram

ROWS = 100_000
_MOST_BYTES = 24 * 1024 * 1024
_FILL = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, claws_back, accrued_at, payable_at)
SELECT c.program_id, gen_random_uuid(), c.settlement_id, c.affiliate_id, c.level, c.rate_bps, c.terms_version, 1, -1,
       c.currency, c.status, c.id, c.accrued_at, c.payable_at
  FROM (SELECT * FROM commission WHERE program_id = $1 AND amount > 0 LIMIT 1) c, generate_series(1, $2::integer)
"""


@pytest.mark.long
async def test_a_hundred_thousand_commissions(filled: FilledProgram) -> None:
    await filled.grow(1)
    own = await filled.owner.fetchval("SELECT count(*) FROM commission")
    await filled.owner.execute("ALTER TABLE commission DISABLE TRIGGER USER")
    await filled.owner.execute(_FILL, filled.key, ROWS, timeout=300)
    await filled.owner.execute("ALTER TABLE commission ENABLE TRIGGER USER")
    path = await link(filled.program, "COMMISSIONS")
    lines, most = await _counted(filled, path)
    header, total = 1, 1
    assert lines == header + own + ROWS + total
    assert most < _MOST_BYTES


async def _counted(filled: FilledProgram, path: str) -> tuple[int, int]:
    """How many lines an export has, and how much memory it took at most: a client of our own, since httpx collects."""
    transport = filled.program.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    lines, ended = 0, False

    async def send(message: Any) -> None:
        nonlocal lines, ended
        if message["type"] == "http.response.body":
            lines += bytes(message.get("body", b"")).count(b"\r\n")
            ended = not message.get("more_body", False)

    tracemalloc.start()
    try:
        await transport.app(http_scope(path), silent, send)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ended
    return lines, most
