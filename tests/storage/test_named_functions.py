"""The functions that run with the owner's rights, attacked by a statement smuggled into the web process."""

import hashlib
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import DEPOSIT, PROGRAM, Journal, JournalKind, Transfer
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.storage.seeds import (
    AT,
    SeededProgram,
    affiliate_account,
    deposit,
    money_in,
    payment,
    wallet,
)

_OWNERS = """
SELECT p.proname::text FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
   AND has_function_privilege('sge_api', p.oid, 'EXECUTE') ORDER BY 1
"""
# Who asks is known by a secret (a key's, a session's, a link's, a provider's), or is the one who asks who somebody is.
BY_SECRET = {"sge_authenticate_key", "sge_authenticate_session", "sge_use_export_link"}
SIGNING_IN = {"sge_begin_sessions", "sge_note_session_use", "sge_revoke_session", "sge_sessions_of"}
FINDING = {"sge_find_program", "sge_list_programs", "sge_locate", "sge_wallet_programs"}
SEALED = {"sge_provider_secrets"}
COUNTS = {"sge_backlog", "sge_lane_nonces", "sge_open_transactions", "sge_waiting_intents"}
CHECKED = {"sge_pay_by_outflow", "sge_post_api", "sge_unhalt_lane"}
_FOREIGN_KEYS = """
WITH tenant AS (
  SELECT c.oid, a.attnum FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     AND a.attname = CASE c.relname WHEN 'program' THEN 'id' ELSE 'program_id' END
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r')
SELECT t.conrelid::regclass::text, t.confrelid::regclass::text FROM pg_constraint t
  JOIN tenant x ON x.oid = t.conrelid JOIN tenant y ON y.oid = t.confrelid
 WHERE t.contype = 'f' AND NOT EXISTS (SELECT FROM generate_subscripts(t.conkey, 1) i
                                        WHERE t.conkey[i] = x.attnum AND t.confkey[i] = y.attnum)
"""
_UNIQUE = """
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
   AND a.attname = CASE i.indrelid::regclass::text WHEN 'program' THEN 'id' ELSE 'program_id' END
  JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
 WHERE i.indisunique AND NOT a.attnum = ANY (i.indkey::int2[])
"""
# What is unique over all programs: ids given out by sequences, hashes of secrets, and facts of the chain.
OF_ALL = {
    "program_public_id_key",
    "program_slug_key",
    "api_key_secret_hash_key",
    "export_link_token_hash_key",
    "treasury_chain_id_address_key",
    "movement_log_once",
    "settlement_log",
    "safe_transaction_hash_key",
    "safe_relay_chain_transaction_id_key",
    "event_outbox_pkey",
    "event_pkey",
}
_NOTHING = ", '{}'" * 24
_AS_OTHER = [
    f"SELECT sge_post_inner(%(other)s, now(){_NOTHING})",
    f"SELECT sge_post_worker(%(other)s, now(){_NOTHING})",
    "SELECT sge_move_outbox(now())",
    "SELECT sge_lock_outbox()",
    "SELECT sge_forget_events(now())",
    "SELECT sge_forget_export_links(now())",
    "SELECT sge_forget_sessions(now())",
    "SELECT sge_forget_login_nonces(now())",
    "SELECT sge_forget_traces(now())",
    "SELECT sge_forget_webhooks(now())",
    "CREATE FUNCTION public.sge_current_program() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "ALTER FUNCTION sge_locate(text, uuid, bigint[]) SET search_path = pg_temp",
    "ALTER POLICY own_program ON affiliate USING (true)",
    "ALTER TABLE affiliate DISABLE ROW LEVEL SECURITY",
    "SET session_replication_role = replica",
    "SET SESSION AUTHORIZATION sge_worker",
    "SET ROLE sge_worker",
]


async def smuggled(api: Pool, program: SeededProgram | None, statement: str, *given: Any) -> Any:
    """As the web process in a program's transaction, or outside of all."""
    async with api.write(None if program is None else program.id) as unit:
        return await unit.connection.fetch(statement, *given)


