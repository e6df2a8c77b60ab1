"""Accepts intents: read what is known, check the request and its signature, store it, with many others at once.

A request whose facts change meanwhile is checked again from the start; one that is refused stores nothing and uses
up no key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from app.chain.authorization import intent_chain_id, key_hash, program_word
from app.chain.wallet_signature import WalletReads
from app.domain.authorization_window import SignedAuthorization
from app.domain.chains import ChainFacts
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.idempotency import check_stored_key, conflict
from app.domain.ids import new_id
from app.domain.intents.kind import Asked, Draft, ProgramFacts, SignedKind
from app.domain.money import Money
from app.domain.permissions import Authority
from app.domain.referral_codes import normalise_referral_code
from app.domain.states import ProgramStatus
from app.domain.warnings import REAUTHORISED, AcceptanceWarning
from app.processes.intake.backlog import Backlog, BacklogBounds
from app.processes.intake.check_signature import PATIENCE_SECONDS, Payment, SignatureChecks
from app.processes.intake.intent_commands import (
    AcceptedIntent,
    AskPaymentAuthorization,
    PaymentAuthorization,
)
from app.processes.intake.payment_authorization import make_payment_authorization
from app.services.audit import current_request_id
from app.services.execute import Bells, confirm, execute
from app.services.intents.accept_intents import accept_intents
from app.services.intents.change_intents import reauthorise_intent
from app.services.intents.micro_batches import MicroBatches
from app.store.database import Database
from app.store.intents.intake import (
    AcceptedSignature,
    BusyError,
    NewIntent,
    StaleFactsError,
    StoredIntent,
)
from app.store.intents.situations import (
    AskedSituation,
    EarlierIntent,
    read_program_facts,
    read_situations,
)
from app.tracing import current_traceparent

_LOG = structlog.get_logger()

__all__ = [
    "AcceptedIntent",
    "AskPaymentAuthorization",
    "Intake",
    "PaymentAuthorization",
    "SignedAuthorization",
]

_TRIES = 4


class Intake:
    """One for each process that accepts intents."""

    def __init__(
        self,
        database: Database,
        bells: Bells,
        chains: Mapping[int, WalletReads],
        facts: Mapping[int, ChainFacts],
        clock: Clock,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        bounds: BacklogBounds | None = None,
    ) -> None:
        """patience_seconds: how long a chain may take to say what it knows of a payer."""
        self._database = database
        self._bells = bells
        self._facts = facts
        self._clock = clock
        self._backlog = Backlog(database, bounds or BacklogBounds())
        self._signatures = SignatureChecks(chains, patience_seconds)
        self._situations: MicroBatches[int, Asked, AskedSituation] = MicroBatches(self._read)
        self._acceptances: MicroBatches[int, NewIntent, StoredIntent] = MicroBatches(
            self._store, apart=True
        )

    async def accept(
        self, authority: Authority, program_id: int, kind: SignedKind, asked: Asked
    ) -> AcceptedIntent:
        """asked: key and referral code as the client spelled them.

        Refuses what kind.draft and SignatureChecks.check refuse, INVALID_INPUT and IDEMPOTENCY_CONFLICT.
        Raises Unavailable: send it again.
        """
        code = asked.referral_code
        if code is not None:
            code = normalise_referral_code(code, "referralCode")
        asked = replace(asked, key=check_stored_key(asked.key), referral_code=code)
        if authority.program_id != program_id:
            raise _no_program()
        for _ in range(_TRIES):
            known = await self._situations.submit(program_id, asked)
            accepted = await self._try_to_accept(authority, kind, asked, known)
            if accepted is not None:
                return accepted
        raise Unavailable("Too much changed meanwhile; send it again.")

    async def payment_authorization(self, asked: AskPaymentAuthorization) -> PaymentAuthorization:
        """The document that a wallet signs; see make_payment_authorization."""
        return await make_payment_authorization(self._database, self._facts, asked, self._clock())

    async def _try_to_accept(
        self, authority: Authority, kind: SignedKind, asked: Asked, known: AskedSituation
    ) -> AcceptedIntent | None:
        """None when the facts changed."""
        program = known.situation.program
        meaning = kind.meaning(asked, program)
        if known.other_operation is not None:
            raise conflict(known.other_operation)
        if known.earlier is not None:
            if known.earlier.request_hash != meaning:
                raise conflict()
            return await self._repeat(authority, kind, asked, known, known.earlier)
        if program.status is ProgramStatus.ARCHIVED:
            raise Refusal(RefusalCode.INVALID_STATE, "The program is archived.", "programId")
        draft = kind.draft(asked, known.situation)
        await self._backlog.check(program.id, self._clock())
        signature, warnings = await self._check(kind, program, asked, draft.amount)
        new = _new_intent(
            authority, kind, asked, program, draft, meaning=meaning, signature=signature
        )
        try:
            stored = await self._acceptances.submit(program.id, new)
        except StaleFactsError:
            return None
        except BusyError:
            raise Unavailable("Another request holds this key; send it again.") from None
        if stored.request_hash != meaning:
            raise conflict()
        if stored.created:
            _tell("intent accepted", program, stored.id)
        return AcceptedIntent(stored.id, not stored.created, draft.warnings + warnings)

    async def _repeat(
        self,
        authority: Authority,
        kind: SignedKind,
        asked: Asked,
        known: AskedSituation,
        earlier: EarlierIntent,
    ) -> AcceptedIntent | None:
        """The same intent; with a new signature for one that failed, on its way again."""
        program = known.situation.program
        warnings = kind.repeated_warnings(asked, known.situation)
        amount = earlier.amount if earlier.reauthorisable else None
        signature, unsure = await self._check(kind, program, asked, amount)
        if signature is None:
            await confirm(self._database, self._bells, program.id)
            return AcceptedIntent(earlier.intent_id, replayed=True, warnings=warnings)
        again = partial(
            reauthorise_intent,
            authority=authority,
            intent_id=earlier.intent_id,
            signature=signature,
            now=self._clock(),
        )
        if not await execute(self._database, self._bells, program.id, again):
            return None
        _tell("intent authorised again", program, earlier.intent_id)
        return AcceptedIntent(
            earlier.intent_id, replayed=True, warnings=(*warnings, *unsure, REAUTHORISED)
        )

    async def _check(
        self, kind: SignedKind, program: ProgramFacts, asked: Asked, amount: Money | None
    ) -> tuple[AcceptedSignature | None, tuple[AcceptanceWarning, ...]]:
        if amount is None or asked.authorization is None:
            return None, ()
        gateway = self._facts[program.chain_id].gateway
        payment = Payment(kind, program, gateway, asked.wallet, asked.key, amount)
        return await self._signatures.check(payment, asked.authorization, self._clock())

    async def _read(self, program_id: int, asked: Sequence[Asked]) -> Sequence[AskedSituation]:
        now = self._clock()
        async with self._database.read(program_id) as session:
            program = await read_program_facts(session, program_id, now)
            if program is None:
                raise _no_program()
            return await read_situations(session, program, asked)

    async def _store(self, program_id: int, rows: Sequence[NewIntent]) -> Sequence[StoredIntent]:
        accept = partial(accept_intents, rows=rows, now=self._clock())
        # Of many requests: each row says its own.
        with bound_contextvars(request_id=None):
            return await execute(self._database, self._bells, program_id, accept)


def _tell(event: str, program: ProgramFacts, intent_id: UUID) -> None:
    """The one line that has both the intent and its request's id: later ones are of batches, and name requests."""
    _LOG.info(event, intent=str(intent_id), program=str(program.public_id))


def _new_intent(
    authority: Authority,
    kind: SignedKind,
    asked: Asked,
    program: ProgramFacts,
    draft: Draft,
    *,
    meaning: bytes,
    signature: AcceptedSignature | None,
) -> NewIntent:
    amount = draft.amount
    return NewIntent(
        id=new_id(),
        kind=kind.name,
        key=asked.key,
        request_hash=meaning,
        on_chain_id=intent_chain_id(program_word(program.public_id), key_hash(asked.key)),
        chain_id=program.chain_id,
        wallet=asked.wallet,
        user_id=new_id(),
        amount=None if amount is None else amount.units,
        currency=None if amount is None else amount.currency,
        referral_code=None if draft.referrer_id is None else asked.referral_code,
        referrer_id=draft.referrer_id,
        payload={} if asked.referral_code is None else {"referralCode": asked.referral_code},
        terms_version=program.terms.version,
        signature=signature,
        actor=authority.actor,
        request_id=current_request_id(),
        traceparent=current_traceparent(),
    )


def _no_program() -> Refusal:
    return Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
