"""A door for wallets on a real database and chain, and wallets that knock."""

from dataclasses import dataclass, replace
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
from app.store.database import Database
from app.store.sessions import KnownSession, find_session
from sge.embedded.anvil import CHAIN_ID
from tests.storage.bells import SettableClock, SilentBells

SECRET = "a secret of the tests, long enough for anybody"
ORIGIN = "https://app.example"
URI = f"{ORIGIN}/login"
OTHER_CHAIN = 10


@dataclass
class Door:
    """clock: of the process that serves it."""

    sign_ins: SignIns
    clock: SettableClock
    database: Database
    owner: asyncpg.Connection

    def asked(self, wallet: str, chain_id: int = CHAIN_ID, uri: str = URI) -> str:
        """What the wallet is asked to sign."""
        return self.sign_ins.ask(wallet, chain_id, uri).message

    async def login(self, text: str, signature: bytes) -> LoggedIn:
        return await self.sign_ins.login(text, signature, "tests")

    async def known(self, token: str) -> KnownSession | None:
        async with self.database.read(None) as session:
            return await find_session(session, self.sign_ins.hasher.hash(token))

    async def sessions(self) -> list[Any]:
        rows: list[Any] = await self.owner.fetch("SELECT * FROM wallet_session ORDER BY created_at")
        return rows

    def elsewhere(self, secret: str = SECRET, *origins: str) -> "Door":
        """Another process, or another deployment, on the same database."""
        challenges = LoginChallenges(secret, origins or (ORIGIN,))
        return replace(self, sign_ins=replace(self.sign_ins, challenges=challenges))


def door_over(database: Database, owner: asyncpg.Connection, *chains: Chain) -> Door:
    """A door in front of these chains. The first also answers for another id, as if it were one more chain."""
    clock = SettableClock()
    sign_ins = SignIns(
        database,
        SilentBells(),
        {chain.chain_id: chain for chain in chains} | {OTHER_CHAIN: chains[0]},
        LoginChallenges(SECRET, [ORIGIN]),
        KeyHasher(SECRET),
        timedelta(hours=12),
        clock,
    )
    return Door(sign_ins, clock, database, owner)


def signed(account: LocalAccount, text: str) -> bytes:
    """personal_sign."""
    return bytes(account.sign_message(encode_defunct(text=text)).signature)


def new_wallet() -> LocalAccount:
    wallet: LocalAccount = Account.create()
    return wallet
