"""Documents that wallets sign."""

import strawberry

from schema.scalars import JSON, BigInt, Hex


@strawberry.type
class PaymentAuthorization:
    typed_data: JSON
    valid_after: BigInt
    valid_before: BigInt
    nonce: Hex
