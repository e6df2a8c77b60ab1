"""Which intents to list or find."""

from datetime import datetime
from enum import StrEnum

import strawberry
from strawberry import UNSET

from app.domain.states import IntentStatus
from app.store.reads.intents import IntentFilter as Conditions
from schema.ids import IdPrefix
from schema.inputs.given import given, id_or_nothing, values
from schema.inputs.money import MoneyInput
from schema.scalars import Address, BigInt, Hex

strawberry.enum(
    IntentStatus,
    name="IntentStatus",
    description="PENDING -> PROCESSING -> CONFIRMED or FAILED. FAILED returns to PENDING by retryIntent, "
    "or by the same key with a new signature. PENDING may be cancelled (FAILED, code CANCELLED, final).",
)


@strawberry.enum
class IntentKind(StrEnum):
    REGISTRATION = "REGISTRATION"
    PAYMENT = "PAYMENT"
    COMMERCE_PAYMENT = "COMMERCE_PAYMENT"


@strawberry.input
class IntentFilter:
    status: list[IntentStatus] | None = UNSET
    kind: list[IntentKind] | None = UNSET
    wallet: Address | None = UNSET
    user_id: strawberry.ID | None = UNSET
    transaction_hash: Hex | None = UNSET
    created_after: datetime | None = UNSET
    created_before: datetime | None = UNSET
    stuck: bool | None = strawberry.field(
        default=UNSET, description="Older than the limit of its stage."
    )

    def conditions(self) -> Conditions:
        """The same as the store takes it."""
        return Conditions(
            status=values(self.status),
            kind=values(self.kind),
            wallet=given(self.wallet),
            user_id=id_or_nothing(IdPrefix.USER, self.user_id),
            transaction_hash=given(self.transaction_hash),
            created_after=given(self.created_after),
            created_before=given(self.created_before),
        )


@strawberry.input
class ProgramKey:
    program_id: strawberry.ID
    idempotency_key: str


@strawberry.input(one_of=True)
class IntentKey:
    id: strawberry.ID | None = UNSET
    idempotency_key: ProgramKey | None = UNSET


@strawberry.input
class SignedAuthorizationInput:
    valid_after: BigInt
    valid_before: BigInt
    signature: Hex


@strawberry.input(
    description="idempotencyKey: 1 to 128 printable ASCII characters, one name space per program. "
    "Same key and same meaning: the same intent, replayed true. "
    "Same key, other meaning: IDEMPOTENCY_CONFLICT. Same key with a new signature on a FAILED "
    "retryable intent: that intent again, warning REAUTHORISED."
)
class RegisterUserInput:
    program_id: strawberry.ID
    wallet: Address
    referral_code: str | None = UNSET
    idempotency_key: str
    payment: SignedAuthorizationInput | None = strawberry.field(
        default=UNSET, description="Needed when the terms charge a registration fee."
    )


@strawberry.input
class SubmitPaymentInput:
    program_id: strawberry.ID
    wallet: Address
    amount: MoneyInput
    idempotency_key: str
    authorization: SignedAuthorizationInput
