"""One program and what people do in it: users pay, branches move, settlements are reversed; with a model of who is owed what."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from eth_account.signers.local import LocalAccount

from app.domain.amounts import AmountText
from app.domain.errors import Refusal, Unavailable
from app.domain.money import format_units
from app.domain.terms import TermsText
from app.processes.change_wallet import ChangeWallet, WalletChanges
from app.services.affiliates.change_affiliates import MoveAffiliate, move_affiliate
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.services.corrections.approve_adjustment import approve_adjustment
from app.services.corrections.propose_adjustment import ProposeAdjustment, propose_adjustment
from app.services.corrections.reverse_settlement import ReverseSettlement, reverse_settlement
from tests.contracts.items import USDC
from tests.payouts.history_model import FEE_BPS, LEVELS_BPS, Model, Owner, Payer, Payment
from tests.payouts.history_proof import Proof
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.world import key_of

T = TypeVar("T")

MINIMUM = 2 * USDC
TERMS = TermsText(
    commission_levels_bps=LEVELS_BPS,
    platform_fee_bps=FEE_BPS,
    holding_period_days=30,
    minimum_payout=AmountText("2", "USDC"),
)
_AFFILIATE = "SELECT public_id, referral_code FROM affiliate WHERE program_id = $1 AND id = $2"
_USER = "SELECT id FROM program_user WHERE program_id = $1 AND wallet = $2"
_CONFIRMED = """
SELECT s.id FROM settlement s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 WHERE i.program_id = $1 AND i.idempotency_key = $2
"""
_MOST_TURNS = 5


@dataclass
class History:
    """seen: how often what happened, refusals with their code."""

    runner: asyncio.Runner
    world: PayoutWorld
    program: PayoutProgram = field(init=False)
    proof: Proof = field(init=False)
    model: Model = field(default_factory=Model)
    seen: Counter[str] = field(default_factory=Counter)

    def open(self) -> None:
        """A program of three levels in which nothing has happened yet."""
        self.program = self.run(self.world.program(terms=TERMS, wallet_cool_down_hours=48))
        first_block = self.run(self.world.settling.chain.block_number())
        self.proof = Proof(self.world, self.program, self.model, first_block)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def attempt(self, what: str, work: Coroutine[Any, Any, T]) -> T | None:
        """None when it is refused, as a person's request may be; anything else that goes wrong is a failure."""
        try:
            result = self.run(work)
        except (Refusal, Unavailable) as problem:
            self.seen[f"{what}: {getattr(problem, 'code', 'UNAVAILABLE')}"] += 1
            return None
        self.seen[what] += 1
        return result

    def add_affiliate(self, parent: int | None) -> int:
        """With a wallet whose key is known, as it may have to sign."""
        holder = self.world.watching.new_wallet()
        code = None if parent is None else self._affiliate(parent)["referral_code"]
        command = RegisterAffiliate(
            self.program.id, holder.address, code, f"BELOW-{len(self.model.parents)}"
        )
        made = self.run(self.world.run(self.program, register_affiliate, command)).affiliate_id
        self.model.parents[made], self.model.status[made] = parent, "ACTIVE"
        self._give(made, holder)
        return int(made)

    def add_payers(self, referrers: Sequence[int]) -> list[Payer]:
        """Registered users, one of each of these affiliates."""
        watching, accounts = self.world.watching, []
        keys = []
        for referrer in referrers:
            accounts.append(watching.new_wallet())
            keys.append(self.run(watching.register(self.program, accounts[-1], referrer)))
        self._settle(keys)
        for account, referrer in zip(accounts, referrers, strict=True):
            user = self._value(_USER, account.address)
            self.model.payers.append(Payer(user, account, referrer))
            self.model.wallets[account.address.lower()] = Owner("REFUND", user)
        return self.model.payers[-len(accounts) :]

    def pay(self, payments: Sequence[tuple[Payer, int]]) -> None:
        """All of them settled on the chain, final and posted."""
        keys = []
        for payer, amount in payments:
            pay = self.world.settling.pay(self.program, [payer.wallet], amount=amount)
            keys += self.run(pay)
        self._settle(keys)
        for key, (payer, amount) in zip(keys, payments, strict=True):
            self.model.pay(key, payer, amount)

    def reverse(self, payment: Payment, units: int) -> None:
        """Takes back so much of it."""
        settlement = self._value(_CONFIRMED, payment.key)
        amount = AmountText(format_units(units, 6), "USDC")
        command = ReverseSettlement(settlement, amount, "a test", f"reversal {self._next()}")
        self.run(self.world.run(self.program, reverse_settlement, command))
        self.model.reverse(payment, units)
        self.seen["reverse"] += 1

    def move(self, affiliate: int, parent: int | None) -> None:
        """Gives a branch another parent."""
        code = None if parent is None else self._affiliate(parent)["referral_code"]
        command = MoveAffiliate(self._affiliate(affiliate)["public_id"], code, "a test")
        if self.attempt("move", self.world.run(self.program, move_affiliate, command)):
            self.model.parents[affiliate] = parent

    def set_status(self, affiliate: int, status: str) -> None:
        """Suspends, revives, or ends an affiliate for good."""
        change = self.world.set_status(self.program, affiliate, status)
        if self.attempt(status.lower(), _done(change)):
            self.model.status[affiliate] = status

    def write_off(self, affiliate: int) -> None:
        """Two persons end a terminated affiliate's balance."""
        paid = self.proof.paid_to(self.run(self.proof.seen()).head)
        owner = Owner("AFFILIATE", affiliate)
        balance = self.model.owed[owner] - paid[owner]
        if self.attempt("write off", self._write_off(affiliate)):
            self.model.write_off(affiliate, balance)

    def change_wallet(self, affiliate: int) -> None:
        """Both wallets sign; the old one is somebody's for ever, as what is signed may still pay it."""
        holder = self.world.watching.new_wallet()
        if self.attempt("change wallet", self._change_wallet(affiliate, holder)):
            self._give(affiliate, holder)

    def jump(self, days: int) -> None:
        """Program time goes on; what became due is PAYABLE."""
        self.run(self.world.advance(self.program, days))

    async def _write_off(self, affiliate: int) -> bool:
        public_id = (await self._read_affiliate(affiliate))["public_id"]
        command = ProposeAdjustment(public_id, "USDC", "a test", f"adjustment {self._next()}")
        proposed = await self.world.run(self.program, propose_adjustment, command)
        approve = partial(self.world.run, self.program, approve_adjustment)
        await approve(proposed.adjustment_id, actor="api_key:sge_second")
        return True

    async def _change_wallet(self, affiliate: int, holder: LocalAccount) -> bool:
        settling = self.world.settling
        changes = WalletChanges(
            settling.api,
            settling.bells,
            {settling.chain.chain_id: settling.chain},
            self.world.facts,
            settling.clock,
        )
        public_id = (await self._read_affiliate(affiliate))["public_id"]
        asked = await changes.document(self.program.id, public_id, holder.address)
        assert asked is not None
        both = [self.model.holders[affiliate], holder]
        old, new = [
            bytes(one.sign_typed_data(full_message=asked.typed_data).signature) for one in both
        ]
        command = ChangeWallet(public_id, holder.address, old, new)
        await changes.change(key_of(self.program.id), command)
        return True

    def _settle(self, keys: Sequence[str]) -> None:
        """Blocks that vanished, or a worker's lease that has not run out, take a turn more."""
        for _ in range(_MOST_TURNS):
            self.run(self.world.watching.settle_and_finish())
            if all(self._value(_CONFIRMED, key) for key in keys):
                return
        raise AssertionError(f"not settled: {keys}")

    def _give(self, affiliate: int, holder: LocalAccount) -> None:
        self.model.holders[affiliate] = holder
        self.model.wallets[holder.address.lower()] = Owner("AFFILIATE", affiliate)

    def _next(self) -> int:
        self.seen["keys"] += 1
        return self.seen["keys"]

    def _value(self, query: str, *args: Any) -> Any:
        return self.run(self.world.settling.value(query, self.program.id, *args))

    def _affiliate(self, affiliate: int) -> dict[str, Any]:
        return self.run(self._read_affiliate(affiliate))

    async def _read_affiliate(self, affiliate: int) -> dict[str, Any]:
        [row] = await self.world.settling.rows(_AFFILIATE, self.program.id, affiliate)
        return row


async def _done(work: Coroutine[Any, Any, object]) -> bool:
    await work
    return True
