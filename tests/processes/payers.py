"""Clients who sign payments and send them to the intake of one program."""

from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.chain.client import Chain
from app.domain.amounts import AmountText
from app.domain.authorization_window import SignedAuthorization
from app.domain.intents import PAYMENT, REGISTRATION
from app.domain.intents.kind import Asked, SignedKind
from app.processes.intake.accept_intent import (
    AcceptedIntent,
    AskPaymentAuthorization,
    Intake,
)
from app.processes.intake.intent_commands import PaymentAuthorization
from sge.embedded.anvil import CHAIN_ID
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import THREE_LEVELS, WatchingWorld
from tests.services.world import key_of

TEN = AmountText("10", "USDC")
FEE = replace(THREE_LEVELS, registration_fee=TEN)


@dataclass
class Payers:
    """Clients of one program's intake."""

    world: WatchingWorld
    intake: Intake
    program: SettledProgram

    async def document(
        self, payer: str, key: str, kind: str = "PAYMENT", amount: AmountText = TEN
    ) -> PaymentAuthorization:
        asked = AskPaymentAuthorization(self.program.id, kind, payer, amount, key)
        return await self.intake.payment_authorization(asked)

    async def signed(
        self, payer: LocalAccount, key: str, kind: str = "PAYMENT", **message: Any
    ) -> SignedAuthorization:
        """What a wallet gives back for the document, after the given changes to its message."""
        document = (await self.document(payer.address, key, kind)).typed_data
        document["message"] |= {name: str(value) for name, value in message.items()}
        return sign(payer, document)

    async def register(
        self, payer: str, key: str, payment: SignedAuthorization | None = None
    ) -> AcceptedIntent:
        return await self._ask(REGISTRATION, Asked(payer, key, authorization=payment))

    async def pay(
        self, payer: str, key: str, signed: SignedAuthorization, amount: AmountText = TEN
    ) -> AcceptedIntent:
        return await self._ask(PAYMENT, Asked(payer, key, amount=amount, authorization=signed))

    async def _ask(self, kind: SignedKind, asked: Asked) -> AcceptedIntent:
        program_id = self.program.id
        return await self.intake.accept(key_of(program_id), program_id, kind, asked)

    async def stored(self) -> int:
        count: int = await self.world.settling.value("SELECT count(*) FROM intent")
        return count


def sign(payer: LocalAccount, document: dict[str, Any]) -> SignedAuthorization:
    message = document["message"]
    signature = Account.sign_typed_data(payer.key, full_message=document).signature
    return SignedAuthorization(
        int(message["validAfter"]), int(message["validBefore"]), bytes(signature)
    )


def intake_over(world: WatchingWorld, chain: Chain, patience_seconds: float = 10.0) -> Intake:
    settling = world.settling
    return Intake(
        settling.api,
        settling.bells,
        {CHAIN_ID: chain},
        {CHAIN_ID: settling._facts()},
        settling.clock,
        patience_seconds=patience_seconds,
    )
