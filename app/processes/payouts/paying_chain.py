"""A program's treasury on its chain, as whoever plans payouts needs it."""

from dataclasses import dataclass
from datetime import datetime

from app.chain.address import ZERO_ADDRESS
from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.chain.payout_content import (
    Recipient,
    closing_call,
    content_hash,
    payout_call,
    planned_safe_transaction,
)
from app.chain.safe import NotASafe, UnsupportedSafeVersion, read_safe
from app.chain.safe_execution import execution_gas
from app.chain.safe_hash import safe_tx_hash
from app.chain.safe_simulation import SimulationResult, simulate_payouts
from app.chain.token_balance import read_balance
from app.domain.errors import Refusal, RefusalCode
from app.domain.money import Currency
from app.domain.payout_planning import PlannedPayout, PlannedTransaction
from app.domain.treasury import SafeReading
from app.processes.payouts.parts import Payouts
from app.services.payouts.batch_proposals import SafeDraft


@dataclass(frozen=True, slots=True)
class PayingSafe:
    """What decides which call owners sign. treasury, multisend: checksummed."""

    chain_id: int
    multisend: str
    treasury: str
    safe: SafeReading

    def draft(self, planned: PlannedTransaction, currency: Currency) -> SafeDraft:
        """What owners sign for this, with its hashes."""
        recipients = _recipients(planned.payouts)
        token = currency.token if recipients else ZERO_ADDRESS
        call = (
            payout_call(self.multisend, token, recipients)
            if recipients
            else closing_call(self.treasury)
        )
        transaction = planned_safe_transaction(call, planned.nonce)
        return SafeDraft(
            planned=planned,
            currency=currency.code if recipients else None,
            token=token,
            call=call,
            hash=safe_tx_hash(self.treasury, self.chain_id, self.safe.version, transaction),
            content_hash=content_hash(
                self.chain_id, self.treasury, token, planned.nonce, recipients
            ),
            gas=execution_gas(len(recipients), keys=self.safe.threshold),
        )


@dataclass(frozen=True, slots=True)
class PayingChain:
    """safe: at the head of the chain at read_at (real time)."""

    chain: Chain
    chain_id: int
    multisend: str
    treasury: str
    safe: SafeReading
    read_at: datetime

    async def simulate(self, currency: Currency, payouts: list[PlannedPayout]) -> SimulationResult:
        """Whom the token would refuse. Refuses CHAIN_UNAVAILABLE."""
        try:
            return await simulate_payouts(
                self.chain, self.treasury, currency.token, self.multisend, _recipients(payouts)
            )
        except ChainError as problem:
            raise _unavailable(f"The payouts could not be tried on the chain: {problem}.") from None

    async def balance(self, currency: Currency) -> int:
        """What the treasury holds at the head. Refuses CHAIN_UNAVAILABLE."""
        try:
            return await read_balance(self.chain, currency.token, self.treasury)
        except ChainError:
            raise _unavailable("The chain does not answer; try again.") from None

    def draft(self, planned: PlannedTransaction, currency: Currency) -> SafeDraft:
        """What owners sign for this, with its hashes."""
        paying = PayingSafe(self.chain_id, self.multisend, self.treasury, self.safe)
        return paying.draft(planned, currency)


async def read_paying_chain(parts: Payouts, chain_id: int, treasury: str) -> PayingChain:
    """Asks the chain for the Safe's owners, threshold and nonce. Refuses CHAIN_UNAVAILABLE."""
    facts, chain = parts.facts.get(chain_id), parts.chains.get(chain_id)
    if facts is None or chain is None or facts.multisend is None:
        raise _unavailable("The platform is not set up to pay on the treasury's chain.")
    read_at = parts.clock()
    try:
        safe = await read_safe(chain, treasury)
    except ChainError:
        raise _unavailable("The chain does not answer; try again.") from None
    except (NotASafe, UnsupportedSafeVersion):
        raise _unavailable("The treasury does not answer as a Safe does.") from None
    return PayingChain(chain, chain_id, facts.multisend, treasury, safe, read_at)


def _recipients(payouts: list[PlannedPayout] | tuple[PlannedPayout, ...]) -> list[Recipient]:
    return [Recipient(payout.destination, payout.amount) for payout in payouts]


def _unavailable(message: str) -> Refusal:
    return Refusal(RefusalCode.CHAIN_UNAVAILABLE, message, "programId")
