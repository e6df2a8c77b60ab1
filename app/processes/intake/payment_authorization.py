"""Makes the EIP-712 document that a wallet signs to pay without gas."""

from collections.abc import Mapping
from datetime import datetime

from app.chain.authorization import receive_authorization_typed_data
from app.domain.authorization_window import LONGEST_VALIDITY_SECONDS, SHORTEST_VALIDITY_SECONDS
from app.domain.chains import ChainFacts
from app.domain.errors import Refusal, RefusalCode
from app.domain.idempotency import check_stored_key
from app.domain.intents import signed_kind_named
from app.processes.intake.check_signature import Payment, authorization_of, token_domain
from app.processes.intake.intent_commands import AskPaymentAuthorization, PaymentAuthorization
from app.store.database import Database
from app.store.intents.situations import read_program_facts


async def make_payment_authorization(
    database: Database,
    facts: Mapping[int, ChainFacts],
    asked: AskPaymentAuthorization,
    now: datetime,
) -> PaymentAuthorization:
    """The document for a payment that would be accepted now.

    Refuses NOT_FOUND, INVALID_INPUT and what an amount is refused for.
    """
    kind = signed_kind_named(asked.kind)
    if kind is None:
        raise Refusal(RefusalCode.INVALID_INPUT, "Nothing is signed for this kind.", "kind")
    if not SHORTEST_VALIDITY_SECONDS <= asked.valid_for_seconds <= LONGEST_VALIDITY_SECONDS:
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            f"It is valid for {SHORTEST_VALIDITY_SECONDS} to {LONGEST_VALIDITY_SECONDS} seconds.",
            "validForSeconds",
        )
    key = check_stored_key(asked.idempotency_key)
    async with database.read(asked.program_id) as session:
        program = await read_program_facts(session, asked.program_id, now)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
    money = kind.signed_amount(asked.amount, program)
    gateway = facts[program.chain_id].gateway
    payment = Payment(kind, program, gateway, asked.wallet, key, money)
    message = authorization_of(payment, 0, int(now.timestamp()) + asked.valid_for_seconds)
    document = receive_authorization_typed_data(token_domain(payment), message)
    return PaymentAuthorization(document, message.valid_after, message.valid_before, message.nonce)
