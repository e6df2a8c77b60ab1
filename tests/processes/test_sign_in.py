"""Wallets sign in: with a message of ours, for this site, in time, once, and signed by themselves."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from eth_account.signers.local import LocalAccount

from app.auth.sessions import SESSION_TOKEN
from app.chain.client import Chain
from app.domain.errors import Refusal
from app.observability import request_logging
from app.processes.keep_house import keep_sessions
from app.processes.sign_in import LoggedIn
from app.services.access.sessions import MOST_SESSIONS
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.fixtures.databases import Database as OwnDatabase
from tests.processes.signing_in import OTHER_CHAIN, Door, new_wallet, signed
from tests.services.refusals import refused
from tests.storage.bells import SilentBells

_SHARED = """SELECT EXISTS (SELECT FROM audit a JOIN audit o ON o.xmin = a.xmin
                            WHERE o.request_id = 'another''s' AND a.request_id LIKE 'its own %')"""
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
async def door(module_database: OwnDatabase, shared_anvil: Anvil) -> AsyncIterator[Door]:
    owner = await asyncpg.connect(module_database.dsn())
    await owner.execute("DELETE FROM wallet_session; DELETE FROM login_nonce")
    pool = await Database.connect(module_database.dsn("sge_api"), maximum=8)
    chain = Chain(CHAIN_ID, [shared_anvil.url])
    yield Door(pool, owner, chain)
    await chain.close()
    await pool.close()
    await owner.close()


async def test_a_signed_message_begins_a_session(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    logged_in = await door.login(text, signed(wallet, text))
    assert SESSION_TOKEN.fullmatch(logged_in.token)
    known = await door.known(logged_in.token)
    assert known is not None
    assert (known.holder.wallet, known.holder.contract_chain_id) == (wallet.address, None)
    assert known.expires_at == logged_in.expires_at == door.clock.now + timedelta(hours=12)
    [row] = await door.sessions()
    assert row["user_agent"] == "tests"
    [entry] = await door.owner.fetch(
        "SELECT * FROM audit WHERE target_id = $1", str(known.session_id)
    )
    assert (entry["program_id"], entry["actor"]) == (0, f"wallet:{wallet.address}")
    assert entry["action"] == "session.created"


async def test_the_token_is_kept_nowhere(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    logged_in = await door.login(text, signed(wallet, text))
    secret = logged_in.token.removeprefix("sgs_")
    assert secret not in repr(logged_in)
    assert [table for table, rows in (await door.stored()).items() if secret in rows] == []
    assert secret not in "".join(capfd.readouterr())


async def test_each_login_has_a_token_of_its_own(door: Door) -> None:
    """No session is continued: what somebody planted in a browser before is never what the login answers with."""
    wallet, tokens = new_wallet(), set()
    for _ in range(3):
        text = door.asked(wallet.address)
        tokens.add((await door.login(text, signed(wallet, text))).token)
    assert len(tokens) == 3


async def test_asking_stores_nothing(door: Door) -> None:
    """Not in any table of the database, which no other test uses meanwhile."""
    before = await door.stored()
    asked = {door.asked(new_wallet().address) for _ in range(50)}
    assert len(asked) == 50
    assert await door.stored() == before


async def test_a_message_works_once(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    await door.login(text, signed(wallet, text))
    for _ in range(2):
        with refused("LOGIN_EXPIRED", "message"):
            await door.login(text, signed(wallet, text))
    assert len(await door.sessions()) == 1


async def test_a_hundred_equal_logins_at_once_are_one_session(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    signature = signed(wallet, text)
    answers = await asyncio.gather(
        *(door.login(text, signature) for _ in range(100)), return_exceptions=True
    )
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == ["LOGIN_EXPIRED"] * 99
    [logged_in] = [answer for answer in answers if isinstance(answer, LoggedIn)]
    assert await door.known(logged_in.token) is not None
    assert len(await door.sessions()) == 1


async def test_a_wrong_signature_uses_nothing_up(door: Door) -> None:
    """Else whoever saw a message could take it away from its wallet."""
    wallet = new_wallet()
    text = door.asked(wallet.address)
    with refused("INVALID_SIGNATURE", "signature"):
        await door.login(text, signed(new_wallet(), text))
    await door.login(text, signed(wallet, text))


async def test_processes_that_share_the_secret_share_the_messages(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    await door.elsewhere().login(text, signed(wallet, text))
    with refused("LOGIN_EXPIRED", "message"):
        await door.login(text, signed(wallet, text))
    text = door.asked(wallet.address)
    with refused("LOGIN_EXPIRED", "message"):
        await door.elsewhere(secret="another secret, long enough for anybody").login(
            text, signed(wallet, text)
        )


async def test_a_message_is_good_for_five_minutes(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    door.clock.now += timedelta(seconds=299)
    await door.login(text, signed(wallet, text))
    text = door.asked(wallet.address)
    door.clock.now += timedelta(minutes=5)
    with refused("LOGIN_EXPIRED", "message"):
        await door.login(text, signed(wallet, text))


async def test_a_message_from_the_future_is_refused(door: Door) -> None:
    """Clocks of our own processes may differ a little."""
    wallet = new_wallet()
    door.clock.now += timedelta(seconds=9)
    early = door.asked(wallet.address)
    door.clock.now += timedelta(seconds=51)
    late = door.asked(wallet.address)
    door.clock.now -= timedelta(seconds=60)
    await door.login(early, signed(wallet, early))
    with refused("LOGIN_EXPIRED", "message"):
        await door.login(late, signed(wallet, late))


@pytest.mark.parametrize(
    ("part", "other", "code"),
    [
        ("Chain ID: 31337", f"Chain ID: {OTHER_CHAIN}", "LOGIN_EXPIRED"),
        ("Chain ID: 31337", "Chain ID: 1", "UNKNOWN_CHAIN"),
        ("URI: https://app.example/login", "URI: https://app.example/", "LOGIN_EXPIRED"),
        ("URI: https://app.example/login", "URI: https://evil.example/login", "INVALID_INPUT"),
        ("URI: https://app.example/login", "URI: http://app.example/login", "INVALID_INPUT"),
        ("URI: https://", "URI: HTTPS://", "INVALID_INPUT"),
        ("URI: https://app.example", "URI: https://app.example@evil.example", "INVALID_INPUT"),
        ("app.example wants", "evil.example wants", "INVALID_INPUT"),
        ("app.example wants", "APP.example wants", "INVALID_INPUT"),
        ("app.example wants", "app.example:443 wants", "INVALID_INPUT"),
        ("app.example wants", "http://app.example wants", "INVALID_INPUT"),
        ("app.example wants", "app.examp1e wants", "INVALID_INPUT"),
        ("app.example wants", "аpp.example wants", "INVALID_INPUT"),  # noqa: RUF001  a Cyrillic letter
        ("Version: 1", "Version: 2", "INVALID_INPUT"),
        ("Issued At: 20", "Issued At: 19", "LOGIN_EXPIRED"),
        ("Expiration Time: 20", "Expiration Time: 21", "LOGIN_EXPIRED"),
        (re.compile(r"\nExpiration Time: .*"), "", "LOGIN_EXPIRED"),
        (re.compile(r"Z\nExp"), "+00:00\nExp", "LOGIN_EXPIRED"),
        (re.compile(r"Nonce: .{32}"), f"Nonce: {'0' * 32}", "LOGIN_EXPIRED"),
        (re.compile(r".{32}\nIssued"), f"{'0' * 32}\nIssued", "LOGIN_EXPIRED"),
        (re.compile(r"Nonce: .*"), "Nonce: 12345678", "LOGIN_EXPIRED"),
        (re.compile(r"(Nonce: .*)"), r"\g<1>0", "LOGIN_EXPIRED"),
        (re.compile(r"$"), "\n", "INVALID_INPUT"),
        (re.compile(r"$"), "\nNot Before: 2999-01-01T00:00:00Z", "INVALID_INPUT"),
        ("\n", "\r\n", "INVALID_INPUT"),
        (re.compile(r"$"), "\nResources:" + "\n- https://a.example" * 500, "INVALID_INPUT"),
    ],
)
async def test_another_message_is_refused_though_its_wallet_signs_it(
    door: Door, part: str | re.Pattern[str], other: str, code: str
) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    form = re.compile(re.escape(part)) if isinstance(part, str) else part
    bent = form.sub(other, text, count=0 if part == "\n" else 1)
    assert bent != text
    with refused(code, "message"):
        await door.login(bent, signed(wallet, bent))
    assert await door.sessions() == []


async def test_another_wallet_cannot_take_the_message(door: Door) -> None:
    wallet, thief = new_wallet(), new_wallet()
    text = door.asked(wallet.address)
    taken = text.replace(wallet.address, thief.address)
    with refused("LOGIN_EXPIRED", "message"):
        await door.login(taken, signed(thief, taken))
    lower = text.replace(wallet.address, wallet.address.lower())
    with refused("INVALID_INPUT", "message"):
        await door.login(lower, signed(wallet, lower))


async def test_what_was_signed_is_what_came(door: Door) -> None:
    """The statement is not ours to bind, since a wallet's own words change nothing; but they have to be signed."""
    wallet = new_wallet()
    text = door.asked(wallet.address)
    bent = text.replace("no gas", "mo gas")
    with refused("INVALID_SIGNATURE", "signature"):
        await door.login(bent, signed(wallet, text))
    await door.login(bent, signed(wallet, bent))


