"""SQL against the ledger, as each login role and as the owner of the tables: each attack is refused with its code."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.fixtures.databases import Database
from tests.storage.seeds import AT, SeededProgram, add_program, payment

FORBIDDEN = "42501"
APPEND_ONLY = "SG002"
NOT_BY_POSTING = "SG015"
BALANCE = "SG012"

LOGINS = ("sge_api", "sge_worker", "sge_feed", "sge_reader")


@dataclass(frozen=True)
class Posted:
    """A database with one payment in it, and a program without."""

    database: Database
    program: SeededProgram
    other: SeededProgram

    def names(self) -> dict[str, int]:
        return {"own": self.program.id, "other": self.other.id, "user": self.program.users[0]}


@pytest.fixture
async def posted(database: Database, owner: asyncpg.Connection, worker: Pool) -> Posted:
    row = await owner.fetchrow("SELECT id FROM program WHERE slug = 'attacked'")
    if row is None:
        program = await add_program(owner, "attacked")
        async with worker.write(program.id) as unit:
            await post(unit, program.id, [payment(program, "one", 1000, 0)], AT)
    else:
        program = SeededProgram(row["id"])
        query = "SELECT id FROM program_user WHERE program_id = $1 ORDER BY id"
        program.users = [user["id"] for user in await owner.fetch(query, program.id)]
    other = await owner.fetchval("SELECT id FROM program WHERE slug = 'beside'")
    beside = SeededProgram(other) if other else await add_program(owner, "beside")
    return Posted(database, program, beside)


@pytest.fixture
async def unchanged(posted: Posted, owner: asyncpg.Connection) -> AsyncIterator[None]:  # noqa: ARG001
    """Whatever is tried: the ledger is the same afterwards."""

    async def everything() -> list[object]:
        return [
            await owner.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
            for table in ("account", "journal", "transfer", "movement", "seal", "event")
        ]

    before = await everything()
    yield
    assert await everything() == before


_JOURNAL = "INSERT INTO journal (program_id, public_id, kind, reference, effective_at, posted_at)"
_TRANSFER = (
    "INSERT INTO transfer (program_id, journal_id, seq, purpose, currency, debit_account_id,"
    " credit_account_id, amount)"
)
_ANY = "(SELECT min(id) FROM account WHERE program_id = {own})"
_LAST = "(SELECT max(id) FROM account WHERE program_id = {own})"
_BOOKED = "(SELECT min(id) FROM journal WHERE program_id = {own})"

# What nobody may do, and what the owner is told who may do everything else.
ATTACKS = {
    "update a journal": ("UPDATE journal SET reference = 'x'", APPEND_ONLY),
    "update a transfer": ("UPDATE transfer SET amount = 1", APPEND_ONLY),
    "update a movement": ("UPDATE movement SET amount = 1", APPEND_ONLY),
    "update nothing at all": ("UPDATE transfer SET amount = 1 WHERE false", APPEND_ONLY),
    "delete a journal": ("DELETE FROM journal", APPEND_ONLY),
    "delete a transfer": ("DELETE FROM transfer", APPEND_ONLY),
    "delete a movement": ("DELETE FROM movement", APPEND_ONLY),
    "delete an account": ("DELETE FROM account", APPEND_ONLY),
    "truncate transfers": ("TRUNCATE transfer", APPEND_ONLY),
    "truncate everything": ("TRUNCATE account, journal, transfer, movement CASCADE", APPEND_ONLY),
    "change a balance": ("UPDATE account SET credits = credits + 1", BALANCE),
    "change both sides": ("UPDATE account SET credits = 5, debits = 5", BALANCE),
    "give an account away": ("UPDATE account SET program_id = {other}", BALANCE),
    "open an account with money": (
        (
            "INSERT INTO account (program_id, currency, kind, credits, created_at)"
            " VALUES ({other}, 'USD', 'PROGRAM', 5, now())"
        ),
        NOT_BY_POSTING,
    ),
    "open an account": (
        "INSERT INTO account (program_id, currency, kind, created_at) VALUES ({other}, 'USD', 'PROGRAM', now())",
        NOT_BY_POSTING,
    ),
    "write a journal": (
        f"{_JOURNAL} VALUES ({{own}}, gen_random_uuid(), 'DEPOSIT', 'x', now(), now())",
        NOT_BY_POSTING,
    ),
    "add to an old journal": (
        f"{_TRANSFER} VALUES ({{own}}, {_BOOKED}, 99, 'x', 'USD', {_ANY}, {_LAST}, 5)",
        NOT_BY_POSTING,
    ),
    "claim a movement": (
        (
            "INSERT INTO movement (chain_id, block_hash, log_index, direction, undone, program_id, block_number, currency,"
            f" amount, journal_id) VALUES (1, sha256('x'), 0, 'IN', false, {{own}}, 1, 'USD', 5, {_BOOKED})"
        ),
        NOT_BY_POSTING,
    ),
    "copy transfers in": ("COPY transfer FROM PROGRAM 'echo'", FORBIDDEN),
    "call the inner function": (
        (
            "SELECT sge_post_inner({own}, now(), '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}',"
            " '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}',"
            " '{{}}')"
        ),
        None,
    ),
    "become the owner": ("SET ROLE sge_owner", None),
    "silence the triggers": ("SET session_replication_role = replica", FORBIDDEN),
    "take the triggers away": ("ALTER TABLE account DISABLE TRIGGER account_guard", None),
    "take the policies away": ("ALTER TABLE transfer DISABLE ROW LEVEL SECURITY", None),
    "make a function in public": (
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        None,
    ),
    "make a table in public": ("CREATE TABLE public.x (a int)", None),
    "bend a trigger function": ("ALTER FUNCTION sge_guard_account() RENAME TO x", None),
    "rewind the journal ids": ("SELECT setval('journal_id_seq', 1)", None),
    "take journal ids": ("SELECT nextval('journal_id_seq')", None),
    "write an event": (
        "INSERT INTO event (program_id, type, name, version, data, at) VALUES ({own}, 'LEDGER', 'x', 1, '{{}}', now())",
        None,
    ),
    "remove events": ("DELETE FROM event", None),
}


async def attempt(dsn: str, program: int, statement: str) -> str | None:
    """The code of the refusal, or None when it went through (it is rolled back)."""
    connection = await asyncpg.connect(dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SELECT set_config('sge.program_id', $1, true)", str(program))
        await connection.execute(statement)
    except asyncpg.PostgresError as refused:
        return refused.sqlstate
    finally:
        await transaction.rollback()
        await connection.close()
    return None


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_login_role_gets_through(attack: str, posted: Posted) -> None:
    statement, _ = ATTACKS[attack]
    for role in LOGINS:
        code = await attempt(
            posted.database.dsn(role), posted.program.id, statement.format(**posted.names())
        )
        assert code == FORBIDDEN, role


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attack", [name for name, (_, code) in ATTACKS.items() if code])
async def test_the_owner_is_refused_too(attack: str, posted: Posted) -> None:
    statement, expected = ATTACKS[attack]
    code = await attempt(
        posted.database.dsn(), posted.program.id, statement.format(**posted.names())
    )
    assert code == expected


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("role", ["sge_owner", *LOGINS])
async def test_rows_cannot_be_copied_in(role: str, posted: Posted) -> None:
    connection = await asyncpg.connect(posted.database.dsn(role))
    try:
        for table in ("intent", "transfer", "affiliate"):
            with pytest.raises(asyncpg.PostgresError):
                await connection.copy_records_to_table(table, records=[])
    finally:
        await connection.close()


@pytest.mark.usefixtures("unchanged")
async def test_a_superuser_without_triggers_off_is_refused_too(posted: Posted) -> None:
    """session_replication_role, which only a superuser may set, silences ordinary triggers; ours are ALWAYS."""
    connection = await asyncpg.connect(posted.database.superuser_dsn)
    try:
        await connection.execute("SET session_replication_role = replica")
        for statement in (
            "UPDATE transfer SET amount = 1",
            "DELETE FROM journal",
            "UPDATE account SET credits = 1",
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await connection.execute(statement)
            assert refused.value.sqlstate in (APPEND_ONLY, BALANCE)
    finally:
        await connection.close()


@pytest.mark.usefixtures("unchanged")
async def test_a_trigger_of_ones_own_is_no_way_round(posted: Posted) -> None:
    """The guard asks whether a trigger is at work; nobody but the owner can both write accounts and make one."""
    for role in LOGINS:
        code = await attempt(
            posted.database.dsn(role),
            posted.program.id,
            """CREATE TEMP TABLE bait (a int);
               CREATE FUNCTION pg_temp.bite() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN UPDATE public.account SET credits = credits + 1; RETURN NULL; END';
               CREATE TRIGGER bite AFTER INSERT ON bait EXECUTE FUNCTION pg_temp.bite();
               INSERT INTO bait VALUES (1)""",
        )
        assert code == FORBIDDEN, role


@pytest.mark.usefixtures("unchanged")
async def test_names_in_a_temporary_schema_change_nothing(posted: Posted) -> None:
    """A definer function that looked into pg_temp first would read the attacker's table."""
    connection = await asyncpg.connect(posted.database.dsn("sge_api"))
    transaction = connection.transaction()
    await transaction.start()
    try:
        try:
            await connection.execute("CREATE TEMP TABLE api_key (LIKE public.api_key)")
        except asyncpg.InsufficientPrivilegeError:
            return
        await connection.execute(
            "INSERT INTO pg_temp.api_key VALUES (0, gen_random_uuid(), 'x', 'x', sha256('mine'), '{PLATFORM}', 'x', now())"
        )
        found = await connection.fetch("SELECT * FROM sge_authenticate_key(sha256('mine'))")
        assert found == []
    finally:
        await transaction.rollback()
        await connection.close()
