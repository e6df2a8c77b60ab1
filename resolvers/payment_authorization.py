"""The document that a wallet signs to pay."""

import strawberry

from app.domain.errors import Refusal
from app.processes.intake.intent_commands import AskPaymentAuthorization, PaymentAuthorization
from resolvers.access import Info, authorize, named_program, own_key, process_of
from schema.errors import ONLY_ITSELF, BadUserInput, Forbidden
from schema.inputs.intents import IntentKind
from schema.inputs.money import MoneyInput
from schema.scalars import Address


async def document(
    info: Info,
    program_id: strawberry.ID,
    kind: IntentKind,
    wallet: Address,
    amount: MoneyInput,
    idempotency_key: str,
    valid_for_seconds: int = 3600,
) -> PaymentAuthorization | None:
    """EIP-3009 ReceiveWithAuthorization to the gateway, bound to program, treasury, kind and key."""
    authorize(info)
    try:
        authority = await named_program(info, program_id)
    except Refusal:
        return None
    if authority.wallet not in (None, wallet):
        raise Forbidden(ONLY_ITSELF)
    try:
        kept_key = own_key(info, idempotency_key)
    except Refusal as refusal:
        raise BadUserInput(refusal.message, list(refusal.field or ())) from refusal
    asked = AskPaymentAuthorization(
        program_id=authority.program_id,
        kind=kind.value,
        wallet=wallet,
        amount=amount.text(),
        idempotency_key=kept_key,
        valid_for_seconds=valid_for_seconds,
    )
    try:
        return await process_of(info.context).intake.payment_authorization(asked)
    except Refusal as refusal:
        raise BadUserInput(refusal.message, list(refusal.field or ())) from refusal
