"""Programs whose treasury is a real Safe, with affiliates who earned and users who are owed: what payouts start from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount

from app.chain.deploy import create_safe
from app.domain.amounts import AmountText
from app.domain.chains import ChainFacts
from app.domain.clock import program_time
from app.domain.money import Currency
from app.domain.states import AffiliateStatus
from app.domain.terms import TermsText
from app.processes.advance_clock import advance_clock
from app.processes.create_program import create_program_from_chain
from app.processes.payouts.close_batch import ClosePayoutBatch, close_payout_batch
from app.processes.payouts.create_batch import CreatePayoutBatch, create_payout_batch
from app.processes.payouts.parts import BatchResult, Payouts
from app.processes.payouts.propose_withdrawal import ProposeWithdrawal, propose_withdrawal
from app.services.affiliates.change_affiliates import SetAffiliateStatus, set_affiliate_status
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.services.corrections.reverse_settlement import ReverseSettlement, reverse_settlement
from app.services.execute import execute
from app.services.payouts.reject_batch import RejectPayoutBatch, reject_payout_batch
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.payouts.safes import Safes
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld
from tests.services.world import PLATFORM, key_of, program_command

TEN_PERCENT = TermsText(commission_levels_bps=(1000,), holding_period_days=30)
_NUMBERS = count(1)
_OFFSET = "SELECT clock_offset FROM program WHERE id = $1"
_SETTLEMENT = "SELECT settlement_id FROM commission WHERE program_id = $1 AND id = $2"
_PUBLIC_ID = "SELECT public_id FROM affiliate WHERE program_id = $1 AND id = $2"


@dataclass
class PayoutProgram(SettledProgram):
    """owners: of its Safe, two of whom suffice."""

    owners: Sequence[LocalAccount]


@dataclass
class PayoutWorld:
    """watching: the same world with its senders and its watcher."""

    watching: WatchingWorld

    def __post_init__(self) -> None:
        self.settling = self.watching.settling
        self.chain = self.settling.gateway_chain
        self.safes = Safes(self.settling)
        self.currencies = {
            "USDC": Currency("USDC", 6, self.chain.deployment.token, CHAIN_ID, "USD Coin", "2")
        }

    @property
    def facts(self) -> dict[int, ChainFacts]:
        """What the product knows of the chain."""
        deployed = self.chain.deployment
        facts = ChainFacts(
            CHAIN_ID,
            deployed.gateway,
            self.currencies,
            2,
            production=False,
            multisend=deployed.multisend,
        )
        return {CHAIN_ID: facts}

    @property
    def payouts(self) -> Payouts:
        """As a web process has them."""
        return Payouts(
            self.settling.api,
            self.settling.bells,
            {CHAIN_ID: self.settling.chain},
            self.facts,
            self.settling.clock,
        )

    async def create(
        self, program: PayoutProgram, currency: str = "USDC", **changed: Any
    ) -> BatchResult:
        """createPayoutBatch by a key of the program; each call has a key of its own unless it says so."""
        command = CreatePayoutBatch(
            **{"currency": currency, "idempotency_key": f"batch {next(_NUMBERS)}"} | changed
        )
        return await create_payout_batch(self.payouts, "api_key:sge_test", command, program.id)

    def add_currency(self, code: str) -> None:
        """One more test dollar; programs made from now on may use it."""
        token = self.chain.deploy_product(
            "TestUsd", self.chain.deployer.address, "Second Coin", code, "2"
        )
        self.currencies[code] = Currency(code, 6, token, CHAIN_ID, "Second Coin", "2")

    async def program(self, **changed: Any) -> PayoutProgram:
        """A test program of one level, 10 %, due after 30 days, whose treasury is a new 2-of-3 Safe."""
        owners = [self.watching.new_wallet() for _ in range(3)]
        treasury = await create_safe(
            self.chain.node.url,
            DEPLOYER_KEY,
            self.chain.deployment,
            [owner.address for owner in owners],
            threshold=2,
            salt_nonce=next(_NUMBERS),
        )
        changed = {"terms": TEN_PERCENT, "test": True} | changed
        made = await create_program_from_chain(
            self.settling.api,
            self.settling.bells,
            {CHAIN_ID: self.settling.chain},
            self.facts,
            authority=PLATFORM,
            command=program_command(treasury=treasury, **changed),
            now=self.settling.clock(),
        )
        return PayoutProgram(made.program_id, made.public_id, treasury, owners)

    async def reject(self, program: PayoutProgram, batch_id: UUID) -> BatchResult:
        command = RejectPayoutBatch(batch_id, "a test gives it up")
        result: BatchResult = await self.run(program, reject_payout_batch, command)
        return result

    async def close(self, program: PayoutProgram, batch_id: UUID, **changed: Any) -> BatchResult:
        given = {"reason": "a test ends it", "idempotency_key": f"close {next(_NUMBERS)}"}
        command = ClosePayoutBatch(batch_id, **given | changed)
        return await close_payout_batch(self.payouts, "api_key:sge_test", command, program.id)

    async def withdraw(
        self, program: PayoutProgram, amount: str, destination: str, **changed: Any
    ) -> BatchResult:
        """amount: major units as text, USDC unless another currency follows."""
        number, _, currency = amount.partition(" ")
        given = {"idempotency_key": f"withdrawal {next(_NUMBERS)}"} | changed
        command = ProposeWithdrawal(AmountText(number, currency or "USDC"), destination, **given)
        return await propose_withdrawal(self.payouts, "api_key:sge_test", command, program.id)

    async def reverse(
        self, program: PayoutProgram, commission: UUID, amount: str | None = None
    ) -> None:
        """The settlement that a commission is of, wholly or up to an amount in major units."""
        settlement = await self.settling.value(_SETTLEMENT, program.id, commission)
        part = None if amount is None else AmountText(amount, "USDC")
        command = ReverseSettlement(settlement, part, "a test", f"reversal {next(_NUMBERS)}")
        await self.run(program, reverse_settlement, command)

    async def execute(self, program: PayoutProgram, batch_id: UUID) -> None:
        """Two owners execute all of it by themselves, in order; it is final and posted afterwards."""
        for safe_transaction in await self.safes.listed(batch_id):
            assert await self.safes.execute(safe_transaction["id"], program.owners[:2])
        self.watching.mine()
        await self.watching.turn()

    async def affiliates(self, program: PayoutProgram, number: int = 1) -> list[int]:
        """Roots of the forest, each with a wallet that holds nothing."""
        return [await self.affiliate(program) for _ in range(number)]

    async def affiliate(self, program: PayoutProgram, wallet: str | None = None) -> int:
        code = f"ROOT-{next(_NUMBERS)}"
        address = wallet or self.watching.new_wallet().address
        command = RegisterAffiliate(program.id, address, None, code)
        made = await self.run(program, register_affiliate, command)
        affiliate_id: int = made.affiliate_id
        return affiliate_id

    async def set_status(self, program: PayoutProgram, affiliate: int, status: str) -> None:
        """Suspends, terminates or revives an affiliate."""
        public_id = await self.settling.value(_PUBLIC_ID, program.id, affiliate)
        command = SetAffiliateStatus(public_id, AffiliateStatus(status), "a test")
        await self.run(program, set_affiliate_status, command)

    async def earn(self, program: PayoutProgram, amounts: Mapping[int, int]) -> dict[int, UUID]:
        """Users of these affiliates pay ten times as much as each affiliate is to earn; all of it is final and posted.

        Returns the commissions, ACCRUED, by affiliate.
        """
        payers = {}
        for affiliate in amounts:
            payers[affiliate] = self.watching.new_wallet()
            await self.watching.register(program, payers[affiliate], affiliate)
        await self.watching.settle_and_finish()
        for amount in sorted(set(amounts.values())):
            earners = [one for one in amounts if amounts[one] == amount]
            await self.settling.pay(program, [payers[one] for one in earners], amount=10 * amount)
        before = await self._newest_commissions(program)
        await self.watching.settle_and_finish()
        after = await self._newest_commissions(program)
        return {one: after[one] for one in amounts if after[one] != before.get(one)}

    async def payable(self, program: PayoutProgram, amounts: Mapping[int, int]) -> dict[int, UUID]:
        """The same, and the program's clock is moved until they are PAYABLE."""
        earned = await self.earn(program, amounts)
        await self.advance(program, days=31)
        return earned

    async def advance(self, program: PayoutProgram, days: int) -> None:
        """Moves the program's clock; what became due is PAYABLE."""
        await advance_clock(
            self.settling.api,
            self.settling.bells,
            self.settling.clock,
            authority=key_of(program.id),
            program_id=program.id,
            to=await self.program_now(program) + timedelta(days=days),
        )

    async def program_now(self, program: PayoutProgram) -> Any:
        """Program time."""
        offset = await self.settling.value(_OFFSET, program.id)
        return program_time(self.settling.clock(), offset)

    async def run(
        self, program: PayoutProgram, use_case: Any, *args: Any, actor: str = "api_key:sge_test"
    ) -> Any:
        """A use case of (unit, authority, *args, now) as a key of the program."""
        authority = replace(key_of(program.id), actor=actor)
        call = partial(_call, use_case, (authority, *args, self.settling.clock()))
        return await execute(self.settling.api, self.settling.bells, program.id, call)

    async def commissions(self, program: PayoutProgram) -> dict[str, int]:
        """How much there is of each status."""
        rows = await self.settling.rows(
            "SELECT status, sum(amount) AS total FROM commission WHERE program_id = $1 GROUP BY 1",
            program.id,
        )
        return {row["status"]: int(row["total"]) for row in rows}

    async def check(self) -> None:
        """Every invariant, against tables and chain."""
        await self.watching.check()

    async def _newest_commissions(self, program: PayoutProgram) -> dict[int, UUID]:
        rows = await self.settling.rows(
            "SELECT affiliate_id, id FROM commission WHERE program_id = $1 ORDER BY id", program.id
        )
        return {row["affiliate_id"]: row["id"] for row in rows}


async def _call(use_case: Any, args: tuple[Any, ...], unit: Any) -> Any:
    return await use_case(unit, *args)
