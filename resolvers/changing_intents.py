"""Mutations of intents."""

from dataclasses import replace

import strawberry

from app.domain.authorization_window import SignedAuthorization
from app.domain.intents import PAYMENT, REGISTRATION
from app.domain.intents.kind import Asked, SignedKind
from app.store.reads import intents as reads
from resolvers.access import Info, authorize, load_one, named_program, own_key, process_of
from resolvers.by_hand import intents_by_hand
from resolvers.objects import named_object
from resolvers.payloads import IntentPayloadRow, WarningRow, answer
from schema.errors import ONLY_ITSELF, Forbidden
from schema.ids import IdPrefix
from schema.inputs.given import given
from schema.inputs.intents import RegisterUserInput, SignedAuthorizationInput, SubmitPaymentInput


def _signed(authorization: SignedAuthorizationInput | None) -> SignedAuthorization | None:
    if authorization is None:
        return None
    return SignedAuthorization(
        authorization.valid_after, authorization.valid_before, authorization.signature
    )


async def _ask(info: Info, kind: SignedKind, program_id: str, asked: Asked) -> IntentPayloadRow:
    """What every kind's mutation does; program_id: as clients see it."""
    authorize(info)

    async def work() -> IntentPayloadRow:
        authority = await named_program(info, program_id)
        if authority.wallet not in (None, asked.wallet):
            raise Forbidden(ONLY_ITSELF)
        key, kept = authority.program_id, replace(asked, key=own_key(info, asked.key))
        await info.context.leave_snapshot()
        accepted = await process_of(info.context).intake.accept(authority, key, kind, kept)
        if authority.wallet is not None and authority.user_id is None:
            process_of(info.context).authenticator.forget(authority.credential_id)
        await info.context.leave_snapshot()
        warnings = [
            WarningRow(warning.code.value, warning.message, list(warning.field) or None)
            for warning in accepted.warnings
        ]
        row = await load_one(info, reads.by_ids, key, accepted.intent_id)
        return IntentPayloadRow(row, accepted.replayed, warnings)

    return await answer(IntentPayloadRow, work)


async def register(info: Info, input: RegisterUserInput) -> IntentPayloadRow:
    """A wallet joins the program; mints its identity, with or without a fee."""
    asked = Asked(
        wallet=input.wallet,
        key=input.idempotency_key,
        referral_code=given(input.referral_code),
        authorization=_signed(given(input.payment)),
    )
    return await _ask(info, REGISTRATION, input.program_id, asked)


async def pay(info: Info, input: SubmitPaymentInput) -> IntentPayloadRow:
    """A registered user pays the program."""
    asked = Asked(
        wallet=input.wallet,
        key=input.idempotency_key,
        amount=input.amount.text(),
        authorization=_signed(input.authorization),
    )
    return await _ask(info, PAYMENT, input.program_id, asked)


async def retry(info: Info, id: strawberry.ID, reason: str) -> IntentPayloadRow:
    """A FAILED intent that may be tried again becomes PENDING; one that is not FAILED is returned as it is."""
    authorize(info)

    async def work() -> IntentPayloadRow:
        authority, id_ = await named_object(info, IdPrefix.INTENT, id, "intent")
        await info.context.leave_snapshot()
        await intents_by_hand(info).retry(authority, id_, reason)
        await info.context.leave_snapshot()
        return IntentPayloadRow(await load_one(info, reads.by_ids, authority.program_id, id_))

    return await answer(IntentPayloadRow, work)


async def cancel(info: Info, id: strawberry.ID, reason: str) -> IntentPayloadRow:
    """A PENDING intent ends as FAILED with the code CANCELLED, for ever."""
    authorize(info)

    async def work() -> IntentPayloadRow:
        authority, id_ = await named_object(info, IdPrefix.INTENT, id, "intent")
        await info.context.leave_snapshot()
        await intents_by_hand(info).cancel(authority, id_, reason)
        await info.context.leave_snapshot()
        return IntentPayloadRow(await load_one(info, reads.by_ids, authority.program_id, id_))

    return await answer(IntentPayloadRow, work)
