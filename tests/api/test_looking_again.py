"""Credentials of open sockets are looked up together, each as it would be by itself."""

from app.store.database import Database
from tests.api.caller import Stage
from tests.api.counting import CountingDatabase
from tests.api.signed_in import later, sign_in
from tests.api.test_nodes import GRANT

REVOKE = "mutation { logout { loggedOut } }"
UNKNOWN = f"sgs_{'0' * 64}"


class WatchedDatabase(CountingDatabase):
    """Counts who is looked up, too."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.statements: list[str] = []  # type: ignore[assignment]


async def test_many_credentials_are_looked_up_together(stage: Stage) -> None:
    program, other = await stage.program(), await stage.program()
    wallets = [await sign_in(stage) for _ in range(3)]
    for one in wallets[:2]:
        await program.ask(GRANT, program=program.id, wallet=one.wallet.address)
    await other.ask(GRANT, program=other.id, wallet=wallets[1].wallet.address)
    assert await wallets[2].ask(REVOKE) == {"logout": {"loggedOut": True}}
    found = [program.token, wallets[0].token, other.token, UNKNOWN, *(w.token for w in wallets[1:])]
    tokens = [token for token in found if token is not None]
    authenticator = stage.process.authenticator
    alone = []
    for token in tokens:
        later(stage, 3)
        alone.append(await authenticator.authenticate(token))
    assert [None if one is None else len(one.authorities) for one in alone] == [
        1,
        1,
        1,
        None,
        2,
        None,
    ]

    watched = WatchedDatabase(authenticator._database)
    authenticator._database = watched
    later(stage, 3)
    await authenticator.look_again(tokens)
    assert len(watched.statements) == 3  # keys, sessions, what their wallets are
    assert [await authenticator.authenticate(token) for token in tokens] == alone
    assert len(watched.statements) == 3