async def test_each_function_with_the_owners_rights_is_known(owner: asyncpg.Connection) -> None:
    known = BY_SECRET | SIGNING_IN | FINDING | SEALED | COUNTS | CHECKED
    assert {row[0] for row in await owner.fetch(_OWNERS)} == known


async def test_no_row_refers_to_another_programs(owner: asyncpg.Connection) -> None:
    """Foreign keys look past row-level security."""
    assert await owner.fetch(_FOREIGN_KEYS) == []


async def test_what_is_taken_elsewhere_is_free_here(owner: asyncpg.Connection) -> None:
    """A unique index over all programs would tell what another one has."""
    assert {row[0] for row in await owner.fetch(_UNIQUE)} == OF_ALL


async def test_nothing_is_called_for_another_program(
    api: Pool, owner: asyncpg.Connection, program: SeededProgram, other_program: SeededProgram
) -> None:
    for attack in _AS_OTHER:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await smuggled(api, program, attack % {"other": other_program.id})
        assert refused.value.sqlstate in {"42501", "42P01", "42723"}, attack
    for setting in (program, None):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await smuggled(
                api, setting, f"SELECT sge_post_api({other_program.id}, now(){_NOTHING})"
            )
        assert refused.value.sqlstate == "SG014"
    count = "SELECT count(*) FROM journal WHERE program_id = $1"
    assert await owner.fetchval(count, other_program.id) == 0


async def test_the_web_process_posts_nothing_that_moved_on_the_chain(
    api: Pool, worker: Pool, program: SeededProgram
) -> None:
    async with worker.write(program.id) as unit:
        await post(unit, program.id, [deposit(program, "begin", 5, 1)], AT)
    bare = Transfer("deposit", Money(5, "USD"), DEPOSIT, PROGRAM)
    given = Transfer("gift", Money(5, "USD"), PROGRAM, affiliate_account(program.affiliates[0]))
    for kind, moved, transfer in (
        (JournalKind.SETTLEMENT, (), given),
        (JournalKind.WITHDRAWAL, (), bare),
        (JournalKind.PAYOUT, (), bare),
        (JournalKind.DEPOSIT, (), bare),
        (JournalKind.DEPOSIT, (money_in(5, 2),), bare),
        (JournalKind.DEPOSIT, (money_in(5, -1),), bare),
        (JournalKind.ADJUSTMENT, (money_in(5, 3),), bare),
    ):
        journal = Journal(new_id(), kind, f"{kind} {len(moved)}", AT, (transfer,), moved)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with api.write(program.id) as unit:
                await post(unit, program.id, [journal], AT, role="api")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with api.write(program.id) as unit:
            await post(unit, program.id, [payment(program, "pay", 100, 4)], AT, role="api")


async def test_objects_are_found_in_the_named_programs_only(
    api: Pool, owner: asyncpg.Connection, program: SeededProgram, other_program: SeededProgram
) -> None:
    theirs = await owner.fetchval(
        "SELECT public_id FROM affiliate WHERE program_id = $1", other_program.id
    )
    locate = "SELECT sge_locate($1, $2, $3)"
    for places in ([program.id], [], [0], [None], [-1]):
        [[found]] = await smuggled(api, program, locate, "affiliate", theirs, places)
        assert found is None
    for table in ("pg_authid", "affiliate; DROP TABLE intent", "wallet_session", "login_nonce", ""):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await smuggled(api, program, locate, table, theirs, [other_program.id])
        assert refused.value.sqlstate == "22023"


