"""What every kind of intent says about itself; one file a kind beside this one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from app.domain.amounts import AmountText
from app.domain.authorization_window import SignedAuthorization
from app.domain.commissions import Accrual, Earner, EarningTerms, accrue
from app.domain.idempotency import meaning_hash
from app.domain.money import Currency, Money
from app.domain.postings import Account, AccountKind, Journal, Movement
from app.domain.settlement_postings import settlement_journal
from app.domain.states import AffiliateStatus, ProgramStatus
from app.domain.terms import Terms
from app.domain.warnings import PROGRAM_PAUSED, AcceptanceWarning


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for, whatever the kind. wallet: checksummed; referral_code: once checked, in capitals."""

    wallet: str
    key: str
    referral_code: str | None = None
    amount: AmountText | None = None
    authorization: SignedAuthorization | None = None


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """A program as acceptance needs it. recovering: the database was taken back and has not read the chain's logs since."""

    id: int
    public_id: UUID
    status: ProgramStatus
    chain_id: int
    treasury: str
    clock_offset: timedelta
    currencies: dict[str, Currency]
    terms: Terms
    recovering: bool = False


@dataclass(frozen=True, slots=True)
class Referrer:
    """The affiliate whose code was given. upline: ids from itself up to its root."""

    id: int
    wallet: str
    status: AffiliateStatus
    upline: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about the program and the wallet when an intent is asked for.

    registering: a REGISTRATION of the wallet is PENDING, PROCESSING or CONFIRMED. registered: CONFIRMED.
    own_affiliate_id: the affiliate that the wallet itself is.
    """

    program: ProgramFacts
    referrer: Referrer | None
    registering: bool
    registered: bool
    own_affiliate_id: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """An intent that may be accepted once its signature is checked. amount: what is paid, None: nothing."""

    amount: Money | None
    referrer_id: int | None
    warnings: tuple[AcceptanceWarning, ...]


class IntentKind(ABC):
    """A kind of intent: its name, who earns from it, and what its settlement posts."""

    name: ClassVar[str]
    """As IntentKind of the contract calls it."""
    mints_identity: ClassVar[bool]
    """Whether its settlement registers the wallet."""

    @abstractmethod
    def payer(self, user_id: int) -> Account:
        """The account that its money comes from: what stands for it outside the ledger."""

    def accrual(
        self, amount: Money, upline: Sequence[Earner], terms: EarningTerms, confirmed_at: datetime
    ) -> Accrual:
        """Who earns from its settlement, by the upline and terms stored with it. confirmed_at: program time."""
        return accrue(amount, upline, terms, confirmed_at, registration=self.mints_identity)

    def journal(
        self,
        intent_id: UUID,
        user_id: int,
        paid: Money,
        terms: EarningTerms,
        accrual: Accrual,
        *,
        movement: Movement | None,
        effective_at: datetime,
    ) -> Journal:
        """What its settlement posts, when money moved. movement: the log that moved it, if one did."""
        return settlement_journal(
            intent_id,
            self.payer(user_id),
            paid,
            terms.platform_fee_bps,
            accrual.commissions,
            movement=movement,
            effective_at=effective_at,
            registration=self.mints_identity,
        )


class SignedKind(IntentKind):
    """A kind that a mutation asks for and the chain settles: what it needs, and what the chain does for it."""

    operation: ClassVar[str]
    """The mutation that asks for it: part of its meaning."""
    chain_kind: ClassVar[int]
    """The purpose that a signed nonce binds (contracts/src/SettlementItems.sol)."""
    authorization_field: ClassVar[str]
    """Where its signature stands in the input."""

    def payer(self, user_id: int) -> Account:
        return Account(AccountKind.USER, user_id)

    @abstractmethod
    def draft(self, asked: Asked, situation: Situation) -> Draft:
        """Checks the request against program, terms and people; refuses what may not be."""

    @abstractmethod
    def signed_amount(self, amount: AmountText, program: ProgramFacts) -> Money:
        """What a wallet signs for this amount now; refuses an amount that would not be accepted."""

    def meaning(self, asked: Asked, program: ProgramFacts) -> bytes:
        """The hash that a repeated key is compared by: not the signature, nor its window."""
        amount = self.asked_amount(asked, program)
        return meaning_hash(
            self.operation,
            {
                "wallet": asked.wallet,
                "amount": None if amount is None else str(amount.units),
                "currency": None if amount is None else amount.currency,
                "referralCode": asked.referral_code,
            },
        )

    @abstractmethod
    def asked_amount(self, asked: Asked, program: ProgramFacts) -> Money | None:
        """The amount that the client names, if it names one."""

    def repeated_warnings(
        self, asked: Asked, situation: Situation
    ) -> tuple[AcceptanceWarning, ...]:
        """What a client learns again when it repeats a request."""
        del asked
        paused = situation.program.status is ProgramStatus.PAUSED
        return (PROGRAM_PAUSED,) if paused else ()