async def test_a_site_that_is_not_listed_is_not_asked_for(door: Door) -> None:
    wallet = new_wallet().address
    for uri in (
        "https://evil.example/login",
        "https://app.example.evil.example",
        "https://app.example@evil.example",
        "//app.example/login",
        "https://app.example/\nURI: https://evil.example",
        "https://app.example/" + "a" * 3000,
        "",
    ):
        with refused("INVALID_INPUT", "uri"):
            door.asked(wallet, uri=uri)
    with refused("UNKNOWN_CHAIN", "chainId"):
        door.asked(wallet, chain_id=1)


async def test_a_message_for_a_site_that_was_taken_off_the_list(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    with refused("INVALID_INPUT", "message"):
        await door.elsewhere(origin="https://another.example").login(text, signed(wallet, text))


async def test_signatures_have_one_form(door: Door) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    good = signed(wallet, text)
    r, s, v = good[:32], int.from_bytes(good[32:64]), good[64]
    high = r + (_ORDER - s).to_bytes(32) + bytes([v ^ 7])  # 27 and 28 change places
    for bad in (
        high,
        bytes(65),
        good[:64],
        good + b"\x00",
        good[:64] + b"\x1d",
        good[:64] + bytes([v + 35]),
        bytes(64) + b"\x1b",
        b"\xff" * 64 + b"\x1b",
        b"",
        b"\x00" * 100_000,
    ):
        with refused("INVALID_SIGNATURE", "signature"):
            await door.login(text, bad)
    assert await door.sessions() == []
    # Ledgers and some libraries write a bare recovery id; the message being good once, nothing is repeated by it.
    await door.login(text, good[:64] + bytes([v - 27]))


async def test_the_oldest_session_gives_way(door: Door) -> None:
    wallet, tokens = new_wallet(), []
    for _ in range(MOST_SESSIONS + 1):
        door.clock.now += timedelta(seconds=1)
        text = door.asked(wallet.address)
        tokens.append((await door.login(text, signed(wallet, text))).token)
    known = [await door.known(token) for token in tokens]
    assert [one.revoked_at is not None for one in known if one] == [True] + [False] * MOST_SESSIONS
    assert known[0] is not None
    rows = await door.owner.fetch(
        "SELECT reason FROM audit WHERE action = 'session.revoked' AND target_id = $1",
        str(known[0].session_id),
    )
    assert [row["reason"] for row in rows] == [f"more than {MOST_SESSIONS} sessions"]


async def test_who_signs_in_at_the_same_moment_ends_no_session_of_others(door: Door) -> None:
    """Logins share a transaction; each entry of the audit log names the request of its own wallet."""
    other, wallet = new_wallet(), new_wallet()

    async def login(of: LocalAccount, request_id: str) -> None:
        text = door.asked(of.address)
        with request_logging(request_id):
            await door.login(text, signed(of, text))

    for number in range(MOST_SESSIONS):
        await login(wallet, f"before {number}")
    for number in range(20):
        await asyncio.gather(login(other, "another's"), login(wallet, f"its own {number}"))
    query = "SELECT request_id FROM audit WHERE action = 'session.revoked' AND actor = $1"
    ended = await door.owner.fetch(query, f"wallet:{wallet.address}")
    assert {row["request_id"] for row in ended} == {f"its own {number}" for number in range(20)}
    assert await door.owner.fetchval(_SHARED), "no two were of one transaction"


async def test_housekeeping_forgets_what_is_over(door: Door, module_database: OwnDatabase) -> None:
    wallet = new_wallet()
    text = door.asked(wallet.address)
    logged_in = await door.login(text, signed(wallet, text))
    worker = await Database.connect(module_database.dsn("sge_worker"), maximum=1)
    for days, removed in ((0, 0), (2, 1), (30, 0), (31, 1), (31, 0)):
        at = door.clock.now + timedelta(days=days)
        assert await keep_sessions(worker, SilentBells(), lambda at=at: at) == removed, days
    await worker.close()
    assert await door.known(logged_in.token) is None