async def test_a_table_of_ones_own_stands_in_for_none(
    api: Pool, owner: asyncpg.Connection, program: SeededProgram, other_program: SeededProgram
) -> None:
    """search_path: temporary tables, types and functions come last, and for functions not at all."""
    secret, token = hashlib.sha256(b"forged").digest(), hashlib.sha256(b"session").digest()
    async with api.write(program.id) as unit:
        ask = unit.connection
        await ask.execute(f"""
            CREATE TEMP TABLE api_key AS SELECT {other_program.id}::bigint AS program_id, gen_random_uuid() AS id,
              ''::text AS name, ARRAY['PLATFORM'] AS scopes, NULL::timestamptz AS expires_at, NULL::timestamptz AS revoked_at,
              '\\x{secret.hex()}'::bytea AS secret_hash;
            CREATE TEMP TABLE wallet_session AS SELECT gen_random_uuid() AS id, '{wallet(1)}'::text AS wallet,
              NULL::bigint AS contract_chain_id, now() + interval '1 hour' AS expires_at, NULL::timestamptz AS revoked_at,
              '\\x{token.hex()}'::bytea AS token_hash;
            CREATE TEMP TABLE program_member AS SELECT {other_program.id}::bigint AS program_id, '{wallet(1)}'::text AS wallet,
              'ADMIN'::text AS role;
            CREATE FUNCTION pg_temp.sge_current_program() RETURNS bigint LANGUAGE sql AS 'SELECT {other_program.id}::bigint';
            SET LOCAL search_path = pg_temp, public;
        """)
        assert await ask.fetch("SELECT * FROM sge_authenticate_key($1)", secret) == []
        assert await ask.fetch("SELECT * FROM sge_authenticate_session($1)", token) == []
        assert await ask.fetch("SELECT * FROM sge_wallet_programs($1, NULL)", wallet(1)) == []
        with pytest.raises(asyncpg.PostgresError) as refused:
            await ask.execute(f"SELECT public.sge_post_api({other_program.id}, now(){_NOTHING})")
        assert refused.value.sqlstate == "SG014"
        # A refused statement ended the transaction; what follows is that nothing stayed.
        with pytest.raises(asyncpg.PostgresError):
            await ask.execute("SELECT 1")
        await unit.connection.execute("ROLLBACK")
    assert await owner.fetchval("SELECT count(*) FROM program_member") == 0


async def test_sessions_end_and_show_for_their_holder_only(
    api: Pool, owner: asyncpg.Connection
) -> None:
    session = new_id()
    await owner.execute(
        "INSERT INTO wallet_session (id, wallet, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        session,
        wallet(2),
        new_id().bytes,
        AT,
        AT + timedelta(days=3650),
    )
    for holder, chain in ((wallet(3), None), (wallet(2), 31337), ("", None), (None, None)):
        [[ended]] = await smuggled(
            api, None, "SELECT sge_revoke_session($1, $2, $3, $4)", holder, chain, session, AT
        ) or [[None]]
        assert ended is None
        shown = "SELECT * FROM sge_sessions_of($1, $2, $3, $4)"
        assert await smuggled(api, None, shown, holder, chain, [session], AT) == []
    assert (
        await owner.fetchval("SELECT revoked_at FROM wallet_session WHERE id = $1", session) is None
    )
    await smuggled(api, None, "SELECT sge_note_session_use($1, 'infinity')", session)
    left = await owner.fetchval("SELECT expires_at FROM wallet_session WHERE id = $1", session)
    assert left == AT + timedelta(days=3650)


async def test_a_link_is_used_by_its_token_only(
    api: Pool, owner: asyncpg.Connection, other_program: SeededProgram
) -> None:
    columns = await owner.fetch(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'export_link'::regclass AND attnum > 0"
    )
    assert {"program_id", "token_hash", "expires_at", "used_at"} <= {row[0] for row in columns}
    await owner.execute(
        "INSERT INTO export_link (program_id, id, token_hash, kind, filter, created_by, created_at, expires_at)"
        " VALUES ($1, $2, $3, 'LEDGER', '{}', 'test', now(), now() + interval '1 minute')",
        other_program.id,
        new_id(),
        hashlib.sha256(b"token").digest(),
    )
    use = "SELECT * FROM sge_use_export_link($1, now())"
    for guess in (b"", b"\\x", b"' OR true --", hashlib.sha256(b"").digest(), None):
        assert await smuggled(api, None, use, guess) == []
    assert await owner.fetchval("SELECT used_at FROM export_link") is None
