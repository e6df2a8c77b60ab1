"""From a charge's metadata to its intent: found, or accepted with the terms and the upline of this moment."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.ids import new_id
from app.domain.intents import COMMERCE_PAYMENT
from app.domain.intents.kind import Asked, ProgramFacts
from app.domain.providers import provider_actor
from app.domain.providers.charges import Attribution, Unattributable
from app.services.audit import current_request_id
from app.services.intents.accept_intents import accept_intents
from app.store.database import ReadSession, UnitOfWork
from app.store.intents.intake import NewIntent
from app.store.intents.situations import AskedSituation, read_situations


@dataclass(frozen=True, slots=True)
class ChargeToAccept:
    """attribution: with the wallet checksummed. charge: the provider's name of it. earlier: the intent that earlier events of
    the charge belong to.
    """

    provider: str
    charge: str
    attribution: Attribution
    earlier: UUID | None

    @property
    def meaning(self) -> bytes:
        told = self.attribution
        return COMMERCE_PAYMENT.meaning(self.provider, self.charge, told.wallet, told.referral_code)


def unprovable_id(program_id: UUID, key: str) -> bytes:
    """What such an intent has in the place of its id on chain: no Settled log can ever name it."""
    return hashlib.sha256(b"paid to a provider" + program_id.bytes + key.encode()).digest()


async def accept_charge(
    unit: UnitOfWork, program: ProgramFacts, asked: ChargeToAccept, now: datetime
) -> UUID:
    """The intent of the charge's key, made when the key is new. Paused and archived programs take part: it is a fact.

    The caller shares the program's rules. Raises Unattributable when the key, or the charge, means something else.
    """
    told = asked.attribution
    request = Asked(told.wallet, told.idempotency_key, told.referral_code)
    session = ReadSession(unit.connection, program.id)
    [known] = await read_situations(session, program, [request])
    if known.other_operation is not None:
        raise _taken()
    if known.earlier is not None:
        if known.earlier.request_hash != asked.meaning:
            raise _taken()
        return known.earlier.intent_id
    if asked.earlier is not None:
        raise Unattributable("its metadata names another payment than it did before")
    [stored] = await accept_intents(unit, [_new_intent(program, asked, known)], now)
    if stored.request_hash != asked.meaning:
        raise _taken()
    return stored.id


def _new_intent(program: ProgramFacts, asked: ChargeToAccept, known: AskedSituation) -> NewIntent:
    told = asked.attribution
    referrer_id = COMMERCE_PAYMENT.referrer_of(known.situation)
    payload = {"provider": asked.provider, "charge": asked.charge}
    if told.referral_code is not None:
        payload["referralCode"] = told.referral_code
    return NewIntent(
        id=new_id(),
        kind=COMMERCE_PAYMENT.name,
        key=told.idempotency_key,
        request_hash=asked.meaning,
        on_chain_id=unprovable_id(program.public_id, told.idempotency_key),
        chain_id=program.chain_id,
        wallet=told.wallet,
        user_id=new_id(),
        amount=None,
        currency=None,
        referral_code=None if referrer_id is None else told.referral_code,
        referrer_id=referrer_id,
        payload=payload,
        terms_version=program.terms.version,
        signature=None,
        actor=provider_actor(asked.provider),
        request_id=current_request_id(),
    )


def _taken() -> Unattributable:
    return Unattributable("its idempotencyKey stands for something else in this program")
