"""Links to exports: good once, for a minute, for one program's rows, and for what was asked."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.ids import new_id
from app.processes.keep_house import keep_links
from schema.ids import IdPrefix, encode_id
from schema.transport import exports
from tests.api.caller import OwnProgram, Stage
from tests.api.exporting import CREATE_EXPORT, asked, fetched, http_scope, link, silent, table
from tests.api.filled import FilledProgram
from tests.storage.bells import SilentBells

_LINKS = "SELECT export_link::text FROM export_link"
_AUDITED = "SELECT actor, after FROM audit WHERE action = 'export.created'"


async def test_a_link_is_good_once(filled: FilledProgram) -> None:
    program = filled.program
    path = await link(program, "COMMISSIONS")
    assert (await program.client.head(path)).status_code == 405
    first = await program.client.get(path)
    assert first.status_code == 200
    assert first.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert first.headers["content-disposition"] == 'attachment; filename="commissions.csv"'
    assert first.headers["cache-control"] == "no-store"
    await _assert_gone(program, path)


async def test_a_late_or_unknown_link_is_gone(filled: FilledProgram) -> None:
    path = await link(filled.program, "COMMISSIONS")
    await filled.owner.execute("UPDATE export_link SET expires_at = now()")
    await _assert_gone(filled.program, path)
    await _assert_gone(filled.program, "/exports/unknown")
    await _assert_gone(filled.program, "/exports/" + "x" * 5_000)
    await _assert_gone(filled.program, "/exports/%00")


async def _assert_gone(program: OwnProgram, path: str) -> None:
    answer = await program.client.get(path)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_hundred_fetch_one_link_and_one_gets_it(filled: FilledProgram) -> None:
    path = await link(filled.program, "COMMISSIONS")
    answers = await asyncio.gather(*(filled.program.client.get(path) for _ in range(100)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(200) == 1
    assert set(codes) <= {200, 404, 503}


async def test_too_many_at_once_wait_and_keep_their_links(filled: FilledProgram) -> None:
    program = filled.program
    paths = [await link(program, "LEDGER") for _ in range(6)]
    answers = await asyncio.gather(*(program.client.get(path) for path in paths))
    waiting = [path for path, one in zip(paths, answers, strict=True) if one.status_code == 503]
    assert waiting
    for path in waiting:
        assert (await program.client.get(path)).status_code == 200


async def test_where_and_until_when(stage: Stage, filled: FilledProgram) -> None:
    payload = await asked(filled.program, "COMMISSIONS")
    assert payload["url"].startswith("http://127.0.0.1:8000/exports/")
    left = datetime.fromisoformat(payload["expiresAt"]) - stage.process.now()
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)


async def test_the_token_is_kept_nowhere_and_the_export_is_audited(filled: FilledProgram) -> None:
    path = await link(filled.program, "COMMISSIONS", status=["PAID"])
    token = path.rpartition("/")[2]
    rows = await filled.owner.fetch(_LINKS)
    assert rows
    assert token not in str(rows)
    [audited] = await filled.owner.fetch(_AUDITED)
    assert audited["actor"].startswith("api_key:")
    assert json.loads(audited["after"]) == {"kind": "COMMISSIONS", "filter": {"status": ["PAID"]}}


async def test_nobody_elses_rows(stage: Stage, filled: FilledProgram) -> None:
    await filled.grow(1)
    other = await stage.program()
    assert await table(other, "COMMISSIONS") == []
    assert len(await table(filled.program, "COMMISSIONS")) > 0
    payload = (
        await other.ask(CREATE_EXPORT, program=filled.program.id, kind="LEDGER", filter=None)
    )["createExport"]
    assert payload["url"] is None
    assert payload["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_key_that_may_not_read_exports_nothing(stage: Stage, filled: FilledProgram) -> None:
    token = await stage.key(filled.program.id, ["WRITE_INTENTS"])
    writer = OwnProgram(stage.client, token, filled.program.id, filled.program.slug)
    answer = await writer.answer(CREATE_EXPORT, program=writer.id, kind="AUDIT", filter=None)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


PERIOD: dict[str, Any] = {
    "affiliateId": encode_id(IdPrefix.AFFILIATE, new_id()),
    "currency": "USDC",
    "from": "2026-11-01T00:00:00Z",
    "to": "2026-12-01T00:00:00Z",
}
WRONG: list[tuple[str, Any, str]] = [
    ("COMMISSIONS", {"state": ["PAID"]}, "no condition 'state'"),
    ("COMMISSIONS", {"status": ["LOST"]}, "status[0]: must be one of"),
    ("COMMISSIONS", {"status": "PAID"}, "status: must be a list"),
    ("COMMISSIONS", {"level": "x"}, "level: must be an integer"),
    ("COMMISSIONS", {"affiliateId": "aff_1"}, "affiliateId: is no id"),
    ("COMMISSIONS", {"accruedAfter": "yesterday"}, "accruedAfter: Expected"),
    ("LEDGER", {"reference": 5}, "reference: must be a text"),
    ("LEDGER", {"from": "2026-13-01T00:00:00Z"}, "from: Expected"),
    ("AUDIT", {"actor": "a"}, "no condition 'actor'; it has after, rows"),
    ("AUDIT", {"after": -1}, "after: must be an integer from 0"),
    ("AUDIT", {"rows": 0}, "rows: must be an integer from 1"),
    ("LEDGER", {"reference": "a" * 300}, "reference: must be a text"),
    ("LEDGER", {"reference": "a\u001bb"}, "reference: must be a text"),
    ("INTENTS", {"stuck": "yes"}, "stuck: must be true or false"),
    ("INTENTS", {"asOf": "2026-11-22T10:00:00Z"}, "no condition 'asOf'"),
    ("AFFILIATES", {"level": 1}, "no condition 'level'; it has status, parentId"),
    ("AFFILIATES", {"status": ["GONE"]}, "status[0]: must be one of ACTIVE, SUSPENDED"),
    ("AFFILIATES", {"rootsOnly": 1}, "rootsOnly: must be true or false"),
    ("AFFILIATES", {"search": "a\nb"}, "search: must be a text"),
    ("AFFILIATES", {"currency": "EUR"}, "does not use this currency"),
    ("ACCOUNTS", {"owner": "LOW"}, "no condition 'owner'; it has kind, currency, ownerId"),
    ("ACCOUNTS", {"kind": ["CASH"]}, "kind[0]: must be one of USER, DEPOSIT"),
    ("ACCOUNTS", {"ownerId": encode_id(IdPrefix.INTENT, new_id())}, "ownerId: is no id"),
    ("ACCOUNTS", {"currency": "usdc"}, "does not use this currency"),
    ("DISCREPANCIES", {"kind": []}, "no condition 'kind'; it has open, severity"),
    ("DISCREPANCIES", {"open": "no"}, "open: must be true or false"),
    ("DISCREPANCIES", {"severity": ["LOUD"]}, "severity[0]: must be one of INFO, WARNING"),
    ("STATEMENT", PERIOD | {"to": None}, "needs to"),
    ("STATEMENT", PERIOD | {"to": PERIOD["from"]}, "to is after from"),
    ("STATEMENT", PERIOD | {"affiliateId": "LOW"}, "affiliateId: is no id"),
    ("STATEMENT", {"affiliateId": PERIOD["affiliateId"]}, "needs currency"),
    ("INTENTS", {"kind": [None]}, "kind[0]: must be a text"),
    ("INTENTS", {"wallet": "0x12"}, "wallet: "),
    ("INTENTS", {"transactionHash": "4711"}, "transactionHash: Expected 0x"),
    ("PAYOUTS", {"batchId": None, "": 1}, "no condition ''"),
    ("PAYOUT_BATCH", {}, "needs batchId"),
    ("PAYOUT_BATCH", {"batchId": "bat_0"}, "batchId: is no id"),
    ("LEDGER", "text", "is an object"),
    ("LEDGER", 5, "is an object"),
    ("LEDGER", ["a"], "is an object"),
]


async def test_a_wrong_filter_is_refused(filled: FilledProgram) -> None:
    program = filled.program
    for kind, given, words in WRONG:
        answer = await program.ask(CREATE_EXPORT, program=program.id, kind=kind, filter=given)
        payload = answer["createExport"]
        assert payload["url"] is None, given
        [error] = payload["userErrors"]
        assert error["code"] == "INVALID_INPUT", given
        assert error["field"][0] == "filter"
        assert words in error["message"], error
    assert await filled.owner.fetch(_LINKS) == []


async def test_a_batch_that_is_not_there(filled: FilledProgram) -> None:
    nothing = encode_id(IdPrefix.PAYOUT_BATCH, new_id())
    payload = await asked(filled.program, "PAYOUT_BATCH", batchId=nothing)
    assert payload["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_statement_of_nobody(filled: FilledProgram) -> None:
    payload = await asked(filled.program, "STATEMENT", **PERIOD)
    assert payload["url"] is None
    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["filter", "affiliateId"])


async def test_a_client_that_leaves_gives_its_place_back(filled: FilledProgram) -> None:
    await filled.grow(1)
    program = filled.program
    for _ in range(5):
        await _application(program)(http_scope(await link(program, "LEDGER")), silent, _gone)
    assert (await fetched(program, "LEDGER")).status_code == 200


async def test_a_slow_client_keeps_its_own_program_waiting_and_nobody_else(
    stage: Stage, filled: FilledProgram
) -> None:
    program, other = filled.program, await stage.program()
    app, begun, reads = _application(program), asyncio.Event(), asyncio.Event()

    async def slow(message: Any) -> None:
        assert message.get("status", 200) == 200
        begun.set()
        await reads.wait()

    download = asyncio.create_task(app(http_scope(await link(program, "LEDGER")), silent, slow))
    own = await link(program, "LEDGER")
    await begun.wait()
    waiting = await program.client.get(own)
    assert waiting.status_code == 503
    assert "of this program" in waiting.json()["errors"][0]["message"]
    assert (await fetched(other, "LEDGER")).status_code == 200
    reads.set()
    await download
    assert (await program.client.get(own)).status_code == 200


async def test_a_client_that_hardly_reads_is_cut_off(
    filled: FilledProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_GRACE_SECONDS", 0.2)
    sent = []

    async def never(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    path = await link(filled.program, "LEDGER")
    async with asyncio.timeout(10):
        await _application(filled.program)(http_scope(path), silent, never)
    assert [one.get("more_body") for one in sent] == [None, True]
    assert (await fetched(filled.program, "LEDGER")).status_code == 200


async def test_links_that_are_over_are_forgotten_after_a_day(
    stage: Stage, filled: FilledProgram
) -> None:
    used, kept = await link(filled.program, "LEDGER"), await link(filled.program, "AUDIT")
    assert (await filled.program.client.get(used)).status_code == 200
    late = stage.process.now() + timedelta(days=1)
    assert await keep_links(filled.worker, SilentBells(), lambda: late) == 0
    assert (await filled.program.client.get(kept)).status_code == 200
    late += timedelta(minutes=2)
    assert await keep_links(filled.worker, SilentBells(), lambda: late) == 2
    assert await filled.owner.fetch(_LINKS) == []


def _application(program: OwnProgram) -> Any:
    transport = program.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    return transport.app


async def _gone(message: Any) -> None:
    if message["type"] == "http.response.body":
        raise OSError("gone")
