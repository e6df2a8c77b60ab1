"""The program takes its own money, or pays the platform's fee, through the same Safe as every payout."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.chain.address import ZERO_ADDRESS
from app.domain.amounts import AmountText, parse_amount
from app.domain.available import OwnMoney, available
from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.money import Currency, Money, format_units
from app.domain.payees import Payee
from app.domain.payout_planning import Line, PlannedPayout, PlannedTransaction
from app.domain.payouts import BatchKind, PayoutPurpose
from app.processes.payouts.parts import BatchResult, Payouts
from app.processes.payouts.paying_chain import PayingChain, read_paying_chain
from app.processes.payouts.propose import earlier_batch, propose
from app.services.payouts.batch_proposals import Asked, Planned, Proposal
from app.services.payouts.batch_situation import (
    read_situation,
    refuse_beside_live_batch,
    refuse_old_reading,
)
from app.store.payouts.own_money import own_money
from app.store.payouts.treasuries import treasury_address
from app.store.payouts.withdrawals import NewWithdrawal
from app.store.programs import read_currencies, read_program

_OPERATION = "proposeWithdrawal"


@dataclass(frozen=True, slots=True)
class ProposeWithdrawal:
    """destination: checksummed. platform_fee: out of what the platform has earned, else out of the program's own."""

    amount: AmountText
    destination: str
    idempotency_key: str
    platform_fee: bool = False


async def propose_withdrawal(
    parts: Payouts, actor: str, command: ProposeWithdrawal, program_id: int
) -> BatchResult:
    """A batch of one Safe transaction with one payout, or the one that the same key made before.

    Refuses NOT_FOUND, INVALID_INPUT, INVALID_STATE, IDEMPOTENCY_CONFLICT, UNSUPPORTED_CURRENCY, AMOUNT_OUT_OF_RANGE,
    EARLIER_BATCH_OPEN and CHAIN_UNAVAILABLE. Raises Unavailable: send it again.
    """
    async with parts.database.read(program_id) as session:
        program = await read_program(session, program_id)
        if program is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
        currencies = await read_currencies(session, program_id)
        treasury = await treasury_address(session, program_id)
    amount = parse_amount(command.amount, currencies, "amount")
    meaning = {
        "amount": str(amount.units),
        "currency": amount.currency,
        "destination": command.destination,
        "platformFee": command.platform_fee,
    }
    asked = Asked(actor, command.idempotency_key, _OPERATION, meaning)
    earlier = await earlier_batch(parts, program_id, asked)
    if earlier is not None:
        return earlier
    _check_destination(command.destination, treasury, currencies)
    planning = _Planning(
        parts, program_id, program.chain_id, treasury, currencies[amount.currency], amount, command
    )
    return await propose(parts, program_id, asked, planning.plan)


@dataclass(frozen=True)
class _Planning:
    """One withdrawal, as often as it has to be planned."""

    parts: Payouts
    program_id: int
    chain_id: int
    treasury: str
    currency: Currency
    amount: Money
    command: ProposeWithdrawal

    async def plan(self) -> Proposal:
        async with self.parts.database.read(self.program_id) as session:
            situation = await read_situation(session, self.program_id)
            refuse_beside_live_batch(situation)
            money = (await own_money(session, self.program_id))[self.currency.code]
        chain = await read_paying_chain(self.parts, self.chain_id, self.treasury)
        refuse_old_reading(situation, chain.safe)
        await self._check_amount(chain, money)
        withdrawal = NewWithdrawal(
            new_id(),
            self.amount.units,
            self.currency.code,
            self.command.destination,
            self.command.platform_fee,
        )
        payout = PlannedPayout(
            Payee(PayoutPurpose.WITHDRAWAL, 0),
            withdrawal.destination,
            (Line(withdrawal.id, withdrawal.amount),),
        )
        simulation = await chain.simulate(self.currency, [payout])
        if simulation.refused:
            raise Refusal(
                RefusalCode.INVALID_INPUT,
                f"The token does not pay this address: {simulation.refused[0]}.",
                "destination",
            )
        draft = chain.draft(PlannedTransaction(chain.safe.nonce, (payout,)), self.currency)
        return Proposal(
            id=new_id(),
            kind=BatchKind.WITHDRAWAL,
            currency=self.currency.code,
            replaces=None,
            content=Planned(
                drafts=[draft], simulated_block=simulation.block_number, withdrawal=withdrawal
            ),
            situation=situation,
            safe=chain.safe,
            read_at=chain.read_at,
        )

    async def _check_amount(self, chain: PayingChain, money: OwnMoney) -> None:
        """What is owed to others stays, and so does what the treasury does not hold."""
        most = money.platform
        if not self.command.platform_fee:
            most = available(money, await chain.balance(self.currency))
        if self.amount.units > most:
            whole = format_units(max(0, most), self.currency.decimals)
            raise Refusal(
                RefusalCode.AMOUNT_OUT_OF_RANGE,
                f"At most {whole} {self.currency.code} can be withdrawn.",
                "amount",
                "amount",
            )


def _check_destination(destination: str, treasury: str, currencies: Mapping[str, Currency]) -> None:
    """Refuses INVALID_INPUT where money would be lost, or would not leave."""
    nowhere = {ZERO_ADDRESS, treasury, *(currency.token for currency in currencies.values())}
    if destination.lower() in {address.lower() for address in nowhere}:
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            "Money is withdrawn to an address outside the treasury, and not to a token.",
            "destination",
        )
