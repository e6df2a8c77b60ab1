"""Wallets' sessions in the database: a nonce begins one, and nobody reaches another holder's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from secrets import token_bytes, token_hex
from uuid import UUID

import asyncpg
import pytest
from eth_account import Account

from app.domain.ids import new_id
from app.store.access import sessions as store
from app.store.access.sessions import Holder, Lifetime, NewSession
from app.store.database import Database as Pool
from app.store.database import ReadSession, UnitOfWork
from app.store.reads import sessions as reads
from tests.fixtures.databases import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOST = 3


@pytest.fixture
async def unit(api: Pool) -> AsyncIterator[UnitOfWork]:
    async with api.write(None) as unit:
        yield unit


def seen(unit: UnitOfWork) -> ReadSession:
    """What the unit's own transaction sees."""
    return ReadSession(unit.connection, None)


def holder(contract_chain_id: int | None = None) -> Holder:
    return Holder(Account.create().address, contract_chain_id)


def session_of(owner: Holder, at: datetime = NOW) -> NewSession:
    return NewSession(
        id=new_id(),
        holder=owner,
        token_hash=token_bytes(32),
        user_agent="tests",
        nonce=token_hex(32),
        nonce_expires_at=at + timedelta(minutes=5),
    )


def from_(at: datetime) -> Lifetime:
    return Lifetime(at, at + timedelta(hours=12), MOST)


async def begin(unit: UnitOfWork, *news: NewSession, at: datetime = NOW) -> list[UUID]:
    """Those that began, in order."""
    begun = await store.begin_sessions(unit, news, from_(at))
    return [new.id for new in news if new.id in begun.began]


async def test_a_session_is_found_by_its_tokens_hash(unit: UnitOfWork) -> None:
    new = session_of(holder())
    assert await begin(unit, new) == [new.id]
    known = (await store.find_sessions(seen(unit), [new.token_hash])).get(new.token_hash)
    assert known == store.KnownSession(new.id, new.holder, from_(NOW).expires_at, None)
    assert await store.find_sessions(seen(unit), [token_bytes(32)]) == {}


async def test_a_nonce_begins_one_session(unit: UnitOfWork) -> None:
    new, other = session_of(holder()), session_of(holder())
    again = [replace(session_of(new.holder), nonce=new.nonce) for _ in range(3)]
    assert await begin(unit, new, again[0]) == [new.id]
    assert await begin(unit, again[1], other, again[2]) == [other.id]
    assert await store.find_sessions(seen(unit), [late.token_hash for late in again]) == {}


async def test_a_nonce_used_at_the_same_moment_begins_one_session(api: Pool) -> None:
    """In calls that hold many, in any order: they wait for each other and not in a ring."""
    news = [session_of(holder()) for _ in range(20)]

    async def begin_all(seed: int) -> list[UUID]:
        mine = [replace(new, id=new_id(), token_hash=token_bytes(32)) for new in news]
        Random(seed).shuffle(mine)
        async with api.write(None) as unit:
            return await begin(unit, *mine)

    answers = await asyncio.gather(*(begin_all(seed) for seed in range(8)))
    assert sorted(map(len, answers)) == [0] * 7 + [20]


async def test_the_oldest_live_sessions_give_way(unit: UnitOfWork) -> None:
    owner, other = holder(), holder()
    news = [session_of(owner, NOW + timedelta(minutes=n)) for n in range(5)]
    await begin(unit, session_of(other))
    ended = [
        (await store.begin_sessions(unit, [new], from_(NOW + timedelta(minutes=n)))).ended
        for n, new in enumerate(news)
    ]
    assert ended == [(), (), (), ((news[0].id, owner.wallet),), ((news[1].id, owner.wallet),)]
    [left, others] = await reads.live(
        seen(unit), [(owner, NOW + timedelta(minutes=9)), (other, NOW)]
    )
    assert [row.id for row in left] == [new.id for new in reversed(news[2:])]
    assert len(others) == 1


async def test_logins_at_once_count_each_other(api: Pool) -> None:
    owner = holder()

    async def begin_two() -> None:
        async with api.write(None) as unit:
            await begin(unit, session_of(owner), session_of(owner))

    await asyncio.gather(*(begin_two() for _ in range(12)))
    async with api.read(None) as session:
        [left] = await reads.live(session, [(owner, NOW)])
    assert len(left) == MOST


async def test_what_a_contract_said_counts_on_its_own_chain(unit: UnitOfWork) -> None:
    """The same address on another chain may be somebody else's contract."""
    here = holder(1)
    there, key = replace(here, contract_chain_id=10), replace(here, contract_chain_id=None)
    new = session_of(here)
    await begin(unit, new)
    for n in range(MOST + 1):
        await begin(unit, session_of(there), at=NOW + timedelta(minutes=n))
    for stranger in (there, key):
        assert await store.revoke_session(unit, stranger, new.id, NOW) is None
        assert await reads.by_ids(seen(unit), [(stranger, new.id)]) == [None]
    [mine] = await reads.live(seen(unit), [(here, NOW)])
    assert [row.id for row in mine] == [new.id]


async def test_revoking_is_once_and_by_the_holder(unit: UnitOfWork) -> None:
    new = session_of(holder())
    await begin(unit, new)
    assert await store.revoke_session(unit, holder(), new.id, NOW) is None
    assert await store.revoke_session(unit, new.holder, new.id, NOW) is True
    later = NOW + timedelta(seconds=1)
    assert await store.revoke_session(unit, new.holder, new.id, later) is False
    known = (await store.find_sessions(seen(unit), [new.token_hash])).get(new.token_hash)
    assert known is not None
    assert known.revoked_at == NOW


async def test_the_last_use_never_goes_back(unit: UnitOfWork) -> None:
    new = session_of(holder())
    await begin(unit, new)
    for minutes in (5, 3):
        await store.note_session_use(unit, new.id, NOW + timedelta(minutes=minutes))
    [row] = await reads.by_ids(seen(unit), [(new.holder, new.id)])
    assert row is not None
    assert row.last_used_at == NOW + timedelta(minutes=5)


async def test_what_is_over_is_forgotten(api: Pool, worker: Pool) -> None:
    tomorrow = NOW + timedelta(days=1)
    old, young = session_of(holder()), session_of(holder(), tomorrow)
    async with api.write(None) as unit:
        await begin(unit, old)
        await begin(unit, young, at=tomorrow)
    async with worker.write(None) as unit:
        assert await store.forget_nonces(unit, NOW + timedelta(hours=20)) >= 1
        assert await store.forget_sessions(unit, NOW + timedelta(hours=20)) >= 1
    async with api.read(None) as session:
        found = await store.find_sessions(session, [old.token_hash, young.token_hash])
        assert found.keys() == {young.token_hash}


@pytest.mark.parametrize("role", ["sge_api", "sge_worker", "sge_reader", "sge_feed"])
async def test_no_process_reads_or_writes_the_tables_themselves(
    role: str, database: Database
) -> None:
    connection = await asyncpg.connect(database.dsn(role))
    for table in ("wallet_session", "login_nonce"):
        for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    await connection.close()
