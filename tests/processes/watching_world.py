"""A chain under watch: programs, affiliates and payers, with the real senders and the real watcher."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from eth_account.signers.local import LocalAccount

from app.chain.address import checksum_address
from app.domain.permissions import ApiScope, Authority
from app.domain.terms import TermsText
from app.processes.settlement.settle import settle
from app.processes.watching.watch import Watcher, WatcherParts, open_watcher
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.services.execute import execute
from tests.contracts.items import ChainKind, wallet
from tests.invariants import assert_invariants
from tests.processes.settling_world import SettledProgram, SettlingWorld
from tests.services.world import PLATFORM

CONFIRMATIONS = 2
THREE_LEVELS = TermsText(
    commission_levels_bps=(1000, 500, 200), platform_fee_bps=100, holding_period_days=30
)
_ACCEPT = "SELECT count(*) FROM sge_accept_intents($1, $2, 'test', $3) WHERE created"
_BALANCES = """
SELECT kind, owner_id, credits - debits AS balance FROM account WHERE program_id = $1 ORDER BY kind, owner_id
"""


@dataclass
class WatchingWorld:
    """settling: the sending half of the same world."""

    settling: SettlingWorld
    watchers: dict[str, Watcher] = field(default_factory=dict)

    async def program(self, **changed: Any) -> SettledProgram:
        """A program of three levels, 10, 5 and 2 %, and a platform fee of 1 %."""
        return await self.settling.program(**({"terms": THREE_LEVELS} | changed))

    async def line(self, program: SettledProgram, length: int = 4) -> list[int]:
        """Affiliates each below the one before; the last is the lowest."""
        authority = Authority(
            program.id,
            program.public_id,
            PLATFORM.credential_id,
            "api_key:test",
            frozenset({ApiScope.MANAGE_AFFILIATES}),
        )
        made: list[int] = []
        code: str | None = None
        for _ in range(length):
            command = RegisterAffiliate(
                program.id,
                self.new_wallet().address,
                parent_referral_code=code,
                referral_code=f"CODE-{program.id}-{len(made)}",
            )
            result = await execute(
                self.settling.api,
                self.settling.bells,
                program.id,
                partial(
                    register_affiliate,
                    authority=authority,
                    command=command,
                    now=self.settling.clock(),
                ),
            )
            code = command.referral_code
            made.append(result.affiliate_id)
        return made

    async def register(
        self,
        program: SettledProgram,
        payer: LocalAccount,
        referrer: int | None = None,
        amount: int = 0,
    ) -> str:
        """Accepts the registration of a wallet; returns its key."""
        if amount:
            self.settling.gateway_chain.fund([payer.address], amount)
        row = self.settling._row(program, payer, 0, ChainKind.REGISTRATION, amount=amount)
        row |= {"referrer": referrer, "referral_code": None if referrer is None else "GIVEN"}
        assert await self.settling.value(_ACCEPT, program.id, [row], self.settling.clock()) == 1
        key: str = row["key"]
        return key

    async def registered(
        self, program: SettledProgram, referrer: int | None, count: int = 1
    ) -> list[LocalAccount]:
        """Wallets whose registration is CONFIRMED."""
        payers = [self.new_wallet() for _ in range(count)]
        for payer in payers:
            await self.register(program, payer, referrer)
        await self.settle_and_finish()
        return payers

    def new_wallet(self) -> LocalAccount:
        """A key that nobody used before."""
        return wallet(next(_WALLETS))

    async def watcher(
        self, name: str = "watcher 1", at_point: Callable[[str], None] | None = None
    ) -> Watcher:
        """The watcher of that name; a new one takes the lease of one whose time ran out."""
        if name not in self.watchers or at_point is not None:
            opened = await open_watcher(self.parts(name, at_point))
            assert opened is not None, "another watcher holds the lease"
            self.watchers[name] = opened
        return self.watchers[name]

    def parts(self, name: str, at_point: Callable[[str], None] | None = None) -> WatcherParts:
        facts: dict[str, Any] = {} if at_point is None else {"at_point": at_point}
        return WatcherParts(
            database=self.settling.worker,
            bells=self.settling.bells,
            chain=self.settling.chain,
            gateway=self.settling.gateway_chain.deployment.gateway,
            confirmations=CONFIRMATIONS,
            clock=self.settling.clock,
            holder=name,
            **facts,
        )

    async def settle(self, **changed: Any) -> int:
        """Everything due is signed, sent and, by a node that mines by itself, mined."""
        await self.settling.lanes()
        items = await settle(self.settling.settling(**changed))
        node = self.settling.gateway_chain.node
        # It answers before it mines. What it cannot mine (a fee that is too low) stays.
        for _ in range(200):
            if not node.call("anvil_getAutomine") or node.call("txpool_status")["pending"] == "0x0":
                break
            await asyncio.sleep(0.01)
        return items

    async def settle_while_spending(self, payer: LocalAccount, recipient: str) -> None:
        """Between the signing and the sending of its item, the payer's money goes elsewhere."""
        chain = self.settling.gateway_chain
        chain.node.call("anvil_setBalance", payer.address, hex(10**18))
        amount = chain.balance(payer.address)

        def spend(point: str) -> None:
            if point == "signed":
                chain.send(chain.token.functions.transfer(recipient, amount), payer, gas=100_000)

        await self.settle(at_point=spend)

    def mine(self, blocks: int = CONFIRMATIONS) -> None:
        self.settling.gateway_chain.node.call("anvil_mine", hex(blocks))

    async def turn(self) -> None:
        await (await self.watcher()).turn()

    async def settle_and_finish(self) -> None:
        """Settled, final and posted."""
        await self.settle()
        self.mine(CONFIRMATIONS + 1)
        await self.turn()

    async def balances(self, program: SettledProgram) -> dict[tuple[str, int], int]:
        """Credits less debits by kind and owner."""
        rows = await self.settling.rows(_BALANCES, program.id)
        return {(row["kind"], row["owner_id"]): row["balance"] for row in rows}

    async def statuses(self, program: SettledProgram) -> list[tuple[str, str]]:
        """Status and stage of each intent, oldest first."""
        return [(one["status"], one["stage"]) for one in await self.settling.states(program)]

    async def check(self) -> None:
        """Every invariant, against tables and chain."""
        async with self.settling.admin.pool.acquire() as connection:
            await assert_invariants(connection, self.settling.chain)


def _wallets() -> Any:
    number = 5 * 10**6
    while True:
        number += 1
        yield number


_WALLETS = _wallets()


def address_of(number: int) -> str:
    """An address without a key."""
    return checksum_address(number.to_bytes(20))
