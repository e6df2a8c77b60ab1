"""Checks a payment's signature and the payer's funds before the intent is accepted."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chain.authorization import (
    Authorization,
    TokenDomain,
    authorization_digest,
    authorization_nonce,
    key_hash,
    program_word,
)
from app.chain.node_errors import ChainError, NodeError
from app.chain.payers import PayerFacts, PayerQuestion, read_payers
from app.chain.wallet_signature import WalletReads, signed_by_key
from app.domain.authorization_window import SignedAuthorization, check_window
from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.intents.kind import ProgramFacts, SignedKind
from app.domain.money import Money
from app.domain.warnings import FUNDS_NOT_CHECKED, AcceptanceWarning
from app.services.intents.micro_batches import MicroBatches
from app.store.intents.intake import AcceptedSignature

# Longer than any wallet's we know; a settlement has to carry it.
_LONGEST_SIGNATURE = 4096
PATIENCE_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Payment:
    """What a wallet is said to have signed. gateway: of the program's chain."""

    kind: SignedKind
    program: ProgramFacts
    gateway: str
    wallet: str
    key: str
    amount: Money


class SignatureChecks:
    """Asks each chain about the payers of concurrent requests at once."""

    def __init__(
        self, chains: Mapping[int, WalletReads], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._chains = chains
        self._patience_seconds = patience_seconds
        self._batches: MicroBatches[int, PayerQuestion, PayerFacts | NodeError] = MicroBatches(
            self._read
        )

    async def check(
        self, payment: Payment, signed: SignedAuthorization, now: datetime
    ) -> tuple[AcceptedSignature, tuple[AcceptanceWarning, ...]]:
        """Refuses AUTHORIZATION_EXPIRED, INVALID_SIGNATURE, AUTHORIZATION_USED, INSUFFICIENT_FUNDS, INVALID_INPUT.

        Raises Unavailable when only the chain could judge the signature and does not answer. What is sent again while the
        database recovers may be settled already: its log will say so, and the chain pays nothing twice.
        """
        field = payment.kind.authorization_field
        check_window(signed, now, field)
        if len(signed.signature) > _LONGEST_SIGNATURE:
            raise _invalid(field)
        authorization = authorization_of(payment, signed.valid_after, signed.valid_before)
        digest = authorization_digest(token_domain(payment).separator(), authorization)
        by_key = signed_by_key(payment.wallet, digest, signed.signature)
        facts = await self._ask(payment, authorization.nonce, digest, signed.signature)
        if facts is not None:
            _judge_signature(facts, field, by_key=by_key)
            if not payment.program.recovering:
                _judge_funds(facts, payment.amount, field)
        elif not by_key:
            raise Unavailable("The chain does not answer, and only it knows this signature.")
        accepted = AcceptedSignature(
            signed.valid_after,
            signed.valid_before,
            authorization.nonce,
            signed.signature,
            contract_wallet=facts is not None and facts.accepts_signature is not None,
        )
        return accepted, (FUNDS_NOT_CHECKED,) if facts is None else ()

    async def _ask(
        self, payment: Payment, nonce: bytes, digest: bytes, signature: bytes
    ) -> PayerFacts | None:
        """None when the chain does not answer in time."""
        token = payment.program.currencies[payment.amount.currency].token
        question = PayerQuestion(payment.wallet, token, nonce, digest, signature)
        try:
            async with asyncio.timeout(self._patience_seconds):
                facts = await self._batches.submit(payment.program.chain_id, question)
        except (TimeoutError, ChainError):
            return None
        return None if isinstance(facts, NodeError) else facts

    async def _read(
        self, chain_id: int, asked: Sequence[PayerQuestion]
    ) -> Sequence[PayerFacts | NodeError]:
        async with asyncio.timeout(self._patience_seconds):
            return await read_payers(self._chains[chain_id], asked)


def authorization_of(payment: Payment, valid_after: int, valid_before: int) -> Authorization:
    """The EIP-3009 message; its nonce binds program, treasury, kind and key."""
    program = payment.program
    return Authorization(
        wallet=payment.wallet,
        gateway=payment.gateway,
        amount=payment.amount.units,
        valid_after=valid_after,
        valid_before=valid_before,
        nonce=authorization_nonce(
            program_word(program.public_id),
            program.treasury,
            payment.kind.chain_kind,
            key_hash(payment.key),
        ),
    )


def token_domain(payment: Payment) -> TokenDomain:
    """The EIP-712 domain of the currency's token."""
    currency = payment.program.currencies[payment.amount.currency]
    return TokenDomain(
        currency.eip712_name, currency.eip712_version, currency.chain_id, currency.token
    )


def _judge_signature(facts: PayerFacts, field: str, *, by_key: bool) -> None:
    valid = by_key if facts.accepts_signature is None else facts.accepts_signature
    if not valid:
        raise _invalid(field)


def _judge_funds(facts: PayerFacts, amount: Money, field: str) -> None:
    if facts.nonce_used:
        raise Refusal(
            RefusalCode.AUTHORIZATION_USED,
            "This authorisation was used or cancelled on chain.",
            field,
        )
    if facts.balance < amount.units:
        raise Refusal(
            RefusalCode.INSUFFICIENT_FUNDS, "The wallet does not hold this amount.", field
        )


def _invalid(field: str) -> Refusal:
    return Refusal(
        RefusalCode.INVALID_SIGNATURE,
        "The signature is not the wallet's over this payment: see paymentAuthorization.",
        field,
        "signature",
    )
