"""Documents that wallets sign."""

from datetime import datetime

import strawberry

from schema.scalars import JSON, BigInt, Hex


@strawberry.type
class PaymentAuthorization:
    typed_data: JSON
    valid_after: BigInt
    valid_before: BigInt
    nonce: Hex


@strawberry.type
class TypedDataDocument:
    typed_data: JSON
    expires_at: datetime
