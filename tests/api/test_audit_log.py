"""`Program.auditLog`: newest first, with each entry's place in the chain, for who may read the program; fast when long."""

import itertools
import json
from typing import Any

import asyncpg
import pytest

from app.store.database import Database as Pool
from app.store.reads import audit_entries
from schema.ids import IdPrefix, decode_any_id, decode_id, encode_id
from tests.api.caller import OwnProgram, Stage
from tests.api.counting import CountedConnection, Statements
from tests.api.exporting import fetched
from tests.fixtures.databases import Database
from tests.storage.following import seal

_LOG = """
query ($slug: String!, $first: Int!, $after: String) { program(slug: $slug) {
  auditLog(first: $first, after: $after) {
    nodes { id at actor action targetId before after reason requestId sealed hash previousHash }
    pageInfo { hasNextPage endCursor } totalCount { value exact }
  } } }
"""
_NODE = "query ($id: ID!) { node(id: $id) { ... on AuditEntry { id action } } }"
_UPDATE = """mutation ($id: ID!, $name: String!) {
  updateProgram(input: {programId: $id, name: $name}) { userErrors { code } } }"""
_MANY = """
INSERT INTO audit (program_id, id, at, actor, action, target_id, after)
SELECT $1, ('018f0000-' || lpad(to_hex(n / 65536), 4, '0') || '-7' || lpad(to_hex(n % 4096), 3, '0') || '-8000-' ||
            lpad(to_hex(n), 12, '0'))::uuid, now(), 'test', 'program.updated', NULL, '{"n": 1}'
  FROM generate_series(1, $2) n
"""
_MANY_SEALS = """
INSERT INTO seal (program_id, stream, n, through, previous_hash, hash, sealed_at)
SELECT program_id, 'AUDIT', 1000000 + row_number() OVER (ORDER BY id), id::text, '', '', now() FROM audit
 WHERE program_id = $1 AND id < '018f1000-0000-0000-0000-000000000000'
"""


async def log(program: OwnProgram, first: int = 50, after: str | None = None) -> dict[str, Any]:
    answer = await program.ask(_LOG, slug=program.slug, first=first, after=after)
    connection: dict[str, Any] = answer["program"]["auditLog"]
    return connection


@pytest.fixture
async def worker(database: Database) -> Any:
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=1)
    yield pool
    await pool.close()


async def test_entries_newest_first_with_their_place_in_the_chain(
    stage: Stage, worker: Pool
) -> None:
    program = await stage.program()
    await program.affiliate("ANN")
    await program.ask(_UPDATE, id=program.id, name="Before it was sealed")
    await seal(worker, stage.process.now)
    await program.ask(_UPDATE, id=program.id, name="After that")
    found = await log(program)
    newest, *sealed = found["nodes"]
    assert newest["after"] == {"name": "After that"}
    assert newest["before"] == {"name": "Before it was sealed"}
    assert (newest["sealed"], newest["hash"], newest["previousHash"]) == (False, None, None)
    assert newest["targetId"] == program.id
    assert newest["actor"].startswith("api_key:sge_")
    assert len(newest["requestId"]) == 32
    assert all(entry["sealed"] for entry in sealed)
    for later, earlier in itertools.pairwise(sealed):
        assert later["previousHash"] == earlier["hash"]
    assert [entry["action"] for entry in sealed] == [
        "program.updated",
        "affiliate.registered",
        "api_key.created",
        "program.created",
    ]
    for entry, prefix in zip(sealed, ("prg", "aff", "key", "prg"), strict=True):
        assert entry["targetId"].startswith(f"{prefix}_")
        assert decode_any_id(entry["targetId"]) is not None
        assert decode_id(IdPrefix.AUDIT_ENTRY, entry["id"]) is not None
    lines = (await fetched(program, "AUDIT")).text.splitlines()
    assert json.loads(lines[-1])["head"] == sealed[0]["hash"]
    assert found["totalCount"] == {"value": 5, "exact": True}


async def test_pages_follow_each_other_while_entries_are_added(stage: Stage) -> None:
    program = await stage.program()
    for number in range(5):
        await program.ask(_UPDATE, id=program.id, name=f"Name {number}")
    page = await log(program, first=3)
    seen = [entry["id"] for entry in page["nodes"]]
    await program.ask(_UPDATE, id=program.id, name="Meanwhile")
    while page["pageInfo"]["hasNextPage"]:
        page = await log(program, first=3, after=page["pageInfo"]["endCursor"])
        seen += [entry["id"] for entry in page["nodes"]]
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


async def test_who_may_not_read_the_program_sees_none(stage: Stage) -> None:
    program, other = await stage.program(), await stage.program()
    entry = (await log(program))["nodes"][0]["id"]
    assert (await program.ask(_NODE, id=entry))["node"]["id"] == entry
    assert (await other.ask(_NODE, id=entry))["node"] is None
    asked = await stage.platform.ask(_LOG, slug=program.slug, first=5, after=None)
    assert asked["program"]["auditLog"] is None
    unknown = encode_id(IdPrefix.AUDIT_ENTRY, decode_id(IdPrefix.PROGRAM, program.id) or _never())
    assert (await program.ask(_NODE, id=unknown))["node"] is None


def _never() -> Any:
    raise AssertionError


@pytest.mark.long
async def test_a_million_entries_are_read_by_index_only(stage: Stage, database: Database) -> None:
    """Under row-level security, by plans for any parameter, first page and last."""
    program = await stage.program()
    owner = await asyncpg.connect(database.dsn())
    key = await owner.fetchval("SELECT id FROM program WHERE slug = $1", program.slug)
    await owner.execute(_MANY, key, 1_000_000, timeout=300)
    await owner.execute(_MANY_SEALS, key, timeout=300)
    await owner.execute("ANALYZE audit, seal")
    statements = Statements()
    pool = await Pool.connect(database.dsn("sge_api"), maximum=1)
    async with pool.read(key) as session:
        session.connection = CountedConnection(session.connection, statements)
        rows = await audit_entries.page(session, None, part(None))
        assert len(rows) == 50
        deep = await audit_entries.page(session, None, part(rows[-1].id))
        assert len(deep) == 50
        assert await audit_entries.count(session, None) == 10_002
    parameters: dict[int, tuple[object, ...]] = {
        0: (key, 50),
        1: (key, [str(row.id) for row in rows]),
        2: (key, 50, rows[-1].id),
        4: (key,),
    }
    async with pool.read(key) as session:
        await session.connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for place, values in parameters.items():
            plan = await session.connection.fetch(f"EXPLAIN (ANALYZE) {statements[place]}", *values)
            text = "\n".join(row[0] for row in plan)
            assert "Seq Scan" not in text, text
            assert "Index" in text, text
    await pool.close()
    await owner.close()


def part(after: Any) -> Any:
    return audit_entries.Slice(50, None if after is None else (after,))
