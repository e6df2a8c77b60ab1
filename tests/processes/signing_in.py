"""A door for wallets on a real database and chain, and wallets that knock."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import asyncpg
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from app.auth.api_keys import KeyHasher
from app.auth.login_challenge import LoginChallenges
from app.chain.client import Chain
from app.processes.sign_in import LoggedIn, SignIns
from app.store.access.sessions import KnownSession, find_sessions
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.storage.bells import SettableClock, SilentBells

SECRET = "a secret of the tests, long enough for anybody"
ORIGIN = "https://app.example"
URI = f"{ORIGIN}/login"
OTHER_CHAIN = 10


@dataclass
class Door:
    """clock: of the process that serves it."""

    database: Database
    owner: asyncpg.Connection
    chain: Chain
    clock: SettableClock = field(default_factory=SettableClock)
    secret: str = SECRET
    origin: str = ORIGIN
    sign_ins: SignIns = field(init=False)

    def __post_init__(self) -> None:
        self.sign_ins = SignIns(
            self.database,
            SilentBells(),
            # Another id for the same chain, as if there were two.
            {CHAIN_ID: self.chain, OTHER_CHAIN: self.chain},
            challenges=LoginChallenges(self.secret, [self.origin]),
            hasher=KeyHasher(self.secret),
            lifetime=timedelta(hours=12),
            clock=self.clock,
        )

    def asked(self, wallet: str, chain_id: int = CHAIN_ID, uri: str = URI) -> str:
        """What the wallet is asked to sign."""
        return self.sign_ins.ask(wallet, chain_id, uri).message

    async def login(self, text: str, signature: bytes) -> LoggedIn:
        return await self.sign_ins.login(text, signature, "tests")

    async def known(self, token: str) -> KnownSession | None:
        async with self.database.read(None) as session:
            token_hash = KeyHasher(self.secret).hash(token)
            return (await find_sessions(session, [token_hash])).get(token_hash)

    async def sessions(self) -> list[Any]:
        rows: list[Any] = await self.owner.fetch("SELECT * FROM wallet_session ORDER BY created_at")
        return rows

    async def stored(self) -> dict[str, str]:
        """All rows of each table."""
        tables = await self.owner.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        rows = "SELECT coalesce(string_agg(t::text, '' ORDER BY t::text), '') FROM \"{}\" t"
        return {table: await self.owner.fetchval(rows.format(table)) for (table,) in tables}

    def elsewhere(self, **changed: Any) -> "Door":
        """Another process, or another deployment, on the same database."""
        return replace(self, **changed)


def signed(account: LocalAccount, text: str) -> bytes:
    """personal_sign."""
    return bytes(account.sign_message(encode_defunct(text=text)).signature)


def new_wallet() -> LocalAccount:
    wallet: LocalAccount = Account.create()
    return wallet
